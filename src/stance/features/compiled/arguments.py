"""What a kernel is compiled for: the types of its arguments."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

# A scalar of Python or NumPy by the type that kernels know it by.
SCALARS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool, np.bool_), "bool"),
    ((int, np.integer), "int64"),
    ((float, np.floating), "float64"),
)
TUPLE = "tuple"
C_TYPES = {"bool": ctypes.c_uint8, "int64": ctypes.c_int64, "float64": ctypes.c_double}


class ArgumentType(NamedTuple):
    """What a kernel is compiled for.

    Parameters
    ----------
    name : str
        That of a NumPy type, or `TUPLE`.
    n_dimensions : int
        Of an array; none, for a number.
    members : tuple of ArgumentType
        Those of a tuple.
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
    """Return the type that a kernel is compiled for.

    Raises
    ------
    TypeError
        If it is neither a number nor an array whose items lie side by side, nor
        a tuple of them.
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
    """Write down the types of a kernel's arguments, as in ``int32[:], int64``."""
    return ", ".join(map(str, types))


def c_types(types: Iterable[ArgumentType]) -> list[Any]:
    """Return the parameters of a compiled kernel; see `c_values`."""
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
    """Return arguments as a compiled kernel takes them.

    numba hands an array over as its owner and its Python object (none here,
    since the caller holds it), its size, the size of an item, its data, and
    the length and the stride of each dimension; a tuple, as its members.
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
