"""Where in one input the reading stands: its rows, its bytes, and the hash of what was read."""

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
    """A place between two rows of an input, from which reading can go on.

    Parameters
    ----------
    row : int
        Rows before it, as `RejectedRow.row` counts them.
    offset : int
        Bytes before it, decompressed.
    header : tuple of str
        The column names of a CSV file.
    n_bytes : int
        How many bytes of the file, as it is stored, had been read by then.
    sha256 : str
        Their hash, hexadecimal.
    doubtful_to : int
        Bytes before the place up to which a broken row reached: until there a
        row must have a value for each column.
    """

    row: int = 0
    offset: int = 0
    header: tuple[str, ...] = ()
    n_bytes: int = 0
    sha256: str = hashlib.sha256().hexdigest()
    doubtful_to: int = 0


class Mark(NamedTuple):
    """The hash of an input's first bytes, which is finished only when it is asked for."""

    n_bytes: int
    state: Any

    @property
    def sha256(self) -> str:
        """The hash, hexadecimal."""
        return str(self.state.hexdigest())


class Position(NamedTuple):
    """A `Place` whose hash is finished only when it is asked for, since nearly none is."""

    row: int
    offset: int
    header: tuple[str, ...]
    mark: Mark
    doubtful_to: int = 0

    def place(self) -> Place:
        """Return the place, its hash finished."""
        return Place(
            row=self.row,
            offset=self.offset,
            header=self.header,
            n_bytes=self.mark.n_bytes,
            sha256=self.mark.sha256,
            doubtful_to=self.doubtful_to,
        )


class Cursor:
    """Follows the reading of one input.

    Readers move `row` and `offset` past each row before they hand it on, and
    tell of every byte that they take. Reading may begin at a place that an
    earlier reading had reached: what stands before it is hashed again and
    compared. `doubtful_to` is how far a row that could not be read decides what
    becomes of the rows behind it; `end` is where to stop, None for the input's
    own end.

    Parameters
    ----------
    start : Place, optional
        Where to begin.
    before_read : callable, optional
        Called when bytes are about to be taken, which may take long.
    hashes : bool
        Whether anybody wants to know the hash.
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
        """Whether no broken row decides what becomes of the rows behind this place."""
        return self.offset >= self.doubtful_to

    def position(self) -> Position:
        """Return where reading stands, without finishing the hash."""
        return Position(self.row, self.offset, self.header, self.mark, self.doubtful_to)

    def place(self) -> Place:
        """Return where reading stands."""
        return self.position().place()

    @property
    def resumes(self) -> bool:
        """Whether reading begins after the first row."""
        return self.start != Place()

    def update(self, data: bytes | memoryview) -> None:
        """Take note of bytes that were read."""
        if self.hashes:
            self._hash.update(data)
            self.mark = Mark(self.mark.n_bytes + len(data), self._hash.copy())
        else:
            self.mark = Mark(self.mark.n_bytes + len(data), self._hash)

    def update_from(self, path: Path) -> None:
        """Take note of a whole file.

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
        """Compare what was read so far with what an earlier reading saw, if there was one.

        Raises
        ------
        CorpusError
            If it differs.
        """
        seen = (self.mark.n_bytes, self.mark.sha256)
        if self.resumes and seen != (self.start.n_bytes, self.start.sha256):
            raise CorpusError(
                f"Got {name}, whose first {self.start.n_bytes:,} bytes are not those that were "
                "read before, but expected the same file to go on with. Put the old file back, "
                "or give --force to begin anew."
            )


class ByteRange(NamedTuple):
    """A part of one file that can be read by itself.

    Parameters
    ----------
    start, end : Place
        The hash of what was read by `end` covers all of the byte_range.
    checksum : int, optional
        CRC-32 of its bytes; None where it is part of a byte range, or in Parquet.
    """

    start: Place
    end: Place
    checksum: int | None = None


class ByteRangeCursor(Cursor):
    """Follows the reading of a byte range, whose bytes somebody else has hashed.

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
        """How many bytes the byte range has."""
        return self.end.offset - self.start.offset if self.end else 0

    def update(self, data: bytes | memoryview) -> None:
        """Take note of bytes that were read."""
        super().update(data)
        self._found = zlib.crc32(data, self._found)

    def check(self, name: str) -> None:
        """Compare what was read with what was there when the file was cut.

        Raises
        ------
        CorpusError
            If it differs.
        """
        if self._expected is not None and self._found != self._expected:
            raise CorpusError(
                f"Got {name}, which reads otherwise here than where the work is given out, but "
                "expected one file that all machines see and nobody writes to. Put it into a "
                "folder that they share."
            )


class RawStream(Protocol):
    """Something that bytes can be taken from."""

    def read(self, size: int, /) -> bytes | None:
        """Return some bytes, none at the end, and None where there are none yet."""
        ...


class FollowedFile(io.RawIOBase):
    """A raw stream that tells a cursor of every byte that is taken from it.

    The stream below it stays open.
    """

    def __init__(self, raw: RawStream, cursor: Cursor, name: str) -> None:
        self._raw = raw
        self._cursor = cursor
        self.name = name
        self._passed = 0
        self._pending = memoryview(b"")

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Take some bytes."""
        if self._pending:
            n = min(len(buffer), len(self._pending))
            buffer[:n] = self._pending[:n]
            self._pending = self._pending[n:]
            return n
        self._cursor.before_read()
        data = self._take(len(buffer))
        self._passed += len(data)
        # What is read a second time was hashed the first time.
        if (new := self._passed - self._cursor.mark.n_bytes) > 0:
            self._cursor.update(memoryview(data)[len(data) - new :])
        buffer[: len(data)] = data
        return len(data)

    def _take(self, size: int) -> bytes:
        try:
            while (data := self._raw.read(size)) is None:  # a pipe that never waits
                time.sleep(UNREADY)
        except CorpusError:
            raise
        except Exception as error:
            # Every protocol has errors of its own; none of them says that the file is damaged.
            raise CorpusError(
                f"Got {self.name}, whose reading broke off after {self._passed:,} bytes: "
                f"{error or type(error).__name__}. Try again when it can be reached."
            ) from error
        return data

    def pass_over(self, keep_from: int) -> None:
        """Read all that was read before, check it, and give its end out again.

        Parameters
        ----------
        keep_from : int
            Where among these bytes the end begins that is still to be given out.

        Raises
        ------
        CorpusError
            If it is not what it was.
        """
        kept = b""
        while self._passed < self._cursor.start.n_bytes:
            before = self._passed
            data = self.read(min(BLOCK, self._cursor.start.n_bytes - before))
            if not data:
                break
            kept += data[max(keep_from - before, 0) :]
        self._cursor.check(self.name)
        self._pending = memoryview(kept)
