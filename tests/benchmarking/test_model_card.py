"""The card of the shipped model is made of results, and of nothing else."""

import dataclasses
import json
import sys
from pathlib import Path

import pytest

import stance
from stance.corpus.codebook import Codebook
from stance.corpus.document_kinds import kind_of
from stance.model.config import load_config
from tests.conftest import FAST, SEEDS

ROOT = Path(__file__).parents[2]
FILES = ("by-outlet.json", "by-event.json", "domain.json")


@pytest.fixture(scope="module")
def results(seed_articles, tmp_path_factory):
    """Make a model and the results of its recipe, from the seeds and their titles."""
    folder = tmp_path_factory.mktemp("card")
    titles = [
        dataclasses.replace(a, id=f"{a.id}-title", text=str(a.title), title=None)
        for a in seed_articles[1::4]
    ]
    texts = [*seed_articles[::4], *titles]
    real, written = texts[::2], texts[1::2]
    config = load_config(overrides=FAST)
    rules = Codebook.read(SEEDS.with_name("codebook.toml"))
    model = stance.train([*written, *real], config, codebook=rules)
    stance.save_model(model, folder / "model")
    for name, tested, always, by in (
        ("by-outlet.json", real, written, "outlet"),
        ("by-event.json", written, real, "event"),
    ):
        columns = {
            "kind": [kind_of(article) for article in tested],
            "period": ["until 2015-10-09" if n % 3 else None for n in range(len(tested))],
        }
        columns["kind:period"] = [
            f"{kind}, {period or '(none)'}" for kind, period in zip(*columns.values(), strict=True)
        ]
        found = stance.cross_validate(
            tested, config, by=by, folds=3, always_train=always, slices=columns
        )
        (folder / name).write_text(json.dumps(found.to_dict()))
    kinds = {"its own kind": {"n": 9, "flagged": 0.5}, "verse": {"n": 3, "flagged": 1.0}}
    (folder / "domain.json").write_text(json.dumps({"shipped": {"kinds": kinds}}))
    return folder


@pytest.fixture
def write_card(results, monkeypatch):
    """Return what runs the script on the results, some of them replaced, and reads the card."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import model_card

    def run(**replaced):
        paths = [
            results / replaced.get(name.split(".")[0].replace("-", "_"), name) for name in FILES
        ]
        monkeypatch.setattr(sys, "argv", ["model_card.py", *map(str, [results / "model", *paths])])
        model_card.main()
        return (results / "model" / "card.md").read_text("utf-8")

    return run


def cells(card, heading, first):
    """Return the cells of the row of a section that begins with a name."""
    section = card.split(f"## {heading}\n")[1].split("\n## ")[0]
    (row,) = [line for line in section.splitlines() if line.startswith(f"| {first} |")][:1]
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_the_card_has_the_figures_of_the_results(results, write_card):
    card = write_card()
    real, written = (json.loads((results / name).read_text()) for name in FILES[:2])
    for heading, result in (
        ("On outlets that it has never seen", real),
        ("On written texts", written),
    ):
        row = cells(card, heading, "all")
        assert row[1:3] == [f"{result['n']:,}", f"{result['macro_f1']:.3f}"]
        assert row[6] == f"{result['expected_calibration_error']:.3f}"
        for part in result["slices"]["kind"]:
            row = cells(card, heading, part["value"])
            assert row[5] == f"{part['accuracy']:.3f}"
            assert row[7] == f"{part['out_of_domain']['share']:.3f}"
    assert cells(card, "Out of domain", "verse") == ["verse", "3", "1.00"]
    assert "its own kind" not in card
    n = sum(result["n"] for result in (real, written))
    assert f"{n:,} texts." in card
    counts = [
        cells(card, "What it learned from", f"{origin} {kind}s")[1:]
        for origin in ("written", "real")
        for kind in ("article", "headline")
    ]
    assert sum(int(row[-1]) for row in counts) == n
    assert all(sum(map(int, row[:-1])) == int(row[-1]) for row in counts)
    assert "cite them, do not redistribute them" in card
    assert "no date" in card
    assert "{" not in card


def test_results_of_other_texts_are_refused(results, write_card):
    other = json.loads((results / "by-event.json").read_text())
    other["division"]["n_always_train"] -= 1
    (results / "other.json").write_text(json.dumps(other))
    with pytest.raises(SystemExit, match=r"that the model learned from. Run 'make models'"):
        write_card(by_event="other.json")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "Got no file"),
        ("{", "which is not JSON"),
        ("{}", "without slices by kind, period, kind:period"),
    ],
)
def test_results_that_are_absent_or_none_are_told(results, write_card, content, expected):
    (results / "x.json").unlink(missing_ok=True)
    if content is not None:
        (results / "x.json").write_text(content)
    with pytest.raises(SystemExit, match=rf"{expected}.*Run 'make models'"):
        write_card(by_outlet="x.json")
