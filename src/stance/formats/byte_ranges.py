"""Splitting a file into byte ranges that can be read independently, on any machine."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from stance.errors import DamagedFileError
from stance.formats.cursor import ByteRange, Cursor, Place
from stance.formats.opening import open_bytes
from stance.formats.parquet import row_groups
from stance.formats.rows import read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stance.formats.input_file import InputFile

BLOCK = 1024 * 1024


def can_be_cut(file: InputFile) -> bool:
    """Return whether a byte range can be read without reading what precedes it.

    Compressed files and encodings other than UTF-8 cannot be cut. Remote files
    are not cut, because the whole file has to be read once for its hash.
    """
    is_here = not (file.is_remote or file.compression) and file.path.is_file()
    return is_here and not file.is_converted and file.format in _CUTTERS


def cut(file: InputFile, start: Place, size: int) -> Iterator[ByteRange]:
    """Cut a file between rows, from a place to its end.

    Parameters
    ----------
    file : InputFile
        One that `can_be_cut`.
    start : Place
        The bytes before it are hashed again and compared.
    size : int
        Minimum size of a byte range in bytes; the last one may be smaller.

    Yields
    ------
    ByteRange
        In order; the end of the last one has the hash of the whole file.

    Raises
    ------
    DamagedFileError
        If it is a Parquet file whose index cannot be read; raised before the
        first byte range.
    CorpusError
        If the file cannot be read, or the bytes before `start` have changed.
    """
    for end in _CUTTERS[file.format](file, start, size):
        checksum = None if file.format == "parquet" else _checksum(file, start, end)
        yield ByteRange(start, end, checksum)
        start = end


def _line_ends(file: InputFile, start: Place, size: int) -> Iterator[Place]:
    """Find the ends of lines, where each line is a row, without parsing them."""
    cursor = Cursor(start)
    row, offset = start.row, start.offset
    with open_bytes(file, cursor) as stream:
        begun, done = start.offset, start.offset
        while data := stream.read1(min(BLOCK, size)):  # type: ignore[attr-defined]
            if (last := data.rfind(b"\n")) >= 0:
                row += data.count(b"\n")
                offset = done + last + 1
                if offset - begun >= size:
                    yield _place(cursor, row, offset)
                    begun = offset
            done += len(data)
    # Bytes after the last line break are one more row.
    yield _place(cursor, row + (done > offset), done)


def _row_ends(file: InputFile, start: Place, size: int) -> Iterator[Place]:
    """Find the ends of rows by parsing them: a quoted value may span several lines."""
    cursor = Cursor(start)
    begun = start.offset
    try:
        for _ in read_rows(file, cursor):
            if cursor.offset - begun >= size and cursor.is_settled:
                yield cursor.place()
                begun = cursor.offset
    except DamagedFileError:
        # The reader of the last byte range finds the same damage, and reports where it is.
        cursor = Cursor()
        cursor.update_from(file.path)
    yield _place(cursor, cursor.row, cursor.mark.n_bytes)


def _group_ends(file: InputFile, start: Place, size: int) -> Iterator[Place]:
    """Find the ends of row groups."""
    groups = row_groups(file)
    cursor = Cursor(start)
    cursor.update_from(file.path)
    cursor.check(file.name)
    row, weight = 0, 0
    for n_rows, n_bytes in groups:
        row += n_rows
        weight += max(n_bytes, 1) if row > start.row else 0
        if weight >= size:
            yield _place(cursor, row, 0)
            weight = 0
    if weight or row <= start.row:
        yield _place(cursor, max(row, start.row), 0)


def _place(cursor: Cursor, row: int, offset: int) -> Place:
    return Place(row, offset, cursor.header, cursor.mark.n_bytes, cursor.mark.sha256)


def _checksum(file: InputFile, start: Place, end: Place) -> int:
    """Return the checksum of a byte range; its bytes are still in the system's file cache."""
    found, left = 0, end.offset - start.offset
    with file.path.open("rb") as stream:
        stream.seek(start.offset)
        while left and (data := stream.read(min(BLOCK, left))):
            found = zlib.crc32(data, found)
            left -= len(data)
    return found


_CUTTERS: dict[str, Callable[[InputFile, Place, int], Iterator[Place]]] = {
    "jsonl": _line_ends,
    "csv": _row_ends,
    "tsv": _row_ends,
    "parquet": _group_ends,
}
