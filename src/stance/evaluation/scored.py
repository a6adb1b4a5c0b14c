"""Predictions with true labels, and the intervals of their scores."""

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
    """Predicted probabilities with the true labels.

    Parameters
    ----------
    labels : tuple of str
        All labels of the articles and of the model.
    y_true : ndarray of int, shape (n,)
    probabilities : ndarray of float64, shape (n, n_labels)
        In [0, 1]; zero for labels that the model does not know.
    groups : sequence of str or None, optional
        The outlet of each article; intervals are then over outlets, since
        articles of the same outlet are not independent.
    out_of_domain : ndarray of bool, shape (n,), optional
        Which articles are out of the model's domain; None if it has no domain.
    """

    labels: tuple[str, ...]
    y_true: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    groups: Sequence[str | None] | None = None
    out_of_domain: NDArray[np.bool_] | None = None

    @cached_property
    def y_pred(self) -> NDArray[np.int64]:
        """The most probable label of each article."""
        y_pred: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return y_pred

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """The confusion matrix: true labels by row, predicted ones by column."""
        return confusion_matrix(self.y_true, self.y_pred, len(self.labels))

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """The probability of the most probable label of each article."""
        best: NDArray[np.float64] = self.probabilities.max(axis=1)
        return best

    @cached_property
    def correct(self) -> NDArray[np.bool_]:
        """Whether each article is labelled correctly."""
        correct: NDArray[np.bool_] = self.y_pred == self.y_true
        return correct

    def part(self, places: NDArray[np.int64]) -> Self:
        """Return a subset of the articles."""
        groups = None if self.groups is None else [self.groups[i] for i in places.tolist()]
        return replace(
            self,
            y_true=self.y_true[places],
            probabilities=self.probabilities[places],
            groups=groups,
            out_of_domain=None if self.out_of_domain is None else self.out_of_domain[places],
        )

    def __len__(self) -> int:
        return len(self.y_true)


def score_intervals(scored: Scored) -> tuple[dict[str, tuple[float, float]], Basis]:
    """Return the 95 % intervals of the scores, and their sampling units.

    Parameters
    ----------
    scored : Scored

    Returns
    -------
    intervals : dict of str to (low, high)
        For accuracy, macro_f1 and weighted_f1.
    basis : Basis
        Outlets if they are named, else articles.

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
