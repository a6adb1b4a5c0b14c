"""How many more articles to code for intervals of a given width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.estimation.share_intervals import interval_of_share, quantile
from stance.estimation.share_records import PlannedSize

if TYPE_CHECKING:
    from stance.estimation.group_estimates import GroupEstimate, Measured


def planned_size(
    group: GroupEstimate,
    measured: Measured,
    label: tuple[int, str],
    margin: float,
    confidence: float,
) -> PlannedSize:
    """Return how many more articles of a group to code for an interval of a share.

    The variance of sampling falls as one over the number of coded articles, and to
    zero if all of them are coded; the variance between outlets stays.

    Parameters
    ----------
    group : GroupEstimate
    measured : Measured
        What its coded articles tell.
    label : tuple of int and str
        Its number and its name.
    margin : float
        Half width of the interval, in (0, 1).
    confidence : float
        In (0, 1).
    """
    number, name = label
    t = quantile(confidence, measured.freedom)
    now = _half_width(group, measured, number, group.n_coded, t)
    least = _half_width(group, measured, number, group.n, t)
    if now <= margin:
        return PlannedSize(group.value, name, now, 0, least)
    if least > margin:
        return PlannedSize(group.value, name, now, None, least)
    low, high = group.n_coded, group.n
    while high - low > 1:
        middle = (low + high) // 2
        if _half_width(group, measured, number, middle, t) > margin:
            low = middle
        else:
            high = middle
    return PlannedSize(group.value, name, now, high - group.n_coded, least)


def _half_width(group: GroupEstimate, one: Measured, label: int, n_coded: int, t: float) -> float:
    """Return half the width of the interval if `n_coded` articles are coded."""
    share, trials = float(one.found.shares[label]), float(one.trials[label])
    if not np.isfinite(trials):
        return 0.0
    variance, sampling = float(one.found.variance[label]), float(one.found.sampling[label])
    between = (variance - sampling) / variance if variance > 0 else 0.0
    left = 1 / group.n_coded - 1 / group.n
    scale = (1 / n_coded - 1 / group.n) / left if left else 0.0
    part = between + (1 - between) * scale
    if part <= 0:
        return 0.0
    low, high = interval_of_share(share, trials / part, t)
    return (high - low) / 2
