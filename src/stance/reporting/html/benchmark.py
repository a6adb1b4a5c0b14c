"""The page of `stance benchmark`: scores of all contenders, and the verdicts of the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.evaluation.sampling_units import FEW_UNITS
from stance.reporting.html.charts import Bar, Bars
from stance.reporting.html.comparison import metric as metric_name
from stance.reporting.html.numbers import count, interval, signed
from stance.reporting.html.page import (
    Advice,
    English,
    Facts,
    Name,
    Number,
    Page,
    Paragraph,
    Table,
    phrase,
    phrases,
    section,
)
from stance.reporting.html.protocols import protocol, unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.benchmarking.gate import Verdict
    from stance.benchmarking.results import Division, Outcome, Results, Score, TaskResult
    from stance.benchmarking.suite import Suite, Task
    from stance.reporting.html.page import Block, Section, Text


def page(suite: Suite, results: Results, verdicts: Sequence[Verdict] = ()) -> Page:
    """Return the results of a suite as a page."""
    return Page(
        phrase("benchmark", title=Name(suite.title)),
        "stance benchmark",
        (
            *([_verdicts(verdicts)] if verdicts else []),
            *(_task(suite, name, result) for name, result in results.tasks.items()),
            *([_speed(results)] if results.speed else []),
            _made_with(results),
        ),
    )


def _task(suite: Suite, name: str, result: TaskResult) -> Section:
    heading = Name(name)
    if result.error:
        return section(
            heading, Advice(phrase("benchmark.failed")), Paragraph(English(result.error))
        )
    task, honest = suite.tasks[name], result.divisions[0]
    blocks: list[Block] = [Paragraph(Name(task.title))] if task.title else []
    if honest.units < FEW_UNITS:
        blocks.append(Advice(phrase("basis.few", unit=unit(honest.unit))))
    for division in result.divisions:
        blocks += _division(suite, task, division)
    blocks += _published(task)
    if len(result.divisions) > 1:
        blocks.append(_optimism(task, result))
    return section(heading, *blocks)


def _division(suite: Suite, task: Task, division: Division) -> tuple[Block, ...]:
    """Return the scores of all contenders under one protocol."""
    facts = Facts(
        (
            (phrase("protocol"), protocol(division.description)),
            (phrase("articles"), count(division.articles)),
            (phrase("benchmark.units"), unit(division.unit)),
            (phrase("benchmark.n_units"), count(division.units)),
        )
    )
    main = task.main_metric
    scored = [one for one in division.outcomes if one.scores]
    bars = tuple(
        Bar(
            _contender(suite, one),
            one.scores[main].value,
            Number(f"{one.scores[main].value:.3f}"),
            (one.scores[main].low, one.scores[main].high),
        )
        for one in scored
    )
    rows = tuple(
        (_contender(suite, one), *(_score(one.scores[metric]) for metric in task.metrics))
        for one in scored
    )
    columns = (phrase("benchmark.contender"), *map(metric_name, task.metrics))
    table = Table(phrase("benchmark.scores"), columns, rows)
    caption = phrase(
        "benchmark.chart", metric=metric_name(main), protocol=protocol(division.description)
    )
    chart = Bars(caption, bars, table)
    absent = tuple(
        (_contender(suite, one), English(one.absence or one.error))
        for one in division.outcomes
        if one.absence or one.error
    )
    missing = Table(phrase("benchmark.absent"), phrases("benchmark.contender", "reason"), absent)
    return (facts, chart, *([missing] if absent else []))


def _contender(suite: Suite, outcome: Outcome) -> Text:
    opponent = suite.opponents.get(outcome.contender)
    return Name(opponent.title if opponent and opponent.title else outcome.contender)


def _score(score: Score) -> Number:
    return Number(f"{score.value:.3f} {interval((score.low, score.high)).text}")


def _published(task: Task) -> tuple[Block, ...]:
    """Return published figures, and the bar and the aim of the task."""
    rows: list[tuple[Text, ...]] = [
        (
            Name(f"{other.what} ({other.source})"),
            *(_two(other.scores.get(metric), ".3f") for metric in task.metrics),
        )
        for other in task.published
    ]
    for which in ("bar", "aim"):
        wanted = [getattr(found, which) for found in task.metrics.values()]
        if any(value is not None for value in wanted):
            rows.append((phrase(f"benchmark.{which}"), *(_two(value, ".2f") for value in wanted)))
    if not rows:
        return ()
    columns = (phrase("benchmark.source"), *map(metric_name, task.metrics))
    return (Table(phrase("benchmark.published"), columns, tuple(rows)),)


def _two(value: float | None, form: str) -> Number:
    return Number("" if value is None else f"{value:{form}}")


def _optimism(task: Task, result: TaskResult) -> Table:
    """Return how much higher each contender scores under the second protocol."""
    honest, naive = result.divisions[0], result.divisions[1]
    main = task.main_metric
    rows = tuple(
        (Name(one.contender), signed(other.scores[main].value - one.scores[main].value))
        for one in honest.outcomes
        if one.scores and (other := naive.of(one.contender)) and other.scores
    )
    caption = phrase("benchmark.optimism", protocol=protocol(naive.description))
    return Table(caption, (phrase("benchmark.contender"), metric_name(main)), rows)


def _verdicts(verdicts: Sequence[Verdict]) -> Section:
    rows = tuple(
        (Name(one.subject), phrase(f"grade.{one.grade}"), English(one.message)) for one in verdicts
    )
    columns = phrases("gate.subject", "gate.grade", "reason")
    return section("gate", Table(phrase("gate.caption"), columns, rows))


def _speed(results: Results) -> Section:
    speed = results.speed
    facts = (
        Facts(
            (
                (phrase("speed.task"), Name(speed.task)),
                (phrase("articles"), count(speed.articles)),
                (phrase("speed.rounds"), count(speed.rounds)),
                (phrase("speed.train"), Number(f"{speed.train:.1f}")),
                (phrase("speed.label"), Number(f"{speed.label:.1f}")),
            )
        )
        if speed
        else None
    )
    return section("speed", Paragraph(phrase("speed.unit")), facts)


def _made_with(results: Results) -> Section:
    versions = tuple((Name(name), Name(version)) for name, version in results.made_with.items())
    return section(
        "benchmark.made_with",
        Facts((*versions, (phrase("benchmark.seed"), Number(str(results.seed))))),
    )
