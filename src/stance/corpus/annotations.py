"""The labels that several annotators gave, by column or by row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stance.corpus.article import RejectedRow
from stance.corpus.datasets import is_dataset_name, parse_dataset_name
from stance.corpus.opening import identify
from stance.corpus.rows import read_rows
from stance.errors import ConfigError, CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stance.corpus.article import Row


@dataclass(frozen=True)
class Annotations:
    """Who gave which article which label.

    Parameters
    ----------
    ids : tuple of str
        Of the articles.
    annotators : tuple of str
        Two or more.
    labels : tuple of tuple of str or None
        A row for each article with a value for each annotator; None where he
        did not label it.
    """

    ids: tuple[str, ...]
    annotators: tuple[str, ...]
    labels: tuple[tuple[str | None, ...], ...]


def read_columns(
    inputs: Iterable[str | Path], annotators: Sequence[str], *, id_field: str = "id"
) -> Annotations:
    """Read labels that stand in a column for each annotator.

    Parameters
    ----------
    inputs : iterable of str or Path
        JSON Lines, CSV, TSV or Parquet, plain or compressed; a row for each
        article. Articles need no text here.
    annotators : sequence of str
        The names of the columns. An empty value is no label.
    id_field : str
        Articles without an id are named by file and row, as everywhere.

    Raises
    ------
    ConfigError
        If fewer than two columns are named, or one twice.
    CorpusError
        If a row cannot be read, an id comes twice or a column is nowhere.
    """
    if len(set(annotators)) < max(len(annotators), 2):
        raise ConfigError(
            f"Got the annotators {', '.join(annotators)}, but expected the names of two or more "
            "columns, each once."
        )
    found: dict[str, tuple[str | None, ...]] = {}
    names: dict[str, None] = {}
    for row in _rows(inputs):
        identifier = _text(row.values.get(id_field)) or f"{Path(row.source).name}:{row.number}"
        if identifier in found:
            raise CorpusError(
                f"Got {row.source}, row {row.number}, with the id {identifier!r} again, but "
                "expected a row for each article. Where there is one for each label, name the "
                "annotator's column with --annotator-field."
            )
        names.update(dict.fromkeys(row.values))
        found[identifier] = tuple(_text(row.values.get(name)) for name in annotators)
    _require(annotators, names)
    return Annotations(tuple(found), tuple(annotators), tuple(found.values()))


def read_long(
    inputs: Iterable[str | Path],
    annotator_field: str,
    *,
    id_field: str = "id",
    label_field: str = "label",
) -> Annotations:
    """Read labels that stand in a row each, with the article's id and the annotator's name.

    Parameters
    ----------
    inputs : iterable of str or Path
        As for `read_columns`.
    annotator_field, id_field, label_field : str
        Names of columns.

    Raises
    ------
    CorpusError
        If a row cannot be read or names no article or annotator, an annotator
        labels an article twice, or there is one annotator only.
    """
    found: dict[str, dict[str, str | None]] = {}
    annotators: dict[str, None] = {}
    names: dict[str, None] = {}
    for row in _rows(inputs):
        names.update(dict.fromkeys(row.values))
        _require([annotator_field, id_field, label_field], names)
        identifier, annotator, label = (
            _text(row.values.get(name)) for name in (id_field, annotator_field, label_field)
        )
        if identifier is None or annotator is None:
            lacking = id_field if identifier is None else annotator_field
            raise CorpusError(
                f"Got {row.source}, row {row.number}, without {lacking!r}, but expected to know "
                "who labelled which article."
            )
        given = found.setdefault(identifier, {})
        if annotator in given:
            raise CorpusError(
                f"Got {row.source}, row {row.number}, where {annotator!r} labels {identifier!r} "
                "again, but expected one label from each. Remove one of the two."
            )
        given[annotator] = label
        annotators[annotator] = None
    if len(annotators) < 2:
        raise CorpusError(
            f"Got labels of {len(annotators)} annotators in {annotator_field!r}, but expected two "
            "or more to compare."
        )
    table = tuple(tuple(map(given.get, annotators)) for given in found.values())
    return Annotations(tuple(found), tuple(annotators), table)


def _rows(inputs: Iterable[str | Path]) -> Iterator[Row]:
    for name in map(str, inputs):
        if is_dataset_name(name):
            from stance.corpus.dataset_readers import read_dataset

            yield from read_dataset(parse_dataset_name(name))
            continue
        for row in read_rows(identify(name)):
            if isinstance(row, RejectedRow):
                raise CorpusError(f"Got a row of labels that cannot be read: {row}. Mend it.")
            yield row


def _text(value: object) -> str | None:
    """Return a value as text; None where there is none, also as a table of floats has it."""
    missing = value is None or (isinstance(value, float) and value != value)  # noqa: PLR0124
    return None if missing else str(value).strip() or None


def _require(wanted: Iterable[str], names: Iterable[str]) -> None:
    known = list(names)
    missing = [name for name in wanted if name not in known]
    if missing:
        raise CorpusError(
            f"Got labels without the field {', '.join(map(repr, missing))}, but expected it as "
            f"asked for. The fields are: {', '.join(known)}."
        )
