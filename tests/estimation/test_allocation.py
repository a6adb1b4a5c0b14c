"""The division of a sample among strata is the optimum, and grows with the sample."""

import itertools

import numpy as np
import pytest

from stance.estimation.allocation import allocate, allocation_weights

SIZES = np.array([400, 90, 12, 3])
WEIGHTS = np.array([100.0, 60.0, 6.0, 0.5])


@pytest.mark.parametrize("n", [8, 9, 20, 100, 500, 505])
def test_numbers_add_up_and_keep_their_bounds(n):
    found = allocate(n, SIZES, WEIGHTS, 2)
    assert found.sum() == n
    assert (found >= 2).all()
    assert (found <= SIZES).all()


def test_no_stratum_gets_fewer_of_a_larger_sample():
    found = np.array([allocate(n, SIZES, WEIGHTS, 2) for n in range(8, 505)])
    assert (np.diff(found, axis=0) >= 0).all()


@pytest.mark.parametrize("n", [7, 11, 15])
def test_the_variance_is_the_least_that_there_is(n):
    sizes, weights = np.array([9, 7, 5]), np.array([9.0, 2.0, 4.0])

    def variance(numbers):
        return sum(w * w / m for w, m in zip(weights, numbers, strict=True))

    every = itertools.product(*(range(2, size + 1) for size in sizes))
    least = min(variance(one) for one in every if sum(one) == n)
    assert variance(allocate(n, sizes, weights, 2)) == pytest.approx(least)


def test_certain_strata_are_checked_too():
    weights = allocation_weights(np.array([100, 100]), np.array([0.5, 0.0]))
    assert weights[0] / weights[1] == pytest.approx(0.5**0.5 / (0.5 * 0.25**0.5))
    even = allocation_weights(np.array([100, 300]), np.array([0.0, 0.0]))
    assert even.tolist() == [100, 300]
