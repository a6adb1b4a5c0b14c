"""The rows of all inputs in order, each with the position after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from stance.corpus.article import Article, RejectedRow, Row, as_json
from stance.errors import DamagedFileError, MissingFieldError
from stance.formats.cursor import ByteRangeCursor, Cursor, Place
from stance.formats.diagnosis import first_rows, no_such_field
from stance.formats.reading import READ, ArticleLocator, LocatedArticle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from stance.formats.cursor import ByteRange, Mark, Position
    from stance.formats.inputs import PlannedInput
    from stance.formats.source import Source

# A requested field that is in none of the first rows is taken for a misspelt name.
PROBED_ROWS = 1000

SOURCE, ROW = "@source", "@row"


class InputPosition(NamedTuple):
    """A position between two rows: the number of the input, and the position in it."""

    n_input: int
    position: Position

    @classmethod
    def before_input(cls, n_input: int) -> Self:
        """Return the position before the first row of an input."""
        return cls(n_input, Cursor().position())

    def with_mark(self, mark: Mark) -> Self:
        """Return the same position with another hash."""
        return self._replace(position=self.position._replace(mark=mark))


class InputEnd(NamedTuple):
    """An input was read to its end, or to a damaged place, which counts as a rejected row."""

    n_input: int
    n_bytes: int
    sha256: str
    damage: RejectedRow | None


class Entry(NamedTuple):
    """One row, and the number of rows filtered out before it; `found` is None at a range's end."""

    found: Article | RejectedRow | InputEnd | None
    kept: dict[str, Any]
    position: InputPosition
    filtered_out: int


@dataclass(frozen=True)
class Selection:
    """The selection of rows and fields.

    Parameters
    ----------
    source : Source
        The field mapping and the row filter.
    keep : sequence of str
        Fields of the input to copy into the output; ``@source`` and ``@row``
        give the origin of a row.
    takes : frozenset of str
        The fields of an article that are read: those that affect its label.
    """

    source: Source
    keep: Sequence[str] = ()
    takes: frozenset[str] = READ

    @property
    def named(self) -> set[str]:
        """The fields that the first rows must have: the text, and the requested ones."""
        return self.source.required | {name for name in self.keep if name not in {SOURCE, ROW}}

    @property
    def wanted(self) -> set[str]:
        """All fields that at least one row must have."""
        return self.named | set(self.source.where)

    def kept(self, row: Row) -> dict[str, Any]:
        """Return the fields of a row that are copied into the output."""
        values = {name: as_json(row.values.get(name)) for name in self.keep}
        if SOURCE in values:
            values[SOURCE] = as_json(row.source)
        if ROW in values:
            values[ROW] = row.number
        return values


@dataclass
class FieldCheck:
    """Which of the requested fields were found, and in which row first.

    Parameters
    ----------
    wanted : set of str
    first : dict of str to int
        For each field found, the number of rows up to the first with it.
    fields : dict of str to None
        All fields of the first rows, for a message about a misspelt name.
    n_rows : int
        Rows checked; rows are not checked once all fields were found.
    """

    wanted: set[str]
    first: dict[str, int] = field(default_factory=dict)
    fields: dict[str, None] = field(default_factory=dict)
    n_rows: int = 0

    @property
    def missing(self) -> set[str]:
        """The wanted fields that no row had so far."""
        return self.wanted - self.first.keys()

    def find(self, name: str) -> None:
        """Mark a field as found that every row of an input has, such as the text of a text file."""
        if name in self.missing:
            self.first[name] = self.n_rows + 1

    def look(self, row: Row) -> None:
        """Check a row."""
        self.n_rows += 1
        for name in self.missing & row.values.keys():
            self.first[name] = self.n_rows
        if len(self.fields) < PROBED_ROWS:
            self.fields.update(dict.fromkeys(row.values))

    def add(self, later: FieldCheck) -> None:
        """Add the result for the rows after these."""
        for name, n in later.first.items():
            self.first.setdefault(name, self.n_rows + n)
        if len(self.fields) < PROBED_ROWS:
            self.fields.update(later.fields)
        self.n_rows += later.n_rows

    def named_missing(self, named: set[str]) -> set[str]:
        """Return the fields of `named` that no first row had; empty until enough rows were read."""
        if self.n_rows < PROBED_ROWS:
            return set()
        late = {name for name, n in self.first.items() if n > PROBED_ROWS}
        return (self.missing | late) & named


class InputReader:
    """Reads inputs in order, from any place that an earlier reading had reached.

    Parameters
    ----------
    inputs : sequence of PlannedInput
    selection : Selection
    n_input : int
        The first input to read.
    n_end : int, optional
        The input before which to stop.
    place : Place
        The place in the first input at which to start.
    missing : iterable of str, optional
        Requested fields that no row had so far; all of them by default.
    before_read : callable, optional
        Called before each read, which may block.
    checks_fields : bool
        Whether to raise an error if a requested field is missing; otherwise the
        caller evaluates `field_check`.
    """

    def __init__(
        self,
        inputs: Sequence[PlannedInput],
        selection: Selection,
        *,
        n_input: int = 0,
        n_end: int | None = None,
        place: Place | None = None,
        missing: Iterable[str] | None = None,
        before_read: Callable[[], None] | None = None,
        checks_fields: bool = True,
    ) -> None:
        self._inputs = inputs
        self._selection = selection
        self._numbers = range(n_input, len(inputs) if n_end is None else n_end)
        self._place = place or Place()
        self._before_read = before_read
        self._checks_fields = checks_fields
        self.field_check = FieldCheck(selection.wanted if missing is None else set(missing))

    @property
    def missing(self) -> set[str]:
        """Requested fields that no row had so far."""
        return self.field_check.missing

    def __iter__(self) -> Iterator[Entry]:
        place = self._place
        for n_input in self._numbers:
            yield from self._read(n_input, Cursor(place, self._before_read))
            place = Place()
        if self._checks_fields:
            refuse_missing(self._inputs, self._selection, self.field_check)

    def byte_range(self, n_input: int, byte_range: ByteRange) -> Iterator[Entry]:
        """Read a part of one input; the last entry has only the position after it."""
        return self._read(n_input, ByteRangeCursor(byte_range))

    def _read(self, n_input: int, cursor: Cursor) -> Iterator[Entry]:
        planned = self._inputs[n_input]
        damage = None
        filtered_out = 0
        try:
            for found, kept in self._rows(planned, cursor):
                if found is None:
                    filtered_out += 1
                    continue
                yield Entry(found, kept, InputPosition(n_input, cursor.position()), filtered_out)
                filtered_out = 0
        except DamagedFileError as error:
            damage = _damage(planned, cursor, error)
            cursor = _to_the_end(planned, cursor)
        if cursor.end is not None:
            cursor.check(planned.name)
            yield Entry(None, {}, InputPosition(n_input, cursor.position()), filtered_out)
            return
        sha256 = "" if planned.kind == "dataset" else cursor.mark.sha256
        end = InputEnd(n_input, cursor.mark.n_bytes, sha256, damage)
        yield Entry(end, {}, InputPosition.before_input(n_input + 1), filtered_out)

    def _rows(
        self, planned: PlannedInput, cursor: Cursor
    ) -> Iterator[tuple[Article | RejectedRow | None, dict[str, Any]]]:
        holds_texts = planned.kind == "texts"
        locator = ArticleLocator(
            self._selection.source,
            takes=self._selection.takes,
            prefix=planned.prefix,
            holds_texts=holds_texts,
            date_order=self._selection.source.date_order,
        )
        if holds_texts:
            for name in (self._selection.source.fields.text, self._selection.source.fields.id):
                self.field_check.find(name)
        keeps = bool(self._selection.keep)
        missing = self.missing
        for row in planned.rows(self._selection.source, cursor):
            if isinstance(row, RejectedRow):
                yield row, {}
                continue
            if missing:
                self.field_check.look(row)
                missing = self.missing
                if self._checks_fields:
                    refuse_misspelt(self._inputs, self._selection, self.field_check)
            found = locator.locate(row)
            if isinstance(found, LocatedArticle):
                yield found.article, self._selection.kept(row) if keeps else {}
            else:
                yield found, {}


def refuse_misspelt(inputs: Sequence[PlannedInput], selection: Selection, seen: FieldCheck) -> None:
    """Refuse a requested field that none of the first rows had.

    Raises
    ------
    MissingFieldError
        If there is such a field.
    """
    if missing := seen.named_missing(selection.named):
        raise _missing(inputs, selection, missing, seen)


def refuse_missing(inputs: Sequence[PlannedInput], selection: Selection, seen: FieldCheck) -> None:
    """Refuse, at the end, a requested field that no row had.

    Raises
    ------
    MissingFieldError
        If there is such a field.
    """
    if seen.fields and seen.missing:
        raise _missing(inputs, selection, seen.missing, seen)


def _missing(
    inputs: Sequence[PlannedInput], selection: Selection, fields: set[str], seen: FieldCheck
) -> MissingFieldError:
    rows = [dict.fromkeys(seen.fields), *first_rows(inputs[0], selection.source)]
    return no_such_field(
        inputs[0], fields, rows, selection.source.fields, ("text", "id"), n_more=len(inputs) - 1
    )


def _damage(planned: PlannedInput, cursor: Cursor, error: DamagedFileError) -> RejectedRow:
    by_bytes = planned.file is not None and planned.file.format not in {"parquet", "xlsx"}
    return RejectedRow(
        planned.name,
        cursor.row + 1,
        f"the rest of the file cannot be read ({error})",
        offset=cursor.offset if by_bytes else None,
    )


def _to_the_end(planned: PlannedInput, cursor: Cursor) -> Cursor:
    """Hash the whole of a file that could be parsed only up to a damaged place."""
    if planned.file is None or planned.file.is_remote or not planned.file.path.is_file():
        return cursor
    whole = Cursor()
    whole.update_from(planned.file.path)
    return whole
