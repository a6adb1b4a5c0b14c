"""The shares that adjusted counts or EMQ give, with the intervals of their resamples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.estimation.share_records import Contrast, GroupShares, ShareEstimate, ShareEstimates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from stance.estimation.resampled_shares import Resamples, ShareBootstrap

    Floats = NDArray[np.float64]

# A trend through fewer groups is a difference.
FEWEST_STEPS = 3


def quantified_shares(
    bootstrap: ShareBootstrap,
    groups: Sequence[str] = (),
    *,
    field: str | None = None,
    claim_about: str = "articles",
    confidence: float = 0.95,
    simultaneous: bool = False,
    contrasts: Sequence[tuple[str, str, str]] = (),
    times: Sequence[float] | None = None,
) -> ShareEstimates:
    """Return the shares of an archive without a random sample.

    Parameters
    ----------
    bootstrap : ShareBootstrap
    groups : sequence of str
        Names, in the order of their numbers.
    field, claim_about, confidence, simultaneous, contrasts, times
        As for `stance.estimation.shares.estimated_shares`.

    Returns
    -------
    ShareEstimates
        Without assumptions and warnings. `n_coded` is the number of held-out articles.

    Notes
    -----
    Intervals are quantiles of the resamples. In a resample without a held-out article of
    a label, its share is unknown, and counts as 0 for the lower end and as 1 for the upper
    end.
    """
    labels, population = bootstrap.rates.labels, bootstrap.population
    found = bootstrap.run()
    lows, highs = _intervals(found, confidence, simultaneous=simultaneous)
    lows, highs = _widened(found.point, lows, highs, bootstrap, confidence)
    errors = _spread(found.shares)
    shares = []
    for number, value in enumerate((None, *groups)):
        cells = slice(None) if value is None else population.group == number - 1
        n = int(population.n[cells].sum())
        naive = population.counted[cells].sum(axis=0) / n
        each = tuple(
            ShareEstimate(
                label,
                float(naive[place]),
                None if np.isnan(found.point[number, place]) else float(found.point[number, place]),
                float(lows[number, place]),
                float(highs[number, place]),
                _plain(errors[number, place]),
            )
            for place, label in enumerate(labels)
        )
        shares.append(GroupShares(value, n, bootstrap.rates.n_articles, each))
    return ShareEstimates(
        labels=labels,
        field=field,
        overall=shares[0],
        groups=tuple(shares[1:]),
        contrasts=tuple(_contrasts(found, shares[1:], contrasts, times, confidence)),
        plan=None,
        method=bootstrap.method,
        population=claim_about,
        n_outlets=_n_outlets(bootstrap),
        confidence=confidence,
        simultaneous=simultaneous,
    )


def _n_outlets(bootstrap: ShareBootstrap) -> int:
    """Return the outlets of the side that has fewer of them; 0 if both have none."""
    sides = [bootstrap.n_outlets] if bootstrap.is_by_outlet else []
    if bootstrap.rates.is_by_outlet:
        sides.append(bootstrap.rates.n_units)
    return min(sides, default=0)


def _intervals(found: Resamples, confidence: float, *, simultaneous: bool) -> tuple[Floats, Floats]:
    unknown = np.isnan(found.shares)
    tail = (1 - confidence) / 2
    low = np.quantile(np.where(unknown, 0.0, found.shares), tail, axis=0, method="lower")
    high = np.quantile(np.where(unknown, 1.0, found.shares), 1 - tail, axis=0, method="higher")
    low, high = np.fmin(low, found.point), np.fmax(high, found.point)
    if not simultaneous:
        return low, high
    # Each resample contributes its largest deviation, of whichever label and group.
    errors = _spread(found.shares)
    known = errors > 0
    deviations = np.abs(found.shares - found.point)[:, known] / errors[known]
    if not deviations.size:
        return low, high
    largest = np.nan_to_num(deviations, nan=0.0).max(axis=1)
    reach = float(np.quantile(largest, confidence, method="higher")) * np.nan_to_num(errors)
    return (
        np.fmin(low, np.clip(found.point - reach, 0, 1)),
        np.fmax(high, np.clip(found.point + reach, 0, 1)),
    )


def _widened(
    point: Floats, low: Floats, high: Floats, bootstrap: ShareBootstrap, confidence: float
) -> tuple[Floats, Floats]:
    """Widen intervals without a width: resampling cannot show an error that did not occur.

    If an error has not occurred among n articles, its rate may still be up to
    ``1 - (1 - confidence)**(1 / n)`` (the rule of three).
    """
    rate = 1 - (1 - confidence) ** (1 / bootstrap.rates.n_by_label.min())
    flat = high - low < rate / 10
    return (
        np.where(flat, np.maximum(point - rate, 0), low),
        np.where(flat, np.minimum(point + rate, 1), high),
    )


def _spread(shares: Floats) -> Floats:
    """Return the standard deviation over the resamples in which a share is known."""
    known = ~np.isnan(shares)
    n = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, shares, 0.0).sum(axis=0) / n
        variance = np.where(known, (shares - mean) ** 2, 0.0).sum(axis=0) / (n - 1)
    return np.asarray(np.sqrt(variance))


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _contrasts(
    found: Resamples,
    groups: Sequence[GroupShares],
    contrasts: Sequence[tuple[str, str, str]],
    times: Sequence[float] | None,
    confidence: float,
) -> Iterator[Contrast]:
    if not groups:
        return
    values = [str(group.value) for group in groups]
    labels = [share.label for share in groups[0].shares]
    for label, group, reference in contrasts:
        weights = np.zeros(len(values))
        weights[values.index(group)], weights[values.index(reference)] = 1.0, -1.0
        yield from _combination(
            ("difference", label, group, reference), found, groups, weights, confidence
        )
    if times is None or len(values) < FEWEST_STEPS:
        return
    sizes = np.array([float(group.n) for group in groups])
    centred = np.asarray(times) - sizes @ np.asarray(times) / sizes.sum()
    slope = sizes * centred / (sizes @ centred**2)
    for label in labels:
        names = ("trend", label, values[-1], values[0])
        yield from _combination(names, found, groups, slope, confidence)


def _combination(
    names: tuple[str, str, str, str],
    found: Resamples,
    groups: Sequence[GroupShares],
    weights: Floats,
    confidence: float,
) -> Iterator[Contrast]:
    """Yield a weighted sum of a label's shares in the groups, unless a share is unknown."""
    kind, label, group, reference = names
    place, used = [one.label for one in groups[0].shares].index(label), weights != 0
    estimate = float(weights[used] @ found.point[1:, place][used])
    if np.isnan(estimate):
        return
    shares = found.shares[:, 1:, place][:, used]
    unknown, part = np.isnan(shares), weights[used]
    lowest = np.where(unknown, part < 0, shares) @ part
    highest = np.where(unknown, part > 0, shares) @ part
    tail = (1 - confidence) / 2
    below, above = float((lowest <= 0).mean()), float((highest >= 0).mean())
    error = _plain(_spread((shares @ part)[:, None])[0])
    yield Contrast(
        kind,
        label,
        group,
        reference,
        float(weights @ np.array([one.shares[place].naive for one in groups])),
        estimate,
        max(min(float(np.quantile(lowest, tail, method="lower")), estimate), -1.0),
        min(max(float(np.quantile(highest, 1 - tail, method="higher")), estimate), 1.0),
        error if error is not None else 1.0,
        # The resamples cannot show a smaller one.
        min(max(2 * min(below, above), 1 / len(shares)), 1.0),
    )
