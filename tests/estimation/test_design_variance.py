"""Variances by the design of a sample."""

from itertools import combinations, product

import numpy as np
import pytest

from stance.estimation.design_variance import Design, effective_number
from stance.estimation.population import CodedSample

Y = np.array([0.0, 1, 1, 0, 3, 2, 2, 7, 1])
STRATUM = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1])


def design(stratum, probability):
    nothing = np.zeros(len(stratum), int)
    sample = CodedSample(
        nothing, np.zeros((len(stratum), 2)), probability, stratum, nothing, nothing
    )
    return Design.of(sample)


def test_over_all_possible_samples_the_variance_is_that_of_the_estimate():
    sizes, n = {0: 4, 1: 5}, {0: 2, 1: 3}
    means, variances = [], []
    for first, second in product(combinations(range(4), 2), combinations(range(4, 9), 3)):
        drawn = np.array([*first, *second])
        stratum = STRATUM[drawn]
        probability = np.array([n[h] / sizes[h] for h in stratum])
        influence = (Y[drawn] / probability / 9)[:, None]
        means.append(influence.sum())
        variances.append(design(stratum, probability).covariance(influence)[0, 0])
    assert np.mean(means) == pytest.approx(Y.mean())
    assert np.mean(variances) == pytest.approx(np.var(means))


def test_strata_of_one_article_are_taken_together():
    whole = design(np.array([4, 4, 7, 9]), np.full(4, 0.1))
    assert whole.n.tolist() == [2, 2]
    alone = design(np.array([4, 4, 9]), np.full(3, 0.1))
    assert alone.n.tolist() == [3]


def test_articles_that_are_all_coded_have_no_variance():
    found = design(np.zeros(5, int), np.ones(5)).covariance(np.arange(5.0)[:, None])
    assert found.tolist() == [[0.0]]


def test_degrees_of_freedom():
    one = design(np.zeros(10, int), np.full(10, 0.1))
    assert one.freedom(np.full(10, 0.1)) == pytest.approx(9)
    two = design(np.repeat([0, 1], 5), np.full(10, 0.1))
    assert two.freedom(np.full(10, 0.1)) == pytest.approx(8)
    # Where one stratum has nearly all of the weight, the others tell little.
    uneven = np.where(np.repeat([0, 1], 5) == 0, 0.199, 0.001)
    assert two.freedom(uneven) == pytest.approx(4, abs=0.01)


def test_effective_number():
    assert effective_number(np.array([9.0, 9.0])) == pytest.approx(2)
    assert effective_number(np.array([9.0, 0.0])) == pytest.approx(1)
