"""Predictions beside the true labels, and the intervals of their scores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

from stance.evaluation.confusion import METRICS, Metric
from stance.evaluation.intervals import score_interval
from stance.evaluation.sampling_units import UnitCounts, Units
from stance.model.macro_f1 import confusion_matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from stance.evaluation.sampling_units import Basis


@dataclass(frozen=True)
class Scored:
    """Predictions beside the true labels.

    Parameters
    ----------
    labels : tuple of str
        Every label that an article has or that the model knows.
    y_true : ndarray of int, shape (n,)
    probabilities : ndarray of float64, shape (n, n_labels)
        In [0, 1]; a label that the model does not know has zeros.
    groups : sequence of str or None, optional
        The outlet of each article; intervals are then over outlets, since
        articles of one outlet are not independent of each other.
    """

    labels: tuple[str, ...]
    y_true: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    groups: Sequence[str | None] | None = None

    @cached_property
    def y_pred(self) -> NDArray[np.int64]:
        """The most probable label of each article."""
        y_pred: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return y_pred

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """How often label i (row) was predicted as label j (column)."""
        return confusion_matrix(self.y_true, self.y_pred, len(self.labels))

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """The probability of the best label of each article."""
        best: NDArray[np.float64] = self.probabilities.max(axis=1)
        return best

    @cached_property
    def correct(self) -> NDArray[np.bool_]:
        """Which articles are labelled rightly."""
        correct: NDArray[np.bool_] = self.y_pred == self.y_true
        return correct

    def part(self, places: NDArray[np.int64]) -> Self:
        """Return some of the articles alone."""
        groups = None if self.groups is None else [self.groups[i] for i in places.tolist()]
        return replace(
            self,
            y_true=self.y_true[places],
            probabilities=self.probabilities[places],
            groups=groups,
        )

    def __len__(self) -> int:
        return len(self.y_true)


def score_intervals(scored: Scored) -> tuple[dict[str, tuple[float, float]], Basis]:
    """Return 95 % intervals, and what they are taken over.

    Parameters
    ----------
    scored : Scored

    Returns
    -------
    intervals : dict of str to (low, high)
        For accuracy, macro_f1 and weighted_f1.
    basis : Basis
        Outlets where they are named, else articles.

    See Also
    --------
    stance.evaluation.intervals : The method.
    """
    k = len(scored.labels)
    cells = (scored.y_true * k + scored.y_pred)[:, None]
    counts = UnitCounts.of(cells, k * k, Units.of(len(scored), scored.groups))
    intervals = {}
    for name in METRICS:
        found = score_interval(counts, (1, k, k), Metric(name), scored.labels)
        intervals[str(name)] = (found.low, found.high)
    return intervals, counts.basis
