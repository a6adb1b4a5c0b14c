import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.corpus.stratified_folds import stratified_group_folds


@st.composite
def divisions(draw):
    """Draw labels, groups and a number of folds that scikit-learn takes."""
    n = draw(st.integers(4, 40))
    labels = draw(st.lists(st.sampled_from("abcdefghij"), min_size=n, max_size=n))
    groups = draw(st.lists(st.integers(0, 12), min_size=n, max_size=n))
    most = min(max(map(labels.count, labels)), len(set(groups)))
    return labels, np.array(groups), max(most, 2), draw(st.integers(0, 5))


@given(drawn=divisions())
def test_folds_are_those_of_scikit_learn(drawn):
    model_selection = pytest.importorskip("sklearn.model_selection")
    labels, groups, n_folds, seed = drawn
    if n_folds > len(set(groups.tolist())) or n_folds > max(map(labels.count, labels)):
        return
    splitter = model_selection.StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = [test.tolist() for _, test in splitter.split(labels, labels, groups)]
    found = stratified_group_folds(labels, groups, n_folds, seed=seed)
    assert [test.tolist() for test in found] == expected


def test_no_group_is_in_two_folds():
    groups = np.repeat(np.arange(30), 3)
    folds = stratified_group_folds(list("abc") * 30, groups, 4, seed=13)
    assert sorted(np.concatenate(folds).tolist()) == list(range(90))
    assert all(len(np.unique(groups[fold])) * 3 == len(fold) for fold in folds)
