"""Sparse feature matrices. SciPy is imported when the first one is created.

Labelling creates none, and importing SciPy takes a fifth of a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse


def csr(
    values: NDArray[Any], columns: NDArray[Any], offsets: NDArray[Any], n_columns: int
) -> sparse.csr_array:
    """Return a CSR matrix whose row i has ``values[offsets[i]:offsets[i + 1]]``."""
    from scipy import sparse

    # With 64-bit offsets, scipy would copy the columns to 64 bits too.
    if columns.dtype == np.int32 and len(columns) <= np.iinfo(np.int32).max:
        offsets = offsets.astype(np.int32, copy=False)
    shape = (len(offsets) - 1, n_columns)
    return sparse.csr_array((values, columns, offsets), shape=shape)


def compact(matrix: sparse.csr_array) -> sparse.csr_array:
    """Convert the index arrays of a matrix to 32 bits, if they fit.

    This halves their memory, and scikit-learn's solvers require it.
    """
    if matrix.nnz <= np.iinfo(np.int32).max:
        matrix.indices = matrix.indices.astype(np.int32, copy=False)
        matrix.indptr = matrix.indptr.astype(np.int32, copy=False)
    return matrix


def compressed(dense: NDArray[Any]) -> sparse.csr_array:
    """Return the values of a dense matrix that are not zero."""
    from scipy import sparse

    return compact(sparse.csr_array(dense))


def scaled(values: sparse.csr_array, scale: NDArray[np.float32]) -> sparse.csr_array:
    """Multiply every column by its scale."""
    data = values.data * scale[values.indices]
    return csr(data, values.indices, values.indptr, values.shape[1])


def stack_scaled(
    parts: list[sparse.csr_array], scales: Sequence[NDArray[np.float32]]
) -> sparse.csr_array:
    """Stack matrices of the same texts horizontally, with each column scaled.

    Parameters
    ----------
    parts : list of csr_array of float32
        Emptied: they are as large as the result, so their values are let go of
        before its columns are written.
    scales : sequence of ndarray of float32, shape (n_columns,)
    """
    from stance.features.compiled.weighting import copy_columns, copy_scaled

    if len(parts) == 1:
        return scaled(parts.pop(), scales[0])
    rows = [part.indptr.astype(np.int64) for part in parts]
    own_columns = [part.indices.astype(np.int32, copy=False) for part in parts]
    own_values = [part.data.astype(np.float32, copy=False) for part in parts]
    parts.clear()
    offsets = np.sum(rows, axis=0)
    values, ends = np.empty(offsets[-1], dtype=np.float32), offsets[:-1].copy()
    for place, scale in enumerate(scales):
        copy_scaled(own_columns[place], own_values.pop(0), rows[place], scale, ends, values)
    columns, ends, first = np.empty(offsets[-1], dtype=np.int32), offsets[:-1].copy(), 0
    for place, scale in enumerate(scales):
        copy_columns(own_columns.pop(0), rows[place], first, ends, columns)
        first += len(scale)
    return compact(csr(values, columns, offsets, first))


def stack(parts: Sequence[sparse.csr_array]) -> sparse.csr_array:
    """Stack matrices of the same texts horizontally, in double precision."""
    from scipy import sparse

    if len(parts) == 1:
        return parts[0]
    return compact(sparse.csr_array(sparse.hstack(parts, format="csr", dtype="float64")))
