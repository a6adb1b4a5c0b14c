"""Decompressing files."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from typing import IO, Any, cast

from stance.errors import DamagedFileError
from stance.formats.cursor import BLOCK, FollowedFile

# 'xz -9' needs 65 MiB to decompress.
XZ_MEMORY = 128 * 1024 * 1024
XZ_MAGIC = b"\xfd7zXZ\x00"


class _Xz(io.RawIOBase):
    """A raw xz stream with a memory limit, which Python's own does not have.

    The dictionary size in an xz header can be as large as 4 GiB.
    """

    def __init__(self, raw: FollowedFile) -> None:
        self._raw = raw
        self._stream = self._next_stream()

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Decompress some bytes."""
        while True:
            if self._stream.eof:
                data = self._stream.unused_data or self._raw.read(BLOCK)
                # Padding may follow, or data that another program appended.
                if not data.startswith(XZ_MAGIC):
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
                "decompress. Compress it again with 'xz -9' or lower."
            ) from error


def decompressed(raw: FollowedFile, compression: str) -> IO[bytes]:
    """Return the decompressed stream of a file."""
    if compression == ".gz":
        return cast("IO[bytes]", gzip.open(raw))
    if compression == ".bz2":
        return bz2.open(raw)
    if compression == ".xz":
        return io.BufferedReader(_Xz(raw), BLOCK)
    import pyarrow as pa

    stream = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
    return cast("IO[bytes]", io.BufferedReader(stream, BLOCK))
