"""Calibration, and what the surest labels are worth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.evaluation.reliability import calibration_error, reliability, risk_coverage

answers = st.lists(
    st.tuples(st.sampled_from([0.3, 0.5, 0.51, 0.8, 0.99, 1.0]), st.booleans()), min_size=1
)


def columns(pairs):
    confidence, correct = zip(*pairs, strict=True)
    return np.array(confidence), np.array(correct)


@given(answers)
def test_bins_hold_every_article_once(pairs):
    confidence, correct = columns(pairs)
    bins = reliability(confidence, correct)
    assert sum(found.n for found in bins) == len(pairs)
    assert np.isclose(sum(found.n * found.accuracy for found in bins), correct.sum())
    assert np.isclose(sum(found.n * found.confidence for found in bins), confidence.sum())
    assert all(found.low - 1e-9 <= found.confidence <= found.high + 1e-9 for found in bins)
    assert 0 <= calibration_error(bins) <= 1


def test_the_error_is_weighted_by_size():
    confidence = np.array([0.9] * 8 + [0.5] * 2)
    correct = np.array([True] * 6 + [False] * 2 + [True, True])
    # By hand: 0.8 x |0.9 - 0.75| + 0.2 x |0.5 - 1|.
    assert np.isclose(calibration_error(reliability(confidence, correct)), 0.22)


def test_the_area_is_that_of_the_definition():
    # Labelled so far: right; right, wrong; right, wrong, right.
    found = risk_coverage(np.array([0.5, 0.9, 0.7]), np.array([True, True, False]))
    assert np.isclose(found.area, (0 + 1 / 2 + 1 / 3) / 3)
    assert np.isclose(found.excess, (1 / 2) / 3)
    assert (found.curve[-1].coverage, found.curve[-1].threshold) == (1.0, 0.5)
    assert np.isclose(found.curve[-1].risk, 1 / 3)


@given(answers, st.randoms())
def test_the_order_of_articles_decides_nothing(pairs, random):
    shuffled = list(pairs)
    random.shuffle(shuffled)
    one, other = (risk_coverage(*columns(found)) for found in (pairs, shuffled))
    assert np.isclose(one.area, other.area)
    assert np.allclose([at.risk for at in one.curve], [at.risk for at in other.curve])
    assert one.excess >= -1e-12


def test_wrong_labels_that_come_last_have_no_excess():
    confidence = np.linspace(1, 0.5, 40)
    found = risk_coverage(confidence, np.arange(40) < 30)
    assert np.isclose(found.excess, 0)
    assert [at.risk for at in found.curve[:15]] == [0.0] * 15
    assert len(found.curve) == 20
    assert risk_coverage(confidence, np.arange(40) >= 10).excess > 0.1


def test_one_article_is_a_curve():
    (at,) = risk_coverage(np.array([0.6]), np.array([False])).curve
    assert (at.coverage, at.risk, at.threshold) == (1.0, 1.0, 0.6)


@given(st.lists(st.sampled_from([0.5, 0.5000001, 0.5000004, 0.5000011, 0.7]), min_size=1))
def test_as_many_articles_reach_a_threshold_as_are_promised(confidence):
    """Probabilities are compared as predictions have them, to six decimals."""
    found = risk_coverage(np.array(confidence), np.zeros(len(confidence), bool))
    for at in found.curve:
        reached = np.mean(np.round(confidence, 6) >= at.threshold)
        assert np.isclose(at.coverage, reached)


def test_labels_are_sure_from_the_lowest_probability_at_which_95_of_100_are_right():
    confidence = np.concatenate([np.full(95, 0.9), np.full(5, 0.8), np.full(20, 0.5)])
    correct = np.concatenate([np.ones(95, bool), np.zeros(5, bool), np.zeros(20, bool)])
    sure = risk_coverage(confidence, correct).sure
    assert (sure.threshold, sure.coverage) == (0.8, 100 / 120)
    assert sure.risk == pytest.approx(0.05)
    assert risk_coverage(confidence, ~correct).sure is None


def test_few_labels_that_are_all_right_are_not_sure():
    assert risk_coverage(np.full(29, 0.99), np.ones(29, bool)).sure is None
    assert risk_coverage(np.full(30, 0.99), np.ones(30, bool)).sure.coverage == 1.0


def test_equal_probabilities_are_sure_together_or_not_at_all():
    confidence = np.full(100, 0.9)
    correct = np.arange(100) >= 6
    assert risk_coverage(confidence, correct).sure is None


def test_what_a_minimum_probability_leaves():
    confidence, correct = np.array([0.95, 0.8999999, 0.7, 0.3]), np.array([1, 1, 0, 0], bool)
    at = {
        one.probability: (one.labelled, one.accuracy)
        for one in risk_coverage(confidence, correct).at_least
    }
    # As predictions, probabilities are rounded to six decimals.
    assert at[0.9] == (0.5, 1.0)
    assert at[0.7] == (0.75, pytest.approx(2 / 3))
    assert at[0.99] == (0.0, None)
