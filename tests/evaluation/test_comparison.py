"""Two sets of predictions: the difference, its interval, and what may be said of it."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from stance.errors import ConfigError, CorpusError
from stance.evaluation.comparison import PairedPredictions, compare, decide, mcnemar
from stance.evaluation.confusion import Metric

LABELS = list("abc")


def guesses(random, truth, accuracy):
    """Guess rightly about as often as said, and else at random."""
    right = random.random(len(truth)) < accuracy
    return np.where(right, truth, random.choice(LABELS, len(truth))).tolist()


@given(st.integers(0, 10_000), st.integers(2, 40))
def test_exchanging_the_two_turns_the_sign(seed, n):
    random = np.random.default_rng(seed)
    truth = random.choice(LABELS, n).tolist()
    first, second = guesses(random, truth, 0.7), guesses(random, truth, 0.5)
    one = compare(PairedPredictions.of(truth, first, second))
    other = compare(PairedPredictions.of(truth, second, first))
    assert np.isclose(one.value, -other.value)
    assert 0 < one.p_value <= 1
    low, high = one.interval
    assert -1 <= low <= high <= 1


def test_the_same_predictions_are_not_told_apart():
    truth = LABELS * 20
    paired = PairedPredictions.of(truth, ["a"] * 60, ["a"] * 60)
    found = compare(paired)
    assert (found.value, found.interval, found.p_value) == (0.0, (0.0, 0.0), 1.0)
    assert decide(found, margin=0.001).verdict == "non-inferior"
    assert mcnemar(paired).p_value == 1.0


@pytest.mark.slow
def test_chance_is_called_a_difference_about_as_often_as_it_says():
    random = np.random.default_rng(5)
    called = 0
    for _ in range(200):
        truth = random.choice(LABELS, 150).tolist()
        first, second = guesses(random, truth, 0.7), guesses(random, truth, 0.7)
        called += compare(PairedPredictions.of(truth, first, second)).p_value < 0.05
    assert 2 <= called <= 22


def test_groups_that_stand_or_fall_together_widen_the_interval():
    random = np.random.default_rng(1)
    right = np.repeat(random.random(20) < 0.6, 20)
    truth = np.tile(["a", "b"], 200)
    first = np.where(right, truth, "c").tolist()
    truth, second = truth.tolist(), np.full(400, "a").tolist()
    groups = [f"o{n // 20}" for n in range(400)]
    alone = compare(PairedPredictions.of(truth, first, second), Metric("accuracy")).interval
    grouped = compare(
        PairedPredictions.of(truth, first, second, groups=groups), Metric("accuracy")
    ).interval
    assert grouped[1] - grouped[0] > 2 * (alone[1] - alone[0])


def test_strata_are_averaged():
    truth = ["a", "b", "a", "b", "a", "b"]
    first = ["a", "b", "b", "a", "b", "a"]
    paired = PairedPredictions.of(truth, first, truth, strata=["x", "x", "y", "y", "y", "y"])
    found = compare(paired, Metric("accuracy"))
    assert (found.first, found.second) == (0.5, 1.0)


def test_thousands_of_articles_and_groups_take_no_time():
    random = np.random.default_rng(2)
    truth = random.choice(LABELS, 5000).tolist()
    groups = [f"c{n}" for n in random.integers(0, 2000, 5000)]
    strata = [f"t{n}" for n in random.integers(0, 17, 5000)]
    paired = PairedPredictions.of(
        truth,
        guesses(random, truth, 0.8),
        guesses(random, truth, 0.7),
        groups=groups,
        strata=strata,
    )
    began = time.process_time()
    found = compare(paired)
    assert time.process_time() - began < 5
    assert found.p_value < 0.001


def test_a_decision_rests_on_the_interval_of_its_confidence():
    random = np.random.default_rng(6)
    truth = random.choice(LABELS, 400).tolist()
    found = compare(
        PairedPredictions.of(truth, guesses(random, truth, 0.8), guesses(random, truth, 0.7))
    )
    assert decide(found, margin=0.01, confidence=0.975).bounds == pytest.approx(found.interval)


def test_mcnemar_counts_and_tests_exactly():
    truth = ["a"] * 20
    first = ["a"] * 9 + ["b"] + ["a"] * 6 + ["b"] * 4
    second = ["b"] * 9 + ["a"] + ["a"] * 6 + ["c"] * 4
    found = mcnemar(PairedPredictions.of(truth, first, second))
    assert (found.only_first, found.only_second, found.both, found.neither) == (9, 1, 6, 4)
    assert np.isclose(found.p_value, 2 * binom.cdf(1, 10, 0.5))  # 22/1024


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (0.90, 0.60, "superior"),
        (0.60, 0.90, "inferior"),
        (0.80, 0.80, "non-inferior"),
    ],
)
def test_a_decision_needs_the_margin(first, second, verdict):
    random = np.random.default_rng(4)
    truth = random.choice(LABELS, 2000).tolist()
    found = compare(
        PairedPredictions.of(truth, guesses(random, truth, first), guesses(random, truth, second))
    )
    decision = decide(found, margin=0.05)
    assert decision.verdict == verdict
    assert decision.bounds[0] > found.interval[0]


def test_too_few_articles_leave_it_undecided():
    random = np.random.default_rng(4)
    truth = random.choice(LABELS, 30).tolist()
    found = compare(
        PairedPredictions.of(truth, guesses(random, truth, 0.7), guesses(random, truth, 0.75))
    )
    assert decide(found, margin=0.01).verdict == "undecided"


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(CorpusError, match="2, 1, 2 values"):
        PairedPredictions.of(["a", "b"], ["a"], ["a", "b"])
    with pytest.raises(CorpusError, match="at least 1"):
        PairedPredictions.of([], [], [])
    found = compare(PairedPredictions.of(["a", "b"], ["a", "b"], ["b", "b"]))
    with pytest.raises(ConfigError, match="margin=-1"):
        decide(found, margin=-1)
    with pytest.raises(ConfigError, match="confidence=95"):
        decide(found, margin=0.1, confidence=95)
