"""The scores of an evaluation by label, by probability and by slice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.evaluation.metrics import FEW_ARTICLES
from stance.evaluation.sampling_units import FEW_UNITS
from stance.model.prediction import DECIMALS
from stance.reporting.document import Column, Section, Table, numbers, paragraphs, section
from stance.reporting.phrases import counted, figure, interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.evaluation.metrics import Evaluation, Slice
    from stance.evaluation.reliability import Coverage

COVERAGES_SHOWN = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.25)
SLICES_SHOWN = 40


def score_sections(result: Evaluation, *, caption: str = "") -> tuple[Section, ...]:
    """Return the detailed sections of a report: labels, confusion, calibration, slices."""
    return (
        section(label_table(result, caption)),
        section(confusion_table(result)),
        *calibration_sections(result),
        *slice_sections(result),
    )


def label_table(result: Evaluation, caption: str = "") -> Table:
    """Return precision, recall and F1 of each label."""
    columns = (Column("label", "name"), *numbers("precision", "recall", "F1", "articles"))
    rows = (
        (label, figure(s.precision), figure(s.recall), figure(s.f1), f"{s.support:,}")
        for label, s in result.per_class.items()
    )
    return Table(columns, tuple(rows), caption)


def confusion_table(result: Evaluation) -> Table:
    """Return how often each label was predicted for articles of each label."""
    places = [str(place) for place in range(1, len(result.labels) + 1)]
    rows = (
        (f"{place} {label}", *map(str, row))
        for place, label, row in zip(places, result.labels, result.confusion, strict=True)
    )
    return Table(
        (Column("label", "name"), *numbers(*places)),
        tuple(rows),
        caption="Confusion matrix: true labels (rows) by predicted labels (columns):",
        if_too_wide=(
            f"The confusion matrix of {len(places)} labels is too wide for this screen: see "
            "'confusion' in --json."
        ),
    )


def calibration_sections(result: Evaluation) -> tuple[Section, Section]:
    """Return the accuracy by predicted probability, and the coverage of thresholds."""
    bins = Table(
        (Column("probability"), *numbers("articles", "mean probability", "accuracy")),
        tuple(
            (
                f"{found.low:.2f} - {found.high:.2f}",
                f"{found.n:,}",
                figure(found.confidence),
                figure(found.accuracy),
            )
            for found in result.reliability
        ),
        caption=(
            f"Calibration (expected error {figure(result.calibration_error)}): accuracy of the "
            "labels by probability."
        ),
    )
    coverages = Table(
        numbers("labelled", "probability from", "accuracy"),
        tuple(
            (f"{at.coverage:.0%}", f"{at.threshold:.{DECIMALS}f}", figure(1 - at.risk))
            for at in _shown_coverages(result.risk_coverage.curve)
        ),
        caption="If only the most certain articles are labelled (--min-probability):",
    )
    return section(bins), section(coverages)


def _shown_coverages(curve: Sequence[Coverage]) -> list[Coverage]:
    nearest = [min(curve, key=lambda at: abs(at.coverage - share)) for share in COVERAGES_SHOWN]
    return list(dict.fromkeys(nearest))


def slice_sections(result: Evaluation) -> tuple[Section, ...]:
    """Return the scores for each value of each requested slice field."""
    return tuple(_slices(field, slices) for field, slices in result.slices.items())


def _slices(field: str, slices: Sequence[Slice]) -> Section:
    columns = (
        Column(field, "name"),
        *numbers("articles", "accuracy"),
        Column("95 % interval"),
        *numbers("macro-F1"),
        Column("95 % interval"),
    )
    shown = Table(columns, tuple(map(_slice, slices[:SLICES_SHOWN])), caption=f"By {field}:")
    hidden = len(slices) - SLICES_SHOWN
    more = f"and {counted(hidden, 'smaller one')}, see --json." if hidden > 0 else None
    return section(shown, *paragraphs(more, *_remarks(field, slices)))


def _slice(part: Slice) -> tuple[str, ...]:
    spread = part.intervals.get("macro_f1")
    return (
        "(none)" if part.value is None else part.value,
        f"{_mark(part)}{part.n:,}",
        figure(part.accuracy),
        interval(part.intervals["accuracy"]),
        figure(part.macro_f1),
        interval(spread) if spread else "",
    )


def _mark(part: Slice) -> str:
    if part.few:
        return "* "
    return "~ " if part.basis.few or part.basis.of_one_group else ""


def _remarks(field: str, slices: Sequence[Slice]) -> list[str]:
    remarks = []
    if any(part.few for part in slices):
        remarks.append(f"* fewer than {FEW_ARTICLES} articles: too few to be reliable.")
    if any(_mark(part) == "~ " for part in slices):
        remarks.append(
            f"~ fewer than {FEW_UNITS} outlets: the interval is unreliable, report it as the range "
            "that was observed."
        )
    if any(part.basis.of_one_group for part in slices):
        remarks.append(
            "An interval of one outlet is over its articles and says nothing about other outlets."
        )
    if any(part.macro_f1 is None for part in slices):
        remarks.append(f"- this {field} has only one label: macro-F1 is meaningless.")
    if len(slices) > 5:
        remarks.append(f"Among {len(slices):,} values, the extremes are partly due to chance.")
    return remarks
