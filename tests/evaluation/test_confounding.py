"""How well the outlet can be told, and how far it decides the label."""

import numpy as np
import pytest

from stance.corpus.article import Article
from stance.evaluation.confounding import confounding, cramers_v, probe_outlets
from tests.evaluation.test_auditing import LETTERS, clean_corpus


@pytest.mark.slow
def test_an_outlet_with_a_voice_of_its_own_is_told():
    corpus = [
        Article(
            a.id, f"{a.text} " + " ".join(f"{w}{a.outlet}" for w in LETTERS[:8]), outlet=a.outlet
        )
        for a in clean_corpus()
    ]
    assert probe_outlets(corpus).accuracy > 0.9


@pytest.mark.slow
def test_the_probe_needs_two_outlets_of_ten_articles():
    assert probe_outlets(clean_corpus(12)) is None
    assert probe_outlets([]) is None
    assert probe_outlets(clean_corpus(72), at_most=40).articles == 40


def test_an_outlet_that_decides_the_label_is_measured():
    corpus = [
        Article(a.id, a.text, "ab"[int(a.outlet[-1]) % 2], a.outlet) for a in clean_corpus(200)
    ]
    found = confounding(corpus)
    assert found.cramers_v > 0.95
    assert found.single_label_outlets == found.outlets == 4
    assert confounding([Article("1", "نص", "a", "x"), Article("2", "نص", "b", "x")]) is None


def test_cramers_v_is_that_of_the_formula():
    # By hand: phi² = 0.16 for this table, so corrected 0.16 - 1/99 over 1 - 1/99.
    table = np.array([[35.0, 15.0], [15.0, 35.0]])
    assert cramers_v(table) == pytest.approx(np.sqrt((0.16 - 1 / 99) / (1 - 1 / 99)))
    assert cramers_v(np.full((3, 2), 20.0)) == 0.0
