"""The report of `stance compare`: both scores, their difference, and its interpretation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.baselines import always, baseline_remark
from stance.reporting.document import (
    Column,
    Document,
    Paragraph,
    Table,
    numbers,
    paragraphs,
    section,
)
from stance.reporting.intervals import basis_warnings, lone_warning
from stance.reporting.phrases import counted, figure, interval

if TYPE_CHECKING:
    from stance.evaluation.baseline import BaselineComparison
    from stance.evaluation.comparison import Decision, Difference, McNemar

SURE = 0.05  # p-value below which a difference is reported as significant


def report(
    n_articles: int,
    names: tuple[str, str],
    difference: Difference,
    *,
    discordant: McNemar,
    floor: BaselineComparison,
    decision: Decision | None = None,
) -> Document:
    """Return both scores, the baseline, the difference, and its interpretation."""
    measured = (
        f"A - B: {difference.value:+.3f}, 95 % interval {interval(difference.interval)}, "
        f"{_p(difference.p_value)}, over {counted(difference.n_units, difference.unit)}."
    )
    paired = (
        f"Only A is right on {counted(discordant.only_first, 'article')}, only B on "
        f"{discordant.only_second:,}; McNemar's exact {_p(discordant.p_value)}."
    )
    remarks = (baseline_remark(floor.first, "A"), baseline_remark(floor.second, "B"))
    return Document(
        "Comparison",
        (
            section(Paragraph(counted(n_articles, "article"))),
            section(_scores(names, difference, floor)),
            section(*paragraphs(measured, paired)),
            section(*paragraphs(meaning(difference, decision), *remarks)),
        ),
        command="stance compare",
    )


def _scores(names: tuple[str, str], difference: Difference, floor: BaselineComparison) -> Table:
    metric = difference.metric
    columns = list(dict.fromkeys([metric, "accuracy", "macro-F1"]))
    a, b = floor.first, floor.second
    found = (
        ("A", names[0], difference.first, a.accuracy.model, a.macro_f1.model),
        ("B", names[1], difference.second, b.accuracy.model, b.macro_f1.model),
        ("", always(a), floor.score, a.accuracy.baseline, a.macro_f1.baseline),
    )
    rows = []
    for letter, name, score, accuracy, macro_f1 in found:
        values = {"accuracy": accuracy, "macro-F1": macro_f1, metric: score}
        rows.append((letter, name, *(figure(values[column]) for column in columns)))
    return Table((Column(""), Column("predictions", "name"), *numbers(*columns)), tuple(rows))


def _p(value: float) -> str:
    return "p < 0.0001" if value < 0.0001 else f"p = {value:.4f}"


def meaning(difference: Difference, decision: Decision | None = None) -> str:
    """Say in plain words which is better, and how certain this is."""
    sentences = [_which(difference)]
    if difference.unit != "article":
        sentences.append(
            f"Articles of one {difference.unit} resemble each other, which McNemar's test ignores: "
            "report the interval."
        )
    sentences += basis_warnings(difference.basis)
    if lone := lone_warning(difference.lone_labels, difference.unit):
        sentences += [*lone, "Choose other labels with --label, given once for each."]
    if decision is not None:
        sentences.append(_decided(decision))
    return " ".join(sentences)


def _which(difference: Difference) -> str:
    low, high = difference.interval
    if difference.first == difference.second and low == high:
        return "A and B score the same."
    if difference.p_value >= SURE:
        return (
            f"There is no clear difference between A and B: it may be between {low:+.3f} and "
            f"{high:+.3f}."
        )
    better, worse = ("A", "B") if difference.value > 0 else ("B", "A")
    ends = sorted((abs(low), abs(high)))
    return (
        f"{better} is better than {worse}, by {figure(abs(difference.value))} {difference.metric} "
        f"({figure(ends[0])} to {figure(ends[1])})."
    )


def _decided(decision: Decision) -> str:
    means = {
        "superior": "A is better than B",
        "non-inferior": f"A is worse than B by less than {decision.margin:g}, if at all",
        "inferior": f"A is worse than B by more than {decision.margin:g}",
        "undecided": f"it is unclear whether A is worse than B by {decision.margin:g} or more",
    }[decision.verdict]
    return f"At {decision.confidence:.0%} confidence, {means} ({decision.verdict})."
