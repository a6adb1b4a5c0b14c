"""Scores of parts, and what is too little to say."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from stance.evaluation.scored import Scored
from stance.evaluation.slices import slice_scores


def scored(truth, guess, groups=None):
    return Scored(("a", "b", "c"), np.array(truth), np.eye(3)[guess], groups)


def test_each_value_is_scored_by_itself_the_largest_first():
    random = np.random.default_rng(0)
    truth, guess = random.integers(0, 3, 90), random.integers(0, 3, 90)
    values = ["2018"] * 50 + ["2019"] * 35 + [None] * 5
    parts = slice_scores(scored(truth, guess), {"year": values})["year"]
    assert [(part.value, part.n) for part in parts] == [("2018", 50), ("2019", 35), (None, 5)]
    for part, place in zip(parts, (slice(50), slice(50, 85), slice(85, 90)), strict=True):
        assert np.isclose(part.accuracy, (truth[place] == guess[place]).mean())
        expected = f1_score(truth[place], guess[place], average="macro", zero_division=0.0)
        assert np.isclose(part.macro_f1, expected)
        assert part.intervals["accuracy"][0] <= part.accuracy <= part.intervals["accuracy"][1]
    assert [part.few for part in parts] == [False, False, True]
    assert "macro_f1" in parts[0].intervals
    assert "macro_f1" not in parts[2].intervals


def test_macro_f1_of_one_label_is_left_out():
    (part,) = slice_scores(scored([0] * 40, [0] * 39 + [1]), {"outlet": ["x"] * 40})["outlet"]
    assert part.macro_f1 is None
    assert set(part.intervals) == {"accuracy"}
    assert part.accuracy == 39 / 40


def test_ten_right_of_ten_are_not_certain():
    (part,) = slice_scores(scored([0] * 10, [0] * 10), {"f": ["v"] * 10})["f"]
    assert part.intervals["accuracy"][0] < 0.8
    assert part.few


@pytest.mark.parametrize(
    ("n_outlets", "unit", "few"), [(1, "article", True), (4, "outlet", True), (12, "outlet", False)]
)
def test_outlets_are_the_units_of_a_slice_however_few(n_outlets, unit, few):
    truth = [0, 1] * 60
    groups = [f"o{(n // 2) % n_outlets}" for n in range(120)]
    (part,) = slice_scores(scored(truth, [0] * 120, groups), {"f": ["v"] * 120})["f"]
    assert part.basis.unit == unit
    assert part.to_dict()["interval_unit"] == unit
    assert part.to_dict()["few_units"] is few


def test_a_slice_has_scores_by_label_calibration_and_domain():
    truth, guess = [0, 0, 0, 1, 1], [0, 0, 1, 1, 2]
    probabilities = np.full((5, 3), 0.05)
    probabilities[np.arange(5), guess] = 0.9
    flags = np.array([True, True, False, False, False])
    found = Scored(("a", "b", "c"), np.array(truth), probabilities, None, flags)
    values = ["v", "v", "v", "v", "w"]
    part, other = slice_scores(found, {"f": values})["f"]
    assert list(part.per_class) == part.to_dict()["macro_f1_labels"] == ["a", "b"]
    assert part.per_class["a"].recall == 2 / 3
    assert part.per_class["b"].to_dict() == {
        "precision": 0.5,
        "recall": 1.0,
        "f1": 2 / 3,
        "support": 1,
    }
    assert part.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert part.calibration_error == pytest.approx(0.9 - 0.75)
    assert part.out_of_domain.to_dict() == {
        "share": 0.5,
        "accuracy": 1.0,
        "accuracy_in_domain": 0.5,
    }
    assert other.out_of_domain.accuracy is None
    assert (other.macro_f1, other.to_dict()["macro_f1_labels"]) == (None, [])
    at = {one["probability"]: one for one in part.to_dict()["risk_coverage"]["at_least"]}
    assert at[0.9] == {"probability": 0.9, "labelled": 1.0, "accuracy": 0.75}
    assert at[0.95] == {"probability": 0.95, "labelled": 0.0, "accuracy": None}


def test_without_a_domain_nothing_is_said_of_it():
    (part,) = slice_scores(scored([0, 1], [0, 1]), {"f": ["v"] * 2})["f"]
    assert part.out_of_domain is None
    assert part.to_dict()["out_of_domain"] is None
