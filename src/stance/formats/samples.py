"""Pieces of a file, to find out how it is stored."""

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


# How much of a file is looked at to find out how it is stored.
SAMPLE = 256 * 1024
# In how many places, or up to where, one that begins in ASCII is looked at further on.
LATER_PIECES = 8
LATER_SAMPLE = 4 * 1024 * 1024


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
        return READ_AHEAD.look(SAMPLE)
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
    with open_raw(file) as stream:
        n = min(LATER_PIECES, -(-rest // BLOCK))
        for number in range(n):
            stream.seek(SAMPLE + max(rest - BLOCK, 0) * number // max(n - 1, 1))
            yield stream.read(BLOCK)
