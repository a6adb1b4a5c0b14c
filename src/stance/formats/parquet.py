"""Rows of Parquet, one batch at a time, in bounded memory."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from stance.corpus.article import RejectedRow, Row
from stance.errors import CorpusError, DamagedFileError
from stance.formats.input_file import STDIN, InputFile
from stance.formats.lines import LONGEST_ROW, SHOWN
from stance.formats.opening import check_content, seekable
from stance.formats.parquet_pages import BadPageError
from stance.formats.parquet_plan import LONG_TEXT, ColumnPlan, plan_column
from stance.formats.parquet_sizes import row_sizes, value_sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.formats.cursor import Cursor

PARQUET_BATCH = 1000

# Bytes of a column's pages read from the disk at once.
BUFFER = 1024 * 1024

# Target for the bytes of decoded rows in memory, and limit for those of decompressed pages.
AT_ONCE = 64 * 1024 * 1024
MOST_HELD = 128 * 1024 * 1024


def read_parquet(file: InputFile, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    """Read the rows of a Parquet file.

    Raises
    ------
    DamagedFileError
        If the file is damaged or was cut short.
    CorpusError
        If it comes from standard input, or cannot be opened.
    """
    import pyarrow as pa

    if file.name == STDIN:
        raise CorpusError(
            "Got Parquet on standard input, but its index is at the end of the file. "
            "Save it to a file and name that file."
        )
    check_content(file)
    try:
        with seekable(file, cursor) as whole, ExitStack() as open_things:
            table = _Table(file, whole, open_things)
            shared = _SharedTexts()
            for batch in _batches(table, cursor.row, cursor.end.row if cursor.end else None):
                yield from _batch_rows(file, batch, cursor, shared)
    except (pa.ArrowException, OSError, BadPageError) as error:
        raise DamagedFileError(
            f"Got {file.name}, which cannot be read as Parquet after row {cursor.row}: {error}. "
            "The file is damaged or was cut short: copy it again."
        ) from error


def row_groups(file: InputFile) -> list[tuple[int, int]]:
    """Return the number of rows and of decompressed bytes of each row group.

    Raises
    ------
    DamagedFileError
        If the file's index cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(file.path)
    except (pa.ArrowException, OSError) as error:
        raise DamagedFileError(f"Got {file.name}, whose index cannot be read: {error}.") from error
    groups = [metadata.row_group(n) for n in range(metadata.num_row_groups)]
    return [(group.num_rows, group.total_byte_size) for group in groups]


def _batches(table: _Table, first: int, end: int | None) -> Iterator[Any]:
    """Read a range of rows, and only the row groups that contain them.

    Row groups are read one by one, so that a damaged one does not affect the others.
    """
    place = 0
    for n in range(table.metadata.num_row_groups):
        n_rows = table.metadata.row_group(n).num_rows
        if place + n_rows > first and (end is None or place < end):
            to = n_rows if end is None else min(n_rows, end - place)
            yield from _group_batches(table, n, max(first - place, 0), to)
        place += n_rows


def _group_batches(table: _Table, group: int, first: int, end: int) -> Iterator[Any]:
    place = 0
    for batch in table.batches(group):
        low = max(first - place, 0)
        high = min(batch.num_rows, end - place)
        if low < high:
            yield batch.slice(low, high - low)
        place += batch.num_rows


class _Table:
    """A Parquet file whose row groups are read in pieces that fit into memory."""

    def __init__(self, file: InputFile, whole: Path | IO[bytes], open_things: ExitStack) -> None:
        import pyarrow.parquet as pq

        self._file = file
        self._whole = whole
        self.metadata = open_things.enter_context(pq.ParquetFile(whole)).metadata
        self._stream = (
            open_things.enter_context(whole.open("rb", buffering=0))
            if isinstance(whole, Path)
            else whole
        )

    def batches(self, group: int) -> Iterator[Any]:
        """Read the rows of a row group.

        Raises
        ------
        DamagedFileError
            If its pages are so large that they take too much memory.
        BadPageError
            If they cannot be found.
        """
        plan = self._plan(group)
        coded = [column.path for column in plan if column.is_coded]
        with self._opened(coded) as opened:
            size = _rows_at_once(plan)
            yield from opened.iter_batches(batch_size=size, row_groups=[group])

    def _opened(self, coded: list[str]) -> Any:
        """Open the file again, to read the texts of some columns as a dictionary."""
        import pyarrow.parquet as pq

        return pq.ParquetFile(
            self._whole, metadata=self.metadata, read_dictionary=coded, buffer_size=BUFFER
        )

    def _plan(self, group: int) -> list[ColumnPlan]:
        found = self.metadata.row_group(group)
        plan = [
            plan_column(self._stream, found.column(n), self.metadata.schema.column(n))
            for n in range(found.num_columns)
        ]
        largest = max(plan, key=lambda column: column.held, default=None)
        held = sum(column.held for column in plan)
        if largest is not None and held > MOST_HELD:
            raise DamagedFileError(
                f"Got {self._file.name}, whose row group {group + 1} takes {held:,} bytes of "
                f"memory at once ({largest.held:,} of them for the column {largest.path!r}), but "
                f"expected at most {MOST_HELD:,}. The rest was not read. Write it again in "
                "smaller pages and row groups, for instance with pyarrow.parquet.write_table(..., "
                "row_group_size=10_000), or as JSON Lines."
            )
        self._measure(group, [column for column in plan if column.is_unsure])
        return plan

    def _measure(self, group: int, columns: list[ColumnPlan]) -> None:
        """Measure the longest text in the dictionary of a column."""
        import pyarrow as pa

        if not columns:
            return
        names = [column.path for column in columns]
        with self._opened(names) as opened:
            first = next(iter(opened.iter_batches(1, row_groups=[group], columns=names)), None)
        if first is None:
            return
        for column in columns:
            same = [first.column(n) for n in first.schema.get_all_field_indices(column.path)]
            known = [values.dictionary for values in same if pa.types.is_dictionary(values.type)]
            if known:
                column.longest = max(int(value_sizes(texts).max(initial=0)) for texts in known)


def _rows_at_once(plan: list[ColumnPlan]) -> int:
    """Return how many rows can be read at once."""
    # A page may take more than that for its first row.
    most = max(AT_ONCE, sum(column.cost(1) for column in plan))
    size = PARQUET_BATCH
    while size > 1 and sum(column.cost(size) for column in plan) > most:
        size //= 2
    return size


class _SharedTexts:
    """Long texts that were read before, so that rows in memory share one copy of each."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._size = 0

    def once(self, row: Row) -> Row:
        """Return a row in which a long text that occurred before refers to the same object."""
        for name, value in row.values.items():
            row.values[name] = self._once(value)
        return row

    def _once(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return type(value)(map(self._once, value))
        if isinstance(value, dict):
            return {name: self._once(inner) for name, inner in value.items()}
        if not isinstance(value, str) or len(value) <= LONG_TEXT:
            return value
        if value not in self._known:
            self._size += len(value)
            if self._size > LONGEST_ROW:
                self._known.clear()
                self._size = len(value)
        return self._known.setdefault(value, value)


def _batch_rows(
    file: InputFile, batch: Any, cursor: Cursor, shared: _SharedTexts
) -> Iterator[Row | RejectedRow]:
    """Convert a record batch to rows; a large batch in slices."""
    if _is_small(batch):
        yield from _slice_rows(file, batch, cursor)
        return
    sizes = row_sizes(batch)
    place = 0
    while place < batch.num_rows:
        if sizes[place] > LONGEST_ROW:
            yield _overlong(file, batch.slice(place, 1), int(sizes[place]), cursor)
            place += 1
            continue
        fitting = int(np.searchsorted(np.cumsum(sizes[place:]), LONGEST_ROW, side="right"))
        for row in _slice_rows(file, _decoded(batch.slice(place, fitting)), cursor):
            yield shared.once(row) if isinstance(row, Row) else row
        place += fitting


def _is_small(batch: Any) -> bool:
    """Return whether a whole batch is within the size limit of a single row."""
    import pyarrow as pa

    nested = any(pa.types.is_dictionary(t) or pa.types.is_nested(t) for t in batch.schema.types)
    return not nested and batch.nbytes <= LONGEST_ROW


def _decoded(batch: Any) -> Any:
    """Decode dictionary columns, which is faster for a whole batch than for each row."""
    import pyarrow as pa

    columns = [
        column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _overlong(file: InputFile, row: Any, size: int, cursor: Cursor) -> RejectedRow:
    """Reject a row that is too long, and keep its short values."""
    cursor.row += 1
    names = row.schema.names
    short = [n for n, column in enumerate(row.columns) if value_sizes(column)[0] <= SHOWN]
    kept = _row_values(row.select(short)) or {}
    raw = {name: kept[name] for name in names if name in kept}
    reason = f"a row of over {LONGEST_ROW:,} bytes ({size:,})"
    return RejectedRow(file.name, cursor.row, reason, raw)


def _slice_rows(file: InputFile, batch: Any, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    """Convert a slice to rows; one by one only if a value in it cannot be converted."""
    try:
        rows = batch.to_pylist()
    except (UnicodeDecodeError, OverflowError, ValueError):
        rows = [_row_values(batch.slice(place, 1)) for place in range(batch.num_rows)]
    for values in rows:
        cursor.row += 1
        if values is None:
            yield RejectedRow(file.name, cursor.row, "invalid UTF-8")
        else:
            yield Row(file.name, cursor.row, values)


def _row_values(row: Any) -> dict[str, Any] | None:
    """Read the readable values of a row; None if its text is not UTF-8."""
    values: dict[str, Any] = {}
    for name in row.schema.names:
        try:
            values[name] = row[name][0].as_py()
        except UnicodeDecodeError:
            return None
        except (OverflowError, ValueError):
            # For instance a date out of range, in a column that is not used.
            values[name] = None
    return values
