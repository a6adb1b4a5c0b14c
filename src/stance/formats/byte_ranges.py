"""Where a file can be cut, so that each piece can be read by itself, on any machine."""

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
    """Tell whether a file's pieces can be found without reading what stands before them.

    Nothing compressed or in another encoding than UTF-8 can be cut, and nothing
    at an address is: who cuts has to read all of it once, for its hash.
    """
    is_here = not (file.is_remote or file.compression) and file.path.is_file()
    return is_here and not file.is_converted and file.format in _CUTTERS


def cut(file: InputFile, start: Place, size: int) -> Iterator[ByteRange]:
    """Cut a file, from a place to its end, between two rows.

    Parameters
    ----------
    file : InputFile
        One that `can_be_cut`.
    start : Place
        What stands before it is hashed once more and compared.
    size : int
        Bytes that a byte range has at least, the last excepted.

    Yields
    ------
    ByteRange
        One behind the other; the last one's end has the hash of the whole file.

    Raises
    ------
    DamagedFileError
        If it is Parquet whose index cannot be read, before any byte_range.
    CorpusError
        If the file cannot be read, or what stands before `start` has changed.
    """
    for end in _CUTTERS[file.format](file, start, size):
        checksum = None if file.format == "parquet" else _checksum(file, start, end)
        yield ByteRange(start, end, checksum)
        start = end


def _line_ends(file: InputFile, start: Place, size: int) -> Iterator[Place]:
    """Find the ends of lines, each of which is a row, without a look at what they hold."""
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
    # What stands behind the last line's end is one row more.
    yield _place(cursor, row + (done > offset), done)


def _row_ends(file: InputFile, start: Place, size: int) -> Iterator[Place]:
    """Find the ends of rows by reading them, since a line of a table need not end its row."""
    cursor = Cursor(start)
    begun = start.offset
    try:
        for _ in read_rows(file, cursor):
            if cursor.offset - begun >= size and cursor.is_settled:
                yield cursor.place()
                begun = cursor.offset
    except DamagedFileError:
        # Whoever reads the last byte range will find the same, and say where.
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
    """Sum up the bytes of a byte range, which the system has at hand from its being cut."""
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
