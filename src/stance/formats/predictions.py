"""Reading labels from a file of predictions, by the ids of their articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.corpus.article import RejectedRow
from stance.corpus.keys import canonical
from stance.errors import CorpusError
from stance.formats.input_file import identify
from stance.formats.recognition import recognise
from stance.formats.rows import read_rows
from stance.formats.source import Source
from stance.formats.values import NoTextError, text_of, text_or_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from stance.corpus.article import Article, Row

_FLAT = "probabilities."


def read_predictions(path: str | Path) -> dict[str, str]:
    """Read the labels that ``stance predict`` or a person wrote.

    Parameters
    ----------
    path : path
        JSON Lines, CSV, TSV or Parquet, plain or compressed, with ``id`` and
        ``label`` in each row. If a label was withheld, the most probable one
        is used.

    Returns
    -------
    dict of str to str
        The labels, by the canonical form of the ids.

    Raises
    ------
    CorpusError
        If a row cannot be read, has no id or no label, or an id has two labels.
    """
    labels: dict[str, str] = {}
    for row in read_rows(recognise(identify(str(path)), Source())):
        if isinstance(row, RejectedRow):
            raise CorpusError(f"Got predictions with a row that cannot be read: {row}. Correct it.")
        identifier, label = text_or_json(row.values.get("id")), _label(row)
        if identifier is None or label is None:
            raise CorpusError(_incomplete(row))
        key = canonical(identifier)
        if canonical(labels.get(key, label)) != canonical(label):
            raise CorpusError(
                f"Got {row.source} with two labels for {identifier!r} (again in row "
                f"{row.number}), but expected one for each article. Remove one of the two."
            )
        labels[key] = label
    if not labels:
        raise CorpusError(f"Got {path} without a row, but expected a label for each article.")
    return labels


def labels_of(articles: Sequence[Article], labels: Mapping[str, str], source: str) -> list[str]:
    """Return the label of each article; see `labels_of_ids`."""
    return labels_of_ids([article.id for article in articles], labels, source)


def labels_of_ids(ids: Sequence[str], labels: Mapping[str, str], source: str) -> list[str]:
    """Return the labels of articles by their ids.

    Parameters
    ----------
    ids : sequence of str
    labels : mapping of str to str
        By the canonical form of the id.
    source : str
        Origin of the labels, for the message.

    Raises
    ------
    CorpusError
        If an article has no label.
    """
    keys = list(map(canonical, ids))
    without = [one for one, key in zip(ids, keys, strict=True) if key not in labels]
    if without:
        raise CorpusError(
            f"Got {source} without a label for {len(without)} of {len(ids)} articles (the "
            f"first is {without[0]!r}), but expected one for each by its id. Label the same corpus."
        )
    return [labels[key] for key in keys]


def _label(row: Row) -> str | None:
    values = row.values
    try:
        label = text_of(values.get("label"))
    except NoTextError as error:
        raise CorpusError(
            f"Got {row.source}, row {row.number}, whose 'label' {error}. Correct the row."
        ) from error
    if label is not None:
        return label
    probabilities = values.get("probabilities")
    if not isinstance(probabilities, dict):
        flat = {name: value for name, value in values.items() if name.startswith(_FLAT)}
        probabilities = {name.removeprefix(_FLAT): value for name, value in flat.items()}
    known = {name: float(value) for name, value in probabilities.items() if value not in (None, "")}
    return max(known, key=known.__getitem__) if known else None


def _incomplete(row: Row) -> str:
    missing = "label" if text_or_json(row.values.get("id")) else "id"
    return (
        f"Got {row.source}, row {row.number}, without {missing!r}, but expected 'id' "
        f"and 'label' in each. Its fields are: {', '.join(row.values)}."
    )
