"""Macro-F1, the score by which settings are chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Differences of macro-F1 below this count as ties.
TIE = 0.005


def first_of_ties(scores: Sequence[float]) -> int:
    """Return the index of the first score that ties with the best.

    Candidates are ordered from the simplest on, so ties go to the simpler one.
    Differences below 0.005 count as ties.

    Examples
    --------
    >>> first_of_ties([0.8, 0.901, 0.905])
    1
    """
    return next(place for place, score in enumerate(scores) if score >= max(scores) - TIE)


def confusion_matrix(
    y_true: NDArray[np.int64], y_pred: NDArray[np.int64], n_labels: int
) -> NDArray[np.int64]:
    """Return the confusion matrix: true labels by row, predicted ones by column."""
    cells = y_true * n_labels + y_pred
    return np.bincount(cells, minlength=n_labels**2).reshape(n_labels, n_labels)


def f1_of_labels(confusions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the F1 of each label; zero for one that never occurs.

    Parameters
    ----------
    confusions : ndarray of float64, shape (..., n_labels, n_labels)

    Returns
    -------
    ndarray of float64, shape (..., n_labels)
    """
    both = confusions.sum(axis=-1) + confusions.sum(axis=-2)
    hits = np.diagonal(confusions, axis1=-2, axis2=-1)
    f1: NDArray[np.float64] = 2 * hits / np.maximum(both, 1.0)
    return f1


def macro_f1(
    y_true: NDArray[np.int64],
    y_pred: NDArray[np.int64],
    n_labels: int,
    *,
    of_true_labels: bool = False,
) -> float:
    """Return the mean F1 of the labels that occur.

    Parameters
    ----------
    y_true, y_pred : ndarray of int64, shape (n_articles,)
        Numbers of labels.
    n_labels : int
    of_true_labels : bool
        Whether to average over the labels in `y_true` only, without those that
        were only predicted.

    Examples
    --------
    >>> round(macro_f1(np.array([0, 0, 1]), np.array([0, 2, 1]), 3), 4)
    0.5556
    >>> round(macro_f1(np.array([0, 0, 1]), np.array([0, 2, 1]), 3, of_true_labels=True), 4)
    0.8333
    """
    confusion = confusion_matrix(y_true, y_pred, n_labels).astype(np.float64)
    counts = confusion.sum(axis=1) + (0 if of_true_labels else confusion.sum(axis=0))
    return float(f1_of_labels(confusion)[counts > 0].mean())
