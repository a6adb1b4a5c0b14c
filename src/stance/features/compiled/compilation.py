"""Compilation of kernels on first call, with a disk cache of the machine code.

numba translates a kernel when it is first called with new argument types. The
machine code is cached as an object file, which LLVM can load without numba:
importing numba takes longer than labelling a thousand articles.
"""

from __future__ import annotations

import functools
import os
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from stance.features.compiled.arguments import ArgumentType, argument_type, signature_text
from stance.features.compiled.first_use import tell_of_compiling

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FunctionType

    from stance.features.compiled.object_code import LoadedKernel
    from stance.features.compiled.translation import Translator

    Function = TypeVar("Function", bound=Callable[..., object])

SWITCH = "NUMBA_DISABLE_JIT"


def compiled(function: Function) -> Function:
    """Compile a function on first call and cache the machine code on disk.

    A kernel takes numbers, C-contiguous arrays and tuples of them, and returns
    a number or nothing. It releases the interpreter's lock. With
    ``NUMBA_DISABLE_JIT=1`` it runs as plain Python.
    """
    if os.environ.get(SWITCH) == "1":
        return function
    return cast("Function", Kernel(cast("FunctionType", function)))


class Kernel:
    """A function that is compiled for each signature that it is called with.

    Parameters
    ----------
    function : function
        The function to compile. It may use only globals that are numbers or kernels.
    """

    def __init__(self, function: FunctionType) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self._loaded: dict[tuple[ArgumentType, ...], LoadedKernel] = {}
        self._lock = threading.Lock()

    @property
    def signatures(self) -> list[str]:
        """The signatures that are loaded in this process."""
        return list(map(signature_text, self._loaded))

    def __call__(self, *arguments: Any) -> Any:
        """Run the machine code for the types of the arguments; compile it if necessary."""
        types = tuple(map(argument_type, arguments))
        loaded = self._loaded.get(types)
        if loaded is None:
            with self._lock:
                loaded = self._loaded.get(types) or self._load(types)
                self._loaded[types] = loaded
        return loaded(arguments)

    def _load(self, types: tuple[ArgumentType, ...]) -> LoadedKernel:
        """Load the machine code from the cache, or translate the function."""
        from stance.features.compiled.code_cache import CodeCache
        from stance.features.compiled.object_code import LoadedKernel

        name = f"{self.function.__module__.rpartition('.')[2]}.{self.function.__qualname__}"
        kept = CodeCache(name, signature_text(types))
        code = kept.read()
        if code is None:
            tell_of_compiling(kept=kept.folder is not None)
            code = _translator().translate(self.function, types)
            kept.write(code)
        return LoadedKernel(code, types)


def kernels_called_by(function: FunctionType) -> dict[str, FunctionType]:
    """Return the kernels that a function calls, keyed by their names in it."""
    found = {name: function.__globals__.get(name) for name in function.__code__.co_names}
    return {name: one.function for name, one in found.items() if isinstance(one, Kernel)}


@cache
def _translator() -> Translator:
    from stance.features.compiled.translation import Translator

    return Translator(kernels_called_by)
