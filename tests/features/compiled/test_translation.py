"""Kernels compiled, against the same functions in plain Python."""

import gc
import math
import resource
import threading

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.features.compiled import code_cache
from stance.features.compiled.compilation import Kernel

TYPES = ("uint8", "uint16", "int32", "uint32", "int64", "float32", "float64", "bool")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.getbasetemp() / "kernels"
    folder.mkdir(exist_ok=True)
    monkeypatch.setattr(code_cache, "cache_folder", lambda: folder)


def weighed(line, table, factor, offset, flag, out):
    """Read every argument, whatever its type, at every place."""
    for i in range(len(line)):
        out[0] += np.float64(line[i]) * (i + 1)
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            out[1] += np.float64(table[i, j]) * (i * 7 + j)
    out[2] = factor
    out[3] = offset
    out[4] = 1.0 if flag else 2.0
    return len(line) - table.shape[1]


WEIGHED = Kernel(weighed)


def some(kind, shape):
    values = {"elements": st.integers(0, 1)} if kind == "bool" else {}
    if kind.startswith("float"):
        values = {"elements": st.integers(-1000, 1000)}
    return arrays.arrays(kind, shape, **values)


@given(
    st.sampled_from(TYPES).flatmap(lambda kind: some(kind, st.integers(0, 9))),
    st.sampled_from(TYPES[:3]).flatmap(
        lambda kind: some(kind, st.tuples(st.integers(0, 4), st.integers(0, 4)))
    ),
    st.floats(-1e9, 1e9),
    st.integers(-(2**53), 2**53),
    st.booleans(),
)
@pytest.mark.slow
def test_compiled_and_plain_agree_on_arguments_of_all_types(line, table, factor, offset, flag):
    found, plain = np.zeros(5), np.zeros(5)
    returned = WEIGHED(line, table, factor, offset, flag, found)
    assert returned == weighed(line, table, factor, offset, flag, plain)
    np.testing.assert_array_equal(found, plain)


def logarithm(number):
    return math.log(number)


def is_large(number):
    return number > 7


def fill(array, number):
    array[:] = number


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (logarithm, (2.0,)),
        (logarithm, (7,)),
        (is_large, (7,)),
        (is_large, (np.int64(8),)),
        (is_large, (np.float32(8.5),)),
    ],
)
def test_what_is_returned_is_what_python_returns(function, arguments):
    found = Kernel(function)(*arguments)
    assert found == function(*arguments)


def test_nothing_is_returned_where_nothing_is():
    array = np.zeros(3)
    assert Kernel(fill)(array, 1.5) is None
    assert array.tolist() == [1.5] * 3


INNER = Kernel(is_large)


def count_large(array):
    found = 0
    for number in array:
        found += int(INNER(number))
    return found


def test_kernels_call_kernels():
    assert Kernel(count_large)(np.arange(10)) == 2


def alternate(array, turns):
    """Own an array in each turn, and give it back."""
    total = 0
    for turn in range(turns):
        own = np.empty(len(array), dtype=np.int64)
        other = np.zeros(len(array), dtype=np.float64) if turn % 2 else np.ones(len(array))
        own[:] = array
        total += own[-1] + int(other[0])
    return total


@pytest.mark.slow
def test_a_kernels_own_arrays_are_zero_and_given_back():
    kernel, array = Kernel(alternate), np.arange(100_000)
    assert kernel(array, 10) == alternate(array, 10)
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kernel(array, 150)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def picked(tables, row):
    (names, places), factor = tables
    return names[row] + int(places[row, 1] * factor)


def test_tuples_are_handed_over_member_by_member():
    tables = ((np.arange(5, dtype=np.int32), np.arange(10.0).reshape(5, 2)), 2.0)
    kernel = Kernel(picked)
    assert [kernel(tables, row) for row in range(5)] == [picked(tables, row) for row in range(5)]
    assert kernel.signatures == ["((int32[:], float64[:, :]), float64), int64"]


def share(a, b):
    return a // b


def test_a_division_by_zero_is_an_error():
    kernel = Kernel(share)
    assert kernel(7, 2) == 3
    with pytest.raises(ArithmeticError, match="share"):
        kernel(7, 0)


@pytest.mark.parametrize(
    "array", [np.arange(10)[::2], np.ones((4, 4))[:, 0], np.ones((3, 3)).T[1:]]
)
def test_an_array_with_gaps_is_refused(array):
    with pytest.raises(TypeError, match="C-contiguous"):
        Kernel(fill)(array, 1)


def test_an_argument_that_is_no_number_is_refused():
    with pytest.raises(TypeError, match="Got str for a kernel"):
        Kernel(is_large)(("7",))


def pair(number):
    return number, number


def printed(number):
    print(number)  # noqa: T201


@pytest.mark.parametrize(("function", "told"), [(pair, "which returns"), (printed, "which calls")])
def test_a_function_that_cannot_stand_alone_is_refused(function, told):
    with pytest.raises(TypeError, match=told):
        Kernel(function)(1)


def count_to(number, seen):
    for i in range(number):
        seen[0] = (seen[0] * 5 + i) & 1023


@pytest.mark.slow
def test_the_interpreters_lock_is_free_while_a_kernel_runs():
    kernel, seen = Kernel(count_to), np.zeros(1, dtype=np.int64)
    kernel(1, seen)
    turns = np.zeros(1, dtype=np.int64)
    done = threading.Event()

    def run():
        for _ in range(200):
            kernel(2_000_000, turns)
        done.set()

    thread = threading.Thread(target=run)
    thread.start()
    beats = 0
    while not done.wait(0.0001):
        beats += 1
    thread.join()
    assert beats > 1
