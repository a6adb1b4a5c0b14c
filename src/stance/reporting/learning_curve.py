"""The report of `stance curve`: scores by the number of training articles, and what more bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.evaluation.learning_curve_records import FARTHEST, NEARLY_FLAT
from stance.reporting.document import (
    Column,
    Document,
    Paragraph,
    Table,
    numbers,
    paragraphs,
    section,
)
from stance.reporting.fold_plan import plan_lines
from stance.reporting.intervals import basis_warnings
from stance.reporting.phrases import counted, figure, interval

if TYPE_CHECKING:
    from stance.evaluation.learning_curve_records import (
        CurvePoint,
        CurvePrediction,
        FitCheck,
        LearningCurve,
        OutletComparison,
    )
    from stance.reporting.document import Section

TITLE, COMMAND = "Learning curve", "stance curve"


def report(found: LearningCurve) -> Document:
    """Return the scores of all sizes, the predictions and what they mean."""
    return Document(
        TITLE,
        (
            _overview(found),
            _meaning(found),
            _sizes(found),
            *([_by_outlet(found)] if found.outlet_points else []),
            *([_predictions(found)] if found.predictions else []),
            section(*paragraphs(*_remarks(found))),
        ),
        COMMAND,
    )


def summary(found: LearningCurve) -> Document:
    """Return what the curve means, where the rows are in a file."""
    return Document(TITLE, (_overview(found), _meaning(found)), COMMAND)


def _overview(found: LearningCurve) -> Section:
    short = found.n_short_folds
    left_out = counted(short, "fold")
    are = "is" if short == 1 else "are"
    return section(
        *paragraphs(
            f"{counted(found.n_articles, 'article')}, {found.protocol}: the same "
            f"{counted(found.n_tested, 'article')} are tested at every size, and each size is "
            f"drawn {found.n_draws} times.",
            *plan_lines(found.plan),
            f"{left_out} {are} left out, with less than half of the training articles of the "
            "largest."
            if short
            else None,
        )
    )


def _meaning(found: LearningCurve) -> Section:
    return section(*paragraphs(_of_articles(found), _of_outlets(found)))


def chosen_prediction(found: LearningCurve) -> CurvePrediction:
    """Return the prediction that the sentence is about: the middle one of those with more."""
    with_more = found.predictions[1:]
    return with_more[(len(with_more) - 1) // 2]


def reached(found: LearningCurve, one: CurvePrediction) -> tuple[float, float]:
    """Return the scores between which a prediction is, from the present fitted score on."""
    now = found.predictions[0].macro_f1
    return max(now + one.gain_low, 0.0), min(now + one.gain_high, 1.0)


def _of_articles(found: LearningCurve) -> str:
    if found.fit is None:
        return _no_fit(found)
    one, now = chosen_prediction(found), found.predictions[0].macro_f1
    low, high = reached(found, one)
    bring = "would bring macro-F1" if one.gain_low > 0 else "may not change macro-F1 beyond noise:"
    said = f"About {one.more:,} more articles {bring} from {now:.2f} to {_range(low, high)}"
    after = found.fit.flat_after
    if after is None:
        last = round(FARTHEST * found.points[-1].n_articles)
        said += f"; at {last:,} articles the curve still rises."
    else:
        said += (
            f"; the curve is nearly flat after {after:,}: twice as many articles bring less than "
            f"{NEARLY_FLAT}."
        )
    if one.is_far:
        said += (
            f" This is far from what was measured: the interval for more than {FARTHEST:.0f} times "
            "the largest size does not cover that the curve may bend."
        )
    return said


def signed_interval(low: float, high: float) -> str:
    """Format the interval of a difference.

    Examples
    --------
    >>> signed_interval(-0.0121, 0.03)
    '[-0.012, +0.030]'
    """
    return f"[{low:+.3f}, {high:+.3f}]"


def _range(low: float, high: float) -> str:
    ends = f"{low:.2f}", f"{high:.2f}"
    return ends[0] if ends[0] == ends[1] else "–".join(ends)


def _no_fit(found: LearningCurve) -> str:
    trend, first, last = found.trend, found.points[0], found.points[-1]
    change = f"{trend.per_doubling:+.3f} {signed_interval(trend.low, trend.high)} per doubling"
    over = f"from {first.n_articles:,} to {counted(last.n_articles, 'training article')}"
    if trend.verdict == "flat":
        return (
            f"Macro-F1 does not rise {over} ({change}), so no curve is fitted: more articles like "
            "these would hardly help."
        )
    return (
        f"Whether more articles would help cannot be told: {over} macro-F1 changes by {change}, "
        "which may be noise, so no curve is fitted. Draw more often (--draws), or label more "
        "articles to test on."
    )


def _of_outlets(found: LearningCurve) -> str | None:
    comparison = found.comparison
    if comparison is None:
        by = found.plan.choice.by
        return "Too few outlets to draw whole outlets beside articles." if by == "outlet" else None
    said = {
        "outlets": "More outlets would help more than more articles of these",
        "articles": "More articles of each outlet would help more than more outlets",
        "unclear": "Whether more outlets would help more than more articles cannot be told",
    }[comparison.verdict]
    return f"{said}: {_difference(comparison)}."


def _difference(comparison: OutletComparison) -> str:
    first, last = comparison.sizes[0], comparison.sizes[-1]
    sizes = f"{first:,}" if first == last else f"{first:,} to {last:,}"
    return (
        f"as many articles ({sizes}) taken from all outlets score {comparison.difference:+.3f} "
        f"{signed_interval(comparison.low, comparison.high)} macro-F1 beside whole outlets, which "
        "are fewer"
    )


def _sizes(found: LearningCurve) -> Section:
    caption = "By number of training articles, drawn from all outlets:"
    if found.points[0].n_outlets is None:
        caption = "By number of training articles:"
    return section(_table(found.points, caption))


def _by_outlet(found: LearningCurve) -> Section:
    return section(_table(found.outlet_points, "The same with whole outlets drawn:"))


def _table(points: tuple[CurvePoint, ...], caption: str) -> Table:
    has_outlets = points[0].n_outlets is not None
    rows = tuple(
        (
            f"{one.n_articles:,}",
            *([f"{one.n_outlets:.1f}"] if one.n_outlets is not None else []),
            figure(one.macro_f1),
            interval((one.low, one.high)),
            f"{min(d.macro_f1 for d in one.draws):.3f}–{max(d.macro_f1 for d in one.draws):.3f}",
        )
        for one in points
    )
    columns = (
        *numbers("articles", *(["outlets"] if has_outlets else []), "macro-F1"),
        Column("95 % interval"),
        Column("draws"),
    )
    return Table(columns, rows, caption)


def _predictions(found: LearningCurve) -> Section:
    rows = tuple(
        (
            f"{'* ' if one.is_far else ''}{one.n_articles:,}",
            f"{one.more:+,}" if one.more else "",
            figure(one.macro_f1),
            interval((one.low, one.high)),
            f"{one.gain:+.3f}" if one.more else "",
            signed_interval(one.gain_low, one.gain_high) if one.more else "",
        )
        for one in found.predictions
    )
    columns = (
        *numbers("articles", "more", "macro-F1"),
        Column("95 % interval"),
        *numbers("gain"),
        Column("95 % interval"),
    )
    far = any(one.is_far for one in found.predictions)
    return section(
        Table(columns, rows, "Predicted for models that learn from all articles, and from more:"),
        *paragraphs(
            f"* More than {FARTHEST:.0f} times the largest measured size: the interval does not "
            "cover that the curve may bend."
            if far
            else None,
            _fitted_from(found),
        ),
        *([Paragraph(_check(found.check))] if found.check else []),
    )


def _fitted_from(found: LearningCurve) -> str | None:
    """Say which sizes are left out of the fit."""
    fit = found.fit
    if fit is None or fit.fitted_from == found.points[0].n_articles:
        return None
    return (
        f"The curve is fitted to the sizes from {fit.fitted_from:,} on: smaller ones depart from a "
        "power law."
    )


def _check(check: FitCheck) -> str:
    lies = "in" if check.holds else "outside"
    return (
        f"Check: a fit to the sizes up to {check.up_to:,} predicts {check.macro_f1:.3f} "
        f"{interval((check.level_low, check.level_high))} for {check.n_articles:,} articles; "
        f"measured: {check.measured:.3f}, {lies} its interval."
    )


def _remarks(found: LearningCurve) -> list[str]:
    basis = found.basis
    over = counted(basis.n_units, basis.unit)
    worth = round(basis.effective)
    if worth < basis.n_units:
        over += f" (of unequal size, worth {worth:,} of equal size)"
    return [
        f"Intervals: over {over} and {found.n_draws} draws. Those of a gain are for the same test "
        "articles, so they are narrower.",
        *basis_warnings(basis),
    ]
