"""What is held out, why so, and what cannot be tested."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.corpus.article import Article
from stance.corpus.fold_plan import FoldPlan, NotTested, plan_folds
from stance.corpus.protocol_choice import GroupCoverage, ProtocolChoice, SingleGroupLabel
from stance.errors import ConfigError, CorpusError


def corpus(*rows, event=None):
    """Return an article for each label, outlet and number of articles."""
    found = []
    for label, outlet, n in rows:
        for _ in range(n):
            found.append(Article(str(len(found)), "نص", label, outlet, event))
    return found


CROSSING = (("a", "x", 3), ("a", "y", 2), ("b", "x", 2), ("b", "z", 3))


def test_outlets_are_held_out_where_two_labels_are_in_several():
    choice = ProtocolChoice.of(corpus(*CROSSING, ("c", "z", 4), ("d", None, 1)))
    assert (choice.by, choice.asked) == ("outlet", False)
    assert choice.outlets.lone_labels == (
        SingleGroupLabel("c", "z", 4),
        SingleGroupLabel("d", None, 1),
    )
    assert (choice.outlets.n_groups, choice.outlets.n_unnamed) == (3, 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "obstacle"),
    [
        ([("a", None, 3), ("b", None, 3)], "none_named"),
        ([("a", "x", 3), ("b", "x", 3)], "one_group"),
        ([("a", "x", 3), ("b", None, 3)], "one_group"),
        ([("a", "x", 3), ("b", "y", 3), ("c", "z", 2)], "labels_are_groups"),
        ([("a", "x", 3), ("a", "y", 3), ("b", "z", 2)], "lone_labels"),
        ([("a", "x", 3), ("b", "x", 3), ("c", "z", 2)], "lone_labels"),
    ],
)
def test_otherwise_the_reason_is_kept(rows, obstacle):
    choice = ProtocolChoice.of(corpus(*rows))
    assert (choice.by, choice.outlets.obstacle) == ("random", obstacle)
    assert choice.outlets.to_dict()["obstacle"] == obstacle
    with pytest.raises(CorpusError):
        plan_folds(corpus(*rows), "outlet", seed=0)


def test_events_are_held_out_where_outlets_cannot_be_and_every_article_names_one():
    bare = corpus(("a", None, 2), ("b", None, 2))
    of_events = [Article(a.id, a.text, a.label, None, f"e{n % 2}") for n, a in enumerate(bare)]
    assert ProtocolChoice.of(of_events).by == "event"
    assert ProtocolChoice.of([*of_events, Article("z", "نص", "a")]).by == "random"


def test_what_is_asked_for_is_done():
    choice = ProtocolChoice.of(corpus(*CROSSING), "random")
    assert (choice.by, choice.asked, choice.outlets.obstacle) == ("random", True, None)


def test_a_label_of_one_outlet_is_trained_on_but_not_tested():
    articles = corpus(*CROSSING, ("c", "z", 4))
    plan = plan_folds(articles, seed=0)
    assert plan.not_tested == (NotTested("c", 4, "one_group", "z"),)
    assert plan.n_tested == 10
    assert plan.tested_labels == ("a", "b")
    assert [fold.name for fold in plan.folds] == ["x", "y", "z"]
    lone = {place for place, article in enumerate(articles) if article.label == "c"}
    for fold in plan.folds:
        assert not lone & set(fold.test.tolist())
        assert (lone <= set(fold.train.tolist())) == (fold.name != "z")


def test_an_outlet_of_nothing_but_its_own_label_is_not_among_those_held_out():
    plan = plan_folds(corpus(*CROSSING, ("c", "w", 2)), seed=0)
    assert plan.description == "leave one outlet out (3 outlets)"
    assert len(plan.folds) == 3
    assert len(plan.all_folds) == 4


def test_a_fold_that_leaves_one_label_is_not_trained_on():
    """All of b is of z in the eyes of near-duplicates: without z only a is left."""
    articles = corpus(("a", "x", 3), ("a", "y", 3), ("b", "z", 2), ("b", "y", 1), ("c", "x", 1))
    duplicates = [0, 1, 2, 3, 4, 5, 6, 6, 6, 9]
    choice = ProtocolChoice.of(articles)
    plan = FoldPlan.of(articles, choice, seed=0, duplicates=duplicates)
    for fold in plan.all_folds:
        assert len({articles[i].label for i in fold.train}) > 1
    told = {(part.label, part.why): part.n_articles for part in plan.not_tested}
    assert told["c", "one_article"] == 1
    assert sum(part.n_articles for part in plan.not_tested) + plan.n_tested == len(articles)
    assert {why for label, why in told if label == "b"} <= {"not_learned", "one_label_left"}
    with pytest.raises(CorpusError, match="'a' is left to be tested"):
        plan.check()


def test_by_time_a_new_label_is_an_error_that_counts():
    days = [f"2019-03-{day:02}" for day in range(1, 9)]
    labels = ["a", "b", "a", "b", "a", "b", "c", "c"]
    articles = [
        Article(str(n), "نص", label, published=day)
        for n, (label, day) in enumerate(zip(labels, days, strict=True))
    ]
    plan = plan_folds(articles, "time", 3, seed=0)
    assert plan.is_testable[6:].all()


def test_an_outlet_called_one_is_an_outlet():
    plan = plan_folds(corpus(("a", "1", 2), ("a", "2", 2), ("b", "1", 2), ("b", "2", 2)), seed=0)
    assert plan.description == "leave one outlet out (2 outlets)"
    more = corpus(*((label, str(n), 2) for label in "ab" for n in range(4)))
    assert plan_folds(more, "outlet", 2, seed=0).description == "2 folds of held-out outlets"


ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", "z", "w", None, ""])),
    min_size=4,
    max_size=40,
)


@settings(deadline=None)
@given(ROWS, st.sampled_from([None, "outlet", "random"]), st.none() | st.integers(2, 4))
def test_what_is_tested_was_learned_from_other_outlets(rows, by, folds):
    articles = [Article(str(n), "نص", label, outlet) for n, (label, outlet) in enumerate(rows)]
    try:
        plan = plan_folds(articles, by, folds, seed=1)
    except (CorpusError, ConfigError):
        return
    tested = [place for fold in plan.folds for place in fold.test.tolist()]
    assert sorted(tested) == np.flatnonzero(plan.is_testable).tolist()
    assert len(tested) + sum(part.n_articles for part in plan.not_tested) == len(articles)
    for fold in plan.folds:
        learned = {articles[i].label for i in fold.train}
        assert len(learned) > 1
        assert {articles[i].label for i in fold.test} <= learned
        if plan.choice.by == "outlet":
            train = {articles[i].outlet for i in fold.train} - {None, ""}
            assert not train & {articles[i].outlet for i in fold.test}


def test_counting_reads_an_empty_outlet_as_none():
    found = GroupCoverage.of(corpus(("a", "x", 1), ("b", "", 2)), "outlet")
    assert (found.n_groups, found.n_unnamed) == (1, 2)
    assert not found.is_mostly_known
