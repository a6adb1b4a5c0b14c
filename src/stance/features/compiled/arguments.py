"""Types of kernel arguments, for which a kernel is compiled."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

# Python and NumPy scalar types, and the type that kernels use for each.
SCALARS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool, np.bool_), "bool"),
    ((int, np.integer), "int64"),
    ((float, np.floating), "float64"),
)
TUPLE = "tuple"
C_TYPES = {"bool": ctypes.c_uint8, "int64": ctypes.c_int64, "float64": ctypes.c_double}


class ArgumentType(NamedTuple):
    """The type of a kernel argument.

    Parameters
    ----------
    name : str
        The name of a NumPy type, or `TUPLE`.
    n_dimensions : int
        The number of dimensions of an array; 0 for a number.
    members : tuple of ArgumentType
        The member types of a tuple.
    """

    name: str
    n_dimensions: int = 0
    members: tuple[ArgumentType, ...] = ()

    def __str__(self) -> str:
        if self.name == TUPLE:
            return f"({signature_text(self.members)})"
        return (
            f"{self.name}[{', '.join(':' * self.n_dimensions)}]" if self.n_dimensions else self.name
        )


def argument_type(value: object) -> ArgumentType:
    """Return the argument type of a value.

    Raises
    ------
    TypeError
        If the value is not a number, a C-contiguous array or a tuple of them.
    """
    if isinstance(value, np.ndarray):
        if value.flags.c_contiguous and value.flags.aligned:
            return ArgumentType(value.dtype.name, value.ndim)
        raise TypeError(
            f"Got an array of strides {value.strides} and shape {value.shape} for a kernel, but "
            "expected a C-contiguous one."
        )
    for types, name in SCALARS:
        if isinstance(value, types):
            return ArgumentType(name)
    if isinstance(value, tuple):
        return ArgumentType(TUPLE, members=tuple(map(argument_type, value)))
    raise TypeError(f"Got {type(value).__name__} for a kernel, but expected a number or an array.")


def signature_text(types: Iterable[ArgumentType]) -> str:
    """Format the argument types of a kernel, as in ``int32[:], int64``."""
    return ", ".join(map(str, types))


def c_types(types: Iterable[ArgumentType]) -> list[Any]:
    """Return the C parameter types of a compiled kernel; see `c_values`."""
    found: list[Any] = []
    for name, n_dimensions, members in types:
        if name == TUPLE:
            found += c_types(members)
        elif n_dimensions:
            found += [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64]
            found += [ctypes.c_void_p, *[ctypes.c_int64] * (2 * n_dimensions)]
        else:
            found.append(C_TYPES[name])
    return found


def c_values(arguments: tuple[Any, ...]) -> list[Any]:
    """Convert arguments to the C values that a compiled kernel takes.

    numba passes an array as its owner and its Python object (both null here,
    because the caller holds the array), its size, the item size, its data, and
    the length and the stride of each dimension. It passes a tuple as its members.
    """
    values: list[Any] = []
    for value in arguments:
        if isinstance(value, np.ndarray):
            values += [None, None, value.size, value.itemsize, value.ctypes.data]
            values += [*value.shape, *value.strides]
        elif isinstance(value, tuple):
            values += c_values(value)
        else:
            values.append(value)
    return values
