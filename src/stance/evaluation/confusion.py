"""Metrics computed from stacks of confusion matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np

from stance.errors import ConfigError
from stance.model.macro_f1 import f1_of_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MetricName = Literal["macro_f1", "accuracy", "weighted_f1"]
METRICS: tuple[MetricName, ...] = get_args(MetricName)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric in [0, 1] that is computed from a confusion matrix.

    Parameters
    ----------
    name : {"macro_f1", "accuracy", "weighted_f1"}
        Macro-F1 is the mean over the labels that are true or predicted labels
        of articles.
    labels : tuple of str
        Labels that macro-F1 is restricted to, such as Favor and Against in stance
        tasks; empty for all. A label that never occurs counts as zero.

    Examples
    --------
    >>> str(Metric("macro_f1", ("Favor", "Against"))), str(Metric("accuracy"))
    ('macro-F1 of Favor and Against', 'accuracy')
    """

    name: MetricName = "macro_f1"
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name not in METRICS:
            raise ConfigError(f"Got the metric {self.name!r}, but expected {', '.join(METRICS)}.")
        if self.labels and self.name != "macro_f1":
            raise ConfigError(
                f"Got labels for {self.name}, but only macro_f1 can be restricted to labels."
            )

    def __str__(self) -> str:
        shown = self.name.replace("_f1", "-F1")
        return f"{shown} of {' and '.join(self.labels)}" if self.labels else shown

    def score(self, confusions: NDArray[np.float64], labels: Sequence[str]) -> NDArray[np.float64]:
        """Score each matrix of a stack.

        Parameters
        ----------
        confusions : ndarray of float64, shape (..., n_strata, n_labels, n_labels)
            True labels by row, predicted ones by column.
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
        found = self.parts(confusions, labels)
        score: NDArray[np.float64] = (found.weights * found.shares).sum(axis=(-2, -1))
        return score

    def parts(self, confusions: NDArray[np.float64], labels: Sequence[str]) -> Parts:
        """Decompose the score into shares: one per stratum, and per label for F1.

        Parameters
        ----------
        confusions : ndarray of float64, shape (..., n_strata, n_labels, n_labels)
        labels : sequence of str

        Raises
        ------
        ConfigError
            If a label of the metric is not among `labels`.
        """
        true, predicted = confusions.sum(axis=-1), confusions.sum(axis=-2)
        hits = np.diagonal(confusions, axis1=-2, axis2=-1)
        total = true.sum(axis=-1, keepdims=True)
        if self.name == "accuracy":
            within = np.ones_like(total)
            return _parts(hits.sum(axis=-1, keepdims=True), total, total, within, 1)
        both = true + predicted
        if self.name == "weighted_f1":
            return _parts(2 * hits, both, true, true / np.maximum(total, 1.0), 2)
        occurring = both > 0
        within = occurring / np.maximum(occurring.sum(axis=-1, keepdims=True), 1)
        if self.labels:
            within = np.broadcast_to(self._chosen(labels), both.shape)
        return _parts(2 * hits, both, true, within, 2)

    @property
    def weighs_by_support(self) -> bool:
        """Whether labels are weighted by their number of articles."""
        return self.name == "weighted_f1"

    def _chosen(self, labels: Sequence[str]) -> NDArray[np.float64]:
        """Return the weight of each label if the metric is restricted to some."""
        unknown = [label for label in self.labels if label not in labels]
        if unknown:
            raise ConfigError(
                f"Got a metric over {', '.join(map(repr, unknown))}, but the labels are "
                f"{', '.join(map(repr, labels))}. Choose from these."
            )
        places = [list(labels).index(label) for label in self.labels]
        return np.bincount(places, minlength=len(labels)) / len(places)


class Parts(NamedTuple):
    """The shares whose weighted mean is a score.

    Parameters
    ----------
    hits, base : ndarray of float64, shape (..., n_strata, n_parts)
        A share is hits / base, and zero if base is zero.
    support : ndarray of float64, shape (..., n_strata, n_parts)
        Number of articles whose true label belongs to the part.
    weights : ndarray of float64, shape (..., n_strata, n_parts)
        They sum to one; zero for strata without articles.
    per_article : int
        How often an article counts in `base`: twice for F1.
    """

    hits: NDArray[np.float64]
    base: NDArray[np.float64]
    support: NDArray[np.float64]
    weights: NDArray[np.float64]
    per_article: int

    @property
    def shares(self) -> NDArray[np.float64]:
        """The shares, in [0, 1]."""
        shares: NDArray[np.float64] = self.hits / np.maximum(self.base, 1.0)
        return shares


def _parts(
    hits: NDArray[np.float64],
    base: NDArray[np.float64],
    support: NDArray[np.float64],
    within: NDArray[np.float64],
    per_article: int,
) -> Parts:
    """Weight the shares for a mean over the strata that have articles."""
    has_articles = support.sum(axis=-1, keepdims=True) > 0
    strata = np.maximum(has_articles.sum(axis=-2, keepdims=True), 1)
    return Parts(hits, base, support, within * has_articles / strata, per_article)


def summaries(confusions: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Compute accuracy, macro-F1 and weighted F1 of a stack of confusion matrices.

    Parameters
    ----------
    confusions : ndarray of float64, shape (..., n_labels, n_labels)

    Returns
    -------
    dict of str to ndarray of float64, shape (...)
    """
    true, predicted = confusions.sum(axis=-1), confusions.sum(axis=-2)
    hits = np.diagonal(confusions, axis1=-2, axis2=-1).sum(axis=-1)
    total = np.maximum(true.sum(axis=-1), 1.0)
    occurring = ((true + predicted) > 0).sum(axis=-1)
    f1 = f1_of_labels(confusions)
    return {
        "accuracy": hits / total,
        "macro_f1": f1.sum(axis=-1) / np.maximum(occurring, 1),
        "weighted_f1": (f1 * true).sum(axis=-1) / total,
    }
