"""The worked example of docs/estimation.md: from an archive to a sentence in a paper."""

import re
import shlex
from pathlib import Path

import orjson
import pytest

from tests.archive_example import code, headlines, write_archive
from tests.commands import stance
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "estimation.md").read_text("utf-8")
EXAMPLE = PAGE.split("## A worked example")[1].split("\n## ")[0]


def blocks(language, text=EXAMPLE):
    """Return the lines of each block of a language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [content.splitlines() for kind, content in found if kind == language]


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Run the commands of the page; return the folder, and what the last one printed."""
    desk = tmp_path_factory.mktemp("desk")
    write_archive(desk / "archive.jsonl")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(desk)
        (predict, sample), (estimate,) = blocks("")
        for command in (predict, sample):
            stance(*shlex.split(command)[1:])
        code(Path("to-code.csv"))
        out, _ = stance(*shlex.split(estimate)[1:], "--json", "shares.json")
    return desk, out


@pytest.mark.slow
def test_the_page_has_what_the_commands_print(printed):
    lines = [line.rstrip() for line in printed[1].splitlines()]
    shown = blocks("text")
    assert len(shown) == 3
    for line in (line for block in shown for line in block):
        assert line in lines


def test_the_shares_that_the_page_calls_true_are_and_are_in_their_intervals(printed):
    shares = orjson.loads((printed[0] / "shares.json").read_bytes())["shares"]
    labels = [row["label"] for row in headlines()]
    outside = 0
    for label, share in shares.items():
        true = labels.count(label) / len(labels)
        assert f"{100 * true:.1f} % `{label}`" in EXAMPLE
        assert share["low"] <= true <= share["high"]
        outside += not share["low"] <= share["naive"] <= share["high"]
    assert (len(shares), outside) == (4, 3)


def test_the_page_names_the_figures_that_are_drawn(printed):
    drawn = {path.stem for path in (printed[0] / "figures").iterdir()}
    assert drawn == set(re.findall(r"`(estimate-[\w-]+)`", EXAMPLE))
    assert 'lang="en"' in (printed[0] / "shares.html").read_text("utf-8")


def test_the_python_of_the_page_gives_the_same_shares(printed, monkeypatch, capsys):
    monkeypatch.chdir(printed[0])
    (code_lines,) = blocks("python", PAGE)
    exec(compile("\n".join(code_lines), "estimation.md", "exec"), {})  # noqa: S102 - our own
    groups = orjson.loads((printed[0] / "shares.json").read_bytes())["groups"]
    for line in capsys.readouterr().out.splitlines():
        year, *numbers = line.split()
        share = groups.pop(year)["shares"]["damascus_aligned"]
        assert list(map(float, numbers)) == [
            share[name] for name in ("naive", "estimate", "low", "high")
        ]
    assert groups == {}
