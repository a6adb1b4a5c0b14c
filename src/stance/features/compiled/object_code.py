"""Loading and calling machine code in this process."""

from __future__ import annotations

import ctypes
import threading
from functools import cache
from typing import Any, NamedTuple

import llvmlite.binding as llvm

from stance.features.compiled.arguments import C_TYPES, ArgumentType, c_types, c_values

NOTHING = "none"  # the return type of a kernel without a return value

# The status codes of numba functions that succeed: with a value, or with None.
WORKED = (0, -2)

_LOCK = threading.Lock()


class ObjectCode(NamedTuple):
    """A compiled kernel in the form that is cached.

    Parameters
    ----------
    entry : str
        The name of its function.
    returned : str
        The return type, or `NOTHING`.
    needed : list of str
        The C library functions that it calls.
    code : bytes
        An object file.
    """

    entry: str
    returned: str
    needed: list[str]
    code: bytes


class LoadedKernel:
    """Callable machine code, which releases the interpreter's lock.

    Parameters
    ----------
    stored : ObjectCode
    types : tuple of ArgumentType
        The types of the arguments.

    Raises
    ------
    OSError
        If it calls a function that is missing in this process.
    """

    def __init__(self, stored: ObjectCode, types: tuple[ArgumentType, ...]) -> None:
        self._name = stored.entry
        self._returned = C_TYPES.get(stored.returned)
        prototype = ctypes.CFUNCTYPE(
            ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *c_types(types)
        )
        self._function = prototype(_address(stored))

    def __call__(self, arguments: tuple[Any, ...]) -> Any:
        """Run the kernel.

        Raises
        ------
        ArithmeticError
            If it divided by zero or ran out of memory.
        """
        result: Any = (self._returned or ctypes.c_void_p)()
        error = ctypes.c_void_p()
        status = self._function(
            ctypes.addressof(result), ctypes.addressof(error), *c_values(arguments)
        )
        if status not in WORKED:
            raise ArithmeticError(f"The kernel {self._name} divided by zero, or had no memory.")
        return result.value if self._returned else None


def target_machine(*, jit: bool = True) -> Any:
    """Return LLVM's target machine for this processor."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="static" if target.name.startswith("x86") else "default",
        codemodel="jitdefault",
        jit=jit,
    )


@cache
def processor() -> str:
    """Return a description of this processor and of the LLVM version."""
    features = llvm.get_host_cpu_features().flatten()
    version = ".".join(map(str, llvm.llvm_version_info))
    return f"{llvm.get_process_triple()} {llvm.get_host_cpu_name()} {features} LLVM {version}"


@cache
def _engine() -> Any:
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine())


def _address(stored: ObjectCode) -> int:
    """Load an object file and return the address of its function."""
    with _LOCK:
        engine = _engine()
        missing = [name for name in stored.needed if not llvm.address_of_symbol(name)]
        if missing:  # LLVM would abort the process
            raise OSError(
                f"Got the kernel {stored.entry}, which calls {', '.join(missing)}, but this "
                "process has no such function."
            )
        engine.add_object_file(llvm.ObjectFileRef.from_data(stored.code))
        engine.finalize_object()
        return int(engine.get_function_address(stored.entry))
