"""What the documents claim is what the commands do."""

import csv
import gzip
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from stance.model.config import settings
from tests.conftest import SEEDS

ROOT = Path(__file__).parents[1]
SCRIPT = Path(sys.executable).with_name("stance")
DOCUMENTS = ["README.md", "README.ar.md"]


@pytest.fixture
def desk(tmp_path):
    """Put the files that the documents name into a folder."""
    rows = [orjson.loads(line) for line in SEEDS.read_bytes().splitlines()[:48]]
    lines = b"".join(orjson.dumps(row) + b"\n" for row in rows)
    for name in ("articles.jsonl", "labelled.jsonl", "new.jsonl"):
        (tmp_path / name).write_bytes(lines)
    renamed = [{**row, "body": row["text"], "framing": row["label"]} for row in rows]
    for row in renamed:
        del row["text"], row["label"]
    for name in ("labelled.csv", "held-out.csv"):
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, renamed[0])
            writer.writeheader()
            writer.writerows(renamed)
    with gzip.open(tmp_path / "archive.csv.gz", "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with (tmp_path / "coded.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "amal", "nour", "huda"])
        for n, row in enumerate(rows):
            other = rows[n - 1]["label"]
            labels = [row["label"], row["label"] if n % 3 else other, row["label"] if n % 4 else ""]
            writer.writerow([row["id"], *labels])
    (tmp_path / "folder-of-txt").mkdir()
    (tmp_path / "folder-of-txt" / "one.txt").write_text(rows[0]["text"], "utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def all_help():
    """Return what `--help` says of every command that the documents may name an option of."""
    environment = {**os.environ, "COLUMNS": "200"}
    commands = [
        *("train", "evaluate", "crossval", "predict", "audit", "info", "config", "export"),
        *("compare", "agreement", "benchmark", "tune", "verify"),
    ]
    return "".join(
        subprocess.run(
            [SCRIPT, name, "--help"], capture_output=True, text=True, check=True, env=environment
        ).stdout
        for name in commands
    )


def blocks(document, language):
    """Return the fenced blocks of one language, every other fence being an opening one."""
    text = (ROOT / document).read_text("utf-8")
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for kind, block in found if kind == language]


@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_in_the_readme_run(desk, document):
    commands = [
        line
        for block in blocks(document, "")
        for line in block.splitlines()
        if line.startswith("stance ")
    ]
    assert len(commands) >= 4
    for command in commands:
        # Ten minutes of search are for those who have them.
        shorter = command.replace("--budget 10m", "--trials 2")
        done = subprocess.run(
            [SCRIPT, *shlex.split(shorter)[1:]], cwd=desk, capture_output=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stderr.decode()}"


@pytest.mark.slow
def test_the_python_in_the_readme_runs(desk):
    (code,) = blocks("README.md", "python")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=desk, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 49


@pytest.mark.slow
def test_the_row_in_the_readme_is_one(desk):
    (block,) = blocks("README.md", "json")
    done = subprocess.run(
        [SCRIPT, "predict", "new.jsonl"], cwd=desk, capture_output=True, check=True
    )
    shown, real = orjson.loads(block), orjson.loads(done.stdout.splitlines()[0])
    assert list(shown) == list(real)
    assert list(shown["probabilities"]) == list(real["probabilities"])


@pytest.mark.parametrize(
    "document",
    [
        *DOCUMENTS,
        *(
            "docs/files.md",
            "docs/safety.md",
            "docs/training.md",
            "docs/labelling.md",
            "docs/scale.md",
            "docs/evaluation.md",
            "docs/benchmarks.md",
        ),
        "seeds/README.md",
    ],
)
def test_every_option_and_setting_named_exists(document, all_help):
    text = (ROOT / document).read_text("utf-8")
    for option in set(re.findall(r"`(--[a-z-]+)", text)):
        assert option in all_help, option
    keys = [key for key, _, _ in settings()]
    sections = "text|features|classifier|auxiliary|calibration"
    for key in set(re.findall(rf"`((?:{sections})\.[\w.]+)", text)):
        assert any(known_key.startswith(key) for known_key in keys), key


@pytest.mark.parametrize(
    "document",
    [
        *DOCUMENTS,
        *(
            "docs/training.md",
            "docs/labelling.md",
            "docs/scale.md",
            "docs/evaluation.md",
            "docs/benchmarks.md",
        ),
        "docs/architecture.md",
    ],
)
def test_links_lead_somewhere(document):
    text = (ROOT / document).read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert ((ROOT / document).parent / target).exists(), target


def test_make_targets_in_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE):
        assert f"\n{target}:" in makefile
