"""Commands of `stance`: in this process, which is quick, or through the installed script."""

import gc
import io
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from unittest import mock

from stance.cli import main

SCRIPT = Path(sys.executable).with_name("stance")
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def stance(*arguments, code=0, stdin=None, **environment):
    """Run a command in this process; return what it wrote on both streams."""
    return _checked(_in_process(list(map(str, arguments)), stdin, environment), code)


def installed_stance(*arguments, code=0, stdin=None, **environment):
    """Run the same through the installed script, as a user would call it."""
    done = subprocess.run(
        [SCRIPT, *map(str, arguments)],
        capture_output=True,
        input=stdin,
        env={**os.environ, "COLUMNS": "80", **environment},
        check=False,
    )
    return _checked((done.returncode, done.stdout, done.stderr), code)


def _checked(ended, code):
    found, out, err = ended[0], ended[1].decode(), ended[2].decode()
    assert found == code, err
    assert "Traceback" not in err
    return out, err


def _in_process(arguments, stdin, environment):
    """Return the exit code of a command, and what came on its standard output and error."""
    with ExitStack() as around:
        around.enter_context(mock.patch.dict(os.environ, {"COLUMNS": "80", **environment}))
        around.enter_context(mock.patch.object(sys, "argv", ["stance", *arguments]))
        around.enter_context(_state_of_the_process())
        # As on one processor: each process of a pool would first import what is here already.
        around.enter_context(mock.patch.object(os, "cpu_count", return_value=1))
        # Which command compiles, and says so, depends on what ran before.
        around.enter_context(mock.patch("stance.cli.app.when_compiling"))
        if stdin is not None:
            around.enter_context(_standard_input(stdin))
        with _captured(1, "stdout") as out, _captured(2, "stderr") as err:
            code = _run()
    return code, out.content, err.content


def _run():
    try:
        main()
    except SystemExit as ended:
        return ended.code or 0
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


@contextmanager
def _state_of_the_process():
    """Undo what a command changes for its process, since it is alone there."""
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    threshold = gc.get_threshold()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        gc.set_threshold(*threshold)
        gc.unfreeze()


class _Captured:
    """What came on a standard stream."""

    content = b""


@contextmanager
def _captured(number, name):
    """Send a standard stream to a file, beneath Python too, for the sake of workers."""
    captured, before = _Captured(), getattr(sys, name)
    before.flush()
    kept = os.dup(number)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), number)
        stream = io.TextIOWrapper(
            io.BufferedWriter(io.FileIO(number, "w", closefd=False)),
            encoding="utf-8",
            errors="strict" if number == 1 else "backslashreplace",
            line_buffering=number == 2,
        )
        setattr(sys, name, stream)
        try:
            yield captured
        finally:
            stream.flush()
            setattr(sys, name, before)
            os.dup2(kept, number)
            os.close(kept)
            file.seek(0)
            captured.content = file.read()


@contextmanager
def _standard_input(content):
    """Give standard input a pipe in which someone writes."""
    reading, writing = os.pipe()
    kept, before = os.dup(0), sys.stdin
    os.dup2(reading, 0)
    os.close(reading)

    def write():
        # A command may end before it has read everything.
        with suppress(BrokenPipeError), os.fdopen(writing, "wb", buffering=0) as pipe:
            pipe.write(content)

    writer = threading.Thread(target=write)
    writer.start()
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")
    try:
        yield
    finally:
        sys.stdin = before
        os.dup2(kept, 0)
        os.close(kept)
        writer.join()
