"""A whole labelled corpus at once, as training and testing need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.corpus.article import Article, FieldMapping, RejectedRow
from stance.corpus.reading import read_articles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def read_corpus(
    inputs: Iterable[str | Path],
    *,
    fields: FieldMapping | None = None,
    where: Mapping[str, str] | None = None,
    input_format: str | None = None,
) -> tuple[list[Article], list[RejectedRow]]:
    """Read labelled articles; those without a label or with a used id are rejected.

    Parameters
    ----------
    inputs, fields, where, input_format
        As for `stance.corpus.reading.read_articles`.

    Returns
    -------
    articles : list of Article
        Each with a label and an id of its own.
    rejected : list of RejectedRow
    """
    fields = fields or FieldMapping()
    articles: list[Article] = []
    rejected: list[RejectedRow] = []
    ids: set[str] = set()
    rows = read_articles(inputs, fields=fields, where=where, input_format=input_format)
    for number, row in enumerate(rows, start=1):
        if isinstance(row, RejectedRow):
            rejected.append(row)
        elif row.label is None:
            reason = f"no label in {fields.label!r}"
            rejected.append(RejectedRow(f"article {row.id!r}", number, reason))
        elif row.id in ids:
            rejected.append(RejectedRow(f"article {row.id!r}", number, "the id was used before"))
        else:
            ids.add(row.id)
            articles.append(row)
    return articles, rejected
