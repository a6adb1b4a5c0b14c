"""The lines of a byte stream, with their offsets and a limit on their length."""

from __future__ import annotations

from io import BytesIO
from typing import IO, TYPE_CHECKING, NamedTuple

from stance.errors import DamagedFileError
from stance.formats.cursor import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

# Ten times the size of a book; no article is longer.
LONGEST_ROW = 16 * 1024 * 1024

# Reading stops after this many bytes without a line break: a zip bomb, or not text at all.
LONGEST_SKIP = 1024 * 1024 * 1024

# Bytes kept of a line that is too long, so that it can be found in the file.
SHOWN = 1000


class Line(NamedTuple):
    """A line with its line break; only the first bytes of a line that is too long.

    ``size`` is the length of the whole line in bytes.
    """

    offset: int
    data: bytes
    size: int

    @property
    def fault(self) -> str:
        """The reason why a line was too long to be read."""
        if self.size == len(self.data):
            return ""
        return f"a line of {self.size:,} bytes (the first {SHOWN:,} are kept)"


def read_lines(
    stream: IO[bytes],
    name: str,
    *,
    offset: int = 0,
    universal: bool = False,
    longest: int = LONGEST_ROW,
) -> Iterator[Line]:
    r"""Read lines one at a time.

    Parameters
    ----------
    stream : binary file
    name : str
        Name for error messages.
    offset : int
        Offset of the stream in the whole file.
    universal : bool
        Whether ``\r`` ends a line too, as in CSV.
    longest : int
        Maximum length in bytes; longer lines are cut to their first kilobyte.

    Raises
    ------
    DamagedFileError
        If a line does not end within a gigabyte.
    """
    begun = _PartialLine(name, longest)
    while data := stream.read1(BLOCK):  # type: ignore[attr-defined]
        if universal and begun.ends_in_return:
            # Only now is it known whether the line break is one character or two.
            end, data = (b"\n", data[1:]) if data.startswith(b"\n") else (b"", data)
            yield (line := begun.finish(offset, end))
            offset += line.size
        pieces = data.splitlines(keepends=True) if universal else BytesIO(data).readlines()
        rest = pieces.pop() if pieces and not pieces[-1].endswith(b"\n") else b""
        for piece in pieces:
            yield (line := begun.finish(offset, piece))
            offset += line.size
        begun.add(rest)
    if begun.size:
        yield begun.finish(offset, b"")


class _PartialLine:
    """A line that has not been read to its end."""

    def __init__(self, name: str, longest: int) -> None:
        self._name = name
        self._longest = longest
        self._pieces: list[bytes] = []
        self._last = b""
        self.size = 0

    @property
    def ends_in_return(self) -> bool:
        return self._last == b"\r"

    def add(self, piece: bytes) -> None:
        if not piece:
            return
        self._pieces.append(piece)
        self._last = piece[-1:]
        self.size += len(piece)
        if self.size > self._longest:
            self._pieces = [b"".join(self._pieces)[:SHOWN]]
        if self.size > LONGEST_SKIP:
            raise DamagedFileError(
                f"Got {self._name} with a line that does not end within {LONGEST_SKIP:,} bytes, "
                "so it is not text. The rest was not read: check the content of the file."
            )

    def finish(self, offset: int, piece: bytes) -> Line:
        """Return the line that ends with `piece`, and begin the next."""
        if self._pieces:
            piece, size = b"".join([*self._pieces, piece]), self.size + len(piece)
        else:
            size = len(piece)
        self._pieces, self.size, self._last = [], 0, b""
        return Line(offset, piece if size <= self._longest else piece[:SHOWN], size)
