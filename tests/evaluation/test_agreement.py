"""Measures of agreement, against the examples of those who published them."""

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from stance.errors import ConfigError, CorpusError
from stance.evaluation.agreement import (
    Ratings,
    agreement,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
)

# Krippendorff (2011), example C: four observers, twelve units, some values missing.
OBSERVERS = ("1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .")
OBSERVERS = (*OBSERVERS, "1 2 3 3 2 4 4 1 2 5 1 .")
TABLE = [
    [None if value == "." else value for value in unit]
    for unit in zip(*(line.split() for line in OBSERVERS), strict=True)
]

# Fleiss (1971), table 1: thirty patients, six psychiatrists each, five diagnoses; what each
# patient was diagnosed with.
DIAGNOSES = """
    444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333
    144444 224445 333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224
    111155 224444 133333 555555
""".split()  # noqa: SIM905


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_is_that_of_krippendorffs_example(level, alpha):
    found = krippendorff_alpha(Ratings.of(TABLE, list("12345")), level=level)
    assert round(found, 3) == alpha


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
@given(
    st.lists(
        st.lists(st.sampled_from(["1", "2", "3", "7", None]), min_size=3, max_size=3),
        min_size=2,
        max_size=20,
    )
)
def test_alpha_is_that_of_the_krippendorff_package(level, table):
    assume(any(sum(label is not None for label in row) > 1 for row in table))
    found = krippendorff_alpha(Ratings.of(table, ["1", "2", "3", "7"]), level=level)
    pairable = [row for row in table if sum(label is not None for label in row) > 1]
    used = {label for row in pairable for label in row if label is not None}
    if len(used) < 2:
        assert found is None
        return
    numbers = [[np.nan if label is None else float(label) for label in row] for row in table]
    expected = krippendorff.alpha(
        np.array(numbers).T, level_of_measurement=level, value_domain=[1.0, 2.0, 3.0, 7.0]
    )
    assert np.isclose(found, expected)


def test_kappa_is_that_of_fleiss():
    counts = Ratings.of([list(row) for row in DIAGNOSES]).counts()
    assert round(fleiss_kappa(counts), 3) == 0.430


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40))
def test_cohens_kappa_is_that_of_scikit_learn(pairs):
    first, second = map(np.array, zip(*pairs, strict=True))
    found = cohen_kappa(first, second)
    if found is None:
        assert len(set(first) | set(second)) == 1
    else:
        assert np.isclose(found, cohen_kappa_score(first, second))


@given(
    st.lists(st.lists(st.sampled_from("xyz"), min_size=2, max_size=2), min_size=2, max_size=30),
    st.randoms(),
)
def test_neither_order_nor_names_decide(table, random):
    ratings = Ratings.of(table)
    names = dict(zip("xyz", "bca", strict=True))
    shuffled = [[names[label] for label in reversed(row)] for row in table]
    random.shuffle(shuffled)
    one, other = krippendorff_alpha(ratings), krippendorff_alpha(Ratings.of(shuffled))
    assert one == other or np.isclose(one, other)


def test_an_article_with_one_label_says_nothing():
    ratings = Ratings.of([*TABLE, ["5", None, None, None]], list("12345"))
    assert krippendorff_alpha(ratings) == krippendorff_alpha(Ratings.of(TABLE, list("12345")))
    assert len(ratings.counts()) == 11


def test_everything_together():
    found = agreement(Ratings.of(TABLE), "ABCD")
    assert (found.n_articles, found.n_pairable) == (12, 11)
    low, high = found.interval
    assert low < found.alpha < high
    assert low < 0.6
    assert [(pair.first, pair.second) for pair in found.pairs][:2] == [("A", "B"), ("A", "C")]
    assert found.pairs[0].n == 9
    assert np.isclose(found.pairs[0].agreement, 8 / 9)
    assert agreement(Ratings.of(TABLE), "ABCD", seed=1).interval != found.interval
    assert found.to_dict()["pairs"][0]["n"] == 9


def test_the_interval_narrows_with_more_articles():
    random = np.random.default_rng(0)

    def width(n):
        truth = random.integers(0, 3, n)
        table = [[f"{t if random.random() < 0.8 else random.integers(3)}"] * 2 for t in truth]
        table = [[a, b if random.random() < 0.8 else "0"] for a, b in table]
        low, high = agreement(Ratings.of(table), "ab").interval
        return high - low

    assert width(1000) < 0.5 * width(100)


def test_one_label_alone_has_no_measure():
    found = agreement(Ratings.of([["a", "a"], ["a", "a"]]), ["x", "y"])
    assert (found.alpha, found.interval, found.fleiss, found.observed) == (None, None, None, 1.0)
    assert found.pairs[0].kappa is None
    apart = agreement(Ratings.of([["a", "b", None], ["a", None, "b"]]), "xyz")
    assert (apart.pairs[2].n, apart.pairs[2].agreement) == (0, None)


def test_what_does_not_fit_is_told():
    with pytest.raises(ConfigError, match=r"'5'.*1, 2, 3, 4"):
        Ratings.of(TABLE, list("1234"))
    with pytest.raises(CorpusError, match="two annotators"):
        Ratings.of([["a", None], [None, "b"]])
    with pytest.raises(CorpusError, match="two annotators"):
        Ratings.of([])
    with pytest.raises(ConfigError, match="expected numbers"):
        krippendorff_alpha(Ratings.of([["a", "b"]]), level="interval")
    with pytest.raises(ConfigError, match="'ratio'"):
        krippendorff_alpha(Ratings.of(TABLE), level="ratio")
