"""Each command once through the installed script: it does what it does in this process."""

import re
import tomllib

import pytest

from stance.cli import app
from tests.cli.test_cli import FAST_SETTINGS, corpus, model  # noqa: F401
from tests.commands import installed_stance, stance
from tests.conftest import ROOT, SEEDS

pytestmark = pytest.mark.slow

SUITE = """
title = "Seeds"
[tasks.framing]
corpus = ["articles.jsonl"]
by = "event"
folds = 2
sample = 48
opponents = ["majority"]
[tasks.framing.config]
features.char.enabled = false
features.lexicon.enabled = false
features.word.max_n = 1
calibration.enabled = false
"""
RATINGS = "id,a,b\n" + "".join(f"{n},{'مؤيد' if n % 2 else 'معارض'},مؤيد\n" for n in range(12))
PREDICTED = "id,label\n" + "".join(f"{n},{'مؤيد' if n % 3 else 'معارض'}\n" for n in range(60))
CODED = "id,label,inclusion_probability\n" + "".join(
    f"{n},{'مؤيد' if n % 5 else 'معارض'},0.25\n" for n in range(15)
)

# Processes of a pool are tested elsewhere.
ONE = ("--jobs", "1")
COMMANDS = {
    "train": ("train", "{corpus}", "-o", "out", *FAST_SETTINGS),
    "evaluate": ("evaluate", "{corpus}", "-m", "{model}"),
    "crossval": ("crossval", "{corpus}", "--by", "random", "--folds", "2", *FAST_SETTINGS, *ONE),
    "curve": (
        *("curve", "{corpus}", "--by", "random", "--folds", "2", "--draws", "2"),
        *("--sizes", "10,14,20", *FAST_SETTINGS, *ONE),
    ),
    "compare": ("compare", "{model}", "{model}", "{corpus}"),
    "predict": ("predict", "{corpus}", "-m", "{model}"),
    "explain": ("explain", "{corpus}", "-m", "{model}", "--json", "-"),
    "concordance": ("concordance", "{corpus}", "في"),
    "report": ("report", "{corpus}", "-m", "{model}", "-o", "out"),
    "verify": ("verify", "labels.jsonl"),
    "info": ("info", "-m", "{model}"),
    "agreement": ("agreement", "ratings.csv", "--annotator", "a", "--annotator", "b"),
    "annotate": ("annotate", "export", "{corpus}", "--to", "html", "-o", "out"),
    "audit": ("audit", "{corpus}"),
    "estimate": ("estimate", "predicted.csv", "--coded", "coded.csv"),
    "naming": ("naming", "{corpus}", "--actor", "sdf", "-o", "out.csv"),
    "sample": ("sample", "{corpus}", "-n", "12", "-o", "out.csv"),
    "keyness": ("keyness", "{corpus}", "--bootstrap", "19"),
    "benchmark": ("benchmark", "suite.toml", "--json", "out", *ONE),
    "tune": (
        *("tune", "{corpus}", "-o", "out", "--trials", "1", "--folds", "2", *ONE),
        *("--by", "random", *FAST_SETTINGS),
    ),
    "config": ("config",),
    "export": ("export", "-m", "{model}", "-o", "out"),
    "datasets": ("datasets", "list"),
    "lexicon": ("lexicon", "new", "-o", "out"),
    "codebook": ("codebook", "new", "-o", "out"),
}
# Between two runs of the same: how long they took.
TIMES = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:+]+|\d+(\.\d+)? ?(s|ms|seconds|minutes|articles/s)\b|\d\d:\d\d"
)


def test_every_command_is_here():
    registered = {command.name for command in app.registered_commands}
    assert set(COMMANDS) == registered | {group.name for group in app.registered_groups}


def test_the_script_is_the_one_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"] == {"stance": "stance.cli:main"}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_the_same_through_the_script(command, corpus, model, tmp_path, monkeypatch):  # noqa: F811
    ended = []
    for run in (installed_stance, stance):
        folder = tmp_path / run.__name__
        folder.mkdir()
        monkeypatch.chdir(folder)
        (folder / "articles.jsonl").write_bytes(SEEDS.read_bytes())
        (folder / "suite.toml").write_text(SUITE, "utf-8")
        (folder / "ratings.csv").write_text(RATINGS, "utf-8")
        (folder / "predicted.csv").write_text(PREDICTED, "utf-8")
        (folder / "coded.csv").write_text(CODED, "utf-8")
        if command == "verify":
            stance("predict", corpus, "-m", model, "-o", "labels.jsonl")
        words = [word.format(corpus=corpus, model=model) for word in COMMANDS[command]]
        streams = [TIMES.sub("TIME", said) for said in run(*words)]
        ended.append((*streams, sorted(path.name for path in folder.iterdir())))
    assert ended[0] == ended[1]
    assert "".join(ended[0][:2]).strip()
