"""Shares of names in groups of articles, against plain Python, and their intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.description.naming_shares import (
    Grouping,
    NameMentions,
    group_shares,
    share_interval,
)
from stance.evaluation.intervals import share_interval as wilson_of_articles

N_NAMES = 3

# Each article: its group, its group of near-duplicates, and its mentions by name.
articles = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.integers(0, 3),
        st.lists(st.tuples(st.integers(0, N_NAMES - 1), st.booleans()), max_size=5),
    ),
    min_size=1,
    max_size=12,
)


def plain_shares(corpus):
    """Return for each group its articles, their distinct number, and means of shares."""
    found = {}
    for group in dict.fromkeys(one[0] for one in corpus):
        named = [one for one in corpus if one[0] == group and one[2]]
        units = {}
        for _, unit, mentions in named:
            names = [name for name, _ in mentions]
            shares = [names.count(name) / len(names) for name in range(N_NAMES)]
            units.setdefault(unit, []).append(shares)
        means = [np.mean(shares, axis=0) for shares in units.values()]
        all_mentions = [mention for one in named for mention in one[2]]
        counts = [sum(name == mentioned for mentioned, _ in all_mentions) for name in range(3)]
        scare = [all_mentions.count((name, True)) for name in range(N_NAMES)]
        mean = np.mean(means, axis=0) if means else []
        found[group] = (len(named), len(units), mean, counts, scare)
    return found


@given(corpus=articles)
def test_shares_are_those_of_plain_python(corpus):
    pairs = [(place, *mention) for place, one in enumerate(corpus) for mention in one[2]]
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 3).T
    mentions = NameMentions(columns[0], columns[1], columns[2] == 1, N_NAMES)
    grouping = Grouping.of([one[0] for one in corpus])
    found = group_shares(mentions, grouping, np.array([one[1] for one in corpus]))
    expected = plain_shares(corpus)
    assert list(grouping.values) == list(expected)
    assert grouping.sizes == [sum(one[0] == group for one in corpus) for group in expected]
    for one, (n_naming, n, means, counts, scare) in zip(found, expected.values(), strict=True):
        assert (one.n_naming, one.n) == (n_naming, n)
        assert [share.share for share in one.shares] == pytest.approx(list(means), abs=1e-9)
        assert all(0 <= s.low <= s.share <= s.high <= 1 for s in one.shares)
        if n:
            assert [share.mentions for share in one.shares] == counts
            assert [share.scare_quoted for share in one.shares] == scare


@pytest.mark.parametrize("n", [2, 20, 500])
def test_a_name_that_no_article_uses_has_an_interval_of_independent_articles(n):
    low, high = share_interval(0.0, 0.0, n, 10 * n)
    assert low == 0
    assert high >= wilson_of_articles(0, n)[1] > 0


def test_articles_that_use_several_names_tell_more_but_not_more_than_their_mentions():
    # Half of each of 20 articles, once evenly and once by whole articles.
    by_articles = share_interval(0.5, 20 * 0.25, 20, 200)
    nearly_even = share_interval(0.5, 20 * 0.001, 20, 200)
    assert by_articles[0] < nearly_even[0] < 0.5 < nearly_even[1] < by_articles[1]
    assert nearly_even == share_interval(0.5, 20 * 0.0001, 20, 200)
    assert share_interval(0.5, 20 * 0.001, 20, 100)[0] < nearly_even[0]


def test_one_article_says_nearly_nothing():
    low, high = share_interval(1.0, 0.0, 1, 9)
    assert low < 0.02
    assert high == 1.0


def test_intervals_cover_the_true_share():
    random = np.random.default_rng(3)
    covered, n_runs, n, true = 0, 400, 40, 0.15
    mentions = random.geometric(0.3, size=(n_runs, n))
    own = random.beta(2 * true, 2 * (1 - true), size=(n_runs, n))
    shares = random.binomial(mentions, own) / mentions
    for run in range(n_runs):
        mean = float(shares[run].mean())
        spread = float(((shares[run] - mean) ** 2).sum())
        low, high = share_interval(mean, spread, n, float(mentions[run].sum()))
        covered += low <= true <= high
    assert 0.92 <= covered / n_runs <= 0.985
