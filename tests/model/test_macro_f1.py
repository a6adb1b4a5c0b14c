import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from stance.evaluation.confusion import Metric
from stance.model.macro_f1 import confusion_matrix, first_of_ties, macro_f1

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)


@given(PAIRS)
def test_it_is_that_of_scikit_learn(pairs):
    y_true, y_pred = map(np.array, zip(*pairs, strict=True))
    assert macro_f1(y_true, y_pred, 5) == f1_score(y_true, y_pred, average="macro")
    expected = f1_score(
        y_true, y_pred, labels=np.unique(y_true), average="macro", zero_division=0.0
    )
    assert np.isclose(macro_f1(y_true, y_pred, 5, of_true_labels=True), expected)


@given(PAIRS)
def test_it_is_what_evaluation_reports(pairs):
    y_true, y_pred = map(np.array, zip(*pairs, strict=True))
    confusion = confusion_matrix(y_true, y_pred, 5).astype(float)
    expected = Metric().score(confusion[None], list("abcde"))
    assert np.isclose(macro_f1(y_true, y_pred, 5), expected, rtol=0, atol=1e-15)


def test_a_difference_of_half_a_point_is_a_tie():
    assert first_of_ties([0.5, 0.896, 0.9]) == 1
    assert first_of_ties([0.5, 0.894, 0.9]) == 2
