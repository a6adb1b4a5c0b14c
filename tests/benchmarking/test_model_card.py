"""What only the project knows of the shipped model stands below the card that stance makes."""

import json
import sys

import pytest

from stance.model.persistence import save_model
from stance.reporting.card import card_markdown
from stance.reporting.card_text import compose, parse
from tests.conftest import ROOT

KINDS = {"its own kind": {"n": 9, "flagged": 0.5}, "verse": {"n": 3_000, "flagged": 1.0}}


@pytest.fixture
def folder(tmp_path, fast_model):
    save_model(
        fast_model, tmp_path / "model", card=lambda stored: compose(card_markdown(stored), "old")
    )
    (tmp_path / "domain.json").write_text(json.dumps({"shipped": {"kinds": KINDS}}))
    return tmp_path


@pytest.fixture
def write_text(folder, monkeypatch):
    """Return what runs the script and reads the card."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import model_card

    def run(domain="domain.json"):
        names = [str(folder / "model"), str(folder / domain)]
        monkeypatch.setattr(sys, "argv", ["model_card.py", *names])
        model_card.main()
        return (folder / "model" / "card.md").read_text("utf-8")

    return run


@pytest.mark.slow
def test_the_text_stands_below_the_generated_part(folder, write_text):
    before = parse((folder / "model" / "card.md").read_text("utf-8"))
    after = parse(write_text())
    assert after.generated == before.generated
    assert not after.is_edited
    assert "| verse | 3,000 | 1.00 |" in after.own
    assert "its own kind" not in after.own
    assert "cite them, do not redistribute them" in after.own
    assert "{" not in after.own
    assert "old" not in after.own.split()
    assert write_text() == write_text()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "Got no file"),
        ("{", "which is not JSON"),
        ("{}", "says nothing of the shipped model"),
    ],
)
def test_results_that_are_absent_or_none_are_told(folder, write_text, content, expected):
    if content is not None:
        (folder / "x.json").write_text(content)
    with pytest.raises(SystemExit, match=rf"{expected}.*Run 'make models'"):
        write_text("x.json")


def test_a_card_that_stance_did_not_write_is_refused(folder, write_text):
    (folder / "model" / "card.md").write_text("# Mine\n")
    with pytest.raises(SystemExit, match="expected a card as stance writes it"):
        write_text()
