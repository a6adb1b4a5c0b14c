"""The linear model that every classifier is converted to: weights, intercepts, temperature.

One form means one scorer, one exact explanation (a feature's contribution is its
weight times its value) and one file format.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

ROWS_AT_ONCE = 1024

# The temperature is between this and its inverse.
HIGHEST_TEMPERATURE = 1e3
NEWTON_STEPS, PRECISION = 100, 1e-9


@dataclass(frozen=True)
class LinearModel:
    """A linear classifier over numbered labels.

    Parameters
    ----------
    weights : ndarray of float32, shape (n_features, n_labels)
    intercepts : ndarray of float32, shape (n_labels,)
    temperature : float
        Scores are divided by it before the softmax; values above one make
        probabilities less extreme.
    """

    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    temperature: float = 1.0

    def scores(self, features: sparse.csr_array) -> NDArray[np.float64]:
        """Return decision values, shape (n_texts, n_labels)."""
        return (features @ self.weights + self.intercepts).astype(np.float64)

    def scores_of(self, features: sparse.csr_array, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return decision values of some texts; few of them are copied at a time."""
        found = np.empty((len(rows), len(self.intercepts)))
        for first in range(0, len(rows), ROWS_AT_ONCE):
            some = slice(first, first + ROWS_AT_ONCE)
            found[some] = self.scores(features[rows[some]])
        return found


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the softmax of each row."""
    powers: NDArray[np.float64] = np.exp(scores - scores.max(axis=1, keepdims=True))
    powers /= powers.sum(axis=1, keepdims=True)
    return powers


def log_loss(scores: NDArray[np.float64], y_true: NDArray[np.int64]) -> float:
    """Return the mean negative log probability (in nats) of the true labels."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return float(np.mean(log_sum - shifted[np.arange(len(y_true)), y_true]))


def fit_temperature(scores: NDArray[np.float64], y_true: NDArray[np.int64]) -> float:
    """Return the temperature that minimises the log loss of held-out articles.

    Where all n of them are labelled right, the loss falls with the temperature
    without end. It is then chosen so that the mean loss is ``1 / (n + 2)``, as
    Laplace's rule of succession has it: n articles support no more certainty.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_texts, n_labels)
        Decision values of articles that the classifier was not trained on.
    y_true : ndarray of int, shape (n_texts,)

    Returns
    -------
    float
        Between 0.001 and 1,000.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks,
    ICML 2017.

    Notes
    -----
    The loss is convex in the inverse temperature, so its only minimum is found by
    Newton's method, or by halving the bounds where that converges slowly.
    `scipy.optimize` finds the same, but importing it takes longer than that.
    """
    low, high = 1 / HIGHEST_TEMPERATURE, HIGHEST_TEMPERATURE
    inverse, change = 1.0, high
    places = np.arange(len(y_true))
    own = scores[places, y_true]
    for _ in range(NEWTON_STEPS):
        probabilities = softmax(inverse * scores)
        means = np.einsum("ij,ij->i", probabilities, scores)
        slope = float(np.mean(means - own))
        curvature = float(np.mean(np.einsum("ij,ij->i", probabilities, scores**2) - means**2))
        is_too_sure = probabilities[places, y_true].min() > 0.0 and (
            -np.log(probabilities[places, y_true]).mean() < 1 / (len(y_true) + 2)
        )
        low, high = (low, inverse) if slope > 0 or is_too_sure else (inverse, high)
        following = inverse - slope / curvature if curvature > 0 else low
        if not low < following < high or abs(following - inverse) > change / 2:
            following = math.sqrt(low * high)
        change, inverse = abs(following - inverse), following
        if change <= PRECISION * inverse:
            break
    return 1 / inverse
