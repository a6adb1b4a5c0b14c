"""A whole labelled corpus at once, as training and testing need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.corpus.article import Article, FieldMapping, RejectedRow
from stance.corpus.reading import read_located
from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
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
    rows = read_located(inputs, fields=fields, where=where, input_format=input_format)
    for found in rows:
        if isinstance(found, RejectedRow):
            rejected.append(found)
        elif reason := _unusable(found.article, ids, fields.label):
            rejected.append(found.row.rejected(reason))
        else:
            ids.add(found.article.id)
            articles.append(found.article)
    return articles, rejected


def require_labels(articles: Sequence[Article]) -> None:
    """Refuse articles among which one has no label.

    Raises
    ------
    CorpusError
        If there is one; the first is named.
    """
    without = [article.id for article in articles if article.label is None]
    if without:
        raise CorpusError(
            f"Got {len(without)} of {len(articles)} articles without a label (the first is "
            f"{without[0]!r}), but expected one in each. Name the field with --label-field."
        )


def _unusable(article: Article, ids: set[str], label_field: str) -> str:
    """Say why an article cannot be learned from, or nothing."""
    if article.label is None:
        return f"no label in {label_field!r}"
    if article.id in ids:
        return f"the id {article.id!r} was used before"
    return ""
