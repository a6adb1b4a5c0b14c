"""What the documents claim is what the commands do."""

import csv
import gzip
import re
import runpy
import shlex
from pathlib import Path

import orjson
import pytest
import typer

from stance.cli.app import app
from stance.model.config import settings
from tests.archive_example import code
from tests.browser.pictures import FIGURES, PICTURES
from tests.commands import stance
from tests.conftest import FAST, SEEDS

ROOT = Path(__file__).parents[1]
DOCUMENTS = ["README.md", "README.ar.md"]


@pytest.fixture
def desk(tmp_path):
    """Put the files that the documents name into a folder."""
    rows = [orjson.loads(line) for line in SEEDS.read_bytes().splitlines()[:48]]
    for n, row in enumerate(rows):
        # Ten outlets are enough, where each is held out in turn.
        row["outlet"] = f"صحيفة {n % 10}"
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


def commands(group=None, name=""):
    """Return the options of every command by its name, such as ``datasets list``."""
    found = {}
    for part, command in (group or typer.main.get_command(app)).commands.items():
        full = f"{name}{part}"
        if hasattr(command, "commands"):
            found |= commands(command, f"{full} ")
        else:
            parameters = command.params
            found[full] = {o for p in parameters for o in (*p.opts, *p.secondary_opts)} | {"--help"}
    return found


OPTIONS = commands()
# A command as the documents name it, the longest first: `datasets list` before `datasets`.
NAMES = "|".join(sorted({*OPTIONS, "datasets", "lexicon", "codebook"}, key=len, reverse=True))
# Options of other programs and of scripts in benchmarks/, which the documents name too.
OTHERS = {
    "docs/files.md": {"--jsonArray"},
    "docs/benchmarks.md": {"--short", "--only", "--work", "--growth", "--pipeline", "--optimize"},
}


def spans(text):
    """Return the inline code of a document, and the lines of its blocks without a language."""
    text = re.sub(r"\\\n\s*", " ", text)
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    lines = [line for kind, block in fenced if not kind for line in block.splitlines()]
    bare = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return [*re.findall(r"`([^`]+)`", bare), *lines]


def wrong_options(text, others=frozenset()):
    """Return the options that a text gives to a command that has no such option."""
    wrong, anywhere = [], set().union(*OPTIONS.values()) | others | {"--version"}
    for span in spans(text):
        called = re.search(rf"\bstance ({NAMES})\b", span) or re.match(rf"({NAMES}) -", span)
        rest = span[called.start() :] if called else span
        options = re.findall(r"(?<![\w-])(--?[A-Za-z][A-Za-z-]*)", rest)
        if called:
            known = OPTIONS.get(called[1], anywhere)
            wrong += [f"{called[1]} {option}" for option in options if option not in known]
        elif span.startswith("-"):
            wrong += [option for option in options[:1] if option not in anywhere]
    return wrong


def blocks(document, language):
    """Return the fenced blocks of one language, every other fence being an opening one."""
    text = (ROOT / document).read_text("utf-8")
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for kind, block in found if kind == language]


# Commands on which no other one depends: the same one need not run for two documents.
NOTHING_WRITTEN = ("stance audit ", "stance crossval ", "stance curve ")


def commands_in(document):
    """Return the commands of the blocks of a document."""
    lines = [line for block in blocks(document, "") for line in block.splitlines()]
    return [line for line in lines if line.startswith("stance ")]


@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_in_the_readme_run(desk, document, monkeypatch):
    monkeypatch.chdir(desk)
    commands = commands_in(document)
    assert len(commands) >= 4
    run_before = commands_in(DOCUMENTS[0]) if document != DOCUMENTS[0] else ()
    for command in commands:
        if command in run_before and command.startswith(NOTHING_WRITTEN):
            continue
        # Ten minutes of search, and a fold for each outlet, are for those who have them.
        shorter = command.replace("--budget 10m", "--trials 2 --folds 2")
        shorter = shorter.replace("stance crossval ", "stance crossval --folds 3 ")
        few = "--folds 3 --draws 2 --sizes 10,14,20"
        shorter = shorter.replace("stance curve ", f"stance curve {few} ")
        shorter = shorter.replace("-n 300 ", "-n 24 ")
        stance(*shlex.split(shorter)[1:])
        if command.startswith("stance sample "):
            rows = map(orjson.loads, (desk / "labelled.jsonl").read_bytes().splitlines())
            code(desk / "to-code.csv", {row["id"]: row["label"] for row in rows})


@pytest.mark.slow
def test_the_python_in_the_readme_runs_on_files_with_a_bad_row(desk, monkeypatch, capsys):
    (code,) = blocks("README.md", "python")
    for name in ("labelled.jsonl", "new.jsonl"):
        with (desk / name).open("ab") as file:
            file.write(b'{"id": "bad", "text": "", "label": "neutral_wire"}\n')
    monkeypatch.chdir(desk)
    exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})  # noqa: S102 - our own
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 50
    assert lines[-1] == "1 rows cannot be used"


@pytest.mark.slow
def test_the_commands_and_the_python_of_keyness_run(desk, monkeypatch, capsys):
    monkeypatch.chdir(desk)
    for line in blocks("docs/keyness.md", "")[0].splitlines():
        stance(*shlex.split(line)[1:], "--bootstrap", "19")
    assert (desk / "typical.csv").read_bytes().startswith(b"\xef\xbb\xbftarget,reference,rank,")
    assert 'dir="ltr"' in (desk / "typical.html").read_text("utf-8")
    (code,) = blocks("docs/keyness.md", "python")
    exec(compile(code, "keyness.md", "exec"), {"__name__": "__main__"})  # noqa: S102 - our own
    assert len(capsys.readouterr().out.splitlines()) == 5


@pytest.mark.slow
def test_the_commands_and_the_python_of_the_page_on_learning_curves_run(desk, monkeypatch, capsys):
    monkeypatch.chdir(desk)
    lines = blocks("docs/learning-curves.md", "")[0].splitlines()
    assert len(lines) == 3
    # A whole curve takes a minute: here of few articles, sizes and draws, with words alone.
    few = ["--draws", "2", "--sizes", "10,14,20", "--folds", "2"]
    few += [word for one in FAST for word in ("--set", one)]
    for line in lines:
        shorter = re.sub(" --sizes [0-9,]+", "", line).replace("seeds/", "")
        stance(*shlex.split(shorter)[1:], *few)
    assert (desk / "curve.csv").read_text("utf-8").startswith("kind,drawn_by,n_articles,draw,")
    assert 'dir="rtl"' in (desk / "curve.html").read_text("utf-8")
    (code,) = blocks("docs/learning-curves.md", "python")
    shorter = code.replace("sizes=[100, 200, 400], draws=5", "sizes=[10, 14, 20], draws=2, folds=2")
    assert shorter != code
    exec(compile(shorter, "learning-curves.md", "exec"), {})  # noqa: S102 - our own
    assert len(capsys.readouterr().out.splitlines()) >= 4


@pytest.mark.slow
def test_the_notebook_runs_on_a_table_with_a_bad_row(desk, monkeypatch, capsys):
    with (desk / "labelled.jsonl").open("ab") as file:
        file.write(b'{"id": "bad", "text": "", "label": "neutral_wire"}\n')
    monkeypatch.chdir(desk)
    monkeypatch.setattr("sys.argv", ["notebook.py", "labelled.jsonl"])
    runpy.run_path(str(ROOT / "docs" / "notebook.py"), run_name="__main__")
    out = capsys.readouterr().out
    assert out.startswith("48 articles, 1 rows that cannot be used")
    assert "shape: (2, 4)" in out
    assert "shape: (5, 4)" in out


@pytest.mark.slow
def test_the_commands_and_the_python_of_the_page_on_concordances_run(tmp_path, monkeypatch, capsys):
    (tmp_path / "seeds").symlink_to(SEEDS.parent)
    monkeypatch.chdir(tmp_path)
    lines = blocks("docs/concordance.md", "")[0].splitlines()
    assert len(lines) == 5
    for line in lines:
        out, _ = stance(*shlex.split(line)[1:])
        assert "per million words" in out
    assert len((tmp_path / "sample.csv").read_text("utf-8-sig").splitlines()) == 51
    (code,) = blocks("docs/concordance.md", "python")
    exec(compile(code, "concordance.md", "exec"), {})  # noqa: S102 - our own
    assert len(capsys.readouterr().out.splitlines()) == 21


@pytest.mark.slow
def test_the_row_in_the_readme_is_one(desk):
    (block,) = blocks("README.md", "json")
    out, _ = stance("predict", desk / "new.jsonl")
    shown, real = orjson.loads(block), orjson.loads(out.splitlines()[0])
    assert list(shown) == list(real)
    assert list(shown["probabilities"]) == list(real["probabilities"])


@pytest.mark.parametrize(
    "document",
    [
        *DOCUMENTS,
        *(
            "docs/commands.md",
            "docs/files.md",
            "docs/safety.md",
            "docs/training.md",
            "docs/lexicons.md",
            "docs/cards.md",
            "docs/letters.md",
            "docs/shipped-model.md",
            "docs/labelling.md",
            "docs/scale.md",
            "docs/evaluation.md",
            "docs/estimation.md",
            "docs/explanations.md",
            "docs/concordance.md",
            "docs/naming.md",
            "docs/keyness.md",
            "docs/learning-curves.md",
            "docs/sampling.md",
            "docs/reports.md",
            "docs/benchmarks.md",
        ),
        "seeds/README.md",
    ],
)
def test_every_option_and_setting_named_exists(document):
    text = (ROOT / document).read_text("utf-8")
    assert wrong_options(text, OTHERS.get(document, frozenset())) == []
    keys = [key for key, _, _ in settings()]
    sections = "text|features|classifier|auxiliary|calibration"
    for key in set(re.findall(rf"`((?:{sections})\.[\w.]+)", text)):
        assert any(known_key.startswith(key) for known_key in keys), key


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("`stance train c.csv -o m --resume`", ["train --resume"]),
        ("`crossval --nested` and `crossval --rejects`", ["crossval --rejects"]),
        ("```\nstance datasets export ans -o a.csv --json b\n```", ["datasets export --json"]),
        ("```\nstance predict a.csv \\\n  --out b\n```", ["predict --out"]),
        ("`--model`, `--mod`", ["--mod"]),
        ("`stance info --json -`, `-o FILE`, `python --flag`", []),
    ],
)
def test_an_option_of_another_command_is_noticed(text, wrong):
    assert wrong_options(text) == wrong


@pytest.mark.parametrize("command", OPTIONS)
def test_every_command_is_documented_and_has_the_options_that_all_share(command):
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert re.search(rf"^\| `stance {command}[ `]", text, re.MULTILINE)
    options = OPTIONS[command]
    assert {"--quiet", "-q"} <= options
    assert ("--output" in options) == ("--force" in options)
    assert ("--output" in options) == ("-o" in options)
    assert ("--jobs" in options) == ("-j" in options)
    assert "--json" not in options or "--output" in options


@pytest.mark.parametrize(
    "document",
    [
        *DOCUMENTS,
        *(
            "docs/commands.md",
            "docs/training.md",
            "docs/lexicons.md",
            "docs/cards.md",
            "docs/letters.md",
            "docs/shipped-model.md",
            "docs/labelling.md",
            "docs/scale.md",
            "docs/evaluation.md",
            "docs/estimation.md",
            "docs/explanations.md",
            "docs/concordance.md",
            "docs/naming.md",
            "docs/keyness.md",
            "docs/learning-curves.md",
            "docs/sampling.md",
            "docs/reports.md",
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


def test_every_picture_is_shown_is_small_and_can_be_made_again():
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.png"))
    pages = ("reports.md", "evaluation.md")
    text = "".join((ROOT / "docs" / page).read_text("utf-8") for page in pages)
    shown = re.findall(r"!\[[^\]]+\]\(pictures/(\w[\w-]*)\.png\)", text)
    assert (
        sorted(shown)
        == sorted(path.stem for path in pictures)
        == sorted([*(one.name for one in PICTURES), *FIGURES])
    )
    assert max(path.stat().st_size for path in pictures) <= 120_000
