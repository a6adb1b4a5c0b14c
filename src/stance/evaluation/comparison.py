"""Two sets of predictions on the same articles: which is better, and is it more than chance."""

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
    """Two predictions for each article, beside the true label.

    Parameters
    ----------
    labels : tuple of str
        Every label that occurs.
    y_true, first, second : ndarray of int64, shape (n_articles,)
        Numbers of labels.
    groups : sequence of str or None, optional
        The outlet, or whatever articles share that are not independent.
    group_name : str
        What a group is.
    strata : sequence of str, optional
        Scores are computed in each stratum and averaged, as stance tasks do
        over their targets.
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
        """Pair labels that stand in the same order.

        Raises
        ------
        CorpusError
            If there are none, or they are not of the same length.
        """
        lengths = [
            len(part) for part in (y_true, first, second, groups, strata) if part is not None
        ]
        if not y_true or len(set(lengths)) > 1:
            raise CorpusError(
                f"Got {', '.join(map(str, lengths))} values, but expected as many predictions, "
                "groups and strata as true labels, and one at least."
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
    """How much better the first predictions score than the second.

    Parameters
    ----------
    metric : str
    found : DifferenceInterval
        Both scores, and how sure their difference is.
    basis : Basis
        What the interval is taken over.
    lone_labels : tuple of str
        Labels that a single unit truly has, where the metric looks at labels.
    """

    metric: str
    found: DifferenceInterval
    basis: Basis
    lone_labels: tuple[str, ...] = ()

    @property
    def first(self) -> float:
        """The score of the first, in [0, 1]."""
        return self.found.first

    @property
    def second(self) -> float:
        """The score of the second, in [0, 1]."""
        return self.found.second

    @property
    def value(self) -> float:
        """The score of the first less that of the second."""
        return self.found.value

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the difference."""
        return self.found.bounds()

    @property
    def p_value(self) -> float:
        """Two-sided; below 0.05 where the interval leaves zero out."""
        return self.found.p_value

    @property
    def unit(self) -> str:
        """What the interval is taken over."""
        return self.basis.unit

    @property
    def n_units(self) -> int:
        """How many units there are."""
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
        """Return the row as an Arrow table, to be put below those of other comparisons."""
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
    """Measure a difference by leaving out one outlet after the other.

    Each time the same articles are left out for both, so that what makes an
    article hard for either cancels out.

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
        If the metric asks for a label that does not occur.

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
    """Give a number to each cell of both confusion matrices of each stratum.

    Returns
    -------
    cells : ndarray of int64, shape (n_articles, 2)
    shape : tuple of int
        Of all matrices together: which predictions, stratum, true label, predicted label.
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
    """On which articles one is right and the other wrong.

    Parameters
    ----------
    only_first, only_second : int
        Articles that only one of the two labels rightly.
    both, neither : int
    p_value : float
        Exact and two-sided, that such a split between ``only_first`` and
        ``only_second`` is chance. It takes articles for independent.
    """

    only_first: int
    only_second: int
    both: int
    neither: int
    p_value: float


def mcnemar(paired: PairedPredictions) -> McNemar:
    """Test whether one is right where the other is wrong more often than the other way.

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
    """Whether the first predictions are as good as the second, but for a margin.

    Parameters
    ----------
    verdict : {"superior", "non-inferior", "inferior", "undecided"}
        At the confidence asked for: better at all; not worse by the margin or
        more; worse by more than the margin; none of them.
    margin : float
        In the metric's own points, above zero.
    confidence : float
        One-sided, in (0.5, 1).
    bounds : (float, float)
        The lower and the upper bound of the difference, each at that
        confidence.
    """

    verdict: Verdict
    margin: float
    confidence: float
    bounds: tuple[float, float]


def decide(difference: Difference, *, margin: float, confidence: float = 0.95) -> Decision:
    """Decide whether the first predictions are no worse than the second.

    A gate that must not fail by chance fails on ``inferior`` alone; one that
    must not let a loss through passes ``superior`` and ``non-inferior`` alone.

    Parameters
    ----------
    difference : Difference
        Of the new predictions, first, from the old.
    margin : float
        The loss that would not matter, above zero.
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
