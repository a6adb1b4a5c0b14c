"""Shares of labels in an archive, corrected by a random sample that was coded by hand."""

from __future__ import annotations

from itertools import product
from math import inf
from typing import TYPE_CHECKING, Literal

from stance.estimation.group_estimates import GroupEstimator
from stance.estimation.share_contrasts import difference, trend
from stance.estimation.share_intervals import equivalent_sample, interval_of_share, quantile
from stance.estimation.share_plan import planned_size
from stance.estimation.share_records import GroupShares, Plan, ShareEstimate, ShareEstimates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stance.estimation.group_estimates import GroupEstimate
    from stance.estimation.population import CodedSample, Population
    from stance.estimation.share_records import Contrast

METHOD = "prediction-powered"


def estimated_shares(
    population: Population,
    coded: CodedSample,
    labels: Sequence[str],
    groups: Sequence[str] = (),
    *,
    field: str | None = None,
    claim_about: Literal["articles", "outlets"] = "articles",
    confidence: float = 0.95,
    simultaneous: bool = False,
    contrasts: Sequence[tuple[str, str, str]] = (),
    times: Sequence[float] | None = None,
    margin: float | None = None,
) -> ShareEstimates:
    """Estimate the share of each label, in all articles and in groups of them.

    Parameters
    ----------
    population : Population
    coded : CodedSample
        At least two articles.
    labels, groups : sequence of str
        Names, in the order of their numbers.
    field : str, optional
        What the groups are values of.
    claim_about : {"articles", "outlets"}
        The articles of the archive, or outlets like those of the archive: intervals
        then hold for other outlets too, and are wider. This takes two outlets.
    confidence : float
        In (0, 1).
    simultaneous : bool
        Make intervals that hold for all labels and groups together.
    contrasts : sequence of tuple of str
        Label, group and the group whose share is subtracted.
    times : sequence of float, optional
        The times of the groups, in steps. If given, each label's trend over the
        groups is estimated too.
    margin : float, optional
        Half width of intervals, in (0, 1), for which to plan.

    Returns
    -------
    ShareEstimates
        Without assumptions and warnings.
    """
    estimator = GroupEstimator(population, coded, claim_about == "outlets")
    whole = estimator.estimate()
    parts = [estimator.estimate(value, number) for number, value in enumerate(groups)]
    n_free = len(labels) - 1 if len(labels) == 2 else len(labels)
    n_intervals = n_free * (1 + len(groups)) if simultaneous else 1
    is_finite = claim_about == "articles"
    found = [
        _shares(part, labels, confidence, n_intervals, is_finite=is_finite)
        for part in (whole, *parts)
    ]
    return ShareEstimates(
        labels=tuple(labels),
        field=field,
        overall=found[0],
        groups=tuple(found[1:]),
        contrasts=(
            *_differences(estimator, parts, labels, contrasts, confidence),
            *_trends(estimator, parts, labels, times, confidence),
        ),
        plan=_plan((whole, *parts), labels, margin, confidence),
        method=METHOD,
        population=claim_about,
        n_outlets=estimator.n_outlets,
        confidence=confidence,
        simultaneous=simultaneous,
    )


def _shares(
    group: GroupEstimate,
    labels: Sequence[str],
    confidence: float,
    n_intervals: int,
    *,
    is_finite: bool,
) -> GroupShares:
    """Return the shares of a group; `is_finite` if the claim is about its articles alone."""
    measured = group.measured
    if measured is None:
        unknown = (
            ShareEstimate(label, float(naive), None, 0.0, 1.0)
            for label, naive in zip(labels, group.naive, strict=True)
        )
        return GroupShares(group.value, group.n, 0, tuple(unknown))
    t = quantile(confidence, measured.freedom, n_intervals)
    shares = []
    for number, label in enumerate(labels):
        share = float(measured.found.shares[number])
        by_hand = float(measured.by_hand.shares[number])
        trials = float(measured.trials[number])
        low, high = interval_of_share(share, trials, t)
        hand_low, hand_high = interval_of_share(by_hand, float(measured.trials_by_hand[number]), t)
        shares.append(
            ShareEstimate(
                label,
                float(group.naive[number]),
                share,
                low,
                high,
                standard_error=float(measured.variance[number]) ** 0.5,
                effective_n=(
                    equivalent_sample(trials, group.n) if is_finite or trials == inf else trials
                ),
                hand_estimate=by_hand,
                hand_low=hand_low,
                hand_high=hand_high,
            )
        )
    return GroupShares(group.value, group.n, group.n_coded, tuple(shares))


def _differences(
    estimator: GroupEstimator,
    groups: Sequence[GroupEstimate],
    labels: Sequence[str],
    contrasts: Sequence[tuple[str, str, str]],
    confidence: float,
) -> Iterator[Contrast]:
    named = {group.value: group for group in groups}
    numbers = {label: number for number, label in enumerate(labels)}
    for label, group, reference in contrasts:
        found = difference(
            estimator, named[group], named[reference], (numbers[label], label), confidence
        )
        if found is not None:
            yield found


def _trends(
    estimator: GroupEstimator,
    groups: Sequence[GroupEstimate],
    labels: Sequence[str],
    times: Sequence[float] | None,
    confidence: float,
) -> Iterator[Contrast]:
    if times is None:
        return
    for label in enumerate(labels):
        found = trend(estimator, groups, times, label, confidence)
        if found is not None:
            yield found


def _plan(
    groups: Sequence[GroupEstimate],
    labels: Sequence[str],
    margin: float | None,
    confidence: float,
) -> Plan | None:
    if margin is None:
        return None
    sizes = (
        planned_size(group, group.measured, label, margin, confidence)
        for group, label in product(groups, enumerate(labels))
        if group.measured is not None
    )
    return Plan(margin, tuple(sizes))
