"""Labels of several annotators, in columns or in rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from stance.corpus.article import RejectedRow
from stance.corpus.keys import Spellings, canonical, tidy, whole
from stance.corpus.label_cells import one_label, several_labels, with_choice
from stance.errors import ConfigError, CorpusError
from stance.formats.diagnosis import describe
from stance.formats.inputs import plan_inputs
from stance.formats.source import Source, SourceOptions
from stance.formats.values import NoTextError, text_of, text_or_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stance.corpus.article import Row


@dataclass(frozen=True)
class Annotations:
    """The label that each annotator gave to each article.

    Parameters
    ----------
    ids : tuple of str
        Ids of the articles.
    annotators : tuple of str
        Two or more.
    labels : tuple of tuple of str or None
        A row for each article with a value for each annotator; None if the
        annotator did not label the article.
    """

    ids: tuple[str, ...]
    annotators: tuple[str, ...]
    labels: tuple[tuple[str | None, ...], ...]


def read_columns(
    inputs: Source | Iterable[str | Path],
    annotators: Sequence[str],
    **options: Unpack[SourceOptions],
) -> Annotations:
    """Read labels from a table with a column for each annotator.

    Parameters
    ----------
    inputs : Source, or iterable of str or Path
        JSON, CSV, TSV, Parquet or Excel workbooks; a row for each article.
        Articles need no text.
    annotators : sequence of str
        The names of the columns. An empty value is no label.
    **options
        As for `Source`; articles without an id are named by file and row.

    Raises
    ------
    ConfigError
        If fewer than two columns are named, or one twice.
    CorpusError
        If a row cannot be read, an id occurs twice or a column is missing.
    """
    if len(set(annotators)) < max(len(annotators), 2):
        raise ConfigError(
            f"Got the annotators {', '.join(annotators)}, but expected the names of two or more "
            "columns, each once."
        )
    source = Source.of(inputs, options)
    id_field = source.fields.id
    found: dict[str, tuple[str | None, ...]] = {}
    shown: dict[str, str] = {}
    names: dict[str, None] = {}
    for row in _rows(source):
        identifier = _text(row.values.get(id_field)) or f"{Path(row.source).name}:{row.number}"
        key = canonical(identifier)
        if key in found:
            raise CorpusError(
                f"Got {row.source}, row {row.number}, with the id {identifier!r} again, but "
                "expected one row for each article. If the table has one row for each label, name "
                "the annotator's column with --annotator-field."
            )
        names.update(dict.fromkeys(row.values))
        shown[key] = whole(identifier)
        found[key] = tuple(_label(row, name) for name in annotators)
    _require_rows(names, source)
    _require(annotators, names)
    return Annotations(
        tuple(shown[key] for key in found), tuple(annotators), _in_one_spelling(found.values())
    )


def read_long(
    inputs: Source | Iterable[str | Path],
    annotator_field: str,
    **options: Unpack[SourceOptions],
) -> Annotations:
    """Read labels from a table with a row for each pair of article and annotator.

    Parameters
    ----------
    inputs, **options
        As for `read_columns`; the field mapping names the columns of the
        article's id and of the label.
    annotator_field : str
        The column with the annotator's name.

    Raises
    ------
    CorpusError
        If a row cannot be read or names no article or annotator, an annotator
        labels an article twice, or there is only one annotator.
    """
    source = Source.of(inputs, options)
    id_field, label_field = source.fields.id, source.fields.label
    found: dict[str, dict[str, str | None]] = {}
    shown: dict[str, str] = {}
    annotators: dict[str, str] = {}
    names: dict[str, None] = {}
    for row in _rows(source):
        names.update(dict.fromkeys(row.values))
        _require([annotator_field, id_field, label_field], names)
        identifier, annotator = (
            _text(row.values.get(name)) for name in (id_field, annotator_field)
        )
        label = _label(row, label_field)
        if identifier is None or annotator is None:
            lacking = id_field if identifier is None else annotator_field
            raise CorpusError(
                f"Got {row.source}, row {row.number}, without {lacking!r}, but expected the id of "
                "the article and the name of the annotator."
            )
        shown.setdefault(canonical(identifier), whole(identifier))
        given = found.setdefault(canonical(identifier), {})
        if canonical(annotator) in given:
            raise CorpusError(
                f"Got {row.source}, row {row.number}, where {annotator!r} labels {identifier!r} "
                "again, but expected one label from each annotator. Remove one of the two."
            )
        given[canonical(annotator)] = label
        annotators.setdefault(canonical(annotator), whole(tidy(annotator)))
    _require_rows(names, source)
    if len(annotators) < 2:
        raise CorpusError(
            f"Got labels of {len(annotators)} annotators in {annotator_field!r}, but expected two "
            "or more to compare."
        )
    table = _in_one_spelling(tuple(map(given.get, annotators)) for given in found.values())
    ids = tuple(shown[key] for key in found)
    return Annotations(ids, tuple(annotators.values()), table)


def _in_one_spelling(
    table: Iterable[tuple[str | None, ...]],
) -> tuple[tuple[str | None, ...], ...]:
    """Give labels with the same canonical form one spelling, across annotators.

    Raises
    ------
    CorpusError
        If one is several labels.
    """
    rows = list(table)
    shown = Spellings.of(label for row in rows for label in row).display()
    for label in shown.values():
        if reason := several_labels(label, shown):
            raise CorpusError(f"Got labels of which {reason}.")
    return tuple(
        tuple(None if label is None else shown.get(canonical(label)) for label in row)
        for row in rows
    )


def _label(row: Row, name: str) -> str | None:
    """Return the label in a column.

    Raises
    ------
    CorpusError
        If it holds several labels, or a value that cannot be a label.
    """
    try:
        text = text_of(row.values.get(name))
    except NoTextError as error:
        raise CorpusError(
            f"Got {row.source}, row {row.number}, whose {name!r} "
            f"{with_choice(str(error))}. Correct the row."
        ) from error
    return None if text is None else one_label(text)


def _require_rows(names: Iterable[str], source: Source) -> None:
    if not list(names):
        descriptions = [
            describe(planned, source, ("id", "label")) for planned in plan_inputs(source)
        ]
        raise CorpusError(
            f"Got {', '.join(source.files)} without a row of labels, but expected a row for each "
            f"article. {' '.join(descriptions)}"
        )


def _rows(source: Source) -> Iterator[Row]:
    for planned in plan_inputs(source):
        for row in planned.rows(source):
            if isinstance(row, RejectedRow):
                raise CorpusError(f"Got a row of labels that cannot be read: {row}. Correct it.")
            yield row


def _text(value: object) -> str | None:
    """Return the text form of an id or a name; None if it has none."""
    return (text_or_json(value) or "").strip() or None


def _require(wanted: Iterable[str], names: Iterable[str]) -> None:
    known = list(names)
    missing = [name for name in wanted if name not in known]
    if missing:
        raise CorpusError(
            f"Got labels without the requested field {', '.join(map(repr, missing))}. "
            f"The fields are: {', '.join(known)}."
        )
