"""Intervals of scores and of their differences, over outlets or over articles.

The jackknife leaves out one unit after the other; Student's t gives the width,
with as many degrees of freedom as the units are worth.

Notes
-----
For the score ``s`` of all ``G`` units and the scores ``s_g`` without unit ``g``::

    variance = (G - 1) / G * sum_g (s_g - s)**2
    degrees of freedom = (sum n_g)**2 / sum(n_g**2) - 1

where ``n_g`` are the articles of a unit. A single score is taken on the logit
scale, so that its interval stays between 0 and 1; a difference keeps its own,
so that its interval excludes zero exactly where its p-value is below 0.05.
Neither is surer than if articles were independent: their jackknife gives the
least variance, and a score's interval holds Wilson's of as many trials.

A label of which only one unit has articles cannot be tested by leaving that
unit out. Its F1 is then left as it is, and since that of other units may be
anything, the whole range from 0 to 1 is added for it, weighted as the score
weights the label. In a difference the label adds a variance of its own: that
of a single pair of answers, at least as large as the difference itself.

References
----------
Efron, Stein: The Jackknife Estimate of Variance, Annals of Statistics 9, 1981.
Bell, McCaffrey: Bias Reduction in Standard Errors for Linear Regression with
Multi-Stage Samples, Survey Methodology 28, 2002.
MacKinnon, Nielsen, Webb: Fast and Reliable Jackknife and Bootstrap Methods for
Cluster-Robust Inference, Journal of Applied Econometrics 38, 2023.
Carter, Schnepel, Steigerwald: Asymptotic Behavior of a t-Test Robust to
Cluster Heterogeneity, Review of Economics and Statistics 99, 2017 (the
effective number of clusters; with variances in proportion to size it is
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

# Bounds the memory of one pass: numbers held for the units at hand.
NUMBERS_AT_ONCE = 2_000_000

# A variance below this is what rounding leaves of none.
ROUNDING = 1e-20

# The standard deviation of a difference known from one pair of equal answers (Agresti and Min).
ONE_PAIR = 1 / 3

# Of the share of articles on which two models differ; Agresti and Coull's "add two".
PSEUDO_COUNTS = 2.0


class ScoreInterval(NamedTuple):
    """A score and its interval, all in [0, 1]."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class DifferenceInterval:
    """The difference of two scores of the same articles, and how sure it is.

    Parameters
    ----------
    first, second : float
        Scores in [0, 1].
    error : float
        The standard error of ``first - second``; infinite where a single
        article is all there is.
    freedom : float
        Degrees of freedom of Student's t, one at least.
    """

    first: float
    second: float
    error: float
    freedom: float

    @property
    def value(self) -> float:
        """The score of the first less that of the second."""
        return self.first - self.second

    def bounds(self, coverage: float = COVERAGE) -> tuple[float, float]:
        """Return the ends of the two-sided interval, in [-1, 1]."""
        if not self.error:
            return self.value, self.value
        reach = _quantile(coverage, self.freedom) * self.error
        return max(-1.0, self.value - reach), min(1.0, self.value + reach)

    @property
    def p_value(self) -> float:
        """Two-sided; below 0.05 where the 95 % interval leaves zero out."""
        from scipy.special import stdtr

        if not self.value or not np.isfinite(self.error):
            return 1.0
        return float(2 * stdtr(self.freedom, -abs(self.value) / self.error))


@dataclass(frozen=True)
class _Jackknife:
    """Scores of all units, and of all but one of each kind, for one or two sets of labels.

    Parameters
    ----------
    values : ndarray of float64, shape (n_sides,)
    without : ndarray of float64, shape (n_kinds, n_sides)
    without_articles : ndarray of float64, shape (n_kinds, n_sides)
        The same with articles as units.
    trials : ndarray of float64, shape (n_sides,)
        How many articles a plain share would need to be as sure as this score
        may be; infinite where no part varies.
    shares, weights : ndarray of float64, shape (n_sides, n_strata, n_parts)
        What the score is the weighted mean of.
    lone : ndarray of bool, shape (n_sides, n_strata, n_parts)
        Parts of which only one unit has articles.
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
    """Score a set of labels, with an interval.

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
        It holds the score, and lies in [0, 1].
    """
    found = _jackknife(counts, (1, *shape), metric, labels)
    value, trials = float(found.values[0]), float(found.trials[0])
    low = high = value
    if np.isfinite(trials):
        edge = 0.5 / trials
        independent = _variance(found.without_articles[:, 0] - value, counts.articles or counts)
        if independent and 0 < value < 1:
            trials = value * (1 - value) / independent
        t = _quantile(coverage, _freedom(counts))
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
    """Score two sets of labels of the same articles, and say how sure the difference is.

    Parameters
    ----------
    counts : UnitCounts
        Of both confusion matrices of each unit, the first before the second.
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
        error = float("inf")  # nothing was left out that could have told
    return DifferenceInterval(first, second, error, _freedom(counts))


def _least_variance(gap: float, trials: float) -> float:
    """Return the variance of a difference that is the same in all articles.

    As if two more of each kind had been seen (Agresti and Coull).
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
    # As scipy.stats has it, which takes half a second to load.
    from scipy.special import ndtri

    z = float(ndtri(0.5 + 0.5 * COVERAGE))
    share = hits / n
    denominator = 2 * (n + z**2)
    centre = (2 * n * share + z**2) / denominator
    half = z / denominator * math.sqrt(4 * n * share * (1 - share) + z**2)
    return (0.0 if hits == 0 else centre - half, 1.0 if hits == n else centre + half)


def wilson_interval(share: float, trials: float, t: float) -> tuple[float, float]:
    """Return the interval of a share of an effective number of trials.

    scipy's takes whole numbers of hits and trials, and normal quantiles.

    Parameters
    ----------
    share : float
        In [0, 1].
    trials : float
        Above zero.
    t : float
        How many standard errors it covers to either side.

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
    """Score all units, and all but one of each kind.

    A part that the rest cannot define keeps its share; so does one of which
    only one unit has articles.
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
    for part in _passes(counts):
        left = (total - counts.kinds[part].toarray()).reshape(-1, *shape)
        rest = metric.parts(left, labels)
        kept = np.where((rest.base > 0) & ~lone, rest.shares, whole.shares)
        weights = rest.weights if metric.weighs_by_support else whole.weights
        found.append((weights * kept).sum(axis=(-2, -1)))
    return np.concatenate(found)


def _lone_parts(
    counts: UnitCounts, shape: tuple[int, ...], metric: Metric, labels: Sequence[str]
) -> NDArray[np.bool_]:
    """Tell for each part whether a single unit has all of its articles."""
    holders: NDArray[np.int64] = np.zeros((), dtype=np.int64)
    for part in _passes(counts):
        units = counts.kinds[part].toarray().reshape(-1, *shape)
        held = metric.parts(units, labels).support > 0
        holders = holders + np.tensordot(counts.times[part], held, axes=1)
    lone: NDArray[np.bool_] = holders == 1
    return lone


def _passes(counts: UnitCounts) -> Iterator[slice]:
    """Yield the kinds that fit into memory at once."""
    n_kinds, n_cells = counts.kinds.shape
    at_once = max(NUMBERS_AT_ONCE // n_cells, 1)
    for first in range(0, n_kinds, at_once):
        yield slice(first, first + at_once)


def _logit_error(
    without: NDArray[np.float64], counts: UnitCounts, value: float, edge: float
) -> float:
    """Return the standard error of the logit; no score is nearer than `edge` to zero or one."""
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
    """Widen an interval by what is not known of labels that only one unit has."""
    shares, weights = found.shares[found.lone], found.weights[found.lone]
    below = float(((weights * shares) ** 2).sum())
    above = float(((weights * (1 - shares)) ** 2).sum())
    down, up = np.sqrt((value - low) ** 2 + below), np.sqrt((high - value) ** 2 + above)
    return max(0.0, value - float(down)), min(1.0, value + float(up))


def _variance_of_lone_parts(found: _Jackknife) -> float:
    """Return what labels that only one unit has add to the variance of a difference."""
    lone = found.lone.any(axis=0)
    first, second = found.weights[:, lone] * found.shares[:, lone]
    least = found.weights[:, lone].max(axis=0) * ONE_PAIR
    return float((np.maximum(np.abs(first - second), least) ** 2).sum())


def _freedom(counts: UnitCounts) -> float:
    return max(counts.basis.effective - 1, 1.0)


def _quantile(coverage: float, freedom: float) -> float:
    """Return how many standard errors to either side cover so much."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + coverage) / 2))
