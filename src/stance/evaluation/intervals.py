"""Confidence intervals of scores and of their differences, over outlets or articles.

The delete-one jackknife over units gives the standard error, and Student's t the
width, with degrees of freedom from the effective number of units.

Notes
-----
For the score ``s`` of all ``G`` units and the scores ``s_g`` without unit ``g``::

    variance = (G - 1) / G * sum_g (s_g - s)**2
    degrees of freedom = (sum n_g)**2 / sum(n_g**2) - 1

where ``n_g`` is the number of articles of a unit. The interval of a single score
is computed on the logit scale, so that it stays between 0 and 1. That of a
difference is computed on the difference itself, so that it excludes zero exactly
if the p-value is below 0.05. Neither is narrower than for independent articles:
the jackknife over articles gives the minimum variance, and a score's interval
contains Wilson's interval for the same effective number of trials.

If only one unit has articles of a label, the label's F1 is undefined without that
unit. The F1 is then kept as it is. Since it may have any value in other units,
the interval is widened by the whole range from 0 to 1, weighted as the score
weights the label. For a difference, the label adds a variance of its own: that of
a single pair of answers, with a standard deviation that is at least the label's
own difference.

References
----------
Efron, Stein: The Jackknife Estimate of Variance, Annals of Statistics 9, 1981.
Bell, McCaffrey: Bias Reduction in Standard Errors for Linear Regression with
Multi-Stage Samples, Survey Methodology 28, 2002.
MacKinnon, Nielsen, Webb: Fast and Reliable Jackknife and Bootstrap Methods for
Cluster-Robust Inference, Journal of Applied Econometrics 38, 2023.
Carter, Schnepel, Steigerwald: Asymptotic Behavior of a t-Test Robust to
Cluster Heterogeneity, Review of Economics and Statistics 99, 2017 (the
effective number of clusters; if variances are proportional to size it is
Kish's, Survey Sampling, 1965).
Korn, Graubard: Confidence Intervals for Proportions with Small Expected Number
of Positive Counts Estimated from Survey Data, Survey Methodology 24, 1998.
Wilson: Probable Inference, the Law of Succession, and Statistical Inference,
JASA 22, 1927.
Agresti, Min: Simple Improved Confidence Intervals for Comparing Matched
Proportions, Statistics in Medicine 24, 2005 (half an answer added to each of
four kinds).
Zou, Donner: Construction of Confidence Limits about Effect Measures, Statistics
in Medicine 27, 2008 (adding intervals of independent parts).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from stance.evaluation.confusion import Metric, Parts
    from stance.evaluation.sampling_units import UnitCounts

COVERAGE = 0.95

# Maximum number of values in memory for one batch of units.
NUMBERS_AT_ONCE = 2_000_000

# A variance below this is a rounding error.
ROUNDING = 1e-20

# The standard deviation of a difference known from one pair of equal answers (Agresti and Min).
ONE_PAIR = 1 / 3

# For the share of articles on which two models differ; Agresti and Coull's "add two".
PSEUDO_COUNTS = 2.0


class ScoreInterval(NamedTuple):
    """A score and its interval, all in [0, 1]."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class DifferenceInterval:
    """The difference of two scores of the same articles, with its standard error.

    Parameters
    ----------
    first, second : float
        Scores in [0, 1].
    error : float
        The standard error of ``first - second``; infinite if there is
        only one unit.
    freedom : float
        Degrees of freedom of Student's t, at least one.
    """

    first: float
    second: float
    error: float
    freedom: float

    @property
    def value(self) -> float:
        """First score minus second score."""
        return self.first - self.second

    def bounds(self, coverage: float = COVERAGE) -> tuple[float, float]:
        """Return the ends of the two-sided interval, in [-1, 1]."""
        if not self.error:
            return self.value, self.value
        reach = student_quantile(coverage, self.freedom) * self.error
        return max(-1.0, self.value - reach), min(1.0, self.value + reach)

    @property
    def p_value(self) -> float:
        """Two-sided p-value; below 0.05 exactly if the 95 % interval excludes zero."""
        from scipy.special import stdtr

        if not self.value or not np.isfinite(self.error):
            return 1.0
        return float(2 * stdtr(self.freedom, -abs(self.value) / self.error))


@dataclass(frozen=True)
class _Jackknife:
    """Jackknife replicates of the scores of one or two sets of predictions.

    Parameters
    ----------
    values : ndarray of float64, shape (n_sides,)
        Scores of all units.
    without : ndarray of float64, shape (n_kinds, n_sides)
        Scores without one unit of each kind.
    without_articles : ndarray of float64, shape (n_kinds, n_sides)
        The same, with articles as units.
    trials : ndarray of float64, shape (n_sides,)
        Effective sample size: the number of articles at which a simple share has
        the same variance; infinite if no part varies.
    shares, weights : ndarray of float64, shape (n_sides, n_strata, n_parts)
        The parts whose weighted mean is the score.
    lone : ndarray of bool, shape (n_sides, n_strata, n_parts)
        Whether only one unit has articles of a part.
    """

    values: NDArray[np.float64]
    without: NDArray[np.float64]
    without_articles: NDArray[np.float64]
    trials: NDArray[np.float64]
    shares: NDArray[np.float64]
    weights: NDArray[np.float64]
    lone: NDArray[np.bool_]


def score_interval(
    counts: UnitCounts,
    shape: tuple[int, ...],
    metric: Metric,
    labels: Sequence[str],
    *,
    coverage: float = COVERAGE,
) -> ScoreInterval:
    """Compute a score with its confidence interval.

    Parameters
    ----------
    counts : UnitCounts
    shape : tuple of int
        Of the confusion matrices: strata, true label, predicted label.
    metric : Metric
    labels : sequence of str
        In the order of the rows.
    coverage : float
        In (0, 1).

    Returns
    -------
    ScoreInterval
        It contains the score and is within [0, 1].
    """
    found = _jackknife(counts, (1, *shape), metric, labels)
    value, trials = float(found.values[0]), float(found.trials[0])
    low = high = value
    if np.isfinite(trials):
        edge = 0.5 / trials
        independent = _variance(found.without_articles[:, 0] - value, counts.articles or counts)
        if independent and 0 < value < 1:
            trials = value * (1 - value) / independent
        t = student_quantile(coverage, _freedom(counts))
        low, high = wilson_interval(value, trials, t)
        if 0 < value < 1:
            error = _logit_error(found.without[:, 0], counts, value, edge)
            reach = t * max(error, 1 / np.sqrt(trials * value * (1 - value)))
            centre = np.log(value / (1 - value))
            ends = 1 / (1 + np.exp(np.clip([reach - centre, -reach - centre], -700, 700)))
            low, high = min(low, float(ends[0])), max(high, float(ends[1]))
    low, high = _with_lone_parts(found, value, low, high)
    return ScoreInterval(value, low, high)


def difference_interval(
    counts: UnitCounts, shape: tuple[int, ...], metric: Metric, labels: Sequence[str]
) -> DifferenceInterval:
    """Compute two scores of the same articles and the standard error of their difference.

    Parameters
    ----------
    counts : UnitCounts
        Both confusion matrices of each unit, the first before the second.
    shape : tuple of int
        Of one of them: strata, true label, predicted label.
    metric : Metric
    labels : sequence of str
    """
    found = _jackknife(counts, (2, *shape), metric, labels)
    first, second = found.values.tolist()
    gap = first - second
    articles, n_cells = counts.articles or counts, int(np.prod(shape))
    if not abs(articles.kinds[:, :n_cells] - articles.kinds[:, n_cells:]).sum():
        return DifferenceInterval(first, second, 0.0, _freedom(counts))
    without = found.without[:, 0] - found.without[:, 1]
    variance = _variance(without - gap, counts) + _variance_of_lone_parts(found)
    alone = found.without_articles[:, 0] - found.without_articles[:, 1]
    independent = _variance(alone - gap, articles)
    least = independent or _least_variance(abs(gap), float(found.trials.min()))
    error = float(np.sqrt(max(variance, least)))
    if counts.basis.n_units == 1 or not error:
        error = float("inf")  # the jackknife is undefined
    return DifferenceInterval(first, second, error, _freedom(counts))


def _least_variance(gap: float, trials: float) -> float:
    """Return the minimum variance of a difference that is the same in all articles.

    Pseudo-counts are added as by Agresti and Coull.
    """
    if not np.isfinite(trials):
        return 0.0
    seen = trials + 2 * PSEUDO_COUNTS
    share = (gap * trials + PSEUDO_COUNTS) / seen
    return share * (1 - share) / seen


def share_interval(hits: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share of independent articles.

    Examples
    --------
    >>> [round(end, 3) for end in share_interval(10, 10)]
    [0.722, 1.0]
    """
    # The formula of scipy.stats, which takes half a second to import.
    from scipy.special import ndtri

    z = float(ndtri(0.5 + 0.5 * COVERAGE))
    share = hits / n
    denominator = 2 * (n + z**2)
    centre = (2 * n * share + z**2) / denominator
    half = z / denominator * math.sqrt(4 * n * share * (1 - share) + z**2)
    return (0.0 if hits == 0 else centre - half, 1.0 if hits == n else centre + half)


def wilson_interval(share: float, trials: float, t: float) -> tuple[float, float]:
    """Return Wilson's interval of a share, for an effective number of trials.

    scipy's version requires integer counts and uses normal quantiles.

    Parameters
    ----------
    share : float
        In [0, 1].
    trials : float
        Above zero.
    t : float
        Half-width in standard errors.

    Examples
    --------
    >>> [round(end, 3) for end in wilson_interval(1.0, 10, 1.96)]
    [0.722, 1.0]
    """
    spread = t * t / trials
    centre = (share + spread / 2) / (1 + spread)
    reach = t * float(np.sqrt(share * (1 - share) / trials + spread / (4 * trials))) / (1 + spread)
    return min(share, max(0.0, centre - reach)), max(share, min(1.0, centre + reach))


def _jackknife(
    counts: UnitCounts, shape: tuple[int, ...], metric: Metric, labels: Sequence[str]
) -> _Jackknife:
    """Compute the scores of all units, and without one unit of each kind.

    A part keeps its share if it is undefined without the unit, or if only one unit
    has articles of it.
    """
    whole = metric.parts(counts.total.reshape(shape), labels)
    shares, weights = whole.shares, whole.weights
    lone = _lone_parts(counts, shape, metric, labels)
    without = _without(counts, whole, lone, metric, labels)
    articles = counts.articles
    alone = without if articles is None else _without(articles, whole, lone, metric, labels)
    varies = (whole.base > 0) & ~lone
    spread = weights**2 * whole.per_article * varies / np.maximum(whole.base, 1.0)
    with np.errstate(divide="ignore"):
        trials = 1 / spread.sum(axis=(-2, -1))
    values = (weights * shares).sum(axis=(-2, -1))
    return _Jackknife(values, without, alone, trials, shares, weights, lone)


def _without(
    counts: UnitCounts,
    whole: Parts,
    lone: NDArray[np.bool_],
    metric: Metric,
    labels: Sequence[str],
) -> NDArray[np.float64]:
    """Return the scores without one unit of each kind, shape (n_kinds, n_sides)."""
    k = len(labels)
    shape = (*whole.base.shape[:-1], k, k)
    total, found = counts.total, []
    for part in _batches(counts):
        left = (total - counts.kinds[part].toarray()).reshape(-1, *shape)
        rest = metric.parts(left, labels)
        kept = np.where((rest.base > 0) & ~lone, rest.shares, whole.shares)
        weights = rest.weights if metric.weighs_by_support else whole.weights
        found.append((weights * kept).sum(axis=(-2, -1)))
    return np.concatenate(found)


def _lone_parts(
    counts: UnitCounts, shape: tuple[int, ...], metric: Metric, labels: Sequence[str]
) -> NDArray[np.bool_]:
    """Return for each part whether all of its articles are of one unit."""
    holders: NDArray[np.int64] = np.zeros((), dtype=np.int64)
    for part in _batches(counts):
        units = counts.kinds[part].toarray().reshape(-1, *shape)
        held = metric.parts(units, labels).support > 0
        holders = holders + np.tensordot(counts.times[part], held, axes=1)
    lone: NDArray[np.bool_] = holders == 1
    return lone


def _batches(counts: UnitCounts) -> Iterator[slice]:
    """Yield slices of kinds that fit into memory."""
    n_kinds, n_cells = counts.kinds.shape
    at_once = max(NUMBERS_AT_ONCE // n_cells, 1)
    for first in range(0, n_kinds, at_once):
        yield slice(first, first + at_once)


def _logit_error(
    without: NDArray[np.float64], counts: UnitCounts, value: float, edge: float
) -> float:
    """Return the standard error of the logit, with scores clipped to [edge, 1 - edge]."""
    edge = min(edge, value, 1 - value)
    inside = np.clip(without, edge, 1 - edge)
    logits = np.log(inside / (1 - inside)) - np.log(value / (1 - value))
    return float(np.sqrt(_variance(logits, counts)))


def _variance(away: NDArray[np.float64], counts: UnitCounts) -> float:
    n = counts.basis.n_units
    found = float((n - 1) / n * (counts.times * away**2).sum())
    return found if found > ROUNDING else 0.0


def _with_lone_parts(
    found: _Jackknife, value: float, low: float, high: float
) -> tuple[float, float]:
    """Widen an interval for labels that only one unit has."""
    shares, weights = found.shares[found.lone], found.weights[found.lone]
    below = float(((weights * shares) ** 2).sum())
    above = float(((weights * (1 - shares)) ** 2).sum())
    down, up = np.sqrt((value - low) ** 2 + below), np.sqrt((high - value) ** 2 + above)
    return max(0.0, value - float(down)), min(1.0, value + float(up))


def _variance_of_lone_parts(found: _Jackknife) -> float:
    """Return the variance that labels of only one unit add to a difference."""
    lone = found.lone.any(axis=0)
    first, second = found.weights[:, lone] * found.shares[:, lone]
    least = found.weights[:, lone].max(axis=0) * ONE_PAIR
    return float((np.maximum(np.abs(first - second), least) ** 2).sum())


def _freedom(counts: UnitCounts) -> float:
    return max(counts.basis.effective - 1, 1.0)


def student_quantile(coverage: float, freedom: float) -> float:
    """Return the quantile of Student's t for a two-sided coverage."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + coverage) / 2))
