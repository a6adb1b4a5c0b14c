"""Converting a spool to the output file."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import shutil
from typing import IO, TYPE_CHECKING, Any, cast

from stance.formats.addresses import is_address, writing_at
from stance.formats.writing import PARQUET_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def build(spool: Path, file_format: str, compression: str, beside: Path) -> Path:
    """Convert a spool to the output file; the same spool gives the same bytes.

    Parameters
    ----------
    spool : Path
        Rows in their own format, or as a stream of Arrow record batches for Parquet.
    file_format : {"jsonl", "csv", "parquet"}
    compression : {"", ".gz", ".bz2", ".xz", ".zst"}
    beside : Path
        Path of the new file, if the spool itself is not the output.

    Returns
    -------
    Path
        `beside`, or the spool itself; its bytes are synced to disk.
    """
    if file_format != "parquet" and not compression:
        return spool
    with beside.open("wb") as file:
        if file_format == "parquet":
            _write_parquet(spool, file)
        else:
            with spool.open("rb") as rows, _compressing(file, compression) as packed:
                shutil.copyfileobj(rows, packed, 1 << 20)
    # Reopened for the sync, because some writers close the file.
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    return beside


def _write_parquet(spool: Path, file: IO[bytes]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with (
        pa.OSFile(str(spool)) as stream,
        pa.ipc.open_stream(stream) as batches,
        pq.ParquetWriter(file, batches.schema, compression="zstd") as writer,
    ):
        for group in _groups(batches):
            # As a single chunk, because the pages of a column depend on its chunks.
            writer.write_table(pa.Table.from_batches(group).combine_chunks())


def _groups(batches: Iterable[Any]) -> Iterator[list[Any]]:
    """Regroup batches of any size into row groups of a fixed size."""
    group: list[Any] = []
    room = PARQUET_GROUP
    for batch in batches:
        rest = batch
        while rest.num_rows >= room:
            yield [*group, rest.slice(0, room)]
            rest, group, room = rest.slice(room), [], PARQUET_GROUP
        group.append(rest)
        room -= rest.num_rows
    if room < PARQUET_GROUP:
        yield group


def _compressing(file: IO[bytes], compression: str) -> IO[bytes]:
    if compression == ".gz":
        # Without a time stamp, so that the same rows give the same bytes.
        return cast("IO[bytes]", gzip.GzipFile("", "wb", fileobj=file, mtime=0))
    if compression == ".bz2":
        return cast("IO[bytes]", bz2.BZ2File(file, "wb"))
    if compression == ".xz":
        return cast("IO[bytes]", lzma.LZMAFile(file, "wb"))
    import pyarrow as pa

    return cast("IO[bytes]", pa.CompressedOutputStream(pa.PythonFile(file, "w"), "zstd"))


def sha256_of(path: Path) -> str:
    """Return a file's hash, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def publish(built: Path, name: str) -> None:
    """Move a finished file to its final name."""
    if not is_address(name):
        built.replace(name)
        return
    with built.open("rb") as file, writing_at(name) as remote:
        shutil.copyfileobj(file, remote, 1 << 20)
    built.unlink()
