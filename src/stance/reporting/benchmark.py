"""The report of `stance benchmark`: scores of all contenders, and the verdicts of the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.document import (
    Cell,
    Column,
    Document,
    Paragraph,
    Remark,
    Section,
    Table,
    numbers,
    paragraphs,
    section,
)
from stance.reporting.intervals import few_warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stance.benchmarking.gate import Verdict
    from stance.benchmarking.results import (
        Division,
        Outcome,
        Results,
        Score,
        SpeedResult,
        TaskResult,
    )
    from stance.benchmarking.suite import Suite, Task


def report(suite: Suite, results: Results, verdicts: Sequence[Verdict] = ()) -> Document:
    """Return a report of a suite's results.

    Each task has a table of the contenders' scores and of published figures
    and, if it has variants, an ablation table.

    Parameters
    ----------
    suite : Suite
    results : Results
    verdicts : sequence of Verdict, optional
        Verdicts of the gate, if there was a baseline.

    Returns
    -------
    Document
    """
    sections = [
        part for name, result in results.tasks.items() for part in _task(suite, name, result)
    ]
    if results.speed:
        sections.append(_speed(results.speed))
    if verdicts:
        sections.append(_verdicts(verdicts))
    made = ", ".join(f"{name} {version}" for name, version in results.made_with.items())
    sections.append(section(Paragraph(f"{made}; seed {results.seed}."), heading="Made with"))
    return Document(suite.title, tuple(sections), command="stance benchmark")


def _task(suite: Suite, name: str, result: TaskResult) -> Iterator[Section]:
    if result.error:
        yield section(Paragraph(f"Failed: {result.error}"), heading=name)
        return
    task, honest = suite.tasks[name], result.divisions[0]
    measured = (
        f"{honest.articles:,} articles; {honest.description}; intervals of 95 % over "
        f"{honest.units:,} {honest.unit}s."
    )
    title = f"{task.title}." if task.title else None
    warnings = few_warning(honest.units, honest.unit)
    yield section(*paragraphs(title, measured, *warnings), heading=name)
    for division in result.divisions:
        yield section(_scores(suite, task, division, is_honest=division is honest))
    if len(result.divisions) > 1:
        yield section(_gap(task, result))
    if any(outcome.kind == "variant" for outcome in honest.outcomes):
        yield section(_ablation(task, honest))


def _scores(suite: Suite, task: Task, division: Division, *, is_honest: bool) -> Table:
    metrics = list(task.metrics)
    rows: list[tuple[Cell, ...] | Remark] = []
    for outcome in division.outcomes:
        if outcome.kind != "variant":
            opponent = suite.opponents.get(outcome.contender)
            rows.append(_row(opponent.title if opponent else "", outcome, metrics))
    rows += _published(task) if is_honest else []
    return Table((Column(division.description, "name"), *numbers(*metrics)), tuple(rows))


def _row(title: str, outcome: Outcome, metrics: Sequence[str]) -> tuple[Cell, ...] | Remark:
    name = title or outcome.contender
    if outcome.absence:
        return Remark(name, f"took no part: {outcome.absence}")
    if outcome.error:
        return Remark(name, f"failed: {outcome.error}")
    return (name, *(shown(outcome.scores[metric]) for metric in metrics))


def _published(task: Task) -> Iterator[tuple[Cell, ...]]:
    metrics = list(task.metrics)
    for other in task.published:
        figures = (f"{other.scores[m]:.3f}" if m in other.scores else "" for m in metrics)
        yield (f"{other.what} ({other.source})", *figures)
    for which in ("bar", "aim"):
        wanted = [getattr(task.metrics[metric], which) for metric in metrics]
        if any(value is not None for value in wanted):
            yield (which, *("" if value is None else f"{value:.2f}" for value in wanted))


def _gap(task: Task, result: TaskResult) -> Table:
    honest, naive = result.divisions[0], result.divisions[1]
    metric = task.main_metric
    rows = []
    for outcome in honest.outcomes:
        other = naive.of(outcome.contender)
        if outcome.scores and other and other.scores:
            gap = other.scores[metric].value - outcome.scores[metric].value
            rows.append((outcome.contender, f"{gap:+.3f}"))
    columns = (Column(f"optimism of {naive.description}", "name"), *numbers(metric))
    return Table(columns, tuple(rows))


def _ablation(task: Task, division: Division) -> Table:
    metric = task.main_metric
    rows = (
        (
            outcome.contender,
            shown(outcome.scores[metric]),
            _behind(outcome, metric),
        )
        for outcome in division.outcomes
        if outcome.kind == "variant" and outcome.scores
    )
    columns = (Column("changed", "name"), *numbers(metric, "less than stance by"))
    return Table(columns, tuple(rows))


def _behind(outcome: Outcome, metric: str) -> str:
    """Write how far a variant is behind; where our own model failed there is nothing to say."""
    behind = outcome.less_than_ours.get(metric)
    return shown(behind, signed=True) if behind else ""


def _speed(speed: SpeedResult) -> Section:
    said = (
        f"On {speed.articles:,} articles of {speed.task}, medians of {speed.rounds} rounds, in "
        "processor time of one process, as a multiple of counting the same articles' words in "
        f"plain Python: training {speed.train:.1f}, labelling {speed.label:.1f}."
    )
    return section(Paragraph(said), heading="Speed")


def _verdicts(verdicts: Sequence[Verdict]) -> Section:
    columns = (Column("what", "name"), Column("grade"), Column("", "prose"))
    rows = tuple((v.subject, v.grade, v.message) for v in verdicts)
    return section(Table(columns, rows), heading="Since the baseline")


def shown(score: Score, *, signed: bool = False) -> str:
    """Format a score with its interval.

    Examples
    --------
    >>> from stance.benchmarking.results import Score
    >>> shown(Score(value=0.71, low=0.65, high=0.76))
    '0.710 [0.650, 0.760]'
    """
    form = "+.3f" if signed else ".3f"
    return f"{score.value:{form}} [{score.low:{form}}, {score.high:{form}}]"
