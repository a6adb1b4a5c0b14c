"""Samples of a file, to detect how it is stored."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from stance.errors import DamagedFileError
from stance.formats.cursor import BLOCK
from stance.formats.encodings import UTF8
from stance.formats.input_file import STDIN, InputFile
from stance.formats.opening import open_bytes, open_raw
from stance.formats.standard_input import READ_AHEAD

if TYPE_CHECKING:
    from collections.abc import Iterator


# Size of the first sample in bytes.
SAMPLE = 256 * 1024
# Number and size of the later samples, for a file that begins with ASCII only.
LATER_PIECES = 8
LATER_SAMPLE = 4 * 1024 * 1024


def sample(file: InputFile) -> bytes:
    """Return the first bytes of a file, decompressed but not decoded.

    The bytes of standard input can still be read afterwards. The sample is
    empty if there is nothing to look at, as for a named pipe, and ends before
    the damage in a damaged file.

    Raises
    ------
    CorpusError
        If the file cannot be opened, is empty, or does not match its name.
    """
    if file.name == STDIN:
        return READ_AHEAD.look(SAMPLE)
    if not file.is_remote and not file.path.is_file():
        return b""
    return b"".join(_pieces(file, SAMPLE))


def _pieces(file: InputFile, size: int) -> Iterator[bytes]:
    """Yield the first bytes of a file, up to the first damage."""
    with suppress(DamagedFileError), open_bytes(replace(file, encoding=UTF8)) as stream:
        while size and (data := stream.read1(min(size, BLOCK))):  # type: ignore[attr-defined]
            size -= len(data)
            yield data


def later_samples(file: InputFile) -> Iterator[bytes]:
    """Yield later samples of a file that can be read several times.

    They are spread over a local file; in a compressed or remote file they
    follow the first sample.
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
    with open_raw(file) as stream:
        n = min(LATER_PIECES, -(-rest // BLOCK))
        for number in range(n):
            stream.seek(SAMPLE + max(rest - BLOCK, 0) * number // max(n - 1, 1))
            yield stream.read(BLOCK)
