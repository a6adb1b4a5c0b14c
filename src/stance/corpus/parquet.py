"""Rows of Parquet, a batch at a time."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from stance.corpus.article import RejectedRow, Row
from stance.corpus.cursor import Cursor
from stance.corpus.opening import STDIN, Source, check_content, open_bytes
from stance.errors import CorpusError, DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARQUET_BATCH = 1000


def read_parquet(source: Source, cursor: Cursor) -> Iterator[Row | RejectedRow]:
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

    if source.name == STDIN:
        raise CorpusError(
            "Got Parquet on standard input, but its index stands at the end of the file. "
            "Save it to a file and name that."
        )
    check_content(source)
    try:
        with _seekable(source, cursor) as whole, pq.ParquetFile(whole) as file:
            for batch in _batches_from(file, cursor.row):
                yield from _batch_rows(source, batch, cursor)
    except (pa.ArrowException, OSError) as error:
        raise DamagedFileError(
            f"Got {source.name}, which cannot be read as Parquet after row {cursor.row}: {error}. "
            "The file is damaged or was cut short: copy it again."
        ) from error


def _batches_from(file: Any, n_passed: int) -> Iterator[Any]:
    """Read on after some rows, with no look at the row groups that hold none but these."""
    groups = list(range(file.num_row_groups))
    while groups and (size := file.metadata.row_group(groups[0]).num_rows) <= n_passed:
        groups.pop(0)
        n_passed -= size
    for batch in file.iter_batches(batch_size=PARQUET_BATCH, row_groups=groups):
        if n_passed < batch.num_rows:
            yield batch.slice(n_passed)
        n_passed = max(n_passed - batch.num_rows, 0)


def _batch_rows(source: Source, batch: Any, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    """Turn a record batch into rows, one by one only if something in it cannot be turned."""
    try:
        rows = batch.to_pylist()
    except (UnicodeDecodeError, OverflowError, ValueError):
        rows = [_row_values(batch.slice(place, 1)) for place in range(batch.num_rows)]
    for values in rows:
        cursor.row += 1
        if values is None:
            yield RejectedRow(source.name, cursor.row, "invalid UTF-8")
        else:
            yield Row(source.name, cursor.row, values)


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


@contextmanager
def _seekable(source: Source, cursor: Cursor) -> Iterator[Path | IO[bytes]]:
    """Give Parquet what it needs: a file that can be read from its end."""
    if not source.compression and not source.is_remote:
        if cursor.hashes:
            cursor.update_from(source.path)
            cursor.check(source.name)
        yield source.path
        return
    with tempfile.TemporaryFile() as file:
        copying = Cursor(hashes=cursor.hashes)
        with open_bytes(source, copying) as stream:
            shutil.copyfileobj(stream, file)
        cursor.mark = copying.mark
        cursor.check(source.name)
        file.seek(0)
        yield file
