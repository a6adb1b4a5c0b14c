"""The results of cross-validations and evaluations on a model's card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.evaluation.slices import FEW_ARTICLES
from stance.formats.slice_values import BESIDE, NONE
from stance.reporting.document import Column, Section, Table, numbers, paragraphs, section
from stance.reporting.phrases import counted, figure, interval, percent, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stance.model.reported_results import (
        AtLeastFigures,
        ReportedResults,
        ScoreFigures,
        SliceFigures,
    )

NO_DATE = "no date"
SCORES = (Column("articles", "name"), *numbers("n", "macro-F1", "95 % interval", "accuracy"))
MORE = (Column("articles", "name"), *numbers("calibration error", "out of domain", "labels"))
TOO_WIDE = "This table is too wide for this screen: see card.md."


def result_sections(result: ReportedResults, labels: Sequence[str]) -> tuple[Section, ...]:
    """Return the scores of one result: overall, by slice, by label and by probability."""
    parts = _parts(result)
    return (
        section(
            *paragraphs(_opening(result)),
            Table(SCORES, tuple(_score_rows(result, parts)), if_too_wide=TOO_WIDE),
            *paragraphs(_remark(result)),
            heading=_heading(result),
        ),
        section(_more_table(parts)),
        section(_label_table(labels, parts)),
        section(_coverage_table(result), *paragraphs(*_sure_lines(result))),
        section(_calibration_table(result)),
        section(*paragraphs(_domain_line(result))),
    )


def _heading(result: ReportedResults) -> str:
    protocol = result.protocol[:1].upper() + result.protocol[1:]
    if result.is_crossval:
        return f"Evaluation: {protocol}"
    return f"Evaluation: {protocol} ({result.file})"


def _opening(result: ReportedResults) -> str:
    units = (
        f"Intervals are over {result.n_units:,} {result.interval_unit}s of unequal size, worth "
        f"{result.effective_units:.0f} of equal size."
    )
    if result.division is None:
        return f"This model on {counted(result.n, 'article')} of {result.file}. {units}"
    added = result.division.n_always_train
    others = f", and from {added:,} more that were never tested" if added else ""
    return (
        f"Cross-validation ({result.file}): models with the settings of the command that made the "
        f"file, each tested on articles that it did not learn from. They learned from "
        f"{result.division.n_articles:,} articles{others}. {units}"
    )


def _remark(result: ReportedResults) -> str:
    slices = f" Slices of fewer than {FEW_ARTICLES} articles are left out." if result.slices else ""
    random = (
        " In random folds a model has seen every outlet and event: they are only for comparison."
        if result.random
        else ""
    )
    return (
        "Macro-F1 is the mean over the labels that articles have or were given; a label that no "
        f"article has counts as 0.{slices}{random}"
    )


def _parts(result: ReportedResults) -> list[tuple[str, ScoreFigures]]:
    """Return the scores of all articles and of slices that are not too small, by name."""
    found: list[tuple[str, ScoreFigures]] = [("all", result)]
    for parts in result.slices.values():
        named = [(part.value or NONE, part) for part in parts if not part.few]
        for name, part in sorted(named, key=lambda item: _in_order(item[0])):
            found.append((name.replace(NONE, NO_DATE) if BESIDE in name else name, part))
    return found


def _in_order(name: str) -> tuple[bool, str, str]:
    """Sort periods by time: each begins with its first day, the first with its last one."""
    kind, beside, period = name.rpartition(BESIDE)
    return NONE in period, kind + beside, period.removeprefix("until ").removeprefix("from ")


def _score_rows(
    result: ReportedResults, parts: Sequence[tuple[str, ScoreFigures]]
) -> Iterator[tuple[str, ...]]:
    for name, part in parts:
        yield _score_row(name, part)
    if result.random:
        yield _score_row(f"all, in {result.random.protocol}", result.random)
    for baseline in result.baselines:
        given = " or ".join(map(quoted, baseline.labels))
        macro, accuracy = figure(baseline.macro_f1.score), figure(baseline.accuracy.score)
        yield f"all, always {given}", f"{result.n:,}", macro, "", accuracy


def _score_row(name: str, part: ScoreFigures) -> tuple[str, ...]:
    pair = part.intervals.get("macro_f1")
    spread = interval((pair[0], pair[1])) if pair else ""
    return name, f"{part.n:,}", figure(part.macro_f1), spread, figure(part.accuracy)


def _more_table(parts: Sequence[tuple[str, ScoreFigures]]) -> Table:
    rows = tuple(
        (
            name,
            figure(part.expected_calibration_error),
            figure(part.out_of_domain.share) if part.out_of_domain else "-",
            _label_count(part),
        )
        for name, part in parts
    )
    caption = "Calibration, share out of domain, and the labels that macro-F1 is the mean of:"
    return Table(MORE, rows, caption, if_too_wide=TOO_WIDE)


def _label_count(part: ScoreFigures) -> str:
    """Count the labels of macro-F1; those that no article has were predicted, and count as 0."""
    n = len(part.per_class)
    n_true = sum(score.support > 0 for score in part.per_class.values())
    return str(n) if n == n_true else f"{n}, {n_true} of them true"


def _label_table(labels: Sequence[str], parts: Sequence[tuple[str, ScoreFigures]]) -> Table:
    columns = (Column("articles", "name"), *numbers(*labels))
    rows = tuple((name, *(_label_score(part, label) for label in labels)) for name, part in parts)
    caption = "F1 of each label, and the number of articles with it:"
    return Table(columns, rows, caption, if_too_wide=TOO_WIDE)


def _label_score(part: ScoreFigures, label: str) -> str:
    score = part.per_class.get(label)
    return f"{score.f1:.2f} ({score.support:,})" if score and score.support else ""


def _by_kind(result: ReportedResults) -> list[tuple[str, ScoreFigures]]:
    """Return the scores of all articles and of each kind of document."""
    kinds: list[SliceFigures] = result.slices.get("kind", [])
    return [("all", result), *((f"{part.value}s", part) for part in kinds if not part.few)]


def _coverage_table(result: ReportedResults) -> Table:
    parts = _by_kind(result)
    curves = [part.risk_coverage.at_least for _, part in parts]
    rows = tuple(
        (f"{steps[0].probability}", *map(_at_least, steps)) for steps in zip(*curves, strict=False)
    )
    return Table(
        numbers("at least", *(name for name, _ in parts)),
        rows,
        caption=(
            "The share that keeps its label with --min-probability, and the accuracy of these "
            "labels:"
        ),
    )


def _at_least(step: AtLeastFigures) -> str:
    return f"{percent(step.labelled)}, {figure(step.accuracy)} right"


def _sure_lines(result: ReportedResults) -> Iterator[str]:
    for name, part in _by_kind(result):
        sure = part.risk_coverage.right_in_95_of_100
        if sure is None:
            yield f"{name}: no probability is high enough for labels that are right in 95 of 100."
        else:
            yield (
                f"{name}: labels are right in 95 of 100 from a probability of "
                f"{sure.threshold:.3f} on, which {percent(sure.coverage)} of the articles have."
            )


def _calibration_table(result: ReportedResults) -> Table:
    rows = tuple(
        (
            f"{part.low:.2f} to {part.high:.2f}",
            f"{part.n:,}",
            figure(part.confidence),
            figure(part.accuracy),
        )
        for part in result.reliability
    )
    columns = (Column("probability"), *numbers("articles", "mean probability", "accuracy"))
    error = figure(result.expected_calibration_error)
    caption = f"Calibration, by the probability of the label (expected error {error}):"
    return Table(columns, rows, caption=caption)


def _domain_line(result: ReportedResults) -> str | None:
    domain = result.out_of_domain
    if domain is None:
        return None
    return (
        f"{percent(domain.share)} of these articles were flagged out of domain. Labels are right "
        f"on {figure(domain.accuracy)} of the flagged and on {figure(domain.accuracy_in_domain)} "
        "of the others."
    )
