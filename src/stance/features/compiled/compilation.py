"""Compile functions on first call, and keep the machine code on disk."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar, cast

from numba import config, njit
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.np import linalg

if TYPE_CHECKING:
    from collections.abc import Callable

    Function = TypeVar("Function", bound=Callable[..., object])


# The solver has four labels side by side, and the processor a register of as many numbers. It
# changes no result: each label's sums stay in their order.
vars(config)["SLP_VECTORIZE"] = 1


def _load_without_blas() -> None:
    """Load what numba needs to run kernels, but not SciPy's linear algebra.

    numba looks for it when it first loads a kernel, which takes a sixth of a
    second. No kernel here needs it; where another's does, it is looked for then.
    """
    ask = linalg.ensure_blas
    linalg.ensure_blas = lambda: None
    try:
        from numba.np import arraymath

        vars(arraymath)["ensure_blas"] = ask
    finally:
        linalg.ensure_blas = ask


_load_without_blas()


def compiled(function: Function) -> Function:
    """Compile on first call, without the interpreter's lock, and keep the result on disk.

    The cache lies in the folder that ``NUMBA_CACHE_DIR`` names, else beside
    the source, else in the user's cache folder where that is read-only. With
    no folder to write in, every process compiles anew.
    """
    made: Any = njit(function, nogil=True)
    if hasattr(made, "_cache"):  # not where compiling is switched off
        with suppress(RuntimeError):  # numba found no folder to write in
            made._cache = _disk_cache(function)
    return cast("Function", made)


def _disk_cache(function: Callable[..., object]) -> _RepairingCache:
    """Return numba's cache of a kernel, valid while no file of this folder changes.

    A kernel's machine code contains that of the kernels it calls, but numba
    compares only the kernel's own source file with the one that was compiled.
    """
    kept: Any = FunctionCache(function)
    kept._cache_file = IndexDataCacheFile(
        cache_path=kept.cache_path,
        filename_base=kept._impl.filename_base,
        source_stamp=(kept._impl.locator.get_source_stamp(), _folder_digest()),
    )
    return _RepairingCache(kept)


class _RepairingCache:
    """What numba keeps on disk of a kernel; what of it is damaged is compiled anew.

    numba itself passes over a cache that cannot be read for want of rights, but
    not over one that was cut short or overwritten.
    """

    def __init__(self, kept: Any) -> None:
        self._kept = kept

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kept, name)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """Return a compiled version, None where there is none that can be used."""
        try:
            return self._kept.load_overload(signature, context)
        except Exception:
            # Unpickling bytes of any kind raises errors of any kind.
            self._kept.flush()
            return None


@cache
def _folder_digest() -> bytes:
    """Return a hash of all source files beside this one."""
    digest = hashlib.sha256()
    files = [file for file in resources.files(__package__).iterdir() if file.name.endswith(".py")]
    for file in sorted(files, key=lambda file: file.name):
        source = file.read_bytes()
        digest.update(f"{file.name} {len(source)}\n".encode())
        digest.update(source)
    return digest.digest()
