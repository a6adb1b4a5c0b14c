"""One-against-rest logistic regression, for several labels at once.

Dual coordinate descent: each article has one dual variable per label, and
each visit to an article optimises it while all others are fixed. Most of the
time is spent looking up the weights of an article's features, so the weights
of up to eight labels are adjacent in memory and need a single lookup. Articles whose
dual variables have converged are skipped until all others have converged too;
then all are visited again to confirm it. The grouping of labels does not depend
on the number of threads, so neither does the result.

References
----------
Yu, Huang, Lin: Dual coordinate descent methods for logistic regression and
maximum entropy models, Machine Learning 85, 2011. The steps are those of
liblinear, which scikit-learn calls; skipping articles (shrinking) is from Hsieh,
Chang, Lin, Keerthi, Sundararajan: A Dual Coordinate Descent Method for
Large-scale Linear SVM, ICML 2008.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.features.compiled.coordinate_descent import (
    FEW_LANES,
    MANY_LANES,
    SHRINK,
    squared_norms,
    visit,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    Floats = NDArray[np.float64]

# Initial value of a dual variable, as a share of the article's cost, and its maximum. The weights
# begin with zero: such a small share in them would be lost in single precision.
FIRST_SHARE = 1e-3
FIRST_AT_MOST = 1e-8

# Tolerance of a step: the largest, of the first pass, and the smallest.
COARSE = 1e-2
FINE = 1e-8


class Solution(NamedTuple):
    """Weights and intercepts, and whether the solver converged.

    Parameters
    ----------
    weights : ndarray of float32, shape (n_features, n_labels)
    intercepts : ndarray of float32, shape (n_labels,)
    converged : bool
    """

    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    converged: bool


def fit_one_against_rest(
    features: sparse.csr_array,
    positive: NDArray[np.bool_],
    costs: Floats,
    *,
    tolerance: float,
    max_passes: int,
    seed: int,
    n_threads: int | None = None,
) -> Solution:
    """Fit a logistic regression for each column of `positive`.

    It minimises ``(w² + b²) / 2 + sum(costs * log(1 + exp(-y * (x @ w + b))))``;
    the intercept is penalised like the weight of a constant feature of one.

    Parameters
    ----------
    features : csr_array, shape (n_articles, n_features)
        Values are read, and weights stored, in single precision.
    positive : ndarray of bool, shape (n_articles, n_labels)
        Whether an article has a label.
    costs : ndarray of float64, shape (n_articles,)
        Weight of each article's loss; articles of weight zero are skipped.
    tolerance : float
        Stop when the dual problem's largest gradient is below it; at least 1e-4.
    max_passes : int
        Maximum number of passes, over all articles or the active ones.
    seed : int
        Random seed of the order in which articles are visited.
    n_threads : int, optional
        By default the number of processors; the result does not depend on it.
    """
    n_labels = positive.shape[1]
    rows = _Rows.of(features)
    groups = np.array_split(np.arange(n_labels), -(-n_labels // MANY_LANES))
    problems = [_Problem(rows, positive[:, group], costs) for group in groups]

    def solve(problem: _Problem) -> bool:
        return problem.solve(tolerance, max_passes, seed)

    if len(problems) == 1:
        converged = [solve(problems[0])]
    else:
        with ThreadPoolExecutor(min(n_threads or os.cpu_count() or 1, len(groups))) as pool:
            converged = list(pool.map(solve, problems))
    weights = np.concatenate([one.solution for one in problems], axis=1)
    return Solution(weights[:-1], weights[-1], all(converged))


class _Rows(NamedTuple):
    """Articles as sparse rows, in the memory of their matrix."""

    offsets: NDArray[np.int64]
    columns: NDArray[np.uint32]
    values: NDArray[np.float32]
    n_columns: int

    @classmethod
    def of(cls, features: sparse.csr_array) -> _Rows:
        columns = features.indices.astype(np.int32, copy=False).view(np.uint32)
        values = features.data.astype(np.float32, copy=False)
        return cls(features.indptr.astype(np.int64), columns, values, features.shape[1])


class _Problem:
    """The optimisation problem of up to eight labels; the last weights are the intercepts."""

    def __init__(self, rows: _Rows, positive: NDArray[np.bool_], costs: Floats) -> None:
        self._rows = (rows.offsets, rows.columns, rows.values)
        # Row by row in any case: for another layout the loops would be compiled once more.
        self._signs = np.ascontiguousarray(np.where(positive, 1.0, -1.0))
        self._costs = costs
        self._used = np.flatnonzero(costs > 0.0)
        first = np.minimum(FIRST_SHARE * costs, FIRST_AT_MOST)
        self._duals = np.empty((*positive.shape, 2))
        self._duals[:, :, 0] = first[:, None]
        self._duals[:, :, 1] = (costs - first)[:, None]
        self._lanes = FEW_LANES if positive.shape[1] <= FEW_LANES else MANY_LANES
        self._weights = np.zeros((rows.n_columns + 1) * self._lanes, dtype=np.float32)
        self._squares = np.ones(len(costs))
        squared_norms(rows.offsets, rows.values, self._used, self._squares)

    @property
    def solution(self) -> NDArray[np.float32]:
        """Weights of shape (n_features + 1, n_labels)."""
        return self._weights.reshape(-1, self._lanes)[:, : self._signs.shape[1]]

    def solve(self, tolerance: float, max_passes: int, seed: int) -> bool:
        """Pass over the articles until all labels converge; return whether they did."""
        generator = np.random.default_rng(seed)
        n_labels = self._signs.shape[1]
        exactness = min(COARSE, SHRINK * tolerance)
        unsolved = np.ones(n_labels, dtype=np.bool_)
        wanted = self._used
        for _ in range(max_passes):
            visited = generator.permutation(wanted)
            gradients = np.zeros((len(visited), n_labels))
            n_steps = visit(
                *self._rows,
                visited,
                self._signs,
                self._costs,
                self._squares,
                self._duals,
                self._weights,
                exactness,
                unsolved,
                gradients,
                self._lanes,
            )
            largest = gradients.max(axis=1, initial=0.0)
            if len(visited) == len(self._used):
                unsolved &= gradients.max(axis=0, initial=0.0) >= tolerance
                if not unsolved.any():
                    return True
            wanted = np.sort(visited[largest >= tolerance])
            if not len(wanted):
                wanted = self._used
            if n_steps <= len(visited) // 10:
                exactness = max(FINE, SHRINK * exactness)
        return False
