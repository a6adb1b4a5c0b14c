"""Scores of confusion matrices, many matrices at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self, get_args

import numpy as np

from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MetricName = Literal["macro_f1", "accuracy", "weighted_f1"]
METRICS: tuple[MetricName, ...] = get_args(MetricName)


@dataclass(frozen=True, slots=True)
class Metric:
    """A score in [0, 1] that a confusion matrix decides.

    Parameters
    ----------
    name : {"macro_f1", "accuracy", "weighted_f1"}
        Macro-F1 is the mean over the labels that occur in the truth or were
        guessed.
    labels : tuple of str
        Macro-F1 over these labels alone, as stance tasks have it over Favor
        and Against; empty for all. One that never occurs counts as zero.

    Examples
    --------
    >>> str(Metric("macro_f1", ("Favor", "Against"))), str(Metric.parse("accuracy"))
    ('macro-F1 of Favor and Against', 'accuracy')
    """

    name: MetricName = "macro_f1"
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name not in METRICS:
            raise ConfigError(f"Got the metric {self.name!r}, but expected {', '.join(METRICS)}.")
        if self.labels and self.name != "macro_f1":
            raise ConfigError(f"Got labels for {self.name}, but only macro_f1 is taken over some.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``NAME``, or ``macro_f1:LABEL,LABEL`` for some labels alone.

        Raises
        ------
        ConfigError
            If there is no such metric.
        """
        name, _, labels = text.partition(":")
        return cls(name, tuple(filter(None, labels.split(","))))  # type: ignore[arg-type]

    def __str__(self) -> str:
        shown = self.name.replace("_f1", "-F1")
        return f"{shown} of {' and '.join(self.labels)}" if self.labels else shown

    def score(self, confusions: NDArray[np.float64], labels: Sequence[str]) -> NDArray[np.float64]:
        """Score each matrix of a stack.

        Parameters
        ----------
        confusions : ndarray of float64, shape (..., n_strata, n_labels, n_labels)
            Truth by row, guess by column.
        labels : sequence of str
            In the order of the rows.

        Returns
        -------
        ndarray of float64, shape (...)
            The mean over the strata that have articles.

        Raises
        ------
        ConfigError
            If a label of the metric is not among `labels`.
        """
        scores = self._of_each(confusions, labels)
        has_articles = confusions.sum(axis=(-2, -1)) > 0
        total = np.where(has_articles, scores, 0.0).sum(axis=-1)
        mean: NDArray[np.float64] = total / np.maximum(has_articles.sum(axis=-1), 1)
        return mean

    def _of_each(
        self, confusions: NDArray[np.float64], labels: Sequence[str]
    ) -> NDArray[np.float64]:
        if not self.labels:
            return summaries(confusions)[self.name]
        unknown = [label for label in self.labels if label not in labels]
        if unknown:
            raise ConfigError(
                f"Got a metric over {', '.join(map(repr, unknown))}, but the labels are "
                f"{', '.join(map(repr, labels))}. Choose among them."
            )
        places = [list(labels).index(label) for label in self.labels]
        mean: NDArray[np.float64] = _f1(confusions)[..., places].mean(axis=-1)
        return mean


def summaries(confusions: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Compute accuracy, macro-F1 and weighted F1 of a stack of confusion matrices.

    Parameters
    ----------
    confusions : ndarray of float64, shape (..., n_labels, n_labels)

    Returns
    -------
    dict of str to ndarray of float64, shape (...)
    """
    true, guessed = confusions.sum(axis=-1), confusions.sum(axis=-2)
    hits = np.diagonal(confusions, axis1=-2, axis2=-1).sum(axis=-1)
    total = np.maximum(true.sum(axis=-1), 1.0)
    occurring = ((true + guessed) > 0).sum(axis=-1)
    f1 = _f1(confusions)
    return {
        "accuracy": hits / total,
        "macro_f1": f1.sum(axis=-1) / np.maximum(occurring, 1),
        "weighted_f1": (f1 * true).sum(axis=-1) / total,
    }


def _f1(confusions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the F1 of each label; zero for one that never occurs."""
    both = confusions.sum(axis=-1) + confusions.sum(axis=-2)
    hits = np.diagonal(confusions, axis1=-2, axis2=-1)
    f1: NDArray[np.float64] = 2 * hits / np.maximum(both, 1.0)
    return f1
