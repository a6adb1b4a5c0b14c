"""Scores as tables, for the commands that test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.cli.console import console, counted, interval, isolated, quoted, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.evaluation.baseline import Baseline
    from stance.evaluation.metrics import Evaluation, Slice
    from stance.evaluation.reliability import Coverage
    from stance.evaluation.sampling_units import Basis
    from stance.formats.reading import Located

COVERAGES_SHOWN = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.25)
SLICES_SHOWN = 40
SLICE_COLUMNS = 63  # cells beside the value of a slice
LABEL_COLUMNS = 39  # cells beside a label in the table of labels
FIGURE_COLUMNS = 22  # cells of accuracy and macro-F1 beside a name
NARROWEST_VALUE = 12
LABELS_NAMED = 3  # in a sentence
LEARNED_FROM_ALL = ", features learned from all"


def slice_fields(
    rows: Sequence[Located], names: Sequence[str] | None
) -> dict[str, list[str | None]]:
    """Return the values of the fields that `--slice` names."""
    from stance.formats.labelled import field_values

    return {name: field_values(rows, name) for name in names or ()}


def show_basis(result: Evaluation) -> None:
    """Say what the intervals are taken over, and what they cannot tell."""
    basis = result.basis
    over = counted(basis.n_units, basis.unit)
    worth = round(basis.effective)
    if worth < basis.n_units:
        over += f" (of unequal size, worth {worth:,} of equal size)"
    say(f"Intervals: over {over}.")
    for sentence in [*basis_warnings(basis), *lone_warning(result.lone_labels, basis.unit)]:
        say(sentence)
    say()


def basis_warnings(basis: Basis) -> list[str]:
    """Say in a line each why an interval is less sure than it looks; nothing where it is not."""
    if basis.of_one_group:
        return [
            f"All articles are of one {basis.group}: the interval is over these articles and says "
            f"nothing about another {basis.group}."
        ]
    said = []
    if basis.n_ungrouped:
        said.append(
            f"{counted(basis.n_ungrouped, 'article')} without {basis.group}: each counts as one of "
            "its own."
        )
    groups = basis.n_groups if basis.unit == basis.group else basis.n_units
    return [*said, *few_warning(min(groups, basis.n_units), basis.unit)]


def few_warning(n_units: int, unit: str) -> list[str]:
    """Say that an interval over few units is unreliable; nothing where they are enough."""
    from stance.evaluation.sampling_units import FEW_UNITS

    if n_units >= FEW_UNITS:
        return []
    return [
        f"Only {counted(n_units, unit)}: the interval is unreliable, report it as a range of what "
        "was seen."
    ]


def lone_warning(labels: Sequence[str], unit: str) -> list[str]:
    """Say for which labels one unit is all there is; nothing where there are none."""
    if not labels:
        return []
    named = ", ".join(map(quoted, labels[:LABELS_NAMED]))
    more = f" and {len(labels) - LABELS_NAMED} more" if len(labels) > LABELS_NAMED else ""
    return [
        f"From one {unit} alone: {named}{more}. What other {unit}s would score there is not known, "
        "and intervals of F1 are wider for it."
    ]


def show_baselines(found: Sequence[Baseline]) -> None:
    """Say in a line where a model is not better than always giving one label, the best of them."""
    best = max(found, key=lambda baseline: baseline.accuracy.baseline)
    if sentence := baseline_remark(best):
        say(sentence)


def always(baseline: Baseline) -> str:
    """Name what always gives the same label."""
    if len(baseline.labels) > 1:
        return "always the most frequent label"
    return f"always {quoted(baseline.labels[0])}"


def baseline_remark(baseline: Baseline, who: str = "The model") -> str | None:
    """Say that a model is not better than always giving one label; None where it is."""
    accuracy, macro_f1 = baseline.accuracy, baseline.macro_f1
    gains = [
        (name, gain)
        for name, gain in (("accuracy", accuracy), ("macro-F1", macro_f1))
        if not gain.is_sure
    ]
    if not gains:
        return None
    clear = any(gain.value <= 0 for _, gain in gains)
    better = "better" if clear else "clearly better"
    figures = ", ".join(
        f"{name} {gain.model:.3f} against {gain.baseline:.3f}"
        + (" (no clear difference)" if clear and gain.value > 0 else "")
        for name, gain in gains
    )
    given = always(baseline).replace("always", "always saying", 1)
    said = f"{who} is not {better} than {given}: {figures}."
    if macro_f1.is_sure:
        said += (
            f" (Its macro-F1 is higher, {macro_f1.model:.3f} against {macro_f1.baseline:.3f}, "
            "but that of random guessing would be too.)"
        )
    return said


def held_out_words(protocol: str) -> str:
    """Say in plain words how the figures that training prints came about."""
    if not protocol.endswith(LEARNED_FROM_ALL):
        return protocol
    return (
        f"{protocol.removesuffix(LEARNED_FROM_ALL)}; slightly optimistic, because the vocabulary "
        "was learned from all articles"
    )


def show_labels(result: Evaluation) -> None:
    """Print precision, recall and F1 of each label."""
    screen = console()
    columns = ("precision", "recall", "F1", "articles")
    labels = table("label", *columns, numbers=columns)
    width = max(screen.width - LABEL_COLUMNS, NARROWEST_VALUE)
    for label, score in result.per_class.items():
        values = (f"{value:.3f}" for value in (score.precision, score.recall, score.f1))
        labels.add_row(isolated(label, width), *values, f"{score.support:,}")
    screen.print(labels)


def show_confusion(result: Evaluation) -> None:
    """Print how often each label was taken for which, where the screen is wide enough."""
    screen = console()
    numbers = [str(place) for place in range(1, len(result.labels) + 1)]
    columns = zip(numbers, *([str(n) for n in row] for row in result.confusion), strict=True)
    width = screen.width - sum(max(map(len, column)) + 2 for column in columns)
    if width < NARROWEST_VALUE:
        say(
            f"The table of how often each of {len(numbers)} labels was taken for which is too wide "
            "for this screen: see 'confusion' in --json."
        )
        return
    say("Which label was given (columns) to articles of which label (rows):")
    confusion = table("label", *numbers, numbers=numbers)
    for place, (label, row) in enumerate(zip(result.labels, result.confusion, strict=True), 1):
        confusion.add_row(isolated(f"{place} {label}", width), *map(str, row))
    screen.print(confusion)


def show_calibration(result: Evaluation) -> None:
    """Print whether probabilities mean what they say, and what the surest labels are worth."""
    from stance.model.prediction import DECIMALS

    screen = console()
    say(
        f"Calibration (expected error {result.calibration_error:.3f}): how many labels of each "
        "probability are right."
    )
    columns = ("articles", "mean probability", "accuracy")
    bins = table("probability", *columns, numbers=columns)
    for found in result.reliability:
        ends = f"{found.low:.2f} - {found.high:.2f}"
        bins.add_row(ends, f"{found.n:,}", f"{found.confidence:.3f}", f"{found.accuracy:.3f}")
    screen.print(bins)
    say("\nIf only the surest articles are labelled (--min-probability):")
    columns = ("labelled", "probability from", "accuracy")
    coverages = table(*columns, numbers=columns)
    for at in _shown_coverages(result.risk_coverage.curve):
        coverages.add_row(
            f"{at.coverage:.0%}", f"{at.threshold:.{DECIMALS}f}", f"{1 - at.risk:.3f}"
        )
    screen.print(coverages)


def _shown_coverages(curve: Sequence[Coverage]) -> list[Coverage]:
    nearest = [min(curve, key=lambda at: abs(at.coverage - share)) for share in COVERAGES_SHOWN]
    return list(dict.fromkeys(nearest))


def show_slices(result: Evaluation) -> None:
    """Print the scores of each value of each field asked for."""
    for field, slices in result.slices.items():
        _show_field(field, slices)


def _show_field(field: str, slices: Sequence[Slice]) -> None:
    screen = console()
    say(f"\nBy {field}:")
    name = isolated(field, NARROWEST_VALUE)
    columns = (name, "articles", "accuracy", "95 % interval", "macro-F1", "95 % interval")
    width = max(screen.width - SLICE_COLUMNS, NARROWEST_VALUE)
    rows = table(*columns, numbers=["articles", "accuracy", "macro-F1"])
    for part in slices[:SLICES_SHOWN]:
        value = "(none)" if part.value is None else isolated(part.value, width)
        macro = "-" if part.macro_f1 is None else f"{part.macro_f1:.3f}"
        spread = interval(part.intervals["macro_f1"]) if "macro_f1" in part.intervals else ""
        n, accuracy = f"{_mark(part)}{part.n:,}", f"{part.accuracy:.3f}"
        rows.add_row(value, n, accuracy, interval(part.intervals["accuracy"]), macro, spread)
    screen.print(rows)
    if len(slices) > SLICES_SHOWN:
        say(f"and {counted(len(slices) - SLICES_SHOWN, 'smaller one')}, see --json.")
    for remark in _remarks(field, slices):
        say(remark)


def _mark(part: Slice) -> str:
    if part.few:
        return "* "
    return "~ " if part.basis.few or part.basis.of_one_group else ""


def _remarks(field: str, slices: Sequence[Slice]) -> list[str]:
    from stance.evaluation.metrics import FEW_ARTICLES
    from stance.evaluation.sampling_units import FEW_UNITS

    remarks = []
    if any(part.few for part in slices):
        remarks.append(f"* fewer than {FEW_ARTICLES} articles: too few to rely on.")
    if any(_mark(part) == "~ " for part in slices):
        remarks.append(
            f"~ fewer than {FEW_UNITS} outlets: the interval is unreliable, report it as a range "
            "of what was seen."
        )
    if any(part.basis.of_one_group for part in slices):
        remarks.append(
            "An interval of one outlet is over its articles and says nothing about other outlets."
        )
    if any(part.macro_f1 is None for part in slices):
        remarks.append(f"- this {field} has only one label: macro-F1 would mean nothing.")
    if len(slices) > 5:
        remarks.append(
            f"Among {len(slices):,} values the lowest and highest figures are partly chance."
        )
    return remarks
