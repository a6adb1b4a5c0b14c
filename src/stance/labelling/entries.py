"""The rows of all inputs one after the other, each with the place behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from stance.corpus.article import Article, FieldMapping, RejectedRow, Row, as_json
from stance.corpus.cursor import Cursor, Mark, Place
from stance.corpus.reading import Located, Locator, no_such_field
from stance.errors import DamagedFileError, MissingFieldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from stance.corpus.inputs import PlannedInput

# A field asked for by name that is in none of so many rows is a slip of the pen.
PROBED_ROWS = 1000

SOURCE, ROW = "@source", "@row"


class Spot(NamedTuple):
    """A place between two rows of all inputs; `Mark` spares a hash that nobody asks for."""

    n_input: int
    row: int
    offset: int
    header: tuple[str, ...]
    mark: Mark

    def place(self) -> Place:
        """Return the place within the input."""
        return Place(self.row, self.offset, self.header, self.mark.n_bytes, self.mark.sha256)


class InputEnd(NamedTuple):
    """An input was read to its end, or to where it is damaged, which is a row set aside."""

    n_input: int
    n_bytes: int
    sha256: str
    damage: RejectedRow | None


class Entry(NamedTuple):
    """One row on its way, and what was passed over before it."""

    found: Article | RejectedRow | InputEnd
    kept: dict[str, Any]
    spot: Spot
    passed: int


@dataclass(frozen=True)
class Selection:
    """Which rows and fields are wanted.

    Parameters
    ----------
    fields : FieldMapping
        The inputs' own names of an article's fields.
    where : mapping of str to str
        Only rows whose field has this value.
    keep : sequence of str
        Fields of the input that the output carries; ``@source`` and ``@row``
        tell where a row came from.
    """

    fields: FieldMapping
    where: Mapping[str, str]
    keep: Sequence[str] = ()

    @property
    def named(self) -> set[str]:
        """The fields that nearly every row must have, since they were asked for by name."""
        own = {name for name in self.keep if name not in {SOURCE, ROW}}
        return own | {theirs for _, theirs in self.fields.renamed()}

    def kept(self, row: Row) -> dict[str, Any]:
        """Return the fields of a row that the output carries."""
        values = {name: as_json(row.values.get(name)) for name in self.keep}
        if SOURCE in values:
            values[SOURCE] = as_json(row.source)
        if ROW in values:
            values[ROW] = row.number
        return values


class Intake:
    """Reads inputs one after the other, from any place that an earlier reading had reached.

    Parameters
    ----------
    inputs : sequence of PlannedInput
    selection : Selection
    n_input : int
        The input to begin with.
    place : Place
        Where in it to begin.
    unseen : iterable of str, optional
        Fields asked for by name that no row had yet; all of them unless given.
    before_read : callable, optional
        Called when a read may take long.
    """

    def __init__(
        self,
        inputs: Sequence[PlannedInput],
        selection: Selection,
        *,
        n_input: int = 0,
        place: Place | None = None,
        unseen: Sequence[str] | None = None,
        before_read: Callable[[], None] | None = None,
    ) -> None:
        self._inputs = inputs
        self._selection = selection
        self._first = n_input
        self._place = place or Place()
        self._before_read = before_read
        wanted = selection.named | set(selection.where)
        self.unseen: set[str] = wanted if unseen is None else set(unseen)
        self._fields_seen: dict[str, None] = {}
        self._n_probed = 0

    def __iter__(self) -> Iterator[Entry]:
        place = self._place
        for n_input in range(self._first, len(self._inputs)):
            yield from self._read(n_input, Cursor(place, self._before_read))
            place = Place()
        if self._fields_seen and self.unseen:
            raise self._missing(self.unseen)

    def _read(self, n_input: int, cursor: Cursor) -> Iterator[Entry]:
        planned = self._inputs[n_input]
        damage = None
        passed = 0
        try:
            for found, kept in self._rows(planned, cursor):
                if found is None:
                    passed += 1
                    continue
                spot = Spot(n_input, cursor.row, cursor.offset, cursor.header, cursor.mark)
                yield Entry(found, kept, spot, passed)
                passed = 0
        except DamagedFileError as error:
            damage = _damage(planned, cursor, error)
            cursor = _to_the_end(planned, cursor)
        sha256 = "" if planned.kind == "dataset" else cursor.mark.sha256
        end = InputEnd(n_input, cursor.mark.n_bytes, sha256, damage)
        yield Entry(end, {}, Spot(n_input + 1, 0, 0, (), Cursor().mark), passed)

    def _rows(
        self, planned: PlannedInput, cursor: Cursor
    ) -> Iterator[tuple[Article | RejectedRow | None, dict[str, Any]]]:
        locator = Locator(planned, self._selection.fields, self._selection.where)
        keeps = bool(self._selection.keep)
        for row in planned.rows(self._selection.fields, cursor):
            if isinstance(row, RejectedRow):
                yield row, {}
                continue
            if self.unseen:
                self._probe(row)
            found = locator.locate(row)
            if isinstance(found, Located):
                yield found.article, self._selection.kept(row) if keeps else {}
            else:
                yield found, {}

    def _probe(self, row: Row) -> None:
        self.unseen -= row.values.keys()
        if len(self._fields_seen) < PROBED_ROWS:
            self._fields_seen.update(dict.fromkeys(row.values))
        self._n_probed += 1
        if self._n_probed == PROBED_ROWS and (missing := self.unseen & self._selection.named):
            raise self._missing(missing)

    def _missing(self, fields: set[str]) -> MissingFieldError:
        names = ", ".join(planned.name for planned in self._inputs[:3])
        more = len(self._inputs) - 3
        names += f" and {more} more" if more > 0 else ""
        return no_such_field(names, fields, self._fields_seen)


def _damage(planned: PlannedInput, cursor: Cursor, error: DamagedFileError) -> RejectedRow:
    by_bytes = planned.source is not None and planned.source.format != "parquet"
    return RejectedRow(
        planned.name,
        cursor.row + 1,
        f"nothing from here on can be read ({error})",
        offset=cursor.offset if by_bytes else None,
    )


def _to_the_end(planned: PlannedInput, cursor: Cursor) -> Cursor:
    """Hash a whole file of which only the beginning could be read."""
    if planned.source is None or planned.source.is_remote or not planned.source.path.is_file():
        return cursor
    whole = Cursor()
    whole.update_from(planned.source.path)
    return whole
