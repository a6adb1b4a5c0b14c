"""Opening a file of any known format and compression, with a look inside first.

A name says what a file should be; its first bytes say what it is. Where the
two disagree the user is told, instead of reading nonsense.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import sys
import tempfile
import time
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from stance.errors import ConfigError, CorpusError, DamagedFileError
from stance.formats.addresses import exists_at, is_address, is_folder_at, open_at
from stance.formats.cursor import BLOCK, UNREADY, ByteRangeCursor, Cursor, FollowedFile
from stance.formats.encodings import UTF8, InUtf8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.formats.cursor import RawStream

STDIN = "-"

FORMATS = {
    ".txt": "txt",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
}
TEXTUAL = ("txt", "jsonl", "json", "csv", "tsv")
COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")

# How much of a file is looked at to find out how it is stored.
SAMPLE = 256 * 1024
# In how many places, or up to where, one that begins in ASCII is looked at further on.
LATER_PIECES = 8
LATER_SAMPLE = 4 * 1024 * 1024

# What 'xz -9' takes is 65 MiB.
XZ_MEMORY = 128 * 1024 * 1024
_XZ = b"\xfd7zXZ\x00"

# First bytes, what they mean, and what a user with such a file should do.
MAGIC = (
    (b"\x1f\x8b", ".gz", "a gzip file"),
    (b"BZh", ".bz2", "a bzip2 file"),
    (_XZ, ".xz", "an xz file"),
    (b"\x28\xb5\x2f\xfd", ".zst", "a Zstandard file"),
    (b"PAR1", ".parquet", "a Parquet file"),
    (b"PK\x03\x04", ".xlsx", "a zip archive (an Excel workbook, perhaps)"),
    (b"\xd0\xcf\x11\xe0", None, "an old Office document"),
    (b"%PDF", None, "a PDF document"),
    *((bytes((0x80, protocol)), None, "a Python pickle") for protocol in range(2, 6)),
)


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file: where it is, and how its bytes become rows.

    Parameters
    ----------
    name : str
        A path, an address or ``-``.
    format : {"txt", "jsonl", "json", "csv", "tsv", "parquet", "xlsx"}
    compression : {"", ".gz", ".bz2", ".xz", ".zst"}
    encoding : str
        The character encoding of a text format, as Python calls it.
    delimiter : str
        What stands between the columns of CSV or TSV; the format's own where
        it is empty.
    escape : str
        A backslash if that stands before a quotation mark within a quoted
        value of CSV, empty if such a mark is doubled.
    sheet : str
        The sheet of a workbook; the first where it is empty.
    layout : str
        The program whose export it is, if its rows need unpacking
        (`stance.formats.exports`), or the way in which it holds them
        (`stance.formats.json_documents`).
    question : str
        The one question of an annotation tool's export, whose answers are the
        labels; empty where there are several or none.
    """

    name: str
    format: str
    compression: str = ""
    encoding: str = UTF8
    delimiter: str = ""
    escape: str = ""
    sheet: str = ""
    layout: str = ""
    question: str = ""

    @property
    def path(self) -> Path:
        """The file's path."""
        return Path(self.name)

    @property
    def is_remote(self) -> bool:
        """Whether the name is an address and no path."""
        return is_address(self.name)

    @property
    def is_converted(self) -> bool:
        """Whether its bytes are turned into UTF-8 before they are read."""
        return self.encoding != UTF8

    @property
    def separator(self) -> str:
        """What stands between the columns of a table."""
        return self.delimiter or ("	" if self.format == "tsv" else ",")


def identify(name: str, input_format: str | None = None) -> InputFile:
    """Tell a file's format and compression by its name.

    Parameters
    ----------
    name : str
        A path, an address that fsspec knows, or ``-`` for standard input,
        read as JSON Lines unless `input_format` says otherwise.
    input_format : {"txt", "jsonl", "json", "csv", "tsv", "parquet", "xlsx"}, optional
        Overrides what the name says.

    Raises
    ------
    CorpusError
        If there is no such file or its ending says nothing.
    ConfigError
        If `input_format` is unknown.
    """
    check_format(input_format)
    if name == STDIN:
        return InputFile(STDIN, input_format or "jsonl")
    if not name or is_folder(name) or not _exists(name):
        raise CorpusError(f"Got {name}, but there is no such file or folder. Check the spelling.")
    named, compression = promised_by(name)
    found = input_format or named
    if found is None:
        raise CorpusError(
            f"Got {name}, whose ending says nothing about its format, but expected "
            f"{', '.join(FORMATS)} (also with {', '.join(COMPRESSIONS)}). "
            "Rename the file or give --input-format."
        )
    return InputFile(name, found, compression)


def check_format(input_format: str | None) -> None:
    """Refuse a format that nobody knows.

    Raises
    ------
    ConfigError
        If it is one.
    """
    known = sorted(set(FORMATS.values()))
    if input_format is not None and input_format not in known:
        raise ConfigError(
            f"Got input format {input_format!r}, but expected one of {', '.join(known)}."
        )


def promised_by(name: str) -> tuple[str | None, str]:
    """Return the format that a name promises, if any, and the compression."""
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    compression = suffixes.pop() if suffixes and suffixes[-1] in COMPRESSIONS else ""
    return FORMATS.get(suffixes[-1] if suffixes else ""), compression


def is_folder(name: str) -> bool:
    """Tell whether a name is that of a folder; one too long to exist is not."""
    if is_address(name):
        return is_folder_at(name)
    try:
        return Path(name).is_dir()
    except OSError:
        return False


def _exists(name: str) -> bool:
    if is_address(name):
        return exists_at(name)
    try:
        return Path(name).exists()
    except OSError:
        return False


@contextmanager
def open_bytes(file: InputFile, cursor: Cursor | None = None) -> Iterator[IO[bytes]]:
    """Open a file for reading, decompressed and in UTF-8.

    Parameters
    ----------
    file : InputFile
    cursor : Cursor, optional
        Follows the reading, which begins where it stands.

    Raises
    ------
    DamagedFileError
        If its content breaks off or cannot be decompressed.
    CorpusError
        If it cannot be opened or read, is empty, or is not what its name says.
    """
    cursor = cursor or Cursor(hashes=False)
    # A pipe can be read once only, so there is no looking ahead.
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
    """Open a file where the cursor stands."""
    if isinstance(cursor, ByteRangeCursor):
        with _open_raw(file) as stream:
            stream.seek(cursor.start.offset)
            raw = FollowedFile(_Beginning(stream, cursor.size), cursor, file.name)
            yield io.BufferedReader(raw, BLOCK)
        return
    if not (file.compression or file.is_converted):
        with _followed(file, cursor) as raw:
            raw.pass_over(cursor.start.offset)
            yield io.BufferedReader(raw, BLOCK)
        return
    if cursor.resumes:
        with _followed(file, cursor) as raw:
            raw.pass_over(cursor.start.n_bytes)
    with _followed(file, cursor) as raw, _unpacked(raw, file) as stream:
        _skip(stream, cursor.start.offset)
        yield stream


def _unpacked(raw: FollowedFile, file: InputFile) -> IO[bytes]:
    """Return what a file holds, decompressed and in UTF-8."""
    stream = _decompressed(raw, file.compression) if file.compression else raw
    if file.is_converted:
        converted = InUtf8(cast("IO[bytes]", stream), file.encoding)
        return io.BufferedReader(converted, BLOCK)
    return cast("IO[bytes]", stream)


class _ReadAhead:
    """Standard input, of which the first bytes may be looked at before they are read."""

    def __init__(self) -> None:
        self._of: object = None
        self._data = b""

    def look(self) -> bytes:
        """Return the first bytes that come, up to a line's end; they can still be read."""
        raw = _standard_input()
        if self._of is not raw:
            self._of, self._data = raw, b""
        while b"\n" not in self._data and len(self._data) < SAMPLE:
            data = raw.read(BLOCK)
            if data is None:  # a pipe that never waits
                time.sleep(UNREADY)
            elif data:
                self._data += data
            else:
                break
        return self._data

    def stream(self) -> RawStream:
        """Return the stream, the bytes looked at included."""
        raw = _standard_input()
        if self._of is not raw or not self._data:
            return raw
        data, self._data = self._data, b""
        return _Prefixed(data, raw)


def _standard_input() -> RawStream:
    if sys.stdin is None:
        raise CorpusError("Got - as input, but standard input is closed. Leave it open.")
    # Below the buffer a read returns what has come, and holds no lock while it waits.
    return cast("RawStream", getattr(sys.stdin.buffer, "raw", sys.stdin.buffer))


_READ_AHEAD = _ReadAhead()


class _Prefixed:
    """Some bytes, and then a stream."""

    def __init__(self, data: bytes, stream: RawStream) -> None:
        self._data = data
        self._stream = stream

    def read(self, size: int, /) -> bytes | None:
        """Return some bytes, none at the end, None where there are none yet."""
        if self._data:
            found, self._data = self._data[:size], self._data[size:]
            return found
        return self._stream.read(size)


class _Beginning:
    """The next bytes of a stream, and no more of them than asked for."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream = stream
        self._left = size

    def read(self, size: int, /) -> bytes:
        """Return some bytes, none at the end."""
        data = self._stream.read(min(size, self._left))
        self._left -= len(data)
        return data


@contextmanager
def _followed(file: InputFile, cursor: Cursor) -> Iterator[FollowedFile]:
    if file.name == STDIN:
        yield FollowedFile(_READ_AHEAD.stream(), cursor, file.name)
        return
    with _open_raw(file) as raw:
        yield FollowedFile(raw, cursor, file.name)


def _open_raw(file: InputFile) -> IO[bytes]:
    if file.is_remote:
        return open_at(file.name, "rb")
    try:
        return file.path.open("rb", buffering=0)
    except OSError as error:
        raise CorpusError(f"Got {file.name}, which cannot be opened: {error.strerror}.") from error


def _skip(stream: IO[bytes], size: int) -> None:
    while size:
        passed = len(stream.read(min(BLOCK, size)))
        if not passed:
            return
        size -= passed


@contextmanager
def seekable(file: InputFile, cursor: Cursor) -> Iterator[Path | IO[bytes]]:
    """Open a file that is read from its end or in several places, as Parquet and workbooks are.

    One at an address or compressed is copied to a temporary file first.

    Raises
    ------
    DamagedFileError
        If its content breaks off or cannot be decompressed.
    CorpusError
        If it cannot be read, or is not what was read before.
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


def sample(file: InputFile) -> bytes:
    """Return the first bytes of a file, decompressed and as they are encoded.

    Those of standard input can still be read afterwards. Nothing comes back
    where there is nothing to be seen, as of a pipe with a name; of a file that
    is damaged, what stands before the damage.

    Raises
    ------
    CorpusError
        If the file cannot be opened, is empty, or is not what its name says.
    """
    if file.name == STDIN:
        return _READ_AHEAD.look()
    if not file.is_remote and not file.path.is_file():
        return b""
    return b"".join(_pieces(file, SAMPLE))


def _pieces(file: InputFile, size: int) -> Iterator[bytes]:
    """Yield the first bytes of a file, up to where it is damaged."""
    with suppress(DamagedFileError), open_bytes(replace(file, encoding=UTF8)) as stream:
        while size and (data := stream.read1(min(size, BLOCK))):  # type: ignore[attr-defined]
            size -= len(data)
            yield data


def later_samples(file: InputFile) -> Iterator[bytes]:
    """Yield pieces from behind the first sample of a file that can be read several times.

    They come from all over a file on this machine; of one that is compressed or
    at an address they are those that follow.
    """
    if file.name == STDIN or not (file.is_remote or file.path.is_file()):
        return
    if file.is_remote or file.compression:
        n_bytes = 0
        for data in _pieces(file, LATER_SAMPLE):
            n_bytes += len(data)
            if n_bytes > SAMPLE:
                yield data
        return
    rest = file.path.stat().st_size - SAMPLE
    with _open_raw(file) as stream:
        n = min(LATER_PIECES, -(-rest // BLOCK))
        for number in range(n):
            stream.seek(SAMPLE + max(rest - BLOCK, 0) * number // max(n - 1, 1))
            yield stream.read(BLOCK)


def check_content(file: InputFile) -> None:
    """Compare a file's first bytes with what its name promises.

    Raises
    ------
    CorpusError
        If the file is empty or something else than its ending says.
    """
    with _open_raw(file) as raw:
        head = FollowedFile(raw, Cursor(hashes=False), file.name).read(8)
    if not head and file.format != "txt":
        raise CorpusError(f"Got {file.name}, which is empty, but expected articles.")
    promised = file.compression or {"parquet": ".parquet", "xlsx": ".xlsx"}.get(file.format, "")
    for magic, ending, what in MAGIC:
        if head.startswith(magic) and ending != promised:
            raise CorpusError(
                f"Got {file.name}, which is {what}, but its name promises "
                f"{promised or file.format}. "
                + (f"Rename it to end in {ending}." if ending else _how_to_convert(what))
            )
    if promised and head and not any(head.startswith(m) for m, e, _ in MAGIC if e == promised):
        raise CorpusError(
            f"Got {file.name}, but its content is no {promised} file. "
            "Rename it to what it is, or copy it again."
        )


def _how_to_convert(what: str) -> str:
    if "pickle" in what:
        return "Pickles are never opened, since they can run code."
    if "PDF" in what:
        return "Extract its text first, for instance with pdftotext."
    return "Save it as .xlsx, or as CSV in UTF-8."


class _Xz(io.RawIOBase):
    """A raw stream of xz, which unlike that of Python takes no more memory than it should.

    Its header says how much of the text the program must keep at hand, up to 4 GiB.
    """

    def __init__(self, raw: FollowedFile) -> None:
        self._raw = raw
        self._stream = self._next_stream()

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Decompress some bytes."""
        while True:
            if self._stream.eof:
                data = self._stream.unused_data or self._raw.read(BLOCK)
                # Zeros may follow, or what another program appended.
                if not data.startswith(_XZ):
                    return 0
                self._stream = self._next_stream()
            else:
                data = self._raw.read(BLOCK) if self._stream.needs_input else b""
                if self._stream.needs_input and not data:
                    raise EOFError("it ends before its end-of-stream marker")
            if found := self._decompress(data, len(buffer)):
                buffer[: len(found)] = found
                return len(found)

    def _next_stream(self) -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY)

    def _decompress(self, data: bytes, size: int) -> bytes:
        try:
            return self._stream.decompress(data, size)
        except lzma.LZMAError as error:
            if "limit" not in str(error):
                raise
            raise DamagedFileError(
                f"Got {self._raw.name}, which takes more than {XZ_MEMORY:,} bytes of memory to "
                "decompress. Pack it again with 'xz -9' or less."
            ) from error


def _decompressed(raw: FollowedFile, compression: str) -> IO[bytes]:
    if compression == ".gz":
        return cast("IO[bytes]", gzip.open(raw))
    if compression == ".bz2":
        return bz2.open(raw)
    if compression == ".xz":
        return io.BufferedReader(_Xz(raw), BLOCK)
    import pyarrow as pa

    stream = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
    return cast("IO[bytes]", io.BufferedReader(stream, BLOCK))
