"""Memory that is given back, and loops that are compiled: both once in a process of their own."""

import os
import subprocess
import sys

import orjson
import pytest

from tests.commands import installed_stance

# A large block that was freed lets glibc keep those of its size that come after it.
BLOCKS = """
import resource
from stance.cli.memory import give_back_large_blocks

def taken():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6

if {given_back}:
    give_back_large_blocks()
del_first = bytearray(b"1") * 16_000_000
del del_first
before = taken()
first, pin = bytearray(b"1") * 15_000_000, bytearray(b"1") * 100_000
del first
print(taken() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other C libraries are left as they are")
def test_large_blocks_are_given_back():
    script = BLOCKS.format(given_back=True)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 5


@pytest.mark.slow
@pytest.mark.parametrize("quiet", [False, True])
def test_compiling_is_told_once_where_the_output_is_no_terminal(tmp_path, quiet):
    article = tmp_path / "one.jsonl"
    article.write_bytes(orjson.dumps({"id": "1", "text": "أعلنت القوات السيطرة على البلدة"}))
    words = ["predict", article, "--format", "jsonl", *["--quiet"] * quiet]
    environment = {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "NUMBA_DISABLE_JIT": "0"}
    told = [
        installed_stance(*words, **environment)[1].count("Compiling the counting loops")
        for _ in range(2)
    ]
    assert told == ([0, 0] if quiet else [1, 0])


@pytest.mark.slow
def test_where_nothing_can_be_kept_it_says_so(tmp_path):
    article = tmp_path / "one.jsonl"
    article.write_bytes(orjson.dumps({"id": "1", "text": "أعلنت القوات السيطرة على البلدة"}))
    environment = {"NUMBA_CACHE_DIR": os.devnull, "NUMBA_DISABLE_JIT": "0"}
    assert "NUMBA_CACHE_DIR" in installed_stance("predict", article, **environment)[1]
