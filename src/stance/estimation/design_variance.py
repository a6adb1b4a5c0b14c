"""Variances of weighted means over a random sample, by the design of the sample.

Notes
-----
The articles of stratum ``h`` are a simple random sample without replacement, drawn
with the inclusion probability ``pi_h = n_h / N_h``. A linear statistic ``sum_i u_i``
of the coded articles then has the variance::

    sum_h (1 - pi_h) * n_h / (n_h - 1) * sum_{i in h} (u_i - mean_h(u))**2

Strata with one coded article are taken together, since their variance is unknown.

References
----------
Cochran: Sampling Techniques, third edition, 1977, chapter 5.
Kish: Survey Sampling, 1965 (the effective number of units).
Satterthwaite: An Approximate Distribution of Estimates of Variance Components,
Biometrics Bulletin 2, 1946.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stance.estimation.population import CodedSample


@dataclass(frozen=True)
class Design:
    """How the coded articles were drawn.

    Parameters
    ----------
    weight : ndarray of float64, shape (n_coded,)
        How many articles of the archive each one stands for: one over its
        inclusion probability.
    stratum : ndarray of int64, shape (n_coded,)
        Consecutive numbers from zero; strata with one coded article are one.
    n : ndarray of int64, shape (n_strata,)
        Coded articles of each stratum.
    """

    weight: NDArray[np.float64]
    stratum: NDArray[np.int64]
    n: NDArray[np.int64]

    @classmethod
    def of(cls, coded: CodedSample) -> Design:
        """Return the design of a sample."""
        _, stratum, n = np.unique(coded.stratum, return_inverse=True, return_counts=True)
        if (n == 1).any() and len(n) > 1:
            alone = n[stratum] == 1
            if alone.sum() == 1:  # joined to the largest of the others
                alone |= stratum == n.argmax()
            merged = np.where(alone, -1, stratum)
            _, stratum, n = np.unique(merged, return_inverse=True, return_counts=True)
        return cls(1 / coded.inclusion_probability, stratum.ravel(), n)

    def covariance(self, influence: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the covariance of statistics that are sums over the coded articles.

        Parameters
        ----------
        influence : ndarray of float64, shape (n_coded, n_statistics)
            What each article adds to each statistic.

        Returns
        -------
        ndarray of float64, shape (n_statistics, n_statistics)
        """
        factor = self.n / np.maximum(self.n - 1, 1)
        scale = np.sqrt((1 - 1 / self.weight) * factor[self.stratum])
        away = self.away(influence) * scale[:, None]
        found: NDArray[np.float64] = away.T @ away
        return found

    def away(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values minus their mean in the stratum, shape (n_coded, n_columns)."""
        sums = np.zeros((len(self.n), values.shape[1]))
        np.add.at(sums, self.stratum, values)
        found: NDArray[np.float64] = values - (sums / self.n[:, None])[self.stratum]
        return found

    def freedom(self, share: NDArray[np.float64]) -> float:
        """Return the degrees of freedom of a variance, by Satterthwaite's rule.

        Parameters
        ----------
        share : ndarray of float64, shape (n_coded,)
            The weights of the articles that count, divided by their sum; 0 for others.
        """
        taking = share > 0
        n = np.bincount(self.stratum[taking], minlength=len(self.n))
        parts = np.bincount(self.stratum[taking], share[taking] ** 2, minlength=len(self.n))
        more = n > 1
        if not more.any():
            return 1.0
        return max(float(parts[more].sum() ** 2 / (parts[more] ** 2 / (n[more] - 1)).sum()), 1.0)


def one_error(share: NDArray[np.float64], design: Design) -> float:
    """Return the variance that one wrong prediction among the coded articles adds to a mean.

    Parameters
    ----------
    share : ndarray of float64, shape (n_coded,)
        How much each article adds to the mean; 0 for articles that are not part of it.
    design : Design
    """
    left = 1 - 1 / design.weight
    return float((share**2 * left).sum()) / max(int((share > 0).sum()), 1)


def largest_errors(share: NDArray[np.float64], design: Design) -> float:
    """Return the same as `one_error` for an article that counts much.

    The articles are weighted by what they add to the variance: a group with a single
    coded article has none that is seen, although all of its share may be wrong.
    """
    added = share**2 * (1 - 1 / design.weight)
    total = float(added.sum())
    return float((added**2).sum()) / total if total > 0 else 0.0


def effective_number(sizes: NDArray[np.float64]) -> float:
    """Return the number of units of equal size that give a mean the same variance.

    Examples
    --------
    >>> effective_number(np.array([10.0, 10.0, 10.0]))
    3.0
    """
    return float(sizes.sum() ** 2 / (sizes**2).sum())
