"""Texts as one array of UTF-16, or of code points."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


# Behind the last text, since a loop looks at one unit more.
PADDING = "\0"
LOW_SURROGATES = 0xDC00


class CodeUnits(NamedTuple):
    """Texts joined into one array of UTF-16.

    Text i is ``units[offsets[i]:offsets[i + 1]]``; behind the last one stands
    `PADDING`. ``has_pairs`` tells whether two units are one letter somewhere.
    """

    units: NDArray[np.uint16]
    offsets: NDArray[np.int64]
    has_pairs: bool = False


class CodePoints(NamedTuple):
    """Texts joined into one array of code points.

    Text i is ``units[offsets[i]:offsets[i + 1]]``.
    """

    units: NDArray[np.int32]
    offsets: NDArray[np.int64]


def code_units(texts: Sequence[str]) -> CodeUnits | CodePoints:
    """Return texts in UTF-16, or as code points if there is a lone surrogate among them.

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
    """Return the code points of texts; a lone surrogate is one as well.

    Examples
    --------
    >>> units, offsets = code_points(["قسد", "", "🙂"])
    >>> [hex(unit) for unit in units], offsets.tolist()
    (['0x642', '0x633', '0x62f', '0x1f642'], [0, 3, 3, 4])
    """
    encoded = "".join(texts).encode("utf-32-le", "surrogatepass")
    # Kernels are compiled for arrays that may be written to; a copy is one.
    return CodePoints(np.frombuffer(encoded, dtype="<i4").astype(np.int32), _offsets(texts))


def _offsets(texts: Sequence[str]) -> NDArray[np.int64]:
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
    return offsets
