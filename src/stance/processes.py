"""Worker processes that exit when the process that started them is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# Seconds between checks that the parent is alive.
LOOK_EVERY = 0.25

_PARENT_GONE = 1
_NOT_STARTED = 127
_NOT_STARTED_MARK = b"stance could not start it: "


def end_with_parent(parent: int) -> None:
    """Exit this process soon after its parent exits, for whatever reason.

    A killed process cannot stop its workers, so each worker has to check for
    itself. Call this once, at the start of a worker. It does nothing on Windows,
    where a process keeps the id of a parent that has exited.

    Parameters
    ----------
    parent : int
        The parent's process id, passed by the parent itself: it may have exited
        before the worker checks for the first time.

    Notes
    -----
    Linux can send a signal by itself (``PR_SET_PDEATHSIG``), but does so when
    the *thread* that started the worker ends, and macOS has no equivalent.
    """
    if sys.platform == "win32":
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_EVERY)
        # Nobody waits for the current work, and its cleanup must not delay the exit.
        os._exit(_PARENT_GONE)

    threading.Thread(target=watch, name="stance-parent", daemon=True).start()


@contextmanager
def joblib_workers() -> Iterator[None]:
    """Make processes that joblib starts within the block exit with this one.

    A backend chosen by the caller, such as threads, is left unchanged.
    """
    from joblib import parallel_config
    from joblib.parallel import get_active_backend

    backend, _ = get_active_backend()
    if type(backend).__name__ != "LokyBackend":
        yield
        return
    watched: dict[str, Any] = {"initializer": end_with_parent, "initargs": (os.getpid(),)}
    with parallel_config(backend="loky", **watched), warnings.catch_warnings():
        # A worker that takes 300 MB more than at its start is replaced after its task.
        warnings.filterwarnings("ignore", message="A worker stopped while some jobs were given")
        yield


def run_command(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run an external program, and stop it if this process exits first.

    Parameters
    ----------
    command : sequence of str
    folder : Path
        Its working directory.

    Raises
    ------
    OSError
        If the program cannot be started.
    """
    if sys.platform == "win32":
        return subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603
    # Run this file as a supervisor process: an external program cannot watch its parent itself.
    watched = [sys.executable, "-I", __file__, str(os.getpid()), *command]
    done = subprocess.run(watched, cwd=folder, capture_output=True, check=False)  # noqa: S603
    if done.returncode == _NOT_STARTED and done.stderr.startswith(_NOT_STARTED_MARK):
        number = int(done.stderr.removeprefix(_NOT_STARTED_MARK))
        raise OSError(number, os.strerror(number))
    return done


def _run_watched(parent: int, command: Sequence[str]) -> int:
    """Run a command in its own session; return its exit code, or kill it when `parent` exits."""
    try:
        # In its own session, so that its child processes are killed with it.
        process = subprocess.Popen(command, start_new_session=True)  # noqa: S603
    except OSError as error:
        sys.stderr.buffer.write(_NOT_STARTED_MARK + str(error.errno).encode())
        return _NOT_STARTED
    try:
        while os.getppid() == parent:
            try:
                return process.wait(LOOK_EVERY)
            except subprocess.TimeoutExpired:
                continue
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return _PARENT_GONE


if __name__ == "__main__":
    # A negative exit code means a signal, which shells report as 128 plus its number.
    _code = _run_watched(int(sys.argv[1]), sys.argv[2:])
    sys.exit(_code if _code >= 0 else 128 - _code)
