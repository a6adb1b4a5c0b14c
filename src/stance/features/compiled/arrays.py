"""The arrays that kernels share: their types, and what some entries mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Units = NDArray[np.uint16] | NDArray[np.int32]  # UTF-16, or code points
    Numbers = NDArray[np.uint32]  # of words and features; none is ever below zero
    Int8s = NDArray[np.int8]
    Int32s = NDArray[np.int32]
    Int64s = NDArray[np.int64]
    Float32s = NDArray[np.float32]
    Floats = NDArray[np.float64]
    Bits = NDArray[np.uint8]

# An entry of a hash table that is free.
EMPTY = -1

# An entry of 64 bits may hold two numbers of 32.
LOW_HALF = (1 << 32) - 1

ONE = np.uint32(1)
