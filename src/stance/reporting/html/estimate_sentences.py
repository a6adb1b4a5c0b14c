"""The sentences of the page of `stance estimate`: for a paper, and how many articles to code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.estimate import shown_groups
from stance.reporting.html.numbers import count, p_value
from stance.reporting.html.page import (
    Advice,
    Listed,
    Name,
    Number,
    Paragraph,
    Table,
    names,
    phrase,
    phrases,
)
from stance.reporting.share_sentences import (
    LABELS_LISTED,
    METHODS,
    decimals_of,
    in_percent,
    in_points,
    is_design_based,
    level,
    most_articles,
    not_enough,
    step,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.estimation.share_records import (
        Contrast,
        Plan,
        PlannedSize,
        ShareEstimate,
        ShareEstimates,
    )
    from stance.reporting.html.page import Block, Text


def paper_blocks(found: ShareEstimates) -> Iterator[Block]:
    """Yield sentences that can be copied into a paper."""
    known = [one for one in found.overall.shares if one.estimate is not None]
    if known:
        ranked = sorted(known, key=lambda one: -(one.estimate or 0.0))[:LABELS_LISTED]
        shares = Listed((_first(found, ranked[0]), *map(_share, ranked[1:])))
        yield Paragraph(
            phrase(
                f"estimate.paper.{found.population}",
                n=count(found.overall.n),
                outlets=count(found.n_outlets),
                shares=shares,
            )
        )
        yield Paragraph(_source(found))
    for contrast in found.contrasts:
        yield Paragraph(_contrast(found, contrast))


def _level(found: ShareEstimates) -> Text:
    key = "estimate.paper.simultaneous" if found.simultaneous else "estimate.paper.level"
    return phrase(key, level=Number(level(found)))


def _first(found: ShareEstimates, share: ShareEstimate) -> Text:
    """Return a share whose interval has a name."""
    return phrase("estimate.paper.first", level=_level(found), **_values(share))


def _share(share: ShareEstimate) -> Text:
    return phrase("estimate.paper.share", **_values(share))


def _values(share: ShareEstimate) -> dict[str, Text]:
    decimals = decimals_of(share)
    low, high = (in_percent(end, decimals) for end in (share.low, share.high))
    return {
        "label": Name(share.label),
        "share": Number(f"{in_percent(share.estimate, decimals)} %"),
        "interval": Number(f"{low}–{high}"),
    }


def _source(found: ShareEstimates) -> Text:
    if is_design_based(found):
        return phrase("estimate.paper.sample", n=count(found.overall.n_coded))
    known = found.method in METHODS
    method = phrase(f"estimate.method.{found.method}") if known else Name(found.method)
    return phrase("estimate.paper.without_sample", method=method)


def _contrast(found: ShareEstimates, one: Contrast) -> Text:
    is_lower = one.estimate < 0
    sign, ends = (-1, (one.high, one.low)) if is_lower else (1, (one.low, one.high))
    size, low, high = (in_points(sign * value).removeprefix("+") for value in (one.estimate, *ends))
    values: dict[str, Text] = {
        "label": Name(one.label),
        "group": Name(one.group),
        "reference": Name(one.reference),
        "size": Number(size),
        "level": _level(found),
        "interval": Number(f"[{low}, {high}]"),
        "p": p_value(one.p_value),
    }
    if one.kind == "trend":
        values["step"] = phrase(f"estimate.step.{step(found)}")
        return phrase("estimate.paper.falls" if is_lower else "estimate.paper.rises", **values)
    return phrase("estimate.paper.lower" if is_lower else "estimate.paper.higher", **values)


def plan_blocks(found: ShareEstimates, plan: Plan) -> Iterator[Block]:
    """Yield how many more articles would give the margin."""
    whole = [one for one in plan.sizes if one.value is None]
    wanted = _margin(plan.margin)
    beyond = not_enough(whole)
    if more := most_articles(whole):
        key = "estimate.plan.others" if beyond else "estimate.plan.every"
        yield Paragraph(phrase(key, n=count(more), margin=wanted))
    elif whole and not beyond:
        yield Paragraph(phrase("estimate.plan.enough", margin=wanted))
    if beyond:
        yield Advice(
            phrase(
                "estimate.plan.none",
                margin=wanted,
                labels=names(tuple(one.label for one in beyond)),
                least=_margin(max(one.least_margin for one in beyond)),
            )
        )
    yield _plan_table(found, plan)


def _plan_table(found: ShareEstimates, plan: Plan) -> Table:
    """Return a row for each group and label; what remains is a column if it is anywhere above 0."""
    has_least = any(one.least_margin > 0 for one in plan.sizes)
    columns: tuple[Text, ...] = (
        Name(found.field) if found.field else phrase("estimate.group"),
        *phrases("label", "estimate.plan.now", "estimate.plan.more"),
        *(phrases("estimate.plan.least") if has_least else ()),
    )
    named = {None, *(group.value for group in shown_groups(found))}
    rows = tuple(_planned(one)[: len(columns)] for one in plan.sizes if one.value in named)
    return Table(phrase("estimate.plan.table", margin=_margin(plan.margin)), columns, rows)


def _planned(size: PlannedSize) -> tuple[Text, ...]:
    return (
        phrase("estimate.all") if size.value is None else Name(size.value),
        Name(size.label),
        _margin(size.margin),
        Number("-") if size.n_more is None else count(size.n_more),
        _margin(size.least_margin),
    )


def _margin(margin: float) -> Number:
    return Number("±" + f"{100 * margin:.1f}".removesuffix(".0"))
