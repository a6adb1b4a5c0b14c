"""Translation of kernels to object files with numba."""

from __future__ import annotations

import hashlib
import threading
from types import FunctionType
from typing import TYPE_CHECKING, Any

import llvmlite.binding as llvm
from numba import config, jit, types
from numba.core.types import Array, Type

from stance.features.compiled.arguments import TUPLE
from stance.features.compiled.object_code import ObjectCode, target_machine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stance.features.compiled.arguments import ArgumentType

RETURNED = {"none": "none", "bool": "bool", "int64": "int64", "uint64": "int64"}
RETURNED["float64"] = "float64"

# The C library functions that a kernel may call.
C_FUNCTIONS = {"exp", "log", "log1p", "pow", "sqrt"}
C_FUNCTIONS |= {"free", "malloc", "memcpy", "memmove", "memset"}

# numba's arrays are reference-counted. Arrays that a kernel allocates need only this part of its
# runtime: an owner (count, destructor, its argument, data, size), and functions to free both.
RUNTIME = """
declare ptr @malloc(i64)
declare void @free(ptr)

define ptr @NRT_MemInfo_alloc_aligned(i64 %size, i32 %align) {
  %step = zext i32 %align to i64
  %head = add i64 %step, 48
  %all = add i64 %head, %size
  %owner = call ptr @malloc(i64 %all)
  %failed = icmp eq ptr %owner, null
  br i1 %failed, label %none, label %some
none:
  ret ptr null
some:
  %place = ptrtoint ptr %owner to i64
  %behind = add i64 %place, %head
  %rest = urem i64 %behind, %step
  %start = sub i64 %behind, %rest
  %data = inttoptr i64 %start to ptr
  store i64 1, ptr %owner
  %note = getelementptr i64, ptr %owner, i64 1
  call void @llvm.memset.p0.i64(ptr %note, i8 0, i64 40, i1 false)
  %at = getelementptr i64, ptr %owner, i64 3
  store ptr %data, ptr %at
  %measure = getelementptr i64, ptr %owner, i64 4
  store i64 %size, ptr %measure
  ret ptr %owner
}

define ptr @NRT_Allocate(i64 %size) {
  %place = call ptr @malloc(i64 %size)
  ret ptr %place
}

define void @NRT_Free(ptr %place) {
  call void @free(ptr %place)
  ret void
}

define void @NRT_MemInfo_call_dtor(ptr %owner) {
  call void @free(ptr %owner)
  ret void
}

declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
"""

# No kernel is called through Python, so none needs a Python wrapper.
OPTIONS: Any = {"nopython": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

# Lets the solver process four labels in one vector register. The results do not change, because
# the order of each label's sums stays the same.
vars(config)["SLP_VECTORIZE"] = 1

_LOCK = threading.RLock()


class Translator:
    """Translates kernels; kernels that several others call are translated once.

    Parameters
    ----------
    called : callable
        Maps a function to the kernels that it calls, as plain functions, keyed
        by their names in it.
    """

    def __init__(self, called: Callable[[FunctionType], Mapping[str, FunctionType]]) -> None:
        self._called = called
        self._dispatchers: dict[FunctionType, Any] = {}

    def translate(
        self, function: FunctionType, argument_types: tuple[ArgumentType, ...]
    ) -> ObjectCode:
        """Return the machine code of a kernel for given argument types."""
        with _LOCK:
            dispatcher = self._dispatcher(function)
            signature = tuple(map(_numba_type, argument_types))
            dispatcher.compile(signature)
            made = dispatcher.overloads[signature]
            name = f"{function.__module__}.{function.__qualname__}"
            kind = types.unliteral(made.signature.return_type)
            returned = RETURNED.get(str(kind))
            if returned is None:
                raise TypeError(
                    f"Got the kernel {name}, which returns {kind}, but expected one of "
                    f"{', '.join(RETURNED)}."
                )
            return _object_code(
                dispatcher.inspect_llvm(signature), made.fndesc.llvm_func_name, name, returned
            )

    def _dispatcher(self, function: FunctionType) -> Any:
        """Return numba's dispatcher of a kernel, linked to those of the kernels it calls."""
        if function not in self._dispatchers:
            others = {
                name: self._dispatcher(other) for name, other in self._called(function).items()
            }
            bound = FunctionType(
                function.__code__,
                {**function.__globals__, **others},
                function.__name__,
                function.__defaults__,
                function.__closure__,
            )
            bound.__module__, bound.__qualname__ = function.__module__, function.__qualname__
            self._dispatchers[function] = jit(bound, **OPTIONS)
        return self._dispatchers[function]


def _numba_type(argument: ArgumentType) -> Type:
    if argument.name == TUPLE:
        return types.Tuple(list(map(_numba_type, argument.members)))
    kind = types.boolean if argument.name == "bool" else getattr(types, argument.name)
    return Array(kind, argument.n_dimensions, "C") if argument.n_dimensions else kind


def _object_code(assembly: str, function: str, name: str, returned: str) -> ObjectCode:
    """Compile a function's LLVM code to an object file that exports that function only."""
    module = llvm.parse_assembly(assembly)
    module.link_in(llvm.parse_assembly(RUNTIME))
    entry = f"{name}.{hashlib.sha256(function.encode()).hexdigest()[:16]}"
    module.get_function(function).name = entry
    for one in (*module.functions, *module.global_variables):
        if not one.is_declaration and one.name != entry:
            one.linkage = "internal"
    machine = target_machine()
    _drop_unused(module, machine)
    module.verify()
    needed = sorted(
        one.name
        for one in (*module.functions, *module.global_variables)
        if one.is_declaration and not one.name.startswith("llvm.")
    )
    foreign = set(needed) - C_FUNCTIONS
    if foreign:
        raise TypeError(
            f"Got the kernel {name}, which calls {', '.join(sorted(foreign))}, but a kernel may "
            "call nothing but other kernels and functions of numbers."
        )
    return ObjectCode(entry, returned, needed, machine.emit_object(module))


def _drop_unused(module: llvm.ModuleRef, machine: llvm.TargetMachine) -> None:
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
    passes.run(module, builder)
