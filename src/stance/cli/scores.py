"""Scores as tables, for the commands that test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.cli.console import console, counted, interval, isolated, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.corpus.reading import Located
    from stance.evaluation.metrics import Evaluation
    from stance.evaluation.reliability import Coverage
    from stance.evaluation.slicing import Slice

COVERAGES_SHOWN = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.25)
SLICES_SHOWN = 40
SLICE_COLUMNS = 63  # cells beside the value of a slice
NARROWEST_VALUE = 12


def slice_fields(
    rows: Sequence[Located], names: Sequence[str] | None
) -> dict[str, list[str | None]]:
    """Return the values of the fields that `--slice` names."""
    from stance.corpus.labelled import field_values

    return {name: field_values(rows, name) for name in names or ()}


def show_labels(result: Evaluation) -> None:
    """Print precision, recall and F1 of each label."""
    columns = ("precision", "recall", "F1", "articles")
    labels = table("label", *columns, numbers=columns)
    for label, score in result.per_class.items():
        values = (f"{value:.3f}" for value in (score.precision, score.recall, score.f1))
        labels.add_row(label, *values, f"{score.support:,}")
    console().print(labels)


def show_confusion(result: Evaluation) -> None:
    """Print how often each label was taken for which."""
    numbers = [str(place) for place in range(1, len(result.labels) + 1)]
    confusion = table("truth \\ guess", *numbers, numbers=numbers)
    for place, (label, row) in enumerate(zip(result.labels, result.confusion, strict=True), 1):
        confusion.add_row(f"{place} {label}", *map(str, row))
    console().print(confusion)


def show_calibration(result: Evaluation) -> None:
    """Print whether probabilities mean what they say, and what the surest labels are worth."""
    screen = console()
    screen.print(f"Calibration (expected error {result.calibration_error:.3f}):")
    columns = ("articles", "mean probability", "accuracy")
    bins = table("probability", *columns, numbers=columns)
    for found in result.reliability:
        ends = f"{found.low:.2f} - {found.high:.2f}"
        bins.add_row(ends, f"{found.n:,}", f"{found.confidence:.3f}", f"{found.accuracy:.3f}")
    screen.print(bins)
    screen.print("\nIf only the surest articles are labelled:")
    columns = ("labelled", "probability from", "accuracy")
    coverages = table(*columns, numbers=columns)
    for at in _shown_coverages(result.risk_coverage.curve):
        coverages.add_row(f"{at.coverage:.0%}", f"{at.threshold:.3f}", f"{1 - at.risk:.3f}")
    screen.print(coverages)
    screen.print(
        f"Area under risk and coverage {result.risk_coverage.area:.3f}, of which "
        f"{result.risk_coverage.excess:.3f} for wrong labels that are surer than right ones."
    )


def _shown_coverages(curve: Sequence[Coverage]) -> list[Coverage]:
    nearest = [min(curve, key=lambda at: abs(at.coverage - share)) for share in COVERAGES_SHOWN]
    return list(dict.fromkeys(nearest))


def show_slices(result: Evaluation) -> None:
    """Print the scores of each value of each field asked for."""
    for field, slices in result.slices.items():
        _show_field(field, slices)


def _show_field(field: str, slices: Sequence[Slice]) -> None:
    screen = console()
    screen.print(f"\nBy {field}:")
    columns = (field, "articles", "accuracy", "95 % interval", "macro-F1", "95 % interval")
    width = max(screen.width - SLICE_COLUMNS, NARROWEST_VALUE)
    rows = table(*columns, numbers=["articles", "accuracy", "macro-F1"])
    for part in slices[:SLICES_SHOWN]:
        value = "(none)" if part.value is None else isolated(part.value, width)
        macro = "-" if part.macro_f1 is None else f"{part.macro_f1:.3f}"
        spread = interval(part.intervals["macro_f1"]) if "macro_f1" in part.intervals else ""
        n, accuracy = f"{'* ' * part.few}{part.n:,}", f"{part.accuracy:.3f}"
        rows.add_row(value, n, accuracy, interval(part.intervals["accuracy"]), macro, spread)
    screen.print(rows)
    if len(slices) > SLICES_SHOWN:
        screen.print(f"and {counted(len(slices) - SLICES_SHOWN, 'smaller one')}, see --json.")
    for remark in _remarks(slices):
        screen.print(remark)


def _remarks(slices: Sequence[Slice]) -> list[str]:
    from stance.evaluation.slicing import FEW_ARTICLES

    remarks = []
    if any(part.few for part in slices):
        remarks.append(f"* fewer than {FEW_ARTICLES} articles: says little.")
    if any(part.macro_f1 is None for part in slices):
        remarks.append("- one label only: macro-F1 would count the others as missed.")
    if len(slices) > 5:
        remarks.append("Of so many slices the lowest is low partly by chance.")
    return remarks
