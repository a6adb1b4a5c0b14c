"""Worker processes and commands end with the process that started them."""

import os
import shutil
import signal
import subprocess
import sys
import warnings

import pytest

from stance.processes import joblib_workers, run_command
from tests.processes import alive, start, wait_until

NEEDS = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("ps") is None, reason="needs signals, and ps"
)


def test_a_worker_that_is_replaced_is_not_told():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with joblib_workers():
            # What loky says of a worker that has taken much memory.
            warnings.warn("A worker stopped while some jobs were given to it.", stacklevel=1)
            warnings.warn("another", stacklevel=1)
    assert [str(one.message) for one in told] == ["another"]


def test_a_command_hands_back_its_code_and_what_it_said(tmp_path):
    code = "import os, sys; print(os.getcwd()); print('قال', file=sys.stderr); sys.exit(3)"
    command = [sys.executable, "-X", "utf8", "-c", code]
    done = run_command(command, tmp_path)
    assert done.returncode == 3
    assert done.stdout.decode().strip() == str(tmp_path.resolve())
    assert "قال" in done.stderr.decode()


@NEEDS
def test_a_command_that_a_signal_ended_has_failed(tmp_path):
    code = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    assert run_command([sys.executable, "-c", code], tmp_path).returncode == 143


def test_a_command_that_cannot_be_started_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        run_command([str(tmp_path / "no-such-program")], tmp_path)


@pytest.mark.slow
@NEEDS
def test_a_command_ends_with_the_process_that_runs_it(tmp_path):
    # What the command itself starts ends with it too.
    sleeping = f"import subprocess, sys; subprocess.run([{sys.executable!r}, '-c', MARK])"
    mark = f"'import time; time.sleep(61)  # {os.getpid()}'"
    command = [sys.executable, "-c", sleeping.replace("MARK", mark)]
    code = (
        "from pathlib import Path\n"
        "from stance.processes import joblib_workers, run_command\n"
        f"run_command({command!r}, Path('.'))"
    )
    process = start("-c", code)

    def n_sleeping():
        listed = subprocess.run(
            ["ps", "-A", "-ww", "-o", "args="], capture_output=True, text=True, check=True
        )
        own = f"time.sleep(61)  # {os.getpid()}"
        return sum(own in line for line in listed.stdout.splitlines())

    try:
        assert wait_until(lambda: n_sleeping() >= 2, 20)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert wait_until(lambda: not n_sleeping(), 3)
        assert not alive(process.pid)
    finally:
        process.kill()
        process.communicate()
