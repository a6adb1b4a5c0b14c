"""The scores of an evaluation by label and by probability."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.model.prediction import DECIMALS
from stance.reporting.document import Column, Section, Table, numbers, paragraphs, section
from stance.reporting.phrases import figure
from stance.reporting.slices import coverage_table, domain_line, slice_sections, sure_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.evaluation.metrics import Evaluation
    from stance.evaluation.reliability import Coverage

COVERAGES_SHOWN = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.25)


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


def calibration_sections(result: Evaluation) -> tuple[Section, ...]:
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
    at_least = coverage_table("", [("all", result.risk_coverage)])
    remarks = paragraphs(sure_line(result.risk_coverage), domain_line(result.out_of_domain))
    return section(bins), section(coverages), section(at_least, *remarks)


def _shown_coverages(curve: Sequence[Coverage]) -> list[Coverage]:
    nearest = [min(curve, key=lambda at: abs(at.coverage - share)) for share in COVERAGES_SHOWN]
    return list(dict.fromkeys(nearest))
