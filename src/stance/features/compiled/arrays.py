"""Array types of the kernels, and special values of array entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Units = NDArray[np.uint16] | NDArray[np.int32]  # UTF-16, or code points
    Numbers = NDArray[np.uint32]  # of words and features; never negative
    Int8s = NDArray[np.int8]
    Int32s = NDArray[np.int32]
    Int64s = NDArray[np.int64]
    Float32s = NDArray[np.float32]
    Floats = NDArray[np.float64]
    Bits = NDArray[np.uint8]

# A free entry of a hash table.
EMPTY = -1

# A 64-bit entry may hold two 32-bit numbers.
LOW_HALF = (1 << 32) - 1

ONE = np.uint32(1)
