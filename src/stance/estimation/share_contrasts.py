"""Differences of shares between groups, and trends over them, with their covariance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.estimation.share_intervals import (
    combined_freedom,
    quantile,
    two_sided_p,
)
from stance.estimation.share_records import Contrast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.estimation.group_estimates import GroupEstimate, GroupEstimator


def difference(
    estimator: GroupEstimator,
    group: GroupEstimate,
    reference: GroupEstimate,
    label: tuple[int, str],
    confidence: float,
) -> Contrast | None:
    """Return the difference of a label's share between two groups.

    Parameters
    ----------
    estimator : GroupEstimator
    group, reference : GroupEstimate
    label : tuple of int and str
        Its number and its name.
    confidence : float
        In (0, 1).

    Returns
    -------
    Contrast or None
        None if one of the groups has no coded article.
    """
    return _combination(
        "difference",
        [reference, group],
        np.array([-1.0, 1.0]),
        label,
        estimator=estimator,
        confidence=confidence,
    )


def trend(
    estimator: GroupEstimator,
    groups: Sequence[GroupEstimate],
    times: Sequence[float],
    label: tuple[int, str],
    confidence: float,
) -> Contrast | None:
    """Return the change of a label's share per step of time, by weighted least squares.

    Groups weigh as their number of coded articles: weights by the estimated
    variances would favour groups in which the label happens to be rare.

    Parameters
    ----------
    estimator : GroupEstimator
    groups : sequence of GroupEstimate
        In the order of time.
    times : sequence of float
        In steps.
    label : tuple of int and str
        Its number and its name.
    confidence : float
        In (0, 1).

    Returns
    -------
    Contrast or None
        None if fewer than three groups have coded articles.
    """
    known = [
        (group, time)
        for group, time in zip(groups, times, strict=True)
        if group.measured is not None
    ]
    if len(known) < 3:
        return None
    at = np.array([time for _, time in known])
    weights = np.array([float(group.n_coded) for group, _ in known])
    centred = at - weights @ at / weights.sum()
    slope = weights * centred / (weights @ centred**2)
    return _combination(
        "trend",
        [group for group, _ in known],
        slope,
        label,
        estimator=estimator,
        confidence=confidence,
    )


def _combination(
    kind: str,
    groups: Sequence[GroupEstimate],
    weights: NDArray[np.float64],
    label: tuple[int, str],
    *,
    estimator: GroupEstimator,
    confidence: float,
) -> Contrast | None:
    """Return a weighted sum of a label's shares in groups."""
    measured = [group.measured for group in groups if group.measured is not None]
    if len(measured) < len(groups):
        return None
    number, name = label
    shares = np.array([one.found.shares[number] for one in measured])
    error = estimator.variance_of_sum(measured, weights, number) ** 0.5
    parts = weights**2 * [one.variance[number] for one in measured]
    freedom = combined_freedom(parts, np.array([one.freedom for one in measured]))
    estimate = float(weights @ shares)
    reach = quantile(confidence, freedom) * error
    last, first_group = groups[-1], groups[0]
    return Contrast(
        kind=kind,
        label=name,
        group=str(last.value),
        reference=str(first_group.value),
        naive=float(weights @ np.array([group.naive[number] for group in groups])),
        estimate=estimate,
        low=max(estimate - reach, -1.0),
        high=min(estimate + reach, 1.0),
        standard_error=error,
        p_value=two_sided_p(estimate, error, freedom),
    )
