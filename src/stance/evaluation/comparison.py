"""Paired comparison of two sets of predictions: difference, interval and tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from stance.errors import ConfigError, CorpusError
from stance.evaluation.confusion import Metric
from stance.evaluation.intervals import DifferenceInterval, difference_interval
from stance.evaluation.result_rows import DIFFERENCE_COLUMNS
from stance.evaluation.sampling_units import Basis, UnitCounts, Units, lone_labels
from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Verdict = Literal["superior", "non-inferior", "inferior", "undecided"]


@dataclass(frozen=True)
class PairedPredictions:
    """Two predictions and the true label of each article.

    Parameters
    ----------
    labels : tuple of str
        All labels that occur.
    y_true, first, second : ndarray of int64, shape (n_articles,)
        Numbers of labels.
    groups : sequence of str or None, optional
        The outlet, or another group whose articles are not independent.
    group_name : str
        Name of the groups, such as "outlet".
    strata : sequence of str, optional
        Scores are computed in each stratum and averaged, as in stance tasks over
        targets.
    """

    labels: tuple[str, ...]
    y_true: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    groups: Sequence[str | None] | None = None
    group_name: str = "outlet"
    strata: Sequence[str] | None = None

    @classmethod
    def of(
        cls,
        y_true: Sequence[str],
        first: Sequence[str],
        second: Sequence[str],
        *,
        groups: Sequence[str | None] | None = None,
        group_name: str = "outlet",
        strata: Sequence[str] | None = None,
    ) -> Self:
        """Pair labels that are in the same order.

        Raises
        ------
        CorpusError
            If there are none, or their lengths differ.
        """
        lengths = [
            len(part) for part in (y_true, first, second, groups, strata) if part is not None
        ]
        if not y_true or len(set(lengths)) > 1:
            raise CorpusError(
                f"Got {', '.join(map(str, lengths))} values, but expected equal numbers of "
                "true labels, predictions, groups and strata, at least 1."
            )
        labels = tuple(sorted({*y_true, *first, *second}))
        numbers = {label: number for number, label in enumerate(labels)}
        true, one, other = (
            np.array([numbers[label] for label in part]) for part in (y_true, first, second)
        )
        return cls(labels, true, one, other, groups, group_name, strata)

    def __len__(self) -> int:
        return len(self.y_true)


@dataclass(frozen=True)
class Difference:
    """Difference of the scores of two sets of predictions.

    Parameters
    ----------
    metric : str
    found : DifferenceInterval
        Both scores, and the interval of their difference.
    basis : Basis
        Sampling units of the interval.
    lone_labels : tuple of str
        Labels whose articles are all of one unit, if the metric is by label.
    """

    metric: str
    found: DifferenceInterval
    basis: Basis
    lone_labels: tuple[str, ...] = ()

    @property
    def first(self) -> float:
        """Score of the first predictions, in [0, 1]."""
        return self.found.first

    @property
    def second(self) -> float:
        """Score of the second predictions, in [0, 1]."""
        return self.found.second

    @property
    def value(self) -> float:
        """First score minus second score."""
        return self.found.value

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the difference."""
        return self.found.bounds()

    @property
    def p_value(self) -> float:
        """Two-sided p-value; below 0.05 exactly if the 95 % interval excludes zero."""
        return self.found.p_value

    @property
    def unit(self) -> str:
        """Sampling unit of the interval."""
        return self.basis.unit

    @property
    def n_units(self) -> int:
        """Number of sampling units."""
        return self.basis.n_units

    @property
    def few_units(self) -> bool:
        """Whether there are so few units that the interval is unreliable."""
        return self.basis.few

    def to_row(self) -> dict[str, Any]:
        """Return the scores and their difference as a row of a table."""
        low, high = self.interval
        return {**self.to_dict(), "low": low, "high": high}

    def to_arrow(self) -> Any:
        """Return the row as an Arrow table, which can be concatenated with others."""
        return arrow_table([self.to_row()], DIFFERENCE_COLUMNS)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "metric": self.metric,
            "first": self.first,
            "second": self.second,
            "difference": self.value,
            "interval": list(self.interval),
            "p_value": self.p_value,
            "standard_error": self.found.error if np.isfinite(self.found.error) else None,
            "degrees_of_freedom": self.found.freedom,
            **self.basis.to_dict(),
            "lone_labels": list(self.lone_labels),
        }


def compare(paired: PairedPredictions, metric: Metric | None = None) -> Difference:
    """Compute the difference of two scores with a delete-one-outlet jackknife.

    The same articles are left out for both, so that the difficulty of articles
    cancels out.

    Parameters
    ----------
    paired : PairedPredictions
    metric : Metric, optional
        Macro-F1 by default.

    Returns
    -------
    Difference

    Raises
    ------
    ConfigError
        If the metric has a label that does not occur.

    See Also
    --------
    stance.evaluation.intervals : The method.

    Examples
    --------
    >>> y_true = ["مؤيد", "معارض"] * 50
    >>> found = compare(PairedPredictions.of(y_true, y_true, ["مؤيد"] * 100), Metric("accuracy"))
    >>> found.value, found.p_value < 0.001
    (0.5, True)
    """
    metric = metric or Metric()
    units = Units.of(len(paired), paired.groups, paired.group_name)
    cells, shape = _cells(paired)
    counts = UnitCounts.of(cells, int(np.prod(shape)), units)
    found = difference_interval(counts, shape[1:], metric, paired.labels)
    lone = () if metric.name == "accuracy" else lone_labels(paired.labels, paired.y_true, units)
    counted = tuple(label for label in lone if label in metric.labels or not metric.labels)
    return Difference(str(metric), found, units.basis, counted)


def _cells(paired: PairedPredictions) -> tuple[NDArray[np.int64], tuple[int, int, int, int]]:
    """Return the confusion-matrix cell of each article, for both predictions.

    Returns
    -------
    cells : ndarray of int64, shape (n_articles, 2)
    shape : tuple of int
        Of all matrices: predictions, stratum, true label, predicted label.
    """
    k = len(paired.labels)
    stratum = np.zeros(len(paired), dtype=np.int64)
    if paired.strata is not None:
        stratum = np.unique(np.asarray(paired.strata), return_inverse=True)[1]
    n_strata = int(stratum.max()) + 1
    row = (stratum * k + paired.y_true) * k
    cells = np.stack([row + paired.first, n_strata * k * k + row + paired.second], axis=1)
    return cells, (2, n_strata, k, k)


@dataclass(frozen=True)
class McNemar:
    """McNemar's test: articles on which only one set of predictions is right.

    Parameters
    ----------
    only_first, only_second : int
        Number of articles that only one of the two labels correctly.
    both, neither : int
        Number of articles that both, or neither, label correctly.
    p_value : float
        Exact and two-sided, for ``only_first`` and ``only_second`` being equally
        likely. It assumes that articles are independent.
    """

    only_first: int
    only_second: int
    both: int
    neither: int
    p_value: float


def mcnemar(paired: PairedPredictions) -> McNemar:
    """Compute McNemar's exact test.

    Parameters
    ----------
    paired : PairedPredictions

    Returns
    -------
    McNemar

    References
    ----------
    McNemar: Note on the sampling error of the difference between correlated
    proportions or percentages, Psychometrika 12, 1947.
    """
    from scipy.stats import binomtest

    first, second = paired.first == paired.y_true, paired.second == paired.y_true
    only_first, only_second = int((first & ~second).sum()), int((~first & second).sum())
    discordant = only_first + only_second
    p_value = float(binomtest(only_first, discordant).pvalue) if discordant else 1.0
    both = int((first & second).sum())
    return McNemar(only_first, only_second, both, len(paired) - both - discordant, p_value)


@dataclass(frozen=True)
class Decision:
    """Result of a non-inferiority test of the first predictions against the second.

    Parameters
    ----------
    verdict : {"superior", "non-inferior", "inferior", "undecided"}
        At the given confidence: better; worse by less than the margin; worse by
        more than the margin; none of these.
    margin : float
        In units of the metric, above zero.
    confidence : float
        Of each one-sided bound, in (0.5, 1).
    bounds : (float, float)
        The lower and the upper bound of the difference, each at that
        confidence.
    """

    verdict: Verdict
    margin: float
    confidence: float
    bounds: tuple[float, float]


def decide(difference: Difference, *, margin: float, confidence: float = 0.95) -> Decision:
    """Test whether the first predictions are non-inferior to the second.

    A check that must not fail by chance should fail only on ``inferior``; one that
    must not miss a loss should pass only ``superior`` and ``non-inferior``.

    Parameters
    ----------
    difference : Difference
        The new predictions minus the old ones.
    margin : float
        The loss that is acceptable, above zero.
    confidence : float
        Of each one-sided bound, in (0.5, 1).

    Returns
    -------
    Decision

    Raises
    ------
    ConfigError
        If `margin` or `confidence` is out of its range.
    """
    if margin <= 0:
        raise ConfigError(f"Got margin={margin}, but expected a loss above 0, such as 0.01.")
    if not 0.5 < confidence < 1:
        raise ConfigError(
            f"Got confidence={confidence}, but expected a probability above 0.5 and below 1."
        )
    low, high = difference.found.bounds(2 * confidence - 1)
    return Decision(_verdict(low, high, margin), margin, confidence, (low, high))


def _verdict(low: float, high: float, margin: float) -> Verdict:
    if low > 0:
        return "superior"
    if low > -margin:
        return "non-inferior"
    return "inferior" if high < -margin else "undecided"
