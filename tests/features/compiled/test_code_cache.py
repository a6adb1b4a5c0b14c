"""What may become of files on the disk, and of a folder that cannot be used."""

import numpy as np
import pytest

from stance.features.compiled import code_cache
from stance.features.compiled.code_cache import MAGIC, CodeCache, cache_folder
from stance.features.compiled.compilation import Kernel
from stance.features.compiled.first_use import when_compiling
from stance.features.compiled.object_code import ObjectCode

CODE = ObjectCode("entry", "int64", ["log"], b"\x7fELF" + bytes(range(256)))


def doubled(number):
    return 2 * number


def added_up(numbers):
    total = 0
    for number in numbers:
        total += number
    return total


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(code_cache, "cache_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def compilations():
    """Return a list that grows when a kernel is compiled."""
    found = []
    yield found
    when_compiling(None)


def call(compilations, argument=21):
    """Call a kernel as a new process would; tell how often one was compiled so far."""
    when_compiling(compilations.append)
    return Kernel(doubled)(argument), len(compilations)


def test_what_is_kept_is_read_again(folder):
    CodeCache("ours.kernel", "int64").write(CODE)
    assert CodeCache("ours.kernel", "int64").read() == CODE
    assert CodeCache("ours.kernel", "float64").read() is None
    assert CodeCache("ours.other", "int64").read() is None


def test_a_second_process_compiles_nothing(folder, compilations):
    assert call(compilations) == (42, 1)
    assert call(compilations) == (42, 1)
    assert call(compilations, 1.5) == (3.0, 2)


def halved(data):
    return data[: len(data) // 2]


def bit_flipped(data):
    return data[:-100] + bytes([data[-100] ^ 1]) + data[-99:]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:1],
        lambda data: data[: len(MAGIC) + 5],
        halved,
        lambda data: data[:-1],
        bit_flipped,
        lambda data: bytes(len(data)),
        lambda data: b"damaged",
        lambda data: data.replace(b"kernel 1", b"kernel 2", 1),
        lambda data: data + b"more",
    ],
    ids=[
        "empty",
        "one byte",
        "cut in its hash",
        "halved",
        "last byte missing",
        "one bit",
        "zeros",
        "other bytes",
        "another version",
        "too long",
    ],
)
def test_a_damaged_file_is_dropped_and_made_anew(folder, compilations, damage):
    call(compilations)
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert call(compilations) == (42, 2)
    assert path.read_bytes() == whole
    assert call(compilations) == (42, 2)


def test_a_file_that_cannot_be_read_costs_time_alone(folder, compilations):
    call(compilations)
    (path,) = folder.iterdir()
    path.unlink()
    path.mkdir()
    assert call(compilations) == (42, 2)
    assert list(folder.iterdir()) == [path]


def test_a_folder_that_fills_up_costs_time_alone(folder, compilations, monkeypatch):
    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(code_cache, "_write_whole", full)
    assert call(compilations) == (42, 1)
    assert not list(folder.iterdir())


def test_without_a_folder_to_write_in_code_is_compiled_all_the_same(monkeypatch, compilations):
    monkeypatch.setattr(code_cache, "cache_folder", lambda: None)
    assert call(compilations) == (42, 1)
    assert call(compilations) == (42, 2)
    assert compilations == [False, False]


def test_what_older_sources_gave_is_dropped(folder, monkeypatch):
    CodeCache("ours.kernel", "int64").write(CODE)
    CodeCache("ours.kernel", "float64").write(CODE)
    CodeCache("ours.kernels", "int64").write(CODE)
    assert len(list(folder.iterdir())) == 3
    monkeypatch.setattr(code_cache, "source_digest", lambda: "0" * 64)
    CodeCache("ours.kernel", "int64").write(CODE)
    names = sorted(path.name.partition("-")[0] for path in folder.iterdir())
    assert names == ["ours.kernel", "ours.kernels"]


def test_a_folder_that_cannot_be_made_is_passed_over(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "cache"))
    cache_folder.cache_clear()
    try:
        assert cache_folder() is None
        monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
        cache_folder.cache_clear()
        assert cache_folder().parent == tmp_path / "cache"
    finally:
        cache_folder.cache_clear()


@pytest.mark.slow
def test_the_types_of_arrays_are_part_of_the_name(folder, compilations):
    when_compiling(compilations.append)
    kernel = Kernel(added_up)
    numbers = np.arange(5)
    assert kernel(numbers) == kernel(numbers.astype(np.uint16)) == 10
    assert len(list(folder.iterdir())) == 2
