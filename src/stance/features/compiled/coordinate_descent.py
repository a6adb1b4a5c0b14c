"""Dual coordinate descent for logistic regression, with up to eight labels in parallel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from stance.features.compiled.arrays import ONE
from stance.features.compiled.compilation import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stance.features.compiled.arrays import Float32s, Floats, Int64s, Numbers

# Numbers of labels whose weights may be adjacent in memory. The loops over the labels of a feature
# are unrolled, so that a processor reads them at once.
FEW_LANES, MANY_LANES = 4, 8

STEPS = 100
SHRINK = 0.1

TWO, THREE, FOUR, FIVE = np.uint32(2), np.uint32(3), np.uint32(4), np.uint32(5)
SIX, SEVEN, EIGHT = np.uint32(6), np.uint32(7), np.uint32(8)


@compiled
def squared_norms(offsets: Int64s, values: Float32s, articles: Int64s, squares: Floats) -> None:
    """Add the squares of the articles' features to ``squares``, shape (n_articles,)."""
    for article in articles:
        total = 0.0
        for i in range(offsets[article], offsets[article + 1]):
            value = np.float64(values[i])
            total += value * value
        squares[article] += total


@compiled
def visit(
    offsets: Int64s,
    columns: Numbers,
    values: Float32s,
    articles: Int64s,
    signs: Floats,
    costs: Floats,
    squares: Floats,
    duals: Floats,
    weights: Float32s,
    exactness: float,
    unsolved: NDArray[np.bool_],
    gradients: Floats,
    lanes: int,
) -> int:
    """Update the dual variables of articles in turn, for the labels not yet converged.

    Writes the absolute gradient of each dual variable before its update to
    ``gradients``, shape (n_articles, n_labels). Returns the number of Newton steps.
    """
    margins = np.zeros(MANY_LANES, dtype=np.float32)
    changes = np.zeros(MANY_LANES, dtype=np.float32)
    n_steps = 0
    for row in range(len(articles)):
        article = articles[row]
        first, end = offsets[article], offsets[article + 1]
        if lanes == FEW_LANES:
            _margins_of_four(columns, values, first, end, weights, margins)
        else:
            _margins_of_eight(columns, values, first, end, weights, margins)
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
        if lanes == FEW_LANES:
            _change_four(columns, values, first, end, weights, changes)
        else:
            _change_eight(columns, values, first, end, weights, changes)
    return n_steps


@compiled
def _margins_of_four(
    columns: Numbers, values: Float32s, first: int, end: int, weights: Float32s, margins: Float32s
) -> None:
    """Write an article's margin for each of four labels; the last weights are the intercepts."""
    last = len(weights) - FEW_LANES
    a, b, c, d = weights[last], weights[last + 1], weights[last + 2], weights[last + 3]
    for i in range(first, end):
        at, value = columns[i] * FOUR, values[i]
        a += weights[at] * value
        b += weights[at + ONE] * value
        c += weights[at + TWO] * value
        d += weights[at + THREE] * value
    margins[0], margins[1], margins[2], margins[3] = a, b, c, d


@compiled
def _change_four(
    columns: Numbers, values: Float32s, first: int, end: int, weights: Float32s, changes: Float32s
) -> None:
    """Add an article's features to the weights of four labels, times the change of each."""
    last = len(weights) - FEW_LANES
    a, b, c, d = changes[0], changes[1], changes[2], changes[3]
    weights[last] += a
    weights[last + 1] += b
    weights[last + 2] += c
    weights[last + 3] += d
    for i in range(first, end):
        at, value = columns[i] * FOUR, values[i]
        weights[at] += a * value
        weights[at + ONE] += b * value
        weights[at + TWO] += c * value
        weights[at + THREE] += d * value


@compiled
def _margins_of_eight(
    columns: Numbers, values: Float32s, first: int, end: int, weights: Float32s, margins: Float32s
) -> None:
    """Write an article's margin for each of eight labels, as for four."""
    last = len(weights) - MANY_LANES
    a, b, c, d = weights[last], weights[last + 1], weights[last + 2], weights[last + 3]
    e, f, g, h = weights[last + 4], weights[last + 5], weights[last + 6], weights[last + 7]
    for i in range(first, end):
        at, value = columns[i] * EIGHT, values[i]
        a += weights[at] * value
        b += weights[at + ONE] * value
        c += weights[at + TWO] * value
        d += weights[at + THREE] * value
        e += weights[at + FOUR] * value
        f += weights[at + FIVE] * value
        g += weights[at + SIX] * value
        h += weights[at + SEVEN] * value
    margins[0], margins[1], margins[2], margins[3] = a, b, c, d
    margins[4], margins[5], margins[6], margins[7] = e, f, g, h


@compiled
def _change_eight(
    columns: Numbers, values: Float32s, first: int, end: int, weights: Float32s, changes: Float32s
) -> None:
    """Add an article's features to the weights of eight labels, as for four."""
    last = len(weights) - MANY_LANES
    a, b, c, d = changes[0], changes[1], changes[2], changes[3]
    e, f, g, h = changes[4], changes[5], changes[6], changes[7]
    for label in range(MANY_LANES):
        weights[last + label] += changes[label]
    for i in range(first, end):
        at, value = columns[i] * EIGHT, values[i]
        weights[at] += a * value
        weights[at + ONE] += b * value
        weights[at + TWO] += c * value
        weights[at + THREE] += d * value
        weights[at + FOUR] += e * value
        weights[at + FIVE] += f * value
        weights[at + SIX] += g * value
        weights[at + SEVEN] += h * value


@compiled
def _solve_one(
    margin: float, square: float, cost: float, exact: float, duals: Floats
) -> tuple[float, float, int]:
    """Minimise over one dual variable by Newton's method, and store it.

    Both the variable and its difference from the cost are stored, and the
    smaller one is solved for, to avoid cancellation.

    Returns
    -------
    change : float
        Change of the dual variable. Times the sign of the article, it is the
        factor of the article's features in the update of the weights.
    gradient : float
        Absolute gradient before the update.
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
