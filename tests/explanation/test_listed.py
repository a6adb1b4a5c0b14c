"""The largest contributions, beside a plain sort."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.explanation.listed import largest
from tests.samples import unhurried

AMOUNTS = st.lists(st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0]), max_size=12)


@unhurried
@given(st.lists(AMOUNTS, max_size=4), st.sampled_from([None, 1, 3, 20]))
def test_the_largest_amounts_come_first_and_the_first_of_equal_ones(articles, n):
    bounds = np.cumsum([0, *map(len, articles)])
    amounts = np.array([amount for article in articles for amount in article])
    found = largest(amounts, bounds, n)
    for own, (first, last) in zip(found, pairwise(bounds.tolist()), strict=True):
        its = amounts[first:last]
        places = [i for i in range(last - first) if its[i]]
        assert own.tolist() == sorted(places, key=lambda i: -abs(its[i]))[:n]


@pytest.mark.parametrize("n", [None, 5])
def test_no_amounts_have_no_largest(n):
    assert [one.tolist() for one in largest(np.empty(0), np.array([0, 0]), n)] == [[]]
