"""Commands timed in turn, round by round, each in a process of its own."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from stance.distribution import installed_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

OURS = ("stance", "numba", "numpy")
OPPONENTS = ("scikit-learn", "camel-tools", "fasttext", "spacy")

# A process begins with the peak memory of the one that it comes from, so that one is small.
LAUNCH = """
import os, sys, time
start = time.perf_counter()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - start
code = os.waitstatus_to_exitcode(status)
with open(sys.argv[1], "w") as file:
    file.write(f"[{seconds}, {usage.ru_utime + usage.ru_stime}, {usage.ru_maxrss / 1024}, {code}]")
"""

# Set, it makes every process compile the sources of a package anew.
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"

ASK = """
import sys
from importlib.metadata import PackageNotFoundError, version
for package in sys.argv[1:]:
    try:
        print(package, version(package))
    except PackageNotFoundError:
        pass
"""


@dataclass
class Measured:
    """What one contender took, round by round."""

    name: str
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The median of the wall times, in seconds."""
        return statistics.median(self.seconds)

    @property
    def median_processor(self) -> float:
        """The median of the processor times, in seconds."""
        return statistics.median(self.processor)

    @property
    def most_mb(self) -> float:
        """The highest peak memory, in MB."""
        return max(self.peak_mb)

    @property
    def least_processor(self) -> float:
        """The least processor time, in seconds: what other processes disturb the least."""
        return min(self.processor)


@dataclass(frozen=True)
class Contender:
    """A command to be timed.

    One that ``tells`` prints its own seconds and processor seconds as JSON,
    for what happens in memory. One that takes minutes may be timed in the
    first rounds alone.
    """

    name: str
    command: Sequence[str]
    tells: bool = False
    at_most: int | None = None


def measure(contenders: Sequence[Contender], rounds: int) -> dict[str, Measured]:
    """Time every contender in turn, round by round."""
    found = {contender.name: Measured(contender.name) for contender in contenders}
    for number in range(rounds):
        for contender in contenders:
            if contender.at_most is not None and number >= contender.at_most:
                continue
            seconds, processor, peak = timed(contender)
            one = found[contender.name]
            one.seconds.append(round(seconds, 4))
            one.processor.append(round(processor, 4))
            one.peak_mb.append(round(peak, 1))
            print(f"{contender.name}: {seconds:.2f} s, {peak:.0f} MB", file=sys.stderr)
    return found


def timed(contender: Contender) -> tuple[float, float, float]:
    """Return wall seconds, processor seconds, and the peak memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "told")
        launch = [sys.executable, "-I", "-S", "-c", LAUNCH, str(told), *contender.command]
        done = subprocess.run(launch, capture_output=True, text=True, check=True, env=environment())
        seconds, processor, peak, code = json.loads(told.read_text(encoding="utf-8"))
    if code:
        raise RuntimeError(f"{contender.name} ended with {code}: {done.stderr[-1_000:]}")
    if contender.tells:
        own = json.loads(done.stdout.splitlines()[-1])
        seconds, processor = own["seconds"], own["processor"]
    return seconds, processor, peak


def run(command: Sequence[str]) -> None:
    """Run a command that is not timed."""
    subprocess.run(list(command), check=True, capture_output=True, text=True, env=environment())


def environment() -> dict[str, str]:
    """Return the environment of all contenders: UTF-8, and bytecode kept as installations do."""
    kept = {name: value for name, value in os.environ.items() if name != NO_BYTECODE}
    return {**kept, "LC_ALL": "C.UTF-8"}


def machine(python: str) -> dict[str, object]:
    """Return what the figures were measured on; opponents' versions are those of their Python."""
    ask = [python, "-c", ASK, *OPPONENTS]
    said = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
    theirs = dict(line.split() for line in said.splitlines())
    return {
        "processor": _processor_name(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        **installed_versions(OURS),
        **theirs,
    }


def _processor_name() -> str:
    """Return the processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), "unknown")
