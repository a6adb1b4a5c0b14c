"""Memory that is given back, and loops that are compiled: both once in a process of their own."""

import fnmatch
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from stance.features.compiled import code_cache
from stance.features.compiled.code_cache import SHOWN_DIGITS, cache_folder
from tests.commands import SCRIPT, installed_stance, stance

TOLD = "Compiling the counting loops"

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


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other C libraries are left as they are")
def test_large_blocks_are_given_back():
    script = BLOCKS.format(given_back=True)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 5


@pytest.fixture
def one_missing(tmp_path):
    """Return a cache that lacks one kernel; to compile all of them takes 20 seconds."""
    article = write_article(tmp_path)
    stance("predict", article)  # compiles what is not kept yet
    there = cache_folder()
    own = hashlib.sha256(str(Path(code_cache.__file__).parent).encode()).hexdigest()[:SHOWN_DIGITS]
    folder = tmp_path / "cache" / f"kernels-{own}"
    shutil.copytree(there, folder, ignore=lambda _, names: fnmatch.filter(names, "*.py*.n*"))
    missing = list(folder.glob("letters.read_runs-*.kernel"))
    assert missing
    for kernel in missing:
        kernel.unlink()
    environment = {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "NUMBA_DISABLE_JIT": "0"}
    return article, environment, lambda: list(folder.glob("letters.read_runs-*.kernel"))


@pytest.mark.slow
def test_compiling_is_told_once_where_the_output_is_no_terminal(one_missing):
    article, environment, _ = one_missing
    told = [installed_stance("predict", article, **environment)[1].count(TOLD) for _ in range(2)]
    assert told == [1, 0]


@pytest.mark.slow
def test_compiling_is_not_told_where_quiet_is_asked_for(one_missing):
    article, environment, compiled = one_missing
    assert not compiled()
    assert TOLD not in installed_stance("predict", article, "--quiet", **environment)[1]
    assert compiled()


@pytest.mark.slow
@pytest.mark.kill
def test_where_nothing_can_be_kept_it_says_so(tmp_path):
    article = write_article(tmp_path)
    environment = {**os.environ, "NUMBA_CACHE_DIR": os.devnull, "NUMBA_DISABLE_JIT": "0"}
    with subprocess.Popen(
        [SCRIPT, "predict", article],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    ) as command:
        # It is told before anything is compiled, which need not be waited for.
        told = command.stderr.readline()
        command.kill()
        told += command.stderr.read()
    assert TOLD in told
    assert "NUMBA_CACHE_DIR" in told


def write_article(folder):
    path = folder / "one.jsonl"
    path.write_bytes(orjson.dumps({"id": "1", "text": "أعلنت القوات السيطرة على البلدة"}))
    return path
