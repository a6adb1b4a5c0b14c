"""Commands that are killed, terminated or interrupted leave no process and no half a file."""

import os
import shutil
import signal
import sys

import pytest

from tests.conftest import SEEDS
from tests.processes import alive, start, wait_until

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("ps") is None, reason="needs signals, and ps"
)

JOBS = 2
COMMANDS = {
    "train": ("train", SEEDS),
    "crossval": ("crossval", SEEDS, "--by", "event", "--folds", "48", "--jobs", JOBS),
    "tune": ("tune", SEEDS, "--budget", "5m", "--jobs", JOBS),
}
CODES = {signal.SIGKILL: -signal.SIGKILL, signal.SIGTERM: 143, signal.SIGINT: 130}

# Seconds within which all processes have to be gone; a fold takes longer than that to train.
GONE_WITHIN = 3

# What runs a command, and says when it has begun to read the corpus: by then signals are handled.
# Whoever runs the tests may ignore Ctrl-C, which their commands would then ignore too.
RUN = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from stance.formats import opening
check = opening.check_content
def reading(file):
    print("reading", flush=True)
    return check(file)
opening.check_content = reading
from stance.cli import main
main()
"""


def begin(command, output):
    """Start a command and wait until it, and its workers if it has any, are at work."""
    option = "--json" if command == "crossval" else "--output"
    process = start("-c", RUN, *COMMANDS[command], option, output)
    assert process.stdout.readline() == b"reading\n"
    if command != "train":
        assert wait_until(lambda: n_workers(process.pid) >= JOBS, 60), process.stderr.read()
    return process


def n_workers(group):
    return sum("LokyProcess" in line for line in alive(group))


def end_all(process):
    if alive(process.pid):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_left_behind(command, number, tmp_path):
    process = begin(command, tmp_path / "out")
    try:
        process.send_signal(number)
        assert process.wait(20) == CODES[number]
        assert wait_until(lambda: not alive(process.pid), GONE_WITHIN), alive(process.pid)
    finally:
        end_all(process)
    assert not list(tmp_path.iterdir())


def test_a_signal_that_is_ignored_stays_ignored(tmp_path):
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + RUN
    process = start("-c", code, "train", SEEDS, "--output", tmp_path / "model")
    try:
        assert process.stdout.readline() == b"reading\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
    finally:
        end_all(process)
