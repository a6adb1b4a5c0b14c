"""The check of explanations on held-out outlets, on a small corpus."""

import json
import random
import sys

import numpy as np
import pytest

import stance
from tests.conftest import FAST, ROOT


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import faithfulness

    return faithfulness


def test_words_are_removed_in_their_places(script):
    article = stance.Article("1", "قالت قسد إن قسد تقدمت", title="قسد")
    places = [("title", 0, 3), ("text", 12, 15), ("text", 5, 8)]
    found = script.without(article, places)
    assert (found.title, found.text) == ("", "قالت  إن  تقدمت")
    everything = sorted([*places, ("text", 0, 4), ("text", 9, 11), ("text", 16, 21)])
    words = script.words_of(article)
    for by_frequency in (False, True):
        drawn = script.drawn_words(words, random.Random(1), by_frequency=by_frequency)
        assert sorted(drawn) == everything


def test_frequent_words_are_drawn_more_often_by_frequency(script, monkeypatch):
    monkeypatch.setattr(script, "N_WORDS", 1)
    words, draw = script.words_of(stance.Article("1", "قسد قسد قسد تقدمت")), random.Random(3)
    for by_frequency, share in ((False, 1 / 2), (True, 3 / 4)):
        sizes = [
            len(script.drawn_words(words, draw, by_frequency=by_frequency)) for _ in range(2000)
        ]
        assert sizes.count(3) / 2000 == pytest.approx(share, abs=0.04)


@pytest.mark.slow
def test_evidence_is_what_supports_the_label(script, fast_model, seed_articles):
    (one,) = stance.explain(fast_model, seed_articles[:1], top=0)
    words = [word for word in one.words if word.contribution > 0][: script.N_WORDS]
    assert len(words) == script.N_WORDS
    assert script.evidence(one) == [tuple(place) for word in words for place in word.places]


def test_an_interval_is_that_of_a_jackknife_over_outlets(script):
    values, outlets = np.array([1.0, 0.0, 1.0, 0.0, 0.0]), ["a", "a", "b", "c", "c"]
    found = script.estimate(values, outlets)
    left = np.array([1 / 3, 1 / 4, 2 / 3])
    error = np.sqrt(2 / 3 * ((left - left.mean()) ** 2).sum())
    assert found["share"] == 0.4
    assert found["high"] == pytest.approx(0.4 + 4.302653 * error, abs=1e-4)
    assert found["low"] == pytest.approx(0.4 - 4.302653 * error, abs=1e-4)


@pytest.mark.slow
def test_evidence_changes_labels_more_often_than_random_words(
    script, seed_articles, tmp_path, monkeypatch
):
    corpus, result = tmp_path / "corpus.jsonl", tmp_path / "result.json"
    rows = [
        {"id": a.id, "text": a.text, "label": a.label, "outlet": a.outlet}
        for a in seed_articles[:120]
    ]
    corpus.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    monkeypatch.setattr(script, "SETTINGS", FAST)
    monkeypatch.setattr(
        sys, "argv", ["x", "--articles", str(corpus), "--folds", "2", "-o", str(result)]
    )
    script.main()
    found = json.loads(result.read_text("utf-8"))
    assert found["n_articles"] == 120
    assert found["n_outlets"] == len({row["outlet"] for row in rows})
    for difference in found["difference"].values():
        assert difference["share"] > 0
        assert difference["low"] < difference["share"] < difference["high"]


def test_the_page_on_explanations_has_the_figures_of_the_results(script):
    found = json.loads(script.RESULT.read_text("utf-8"))
    page = (ROOT / "docs" / "explanations.md").read_text("utf-8")
    for estimate in found["label_changed"].values():
        share, low, high = (round(100 * estimate[key]) for key in ("share", "low", "high"))
        assert f"| {share} % ({low} to {high} %) |" in page
    for n in (
        found["n_articles"],
        found["n_outlets"],
        *found["words_of_the_text_removed"].values(),
    ):
        assert f" {round(n)} " in page
