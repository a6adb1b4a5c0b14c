"""Opening a file of any known format and compression, after a check of its first bytes.

The name of a file says what it should be; its first bytes say what it is. If
the two disagree, an error is raised before anything is parsed.
"""

from __future__ import annotations

import io
import lzma
import shutil
import tempfile
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, cast

from stance.errors import CorpusError, DamagedFileError
from stance.formats.addresses import open_at
from stance.formats.cursor import BLOCK, ByteRangeCursor, Cursor, FollowedFile
from stance.formats.decompression import XZ_MAGIC, decompressed
from stance.formats.encodings import InUtf8
from stance.formats.input_file import STDIN, InputFile
from stance.formats.standard_input import READ_AHEAD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# First bytes of a file, the extension of such files, and a description of them.
MAGIC = (
    (b"\x1f\x8b", ".gz", "a gzip file"),
    (b"BZh", ".bz2", "a bzip2 file"),
    (XZ_MAGIC, ".xz", "an xz file"),
    (b"\x28\xb5\x2f\xfd", ".zst", "a Zstandard file"),
    (b"PAR1", ".parquet", "a Parquet file"),
    (b"PK\x03\x04", ".xlsx", "a zip archive (an Excel workbook, perhaps)"),
    (b"\xd0\xcf\x11\xe0", None, "an old Office document"),
    (b"%PDF", None, "a PDF document"),
    *((bytes((0x80, protocol)), None, "a Python pickle") for protocol in range(2, 6)),
)


@contextmanager
def open_bytes(file: InputFile, cursor: Cursor | None = None) -> Iterator[IO[bytes]]:
    """Open a file for reading, decompressed and in UTF-8.

    Parameters
    ----------
    file : InputFile
    cursor : Cursor, optional
        Tracks the reading, which starts at its position.

    Raises
    ------
    DamagedFileError
        If its content is truncated or cannot be decompressed.
    CorpusError
        If it cannot be opened or read, is empty, or does not match its name.
    """
    cursor = cursor or Cursor(hashes=False)
    # A pipe can be read only once, so its first bytes are not checked.
    if file.name != STDIN and (file.is_remote or file.path.is_file()):
        check_content(file)
    try:
        with _opened(file, cursor) as stream:
            yield stream
    except (EOFError, zlib.error, lzma.LZMAError, OSError) as error:
        raise DamagedFileError(
            f"Got {file.name}, which could not be read to its end ({error}). "
            "The file is damaged or was cut short: copy it again."
        ) from error


@contextmanager
def _opened(file: InputFile, cursor: Cursor) -> Iterator[IO[bytes]]:
    """Open a file at the cursor's position."""
    if isinstance(cursor, ByteRangeCursor):
        with open_raw(file) as stream:
            stream.seek(cursor.start.offset)
            raw = FollowedFile(_Lookahead(stream, cursor.size), cursor, file.name)
            yield io.BufferedReader(raw, BLOCK)
        return
    if not (file.compression or file.is_converted):
        with _followed(file, cursor) as raw:
            raw.recheck(cursor.start.offset)
            yield io.BufferedReader(raw, BLOCK)
        return
    if cursor.resumes:
        with _followed(file, cursor) as raw:
            raw.recheck(cursor.start.n_bytes)
    with _followed(file, cursor) as raw, _unpacked(raw, file) as stream:
        _skip(stream, cursor.start.offset)
        yield stream


def _unpacked(raw: FollowedFile, file: InputFile) -> IO[bytes]:
    """Return the content of a file, decompressed and in UTF-8."""
    stream = decompressed(raw, file.compression) if file.compression else raw
    if file.is_converted:
        converted = InUtf8(cast("IO[bytes]", stream), file.encoding)
        return io.BufferedReader(converted, BLOCK)
    return cast("IO[bytes]", stream)


class _Lookahead:
    """The next bytes of a stream, up to a limit."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream = stream
        self._left = size

    def read(self, size: int, /) -> bytes:
        """Return some bytes; none at the end."""
        data = self._stream.read(min(size, self._left))
        self._left -= len(data)
        return data


@contextmanager
def _followed(file: InputFile, cursor: Cursor) -> Iterator[FollowedFile]:
    if file.name == STDIN:
        yield FollowedFile(READ_AHEAD.stream(), cursor, file.name)
        return
    with open_raw(file) as raw:
        yield FollowedFile(raw, cursor, file.name)


def open_raw(file: InputFile) -> IO[bytes]:
    """Open a file for reading its stored bytes.

    Raises
    ------
    CorpusError
        If it cannot be opened.
    """
    if file.is_remote:
        return open_at(file.name, "rb")
    try:
        return file.path.open("rb", buffering=0)
    except OSError as error:
        raise CorpusError(f"Got {file.name}, which cannot be opened: {error.strerror}.") from error


def _skip(stream: IO[bytes], size: int) -> None:
    while size:
        skipped = len(stream.read(min(BLOCK, size)))
        if not skipped:
            return
        size -= skipped


@contextmanager
def seekable(file: InputFile, cursor: Cursor) -> Iterator[Path | IO[bytes]]:
    """Open a file for random access, which Parquet and workbooks need.

    A remote or compressed file is copied to a temporary file first.

    Raises
    ------
    DamagedFileError
        If its content is truncated or cannot be decompressed.
    CorpusError
        If it cannot be read, or has changed since an earlier reading.
    """
    if not file.compression and not file.is_remote:
        if cursor.hashes:
            cursor.update_from(file.path)
            cursor.check(file.name)
        yield file.path
        return
    with tempfile.TemporaryFile() as copy:
        copying = Cursor(hashes=cursor.hashes)
        with open_bytes(file, copying) as stream:
            shutil.copyfileobj(stream, copy)
        cursor.mark = copying.mark
        cursor.check(file.name)
        copy.seek(0)
        yield copy


def check_content(file: InputFile) -> None:
    """Compare a file's first bytes with the format that its name implies.

    Raises
    ------
    CorpusError
        If the file is empty, or its content does not match its extension.
    """
    with open_raw(file) as raw:
        head = FollowedFile(raw, Cursor(hashes=False), file.name).read(8)
    if not head and file.format != "txt":
        raise CorpusError(f"Got {file.name}, which is empty, but expected articles.")
    implied = file.compression or {"parquet": ".parquet", "xlsx": ".xlsx"}.get(file.format, "")
    for magic, ending, what in MAGIC:
        if head.startswith(magic) and ending != implied:
            raise CorpusError(
                f"Got {file.name}, which is {what}, but its name says "
                f"{implied or file.format}. "
                + (f"Rename it to end in {ending}." if ending else _how_to_convert(what))
            )
    if implied and head and not any(head.startswith(m) for m, e, _ in MAGIC if e == implied):
        raise CorpusError(
            f"Got {file.name}, but its content is not that of a {implied} file. "
            "Rename it, or copy it again."
        )


def _how_to_convert(what: str) -> str:
    if "pickle" in what:
        return "Pickles are never opened, since they can run code."
    if "PDF" in what:
        return "Extract its text first, for instance with pdftotext."
    return "Save it as .xlsx, or as CSV in UTF-8."
