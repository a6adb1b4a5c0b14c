import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from stance.evaluation.metrics import evaluate
from stance.evaluation.scored import Scored, score_intervals

LABELS = ("a", "b", "c")


@st.composite
def scored(draw):
    n = draw(st.integers(1, 40))
    seed = draw(st.integers(0, 10_000))
    random = np.random.default_rng(seed)
    table = random.dirichlet(np.ones(3), size=n)
    truth = random.integers(0, draw(st.integers(1, 3)), size=n)
    return Scored(LABELS, truth, table)


@pytest.mark.slow
@given(scored())
def test_scores_are_those_of_scikit_learn(found):
    result = evaluate(found, protocol="test")
    truth, guess = found.y_true, found.y_pred
    assert np.isclose(result.accuracy, sk.accuracy_score(truth, guess))
    for average, value in (("macro", result.macro_f1), ("weighted", result.weighted_f1)):
        expected = sk.f1_score(truth, guess, average=average, zero_division=0.0)
        assert np.isclose(value, expected)
    loss = sk.log_loss(truth, found.probabilities, labels=[0, 1, 2])
    assert np.isclose(result.log_loss, loss)
    assert (np.array(result.confusion) == sk.confusion_matrix(truth, guess, labels=[0, 1, 2])).all()
    low, high = result.intervals["macro_f1"]
    assert 0 <= low <= high <= 1


def test_brier_is_zero_for_the_truth_and_two_for_its_opposite():
    truth = np.array([0, 1])
    perfect = Scored(("a", "b"), truth, np.eye(2)[truth])
    wrong = Scored(("a", "b"), truth, np.eye(2)[1 - truth])
    assert evaluate(perfect, protocol="").brier == 0
    assert evaluate(wrong, protocol="").brier == 2


def test_calibration_error_is_the_distance_from_the_hit_rate():
    table = np.tile([0.8, 0.2], (10, 1))
    truth = np.array([0] * 6 + [1] * 4)
    assert np.isclose(
        evaluate(Scored(("a", "b"), truth, table), protocol="").calibration_error, 0.2
    )


@pytest.mark.slow
def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    random = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        guess = random.random(100) < 0.7
        table = np.eye(2)[guess.astype(int)]
        found = Scored(("a", "b"), np.ones(100, dtype=np.int64), table)
        low, high = score_intervals(found)[0]["accuracy"]
        covered += low <= 0.7 <= high
    assert 0.88 <= covered / 200 <= 0.99


def test_outlets_widen_the_interval():
    # Each outlet is all right or all wrong: twenty articles of one say no more than one does.
    right = np.repeat(np.random.default_rng(1).random(20) < 0.6, 20)
    table = np.eye(2)[right.astype(int)]
    truth = np.ones(400, dtype=np.int64)
    outlets = [f"o{n // 20}" for n in range(400)]
    alone, basis = score_intervals(Scored(("a", "b"), truth, table))
    grouped, group_basis = score_intervals(Scored(("a", "b"), truth, table, outlets))
    assert (basis.unit, group_basis.unit) == ("article", "outlet")
    widths = [found["accuracy"][1] - found["accuracy"][0] for found in (alone, grouped)]
    assert widths[1] > 3 * widths[0]


@pytest.mark.parametrize(
    "outlets", [["x", "y", "x", None], ["x", "x", "y", "y"], ["x", "y", "z", "w"]]
)
def test_outlets_are_the_units_wherever_they_are_named(outlets):
    """Where one article has none, and where the outlet is the label, too."""
    truth = np.array([0, 0, 1, 1])
    result = evaluate(Scored(("a", "b"), truth, np.eye(2)[truth], outlets), protocol="")
    assert result.basis.unit == "outlet"
    assert result.to_dict()["interval_unit"] == "outlet"
    assert result.to_dict()["few_units"] is True
    for baseline in result.baselines:
        assert baseline.interval_unit == "outlet"


def test_labels_of_one_outlet_are_named():
    truth = np.array([0, 0, 1, 1, 2, 2])
    found = Scored(LABELS, truth, np.eye(3)[truth], ["x", "y", "x", "x", "y", "z"])
    assert evaluate(found, protocol="").lone_labels == ("b",)


@pytest.mark.parametrize(
    "key",
    [
        "n",
        "protocol",
        "accuracy",
        "macro_f1",
        "weighted_f1",
        "per_class",
        "confusion",
        "intervals",
        "interval_unit",
        "n_units",
        "effective_units",
        "few_units",
        "lone_labels",
        "log_loss",
        "brier",
        "expected_calibration_error",
    ],
)
def test_the_json_has_what_it_promises(key):
    table = np.eye(3)[[0, 1, 2, 1]]
    result = evaluate(Scored(LABELS, np.array([0, 1, 2, 2]), table), protocol="test").to_dict()
    assert key in result
    assert set(result["per_class"]["a"]) == {"precision", "recall", "f1", "support"}
    assert result["confusion"]["labels"] == list(LABELS)
    assert len(result["intervals"]["macro_f1"]) == 2
