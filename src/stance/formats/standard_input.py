"""Standard input whose first bytes can be inspected before they are read."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, cast

from stance.errors import CorpusError
from stance.formats.cursor import BLOCK, UNREADY

if TYPE_CHECKING:
    from stance.formats.cursor import RawStream


class _ReadAhead:
    """Standard input whose first bytes can be inspected before they are read."""

    def __init__(self) -> None:
        self._of: object = None
        self._data = b""

    def look(self, size: int) -> bytes:
        """Return the first bytes up to a line end or a size; they can still be read."""
        raw = _standard_input()
        if self._of is not raw:
            self._of, self._data = raw, b""
        while b"\n" not in self._data and len(self._data) < size:
            data = raw.read(BLOCK)
            if data is None:  # a non-blocking pipe
                time.sleep(UNREADY)
            elif data:
                self._data += data
            else:
                break
        return self._data

    def stream(self) -> RawStream:
        """Return the stream, including the inspected bytes."""
        raw = _standard_input()
        if self._of is not raw or not self._data:
            return raw
        data, self._data = self._data, b""
        return _Prefixed(data, raw)


def _standard_input() -> RawStream:
    if sys.stdin is None:
        raise CorpusError("Got - as input, but standard input is closed. Leave it open.")
    # An unbuffered read returns the available bytes, and holds no lock while it waits.
    return cast("RawStream", getattr(sys.stdin.buffer, "raw", sys.stdin.buffer))


READ_AHEAD = _ReadAhead()


class _Prefixed:
    """Some bytes, and then a stream."""

    def __init__(self, data: bytes, stream: RawStream) -> None:
        self._data = data
        self._stream = stream

    def read(self, size: int, /) -> bytes | None:
        """Return some bytes, an empty string at the end, or None if none are available yet."""
        if self._data:
            found, self._data = self._data[:size], self._data[size:]
            return found
        return self._stream.read(size)
