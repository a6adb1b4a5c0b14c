"""The position of a reader in one input: rows, bytes, and the hash of what was read."""

from __future__ import annotations

import hashlib
import io
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BLOCK = 64 * 1024
UNREADY = 0.01  # seconds until a pipe without bytes is asked again


@dataclass(frozen=True, slots=True)
class Place:
    """A place between two rows of an input, from which reading can be resumed.

    Parameters
    ----------
    row : int
        Rows before the place, as `RejectedRow.row` counts them.
    offset : int
        Decompressed bytes before the place.
    header : tuple of str
        The column names of a CSV file.
    n_bytes : int
        Bytes of the stored (possibly compressed) file that had been read.
    sha256 : str
        Their hash, hexadecimal.
    doubtful_to : int
        Offset of the end of the last broken row: up to there, a row must have
        a value for each column.
    """

    row: int = 0
    offset: int = 0
    header: tuple[str, ...] = ()
    n_bytes: int = 0
    sha256: str = hashlib.sha256().hexdigest()
    doubtful_to: int = 0


class Mark(NamedTuple):
    """The hash of an input's first bytes, finalised on first use."""

    n_bytes: int
    state: Any

    @property
    def sha256(self) -> str:
        """The hash, hexadecimal."""
        return str(self.state.hexdigest())


class Position(NamedTuple):
    """A `Place` whose hash is finalised on first use, because few are ever used."""

    row: int
    offset: int
    header: tuple[str, ...]
    mark: Mark
    doubtful_to: int = 0

    def place(self) -> Place:
        """Return the place with its final hash."""
        return Place(
            row=self.row,
            offset=self.offset,
            header=self.header,
            n_bytes=self.mark.n_bytes,
            sha256=self.mark.sha256,
            doubtful_to=self.doubtful_to,
        )


class Cursor:
    """Tracks the reading of one input.

    Readers advance `row` and `offset` past each row before they yield it, and
    report every byte that they read. Reading may resume at a place that an
    earlier reading reached: the bytes before it are hashed again and compared.
    `doubtful_to` is how far a row that could not be read affects how the rows
    after it are read; `end` is where to stop, None for the end of the input.

    Parameters
    ----------
    start : Place, optional
        Where to begin.
    before_read : callable, optional
        Called before each read, which may block.
    hashes : bool
        Whether to compute the hash.
    """

    def __init__(
        self,
        start: Place | None = None,
        before_read: Callable[[], None] | None = None,
        *,
        hashes: bool = True,
    ) -> None:
        self.start = start or Place()
        self.hashes = hashes
        self.row = self.start.row
        self.offset = self.start.offset
        self.header = self.start.header
        self.end: Place | None = None
        self.doubtful_to = self.start.doubtful_to
        self.before_read = before_read or (lambda: None)
        self._hash = hashlib.sha256()
        self.mark = Mark(0, self._hash.copy())

    @property
    def is_settled(self) -> bool:
        """Whether no broken row affects how the rows after this place are read."""
        return self.offset >= self.doubtful_to

    def position(self) -> Position:
        """Return the current position, without finalising the hash."""
        return Position(self.row, self.offset, self.header, self.mark, self.doubtful_to)

    def place(self) -> Place:
        """Return the current place."""
        return self.position().place()

    @property
    def resumes(self) -> bool:
        """Whether reading starts after the first row."""
        return self.start != Place()

    def update(self, data: bytes | memoryview) -> None:
        """Add bytes that were read."""
        if self.hashes:
            self._hash.update(data)
            self.mark = Mark(self.mark.n_bytes + len(data), self._hash.copy())
        else:
            self.mark = Mark(self.mark.n_bytes + len(data), self._hash)

    def update_from(self, path: Path) -> None:
        """Add a whole file.

        Raises
        ------
        CorpusError
            If it cannot be read.
        """
        try:
            with path.open("rb", buffering=0) as file:
                while data := file.read(BLOCK):
                    self.update(data)
        except OSError as error:
            raise CorpusError(
                f"Got {path}, which cannot be read: {error.strerror or error}."
            ) from error

    def check(self, name: str) -> None:
        """Compare the bytes read so far with those of the earlier reading, if there was one.

        Raises
        ------
        CorpusError
            If they differ.
        """
        seen = (self.mark.n_bytes, self.mark.sha256)
        if self.resumes and seen != (self.start.n_bytes, self.start.sha256):
            raise CorpusError(
                f"Got {name}, whose first {self.start.n_bytes:,} bytes have changed since the run "
                "began, but expected the same file. Restore the old file, or give --force to "
                "start again."
            )


class ByteRange(NamedTuple):
    """A part of one file that can be read independently.

    Parameters
    ----------
    start, end : Place
        The hash of `end` covers the whole byte range.
    checksum : int, optional
        CRC-32 of its bytes; None for a part of a byte range, and for Parquet.
    """

    start: Place
    end: Place
    checksum: int | None = None


class ByteRangeCursor(Cursor):
    """Tracks the reading of a byte range whose bytes were hashed when the file was cut.

    Parameters
    ----------
    byte_range : ByteRange
    """

    def __init__(self, byte_range: ByteRange) -> None:
        super().__init__(byte_range.start, hashes=False)
        self.end = byte_range.end
        self._expected = byte_range.checksum
        self._found = 0

    @property
    def size(self) -> int:
        """Size of the byte range in bytes."""
        return self.end.offset - self.start.offset if self.end else 0

    def update(self, data: bytes | memoryview) -> None:
        """Add bytes that were read."""
        super().update(data)
        self._found = zlib.crc32(data, self._found)

    def check(self, name: str) -> None:
        """Compare the bytes read with those of the file when it was cut.

        Raises
        ------
        CorpusError
            If they differ.
        """
        if self._expected is not None and self._found != self._expected:
            raise CorpusError(
                f"Got {name}, whose content on this worker differs from that on the machine that "
                "runs the command, but expected one unchanged file that all machines can read. "
                "Put it into a shared folder."
            )


class RawStream(Protocol):
    """A source of bytes."""

    def read(self, size: int, /) -> bytes | None:
        """Return some bytes, an empty string at the end, or None if none are available yet."""
        ...


class FollowedFile(io.RawIOBase):
    """A raw stream that reports every byte read to a cursor.

    The underlying stream stays open.
    """

    def __init__(self, raw: RawStream, cursor: Cursor, name: str) -> None:
        self._raw = raw
        self._cursor = cursor
        self.name = name
        self._n_read = 0
        self._pending = memoryview(b"")

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes."""
        if self._pending:
            n = min(len(buffer), len(self._pending))
            buffer[:n] = self._pending[:n]
            self._pending = self._pending[n:]
            return n
        self._cursor.before_read()
        data = self._take(len(buffer))
        self._n_read += len(data)
        # What is read a second time was hashed the first time.
        if (new := self._n_read - self._cursor.mark.n_bytes) > 0:
            self._cursor.update(memoryview(data)[len(data) - new :])
        buffer[: len(data)] = data
        return len(data)

    def _take(self, size: int) -> bytes:
        try:
            while (data := self._raw.read(size)) is None:  # a non-blocking pipe
                time.sleep(UNREADY)
        except CorpusError:
            raise
        except Exception as error:
            # Every protocol raises its own errors; none of them means that the file is damaged.
            raise CorpusError(
                f"Got {self.name}, whose reading broke off after {self._n_read:,} bytes: "
                f"{error or type(error).__name__}. Try again when it can be reached."
            ) from error
        return data

    def recheck(self, keep_from: int) -> None:
        """Read the bytes of the earlier reading again, check them, and keep their end.

        Parameters
        ----------
        keep_from : int
            Offset from which these bytes are returned by the next read.

        Raises
        ------
        CorpusError
            If they have changed.
        """
        kept = b""
        while self._n_read < self._cursor.start.n_bytes:
            before = self._n_read
            data = self.read(min(BLOCK, self._cursor.start.n_bytes - before))
            if not data:
                break
            kept += data[max(keep_from - before, 0) :]
        self._cursor.check(self.name)
        self._pending = memoryview(kept)
