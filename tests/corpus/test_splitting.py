import datetime as dt
from collections import Counter, defaultdict
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stance.corpus.article import Article
from stance.corpus.dates import resolve_dates
from stance.corpus.splitting import groups_of, split
from stance.errors import ConfigError, CorpusError

LABELS = ["محايد", "مؤيد", "معارض"]
OUTLETS = [f"صحيفة {n}" for n in range(8)]
DAYS = [str(dt.date(2019, 3, 1) + dt.timedelta(n)) for n in range(12)]


def article(number, *, label="محايد", outlet=None, event=None, published=None):
    return Article(str(number), "نص", label, outlet, event, published)


def corpora(min_size=12):
    fields = st.tuples(
        st.sampled_from(LABELS),
        st.sampled_from(OUTLETS),
        st.sampled_from("أبجدهوز"),
        st.sampled_from(DAYS),
    )
    return st.lists(fields, min_size=min_size, max_size=40).map(
        lambda rows: [
            article(n, label=label, outlet=outlet, event=event, published=day)
            for n, (label, outlet, event, day) in enumerate(rows)
        ]
    )


FOLDS = st.none() | st.integers(2, 5)
patient = settings(deadline=None)
SEEDS = st.integers(0, 2**32 - 1)


def try_split(articles, by, folds, seed):
    """Divide, and pass over a corpus that is refused in words."""
    try:
        return split(articles, by, folds, seed=seed)
    except (CorpusError, ConfigError):
        assume(False)


def check_partition(folds, n_articles):
    everything = np.arange(n_articles)
    assert len(folds) >= 2
    assert sorted(i for fold in folds for i in fold.test) == everything.tolist()
    for fold in folds:
        assert len(fold.train)
        assert len(fold.test)
        assert np.array_equal(np.sort(np.concatenate([fold.train, fold.test])), everything)


def as_lists(folds):
    return [(fold.name, fold.train.tolist(), fold.test.tolist()) for fold in folds]


# What every division owes


@pytest.mark.slow
@pytest.mark.parametrize("by", ["outlet", "event", "random"])
@patient
@given(articles=corpora(), folds=FOLDS | st.just("each"), seed=SEEDS)
def test_every_article_is_tested_once_and_never_by_what_learned_from_it(by, articles, folds, seed):
    check_partition(try_split(articles, by, folds, seed), len(articles))


@pytest.mark.slow
@pytest.mark.parametrize("by", ["outlet", "event"])
@patient
@given(articles=corpora(), folds=FOLDS | st.just("each"), seed=SEEDS)
def test_no_group_stands_on_both_sides(by, articles, folds, seed):
    groups = np.array([getattr(article, by) for article in articles])
    for fold in try_split(articles, by, folds, seed):
        assert not set(groups[fold.train]) & set(groups[fold.test])


@pytest.mark.parametrize("by", ["outlet", "event"])
@patient
@given(articles=corpora(), folds=st.sampled_from([None, "each"]), seed=SEEDS)
def test_each_group_is_held_out_once_under_its_name(by, articles, folds, seed):
    held_out = {fold.name: fold.test.tolist() for fold in try_split(articles, by, folds, seed)}
    expected = defaultdict(list)
    for place, one in enumerate(articles):
        expected[getattr(one, by)].append(place)
    assert held_out == expected


@patient
@given(articles=corpora(), folds=FOLDS, seed=SEEDS)
def test_by_time_every_test_article_is_later_than_all_learned_from(articles, folds, seed):
    days = [dt.date.fromisoformat(article.published) for article in articles]
    tested = []
    found = try_split(articles, "time", folds, seed)
    assert found
    for fold in found:
        assert max(days[i] for i in fold.train) < min(days[i] for i in fold.test)
        assert set(fold.train) >= set(tested)
        tested.extend(fold.test)
    assert len(tested) == len(set(tested))
    assert set(found[0].train) | set(tested) == set(range(len(articles)))


@patient
@given(articles=corpora(), folds=FOLDS, seed=SEEDS)
def test_random_folds_have_the_same_share_of_every_label(articles, folds, seed):
    found = try_split(articles, "random", folds, seed)
    for label in LABELS:
        counts = [sum(articles[i].label == label for i in fold.test) for fold in found]
        assert max(counts) - min(counts) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("by", ["outlet", "event", "time", "random"])
@patient
@given(articles=corpora(), folds=FOLDS, seed=SEEDS)
def test_the_same_seed_gives_the_same_folds(by, articles, folds, seed):
    once = try_split(articles, by, folds, seed)
    assert as_lists(once) == as_lists(split(articles, by, folds, seed=seed))


@pytest.mark.parametrize("by", ["outlet", "event", "time", "random"])
@patient
@given(
    articles=corpora(min_size=0),
    folds=st.none() | st.integers(-1, 50) | st.just("each"),
    seed=SEEDS,
)
def test_any_corpus_is_divided_or_refused_in_words(by, articles, folds, seed):
    with suppress(CorpusError, ConfigError):
        found = split(articles, by, folds, seed=seed)
        assert found
        assert all(len(fold.train) and len(fold.test) for fold in found)


# Examples


CORPUS = [
    article(n, label=LABELS[n % 3], outlet=OUTLETS[n % 8], event=str(n % 7), published=DAYS[n % 12])
    for n in range(240)
]


@pytest.mark.parametrize("by", ["outlet", "random"])
def test_another_seed_gives_other_folds(by):
    first, second = (as_lists(split(CORPUS, by, 3, seed=seed)) for seed in (1, 2))
    assert first != second


@pytest.mark.parametrize("by", ["outlet", "event", "random", "time"])
@pytest.mark.parametrize("folds", [2, 3, 5])
def test_as_many_folds_are_made_as_asked_for(by, folds):
    assert len(split(CORPUS, by, folds, seed=0)) == folds


def test_as_many_folds_as_groups_hold_out_each_of_them():
    rows = ["أ1", "ب0", "أ2", "أ2", "ج2", "ج2", "ب1", "أ0", "أ0", "ب2", "أ1", "ج3"]
    articles = [article(n, label=label, outlet=outlet) for n, (label, outlet) in enumerate(rows)]
    for seed in range(20):
        assert len(split(articles, "outlet", 4, seed=seed)) == 4


def test_random_folds_are_five_unless_said_otherwise():
    assert [fold.name for fold in split(CORPUS, "random", seed=0)] == ["1", "2", "3", "4", "5"]


def test_a_few_articles_make_fewer_random_folds():
    articles = [article(n) for n in range(3)]
    assert len(split(articles, "random", seed=0)) == 3


@pytest.mark.parametrize(("outlets", "folds"), [(2, 2), (60, 60), (61, 5), (100, 5)])
def test_with_many_outlets_they_are_held_out_together(outlets, folds):
    articles = [article(n, label=LABELS[n % 3], outlet=str(n % outlets)) for n in range(400)]
    assert len(split(articles, "outlet", seed=0)) == folds


def test_each_is_kept_with_many_outlets_when_asked_for():
    articles = [article(n, outlet=str(n)) for n in range(61)]
    assert len(split(articles, "outlet", "each", seed=0)) == 61


def test_grouped_folds_are_about_as_large_and_have_labels_alike():
    for fold in split(CORPUS, "outlet", 4, seed=0):
        assert len(fold.test) == 60
        assert set(Counter(CORPUS[i].label for i in fold.test).values()) == {20}


def test_each_article_is_held_out_alone_at_random():
    folds = split(CORPUS[:6], "random", "each", seed=0)
    assert [fold.test.tolist() for fold in folds] == [[n] for n in range(6)]


def test_by_time_a_day_is_never_divided_and_names_the_fold():
    days = ["2020-01-03", "2020-01-01", "2020-01-02", "2020-01-03", "2020-01-01", "2020-01-02"]
    articles = [article(n, published=day) for n, day in enumerate(days)]
    assert as_lists(split(articles, "time", 2, seed=0)) == [
        ("from 2020-01-02", [1, 4], [2, 5]),
        ("from 2020-01-03", [1, 2, 4, 5], [0, 3]),
    ]


@pytest.mark.parametrize(
    "published",
    [
        "2020-01-02",
        " 2020-01-02T23:59:59",
        "2020-01-02 10:00",
        "20200102",
        "2020-01-02T10:00:00Z",
        "٢٠٢٠-٠١-٠٢",
        "2 كانون الثاني 2020",
        "1577923200",
    ],
)
def test_by_time_a_date_of_any_form_counts_as_its_day(published):
    articles = [
        article(n, published=day) for n, day in enumerate(["2020-01-01", published, "2020-01-03"])
    ]
    assert [fold.test.tolist() for fold in split(articles, "time", 2, seed=0)] == [[1], [2]]


@pytest.mark.parametrize(("first", "later"), [(100, 2), (2, 100), (1, 100)])
def test_by_time_a_day_of_many_articles_does_not_undo_the_folds(first, later):
    days = [DAYS[0]] * first + [DAYS[1]] * later + [DAYS[2]] * 2
    articles = [article(n, published=day) for n, day in enumerate(days)]
    assert len(split(articles, "time", 2, seed=0)) == 2


def test_every_label_may_be_rarer_than_the_folds():
    articles = [article(n, label=LABELS[n], outlet=OUTLETS[n]) for n in range(3)]
    check_partition(split(articles, "outlet", 2, seed=0), 3)


# What is refused


@pytest.mark.parametrize("by", ["outlets", "", "group", None])
def test_an_unknown_way_to_divide_is_refused(by):
    with pytest.raises(ConfigError, match="outlet, event, time, random"):
        split(CORPUS, by, seed=0)


@pytest.mark.parametrize("folds", [-1, 0, 1, 241, True])
@pytest.mark.parametrize("by", ["outlet", "event", "time", "random"])
def test_a_number_of_folds_out_of_range_is_refused(by, folds):
    with pytest.raises(ConfigError, match=r"from 2 to that many"):
        split(CORPUS, by, folds, seed=0)


def test_more_folds_than_groups_are_refused():
    with pytest.raises(ConfigError, match=r"folds=9 for 8 groups.*--folds each"):
        split(CORPUS, "outlet", 9, seed=0)


@pytest.mark.parametrize("by", ["outlet", "event", "time", "random"])
def test_no_articles_cannot_be_divided(by):
    with pytest.raises(CorpusError):
        split([], by, seed=0)


def test_one_article_cannot_be_held_out():
    with pytest.raises(CorpusError):
        split(CORPUS[:1], "random", "each", seed=0)


@pytest.mark.parametrize("by", ["outlet", "event"])
def test_a_single_group_cannot_be_held_out(by):
    articles = [article(n, outlet="صوت", event="انتخابات") for n in range(5)]
    with pytest.raises(CorpusError, match=f"one {by} only"):
        split(articles, by, seed=0)


@pytest.mark.parametrize("by", ["outlet", "event"])
@pytest.mark.parametrize("missing", [None, ""])
def test_articles_without_the_group_are_counted_and_the_first_is_named(by, missing):
    articles = [article("ق-3", **{by: missing}), article("ق-4")]
    with pytest.raises(CorpusError, match=rf"2 of 2 articles without '{by}'.*'ق-3'.*--{by}-field"):
        split(articles, by, seed=0)


@pytest.mark.parametrize("by", ["outlet", "event"])
@pytest.mark.parametrize("missing", [None, ""])
def test_articles_without_the_group_are_held_out_one_by_one(by, missing):
    groups = ["ب", missing, "أ", "ب", missing]
    articles = [article(n, **{by: group}) for n, group in enumerate(groups)]
    expected = [("أ", [2]), ("ب", [0, 3]), (f"without {by} 1", [1]), (f"without {by} 2", [4])]
    for folds in (None, "each", 4):
        found = split(articles, by, folds, seed=0)
        assert [(fold.name, fold.test.tolist()) for fold in found] == expected
        check_partition(found, 5)


def test_many_articles_without_an_outlet_make_five_folds_of_their_own():
    articles = [article(n, outlet=OUTLETS[n % 3]) for n in range(9)]
    articles += [article(f"bare{n}", label=LABELS[n % 2]) for n in range(1000)]
    found = split(articles, "outlet", seed=0)
    assert [fold.name for fold in found[:3]] == OUTLETS[:3]
    assert [len(fold.test) for fold in found] == [3, 3, 3, *[200] * 5]
    check_partition(found, len(articles))
    for fold in found[3:]:
        assert sum(articles[i].label == LABELS[0] for i in fold.test) == 100
    # A few folds for all: what names no outlet is spread over them.
    few = split(articles, "outlet", 4, seed=0)
    check_partition(few, len(articles))
    assert all(len(fold.test) > 200 for fold in few)


def test_groups_of_gives_the_value_of_each_article():
    assert groups_of(CORPUS[:3], "outlet") == OUTLETS[:3]


def test_folds_of_more_articles_than_any_label_has_are_refused_at_random():
    articles = [article(n, label=label) for n, label in enumerate("أأب")]
    with pytest.raises(CorpusError, match="at most 2 of a label"):
        split(articles, "random", 3, seed=0)


def test_articles_of_different_labels_only_are_too_few_at_random():
    with pytest.raises(CorpusError, match="Label more articles"):
        split([article(n, label=label) for n, label in enumerate("أبج")], "random", seed=0)


def test_each_day_for_itself_is_refused():
    with pytest.raises(ConfigError, match="a number of folds"):
        split(CORPUS, "time", "each", seed=0)


def test_too_few_days_are_refused():
    articles = [article(n, published=DAYS[n % 3]) for n in range(30)]
    with pytest.raises(CorpusError, match="3 days"):
        split(articles, "time", 3, seed=0)


def test_by_time_the_order_of_day_and_month_is_that_of_the_column():
    days = ["03/02/2020", "02/03/2020", "13/02/2020"]
    articles = [article(n, published=day) for n, day in enumerate(days)]
    assert as_lists(split(articles, "time", 2, seed=0)) == [
        ("from 2020-02-13", [0], [2]),
        ("from 2020-03-02", [0, 2], [1]),
    ]


PERIODS = st.sampled_from(
    [*DAYS, "2019-02", "2019-03", "2019-04", "آذار 2019", "2018", "2019", "2020", "7/5/2019"]
)


@patient
@given(st.lists(PERIODS, min_size=3, max_size=40), FOLDS)
def test_by_time_no_test_may_be_older_than_what_was_learned_from(published, folds):
    published = [*published, "13/5/2019"]
    articles = [article(n, published=value) for n, value in enumerate(published)]
    dates = resolve_dates(published).dates
    found = try_split(articles, "time", folds, 0)
    assert len(found) == (folds or 5)
    for fold in found:
        assert len(fold.train)
        assert len(fold.test)
        assert max(dates[i].last_day for i in fold.train) < min(
            dates[i].first_day for i in fold.test
        )
    tested = np.concatenate([fold.test for fold in found]).tolist()
    assert len(tested) == len(set(tested))


def test_by_time_an_article_of_a_year_is_learned_from_when_the_year_is_over():
    published = ["2017-05-01", "2018", "2018-05-01", "2018-09-01", "2019-05-01", "2020-05-01"]
    articles = [article(n, published=day) for n, day in enumerate(published)]
    folds = {fold.name: fold for fold in split(articles, "time", 4, seed=0)}
    assert list(folds) == [f"from {d}" for d in ("2018-01-01", "2018-05-01", *published[4:])]
    assert folds["from 2018-01-01"].test.tolist() == [1]
    assert folds["from 2018-05-01"].train.tolist() == [0]
    assert folds["from 2019-05-01"].train.tolist() == [0, 1, 2, 3]


def test_by_time_borders_stand_between_years_where_most_is_known_to_the_year():
    published = ["2018"] * 10 + ["2019"] * 10 + ["2019-02-01"] * 10 + ["2020"] * 20
    articles = [article(n, published=day) for n, day in enumerate(published)]
    names = [fold.name for fold in split(articles, "time", 2, seed=0)]
    assert names == ["from 2019-01-01", "from 2020-01-01"]
    # A few of them do not keep a border from the place that makes the folds equal.
    published[12:20] = ["2019-01-15"] * 8
    articles = [article(n, published=day) for n, day in enumerate(published)]
    names = [fold.name for fold in split(articles, "time", 2, seed=0)]
    assert names == ["from 2019-02-01", "from 2020-01-01"]


def test_by_time_years_alone_are_too_few_where_they_are_one():
    articles = [article(n, published=day) for n, day in enumerate(["2020", *["2020-05"] * 5])]
    with pytest.raises(CorpusError, match="6 with the month or the year only"):
        split(articles, "time", 2, seed=0)


@pytest.mark.parametrize("published", [None, "", "NaT"])
def test_articles_without_a_date_are_counted_and_the_first_is_named(published):
    articles = [*CORPUS, article("ق-9", published=published), article("ق-10")]
    with pytest.raises(CorpusError, match=r"2 of 242 articles.*'ق-9'.*--published-field"):
        split(articles, "time", seed=0)


@pytest.mark.parametrize("published", ["أمس", "2019-02-30", "3 رجب 1440", "12345", "\ud800"])
def test_a_date_that_is_none_is_refused_with_its_article_and_reason(published):
    articles = [*CORPUS, article("ق-9", published=published), article("ق-10")]
    with pytest.raises(CorpusError, match=r"1 of 242 articles.*'ق-9'.* is .*2019-03-23") as error:
        split(articles, "time", seed=0)
    assert "--published-field" not in str(error.value)


def test_dates_that_may_mean_two_days_ask_for_their_order():
    articles = [*CORPUS, article("ق-9", published="05/06/2020")]
    with pytest.raises(CorpusError, match=r"'ق-9'.*5 June 2020 with --date-order dmy, 6 May"):
        split(articles, "time", seed=0)


@pytest.mark.slow
@patient
@given(
    corpora(min_size=20), st.sampled_from(["outlet", "event", "time", "random"]), SEEDS, st.data()
)
def test_no_near_duplicate_is_on_both_sides(articles, by, seed, data):
    places = st.integers(0, len(articles) - 1)
    groups = np.arange(len(articles))
    for one, other in data.draw(st.lists(st.tuples(places, places), max_size=6)):
        groups[groups == groups[one]] = groups[other]
    with suppress(CorpusError, ConfigError):
        folds = split(articles, by, seed=seed, duplicates=groups)
        plain = split(articles, by, seed=seed)
        for fold in folds:
            assert not set(groups[fold.train]) & set(groups[fold.test])
        if by != "random":
            # What is tested stays as it was; training only loses repeats.
            for fold, before in zip(folds, plain, strict=True):
                assert fold.test.tolist() == before.test.tolist()
                lost = set(before.train) - set(fold.train)
                assert set(fold.train) <= set(before.train)
                assert set(groups[list(lost)]) <= set(groups[fold.test])
        else:
            tested = np.concatenate([fold.test for fold in folds])
            assert sorted(tested.tolist()) == list(range(len(articles)))


def test_a_reprint_leaves_training_when_its_twin_is_tested():
    articles = [article(n, outlet=OUTLETS[n // 3], label=LABELS[n % 2]) for n in range(12)]
    twins = np.arange(12)
    twins[4] = twins[0]  # of another outlet
    first = split(articles, "outlet", seed=0, duplicates=twins)[0]
    assert first.test.tolist() == [0, 1, 2]
    assert first.train.tolist() == [3, 5, 6, 7, 8, 9, 10, 11]


def test_a_corpus_without_duplicates_is_divided_as_before():
    articles = [article(n, label=LABELS[n % 2]) for n in range(30)]
    plain = split(articles, "random", seed=3)
    same = split(articles, "random", seed=3, duplicates=range(30))
    assert [f.test.tolist() for f in plain] == [f.test.tolist() for f in same]


def test_groups_of_other_articles_are_refused():
    with pytest.raises(CorpusError, match="groups of 3 articles"):
        split([article(n) for n in range(4)], "random", seed=0, duplicates=[0, 1, 2])
