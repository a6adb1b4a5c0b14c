"""The page of `stance estimate`: shares of labels, corrected by articles coded by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.estimate import grouped, has_unknown, shown_groups
from stance.reporting.html.estimate_sentences import paper_blocks, plan_blocks
from stance.reporting.html.known_sentences import in_language
from stance.reporting.html.numbers import count, p_value
from stance.reporting.html.page import (
    Advice,
    Facts,
    Name,
    Number,
    Page,
    Paragraph,
    Table,
    names,
    phrase,
    phrases,
    section,
)
from stance.reporting.html.range_charts import (
    RangePoint,
    RangeRow,
    Ranges,
    difference_axis,
    share_axis,
)
from stance.reporting.html.share_charts import Panel, TimePoint, Trends, time_places
from stance.reporting.share_sentences import (
    METHODS,
    TEMPORAL,
    in_percent,
    in_points,
    is_design_based,
    level,
    outside,
    step,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stance.estimation.share_records import (
        Contrast,
        GroupShares,
        ShareEstimate,
        ShareEstimates,
    )
    from stance.reporting.html.page import Block, Section, Text


def page(found: ShareEstimates) -> Page:
    """Return the shares of the labels as a page.

    Parameters
    ----------
    found : ShareEstimates
    """
    sections = (
        *_without_sample(found),
        _overview(found),
        _overall(found),
        *_groups(found),
        *_contrasts(found),
        *((section("estimate.plan", *plan_blocks(found, found.plan)),) if found.plan else ()),
        *_assumptions(found),
        section("estimate.paper", *paper_blocks(found)),
    )
    kept = tuple(one for one in sections if one.blocks)
    return Page(phrase("estimate"), "stance estimate", kept)


def _without_sample(found: ShareEstimates) -> tuple[Section, ...]:
    if is_design_based(found):
        return ()
    return (section("estimate.without_sample", Advice(phrase("estimate.far_off"))),)


def _overview(found: ShareEstimates) -> Section:
    coded = "estimate.coded" if is_design_based(found) else "estimate.held_out"
    known = found.method in METHODS
    facts: list[tuple[Text, Text]] = [
        (phrase("articles"), count(found.overall.n)),
        (phrase(coded), count(found.overall.n_coded)),
        (
            phrase("estimate.method"),
            phrase(f"estimate.method.{found.method}") if known else Name(found.method),
        ),
        (phrase("estimate.claim"), phrase(f"estimate.claim.{found.population}")),
        (phrase("estimate.intervals"), _basis(found)),
    ]
    return section("estimate.overview", Facts(tuple(facts)))


def _basis(found: ShareEstimates) -> Text:
    unit = "unit.outlet" if found.n_outlets else "unit.article"
    n = found.n_outlets or found.overall.n_coded
    key = "estimate.basis.simultaneous" if found.simultaneous else "estimate.basis"
    return phrase(key, level=Number(level(found)), unit=phrase(unit), n=count(n))


def _interval(found: ShareEstimates) -> Text:
    return phrase("estimate.interval", level=Number(level(found)))


def _percent(share: float | None) -> Number:
    return Number("-" if share is None else f"{in_percent(share)} %")


def _range(low: float | None, high: float | None) -> Number:
    if low is None or high is None:
        return Number("-")
    return Number(f"{in_percent(low)}–{in_percent(high)} %")


def _estimated(share: ShareEstimate) -> tuple[Text, Text]:
    """Return the cells of an estimate and its interval."""
    if share.estimate is None:
        return Number("-"), phrase("estimate.unknown")
    return _percent(share.estimate), _range(share.low, share.high)


def _point(share: ShareEstimate) -> RangePoint | None:
    if share.estimate is None:
        return None
    return RangePoint(share.estimate, share.low, share.high)


def _hand_point(share: ShareEstimate) -> RangePoint | None:
    if share.hand_estimate is None:
        return None
    return RangePoint(share.hand_estimate, share.hand_low, share.hand_high)


def _overall(found: ShareEstimates) -> Section:
    shares = found.overall.shares
    has_hand = any(one.hand_estimate is not None for one in shares)
    wrong = outside(shares) if is_design_based(found) else []
    return section(
        "estimate.overall",
        _overall_chart(found, shares, has_hand=has_hand),
        Paragraph(phrase("estimate.meaning")),
        Paragraph(phrase("estimate.meaning.hand")) if has_hand else None,
        Advice(phrase("estimate.outside", labels=names(tuple(wrong)))) if wrong else None,
        *(Advice(in_language(text)) for text in found.warnings),
    )


def _overall_chart(
    found: ShareEstimates, shares: Sequence[ShareEstimate], *, has_hand: bool
) -> Ranges:
    hand_columns = phrases("estimate.hand", "estimate.hand_interval", "estimate.worth")
    columns: tuple[Text, ...] = (
        *phrases("label", "estimate.counted", "estimate.estimated"),
        _interval(found),
        phrase("estimate.error"),
        *(hand_columns if has_hand else ()),
    )
    rows = tuple(
        (
            Name(one.label),
            _percent(one.naive),
            *_estimated(one),
            _percent(one.standard_error),
            *(_hand_cells(one) if has_hand else ()),
        )
        for one in shares
    )
    series = ("estimate.estimated", *(("estimate.hand",) if has_hand else ()), "estimate.counted")
    drawn = tuple(
        RangeRow(
            Name(one.label),
            (_point(one), *((_hand_point(one),) if has_hand else ()), RangePoint(one.naive)),
            _percent(one.estimate),
        )
        for one in shares
    )
    caption = phrase("estimate.shares.chart", level=Number(level(found)))
    marks = ("dot", "ring", "tick") if has_hand else ("dot", "tick")
    table = Table(phrase("estimate.table"), columns, rows)
    return Ranges(caption, phrases(*series), drawn, share_axis(_values(drawn)), table, marks)


def _hand_cells(share: ShareEstimate) -> tuple[Text, ...]:
    return (
        _percent(share.hand_estimate),
        _range(share.hand_low, share.hand_high),
        Number("-" if share.effective_n is None else f"{share.effective_n:,.0f}"),
    )


def _values(rows: Sequence[RangeRow]) -> list[float]:
    return [value for row in rows for point in row.points if point for value in point.values]


def _groups(found: ShareEstimates) -> Iterator[Section]:
    """Yield the shares by group: over time as lines, else a chart for each label."""
    groups = shown_groups(found)
    if not groups or not found.field:
        return
    hidden = len(found.groups) - len(groups)
    charts: list[Block]
    if found.field in TEMPORAL:
        charts = [_trends(found, groups)]
    else:
        charts = [_group_chart(found, groups, label) for label in found.labels]
    yield section(
        phrase("estimate.groups", field=Name(found.field)),
        *charts,
        Paragraph(phrase("estimate.cut", n=count(hidden))) if hidden else None,
        Paragraph(phrase("estimate.unknown.meaning")) if has_unknown(groups) else None,
        Paragraph(phrase("estimate.overlap")) if len(groups) > 1 else None,
    )


def _group_chart(found: ShareEstimates, groups: Sequence[GroupShares], label: str) -> Ranges:
    drawn = tuple(
        RangeRow(
            Name(str(group.value)),
            (_point(share), RangePoint(share.naive)),
            _percent(share.estimate),
        )
        for group in groups
        for share in (group.share(label),)
    )
    values = {"label": Name(label), "field": Name(str(found.field))}
    caption = phrase("estimate.groups.chart", **values)
    series = phrases("estimate.estimated", "estimate.counted")
    table = _group_table(found, groups, (label,), phrase("estimate.groups.table", **values))
    return Ranges(caption, series, drawn, share_axis(_values(drawn)), table, ("dot", "tick"))


def _group_table(
    found: ShareEstimates, groups: Sequence[GroupShares], labels: Sequence[str], caption: Text
) -> Table:
    """Return a row for each group and label; labels have a column if there are several."""
    several, has_coded = len(labels) > 1, is_design_based(found)
    columns: tuple[Text, ...] = (
        *(phrases("label") if several else ()),
        Name(str(found.field)),
        *phrases("articles", *(("estimate.coded",) if has_coded else ())),
        *phrases("estimate.counted", "estimate.estimated"),
        _interval(found),
    )
    rows = tuple(
        (
            *((Name(label),) if several else ()),
            Name(str(group.value)),
            count(group.n),
            *((count(group.n_coded),) if has_coded else ()),
            _percent(share.naive),
            *_estimated(share),
        )
        for label in labels
        for group in groups
        for share in (group.share(label),)
    )
    return Table(caption, columns, rows)


def _trends(found: ShareEstimates, groups: Sequence[GroupShares]) -> Trends:
    times = [str(one.value) for one in groups]
    shares = [one.share(label) for one in groups for label in found.labels]
    known = [value for one in shares for point in (_point(one),) if point for value in point.values]
    top = share_axis([*known, *(one.naive for one in shares)]).high
    panels = tuple(_panel(groups, times, label, top) for label in found.labels)
    field = Name(str(found.field))
    table = _group_table(found, groups, found.labels, phrase("estimate.trends.table", field=field))
    legend = phrases("estimate.estimated", "estimate.counted")
    caption = phrase("estimate.trends", field=field, level=Number(level(found)))
    return Trends(caption, (times[0], times[-1]), panels, table, legend)


def _panel(groups: Sequence[GroupShares], times: Sequence[str], label: str, top: float) -> Panel:
    points, counted, is_known = [], [], False
    for group, (x, follows) in zip(groups, time_places(times), strict=True):
        share = group.share(label)
        counted.append(TimePoint(x, share.naive, share.naive, share.naive, follows))
        if share.estimate is not None:
            points.append(TimePoint(x, share.estimate, share.low, share.high, follows and is_known))
        is_known = share.estimate is not None
    ticks = (f"{round(100 * top, 6):g}", f"{round(50 * top, 6):g}", "0")
    return Panel(Name(label), tuple(points), tuple(counted), top, ticks)


def _contrasts(found: ShareEstimates) -> Iterator[Section]:
    """Yield a chart for each label and reference of differences, and one of trends."""
    charts = []
    differences = [one for one in found.contrasts if one.kind != "trend"]
    for (label, reference), rows in grouped(differences, lambda one: (one.label, one.reference)):
        names_of = {"label": Name(label), "reference": Name(reference)}
        caption = phrase("estimate.differences.chart", **names_of)
        title = phrase("estimate.differences.table", **names_of)
        head: Text = Name(found.field) if found.field else phrase("estimate.group")
        charts.append(_contrast_chart(found, rows, "group", head, (caption, title)))
    trends = [one for one in found.contrasts if one.kind == "trend"]
    for (first, last), rows in grouped(trends, lambda one: (one.reference, one.group)):
        values: dict[str, Text] = {
            "first": Name(first),
            "last": Name(last),
            "step": phrase(f"estimate.step.{step(found)}"),
        }
        caption = phrase("estimate.slopes.chart", **values)
        title = phrase("estimate.slopes.table", **values)
        charts.append(_contrast_chart(found, rows, "label", phrase("label"), (caption, title)))
    if charts:
        yield section("estimate.contrasts", *charts, Paragraph(phrase("estimate.covariance")))


def _contrast_chart(
    found: ShareEstimates,
    rows: Sequence[Contrast],
    attribute: str,
    head: Text,
    captions: tuple[Text, Text],
) -> Ranges:
    """Return a row for each contrast, named by an attribute of it."""
    drawn = tuple(
        RangeRow(
            Name(getattr(one, attribute)),
            (RangePoint(one.estimate, one.low, one.high), RangePoint(one.naive)),
            Number(in_points(one.estimate)),
        )
        for one in rows
    )
    columns: tuple[Text, ...] = (
        head,
        *phrases("estimate.counted", "estimate.estimated", "estimate.error"),
        _interval(found),
        phrase("estimate.p"),
    )
    cells = tuple(
        (
            Name(getattr(one, attribute)),
            Number(in_points(one.naive)),
            Number(in_points(one.estimate)),
            Number(f"{100 * one.standard_error:.1f}"),
            Number(f"[{in_points(one.low)}, {in_points(one.high)}]"),
            p_value(one.p_value),
        )
        for one in rows
    )
    caption, title = captions
    axis = difference_axis(_values(drawn))
    series = phrases("estimate.estimated", "estimate.counted")
    return Ranges(caption, series, drawn, axis, Table(title, columns, cells), ("dot", "tick"))


def _assumptions(found: ShareEstimates) -> tuple[Section, ...]:
    texts = (Paragraph(in_language(text)) for text in found.assumptions)
    return (section("estimate.assumptions", *texts),)
