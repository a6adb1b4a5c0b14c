"""The scores of an evaluation as sections of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.evaluation.reliability import SURE_ACCURACY
from stance.model.prediction import DECIMALS
from stance.reporting.html.charts import Bar, Bars, Plot, Series
from stance.reporting.html.numbers import count, figure, interval, percent
from stance.reporting.html.page import (
    Advice,
    Confusion,
    Name,
    Number,
    Paragraph,
    Table,
    names,
    phrase,
    phrases,
    section,
)
from stance.reporting.html.protocols import unit
from stance.reporting.html.slices import slice_section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.evaluation.baseline import Baseline
    from stance.evaluation.metrics import Evaluation, OutOfDomain
    from stance.evaluation.reliability import RiskCoverage
    from stance.evaluation.sampling_units import Basis
    from stance.reporting.html.page import Block, Phrase, Section

WITH_INTERVAL = ("accuracy", "macro_f1", "weighted_f1")
DIAGONAL = ((0.0, 0.0), (1.0, 1.0))


def score_sections(result: Evaluation) -> tuple[Section, ...]:
    """Return labels, confusion, calibration, coverage and slices of an evaluation."""
    return (
        section("by_label", _labels(result)),
        section("confusion", _confusion(result), Paragraph(phrase("confusion.reading"))),
        _calibration(result),
        _coverage(result),
        *(slice_section(field, slices) for field, slices in result.slices.items()),
    )


def headline(result: Evaluation) -> Bars:
    """Return the main scores with their intervals, and a table of all."""
    bars = tuple(
        Bar(phrase(name), getattr(result, name), figure(getattr(result, name)), found)
        for name in WITH_INTERVAL
        if (found := result.intervals[name])
    )
    rows = (
        *((bar.label, bar.shown, interval(bar.interval)) for bar in bars),
        *(
            (phrase(name), figure(getattr(result, name)), interval(None))
            for name in ("log_loss", "brier", "calibration_error")
        ),
    )
    columns = phrases("score", "value", "interval")
    return Bars(phrase("scores.chart"), bars, Table(phrase("scores"), columns, rows))


def basis_blocks(basis: Basis, lone_labels: Sequence[str] = ()) -> tuple[Block, ...]:
    """Describe the units of the intervals, and warn where they are unreliable."""
    blocks: list[Block] = [
        Paragraph(
            phrase(
                "basis",
                unit=unit(basis.unit),
                n=count(basis.n_units),
                worth=count(round(basis.effective)),
            )
        )
    ]
    if basis.of_one_group:
        blocks.append(Advice(phrase("basis.one_group", group=unit(basis.group))))
    elif basis.few:
        blocks.append(Advice(phrase("basis.few", unit=unit(basis.unit))))
    if basis.n_ungrouped:
        blocks.append(
            Paragraph(
                phrase("basis.ungrouped", group=unit(basis.group), n=count(basis.n_ungrouped))
            )
        )
    if lone_labels:
        lone = names(tuple(lone_labels))
        blocks.append(Advice(phrase("basis.lone", unit=unit(basis.unit), labels=lone)))
    return tuple(blocks)


def macro_blocks(result: Evaluation) -> tuple[Block, ...]:
    """Name the labels that no tested article has, and whether macro-F1 counts them as 0."""
    without = [
        label
        for label in result.labels
        if label not in result.per_class or not result.per_class[label].support
    ]
    if not without:
        return ()
    counted_in = [label for label in without if label in result.per_class]
    said = phrase("macro.without", labels=names(tuple(without)), n=count(len(result.per_class)))
    zero = phrase("macro.zero", labels=names(tuple(counted_in)))
    return (Advice(said), *([Advice(zero)] if counted_in else []))


def baseline_blocks(found: Sequence[Baseline]) -> tuple[Block, ...]:
    """Return the scores of always giving one label, and whether the model is better."""
    rows = tuple(
        (
            phrase(f"baseline.{one.source}", labels=names(one.labels)),
            figure(one.accuracy.baseline),
            figure(one.macro_f1.baseline),
        )
        for one in found
    )
    if not rows:
        return ()
    table = Table(phrase("baselines"), phrases("baseline", "accuracy", "macro_f1"), rows)
    best = max(found, key=lambda one: one.accuracy.baseline)
    weak = [
        phrase(name) for name in ("accuracy", "macro_f1") if not getattr(best, name).is_significant
    ]
    advice = [Advice(phrase("baseline.not_better", metric=name)) for name in weak]
    return (table, *advice)


def _labels(result: Evaluation) -> Bars:
    bars = tuple(
        Bar(Name(label), score.f1, figure(score.f1)) for label, score in result.per_class.items()
    )
    rows = tuple(
        (
            Name(label),
            figure(score.precision),
            figure(score.recall),
            figure(score.f1),
            count(score.support),
        )
        for label, score in result.per_class.items()
    )
    columns = phrases("label", "precision", "recall", "f1", "articles")
    return Bars(phrase("by_label.chart"), bars, Table(phrase("by_label"), columns, rows))


def _confusion(result: Evaluation) -> Confusion:
    return Confusion(
        phrase("confusion.caption"),
        tuple(Name(label) for label in result.labels),
        tuple(tuple(row) for row in result.confusion),
    )


def _calibration(result: Evaluation) -> Section:
    rows = tuple(
        (
            Number(f"{found.low:.2f} - {found.high:.2f}"),
            count(found.n),
            figure(found.confidence),
            figure(found.accuracy),
        )
        for found in result.reliability
    )
    columns = phrases("probability", "articles", "mean_probability", "accuracy")
    points = tuple((found.confidence, found.accuracy) for found in result.reliability)
    chart = Plot(
        phrase("calibration.chart"),
        phrase("mean_probability"),
        phrase("accuracy"),
        (
            Series(phrase("calibration.perfect"), DIAGONAL, "dashes"),
            Series(phrase("calibration.bins"), points, "points"),
        ),
        Table(phrase("calibration.table"), columns, rows),
    )
    said = phrase("calibration.error", value=figure(result.calibration_error))
    return section("calibration", Paragraph(said), chart)


def _coverage(result: Evaluation) -> Section:
    found = result.risk_coverage
    rows = tuple(
        (percent(at.coverage), Number(f"{at.threshold:.{DECIMALS}f}"), figure(1 - at.risk))
        for at in reversed(found.curve)
    )
    chart = Plot(
        phrase("coverage.chart"),
        phrase("coverage"),
        phrase("risk"),
        (
            Series(
                phrase("coverage.curve"),
                tuple((at.coverage, at.risk) for at in found.curve),
                "line",
            ),
        ),
        Table(phrase("coverage.table"), phrases("coverage", "threshold", "accuracy"), rows),
    )
    at_least = Table(
        phrase("at_least"),
        phrases("threshold", "coverage", "accuracy"),
        tuple(
            (Number(f"{one.probability:.2f}"), percent(one.labelled), figure(one.accuracy))
            for one in found.at_least
        ),
    )
    domain = [Paragraph(_domain(result.out_of_domain))] if result.out_of_domain else []
    return section("coverage.heading", Paragraph(_sure(found)), *domain, chart, at_least)


def _sure(found: RiskCoverage) -> Phrase:
    share = percent(SURE_ACCURACY)
    if found.sure is None:
        return phrase("sure.none", share=share)
    threshold = Number(f"{found.sure.threshold:.{DECIMALS}f}")
    return phrase("sure", share=share, threshold=threshold, coverage=percent(found.sure.coverage))


def _domain(found: OutOfDomain) -> Phrase:
    return phrase(
        "domain",
        share=percent(found.share),
        outside=figure(found.accuracy),
        inside=figure(found.accuracy_in_domain),
    )
