"""Confidence intervals of shares and of their differences, honest also where no error was seen.

Notes
-----
A share ``p`` with variance ``v`` has Wilson's interval for an effective number of
hand labels, with Student's t::

    n_effective = max(p * (1 - p), 3 / n) / max(v, 3 * v1)

where ``n`` is the effective number of coded articles (Kish), and ``v1`` the variance
that one article adds whose prediction is wrong. Three such articles are counted where
fewer were seen, so that predictions without an error among the coded articles are not
taken as perfect. With hand labels alone, ``n_effective`` is ``n``.

References
----------
Hanley, Lippman-Hand: If Nothing Goes Wrong, Is Everything All Right? Interpreting
Zero Numerators, JAMA 249, 1983 (the rule of three).
Korn, Graubard: Confidence Intervals for Proportions with Small Expected Number of
Positive Counts Estimated from Survey Data, Survey Methodology 24, 1998.
Šidák: Rectangular Confidence Regions for the Means of Multivariate Normal
Distributions, JASA 62, 1967.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.evaluation.intervals import student_quantile, wilson_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The "rule of three": if none of n predictions is wrong, up to 3 in n may be.
LEAST_ERRORS = 3.0


def effective_trials(share: float, variance: float, effective_n: float) -> float:
    """Return how many simple random hand labels have the variance of an estimated share.

    Parameters
    ----------
    share : float
        In [0, 1].
    variance : float
        Of the estimate, with the fewest errors that may be there.
    effective_n : float
        Effective number of coded articles.

    Returns
    -------
    float
        Infinite if all articles were coded.
    """
    if variance <= 0:
        return float("inf")
    return max(share * (1 - share), LEAST_ERRORS / effective_n) / variance


def interval_of_share(share: float, trials: float, t: float) -> tuple[float, float]:
    """Return Wilson's interval for an effective number of hand labels.

    Examples
    --------
    >>> [round(end, 3) for end in interval_of_share(0.5, 96, 1.96)]
    [0.402, 0.598]
    """
    return wilson_interval(share, trials, t) if np.isfinite(trials) else (share, share)


def equivalent_sample(trials: float, n_articles: int) -> float:
    """Return how many of all articles a simple random sample needs for the same variance.

    Those that are drawn without replacement are fewer than `trials`, and at most all.

    Examples
    --------
    >>> equivalent_sample(300, 300), equivalent_sample(float("inf"), 300)
    (150.0, 300.0)
    """
    return 1 / (1 / trials + 1 / n_articles)


def quantile(confidence: float, freedom: float, n_intervals: int = 1) -> float:
    """Return the quantile of Student's t for two-sided intervals.

    Parameters
    ----------
    confidence : float
        In (0, 1), of each interval, or of `n_intervals` together (Šidák).
    freedom : float
        Degrees of freedom, at least one.
    n_intervals : int
    """
    return student_quantile(confidence ** (1 / n_intervals), freedom)


def two_sided_p(estimate: float, error: float, freedom: float) -> float:
    """Return the two-sided p-value of Student's t."""
    from scipy.special import stdtr

    if not error:
        return 1.0 if not estimate else 0.0
    return float(2 * stdtr(freedom, -abs(estimate) / error))


def combined_freedom(variances: NDArray[np.float64], freedoms: NDArray[np.float64]) -> float:
    """Return Satterthwaite's degrees of freedom of a sum of independent estimates."""
    parts = (variances**2 / freedoms).sum()
    return float(variances.sum() ** 2 / parts) if parts else float(freedoms.min())
