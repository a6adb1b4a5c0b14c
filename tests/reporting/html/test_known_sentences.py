"""Sentences of the library that a page has in its language."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from stance.estimation import share_cautions as cautions
from stance.estimation.estimating import estimate_shares
from stance.estimation.population import CodedSample
from stance.reporting.html.known_sentences import ASSUMPTIONS, WARNINGS, in_language
from stance.reporting.html.page import English, Number, phrase
from stance.reporting.html.strings import plain
from tests.reporting.sample_shares import LABELS, estimates, group


def sample(n, weights=1.0):
    """Return coded articles that all have the label that was predicted."""
    y = np.zeros(n, np.int64)
    predicted = np.zeros((n, len(LABELS)))
    predicted[:, 0] = 1.0
    zeros = np.zeros(n, np.int64)
    return CodedSample(y, predicted, 1 / (weights * np.ones(n)), zeros, zeros, zeros)


def keys(texts):
    return {
        getattr(in_language(text), "key", text).removeprefix("estimate.known.") for text in texts
    }


def test_all_assumptions_of_the_library_are_known():
    found = [estimates(), estimates(population="outlets", n_outlets=9)]
    texts = {text for one in found for text in cautions.assumptions_of_sample(one)}
    for is_by_outlet in (True, False):
        rates = SimpleNamespace(is_by_outlet=is_by_outlet)
        bootstrap = SimpleNamespace(rates=rates, is_by_outlet=not is_by_outlet)
        texts.update(cautions.assumptions_of_rates(estimates(method="EMQ"), bootstrap))
    assert keys(texts) == set(ASSUMPTIONS)


def test_usual_warnings_of_the_library_are_known():
    groups = tuple(group(f"<{n}>", 90, 0 if n < 2 else 5) for n in range(4))
    found = estimates("outlet", groups, population="outlets", n_outlets=9)
    weights = np.where(np.arange(40) == 0, 50.0, 1.0)
    texts = set(cautions.warnings_of_sample(found, sample(40, weights), ()))
    cells = SimpleNamespace(group=np.arange(4), outlet=np.arange(4))
    texts.update(cautions.single_outlets(found, cells))
    texts.update(cautions.many_intervals(found))
    rates = SimpleNamespace(
        n_units=5,
        is_by_outlet=True,
        labels=("a",),
        outlets_of_label=(5,),
        n_by_label=np.array([9.0]),
    )
    bootstrap = SimpleNamespace(rates=rates, n_outlets=1, is_by_outlet=False, posteriors=None)
    bootstrap.misfit = lambda shares: 0.3
    texts.update(cautions.warnings_of_rates(replace(found, method="ACC"), bootstrap))
    rows = [{"id": str(n), "label": "ab"[n % 2]} for n in range(80)]
    drawn = [{**row, "inclusion_probability": 1.0} for row in rows]
    for row in drawn[60:]:
        row["label"] = ""
    texts.update(estimate_shares(rows, drawn).warnings)
    assert keys(texts) >= set(WARNINGS)


def test_a_sentence_has_its_values():
    text = "2 of 6 values of outlet have fewer than 10 coded articles: وكالة خابور, SANA."
    said = plain(in_language(text), "ar")
    assert (
        said == "من قيم outlet (6) ما عدد مقالاته المصنّفة يدويًا أقل من 10 (2): وكالة خابور، SANA."
    )
    assert plain(in_language(text), "en") == text
    text = "3 of 9 values of outlet have fewer than 10 coded articles: a, b and 1 more."
    assert plain(in_language(text), "en") == text
    assert plain(in_language(text), "ar").endswith(": a، b وغيرها (1).")
    text = "Intervals are from resamples of outlets of the training corpus and articles of the "
    text += "archive."
    assert in_language(text).values == (
        ("corpus", phrase("unit.outlet")),
        ("archive", phrase("unit.article")),
    )
    text = "The claim is about the 31,525 articles of this archive, not about others."
    assert in_language(text).values == (("n", Number("31,525")),)


@pytest.mark.parametrize("text", ["", "Something else.", "The coders did not see the labels."])
def test_an_unknown_sentence_stays_english(text):
    assert in_language(text) == English(text)
