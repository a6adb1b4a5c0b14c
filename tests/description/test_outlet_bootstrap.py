"""Bounds over outlets, beside loops over outlets, and how often they are wrong."""

import math

import numpy as np
import pytest
from scipy import sparse

from stance.description.outlet_bootstrap import _blocks, _draws, outlet_bounds
from stance.description.outlet_counts import Part, Sides

PRIOR = 0.01


def sides_of(target, reference):
    """Return the parts of counts by outlet, shape (n_outlets, n_terms); a word is any term."""
    parts = []
    for counts in (target, reference):
        matrix = np.asarray(counts, dtype=np.int64)
        sizes = np.repeat(matrix.sum(axis=1, keepdims=True), 2, axis=1)
        documents = (matrix > 0).sum(axis=0)
        parts.append(Part(sparse.csr_array(matrix), sizes, documents, len(matrix)))
    return Sides(*parts, np.zeros(matrix.shape[1], dtype=np.int64))


def resampled(target, reference, chosen, prior, prior_size, strata):
    """Return the log-odds ratio and its error for the chosen outlets, by plain loops."""
    ratio, contributions = 0.0, dict.fromkeys(range(len(chosen)), 0.0)
    by_counts = 0.0
    for counts, sign in ((target, 1), (reference, -1)):
        total = sum(counts[outlet][0] for outlet in chosen)
        size = sum(sum(counts[outlet]) for outlet in chosen)
        there, others = total + prior, size + prior_size - total - prior
        ratio += sign * math.log(there / others)
        by_counts += 1 / there
        for place, outlet in enumerate(chosen):
            own, rest = counts[outlet][0], sum(counts[outlet][1:])
            contributions[place] += sign * (own / there - rest / others)
    variance = 0.0
    for stratum in strata:
        some = [contributions[p] for p, outlet in enumerate(chosen) if outlet in stratum]
        mean = sum(some) / len(some)
        variance += len(some) / (len(some) - 1) * sum((one - mean) ** 2 for one in some)
    return ratio, math.sqrt(max(variance, by_counts))


@pytest.mark.parametrize("have_common_outlets", [True, False])
def test_estimates_are_those_of_plain_loops(have_common_outlets):
    random = np.random.default_rng(0)
    target, reference = random.poisson(4, (2, 8, 5))
    if not have_common_outlets:
        target[4:] = reference[:4] = 0
    sides = sides_of(target, reference)
    draws = _draws(sides, 6)
    assert (draws.sum(axis=1) == 8).all()
    strata = [range(8)] if have_common_outlets else [range(4), range(4, 8)]
    (block,) = _blocks(sides, PRIOR, 99)
    found = block.estimates(draws)
    for row, times in enumerate(draws.astype(int)):
        chosen = np.repeat(np.arange(8), times).tolist()
        prior, size = block.prior[0], block.prior_size
        plain = resampled(target.tolist(), reference.tolist(), chosen, prior, size, strata)
        assert (found.ratio[row, 0], found.error[row, 0]) == pytest.approx(plain, rel=1e-9)


def test_no_resample_lacks_a_part():
    counts = np.ones((5, 3), dtype=int)
    target, reference = counts.copy(), counts.copy()
    target[1:], reference[:1] = 0, 0
    target[1] = 1  # in both parts, so that all are resampled together
    draws = _draws(sides_of(target, reference), 500)
    assert (draws[:, :2].sum(axis=1) > 0).all()
    assert (draws[:, 1:].sum(axis=1) > 0).all()


def test_a_term_of_every_outlet_is_beyond_and_that_of_one_prolific_outlet_is_not():
    random = np.random.default_rng(1)
    counts = random.poisson(40, (16, 30))
    counts[:8, 0] += 80
    counts[0] *= 5
    counts[0, 1] += 1000
    target, reference = counts.copy(), counts.copy()
    target[8:] = reference[:8] = 0
    sides = sides_of(target, reference)
    found = outlet_bounds(sides, PRIOR, n_resamples=199)
    assert np.flatnonzero((found.low > 0) | (found.high < 0)).tolist() == [0]
    again = outlet_bounds(sides, PRIOR, n_resamples=199)
    assert again.low.tolist() == found.low.tolist()


def test_bounds_of_all_terms_together_are_seldom_wrong():
    random, wrong = np.random.default_rng(2), 0
    for _ in range(60):
        # Overdispersed: each outlet has its own habits, of which none is a difference of parts.
        habits = random.gamma(2, 0.5, (16, 40))
        counts = random.poisson(habits * random.integers(5, 60, (16, 1)))
        target, reference = counts.copy(), counts.copy()
        target[8:] = reference[:8] = 0
        found = outlet_bounds(sides_of(target, reference), PRIOR, n_resamples=99)
        wrong += bool(((found.low > 0) | (found.high < 0)).any())
    assert wrong <= 6
