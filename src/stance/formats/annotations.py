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
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from stance.corpus.article import Row

COMMENT, CONFIDENCE = "comment", "confidence"


@dataclass(frozen=True)
class Remark:
    """What an annotator added to a label.

    Parameters
    ----------
    comment, confidence : str, optional
        As given.
    """

    comment: str | None = None
    confidence: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, object], suffix: str = "") -> Remark:
        """Return the remark in a row, whose columns may end with an annotator's name."""
        return cls(
            _text(values.get(f"{COMMENT}{suffix}")), _text(values.get(f"{CONFIDENCE}{suffix}"))
        )


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
    texts : tuple of str or None
        Of the articles; empty if they are unknown.
    remarks : tuple of tuple of Remark
        As `labels`; empty if there are none.
    """

    ids: tuple[str, ...]
    annotators: tuple[str, ...]
    labels: tuple[tuple[str | None, ...], ...]
    texts: tuple[str | None, ...] = ()
    remarks: tuple[tuple[Remark, ...], ...] = ()


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
        Articles need no text. ``comment_NAME`` and ``confidence_NAME`` are what the
        annotator of the column ``NAME`` added; so they are for ``label_NAME``.
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
    texts: list[str | None] = []
    remarks: list[tuple[Remark, ...]] = []
    suffixes = [f"_{name.removeprefix('label_')}" for name in annotators]
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
        texts.append(_text(row.values.get(source.fields.text)))
        remarks.append(tuple(Remark.of(row.values, suffix) for suffix in suffixes))
    _require_rows(names, source)
    _require(annotators, names)
    return Annotations(
        tuple(shown[key] for key in found),
        tuple(annotators),
        _in_one_spelling(found.values()),
        _if_any(texts),
        _remarks(remarks),
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
    names: dict[str, None] = {}
    table = LongTable(annotator_field)
    for row in _rows(source):
        names.update(dict.fromkeys(row.values))
        _require([annotator_field, id_field, label_field], names)
        identifier, annotator = (
            _text(row.values.get(name)) for name in (id_field, annotator_field)
        )
        label = _label(row, label_field)
        if _text(row.values.get("origin")) == "model":
            continue  # of a table that 'stance annotate import' wrote
        if identifier is None or (annotator is None and label is not None):
            lacking = id_field if identifier is None else annotator_field
            raise CorpusError(
                f"Got {row.source}, row {row.number}, without {lacking!r}, but expected the id of "
                "the article and the name of the annotator."
            )
        text = _text(row.values.get(source.fields.text))
        where = f"{row.source}, row {row.number}"
        table.add(
            where,
            identifier,
            text=text,
            annotator=annotator,
            label=label,
            remark=Remark.of(row.values),
        )
    _require_rows(names, source)
    return table.annotations()


class LongTable:
    """Labels given one by one, collected as a table of articles and annotators.

    Parameters
    ----------
    annotator_field : str
        Where the annotators are named, for messages.
    """

    def __init__(self, annotator_field: str) -> None:
        self._field = annotator_field
        self._given: dict[str, dict[str, tuple[str | None, Remark]]] = {}
        self._ids: dict[str, str] = {}
        self._texts: dict[str, str | None] = {}
        self._annotators: dict[str, str] = {}

    def add(
        self,
        where: str,
        identifier: str,
        *,
        text: str | None,
        annotator: str | None,
        label: str | None,
        remark: Remark,
    ) -> None:
        """Add what one annotator said of an article; without an annotator, the article alone.

        Raises
        ------
        CorpusError
            If the annotator labels it again.
        """
        key = canonical(identifier)
        self._ids.setdefault(key, whole(identifier))
        self._texts[key] = self._texts.get(key) or text
        given = self._given.setdefault(key, {})
        if annotator is None:
            return
        if canonical(annotator) in given:
            raise CorpusError(
                f"Got {where}, where {annotator!r} labels {identifier!r} again, but expected one "
                "label from each annotator. Remove one of the two."
            )
        given[canonical(annotator)] = (label, remark)
        self._annotators.setdefault(canonical(annotator), whole(tidy(annotator)))

    def annotations(self) -> Annotations:
        """Return the table.

        Raises
        ------
        CorpusError
            If there is only one annotator, or a label is several.
        """
        if len(self._annotators) < 2:
            raise CorpusError(
                f"Got labels of {len(self._annotators)} annotators in {self._field!r}, but "
                "expected two or more to compare."
            )
        nothing = (None, Remark())
        rows = [
            [given.get(key, nothing) for key in self._annotators] for given in self._given.values()
        ]
        return Annotations(
            tuple(self._ids.values()),
            tuple(self._annotators.values()),
            _in_one_spelling(tuple(label for label, _ in row) for row in rows),
            _if_any(self._texts.values()),
            _remarks(tuple(remark for _, remark in row) for row in rows),
        )


def _if_any(texts: Iterable[str | None]) -> tuple[str | None, ...]:
    found = tuple(texts)
    return found if any(found) else ()


def _remarks(table: Iterable[tuple[Remark, ...]]) -> tuple[tuple[Remark, ...], ...]:
    found = tuple(table)
    return found if any(remark != Remark() for row in found for remark in row) else ()


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
