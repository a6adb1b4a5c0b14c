"""What a kernel is compiled for: the types of its arguments."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

# A scalar of Python or NumPy by the type that kernels know it by.
SCALARS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool, np.bool_), "bool"),
    ((int, np.integer), "int64"),
    ((float, np.floating), "float64"),
)
C_TYPES = {"bool": ctypes.c_uint8, "int64": ctypes.c_int64, "float64": ctypes.c_double}

ArgumentType = tuple[str, int]
"""The name of a NumPy type, and how many dimensions an array has: none, for a scalar."""


def argument_type(value: object) -> ArgumentType:
    """Return the type that a kernel is compiled for.

    Raises
    ------
    TypeError
        If it is neither a number nor an array whose items lie side by side.
    """
    if isinstance(value, np.ndarray):
        if value.flags.carray or (value.flags.c_contiguous and value.flags.aligned):
            return value.dtype.name, value.ndim
        raise TypeError(
            f"Got an array of strides {value.strides} and shape {value.shape} for a kernel, but "
            "expected a C-contiguous one."
        )
    for types, name in SCALARS:
        if isinstance(value, types):
            return name, 0
    raise TypeError(f"Got {type(value).__name__} for a kernel, but expected a number or an array.")


def signature_text(types: tuple[ArgumentType, ...]) -> str:
    """Write down the types of a kernel's arguments, as in ``int32[:], int64``."""
    return ", ".join(f"{name}[{', '.join(':' * n)}]" if n else name for name, n in types)


def c_types(types: tuple[ArgumentType, ...]) -> list[Any]:
    """Return the parameters of a compiled kernel; see `c_values`."""
    found: list[Any] = []
    for name, n_dimensions in types:
        if n_dimensions:
            found += [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64]
            found += [ctypes.c_void_p, *[ctypes.c_int64] * (2 * n_dimensions)]
        else:
            found.append(C_TYPES[name])
    return found


def c_values(arguments: tuple[Any, ...]) -> list[Any]:
    """Return arguments as a compiled kernel takes them.

    numba hands an array over as its owner and its Python object (none here,
    since the caller holds it), its size, the size of an item, its data, and
    the length and the stride of each dimension.
    """
    values: list[Any] = []
    for value in arguments:
        if isinstance(value, np.ndarray):
            values += [None, None, value.size, value.itemsize, value.ctypes.data]
            values += [*value.shape, *value.strides]
        else:
            values.append(value)
    return values
