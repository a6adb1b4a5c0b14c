"""What the scores of a learning curve say: each size, the trend, more outlets or articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.evaluation.curve_bootstrap import ends
from stance.evaluation.learning_curve_records import (
    CurvePoint,
    DrawScore,
    OutletComparison,
    Trend,
)
from stance.evaluation.power_law import per_doubling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.evaluation.curve_bootstrap import CurveScores, HeldOutArticles
    from stance.evaluation.training_draws import Unit


def curve_points(
    drawn_by: Unit,
    scores: CurveScores,
    y_preds: NDArray[np.int64],
    tested: HeldOutArticles,
    *,
    n_outlets: Sequence[float] | None,
    n_pool: int,
) -> tuple[CurvePoint, ...]:
    """Return the scores of each size, with intervals over units and draws.

    The ends are as far from the mean as those of the draws are on average, and the
    variance of the mean over draws is added.
    """
    points = []
    for place, reach in enumerate(scores.reach(n_pool).tolist()):
        found = [tested.interval(y_pred) for y_pred in y_preds[place]]
        mean = float(np.mean([one.value for one in found]))
        below = float(np.hypot(np.mean([one.value - one.low for one in found]), reach))
        above = float(np.hypot(np.mean([one.high - one.value for one in found]), reach))
        points.append(
            CurvePoint(
                drawn_by,
                scores.sizes[place],
                None if n_outlets is None else n_outlets[place],
                tuple(DrawScore(number, *one) for number, one in enumerate(found, start=1)),
                mean,
                max(0.0, mean - below),
                min(1.0, mean + above),
            )
        )
    return tuple(points)


def freedom_of(tested: HeldOutArticles) -> float:
    """Return the degrees of freedom of Student's t, from the effective number of units."""
    return max(tested.units.basis.effective - 1, 1.0)


def trend_of(scores: CurveScores, tested: HeldOutArticles) -> Trend:
    """Return the change of the score per doubling of the size."""
    value = float(per_doubling(scores.sizes, scores.means[None, :])[0])
    replicates = per_doubling(scores.sizes, scores.replicates)
    return Trend(value, *ends(value, replicates, freedom_of(tested)))


def compare_draws(
    of_articles: CurveScores, of_outlets: CurveScores, tested: HeldOutArticles
) -> OutletComparison:
    """Compare draws of articles from all outlets with draws of whole outlets, at equal sizes."""
    places = [of_articles.sizes.index(size) for size in of_outlets.sizes]
    value = float((of_articles.means[places] - of_outlets.means).mean())
    difference = of_articles.replicates[:, places] - of_outlets.replicates
    low, high = ends(value, difference.mean(axis=1), freedom_of(tested))
    return OutletComparison(of_outlets.sizes, value, low, high)
