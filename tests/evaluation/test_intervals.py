"""Intervals over outlets: the method beside a plain one, its edges, and how often it is right."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import binomtest
from scipy.stats import t as student
from sklearn.metrics import accuracy_score, f1_score

from stance.evaluation import intervals
from stance.evaluation.comparison import PairedPredictions, compare
from stance.evaluation.confusion import METRICS, Metric
from stance.evaluation.intervals import score_interval, share_interval, wilson_interval
from stance.evaluation.sampling_units import UnitCounts, Units
from stance.evaluation.scored import Scored, score_intervals
from tests.scripts import loaded

LABELS = ("a", "b", "c")
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def scored(truth, guess, groups=None):
    return Scored(LABELS, np.array(truth), np.eye(3)[np.array(guess)], groups)


def made(seed=0, n=300, n_outlets=12, accuracy=0.8):
    """Make three labels in outlets of unequal size, each label in several."""
    random = np.random.default_rng(seed)
    outlets = np.sort((n_outlets * random.random(n) ** 2).astype(int))
    truth = random.integers(0, 3, n)
    first, second = (
        np.where(random.random(n) < accuracy - 0.02 * outlets, truth, random.integers(0, 3, n))
        for _ in range(2)
    )
    return truth, first, second, [f"o{number}" for number in outlets]


def plain_scores(truth, guess, name):
    if name == "accuracy":
        return accuracy_score(truth, guess)
    average = {"macro_f1": "macro", "weighted_f1": "weighted"}[name]
    return f1_score(truth, guess, average=average, zero_division=0.0)


def plain_jackknife(truth, guess, groups, name):
    """Leave out one outlet after the other, article by article."""
    groups = np.array(groups)
    return np.array(
        [plain_scores(truth[groups != g], guess[groups != g], name) for g in np.unique(groups)]
    )


def freedom(groups):
    sizes = np.unique(groups, return_counts=True)[1]
    return sizes.sum() ** 2 / (sizes**2).sum() - 1


@pytest.mark.parametrize("name", METRICS)
def test_a_score_has_the_interval_of_a_plain_jackknife_of_its_logit(name):
    truth, guess, _, groups = made()
    value = plain_scores(truth, guess, name)
    left = plain_jackknife(truth, guess, groups, name)
    n = len(left)
    error = np.sqrt((n - 1) / n * ((logit(left) - logit(value)) ** 2).sum())
    reach = student.ppf(0.975, freedom(groups)) * error
    expected = expit(logit(value) + np.array([-reach, reach]))
    assert np.allclose(score_intervals(scored(truth, guess, groups))[0][name], expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", METRICS)
def test_a_difference_has_the_interval_and_p_of_a_plain_jackknife(name):
    truth, first, second, groups = made(seed=2)
    found = compare(PairedPredictions(LABELS, truth, first, second, groups), Metric(name))
    sides = [plain_scores(truth, guess, name) for guess in (first, second)]
    gap, errors = sides[0] - sides[1], []
    for units in (groups, range(len(truth))):  # no surer than articles make it
        one, two = (plain_jackknife(truth, guess, units, name) for guess in (first, second))
        errors.append(np.sqrt((len(one) - 1) / len(one) * ((one - two - gap) ** 2).sum()))
    error = max(errors)
    reach = student.ppf(0.975, freedom(groups)) * error
    assert np.allclose(found.interval, [gap - reach, gap + reach])
    assert np.isclose(found.p_value, 2 * student.sf(abs(gap) / error, freedom(groups)))


def test_little_memory_changes_no_interval(monkeypatch):
    truth, guess, other, groups = made(seed=3)
    whole = score_intervals(scored(truth, guess, groups))
    difference = compare(PairedPredictions(LABELS, truth, guess, other, groups)).interval
    monkeypatch.setattr(intervals, "NUMBERS_AT_ONCE", 20)
    again = score_intervals(scored(truth, guess, groups))
    assert [again[0][name] for name in METRICS] == [
        pytest.approx(whole[0][name]) for name in METRICS
    ]
    assert compare(
        PairedPredictions(LABELS, truth, guess, other, groups)
    ).interval == pytest.approx(difference)


rows = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(0, 2),
        st.sampled_from(["x", "y", "z", None]),
        st.sampled_from(["s", "t"]),
    ),
    min_size=1,
    max_size=40,
)


@pytest.mark.slow
@settings(max_examples=100)
@given(rows, st.sampled_from(METRICS), st.booleans())
def test_every_interval_is_finite_holds_its_score_and_stays_in_range(rows, name, named):
    truth, first, second, groups, strata = zip(*rows, strict=True)
    groups = list(groups) if named else None
    low, high = score_intervals(scored(truth, first, groups))[0][name]
    value = plain_scores(truth, first, name)
    assert 0 <= low <= value + 1e-9
    assert value - 1e-9 <= high <= 1
    assert low < high
    columns = (np.array(column) for column in (truth, first, second))
    found = compare(PairedPredictions(LABELS, *columns, groups, strata=list(strata)), Metric(name))
    low, high = found.interval
    assert -1 <= low <= found.value + 1e-9
    assert found.value - 1e-9 <= high <= 1
    assert (found.p_value < 0.05) == (not low <= 0 <= high)
    assert 0 <= found.p_value <= 1


def test_all_right_is_not_certain():
    groups = [f"o{n // 10}" for n in range(80)]
    for name in METRICS:
        low, high = score_intervals(scored([0, 1] * 40, [0, 1] * 40, groups))[0][name]
        assert high == 1
        assert 0.8 < low < 0.96


def test_one_outlet_and_two_outlets_and_equal_outlets():
    truth = [0, 1] * 20
    guess = [0, 1] * 16 + [1, 0] * 4
    one, basis = score_intervals(scored(truth, guess, ["x"] * 40))
    alone, _ = score_intervals(scored(truth, guess))
    assert one == alone
    assert basis.of_one_group
    two, basis = score_intervals(scored(truth, guess, ["x"] * 20 + ["y"] * 20))
    assert basis.few
    assert two["accuracy"][1] - two["accuracy"][0] > 0.9
    # Outlets that are all alike are as sure as their articles are, and no surer.
    alike = score_intervals(scored([0] * 80, ([0] * 8 + [1] * 2) * 8, [*"abcdefgh"] * 10))[0]
    t = student.ppf(0.975, 7)
    assert alike["accuracy"][0] <= wilson_interval(0.8, 80, t)[0] + 1e-9


def test_a_difference_that_all_outlets_share_is_not_certain():
    truth, groups = [0, 1] * 20, [f"o{n // 4}" for n in range(40)]
    columns = np.array(truth), np.array(truth), 1 - np.array(truth)
    found = compare(PairedPredictions(LABELS, *columns, groups), Metric("accuracy"))
    assert found.value == 1
    assert 0.7 < found.interval[0] < 0.99


def test_differences_that_cancel_in_every_outlet_are_not_certain():
    truth = np.array([0, 1] * 16)
    first, second = np.tile([0, 0], 16), np.tile([1, 1], 16)
    found = compare(
        PairedPredictions(LABELS, truth, first, second, [f"o{n // 4}" for n in range(32)]),
        Metric("accuracy"),
    )
    assert (found.value, found.p_value) == (0, 1)
    assert found.interval[0] < -0.03
    assert found.interval[1] > 0.03
    # Both are right on half of each outlet, on different halves.
    same = np.zeros(32, dtype=int)
    first, second = np.tile([0, 1, 1, 0], 8), np.tile([1, 0, 0, 1], 8)
    found = compare(
        PairedPredictions(LABELS, same, first, second, [f"o{n // 4}" for n in range(32)]),
        Metric("accuracy"),
    )
    assert found.value == 0
    assert found.interval[0] < 0 < found.interval[1]


def test_an_article_of_a_third_label_turns_no_interval_into_one_over_articles():
    """Of twenty outlets that are each right or wrong as a whole."""
    random = np.random.default_rng(4)
    right = np.repeat(random.random(20) < 0.7, 15)
    truth = np.tile([0, 1], 150)
    groups = [f"o{n // 15}" for n in range(300)]
    before, _ = score_intervals(scored(truth, np.where(right, truth, 1 - truth), groups))
    truth = np.append(truth, 2)
    guess = np.append(np.where(right, truth[:-1], 1 - truth[:-1]), 0)
    after, basis = score_intervals(scored(truth, guess, [*groups, "o3"]))
    assert basis.unit == "outlet"
    assert np.allclose(before["accuracy"], after["accuracy"], atol=0.01)
    # What other articles of the third label would score is open, and adds a third at most.
    low, high = after["macro_f1"]
    assert high > before["macro_f1"][1] * 2 / 3 + 0.2
    assert low > before["macro_f1"][0] * 2 / 3 - 0.01


def test_a_label_of_one_outlet_decides_no_comparison():
    """Only A knows the one article of a third label: no ground to call it better."""
    truth = np.append(np.tile([0, 1], 60), 2)
    guess = np.tile([0, 1, 0, 1, 1, 0], 20)
    groups = [*[f"o{n // 10}" for n in range(120)], "o0"]
    paired = PairedPredictions(LABELS, truth, np.append(guess, 2), np.append(guess, 0), groups)
    found = compare(paired)
    assert found.value > 0.3
    assert found.p_value > 0.05
    assert found.interval[0] < 0


def test_many_articles_are_scored_at_once():
    truth, guess, _, _ = made(n=20_000, n_outlets=1)
    counts = UnitCounts.of((truth * 3 + guess)[:, None], 9, Units.of(20_000, None))
    assert len(counts.times) == 9
    found = score_interval(counts, (1, 3, 3), Metric("accuracy"), LABELS)
    expected = wilson_interval(found.value, 20_000, 1.96)
    assert np.allclose(found[1:], expected, atol=1e-4)


@pytest.fixture(scope="module")
def simulation():
    """Load the script under a name of its own."""
    with loaded("score_coverage.py", "interval_coverage") as module:
        yield module


@pytest.mark.slow
@pytest.mark.parametrize(("n_outlets", "variation", "lone"), [(8, 0.5, True), (10, 1.5, False)])
def test_intervals_hold_the_truth_as_often_as_they_say(simulation, n_outlets, variation, lone):
    """A hundred and fifty runs: 0.90 is what 0.95 may look like, and 0.85 is not."""
    found = simulation.measure(n_outlets, variation, lone, 150)
    assert {row.quantity for row in found} >= {
        *("accuracy", "macro_f1", "difference of accuracy", "difference of macro_f1"),
        "slice: accuracy",
    }
    for row in found:
        assert row.coverage >= 0.9, row
        if row.percentile_width is not None and not lone:
            assert row.width < 2.2 * row.percentile_width
    mean = np.mean([row.coverage for row in found])
    assert mean >= 0.94


@pytest.mark.slow
def test_equal_models_are_seldom_called_different(simulation):
    found = [row for n in (8, 20) for row in simulation.measure(n, 1.5, False, 150, loss=0.0)]
    assert max(1 - row.coverage for row in found) <= 0.1
    assert np.mean([1 - row.coverage for row in found]) <= 0.06


@pytest.mark.slow
def test_the_script_does_not_stand_in_for_the_package_of_its_name():
    """Numba imports `coverage`, and finds what lies beside the script that is run."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import numba"
    subprocess.run([sys.executable, "-c", code, str(BENCHMARKS)], check=True, timeout=300)


@given(st.integers(1, 200), st.data())
def test_the_interval_of_a_share_is_wilsons(n, data):
    hits = data.draw(st.integers(0, n))
    assert np.allclose(share_interval(hits, n), wilson_interval(hits / n, n, 1.959964), atol=1e-6)


@pytest.mark.parametrize("n", [1, 2, 7, 501, 31_523])
def test_the_interval_of_a_share_is_scipys_to_the_last_digit(n):
    for hits in sorted({0, 1, n // 3, n // 2, n - 1, n}):
        expected = binomtest(hits, n).proportion_ci(0.95, method="wilson")
        assert share_interval(hits, n) == (expected.low, expected.high)
