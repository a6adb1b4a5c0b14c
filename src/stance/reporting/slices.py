"""The scores of slices: a table of all values, and details where there are few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.evaluation.reliability import SURE_ACCURACY, THRESHOLDS
from stance.evaluation.sampling_units import FEW_UNITS
from stance.evaluation.slices import FEW_ARTICLES
from stance.model.prediction import DECIMALS
from stance.reporting.document import Column, Section, Table, numbers, paragraphs, section
from stance.reporting.phrases import counted, figure, interval, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.evaluation.metrics import Evaluation, OutOfDomain
    from stance.evaluation.reliability import AtLeast, RiskCoverage
    from stance.evaluation.slices import Slice

SLICES_SHOWN = 40
SLICES_DETAILED = 6  # of more values, the details are only in JSON

# The minimum probabilities that fit beside a name; JSON has all.
BESIDE_NAMES = (0.5, 0.7, 0.9, 0.95)

SURE = f"right in {SURE_ACCURACY * 100:.0f} of 100"


def slice_sections(result: Evaluation) -> tuple[Section, ...]:
    """Return the scores for each value of each requested slice field."""
    return tuple(
        found
        for field, slices in result.slices.items()
        for found in (_slices(field, slices), *_details(field, slices))
    )


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
        _name(part),
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


def _details(field: str, slices: Sequence[Slice]) -> tuple[Section, ...]:
    """Return the scores by label, calibration, domain and coverage of a few slices."""
    if len(slices) > SLICES_DETAILED:
        return ()
    return (
        section(_by_label(field, slices)),
        section(_reliability(field, slices)),
        section(
            coverage_table(field, [(_name(one), one.risk_coverage) for one in slices], BESIDE_NAMES)
        ),
    )


def _by_label(field: str, slices: Sequence[Slice]) -> Table:
    columns = (
        Column(field, "name"),
        Column("label", "name"),
        *numbers("precision", "recall", "F1", "articles"),
    )
    rows = (
        (
            _name(part),
            label,
            figure(score.precision),
            figure(score.recall),
            figure(score.f1),
            f"{score.support:,}",
        )
        for part in slices
        for label, score in part.per_class.items()
    )
    caption = f"By {field} and label (macro-F1 is over the labels named):"
    return Table(columns, tuple(rows), caption)


def _reliability(field: str, slices: Sequence[Slice]) -> Table:
    columns = (
        Column(field, "name"),
        *numbers("calibration error", "out of domain", SURE, "labelled"),
    )
    rows = (
        (
            _name(part),
            figure(part.calibration_error),
            percent(part.out_of_domain.share) if part.out_of_domain else "-",
            f"from {sure.threshold:.{DECIMALS}f}" if (sure := part.risk_coverage.sure) else "-",
            percent(sure.coverage) if sure else "-",
        )
        for part in slices
    )
    return Table(columns, tuple(rows), f"By {field}: how far probabilities can be trusted:")


def coverage_table(
    field: str,
    curves: Sequence[tuple[str, RiskCoverage]],
    thresholds: Sequence[float] = THRESHOLDS,
) -> Table:
    """Return the share labelled and the accuracy at each minimum probability.

    Parameters
    ----------
    field : str
        Name of the first column; empty if there is only one row.
    curves : sequence of (str, RiskCoverage)
        The first cell of each row, and its curve.
    thresholds : sequence of float
        The minimum probabilities to show.
    """
    columns = (Column(field, "name"), *numbers(*(f"{at:.2f}" for at in thresholds)))
    rows = (
        (name, *(_at_least(at) for at in found.at_least if at.probability in thresholds))
        for name, found in curves
    )
    return Table(
        columns,
        tuple(rows),
        "Share labelled and their accuracy, if labels below a probability are left out:",
    )


def _at_least(found: AtLeast) -> str:
    accuracy = "-" if found.accuracy is None else f"{found.accuracy:.2f}"
    return f"{percent(found.labelled)} {accuracy}"


def sure_line(found: RiskCoverage) -> str:
    """Say from which probability on labels are right in 95 of 100."""
    if found.sure is None:
        return f"No probability is high enough for labels that are {SURE}."
    return (
        f"Labels are {SURE} from a probability of {found.sure.threshold:.{DECIMALS}f} on: "
        f"{percent(found.sure.coverage)} of the articles."
    )


def domain_line(found: OutOfDomain | None) -> str | None:
    """Say how many articles are out of domain, and how many labels are right; None if unknown."""
    if found is None:
        return None
    inside, outside = figure(found.accuracy_in_domain), figure(found.accuracy)
    return (
        f"{percent(found.share)} of the articles are out of domain: accuracy {outside}, of the "
        f"others {inside}."
    )


def _name(part: Slice) -> str:
    return "(none)" if part.value is None else part.value
