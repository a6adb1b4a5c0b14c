"""Scores of parts, and what is too little to say."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from stance.evaluation.metrics import slice_scores
from stance.evaluation.scored import Scored


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
