"""Simultaneous confidence bounds of log-odds ratios, by a bootstrap over outlets.

Articles of one outlet are alike, so outlets are resampled, not articles. The bounds hold for all
terms together: each resample contributes its largest deviation, whichever term has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.description.measures import FEWEST_OTHERS, LEVEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from stance.description.outlet_counts import Sides

    Floats = NDArray[np.float64]

SEED = 0
# Numbers in an array of resamples times terms.
_AT_ONCE = 1 << 20


class Estimates(NamedTuple):
    """Log-odds ratios and their standard errors over outlets, shape (n_resamples, n_terms)."""

    ratio: Floats
    error: Floats


@dataclass(frozen=True)
class Bounds:
    """Simultaneous bounds of the log-odds ratios of all terms.

    Parameters
    ----------
    low, high : ndarray of float64, shape (n_terms,)
    critical : float
        How many standard errors they are away from the ratio.
    """

    low: Floats
    high: Floats
    critical: float


def outlet_bounds(
    sides: Sides, prior_share: float, *, n_resamples: int, level: float = LEVEL
) -> Bounds:
    """Return bounds that hold for all terms at once with a probability of `level`.

    Parameters
    ----------
    sides : Sides
        Each part has at least two outlets.
    prior_share : float
        As for `stance.description.keyness.keyness`.
    n_resamples : int
    level : float
        In (0, 1).

    Notes
    -----
    The bounds are those of the studentised bootstrap: ``ratio -/+ c * error``, where ``c`` is the
    quantile over resamples of ``max |ratio* - ratio| / error*``, the maximum being over all terms.
    The standard error is the larger one of two: that of the sum of the outlets' contributions to
    the ratio (linearised), and that of the counts themselves. Parts without a common outlet are
    resampled separately, others together.
    """
    draws = _draws(sides, n_resamples)
    n_outlets = draws.shape[1]
    largest = np.zeros(n_resamples)
    ratios, errors = np.empty((2, len(sides.kinds)))
    for block in _blocks(sides, prior_share, max(_AT_ONCE // n_resamples, 1)):
        observed = block.estimates(np.ones((1, n_outlets)))
        resampled = block.estimates(draws)
        deviations = np.abs(resampled.ratio - observed.ratio) / resampled.error
        np.maximum(largest, deviations.max(axis=1), out=largest)
        ratios[block.terms], errors[block.terms] = observed.ratio[0], observed.error[0]
    critical = float(np.quantile(largest, level, method="higher"))
    return Bounds(ratios - critical * errors, ratios + critical * errors, critical)


def _draws(sides: Sides, n_resamples: int) -> Floats:
    """Return how often each outlet is drawn in each resample, shape (n_resamples, n_outlets)."""
    random = np.random.default_rng(SEED)
    draws = np.zeros((n_resamples, len(sides.target.sizes)))
    here, there = sides.target.has_outlet, sides.reference.has_outlet
    for outlets in map(np.flatnonzero, _strata(sides)):
        shares = np.full(len(outlets), 1 / len(outlets))
        draws[:, outlets] = random.multinomial(len(outlets), shares, size=n_resamples)
    # With common outlets a resample may have none of a part: it is drawn again.
    while len(empty := np.flatnonzero(((draws @ here) == 0) | ((draws @ there) == 0))):
        outlets = np.flatnonzero(here | there)
        shares = np.full(len(outlets), 1 / len(outlets))
        again = random.multinomial(len(outlets), shares, size=len(empty))
        draws[np.ix_(empty, outlets)] = again
    return draws


def _strata(sides: Sides) -> list[NDArray[np.bool_]]:
    """Return the outlets that are resampled together."""
    here, there = sides.target.has_outlet, sides.reference.has_outlet
    return [here | there] if (here & there).any() else [here, there]


@dataclass(frozen=True)
class _Block:
    """Some terms of one kind.

    Parameters
    ----------
    terms : ndarray of int64
    counts : tuple of two ndarrays of float64, shape (n_outlets, n_terms)
        Of the target and of the reference.
    sizes : tuple of two ndarrays of float64, shape (n_outlets, 1)
    prior : ndarray of float64, shape (n_terms,)
    prior_size : float
    strata : list of ndarray of bool
    """

    terms: NDArray[np.int64]
    counts: tuple[Floats, Floats]
    sizes: tuple[Floats, Floats]
    prior: Floats
    prior_size: float
    strata: list[NDArray[np.bool_]]

    def estimates(self, draws: Floats) -> Estimates:
        """Return the ratios and errors of each resample."""
        first, second = (self._side(draws, side) for side in (0, 1))
        if len(self.strata) == 1:
            squares = first.squares + second.squares - 2 * self._products(draws, first, second)
            variance = _spread(squares, first.sum - second.sum, self.strata[0])
        else:
            variance = _spread(first.squares, first.sum, self.strata[0])
            variance += _spread(second.squares, second.sum, self.strata[1])
        np.maximum(variance, first.count_variance + second.count_variance, out=variance)
        return Estimates(first.log_odds - second.log_odds, np.sqrt(variance))

    def _side(self, draws: Floats, side: int) -> _Side:
        counts, sizes = self.counts[side], self.sizes[side]
        total, size = draws @ counts, draws @ sizes
        there = total + self.prior
        others = np.maximum(size + self.prior_size - there, FEWEST_OTHERS)
        of_others = 1 / others
        of_term = 1 / there + of_others
        squares = of_term**2 * (draws @ counts**2)
        squares -= 2 * of_term * of_others * (draws @ (counts * sizes))
        squares += of_others**2 * (draws @ sizes**2)
        return _Side(
            np.log(there / others),
            1 / there,
            of_term * total - of_others * size,
            squares,
            of_term,
            of_others,
        )

    def _products(self, draws: Floats, first: _Side, second: _Side) -> Floats:
        """Return the sum of the products of the outlets' contributions to both parts."""
        (y1, y2), (n1, n2) = self.counts, self.sizes
        products = first.of_term * second.of_term * (draws @ (y1 * y2))
        products -= first.of_term * second.of_others * (draws @ (y1 * n2))
        products -= first.of_others * second.of_term * (draws @ (n1 * y2))
        products += first.of_others * second.of_others * (draws @ (n1 * n2))
        return np.asarray(products)


class _Side(NamedTuple):
    """One part in each resample, shape (n_resamples, n_terms).

    An outlet with y occurrences among n tokens contributes ``of_term * y - of_others * n`` to the
    log-odds; ``sum`` and ``squares`` are of all outlets.
    """

    log_odds: Floats
    count_variance: Floats
    sum: Floats
    squares: Floats
    of_term: Floats
    of_others: Floats


def _spread(squares: Floats, total: Floats, outlets: NDArray[np.bool_]) -> Floats:
    """Return the variance of a sum over a sample of outlets."""
    n = int(np.count_nonzero(outlets))
    return np.asarray(n / (n - 1) * (squares - total**2 / n))


def _blocks(sides: Sides, prior_share: float, n_at_once: int) -> Iterator[_Block]:
    both = tuple(part.counts.tocsc() for part in (sides.target, sides.reference))
    sizes = tuple(part.sizes.astype(np.float64) for part in (sides.target, sides.reference))
    strata = _strata(sides)
    for kind in np.unique(sides.kinds).tolist():
        of_kind = np.flatnonzero(sides.kinds == kind)
        n1, n2 = (size[:, kind : kind + 1] for size in sizes)
        for first in range(0, len(of_kind), n_at_once):
            terms = of_kind[first : first + n_at_once]
            y1, y2 = (counts[:, terms].toarray().astype(np.float64) for counts in both)
            prior = prior_share * (y1.sum(axis=0) + y2.sum(axis=0))
            size = prior_share * float(n1.sum() + n2.sum())
            yield _Block(terms, (y1, y2), (n1, n2), prior, size, strata)
