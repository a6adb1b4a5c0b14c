"""The report of `stance evaluate`: all scores of a trained model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.baselines import always, baseline_paragraph
from stance.reporting.document import Column, Document, Section, Table, numbers, paragraphs, section
from stance.reporting.fold_plan import macro_line
from stance.reporting.intervals import basis_paragraphs
from stance.reporting.phrases import figure, interval
from stance.reporting.scores import score_sections

if TYPE_CHECKING:
    from stance.evaluation.metrics import Evaluation

MOST_FREQUENT = {"training": "most frequent in training", "test": "most frequent here"}


def report(result: Evaluation) -> Document:
    """Return all scores of an evaluation."""
    opening = paragraphs(
        f"{result.n:,} articles; {result.protocol}.", macro_line(result, "the model's")
    )
    return Document(
        "Evaluation",
        (section(*opening), _headline(result), _baselines(result), *score_sections(result)),
        command="stance evaluate",
    )


def _headline(result: Evaluation) -> Section:
    with_interval = (
        ("accuracy", result.accuracy),
        ("macro_f1", result.macro_f1),
        ("weighted_f1", result.weighted_f1),
    )
    rows = (
        *(
            (name.replace("_f1", "-F1"), figure(value), interval(result.intervals[name]))
            for name, value in with_interval
        ),
        ("log loss", figure(result.log_loss), ""),
        ("Brier score", figure(result.brier), ""),
        ("calibration error", figure(result.calibration_error), ""),
    )
    columns = (Column("score"), *numbers("value"), Column("95 % interval"))
    return section(Table(columns, rows), *basis_paragraphs(result))


def _baselines(result: Evaluation) -> Section:
    """Return the scores of the baselines, and whether the model is better."""
    rows = (
        (
            f"{always(baseline)} ({MOST_FREQUENT[baseline.source]})",
            figure(baseline.accuracy.baseline),
            figure(baseline.macro_f1.baseline),
        )
        for baseline in result.baselines
    )
    columns = (Column("without a model", "name"), *numbers("accuracy", "macro-F1"))
    return section(Table(columns, tuple(rows)), baseline_paragraph(result.baselines))
