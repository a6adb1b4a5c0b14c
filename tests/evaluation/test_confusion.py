"""Scores of stacks of confusion matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, f1_score

from stance.errors import ConfigError
from stance.evaluation.confusion import Metric

LABELS = ("Against", "Favor", "None")
guesses = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30)


def matrix(pairs):
    truth, guess = zip(*pairs, strict=True)
    return confusion_matrix(truth, guess, labels=[0, 1, 2]).astype(float)


@pytest.mark.slow
@given(guesses, guesses)
def test_the_mean_over_targets_is_that_of_scikit_learn(here, there):
    metric = Metric("macro_f1", ("Favor", "Against"))
    expected = [
        f1_score(*zip(*pairs, strict=True), labels=[1, 0], average="macro", zero_division=0.0)
        for pairs in (here, there)
    ]
    stack = np.stack([matrix(here), matrix(there)])
    assert np.isclose(metric.score(stack, LABELS), np.mean(expected))


def test_a_target_without_articles_does_not_count():
    full = np.diag([3.0, 2.0, 1.0])
    stack = np.stack([full, np.zeros((3, 3))])
    for metric in (Metric(), Metric("accuracy"), Metric("macro_f1", ("Favor",))):
        assert metric.score(stack, LABELS) == 1.0


def test_many_stacks_are_scored_as_one_by_one():
    stacks = np.random.default_rng(0).integers(0, 9, (5, 4, 3, 3)).astype(float)
    for name in ("macro_f1", "accuracy", "weighted_f1"):
        alone = [Metric(name).score(stack, LABELS) for stack in stacks]
        assert np.allclose(Metric(name).score(stacks, LABELS), alone)


def test_metrics_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match=r"'f2'.*macro_f1, accuracy"):
        Metric("f2")
    with pytest.raises(ConfigError, match="only macro_f1"):
        Metric("accuracy", ("Favor",))
    with pytest.raises(ConfigError, match=r"'Favour'.*'Against', 'Favor'"):
        Metric("macro_f1", ("Favour",)).score(np.eye(3)[None], LABELS)
