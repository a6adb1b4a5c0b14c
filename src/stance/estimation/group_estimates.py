"""The shares of labels in one group of articles, with the uncertainty of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from stance.estimation.design_variance import (
    Design,
    effective_number,
    largest_errors,
    one_error,
)
from stance.estimation.difference_estimator import (
    Domain,
    OutletSums,
    estimate_domain,
    prediction_weights,
)
from stance.estimation.share_intervals import LEAST_ERRORS, effective_trials

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    share : ndarray of float64, shape (n_coded,)
        Weights of the coded articles, divided by their sum over the group.
    variance : ndarray of float64, shape (n_labels,)
        Of the shares, with the fewest errors that may be there.
    trials, trials_by_hand : ndarray of float64, shape (n_labels,)
        Effective number of hand labels of each share.
    freedom : float
        Degrees of freedom of the intervals.
    """

    found: DomainEstimate
    by_hand: DomainEstimate
    share: NDArray[np.float64]
    variance: NDArray[np.float64]
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
            sums = OutletSums.of(domain, self.population, self.coded, design)
            # One outlet says nothing of others: the claim about it is one about its articles.
            if sums.n_outlets > 1:
                outlets, freedom = sums, max(effective_number(sums.n) - 1, 1.0)
        weights = prediction_weights(domain, self.whole, design)
        found = estimate_domain(domain, weights, design, outlets)
        by_hand = estimate_domain(domain, np.zeros_like(weights), design, outlets)
        least = LEAST_ERRORS * one_error(domain.share, design)
        trials, of_hand = (
            np.array(
                [
                    effective_trials(share, max(variance, least), domain.effective)
                    for share, variance in zip(one.shares, one.variance, strict=True)
                ]
            )
            for one in (found, by_hand)
        )
        variance = np.maximum(found.variance, least)
        return Measured(found, by_hand, domain.share, variance, trials, of_hand, freedom)

    def variance_of_sum(
        self, groups: Sequence[Measured], weights: NDArray[np.float64], label: int
    ) -> float:
        """Return the variance of a weighted sum of a label's shares in groups.

        What an article or an outlet adds to several groups is added up first, so the
        covariance of the groups is part of it.

        Parameters
        ----------
        groups : sequence of Measured
        weights : ndarray of float64, shape (n_groups,)
        label : int
            Its number.
        """
        pairs = list(zip(weights, groups, strict=True))
        added = sum(weight * one.found.by_article[:, label] for weight, one in pairs)
        found = float(self.design.covariance(np.asarray(added)[:, None])[0, 0])
        if self.of_outlets:
            by_outlet = [
                weight * one.found.by_outlet[:, label]
                for weight, one in pairs
                if one.found.by_outlet is not None
            ]
            found = max(found, float((np.sum(by_outlet, axis=0) ** 2).sum()))
        share = np.abs(sum(weight * one.share for weight, one in pairs))
        return max(found, LEAST_ERRORS * largest_errors(share, self.design))
