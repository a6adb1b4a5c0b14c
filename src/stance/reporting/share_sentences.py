"""Estimated shares as numbers and sentences: for a paper, and how many articles to code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.phrases import counted, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stance.estimation.share_records import (
        Contrast,
        Plan,
        PlannedSize,
        ShareEstimate,
        ShareEstimates,
    )

DESIGN_BASED = "prediction-powered"
METHODS = {
    DESIGN_BASED: "prediction-powered inference (Angelopoulos et al. 2023)",
    "ACC": "adjusted count (ACC)",
    "PACC": "probabilistic adjusted count (PACC)",
    "EMQ": "expectation maximisation (EMQ)",
}

# Fields whose values are in the order of time.
TEMPORAL = ("month", "year")

# Shares that a sentence lists; tables have all.
LABELS_LISTED = 6
# In a sentence, shares have a decimal only if half the interval is narrower than this, or if they
# are as near to 0 or 1 as a rare label.
WHOLE_PERCENT = 0.01
RARE = 0.05
# The smallest share, and distance to 1, that one decimal shows; below the second it is nothing.
SMALLEST, NOTHING = 0.0005, 1e-6


def is_design_based(found: ShareEstimates) -> bool:
    """Tell whether the estimates rest on a random sample of the articles themselves."""
    return found.method == DESIGN_BASED


def in_percent(share: float | None, decimals: int = 1) -> str:
    """Format a share in percent, without the sign; a dash if there is none.

    Examples
    --------
    >>> in_percent(0.3151), in_percent(0.0), in_percent(0.0002), in_percent(0.9999)
    ('31.5', '0.0', '<0.1', '>99.9')
    """
    if share is None:
        return "-"
    if decimals and NOTHING < share < SMALLEST:
        return "<0.1"
    if decimals and NOTHING < 1 - share < SMALLEST:
        return ">99.9"
    return f"{100 * share:.{decimals}f}"


def in_points(difference: float) -> str:
    """Format a difference of shares in percentage points, with its sign.

    Examples
    --------
    >>> in_points(-0.0312), in_points(0.0)
    ('-3.1', '0.0')
    """
    text = f"{100 * difference:+.1f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text


def p_number(value: float) -> str:
    """Format a p-value."""
    return "<0.0001" if value < 0.0001 else f"{value:.4f}"


def level(found: ShareEstimates) -> str:
    """Format the coverage of the intervals.

    Examples
    --------
    >>> f"{100 * 0.975:.12g} %"
    '97.5 %'
    """
    return f"{100 * found.confidence:.12g} %"


def outside(shares: Sequence[ShareEstimate]) -> list[str]:
    """Return the labels whose counted share is not in the interval."""
    return [
        one.label
        for one in shares
        if one.estimate is not None and not one.low <= one.naive <= one.high
    ]


def paper_sentences(found: ShareEstimates) -> Iterator[str]:
    """Yield sentences that can be copied into a paper."""
    overall = found.overall
    if any(one.estimate is not None for one in overall.shares):
        yield f"{_shares(found)}. {_source(found)}"
    for contrast in found.contrasts:
        yield _contrast(found, contrast)


def _shares(found: ShareEstimates) -> str:
    known = [one for one in found.overall.shares if one.estimate is not None]
    ranked = sorted(known, key=lambda one: -(one.estimate or 0.0))[:LABELS_LISTED]
    first = _with_interval(ranked[0], f"{_kind(found)} ")
    parts = [f"{_subject(found, first)} are {shown(ranked[0].label)}"]
    parts += [f"{_with_interval(one)} {shown(one.label)}" for one in ranked[1:]]
    return ", ".join(parts)


def _subject(found: ShareEstimates, first: str) -> str:
    """Return what the shares are of, with the first one."""
    articles = counted(found.overall.n, "article")
    if found.population == "outlets":
        return (
            f"In outlets like the {found.n_outlets:,} of this archive ({articles}), {first} of the "
            "articles"
        )
    return f"Of the {articles}, {first}"


def _kind(found: ShareEstimates) -> str:
    return f"{'simultaneous ' if found.simultaneous else ''}{level(found)} CI"


def _with_interval(share: ShareEstimate, name: str = "") -> str:
    decimals = decimals_of(share)
    low, high = (in_percent(end, decimals) for end in (share.low, share.high))
    return f"{in_percent(share.estimate, decimals)} % ({name}{low} to {high})"


def decimals_of(share: ShareEstimate) -> int:
    """Return how many decimals of a percentage a sentence has."""
    estimate = share.estimate or 0.0
    is_narrow = (share.high - share.low) / 2 < WHOLE_PERCENT
    return 1 if is_narrow or min(estimate, 1 - estimate) < RARE else 0


def _source(found: ShareEstimates) -> str:
    method = METHODS.get(found.method, found.method)
    if is_design_based(found):
        said = (
            f"The shares are estimated by {method}, from the predicted labels of all articles and "
            f"{counted(found.overall.n_coded, 'article')} coded by hand, a random sample with "
            "known inclusion probabilities (Egami et al. 2023)."
        )
    else:
        said = (
            f"The shares are estimated by {method} from the errors of the model in its training "
            "corpus, without a random sample of these articles."
        )
    if found.population == "outlets":
        return f"{said} Intervals are over outlets ({found.n_outlets:,})."
    return said


def _contrast(found: ShareEstimates, one: Contrast) -> str:
    """Say how large a difference or a trend is, in its own direction, with its interval."""
    is_lower = one.estimate < 0
    sign, ends = (-1, (one.high, one.low)) if is_lower else (1, (one.low, one.high))
    size, low, high = (_points(sign * value) for value in (one.estimate, *ends))
    p = p_number(one.p_value)
    related = f"p < {p[1:]}" if p.startswith("<") else f"p = {p}"
    spread = f"({_kind(found)} {low} to {high}, {related})"
    label, group, reference = map(shown, (one.label, one.group, one.reference))
    if one.kind == "trend":
        return (
            f"From {reference} to {group}, the share of {label} {'falls' if is_lower else 'rises'} "
            f"by {size} percentage points per {step(found)} {spread}."
        )
    return (
        f"The share of {label} is {size} percentage points {'lower' if is_lower else 'higher'} in "
        f"{group} than in {reference} {spread}."
    )


def _points(difference: float) -> str:
    return in_points(difference).removeprefix("+")


def step(found: ShareEstimates) -> str:
    """Return the name of a step of a trend."""
    return found.field if found.field in TEMPORAL else "step"


def plan_sentences(plan: Plan) -> Iterator[str]:
    """Yield how many more articles would give the margin for all articles together.

    Groups are in a table.
    """
    sizes = [one for one in plan.sizes if one.value is None]
    if not sizes:
        return
    wanted = points_of(plan.margin)
    if more := most_articles(sizes):
        which = "every label" if not_enough(sizes) == [] else "the other labels"
        yield f"About {counted(more, 'more article')} would give {wanted} for {which}."
    elif not not_enough(sizes):
        yield f"No more articles are needed: the intervals of all labels are within {wanted}."
    if beyond := not_enough(sizes):
        worst = max(one.least_margin for one in beyond)
        labels = ", ".join(shown(one.label) for one in beyond)
        yield (
            f"No number of articles gives {wanted} for {labels}, since outlets differ: "
            f"{points_of(worst)} would remain. More outlets are needed."
        )


def not_enough(sizes: Sequence[PlannedSize]) -> list[PlannedSize]:
    """Return the labels for which no number of articles suffices."""
    return [one for one in sizes if one.n_more is None]


def most_articles(sizes: Sequence[PlannedSize]) -> int:
    """Return how many more articles are needed for all labels that can be planned."""
    return max((one.n_more for one in sizes if one.n_more is not None), default=0)


def points_of(margin: float) -> str:
    """Format half the width of an interval.

    Examples
    --------
    >>> points_of(0.03), points_of(0.0251), points_of(0.01)
    ('±3 points', '±2.5 points', '±1 point')
    """
    number = f"{100 * margin:.1f}".removesuffix(".0")
    return f"±{number} point{'' if number == '1' else 's'}"
