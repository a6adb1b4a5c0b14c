"""Kernels that compute TF-IDF values from counts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from stance.features.compiled.arrays import LOW_HALF
from stance.features.compiled.compilation import compiled

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Float32s, Floats, Int32s, Int64s

RADIX_BITS = 11
RADIX_MASK = (1 << RADIX_BITS) - 1


@compiled
def weight_of(count: int, tf: Floats, sublinear: bool, binary: bool) -> np.float64:
    """Return the weight of a count, from a lookup table unless it is very large."""
    weight = np.float64(count)
    if count < len(tf):
        weight = tf[count]
    elif binary:
        weight = np.float64(1.0)
    elif sublinear:
        weight = np.float64(1.0 + math.log(count))
    return weight


@compiled
def arrange(columns: Int32s, values: Int32s, row_offsets: Int64s, order: Int64s) -> None:
    """Sort each row's counts by column; feature i is column ``order[i]``."""
    longest = 0
    for row in range(len(row_offsets) - 1):
        longest = max(longest, row_offsets[row + 1] - row_offsets[row])
    keys, spare = np.empty(longest, dtype=np.int64), np.empty(longest, dtype=np.int64)
    sizes = np.empty(1 << RADIX_BITS, dtype=np.int64)
    for row in range(len(row_offsets) - 1):
        begin = row_offsets[row]
        size = row_offsets[row + 1] - begin
        for i in range(size):
            keys[i] = (order[columns[begin + i]] << 32) | values[begin + i]
        _sort_by_column(keys, spare, sizes, size, len(order))
        for i in range(size):
            columns[begin + i] = keys[i] >> 32
            values[begin + i] = keys[i] & LOW_HALF


@compiled
def weigh(
    columns: Int32s,
    values: Int32s,
    row_offsets: Int64s,
    idf: Floats,
    tf: Floats,
    sublinear: bool,
    binary: bool,
    weights: Float32s,
) -> None:
    """Convert counts, sorted by column, to TF-IDF values with rows of unit length."""
    longest = 0
    for row in range(len(row_offsets) - 1):
        longest = max(longest, row_offsets[row + 1] - row_offsets[row])
    products = np.empty(longest, dtype=np.float64)
    for row in range(len(row_offsets) - 1):
        begin = row_offsets[row]
        size = row_offsets[row + 1] - begin
        squares = 0.0
        for i in range(size):
            count = values[begin + i]
            product = weight_of(count, tf, sublinear, binary) * idf[columns[begin + i]]
            products[i] = product
            squares += product * product
        norm = math.sqrt(squares) if squares > 0.0 else 1.0
        for i in range(size):
            weights[begin + i] = products[i] / norm


@compiled
def _sort_by_column(
    keys: Int64s, spare: Int64s, sizes: Int64s, n_keys: int, n_columns: int
) -> None:
    """Sort keys by their high halves, a few bits at a time (LSD radix sort)."""
    shift = 32
    while (n_columns - 1) >> (shift - 32) > 0:
        sizes[:] = 0
        for i in range(n_keys):
            sizes[(keys[i] >> shift) & RADIX_MASK] += 1
        before = 0
        for digit in range(len(sizes)):
            size = sizes[digit]
            sizes[digit] = before
            before += size
        for i in range(n_keys):
            digit = (keys[i] >> shift) & RADIX_MASK
            spare[sizes[digit]] = keys[i]
            sizes[digit] += 1
        for i in range(n_keys):
            keys[i] = spare[i]
        shift += RADIX_BITS


@compiled
def copy_scaled(
    columns: Int32s,
    values: Float32s,
    row_offsets: Int64s,
    scale: Float32s,
    ends: Int64s,
    joined_values: Float32s,
) -> None:
    """Append a block's scaled values to each row.

    The values of row i so far end at ``ends[i]``, which is advanced.
    """
    for row in range(len(row_offsets) - 1):
        at = ends[row]
        for i in range(row_offsets[row], row_offsets[row + 1]):
            joined_values[at] = values[i] * scale[columns[i]]
            at += 1
        ends[row] = at


@compiled
def copy_columns(
    columns: Int32s, row_offsets: Int64s, first_column: int, ends: Int64s, joined_columns: Int32s
) -> None:
    """Write a block's columns as `copy_scaled` does its values."""
    for row in range(len(row_offsets) - 1):
        at = ends[row]
        for i in range(row_offsets[row], row_offsets[row + 1]):
            joined_columns[at] = first_column + columns[i]
            at += 1
        ends[row] = at
