"""Suspected errors among the given labels of a corpus, by held-out probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class LabelErrors:
    """What confident learning says about the given labels.

    Parameters
    ----------
    order : ndarray of int64, shape (n_articles,)
        Articles, the most suspect first.
    suggested : ndarray of int64, shape (n_articles,)
        Number of the most probable other label of each article; for suspected errors the
        label that it is confidently counted for.
    is_suspected : ndarray of bool, shape (n_articles,)
    joint : ndarray of float64, shape (n_labels, n_labels)
        Estimated numbers of articles by given (rows) and true label (columns); they add
        up to the number of articles with each given label.
    """

    order: NDArray[np.int64]
    suggested: NDArray[np.int64]
    is_suspected: NDArray[np.bool_]
    joint: NDArray[np.float64]

    @property
    def estimated_errors(self) -> float:
        """The estimated number of wrong labels."""
        return float(self.joint.sum() - np.trace(self.joint))


def find_label_errors(given: NDArray[np.int64], probabilities: NDArray[np.float64]) -> LabelErrors:
    """Find labels that disagree with probabilities of models that did not learn from them.

    Parameters
    ----------
    given : ndarray of int64, shape (n_articles,)
        Number of the given label.
    probabilities : ndarray of float64, shape (n_articles, n_labels)
        Held-out probabilities.

    Notes
    -----
    The threshold of a label is the mean probability of the label among the articles that
    have it. An article counts confidently for the most probable label whose probability
    reaches the threshold; if that is not the given one, its label is suspected. Suspected
    articles come first, by the probability of the given label less the largest of the
    others, the smallest first.

    References
    ----------
    C. G. Northcutt, L. Jiang, I. L. Chuang (2021): Confident learning: estimating
    uncertainty in dataset labels. Journal of Artificial Intelligence Research 70.

    Examples
    --------
    >>> p = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.2, 0.8]])
    >>> found = find_label_errors(np.array([0, 0, 0, 1, 1]), p)
    >>> found.order.tolist(), found.is_suspected.tolist()
    ([2, 1, 3, 4, 0], [False, False, True, False, False])
    """
    n, n_labels = probabilities.shape
    rows = np.arange(n)
    counts = np.bincount(given, minlength=n_labels)
    own = probabilities[rows, given]
    # A label that no article has reaches no threshold.
    sums = np.bincount(given, own, minlength=n_labels)
    thresholds = np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)
    # Sums of rounded numbers: a probability that equals its mean reaches it.
    reached = np.where(probabilities >= thresholds - 1e-9, probabilities, -1.0)
    confident, is_counted = reached.argmax(axis=1), reached.max(axis=1) >= 0
    is_suspected = is_counted & (confident != given)
    others = probabilities.copy()
    others[rows, given] = -1.0
    margin = own - others.max(axis=1)
    order = np.lexsort((rows, margin, ~is_suspected))
    suggested = np.where(is_suspected, confident, others.argmax(axis=1))
    joint = np.zeros((n_labels, n_labels))
    np.add.at(joint, (given[is_counted], confident[is_counted]), 1)
    total = joint.sum(axis=1, keepdims=True)
    # Articles of a label without a confident one count as right.
    joint = np.where(total > 0, joint / np.maximum(total, 1), np.eye(n_labels)) * counts[:, None]
    return LabelErrors(order, suggested, is_suspected, joint)
