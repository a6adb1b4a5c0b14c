"""Opening a file of any known format and compression, with a look inside first.

A name says what a file should be; its first bytes say what it is. Where the
two disagree the user is told, instead of reading nonsense.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from stance.corpus.addresses import exists_at, is_address, is_folder_at, open_at
from stance.corpus.cursor import BLOCK, Cursor, FollowedFile, StretchCursor
from stance.errors import ConfigError, CorpusError, DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

STDIN = "-"

FORMATS = {
    ".txt": "txt",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
}
COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")

# First bytes, what they mean, and what a user with such a file should do.
MAGIC = (
    (b"\x1f\x8b", ".gz", "a gzip file"),
    (b"BZh", ".bz2", "a bzip2 file"),
    (b"\xfd7zXZ\x00", ".xz", "an xz file"),
    (b"\x28\xb5\x2f\xfd", ".zst", "a Zstandard file"),
    (b"PAR1", ".parquet", "a Parquet file"),
    (b"PK\x03\x04", None, "a zip archive (a spreadsheet, perhaps)"),
    (b"\xd0\xcf\x11\xe0", None, "an old Office document"),
    (b"%PDF", None, "a PDF document"),
    (b"\xff\xfe", None, "UTF-16 text"),
    (b"\xfe\xff", None, "UTF-16 text"),
    *((bytes((0x80, protocol)), None, "a Python pickle") for protocol in range(2, 6)),
)


@dataclass(frozen=True, slots=True)
class Source:
    """One input: where it is, its format and its compression."""

    name: str
    format: str
    compression: str = ""

    @property
    def path(self) -> Path:
        """The file's path."""
        return Path(self.name)

    @property
    def is_remote(self) -> bool:
        """Whether the name is an address and no path."""
        return is_address(self.name)


def identify(name: str, input_format: str | None = None) -> Source:
    """Tell a file's format and compression by its name.

    Parameters
    ----------
    name : str
        A path, an address that fsspec knows, or ``-`` for standard input,
        read as JSON Lines unless `input_format` says otherwise.
    input_format : {"txt", "jsonl", "csv", "tsv", "parquet"}, optional
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
        return Source(STDIN, input_format or "jsonl")
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
    return Source(name, found, compression)


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
def open_bytes(source: Source, cursor: Cursor | None = None) -> Iterator[IO[bytes]]:
    """Open a source for reading, decompressed.

    Parameters
    ----------
    source : Source
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
    if source.name != STDIN and (source.is_remote or source.path.is_file()):
        check_content(source)
    try:
        with _opened(source, cursor) as stream:
            yield stream
    except (EOFError, zlib.error, lzma.LZMAError, OSError) as error:
        raise DamagedFileError(
            f"Got {source.name}, which could not be read to its end ({error}). "
            "The file is damaged or was cut short: copy it again."
        ) from error


@contextmanager
def _opened(source: Source, cursor: Cursor) -> Iterator[IO[bytes]]:
    """Open a source where the cursor stands."""
    if isinstance(cursor, StretchCursor):
        with _open_raw(source) as file:
            file.seek(cursor.start.offset)
            raw = FollowedFile(_Beginning(file, cursor.size), cursor, source.name)
            yield io.BufferedReader(raw, BLOCK)
        return
    if not source.compression:
        with _followed(source, cursor) as raw:
            raw.pass_over(cursor.start.offset)
            yield io.BufferedReader(raw, BLOCK)
        return
    if cursor.resumes:
        with _followed(source, cursor) as raw:
            raw.pass_over(cursor.start.n_bytes)
    with _followed(source, cursor) as raw, _decompressed(raw, source.compression) as stream:
        _skip(stream, cursor.start.offset)
        yield stream


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
def _followed(source: Source, cursor: Cursor) -> Iterator[FollowedFile]:
    if source.name == STDIN:
        # Below the buffer a read returns what has come, and holds no lock while it waits.
        raw = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
        yield FollowedFile(raw, cursor, source.name)
        return
    with _open_raw(source) as raw:
        yield FollowedFile(raw, cursor, source.name)


def _open_raw(source: Source) -> IO[bytes]:
    if source.is_remote:
        return open_at(source.name, "rb")
    try:
        return source.path.open("rb", buffering=0)
    except OSError as error:
        raise CorpusError(
            f"Got {source.name}, which cannot be opened: {error.strerror}."
        ) from error


def _skip(stream: IO[bytes], size: int) -> None:
    while size:
        passed = len(stream.read(min(BLOCK, size)))
        if not passed:
            return
        size -= passed


def check_content(source: Source) -> None:
    """Compare a file's first bytes with what its name promises.

    Raises
    ------
    CorpusError
        If the file is empty or something else than its ending says.
    """
    with _open_raw(source) as raw:
        head = FollowedFile(raw, Cursor(hashes=False), source.name).read(8)
    if not head and source.format != "txt":
        raise CorpusError(f"Got {source.name}, which is empty, but expected articles.")
    promised = source.compression or (".parquet" if source.format == "parquet" else "")
    for magic, ending, what in MAGIC:
        if head.startswith(magic) and ending != promised:
            raise CorpusError(
                f"Got {source.name}, which is {what}, but its name promises "
                f"{promised or source.format}. "
                + (f"Rename it to end in {ending}." if ending else _how_to_convert(what))
            )
    if promised and head and not any(head.startswith(m) for m, e, _ in MAGIC if e == promised):
        raise CorpusError(
            f"Got {source.name}, but its content is no {promised} file. "
            "Rename it to what it is, or copy it again."
        )


def _how_to_convert(what: str) -> str:
    if "pickle" in what:
        return "Pickles are never opened, since they can run code."
    return "Save it as CSV or plain text in UTF-8."


def _decompressed(raw: FollowedFile, compression: str) -> IO[bytes]:
    if compression == ".gz":
        return cast("IO[bytes]", gzip.open(raw))
    if compression == ".bz2":
        return bz2.open(raw)
    if compression == ".xz":
        return lzma.open(cast("IO[bytes]", raw))
    import pyarrow as pa

    stream = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
    return cast("IO[bytes]", io.BufferedReader(stream, BLOCK))
