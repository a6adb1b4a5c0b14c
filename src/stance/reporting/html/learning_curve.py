"""The page of `stance curve`: scores by the number of training articles, and what more bring."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

from stance.evaluation.learning_curve_records import FARTHEST, NEARLY_FLAT
from stance.reporting.html.charts import Plot, Series
from stance.reporting.html.cross_validation import not_tested, reasons
from stance.reporting.html.numbers import count, figure, interval, signed
from stance.reporting.html.page import (
    NOTHING,
    Advice,
    Facts,
    Number,
    Page,
    Paragraph,
    Table,
    phrase,
    phrases,
    section,
)
from stance.reporting.html.protocols import protocol
from stance.reporting.html.scores import basis_blocks
from stance.reporting.learning_curve import COMMAND, chosen_prediction, reached, signed_interval

if TYPE_CHECKING:
    from stance.evaluation.learning_curve_records import (
        CurvePoint,
        CurvePrediction,
        FitCheck,
        LearningCurve,
    )
    from stance.reporting.html.charts import Mark
    from stance.reporting.html.page import Block, Section, Text

# Distances between the ticks of the axis of articles, times a power of ten.
STEPS = (1, 2, 2.5, 5, 10)
MOST_STEPS = 5


def page(found: LearningCurve) -> Page:
    """Return the scores of all sizes, the predictions and what they mean as a page."""
    sections = [_meaning(found), _curve(found)]
    if found.outlet_points:
        table = _table(found.outlet_points, "curve.by_outlet")
        sections.append(section("curve.outlets", Paragraph(_of_outlets(found)), table))
    if found.predictions:
        sections.append(_predictions(found))
    return Page(phrase("curve"), COMMAND, tuple(sections))


def _meaning(found: LearningCurve) -> Section:
    facts = Facts(
        (
            (phrase("articles"), count(found.n_articles)),
            (phrase("folds.tested"), count(found.n_tested)),
            (phrase("protocol"), protocol(found.protocol)),
            (phrase("curve.draws"), count(found.n_draws)),
        )
    )
    blocks: list[Block | None] = [facts, Paragraph(_of_articles(found))]
    if found.fit:
        blocks.append(Paragraph(_flatness(found)))
        blocks.append(Advice(phrase("curve.far")) if chosen_prediction(found).is_far else None)
    if found.comparison:
        blocks.append(Paragraph(phrase(f"curve.more.{found.comparison.verdict}")))
    if found.n_short_folds:
        blocks.append(Advice(phrase("curve.short", n=count(found.n_short_folds))))
    divided = (*reasons(found.plan), *not_tested(found.plan))
    return section("curve.meaning", *blocks, *divided, *basis_blocks(found.basis))


def _of_articles(found: LearningCurve) -> Text:
    if found.fit is None:
        return phrase(
            f"curve.{found.trend.verdict}",
            first=count(found.points[0].n_articles),
            last=count(found.points[-1].n_articles),
            change=signed(found.trend.per_doubling),
            interval=Number(signed_interval(found.trend.low, found.trend.high)),
        )
    one = chosen_prediction(found)
    return phrase(
        "curve.rising" if one.gain_low > 0 else "curve.maybe",
        more=count(one.more),
        now=Number(f"{found.predictions[0].macro_f1:.2f}"),
        then=Number("–".join(f"{end:.2f}" for end in reached(found, one))),
    )


def _flatness(found: LearningCurve) -> Text:
    after = found.fit.flat_after if found.fit else None
    if after is None:
        return phrase("curve.not_flat", n=count(round(FARTHEST * found.points[-1].n_articles)))
    return phrase("curve.flat_after", n=count(after), gain=Number(f"{NEARLY_FLAT}"))


def _of_outlets(found: LearningCurve) -> Text:
    one = found.comparison
    if one is None:
        return NOTHING
    return phrase(
        "curve.comparison",
        sizes=Number(
            "–".join(f"{size:,}" for size in dict.fromkeys((one.sizes[0], one.sizes[-1])))
        ),
        difference=signed(one.difference),
        interval=Number(signed_interval(one.low, one.high)),
    )


def _curve(found: LearningCurve) -> Section:
    shown: list[CurvePoint | CurvePrediction] = [*found.points, *found.fitted]
    largest = max(one.n_articles for one in shown)
    step = _step(largest)
    right = step * ceil(largest / step)
    least = min(one.macro_f1 for one in (*shown, *found.outlet_points))
    height = 0.1 if least >= 0.5 else 0.2
    bottom = floor(least / height + 1e-9) * height
    n_high = round((1 - bottom) / height)

    def place(n: float, score: float) -> tuple[float, float]:
        return n / right, min(max((score - bottom) / (1 - bottom), 0.0), 1.0)

    chart = Plot(
        phrase("curve.scores.chart"),
        phrase("curve.horizontal"),
        phrase("macro_f1"),
        tuple(
            Series(name, tuple(place(n, score) for n, score in points), mark)
            for name, points, mark in _series(found)
        ),
        _table(found.points, "curve.by_article"),
        horizontal_ticks=tuple(f"{round(step * n):,}" for n in range(round(right / step) + 1)),
        vertical_ticks=tuple(f"{bottom + height * n:.1f}" for n in range(n_high + 1)),
    )
    return section("curve.sizes", chart)


def _series(found: LearningCurve) -> list[tuple[Text, list[tuple[float, float]], Mark]]:
    """Return the name, the points and the mark of each series."""
    of_band: list[CurvePoint | CurvePrediction] = [*(found.fitted or found.points)]
    outline = [(float(one.n_articles), one.low) for one in of_band]
    outline += [(float(one.n_articles), one.high) for one in reversed(of_band)]
    name = "curve.band.fitted" if found.fitted else "curve.band.measured"
    series: list[tuple[Text, list[tuple[float, float]], Mark]] = [(phrase(name), outline, "band")]
    lines: tuple[tuple[str, tuple[CurvePoint | CurvePrediction, ...], Mark], ...] = (
        ("curve.fitted", found.fitted, "dashes"),
        ("curve.measured", found.points, "points"),
        ("curve.measured.outlets", found.outlet_points, "open"),
    )
    for key, ones, mark in lines:
        if ones:
            points = [(float(one.n_articles), one.macro_f1) for one in ones]
            series.append((phrase(key), points, mark))
    return series


def _step(largest: int) -> float:
    """Return the distance between ticks, so that there are at most five.

    Examples
    --------
    >>> _step(1001), _step(364)
    (250.0, 100.0)
    """
    unit = 10.0 ** floor(log10(largest / MOST_STEPS))
    return next(unit * one for one in STEPS if unit * one * MOST_STEPS >= largest)


def _table(points: tuple[CurvePoint, ...], caption: str) -> Table:
    rows = tuple(
        (
            count(one.n_articles),
            NOTHING if one.n_outlets is None else Number(f"{one.n_outlets:.1f}"),
            figure(one.macro_f1),
            interval((one.low, one.high)),
            Number("  ".join(f"{draw.macro_f1:.3f}" for draw in one.draws)),
        )
        for one in points
    )
    columns = phrases("articles", "unit.outlet", "macro_f1", "interval", "curve.draws_of_size")
    return Table(phrase(caption), columns, rows)


def _predictions(found: LearningCurve) -> Section:
    rows = tuple(
        (
            count(one.n_articles),
            Number(f"{one.more:+,}") if one.more else NOTHING,
            figure(one.macro_f1),
            interval((one.low, one.high)),
            signed(one.gain) if one.more else NOTHING,
            Number(signed_interval(one.gain_low, one.gain_high)) if one.more else NOTHING,
            phrase("curve.is_far") if one.is_far else NOTHING,
        )
        for one in found.predictions
    )
    columns = (
        *phrases("articles", "curve.more", "macro_f1", "interval"),
        *phrases("curve.gain", "interval", "remark"),
    )
    return section(
        "curve.predictions",
        Table(phrase("curve.predicted"), columns, rows),
        Paragraph(phrase("curve.gains")),
        _fitted_from(found),
        _check(found.check) if found.check else None,
    )


def _fitted_from(found: LearningCurve) -> Block | None:
    fit = found.fit
    if fit is None or fit.fitted_from == found.points[0].n_articles:
        return None
    return Paragraph(phrase("curve.fitted_from", n=count(fit.fitted_from)))


def _check(check: FitCheck) -> Block:
    said = phrase(
        "curve.check" if check.holds else "curve.check.outside",
        up_to=count(check.up_to),
        n=count(check.n_articles),
        predicted=figure(check.macro_f1),
        interval=interval((check.level_low, check.level_high)),
        measured=figure(check.measured),
    )
    return Paragraph(said) if check.holds else Advice(said)
