"""A model beside people."""

import numpy as np
import pytest

from stance.errors import CorpusError
from stance.evaluation.ceiling import human_ceiling, majority
from stance.formats.annotations import Annotations


def annotated(table, annotators=("x", "y", "z")):
    return Annotations(tuple(map(str, range(len(table)))), annotators, tuple(map(tuple, table)))


def noisy(random, truth, accuracy):
    right = random.random(len(truth)) < accuracy
    return np.where(right, truth, random.choice(list("abc"), len(truth))).tolist()


def people(n=400, accuracy=0.8, seed=0):
    random = np.random.default_rng(seed)
    truth = random.choice(list("abc"), n)
    columns = [noisy(random, truth, accuracy) for _ in range(3)]
    return annotated(list(zip(*columns, strict=True))), truth, random


def test_majorities():
    assert majority(["a", "b", "a", None]) == "a"
    assert majority(["a", "b"]) is None
    assert majority([None, None]) is None
    assert majority([None, "b"]) == "b"


def test_each_is_measured_against_the_others_by_hand():
    table = [["a", "a", "b"], ["a", "b", "b"], ["c", "c", "c"], ["a", "b", None]]
    found = human_ceiling(annotated(table), ["a", "b", "b", "a"])
    first = found.annotators[0]
    # The others of x agree on b, on c, and on y's b alone; the first article divides them.
    assert first.others.n == 3
    assert np.isclose(first.others.agreement, 1 / 3)
    assert np.isclose(first.model_others.agreement, 1 / 3)
    assert (first.model.n, first.model.agreement) == (4, 0.5)
    assert found.n_tied == 1
    assert (found.majority.n, np.round(found.majority.agreement, 3)) == (3, 0.667)
    humans = np.mean([one.others.agreement for one in found.annotators])
    models = np.mean([one.model_others.agreement for one in found.annotators])
    assert np.isclose(found.difference.second, humans)
    assert np.isclose(found.difference.first, models)
    assert found.difference.n_units == 4


@pytest.mark.parametrize(
    ("accuracy", "low", "high"), [(0.99, 0.01, 1), (0.8, -0.06, 0.06), (0.3, -1, -0.2)]
)
def test_a_model_like_a_person_is_like_a_person(accuracy, low, high):
    annotations, truth, random = people()
    found = human_ceiling(annotations, noisy(random, truth, accuracy))
    assert low < found.difference.value < high
    below, above = found.difference.interval
    assert accuracy == 0.8 or not below <= 0 <= above


def test_articles_are_resampled_whole_though_a_label_is_rare():
    annotations, truth, random = people(60)
    labels = list(noisy(random, truth, 0.8))
    rare = [("d", "d", "d"), *annotations.labels[1:]]
    found = human_ceiling(annotated(rare), ["d", *labels[1:]])
    assert found.difference.n_units <= 60
    assert found.to_dict()["interval_unit"] == "article"


def test_labels_that_never_meet_cannot_be_compared():
    table = [["a", None, None], [None, "b", None]]
    with pytest.raises(CorpusError, match="majority of other annotators"):
        human_ceiling(annotated(table), ["a", "b"])
