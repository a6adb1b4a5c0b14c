"""Fits of a power law with a ceiling to scores at several sizes of a training corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# The exponents that are tried; for each, the best ceiling and scale have a closed form.
EXPONENTS = np.geomspace(0.05, 2.0, 150)


@dataclass(frozen=True)
class PowerLaws:
    """Scores that approach a ceiling as a power of the number of articles.

    Parameters
    ----------
    ceiling : ndarray of float64, shape (n_fits,)
        The score that is approached, at most 1.
    scale : ndarray of float64, shape (n_fits,)
        How far the score at `unit` articles is below the ceiling; at least 0.
    exponent : ndarray of float64, shape (n_fits,)
        In [0.05, 2].
    unit : float
        Number of articles.

    Notes
    -----
    ``score(n) = ceiling - scale * (n / unit) ** -exponent``
    """

    ceiling: NDArray[np.float64]
    scale: NDArray[np.float64]
    exponent: NDArray[np.float64]
    unit: float

    def __call__(self, sizes: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the score of each fit at each size, shape (n_fits, n_sizes)."""
        relative = np.asarray(sizes, dtype=np.float64)[None, :] / self.unit
        found: NDArray[np.float64] = (
            self.ceiling[:, None] - self.scale[:, None] * relative ** -self.exponent[:, None]
        )
        return found


def fit_power_laws(
    sizes: Sequence[float] | NDArray[np.float64], scores: NDArray[np.float64]
) -> PowerLaws:
    """Fit a power law to each row of scores by weighted least squares.

    Scores are weighted by their size, since the variance of a score over draws of
    training articles is about proportional to its inverse.

    Parameters
    ----------
    sizes : sequence of float, shape (n_sizes,)
        Numbers of articles, at least two that differ.
    scores : ndarray of float64, shape (n_fits, n_sizes)
        In [0, 1].

    Returns
    -------
    PowerLaws

    References
    ----------
    Hestness et al.: Deep Learning Scaling is Predictable, Empirically, 2017.
    Viering, Loog: The Shape of Learning Curves: a Review, IEEE TPAMI 45, 2023.

    Examples
    --------
    >>> sizes = np.array([25, 50, 100, 200, 400])
    >>> fitted = fit_power_laws(sizes, (0.8 - 2 * sizes**-0.5)[None, :])
    >>> fitted([1600]).round(2).tolist()
    [[0.75]]
    """
    n = np.asarray(sizes, dtype=np.float64)
    unit, weights = float(n.max()), n / n.sum()
    fits = [_fit_given(exponent, n / unit, scores, weights) for exponent in EXPONENTS.tolist()]
    errors = np.stack([error for _, _, error in fits])
    best, rows = errors.argmin(axis=0), np.arange(len(scores))
    ceilings = np.stack([ceiling for ceiling, _, _ in fits])[best, rows]
    scales = np.stack([scale for _, scale, _ in fits])[best, rows]
    return PowerLaws(ceilings, scales, EXPONENTS[best], unit)


def _fit_given(
    exponent: float,
    relative: NDArray[np.float64],
    scores: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the best ceiling and scale for an exponent, with their squared error."""
    x = relative**-exponent
    middle, mean = float(weights @ x), scores @ weights
    spread = float(weights @ (x - middle) ** 2)
    scale = -((scores - mean[:, None]) @ (weights * (x - middle))) / spread
    scale = np.maximum(scale, 0.0)
    ceiling = mean + scale * middle
    # Above 1 the best ceiling is 1, since the error is convex.
    too_high = ceiling > 1.0
    at_one = ((1.0 - scores) @ (weights * x)) / float(weights @ x**2)
    ceiling = np.where(too_high, 1.0, ceiling)
    scale = np.where(too_high, np.maximum(at_one, 0.0), scale)
    fitted = ceiling[:, None] - scale[:, None] * x[None, :]
    error: NDArray[np.float64] = (scores - fitted) ** 2 @ weights
    return ceiling, scale, error


def per_doubling(
    sizes: Sequence[float] | NDArray[np.float64], scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return by how much each row of scores rises as the size doubles, shape (n_rows,).

    Weighted least squares on the logarithm of the size, with the weights of
    `fit_power_laws`.

    Examples
    --------
    >>> per_doubling([100, 200, 400], np.array([[0.5, 0.6, 0.7]])).round(3).tolist()
    [0.1]
    """
    n = np.asarray(sizes, dtype=np.float64)
    weights, x = n / n.sum(), np.log2(n)
    away = x - weights @ x
    found: NDArray[np.float64] = scores @ (weights * away) / float(weights @ away**2)
    return found
