"""Logistic regression of each label against the rest, some labels at once.

Dual coordinate descent: each article has one dual variable per label, and
each visit to an article solves for it while all others stand still. What
takes time is to look up the weights of an article's features; so the weights
of four labels stand side by side, and one look serves them all. Articles
whose dual variables are as good as solved are left out until all others are
too; then all are visited again, so that nothing is taken for solved that is
not. Labels are put together by their number alone, so threads change nothing.

References
----------
Yu, Huang, Lin: Dual coordinate descent methods for logistic regression and
maximum entropy models, Machine Learning 85, 2011. The steps are those of
liblinear, which scikit-learn calls; leaving articles out is as in Hsieh,
Chang, Lin, Keerthi, Sundararajan: A Dual Coordinate Descent Method for
Large-scale Linear SVM, ICML 2008.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.features.kernels import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    Floats = NDArray[np.float64]

# Labels whose weights stand side by side. A feature's are looked up without a loop over them,
# which `visit` spells out.
LANES = 4

# Share of an article's cost at which its dual variable starts, and the most it starts with.
FIRST_SHARE = 1e-3
FIRST_AT_MOST = 1e-8

# How exact a step is: at first, and at last.
COARSE = 1e-2
FINE = 1e-8

STEPS = 100
SHRINK = 0.1

ONE, TWO, THREE = np.uint32(1), np.uint32(2), np.uint32(3)


class Solution(NamedTuple):
    """Weights and intercepts, and whether they are as exact as was asked for.

    Parameters
    ----------
    weights : ndarray of float64, shape (n_features, n_labels)
    intercepts : ndarray of float64, shape (n_labels,)
    converged : bool
    """

    weights: Floats
    intercepts: Floats
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
    the intercept is penalised as the weight of one more feature of value one.

    Parameters
    ----------
    features : csr_array, shape (n_articles, n_features)
        Read, and the weights kept, in single precision.
    positive : ndarray of bool, shape (n_articles, n_labels)
        Whether an article has a label.
    costs : ndarray of float64, shape (n_articles,)
        What an article's loss is multiplied with; those of zero are left out.
    tolerance : float
        Of the dual problem's largest gradient; 1e-4 or more.
    max_passes : int
        After so many passes, over all articles or some, it ends in any case.
    seed : int
        Of the order in which articles are visited.
    n_threads : int, optional
        As many as there are processors by default; the result is the same.
    """
    n_labels = positive.shape[1]
    rows = _Rows.of(features)
    groups = np.array_split(np.arange(n_labels), -(-n_labels // LANES))
    problems = [_Problem(rows, positive[:, group], costs) for group in groups]
    with ThreadPoolExecutor(min(n_threads or os.cpu_count() or 1, len(groups))) as pool:
        converged = list(pool.map(lambda one: one.solve(tolerance, max_passes, seed), problems))
    weights = np.concatenate([one.solution for one in problems], axis=1)
    return Solution(weights[:-1], weights[-1], all(converged))


class _Rows(NamedTuple):
    """Articles as sparse rows; a place is where the weights of a feature begin."""

    offsets: NDArray[np.int64]
    places: NDArray[np.uint32]
    values: NDArray[np.float32]
    n_columns: int

    @classmethod
    def of(cls, features: sparse.csr_array) -> _Rows:
        places = features.indices.astype(np.uint32)
        places *= np.uint32(LANES)
        values = features.data.astype(np.float32, copy=False)
        return cls(features.indptr.astype(np.int64), places, values, features.shape[1])


class _Problem:
    """Up to four labels. The last of the weights are their intercepts."""

    def __init__(self, rows: _Rows, positive: NDArray[np.bool_], costs: Floats) -> None:
        self._rows = (rows.offsets, rows.places, rows.values)
        self._signs = np.where(positive, 1.0, -1.0)
        self._costs = costs
        self._used = np.flatnonzero(costs > 0.0)
        first = np.minimum(FIRST_SHARE * costs, FIRST_AT_MOST)
        self._duals = np.empty((*positive.shape, 2))
        self._duals[:, :, 0] = first[:, None]
        self._duals[:, :, 1] = (costs - first)[:, None]
        self._weights = np.zeros((rows.n_columns + 1) * LANES, dtype=np.float32)
        self._squares = np.ones(len(costs))
        begin(*self._rows, self._used, self._signs, self._duals, self._weights, self._squares)

    @property
    def solution(self) -> Floats:
        """Weights of shape (n_features + 1, n_labels)."""
        return self._weights.reshape(-1, LANES)[:, : self._signs.shape[1]].astype(np.float64)

    def solve(self, tolerance: float, max_passes: int, seed: int) -> bool:
        """Pass over the articles until all labels are exact enough; tell whether they are."""
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


@compiled
def begin(
    offsets: NDArray[np.int64],
    places: NDArray[np.uint32],
    values: NDArray[np.float32],
    articles: NDArray[np.int64],
    signs: Floats,
    duals: Floats,
    weights: NDArray[np.float32],
    squares: Floats,
) -> None:
    """Add each article's part to the weights, and its features' squares to one."""
    last = len(weights) - LANES
    for article in articles:
        for label in range(signs.shape[1]):
            weights[last + label] += duals[article, label, 0] * signs[article, label]
        for i in range(offsets[article], offsets[article + 1]):
            value = np.float64(values[i])
            squares[article] += value * value
            for label in range(signs.shape[1]):
                change = duals[article, label, 0] * signs[article, label]
                weights[int(places[i]) + label] += change * value


@compiled
def visit(
    offsets: NDArray[np.int64],
    places: NDArray[np.uint32],
    values: NDArray[np.float32],
    articles: NDArray[np.int64],
    signs: Floats,
    costs: Floats,
    squares: Floats,
    duals: Floats,
    weights: NDArray[np.float32],
    exactness: float,
    unsolved: NDArray[np.bool_],
    gradients: Floats,
) -> int:
    """Solve for the dual variables of some articles in turn, of the labels that are unsolved.

    ``gradients`` of shape (n_articles, n_labels) become how far each was from
    its solution. Returns the number of Newton steps.
    """
    last = len(weights) - LANES
    margins, changes = np.zeros(LANES), np.zeros(LANES, dtype=np.float32)
    n_steps = 0
    for row in range(len(articles)):
        article = articles[row]
        first, end = offsets[article], offsets[article + 1]
        a, b, c, d = weights[last], weights[last + 1], weights[last + 2], weights[last + 3]
        for i in range(first, end):
            at, value = places[i], values[i]
            a += weights[at] * value
            b += weights[at + ONE] * value
            c += weights[at + TWO] * value
            d += weights[at + THREE] * value
        margins[0], margins[1], margins[2], margins[3] = a, b, c, d
        before = n_steps
        for label in range(signs.shape[1]):
            changes[label] = 0.0
            if unsolved[label]:
                sign = signs[article, label]
                change, gradients[row, label], steps = _solve_one(
                    sign * margins[label],
                    squares[article],
                    costs[article],
                    exactness,
                    duals[article, label],
                )
                n_steps += steps
                changes[label] = change * sign
        if n_steps == before:
            continue
        a, b, c, d = changes[0], changes[1], changes[2], changes[3]
        weights[last] += a
        weights[last + 1] += b
        weights[last + 2] += c
        weights[last + 3] += d
        for i in range(first, end):
            at, value = places[i], values[i]
            weights[at] += a * value
            weights[at + ONE] += b * value
            weights[at + TWO] += c * value
            weights[at + THREE] += d * value
    return n_steps


@compiled
def _solve_one(
    margin: float, square: float, cost: float, exact: float, duals: Floats
) -> tuple[float, float, int]:
    """Minimise over one dual variable by Newton's method, and write it down.

    It and the rest of the cost are kept both, and the smaller is solved for:
    a difference of two nearly equal numbers would lose it.

    Returns
    -------
    change : float
        By which an article's features change the weights, times its sign.
    gradient : float
        How far it was from the solution.
    n_steps : int
    """
    which = 1 if 0.5 * square * (duals[1] - duals[0]) + margin < 0.0 else 0
    slope = -margin if which == 1 else margin
    before = duals[which]
    now = before
    if cost - now < 0.5 * cost:
        now *= SHRINK
    gradient = square * (now - before) + slope + math.log(now / (cost - now))
    first = abs(gradient)
    n_steps = 0
    while n_steps <= STEPS and abs(gradient) >= exact:
        curvature = square + cost / (cost - now) / now
        tried = now - gradient / curvature
        now = tried if tried > 0.0 else now * SHRINK
        gradient = square * (now - before) + slope + math.log(now / (cost - now))
        n_steps += 1
    if n_steps == 0:
        return 0.0, first, 0
    duals[which] = now
    duals[1 - which] = cost - now
    change = now - before
    return (-change if which == 1 else change), first, n_steps
