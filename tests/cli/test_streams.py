"""Standard streams of any kind, and what may be printed on them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stance.cli.console import harmless
from tests.cli.test_cli import FAST_SETTINGS
from tests.commands import stance as run
from tests.conftest import SEEDS

SCRIPT = Path(sys.executable).with_name("stance")
CLEAR = "\x1b[2J\x1b]0;title\x07\x9b1m\x7f"


def stance(*words, closed=(), **options):
    """Run the command with some standard streams closed before it begins."""

    def close():
        for number in closed:
            os.close(number)

    environment = {**os.environ, **options.pop("env", {})}
    return subprocess.run(
        [SCRIPT, *map(str, words)],
        capture_output=True,
        check=False,
        preexec_fn=close if closed else None,
        env=environment,
        **options,
    )


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(SEEDS.read_bytes().splitlines(keepends=True)[:5]))
    return path


@pytest.mark.slow
def test_a_closed_standard_output_is_an_error_only_where_something_is_printed(texts, tmp_path):
    done = stance("info", closed=[1])
    assert done.returncode == 1
    assert b"standard output is closed" in done.stderr
    assert b"Traceback" not in done.stderr
    done = stance("predict", texts, "-o", tmp_path / "out.jsonl", closed=[1, 2])
    assert done.returncode == 0
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 5


@pytest.mark.slow
def test_a_closed_standard_input_is_told_of():
    done = stance("predict", "-", closed=[0])
    assert done.returncode == 1
    assert b"standard input is closed" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("encoding", "command"), [("ascii", "predict"), ("cp1252", "audit"), ("cp437", "predict")]
)
def test_an_encoding_without_arabic_gives_replaced_characters(tmp_path, encoding, command):
    table = tmp_path / "in.csv"
    table.write_text("الرقم,النص\n1,وصل الوفد إلى المدينة صباح اليوم\n", "utf-8")
    done = stance(command, table, env={"PYTHONIOENCODING": encoding})
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"--text-field ????" in done.stderr


@pytest.mark.slow
def test_an_encoding_without_arabic_replaces_what_is_printed(tmp_path):
    done = stance("info", "--features", "3", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert b"???" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("words", [["info", "--features", "60"], ["config"], ["datasets", "list"]])
def test_a_reader_that_goes_away_ends_a_command_with_0(words):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as stream:
        done = subprocess.run([SCRIPT, *words], stdout=stream, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.slow
def test_a_table_is_not_cut_where_the_output_is_no_terminal(tmp_path):
    name = "framing_" + "x" * 90
    rows = [f"{n},{text},{label}" for n, (text, label) in enumerate([("أ", name), ("ب", "y")] * 4)]
    (tmp_path / "a.csv").write_text("\n".join(["id,text,label", *rows]), "utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    done = subprocess.run(
        [SCRIPT, "train", tmp_path / "a.csv", "-o", tmp_path / "model", *FAST_SETTINGS],
        capture_output=True,
        check=True,
        env=environment,
        text=True,
    )
    assert any(line.startswith(f"{name} ") for line in done.stdout.splitlines())


def test_controls_and_lone_surrogates_are_shown_as_text():
    assert harmless(f"قال{CLEAR}\ud83d\n\tنعم") == (
        "قال\\x1b[2J\\x1b]0;title\\x07\\x9b1m\\x7f\\ud83d\n\tنعم"
    )


@pytest.mark.slow
def test_nothing_in_the_data_reaches_a_terminal_as_a_control(tmp_path):
    path = tmp_path / f"in{CLEAR.replace('/', '')}.csv"
    rows = [f'"{n}{CLEAR}","نص عن {n}","{label}{CLEAR}","sana{CLEAR}"' for n, label in
            enumerate(["a", "b"] * 6)]  # fmt: skip
    path.write_text("\n".join(["id,text,label,outlet", *rows]), "utf-8")
    model = tmp_path / "model"
    for code, *words in (
        [0, "audit", path],
        [0, "train", path, "-o", model],
        [0, "predict", path, "-m", model, "--format", "table"],
        [0, "predict", path, "-m", model, "-o", tmp_path / "out.jsonl"],
        [0, "evaluate", path, "-m", model, "--slice", "outlet"],
        [0, "info", "-m", model],
        [1, "predict", f"{path}x"],
        [0, "crossval", path, "--by", "random", "--folds", "2"],
    ):
        printed = "".join(run(*words, code=code)).encode()
        assert printed
        assert not {b"\x1b", b"\x07", b"\x7f"} & {bytes([byte]) for byte in printed}, words
        assert b"\xc2\x9b" not in printed, words
