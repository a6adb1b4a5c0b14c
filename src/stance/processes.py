"""Worker processes: none goes on working after the process that started it is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# Seconds between two looks at whether the parent is still there.
LOOK_EVERY = 0.25

_PARENT_GONE = 1
_NOT_STARTED = 127
_NOT_STARTED_MARK = b"stance could not start it: "


def end_with_parent(parent: int) -> None:
    """End this process soon after its parent ended, however that happened.

    A process that is killed cannot end its workers, so each of them has to
    look for itself. Call this once, first thing in a worker; on Windows, where
    a process keeps the number of a parent that is gone, it does nothing.

    Parameters
    ----------
    parent : int
        The parent's process id, as the parent knows it: it may be gone before
        the worker asks for the first time.

    Notes
    -----
    Linux can send a signal by itself (``PR_SET_PDEATHSIG``), but does so when
    the *thread* that started the worker ends, and macOS has nothing of the kind.
    """
    if sys.platform == "win32":
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_EVERY)
        # Nobody waits for what is under way, and no handler of it may delay the end.
        os._exit(_PARENT_GONE)

    threading.Thread(target=watch, name="stance-parent", daemon=True).start()


@contextmanager
def joblib_workers() -> Iterator[None]:
    """Let the processes that joblib starts within the block end with this one.

    A backend that the caller chose, such as threads, stays as it is.
    """
    from joblib import parallel_config
    from joblib.parallel import get_active_backend

    backend, _ = get_active_backend()
    if type(backend).__name__ != "LokyBackend":
        yield
        return
    watched: dict[str, Any] = {"initializer": end_with_parent, "initargs": (os.getpid(),)}
    with parallel_config(backend="loky", **watched):
        yield


def run_command(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a program that is not part of stance, and end it if this process ends first.

    Parameters
    ----------
    command : sequence of str
    folder : Path
        Where it runs.

    Raises
    ------
    OSError
        If it cannot be started.
    """
    if sys.platform == "win32":
        return subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603
    # This file again, as a program between the two: nothing else can end a foreign program.
    watched = [sys.executable, "-I", __file__, str(os.getpid()), *command]
    done = subprocess.run(watched, cwd=folder, capture_output=True, check=False)  # noqa: S603
    if done.returncode == _NOT_STARTED and done.stderr.startswith(_NOT_STARTED_MARK):
        number = int(done.stderr.removeprefix(_NOT_STARTED_MARK))
        raise OSError(number, os.strerror(number))
    return done


def _run_watched(parent: int, command: Sequence[str]) -> int:
    """Run a command in a session of its own; return its exit code, or end it with `parent`."""
    try:
        # Its own session, so that what it starts is ended with it.
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
    # An exit code below 0 is that of a signal, which shells show as 128 and its number.
    _code = _run_watched(int(sys.argv[1]), sys.argv[2:])
    sys.exit(_code if _code >= 0 else 128 - _code)
