"""How many bytes each row of a record batch would take, without building the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A number, a date, a boolean; an element of a list.
ONE_VALUE = 32


def row_sizes(batch: Any) -> NDArray[np.int64]:
    """Return the total bytes of each row's values.

    Parameters
    ----------
    batch : pyarrow.RecordBatch

    Returns
    -------
    ndarray of int64, shape (n_rows,)
    """
    total = np.zeros(batch.num_rows, dtype=np.int64)
    for column in batch.columns:
        total += value_sizes(column)
    return total


def value_sizes(array: Any) -> NDArray[np.int64]:
    """Return the bytes of each value of an array, including nested values.

    Parameters
    ----------
    array : pyarrow.Array

    Returns
    -------
    ndarray of int64, shape (n_values,)
    """
    import pyarrow as pa

    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return value_sizes(array.storage)
    if pa.types.is_dictionary(kind):
        known = value_sizes(array.dictionary)
        places = array.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return np.asarray(np.append(known, ONE_VALUE)[places], dtype=np.int64)
    if pa.types.is_struct(kind):
        sizes = np.full(len(array), ONE_VALUE, dtype=np.int64)
        for n in range(kind.num_fields):
            sizes += value_sizes(array.field(n))
        return sizes
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        return _list_sizes(array)
    if pa.types.is_fixed_size_list(kind):
        sizes = np.full(len(array), ONE_VALUE, dtype=np.int64)
        inner = value_sizes(array.flatten()).reshape(-1, kind.list_size)
        sizes[array.is_valid().to_numpy(zero_copy_only=False)] += inner.sum(axis=1)
        return sizes
    return _flat_sizes(array)


def _flat_sizes(array: Any) -> NDArray[np.int64]:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_string_view(kind):
        array, kind = array.cast(pa.large_string()), pa.large_string()
    elif pa.types.is_binary_view(kind):
        array, kind = array.cast(pa.large_binary()), pa.large_binary()
    for known in (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_binary,
        pa.types.is_large_binary,
        pa.types.is_fixed_size_binary,
    ):
        if known(kind):
            lengths = pc.binary_length(array).fill_null(0).to_numpy(zero_copy_only=False)
            return np.asarray(lengths, dtype=np.int64) + ONE_VALUE
    return np.full(len(array), ONE_VALUE, dtype=np.int64)


def _list_sizes(array: Any) -> NDArray[np.int64]:
    """Return the bytes of each list or map; hidden content of a null does not count."""
    import pyarrow as pa

    if pa.types.is_map(array.type):
        # Unlike elements of a list, keys and items ignore the offset of a sliced array.
        places = np.asarray(array.offsets.to_numpy(zero_copy_only=False), dtype=np.int64)
        inner = value_sizes(array.keys) + value_sizes(array.items)
    else:
        lengths = array.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
        places = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        inner = value_sizes(array.flatten())
    ends = np.concatenate([[0], np.cumsum(inner)])
    return np.asarray(ends[places[1:]] - ends[places[:-1]] + ONE_VALUE, dtype=np.int64)
