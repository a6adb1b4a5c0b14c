"""The scores of slices as sections of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.evaluation.reliability import SURE_ACCURACY
from stance.model.prediction import DECIMALS
from stance.reporting.html.charts import Bar, Bars
from stance.reporting.html.numbers import count, figure, interval, percent
from stance.reporting.html.page import (
    NOTHING,
    Name,
    Number,
    Table,
    phrase,
    phrases,
    section,
)
from stance.reporting.html.protocols import unit
from stance.reporting.slices import SLICES_DETAILED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.evaluation.sampling_units import Basis
    from stance.evaluation.slices import Slice
    from stance.reporting.html.page import Section, Text


def slice_section(field: str, slices: Sequence[Slice]) -> Section:
    """Return the scores of each value of a field, and details where there are few values."""
    name, values = Name(field), [_value(one) for one in slices]
    bars = tuple(
        Bar(value, one.accuracy, figure(one.accuracy), one.intervals["accuracy"])
        for value, one in zip(values, slices, strict=True)
    )
    rows = tuple(
        (
            value,
            count(one.n),
            figure(one.accuracy),
            interval(one.intervals["accuracy"]),
            figure(one.macro_f1),
            interval(one.intervals.get("macro_f1")),
            figure(one.calibration_error),
            _reliable(one.few, one.basis),
        )
        for value, one in zip(values, slices, strict=True)
    )
    columns: tuple[Text, ...] = (
        name,
        *phrases("articles", "accuracy", "interval", "macro_f1", "interval"),
        *phrases("calibration_error", "remark"),
    )
    table = Table(phrase("slices.table", field=name), columns, rows)
    chart = Bars(phrase("slices.chart", field=name), bars, table)
    details = _details(field, slices) if len(slices) <= SLICES_DETAILED else ()
    return section(phrase("slices", field=name), chart, *details)


def _value(part: Slice) -> Text:
    return phrase("no_value") if part.value is None else Name(part.value)


def _details(field: str, slices: Sequence[Slice]) -> tuple[Table, Table]:
    """Return the scores by label, and how far probabilities can be trusted."""
    name = Name(field)
    by_label = tuple(
        (
            _value(part),
            Name(label),
            figure(score.precision),
            figure(score.recall),
            figure(score.f1),
            count(score.support),
        )
        for part in slices
        for label, score in part.per_class.items()
    )
    heads: tuple[Text, ...] = (name, *phrases("label", "precision", "recall", "f1", "articles"))
    trusted = tuple(
        (
            _value(part),
            percent(part.out_of_domain.share if part.out_of_domain else None),
            Number(f"{sure.threshold:.{DECIMALS}f}" if (sure := part.risk_coverage.sure) else "-"),
            percent(sure.coverage if sure else None),
        )
        for part in slices
    )
    columns: tuple[Text, ...] = (name, *phrases("slices.outside", "slices.sure", "coverage"))
    return (
        Table(phrase("slices.by_label", field=name), heads, by_label),
        Table(phrase("slices.trusted", field=name, share=percent(SURE_ACCURACY)), columns, trusted),
    )


def _reliable(few: bool, basis: Basis) -> Text:
    """Say why the scores of a slice are unreliable; nothing if they are not."""
    if few:
        return phrase("slices.few_articles")
    if basis.of_one_group:
        return phrase("slices.one_group", group=unit(basis.group))
    return phrase("slices.few_units", unit=unit(basis.unit)) if basis.few else NOTHING
