"""Articles that every fold learns from and none tests."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.corpus.always_train import split_with_always_train
from stance.corpus.article import Article
from stance.corpus.fold_plan import plan_folds
from stance.corpus.splitting import split
from stance.errors import CorpusError


def corpus(*rows):
    """Return an article for each (label, outlet, event, day)."""
    return [
        Article(str(n), "نص", label, outlet, event, day)
        for n, (label, outlet, event, day) in enumerate(rows)
    ]


TESTED = [
    ("a", "x", "e1", "2019-01-01"),
    ("b", "x", "e2", "2019-02-01"),
    ("a", "y", "e1", "2019-03-01"),
    ("b", "y", "e2", "2019-04-01"),
]
ALWAYS = [
    ("a", "z", "e3", "2018-01-01"),
    ("b", "x", "e1", "2019-02-15"),
    ("c", None, None, "2020"),
]
ARTICLES = corpus(*TESTED, *ALWAYS)
MASK = np.arange(len(ARTICLES)) >= len(TESTED)


def trained(by, **options):
    """Return, by the name of each fold, which of the three it learns from."""
    folds = split_with_always_train(ARTICLES, MASK, by, seed=0, **options)
    assert not any(MASK[fold.test].any() for fold in folds)
    return {fold.name: (fold.train[MASK[fold.train]] - len(TESTED)).tolist() for fold in folds}


def test_a_held_out_outlet_or_event_is_held_out_of_them_too():
    assert trained("outlet") == {"x": [0, 2], "y": [0, 1, 2]}
    assert trained("event") == {"e1": [0, 2], "e2": [0, 1, 2]}


def test_every_random_fold_learns_from_all_of_them():
    assert trained("random", folds=2) == {"1": [0, 1, 2], "2": [0, 1, 2]}


def test_by_time_only_earlier_ones_are_learned_from():
    assert trained("time", folds=2) == {"from 2019-02-01": [0], "from 2019-04-01": [0, 1]}


def test_by_time_each_of_them_needs_a_date():
    undated = [*ARTICLES[:-1], dataclasses.replace(ARTICLES[-1], published=None)]
    with pytest.raises(CorpusError, match=r"without 'published' \(the first is '6'\)"):
        split_with_always_train(undated, MASK, "time", 2, seed=0)


def test_near_duplicates_of_test_articles_are_removed_from_them():
    repeated = [0, 1, 2, 3, 0, 5, 3]
    assert trained("outlet", duplicates=repeated) == {"x": [2], "y": [0, 1]}
    assert trained("random", folds=2, duplicates=range(7)) == {"1": [0, 1, 2], "2": [0, 1, 2]}


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.booleans())))
def test_the_others_are_divided_as_if_they_were_alone(rows):
    articles = corpus(*((label, outlet, None, None) for label, outlet, _ in rows))
    mask = np.array([always for *_, always in rows], dtype=bool)
    alone = [article for article, always in zip(articles, mask, strict=True) if not always]
    try:
        expected = split(alone, "outlet", seed=3)
    except CorpusError:
        with pytest.raises(CorpusError):
            split_with_always_train(articles, mask, "outlet", seed=3)
        return
    found = split_with_always_train(articles, mask, "outlet", seed=3)
    for one, other in zip(found, expected, strict=True):
        assert [articles[i].id for i in one.test] == [alone[i].id for i in other.test]
        known = [articles[i].id for i in one.train if not mask[i]]
        assert known == [alone[i].id for i in other.train]


def test_a_label_that_only_they_and_one_outlet_have_is_tested():
    rows = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"), ("c", "x"), ("c", "w")]
    articles = corpus(*((label, outlet, None, None) for label, outlet in rows))
    mask = np.array([False] * 5 + [True])
    assert "c" not in plan_folds(articles[:5], seed=0).tested_labels
    plan = plan_folds(articles, seed=0, always_train=mask)
    assert plan.tested_labels == ("a", "b", "c")
    assert plan.not_tested == ()
    assert plan.description == "leave one outlet out (2 outlets)"
    assert (plan.n_articles, plan.n_tested, plan.n_always_train) == (5, 5, 1)


def test_labels_of_one_outlet_each_can_be_tested_with_them():
    rows = [("a", "x"), ("b", "y"), ("a", "w"), ("b", "w")]
    articles = corpus(*((label, outlet, None, None) for label, outlet in rows))
    plan = plan_folds(articles, seed=0, always_train=np.array([False, False, True, True]))
    assert plan.choice.by == "outlet"
    assert plan.tested_labels == ("a", "b")
