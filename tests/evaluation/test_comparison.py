"""Two sets of predictions: the difference, its interval, and what may be said of it."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.metrics import f1_score

from stance.errors import ConfigError, CorpusError
from stance.evaluation.comparison import Paired, compare, decide, mcnemar
from stance.evaluation.confusion import Metric

LABELS = list("abc")


def guesses(random, truth, accuracy):
    """Guess rightly about as often as said, and else at random."""
    right = random.random(len(truth)) < accuracy
    return np.where(right, truth, random.choice(LABELS, len(truth))).tolist()


def plain_difference(truth, first, second, groups, resamples, seed):
    """Resample groups one by one."""
    random = np.random.default_rng(seed)
    members = {name: np.flatnonzero(np.array(groups) == name) for name in set(groups)}
    names = sorted(members)
    truth, first, second = map(np.array, (truth, first, second))
    draws = []
    for _ in range(resamples):
        drawn = np.concatenate([members[n] for n in random.choice(names, len(names))])
        one, two = (plain_macro_f1(truth[drawn], guess[drawn]) for guess in (first, second))
        draws.append(one - two)
    return np.array(draws)


def plain_macro_f1(truth, guess):
    hits = [2 * np.sum((truth == c) & (guess == c)) for c in LABELS]
    return np.mean(
        [hit / np.sum([truth == c, guess == c]) for hit, c in zip(hits, LABELS, strict=True)]
    )


def test_the_interval_is_that_of_a_plain_bootstrap():
    random = np.random.default_rng(0)
    truth = random.choice(LABELS, 300).tolist()
    first, second = guesses(random, truth, 0.8), guesses(random, truth, 0.7)
    groups = [f"o{n}" for n in random.integers(0, 30, 300)]
    found = compare(Paired.of(truth, first, second, groups=groups))
    plain = plain_difference(truth, first, second, groups, 1500, 1)
    assert found.unit == "outlet"
    assert found.n_units == 30
    assert np.isclose(found.draws.std(), plain.std(), rtol=0.1)
    assert np.allclose(found.interval, np.quantile(plain, [0.025, 0.975]), atol=0.015)
    expected = [f1_score(truth, guess, average="macro") for guess in (first, second)]
    assert np.allclose([found.first, found.second], expected)


@given(st.integers(0, 10_000), st.integers(2, 40))
def test_exchanging_the_two_turns_the_sign(seed, n):
    random = np.random.default_rng(seed)
    truth = random.choice(LABELS, n).tolist()
    first, second = guesses(random, truth, 0.7), guesses(random, truth, 0.5)
    one = compare(Paired.of(truth, first, second), resamples=200)
    other = compare(Paired.of(truth, second, first), resamples=200)
    assert np.isclose(one.value, -other.value)
    assert 0 < one.p_value <= 1
    low, high = one.interval
    assert -1 <= low <= high <= 1


def test_the_same_predictions_are_not_told_apart():
    truth = LABELS * 20
    paired = Paired.of(truth, ["a"] * 60, ["a"] * 60)
    found = compare(paired)
    assert (found.value, found.interval, found.p_value) == (0.0, (0.0, 0.0), 1.0)
    assert decide(found, margin=0.001).verdict == "non-inferior"
    assert mcnemar(paired).p_value == 1.0


def test_chance_is_called_a_difference_about_as_often_as_it_says():
    random = np.random.default_rng(5)
    called = 0
    for seed in range(200):
        truth = random.choice(LABELS, 150).tolist()
        first, second = guesses(random, truth, 0.7), guesses(random, truth, 0.7)
        called += compare(Paired.of(truth, first, second), resamples=500, seed=seed).p_value < 0.05
    assert 2 <= called <= 22


def test_groups_that_stand_or_fall_together_widen_the_interval():
    random = np.random.default_rng(1)
    right = np.repeat(random.random(20) < 0.6, 20)
    truth = np.tile(["a", "b"], 200)
    first = np.where(right, truth, "c").tolist()
    truth, second = truth.tolist(), np.full(400, "a").tolist()
    groups = [f"o{n // 20}" for n in range(400)]
    alone = compare(Paired.of(truth, first, second), Metric("accuracy")).interval
    grouped = compare(Paired.of(truth, first, second, groups=groups), Metric("accuracy")).interval
    assert grouped[1] - grouped[0] > 2 * (alone[1] - alone[0])


def test_strata_are_averaged():
    truth = ["a", "b", "a", "b", "a", "b"]
    first = ["a", "b", "b", "a", "b", "a"]
    paired = Paired.of(truth, first, truth, strata=["x", "x", "y", "y", "y", "y"])
    found = compare(paired, Metric("accuracy"), resamples=10)
    assert (found.first, found.second) == (0.5, 1.0)


def test_ten_thousand_resamples_of_thousands_of_articles_take_seconds():
    random = np.random.default_rng(2)
    truth = random.choice(LABELS, 5000).tolist()
    groups = [f"c{n}" for n in random.integers(0, 2000, 5000)]
    strata = [f"t{n}" for n in random.integers(0, 17, 5000)]
    paired = Paired.of(
        truth,
        guesses(random, truth, 0.8),
        guesses(random, truth, 0.7),
        groups=groups,
        strata=strata,
    )
    began = time.process_time()
    found = compare(paired)
    assert time.process_time() - began < 15
    assert len(found.draws) == 10_000
    assert found.p_value < 0.001


def test_same_seed_same_draws():
    truth = LABELS * 20
    paired = Paired.of(truth, truth, ["a"] * 60)
    assert (compare(paired, seed=1).draws == compare(paired, seed=1).draws).all()
    assert (compare(paired, seed=1).draws != compare(paired, seed=2).draws).any()


def test_mcnemar_counts_and_tests_exactly():
    truth = ["a"] * 20
    first = ["a"] * 9 + ["b"] + ["a"] * 6 + ["b"] * 4
    second = ["b"] * 9 + ["a"] + ["a"] * 6 + ["c"] * 4
    found = mcnemar(Paired.of(truth, first, second))
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
    found = compare(Paired.of(truth, guesses(random, truth, first), guesses(random, truth, second)))
    decision = decide(found, margin=0.05)
    assert decision.verdict == verdict
    assert decision.bounds[0] > found.interval[0]


def test_too_few_articles_leave_it_undecided():
    random = np.random.default_rng(4)
    truth = random.choice(LABELS, 30).tolist()
    found = compare(Paired.of(truth, guesses(random, truth, 0.7), guesses(random, truth, 0.75)))
    assert decide(found, margin=0.01).verdict == "undecided"


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(CorpusError, match="2, 1, 2 values"):
        Paired.of(["a", "b"], ["a"], ["a", "b"])
    with pytest.raises(CorpusError, match="one at least"):
        Paired.of([], [], [])
    found = compare(Paired.of(["a", "b"], ["a", "b"], ["b", "b"]), resamples=10)
    with pytest.raises(ConfigError, match="margin=-1"):
        decide(found, margin=-1)
    with pytest.raises(ConfigError, match="confidence=95"):
        decide(found, margin=0.1, confidence=95)
