"""Rows of Parquet, a batch at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stance.corpus.article import RejectedRow, Row
from stance.corpus.opening import STDIN, InputFile, check_content, seekable
from stance.errors import CorpusError, DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.corpus.cursor import Cursor

PARQUET_BATCH = 1000


def read_parquet(file: InputFile, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    """Read the rows of a Parquet file.

    Raises
    ------
    DamagedFileError
        If the file is damaged or was cut short.
    CorpusError
        If it comes by standard input, or cannot be opened.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if file.name == STDIN:
        raise CorpusError(
            "Got Parquet on standard input, but its index stands at the end of the file. "
            "Save it to a file and name that."
        )
    check_content(file)
    try:
        with seekable(file, cursor) as whole, pq.ParquetFile(whole) as table:
            for batch in _batches(table, cursor.row, cursor.end.row if cursor.end else None):
                yield from _batch_rows(file, batch, cursor)
    except (pa.ArrowException, OSError) as error:
        raise DamagedFileError(
            f"Got {file.name}, which cannot be read as Parquet after row {cursor.row}: {error}. "
            "The file is damaged or was cut short: copy it again."
        ) from error


def row_groups(file: InputFile) -> list[tuple[int, int]]:
    """Return the rows and the bytes, decompressed, of each row group.

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


def _batches(table: Any, first: int, end: int | None) -> Iterator[Any]:
    """Read some rows, with no look at the row groups that hold none of them.

    Group by group, so that a damaged one takes no row of another with it.
    """
    place = 0
    for n in range(table.num_row_groups):
        n_rows = table.metadata.row_group(n).num_rows
        if place + n_rows > first and (end is None or place < end):
            to = n_rows if end is None else min(n_rows, end - place)
            yield from _group_batches(table, n, max(first - place, 0), to)
        place += n_rows


def _group_batches(table: Any, group: int, first: int, end: int) -> Iterator[Any]:
    place = 0
    for batch in table.iter_batches(batch_size=PARQUET_BATCH, row_groups=[group]):
        low = max(first - place, 0)
        high = min(batch.num_rows, end - place)
        if low < high:
            yield batch.slice(low, high - low)
        place += batch.num_rows


def _batch_rows(file: InputFile, batch: Any, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    """Turn a record batch into rows, one by one only if something in it cannot be turned."""
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
    """Read what can be read of one row; None where its text is no UTF-8."""
    values: dict[str, Any] = {}
    for name in row.schema.names:
        try:
            values[name] = row[name][0].as_py()
        except UnicodeDecodeError:
            return None
        except (OverflowError, ValueError):
            # A date beyond the calendar, for instance, in a column that nobody asked for.
            values[name] = None
    return values
