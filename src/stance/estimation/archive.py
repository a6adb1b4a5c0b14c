"""Reading a labelled archive as a stream: ids, predicted labels and fields as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stance.corpus.article import FieldMapping, RejectedRow, Row
from stance.corpus.dates import EXPECTED_DATE
from stance.corpus.keys import canonical
from stance.errors import CorpusError, MissingFieldError
from stance.estimation.archive_columns import (
    NO_VALUE,
    FieldColumn,
    FrameHash,
    Grouping,
    LabelNumbers,
    id_hashes,
)
from stance.estimation.archive_probabilities import ProbabilityRows
from stance.formats.diagnosis import LOOKED_AT, describe
from stance.formats.inputs import PlannedInput, plan_inputs
from stance.formats.labelled import ARTICLE_FIELDS
from stance.formats.reading import matches
from stance.formats.values import NoTextError, text_of, text_or_json

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from numpy.typing import NDArray

    from stance.formats.source import Source
    from stance.formats.tables import TableInput

BATCH = 8192
# Rejected rows that are kept for messages.
HELD = 5
DATE_PARTS = ("month", "year")


@dataclass(frozen=True)
class Batch:
    """Some articles of an archive, in the order of the files.

    Parameters
    ----------
    first : int
        Index of the first one among all usable articles.
    ids : list of str
        In their canonical form.
    hashes : ndarray of uint64, shape (n, 2)
        128 bits of the hash of each id.
    label : ndarray of int64, shape (n,)
        Number of the predicted label in `LabelledArchive.labels`.
    probabilities : ndarray of float64, shape (n, n_labels), or None
        None if the rows have none. There is a column for each label that is known so
        far: later batches can have more columns.
    fields : dict of str to ndarray of int64, shape (n,)
        Numbers of the values of the fields; `LabelledArchive.grouping` returns the value
        of each number once all rows are read.
    rows : list of Row
    """

    first: int
    ids: list[str]
    hashes: NDArray[np.uint64]
    label: NDArray[np.int64]
    probabilities: NDArray[np.float64] | None
    fields: dict[str, NDArray[np.int64]]
    rows: list[Row]

    def __len__(self) -> int:
        """Return the number of articles."""
        return len(self.ids)


class LabelledArchive:
    """The predicted labels of an archive, of any size.

    Parameters
    ----------
    source : Source
        Rows of ``stance predict``, or of any program that writes an id and a label.
    fields : sequence of str
        Fields whose values are needed: fields of an article, ``month`` or ``year`` (of
        its date), or any field of the files.
    on_input : callable
        Called with each input before it is read.
    table : TableInput, optional
        Read these rows instead of the files of `source`.

    Attributes
    ----------
    n : int
        Usable rows so far.
    n_rejected : int
        Rows without an id or a label, or with probabilities that are none.
    rejected : list of RejectedRow
        The first of them.
    frame : FrameHash
    id_name, label_name : str
        The fields of the id and of the predicted label, once rows are read.
    """

    def __init__(
        self,
        source: Source,
        fields: Sequence[str] = (),
        on_input: Callable[[PlannedInput], object] = lambda planned: None,
        table: TableInput | None = None,
    ) -> None:
        self.source = source
        self._table = table
        self.id_name, self.label_name = source.fields.id, source.fields.label
        self.n = self.n_rejected = 0
        self.rejected: list[RejectedRow] = []
        self.frame = FrameHash()
        self._fields = tuple(dict.fromkeys(fields))
        self._columns: dict[str, FieldColumn] = {}
        self._counts = {name: np.zeros(0, np.int64) for name in self._fields}
        self._labels = LabelNumbers()
        self._probabilities = ProbabilityRows(self._labels)
        self._names: dict[str, None] = {}
        self._hashes: list[NDArray[np.uint64]] = []
        # The input and the number of each usable row, to read some of them again.
        self._planned: Sequence[PlannedInput | TableInput] = []
        self._ends: list[int] = []
        self._row_numbers: list[NDArray[np.int64]] = []
        self._on_input = on_input
        self._where = {
            name: frozenset(map(canonical, accepted)) for name, accepted in source.accepted.items()
        }

    @property
    def labels(self) -> list[str]:
        """The labels by their numbers, each in its most frequent spelling."""
        return self._labels.displayed()

    @property
    def label_keys(self) -> list[str]:
        """The canonical forms of the labels, by their numbers."""
        return self._labels.keys

    @property
    def has_probabilities(self) -> bool:
        """Whether the rows have probabilities."""
        return bool(self._probabilities.are_given)

    def has_values(self, field: str) -> bool:
        """Return whether any row so far has a value of a field."""
        return len(self._columns[field]) > 0

    def grouping(self, field: str) -> Grouping:
        """Return the values of a field once all rows are read.

        Raises
        ------
        CorpusError
            If no article has one.
        """
        column = self._columns[field]
        found = column.grouping(self._counts[field], self.source.date_order)
        if not found.values:
            raise CorpusError(self._no_values(field, found))
        return found

    def batches(self) -> Iterator[Batch]:
        """Read the articles.

        Raises
        ------
        CorpusError
            If no row can be used, an id occurs twice, or some rows have probabilities and
            others do not.
        MissingFieldError
            If a requested field is in no row of the first input.
        """
        self._planned = [self._table] if self._table else plan_inputs(self.source)
        for one in self._planned:
            if isinstance(one, PlannedInput):
                self._on_input(one)
            rows: list[Row] = []
            for row in one.rows(self.source):
                if isinstance(row, RejectedRow):
                    self._reject(row)
                elif not self._where or matches(row.values, self._where):
                    rows.append(row)
                    if len(rows) == BATCH:
                        yield from self._batch(rows)
                        rows = []
            yield from self._batch(rows)
            self._ends.append(self.n)
        if not self.n:
            raise CorpusError(self._nothing_usable(self._planned))
        self._refuse_repeated_ids()

    def rows_at(self, places: Collection[int]) -> Iterator[tuple[int, Row]]:
        """Read some rows again, after `batches`.

        Parameters
        ----------
        places : collection of int
            Indices among all usable articles.

        Yields
        ------
        tuple of int and Row
            Each index with its row, in the order of the files.

        Raises
        ------
        CorpusError
            If a file changed in the meantime.
        """
        numbers, hashes = np.concatenate(self._row_numbers), np.concatenate(self._hashes)
        wanted = np.sort(np.array([*places], np.int64))
        begin = 0
        for planned, end in zip(self._planned, self._ends, strict=True):
            here = wanted[(wanted >= begin) & (wanted < end)].tolist()
            begin = end
            waiting = {int(numbers[place]): place for place in here}
            for row in planned.rows(self.source) if waiting else ():
                number = row.number if isinstance(row, Row) else row.row
                if number not in waiting:
                    continue
                place = waiting.pop(number)
                if isinstance(row, RejectedRow) or not self._has_id(row, hashes[place]):
                    raise CorpusError(_changed(planned, number))
                yield place, row
                if not waiting:
                    break
            if waiting:
                raise CorpusError(_changed(planned, min(waiting)))

    def _has_id(self, row: Row, hashed: NDArray[np.uint64]) -> bool:
        key = canonical(text_or_json(row.values.get(self.id_name)) or "")
        return bool((id_hashes([key])[0] == hashed).all())

    def _batch(self, rows: list[Row]) -> Iterator[Batch]:
        if not rows:
            return
        if not self._names:
            self._names = dict.fromkeys(name for row in rows[:LOOKED_AT] for name in row.values)
            self._columns = {name: self._column(name, rows) for name in self._fields}
            self._find_id_and_label()
        rows, ids, labels = self._identified(rows)
        probabilities, faults = self._probabilities.of(rows)
        if faults:
            for place, fault in faults.items():
                self._reject(rows[place].rejected(fault))
            kept = [place for place in range(len(rows)) if place not in faults]
            rows = [rows[place] for place in kept]
            ids, labels = [ids[place] for place in kept], [labels[place] for place in kept]
            probabilities = None if probabilities is None else probabilities[kept]
        if not rows:
            return
        self._labels.count(labels)
        number = np.array([*map(self._labels.of, labels)], np.int64)
        if probabilities is not None and probabilities.shape[1] < len(self._labels):
            added = len(self._labels) - probabilities.shape[1]
            probabilities = np.pad(probabilities, ((0, 0), (0, added)))
        hashes = id_hashes(ids)
        self.frame.add(hashes, number, self._labels.keys)
        self._hashes.append(hashes)
        self._row_numbers.append(np.array([row.number for row in rows], np.int64))
        first, self.n = self.n, self.n + len(rows)
        yield Batch(first, ids, hashes, number, probabilities, self._numbers(rows), rows)

    def _find_id_and_label(self) -> None:
        """Take 'id' and 'label', which 'stance predict' writes, for names that are not there."""
        if self.id_name not in self._names:
            self.id_name = FieldMapping().id
        if self.label_name not in self._names:
            if self.label_name != FieldMapping().label and "label" not in self.source.optional:
                raise MissingFieldError(
                    f"Got labels without a field {self.label_name!r}, but expected it. Their "
                    f"fields are: {', '.join(self._names)}. Name one with --label-field."
                )
            self.label_name = FieldMapping().label

    def _identified(self, rows: list[Row]) -> tuple[list[Row], list[str], list[str]]:
        """Return the rows that have an id and a label, with both."""
        id_name, label_name = self.id_name, self.label_name
        kept: list[Row] = []
        ids: list[str] = []
        labels: list[str] = []
        for row in rows:
            identifier, label = row.values.get(id_name), row.values.get(label_name)
            if type(identifier) is not str:
                identifier = text_or_json(identifier) or ""
            try:
                if type(label) is not str or not label:
                    label = text_of(label) or self._probabilities.most_probable(row.values) or ""
            except NoTextError as error:
                self._reject(row.rejected(f"{label_name!r} {error}"))
                continue
            key = canonical(identifier)
            if not key or not (label in self._labels or canonical(label)):
                missing = f"no label in {label_name!r}" if key else f"no id in {id_name!r}"
                self._reject(row.rejected(missing))
            elif row.suspect and not _is_utf8(f"{key}{label}"):
                self._reject(row.rejected("invalid UTF-8"))
            else:
                kept.append(row)
                ids.append(key)
                labels.append(label)
        return kept, ids, labels

    def _numbers(self, rows: list[Row]) -> dict[str, NDArray[np.int64]]:
        found = {}
        for field, column in self._columns.items():
            number, name = column.number, column.name
            numbers = np.array([number(row.values.get(name)) for row in rows], np.int64)
            found[field] = numbers
            counts = np.bincount(numbers[numbers != NO_VALUE], minlength=len(column))
            counts[: len(self._counts[field])] += self._counts[field]
            self._counts[field] = counts
        return found

    def _column(self, field: str, rows: Sequence[Row]) -> FieldColumn:
        """Return the column of a field; the month and the year are derived if no field has them."""
        fields = self.source.fields
        name = getattr(fields, field) if field in ARTICLE_FIELDS else field
        first = [row.values for row in rows[:LOOKED_AT]]
        if field in DATE_PARTS and not any(values.get(name) for values in first):
            return FieldColumn(fields.published, field)
        return FieldColumn(name)

    def _reject(self, row: RejectedRow) -> None:
        self.n_rejected += 1
        if len(self.rejected) < HELD:
            self.rejected.append(row)

    def _refuse_repeated_ids(self) -> None:
        hashes = np.concatenate(self._hashes)
        order = np.lexsort((hashes[:, 1], hashes[:, 0]))
        ordered = hashes[order]
        same = np.flatnonzero((ordered[1:] == ordered[:-1]).all(axis=1))
        if not len(same):
            return
        places = sorted(order[same[0] : same[0] + 2].tolist())
        first, again = (row for _, row in self.rows_at(places))
        more = "" if len(same) == 1 else f"; {len(same) - 1:,} more ids are repeated"
        raise CorpusError(
            f"Got the id {text_or_json(first.values.get(self.id_name))!r} twice "
            f"({first.source}, row {first.number}, and {again.source}, row {again.number}{more}), "
            "but expected one row for each article. Remove the repeated rows, or give articles of "
            "different files different ids."
        )

    def _nothing_usable(self, planned: Sequence[PlannedInput | TableInput]) -> str:
        names = ", ".join(one.name for one in planned[:HELD])
        where = self.source.describe_where()
        filtered = f" (--where {where} filtered out the others)" if where else ""
        faults = "".join(f"\n  {row}" for row in self.rejected)
        if isinstance(first := planned[0], PlannedInput):
            told = describe(first, self.source, ("id", "label"))
        else:
            told = f"Its fields are: {', '.join(self._names)}." if self._names else "It is empty."
        return (
            f"Got {names}, where no row can be used{filtered}, but expected an id and a label in "
            f"each, as 'stance predict' writes them. "
            f"{told}{faults}"
        )

    def _no_values(self, field: str, found: Grouping) -> str:
        if found.dates is not None and (bad := found.dates.unreadable + found.dates.ambiguous):
            return (
                f"Got dates that cannot be read (the first: {bad[0].value!r} {bad[0].reason}), but "
                f"expected {EXPECTED_DATE}. {found.dates.ask_for_order()}".rstrip()
            )
        if field in DATE_PARTS:
            name = self.source.fields.published
            return (
                f"Got no article with a date, but expected {name!r} such as 2019-03-23 to take the "
                f"{field} from. Keep it with 'stance predict --keep {name}', or name another field "
                "with --published-field."
            )
        return (
            f"Got the field {field!r}, which no article has, but expected one of "
            f"{', '.join(self._names)}. Keep it with 'stance predict --keep {field}'."
        )


def _changed(planned: PlannedInput | TableInput, row: int) -> str:
    return (
        f"Got {planned.name}, which changed while it was read: row {row:,} is another one. Run the "
        "command again when the file is complete."
    )


def _is_utf8(text: str) -> bool:
    """Return whether a text has no lone surrogates, which stand for bytes that are not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
