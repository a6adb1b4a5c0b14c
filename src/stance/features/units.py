"""Texts encoded as one array of UTF-16 units or of code points."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


# Follows the last text, because a loop reads one unit ahead.
PADDING = "\0"
LOW_SURROGATES = 0xDC00


class CodeUnits(NamedTuple):
    """Texts concatenated to one array of UTF-16 units.

    Text i is ``units[offsets[i]:offsets[i + 1]]``, and `PADDING` follows the last
    one. ``has_pairs`` is whether there are surrogate pairs.
    """

    units: NDArray[np.uint16]
    offsets: NDArray[np.int64]
    has_pairs: bool = False


class CodePoints(NamedTuple):
    """Texts concatenated to one array of code points.

    Text i is ``units[offsets[i]:offsets[i + 1]]``.
    """

    units: NDArray[np.int32]
    offsets: NDArray[np.int64]


def code_units(texts: Sequence[str]) -> CodeUnits | CodePoints:
    """Encode texts in UTF-16, or as code points if they contain a lone surrogate.

    Examples
    --------
    >>> units, offsets, _ = code_units(["قسد", "", "🙂"])
    >>> [hex(unit) for unit in units[: offsets[-1]]], offsets.tolist()
    (['0x642', '0x633', '0x62f', '0xd83d', '0xde42'], [0, 3, 3, 5])
    """
    joined = "".join([*texts, PADDING])
    try:
        encoded = joined.encode("utf-16-le")
    except UnicodeEncodeError:
        return code_points(texts)
    units = np.frombuffer(encoded, dtype="<u2")
    offsets = _offsets(texts)
    has_pairs = len(units) > len(joined)
    if has_pairs:
        begins = np.flatnonzero((units & ~np.uint16(1023)) != LOW_SURROGATES)
        offsets = begins[offsets]
    return CodeUnits(units, offsets, has_pairs)


def code_points(texts: Sequence[str]) -> CodePoints:
    """Return the code points of texts, including lone surrogates.

    Examples
    --------
    >>> units, offsets = code_points(["قسد", "", "🙂"])
    >>> [hex(unit) for unit in units], offsets.tolist()
    (['0x642', '0x633', '0x62f', '0x1f642'], [0, 3, 3, 4])
    """
    encoded = "".join(texts).encode("utf-32-le", "surrogatepass")
    # The copy is writable, as kernels are compiled for writable arrays.
    return CodePoints(np.frombuffer(encoded, dtype="<i4").astype(np.int32), _offsets(texts))


def _offsets(texts: Sequence[str]) -> NDArray[np.int64]:
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
    return offsets
