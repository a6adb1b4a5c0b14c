"""No output replaces an input, in any command, by any spelling."""

import inspect
import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance.cli.app import app
from stance.cli.overwriting import ADDED_TO, READ, WRITTEN
from stance.errors import OutputError, StanceError
from stance.formats.overwriting import refuse_overwriting
from tests.conftest import SEEDS

# Parameters of commands that are text or paths and name no file that is read or written.
NEITHER = {
    *(
        "by",
        "folds",
        "override",
        "grid",
        "slices",
        "engine",
        "scheduler",
        "metric",
        "over",
        "label",
        "population",
        "method",
        "groups",
        "contrast",
    ),
    *("group", "file_format", "keep", "where", "input_format", "encoding", "delimiter", "sheet"),
    *(
        "date_order",
        "annotators",
        "annotator_field",
        "level",
        "order",
        "task",
        "budget",
        "language",
        "period_start",
        "against",
        "target",
        "reference",
        "measure",
        "voice",
        "author",
        "licence",
        "allocation",
        "strata",
        "purpose",
        "notes",
    ),
    *("query", "voice", "since", "until", "sort", "sizes"),
    *("voice", "level", "actor", "assumed_date"),
}


def run(words):
    """Run a command here, and return how it ends and what it says."""
    result = CliRunner().invoke(app, words)
    if isinstance(result.exception, StanceError):
        return 1, str(result.exception)
    return result.exit_code, result.output


def commands():
    for command in app.registered_commands:
        yield command.name, inspect.signature(command.callback, eval_str=True).parameters


@pytest.mark.slow
@pytest.mark.parametrize(("name", "parameters"), list(commands()))
def test_every_parameter_that_may_name_a_file_is_known(name, parameters):
    named = {
        parameter.name
        for parameter in parameters.values()
        if any(kind in str(parameter.annotation) for kind in ("str", "Path"))
        and not parameter.name.endswith("_field")
    }
    assert named <= {*READ, *WRITTEN, ADDED_TO, *NEITHER}, name


@pytest.fixture
def desk(tmp_path):
    rows = SEEDS.read_bytes().splitlines(keepends=True)[:40]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "in.jsonl").write_bytes(b"".join(rows))
    (tmp_path / "link").symlink_to(tmp_path / "data", target_is_directory=True)
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "data" / "in.jsonl")
    os.link(tmp_path / "data" / "in.jsonl", tmp_path / "hard.jsonl")
    return tmp_path


SPELLINGS = {
    "the same": "data/in.jsonl",
    "relative": "./data/../data/in.jsonl",
    "a linked folder": "link/in.jsonl",
    "a link": "link.jsonl",
    "a hard link": "hard.jsonl",
    "absolute": "{desk}/data/in.jsonl",
    "an address": "file://{desk}/data/in.jsonl",
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("given", ["data/in.jsonl", "data", "data/*.jsonl", "link.jsonl"])
def test_an_input_is_known_by_every_spelling(desk, monkeypatch, spelling, given):
    monkeypatch.chdir(desk)
    with pytest.raises(OutputError, match=r"never replaced"):
        refuse_overwriting([spelling.format(desk=desk)], [given])


def test_a_folder_that_holds_the_input_is_never_replaced(desk, monkeypatch):
    monkeypatch.chdir(desk)
    for folder in ("data", "data/", "link", "."):
        with pytest.raises(OutputError, match=r"never replaced"):
            refuse_overwriting([folder], ["data/in.jsonl"])


def test_a_new_name_and_another_file_may_be_written(desk, monkeypatch):
    monkeypatch.chdir(desk)
    shutil.copy("data/in.jsonl", "other.jsonl")
    (desk / "empty").mkdir()
    refuse_overwriting(["data/out.jsonl", "other.jsonl", "empty"], ["data/in.jsonl", "data"])


COMMANDS = {
    "predict -o": ["predict", "{in}", "-o", "{out}"],
    "predict --rejects": ["predict", "{in}", "-o", "new.jsonl", "--rejects", "{out}"],
    "crossval -o": ["crossval", "{in}", "-o", "{out}"],
    "curve -o": ["curve", "{in}", "-o", "{out}"],
    "crossval --held-out": ["crossval", "{in}", "--held-out", "{out}"],
    "crossval --json": ["crossval", "{in}", "--json", "{out}"],
    "evaluate -o": ["evaluate", "{in}", "-o", "{out}"],
    "evaluate --json": ["evaluate", "{in}", "--json", "{out}"],
    "audit --json": ["audit", "{in}", "--json", "{out}"],
    "tune -o": ["tune", "{in}", "-o", "{out}"],
    "tune --json": ["tune", "{in}", "-o", "new.toml", "--json", "{out}"],
    "report -o": ["report", "{in}", "-o", "{out}"],
    "train -o": ["train", "{in}", "-o", "{out}"],
    "agreement --json": ["agreement", "{in}", "--annotator", "a", "--json", "{out}"],
    "compare --json": ["compare", "{in}", "{in}", "{in}", "--json", "{out}"],
}


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_every_command_keeps_its_input_even_when_forced(desk, monkeypatch, command):
    monkeypatch.chdir(desk)
    before = Path("data/in.jsonl").read_bytes()
    for spelling in SPELLINGS.values():
        if spelling.startswith("file:") and command[0] != "predict":
            continue  # only labels are written to addresses
        words = [
            word.replace("{in}", "data/in.jsonl").replace("{out}", spelling.format(desk=desk))
            for word in command
        ]
        code, error = run([*words, "--force"])
        assert code == 1, (words, error)
        assert "never replaced" in error or (
            spelling.startswith("file:") and "does not exist" in error
        )
        assert Path("data/in.jsonl").read_bytes() == before


def test_a_model_and_its_settings_are_inputs_too(desk, monkeypatch):
    monkeypatch.chdir(desk)
    Path("own.toml").write_text("seed = 3\n")
    for words in (
        ["tune", "data/in.jsonl", "--config", "own.toml", "-o", "own.toml"],
        ["train", "data/in.jsonl", "--codebook", "own.toml", "-o", "own.toml"],
    ):
        code, error = run([*words, "--force"])
        assert code == 1
        assert "never replaced" in error
    assert Path("own.toml").read_text() == "seed = 3\n"
