"""Shares without a random sample: adjusted counts and EMQ, with outlets resampled on both sides.

A bootstrap of the archive alone takes the error rates for known, and one of articles
takes outlets for alike; intervals of either are far too narrow. Here each resample
draws outlets of the training corpus, from which the error rates come, and outlets of
the archive.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from stance.estimation.quantification import adjusted_shares, em_shares

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from stance.estimation.error_rates import ErrorRates
    from stance.estimation.population import Population

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

METHODS = ("ACC", "PACC", "EMQ")
N_RESAMPLES = {"ACC": 1000, "PACC": 1000, "EMQ": 400}
# Numbers in an array of resamples times cells.
_AT_ONCE = 1 << 22
# Probabilities that are equal when rounded to this are counted together, with their mean.
BIN = 1 / 40
_BINS_TOLERANCE = 1e-5
_LEAST_START = 1e-4


@dataclass(frozen=True)
class PosteriorSample:
    """Probabilities of a random part of the archive's articles, which EMQ needs one by one.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n, n_labels)
    group, outlet : ndarray of int64, shape (n,)
        As in `Population`.
    """

    probabilities: Floats
    group: Integers
    outlet: Integers


class Resamples(NamedTuple):
    """Shares in each group and each resample; nan where they are unknown.

    Parameters
    ----------
    point : ndarray of float64, shape (n_groups, n_labels)
        The shares from all articles.
    shares : ndarray of float64, shape (n_resamples, n_groups, n_labels)
    """

    point: Floats
    shares: Floats


@dataclass(frozen=True)
class ShareBootstrap:
    """The shares of labels in groups of an archive, and in resamples of outlets.

    Parameters
    ----------
    population : Population
    rates : ErrorRates
    n_groups : int
        The groups of `population`; all articles together are one more, the first.
    method : {"ACC", "PACC", "EMQ"}
    posteriors : PosteriorSample, optional
        Needed by EMQ.
    seed : int
    n_resamples : int, optional
        Those of `N_RESAMPLES` by default.
    """

    population: Population
    rates: ErrorRates
    n_groups: int
    method: str
    posteriors: PosteriorSample | None = None
    seed: int = 0
    n_resamples: int | None = None

    @cached_property
    def n_outlets(self) -> int:
        """Number of outlets of the archive."""
        return len(np.unique(self.population.outlet))

    @property
    def is_by_outlet(self) -> bool:
        """Whether the archive has outlets to resample."""
        return self.n_outlets > 1

    @cached_property
    def _outlet(self) -> Integers:
        """The number of the outlet of each cell, without gaps."""
        return np.unique(self.population.outlet, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def _cells(self) -> list[Integers]:
        """The cells of all articles, and those of each group."""
        group = self.population.group
        each = [np.flatnonzero(group == number) for number in range(self.n_groups)]
        return [np.arange(len(group)), *each]

    @property
    def _sums(self) -> Floats:
        return self.population.counted if self.method == "ACC" else self.population.predicted

    def run(self) -> Resamples:
        """Return the shares, and those of each resample."""
        random = np.random.default_rng(self.seed)
        n_resamples = self.n_resamples or N_RESAMPLES[self.method]
        table = self.rates.table(self.method)
        draws = _draws(random, self.rates.n_units, n_resamples)
        tables = np.tensordot(draws, table, axes=1)
        n_by_label = draws @ self.rates.counted.sum(axis=2)
        absent = n_by_label == 0
        if self.method == "EMQ":
            return self._em(random, n_by_label, absent)
        all_rates = table.sum(axis=0) / self.rates.n_by_label[:, None]
        rates = tables / np.where(absent, 1, n_by_label)[..., None]
        rates[absent] = np.broadcast_to(all_rates, rates.shape)[absent]
        point = np.stack(
            [adjusted_shares(all_rates[None], self._observed(cells))[0] for cells in self._cells]
        )
        shares = np.stack(
            [adjusted_shares(rates, observed) for observed in self._resampled(random, n_resamples)],
            axis=1,
        )
        # Nothing is known of a label whose articles were not drawn.
        shares[np.broadcast_to(absent[:, None], shares.shape)] = np.nan
        return Resamples(point, shares)

    def misfit(self, shares: Floats) -> float:
        """Return how far the predicted labels of all articles are from what shares would give.

        Parameters
        ----------
        shares : ndarray of float64, shape (n_labels,)

        Returns
        -------
        float
            The largest difference, in [0, 1]; 0 for EMQ, whose shares fit by themselves.
        """
        if self.method == "EMQ":
            return 0.0
        rates = self.rates.table(self.method).sum(axis=0) / self.rates.n_by_label[:, None]
        return float(np.abs(shares @ rates - self._observed(self._cells[0])[0]).max())

    def _observed(self, cells: Integers) -> Floats:
        """Return the observed shares of the predicted labels, shape (1, n_labels)."""
        n = self.population.n[cells].sum()
        return np.asarray(self._sums[cells].sum(axis=0, keepdims=True) / n)

    def _resampled(self, random: np.random.Generator, n_resamples: int) -> Iterator[Floats]:
        """Yield the observed shares of each group in each resample.

        The outlets drawn are the same for all groups. Where none of them is in a group,
        the group's own outlets are drawn again.
        """
        numbers = [np.unique(self._outlet[cells]) for cells in self._cells]
        sums = np.zeros((len(self._cells), n_resamples, self._sums.shape[1]))
        sizes = np.zeros((len(self._cells), n_resamples))
        step = max(_AT_ONCE // len(self.population.n), 1)
        for first in range(0, n_resamples, step):
            some = slice(first, min(first + step, n_resamples))
            draws = _draws(random, self.n_outlets, some.stop - some.start)
            for number, (cells, outlets) in enumerate(zip(self._cells, numbers, strict=True)):
                if len(outlets) > 1:
                    of_cells = self._redrawn(random, draws, outlets)[:, self._outlet[cells]]
                    sums[number, some] = of_cells @ self._sums[cells]
                    sizes[number, some] = of_cells @ self.population.n[cells]
        for number, (cells, outlets) in enumerate(zip(self._cells, numbers, strict=True)):
            if len(outlets) > 1:
                yield sums[number] / sizes[number][:, None]
            else:
                # The covariance of mean probabilities is at most that of labels with these shares.
                n, mean = int(self.population.n[cells].sum()), self._observed(cells)[0]
                yield random.multinomial(n, mean / mean.sum(), size=n_resamples) / n

    @staticmethod
    def _redrawn(random: np.random.Generator, draws: Floats, outlets: Integers) -> Floats:
        """Draw the outlets of a group again where none of them was drawn."""
        empty = np.flatnonzero(~draws[:, outlets].any(axis=1))
        if len(empty):
            draws = draws.copy()
            draws[np.ix_(empty, outlets)] = _draws(random, len(outlets), len(empty))
        return draws

    @property
    def n_single(self) -> int:
        """Number of groups with one outlet, whose articles are resampled."""
        return sum(len(np.unique(self._outlet[cells])) == 1 for cells in self._cells[1:])

    def _em(self, random: np.random.Generator, n_by_label: Floats, absent: Floats) -> Resamples:
        """Estimate by EMQ, from the part of the articles whose probabilities are kept."""
        part, n_resamples = self.posteriors, len(n_by_label)
        if part is None:
            raise ValueError("EMQ needs the probabilities of single articles")
        n_all = self.rates.n_by_label
        priors = n_by_label / n_by_label.sum(axis=1, keepdims=True)
        priors = np.where(absent, n_all / n_all.sum(), priors)
        outlets, outlet = np.unique(part.outlet, return_inverse=True)
        draws = _draws(random, len(outlets), n_resamples) if self.is_by_outlet else None
        every = np.ones(len(outlet), dtype=bool)
        chosen = [every, *(part.group == number for number in range(self.n_groups))]
        point, shares = [], []
        for some in chosen:
            found = _Bins.of(part.probabilities[some], outlet[some], len(outlets))
            point.append(found.shares(n_all / n_all.sum()))
            own = np.unique(outlet[some])
            if draws is None or len(own) < 2:
                weights = found.redrawn(random, n_resamples)
            else:
                weights = self._redrawn(random, draws, own) @ found.counts
            shares.append(found.resampled(priors, weights, point[-1]))
        stacked = np.stack(shares, axis=1)
        stacked[np.broadcast_to(absent[:, None], stacked.shape)] = np.nan
        return Resamples(np.stack(point), stacked)


class _Bins(NamedTuple):
    """Probabilities of articles that are nearly equal, counted together.

    Parameters
    ----------
    means : ndarray of float64, shape (n_bins, n_labels)
    counts : sparse array of float64, shape (n_outlets, n_bins)
    """

    means: Floats
    counts: sparse.csr_array

    @classmethod
    def of(cls, probabilities: Floats, outlet: Integers, n_outlets: int) -> _Bins:
        rounded = np.round(probabilities / BIN).astype(np.int64)
        bins, numbers = np.unique(rounded, axis=0, return_inverse=True)
        numbers = numbers.reshape(-1)
        ones, shape = np.ones(len(numbers)), (n_outlets, len(bins))
        counts = sparse.coo_array((ones, (outlet, numbers)), shape=shape).tocsr()
        sums = np.zeros((len(bins), probabilities.shape[1]))
        np.add.at(sums, numbers, probabilities)
        return cls(sums / counts.sum(axis=0)[:, None], counts)

    def shares(self, priors: Floats) -> Floats:
        """Return the shares from all articles."""
        if not len(self.means):
            return np.full(self.means.shape[1], np.nan)
        weights = np.asarray(self.counts.sum(axis=0), dtype=np.float64)[None]
        return np.asarray(em_shares(self.means, priors[None], weights)[0])

    def redrawn(self, random: np.random.Generator, n_resamples: int) -> Floats:
        """Return the counts of resampled articles, shape (n_resamples, n_bins)."""
        counts = self.counts.sum(axis=0)
        if not len(counts):
            return np.zeros((n_resamples, 0))
        drawn = random.multinomial(int(counts.sum()), counts / counts.sum(), size=n_resamples)
        return drawn.astype(np.float64)

    def resampled(self, priors: Floats, weights: Floats, point: Floats) -> Floats:
        """Return the shares of each resample, starting from those of all articles."""
        found = np.full(priors.shape, np.nan)
        # A share of zero would remain zero.
        start = np.maximum(point, _LEAST_START)
        step = max(_AT_ONCE // max(len(self.means), 1), 1)
        for first in range(0, len(priors), step):
            some = np.arange(first, min(first + step, len(priors)))
            some = some[weights[some].any(axis=1)]
            if len(some):
                found[some] = em_shares(
                    self.means,
                    priors[some],
                    weights[some],
                    start=start / start.sum(),
                    tolerance=_BINS_TOLERANCE,
                )
        return found


def _draws(random: np.random.Generator, n_units: int, n_resamples: int) -> Floats:
    """Return how often each unit is drawn in each resample, shape (n_resamples, n_units)."""
    drawn = random.multinomial(n_units, np.full(n_units, 1 / n_units), size=n_resamples)
    return drawn.astype(np.float64)
