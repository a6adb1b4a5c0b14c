"""The shares of labels in one group of articles, with the uncertainty of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from stance.estimation.design_variance import Design
from stance.estimation.difference_estimator import (
    Domain,
    OutletSums,
    estimate_domain,
    prediction_weights,
)
from stance.estimation.share_intervals import effective_trials

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stance.estimation.difference_estimator import DomainEstimate
    from stance.estimation.population import CodedSample, Population


@dataclass(frozen=True)
class Measured:
    """Estimates for a group with coded articles.

    Parameters
    ----------
    found, by_hand : DomainEstimate
        With the predictions, and from the hand labels alone.
    trials, trials_by_hand : ndarray of float64, shape (n_labels,)
        Effective number of hand labels of each share.
    freedom : float
        Degrees of freedom of the intervals.
    """

    found: DomainEstimate
    by_hand: DomainEstimate
    trials: NDArray[np.float64]
    trials_by_hand: NDArray[np.float64]
    freedom: float


@dataclass(frozen=True)
class GroupEstimate:
    """A group of articles with what is known of it.

    Parameters
    ----------
    value : str, optional
        Its name; None for all articles.
    n, n_coded : int
        Articles in the archive, and coded ones.
    naive : ndarray of float64, shape (n_labels,)
        Shares of the predicted labels.
    measured : Measured, optional
        None if no article was coded.
    """

    value: str | None
    n: int
    n_coded: int
    naive: NDArray[np.float64]
    measured: Measured | None


@dataclass(frozen=True)
class GroupEstimator:
    """Estimates the shares of labels in groups of an archive.

    Parameters
    ----------
    population : Population
    coded : CodedSample
    of_outlets : bool
        Whether the claim is about outlets like those of the archive.
    """

    population: Population
    coded: CodedSample
    of_outlets: bool

    @cached_property
    def design(self) -> Design:
        """The design of the sample."""
        return Design.of(self.coded)

    @cached_property
    def whole(self) -> Domain:
        """All articles."""
        return Domain.of(self.population, self.coded, self.design, None)

    @property
    def n_outlets(self) -> int:
        """Number of outlets that intervals rest on; 0 if they rest on articles."""
        return len(np.unique(self.population.outlet)) if self.of_outlets else 0

    def estimate(self, value: str | None = None, number: int | None = None) -> GroupEstimate:
        """Estimate a group by its number, or all articles."""
        population = self.population
        cells = slice(None) if number is None else population.group == number
        n = int(population.n[cells].sum())
        naive = population.counted[cells].sum(axis=0) / max(n, 1)
        n_coded = len(self.coded) if number is None else int((self.coded.group == number).sum())
        measured = self._measured(number) if n_coded else None
        return GroupEstimate(value, n, n_coded, naive, measured)

    def _measured(self, number: int | None) -> Measured:
        design, domain = self.design, self.whole
        if number is not None:
            domain = Domain.of(self.population, self.coded, design, number)
        outlets, freedom = None, design.freedom(domain.share)
        if self.of_outlets:
            outlets = OutletSums.of(domain, self.population, self.coded, design)
            freedom = max(outlets.effective - 1, 1.0)
        weights = prediction_weights(domain, self.whole, design)
        found = estimate_domain(domain, weights, design, outlets)
        by_hand = estimate_domain(domain, np.zeros_like(weights), design, outlets)
        trials, of_hand = (
            np.array(
                [
                    effective_trials(share, variance, domain.effective, domain.one_error(design))
                    for share, variance in zip(one.shares, one.variance, strict=True)
                ]
            )
            for one in (found, by_hand)
        )
        return Measured(found, by_hand, trials, of_hand, freedom)

    def correlation(self, first: Measured, second: Measured, label: int) -> float:
        """Return the correlation of a label's shares in two groups, in [-1, 1]."""
        one, other = first.found, second.found
        if one.by_outlet is not None and other.by_outlet is not None:
            pair = np.stack([one.by_outlet[:, label], other.by_outlet[:, label]], axis=1)
            covariance = pair.T @ pair
        else:
            pair = np.stack([one.by_article[:, label], other.by_article[:, label]], axis=1)
            covariance = self.design.covariance(pair)
        scale = float(np.sqrt(covariance[0, 0] * covariance[1, 1]))
        return float(covariance[0, 1]) / scale if scale > 0 else 0.0
