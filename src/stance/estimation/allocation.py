"""How many articles of each stratum are coded."""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Allocation = Literal["neyman", "proportional"]
ALLOCATIONS: tuple[Allocation, ...] = ("neyman", "proportional")

# The least spread of a stratum, as a part of the spread of all articles: a model can be certain
# and wrong, so the strata of which it is certain are checked too.
LEAST_SPREAD = 0.5


def allocation_weights(
    sizes: NDArray[np.int64], unexplained: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Return the weights with which strata share the sample.

    Parameters
    ----------
    sizes : ndarray of int64, shape (n_strata,)
        Articles of each stratum.
    unexplained : ndarray of float64, shape (n_strata,), optional
        The mean over the articles of ``1 - sum_k p_k ** 2``, the variance that the
        predicted probabilities leave; None for weights in proportion to the sizes.

    Notes
    -----
    The weight of Neyman's allocation is the size times the standard deviation. It is at
    least half of that of all articles.
    """
    if unexplained is None:
        return sizes.astype(np.float64)
    overall = math.sqrt(float(np.average(unexplained, weights=sizes)))
    spread = np.maximum(np.sqrt(unexplained), LEAST_SPREAD * overall)
    return np.asarray(sizes * (spread if overall > 0 else 1.0), np.float64)


def allocate(
    n: int, sizes: NDArray[np.int64], weights: NDArray[np.float64], minimum: int
) -> NDArray[np.int64]:
    """Divide a sample among strata.

    Parameters
    ----------
    n : int
        Articles to draw: no more than there are, no fewer than the minima.
    sizes : ndarray of int64, shape (n_strata,)
        No stratum gets more than it has.
    weights : ndarray of float64, shape (n_strata,)
        Positive.
    minimum : int
        Each stratum gets so many, or all that it has.

    Returns
    -------
    ndarray of int64, shape (n_strata,)
        They add up to `n`. With a larger `n` no stratum gets fewer.

    Notes
    -----
    Each further article goes to the stratum with the largest
    ``weight / sqrt(m * (m + 1))``, where ``m`` is what the stratum has so far. This is
    the exact optimum in whole numbers (the method of equal proportions), and grows with
    `n`, unlike rounded shares.

    References
    ----------
    T. Wright (2012): The equivalence of Neyman optimum allocation for sampling and equal
    proportions for apportioning the U.S. House of Representatives. The American
    Statistician 66 (4).

    Examples
    --------
    >>> allocate(10, np.array([100, 100, 3]), np.array([30.0, 10.0, 5.0]), 2).tolist()
    [6, 2, 2]
    """
    found = np.minimum(sizes, minimum)
    waiting = [
        (-_priority(weight, m), place)
        for place, (weight, m, size) in enumerate(zip(weights, found, sizes, strict=True))
        if m < size
    ]
    heapq.heapify(waiting)
    for _ in range(n - int(found.sum())):
        _, place = heapq.heappop(waiting)
        found[place] += 1
        if found[place] < sizes[place]:
            heapq.heappush(waiting, (-_priority(weights[place], found[place]), place))
    return found


def _priority(weight: float, m: int) -> float:
    return float(weight) / math.sqrt(m * (m + 1)) if m else math.inf
