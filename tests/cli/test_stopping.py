"""However a library answers Ctrl-C, the command was interrupted."""

import signal
import sys
import time

import pytest
import typer

from stance.cli import main
from stance.errors import StanceError
from tests.conftest import SEEDS

if sys.platform == "win32":
    pytest.skip("needs signals that Python can raise", allow_module_level=True)


@pytest.fixture
def handlers():
    """Run with Python's own handlers, and leave those that were there."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def interrupted(monkeypatch, answer):
    """Run a command in which Ctrl-C comes, and a library makes `answer` of it."""

    def check(file):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            if answer is not None:
                raise answer from None
        raise StanceError("nothing more to read")

    monkeypatch.setattr("stance.formats.opening.check_content", check)
    monkeypatch.setattr(sys, "argv", ["stance", "crossval", str(SEEDS), "--by", "event"])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


ANSWERS = [
    KeyboardInterrupt(),
    None,
    RuntimeError("cannot schedule new futures after shutdown"),
    EOFError(),
    OSError(9, "Bad file descriptor"),
    StanceError("a worker died"),
    typer.Abort(),
    typer.Exit(1),
]


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("answer", ANSWERS, ids=repr)
def test_an_error_that_follows_from_ctrl_c_is_an_interruption(monkeypatch, capsys, answer):
    assert interrupted(monkeypatch, answer) == 130
    assert "Interrupted." in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("handlers")
def test_a_command_that_is_done_all_the_same_is_done(monkeypatch):
    assert interrupted(monkeypatch, typer.Exit(0)) == 0


@pytest.mark.usefixtures("handlers")
def test_ctrl_c_that_is_ignored_stays_ignored(monkeypatch):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert interrupted(monkeypatch, None) == 1
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


class Dropping:
    """Receives a signal where Python drops what its handler raises."""

    def __init__(self, number):
        self.number = number

    def __del__(self):
        signal.raise_signal(self.number)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
def test_a_signal_that_python_drops_stops_the_command_all_the_same(monkeypatch, number, code):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    hook = sys.unraisablehook

    def check(file):
        Dropping(number)
        time.sleep(60)
        raise StanceError("nothing stopped it")

    monkeypatch.setattr("stance.formats.opening.check_content", check)
    monkeypatch.setattr(sys, "argv", ["stance", "crossval", str(SEEDS), "--by", "event"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    assert sys.unraisablehook is hook
