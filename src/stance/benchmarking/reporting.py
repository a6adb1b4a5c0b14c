"""Results as Markdown for people and as JUnit XML for continuous integration."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from stance.evaluation.sampling_units import FEW_UNITS

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


def markdown(suite: Suite, results: Results, verdicts: Sequence[Verdict] = ()) -> str:
    """Return a report of a suite's results.

    Each task has a table of who scored what, with published figures beside
    it, and, where it has variants, one of what each is worth.

    Parameters
    ----------
    suite : Suite
    results : Results
    verdicts : sequence of Verdict, optional
        Of the gate, if there was a baseline.

    Returns
    -------
    str
    """
    lines = [f"# {suite.title}", "", "Written by `stance benchmark`; not edited by hand."]
    for name, result in results.tasks.items():
        lines += ["", *_task(suite, name, result)]
    if results.speed:
        lines += ["", *_speed(results.speed)]
    if verdicts:
        lines += ["", "## Since the baseline", "", "| what | grade | |", "|---|---|---|"]
        lines += [f"| {_cell(v.subject)} | {v.grade} | {_cell(v.message)} |" for v in verdicts]
    made = ", ".join(f"{name} {version}" for name, version in results.made_with.items())
    lines += ["", "## Made with", "", f"{made}; seed {results.seed}."]
    return "\n".join(lines) + "\n"


def _task(suite: Suite, name: str, result: TaskResult) -> Iterator[str]:
    task, honest = suite.tasks[name], result.divisions[0]
    yield f"## {name}"
    yield ""
    if task.title:
        yield f"{task.title}."
        yield ""
    yield (
        f"{honest.articles:,} articles; {honest.description}; intervals of 95 % over "
        f"{honest.units:,} {honest.unit}s."
    )
    if honest.units < FEW_UNITS:
        yield ""
        yield f"Fewer than {FEW_UNITS} {honest.unit}s: these intervals are unreliable."
    for division in result.divisions:
        yield ""
        yield from _scores(suite, task, division)
        if division is honest:
            yield from _held_against(task)
    if len(result.divisions) > 1:
        yield ""
        yield from _gap(task, result)
    if any(outcome.kind == "variant" for outcome in honest.outcomes):
        yield ""
        yield from _ablation(task, honest)


def _scores(suite: Suite, task: Task, division: Division) -> Iterator[str]:
    metrics = list(task.metrics)
    yield f"| {_cell(division.description)} | {' | '.join(map(_cell, metrics))} |"
    yield "|---" * (1 + len(metrics)) + "|"
    for outcome in division.outcomes:
        if outcome.kind != "variant":
            opponent = suite.opponents.get(outcome.contender)
            yield _row(opponent.title if opponent else "", outcome, metrics)


def _held_against(task: Task) -> Iterator[str]:
    metrics = list(task.metrics)
    for other in task.published:
        figures = [f"{other.scores[m]:.3f}" if m in other.scores else "" for m in metrics]
        yield f"| {_cell(other.what)} ({_cell(other.source)}) | {' | '.join(figures)} |"
    for which in ("bar", "aim"):
        wanted = [getattr(task.metrics[metric], which) for metric in metrics]
        if any(value is not None for value in wanted):
            cells = ["" if value is None else f"{value:.2f}" for value in wanted]
            yield f"| *{which}* | {' | '.join(cells)} |"


def _row(title: str, outcome: Outcome, metrics: Sequence[str]) -> str:
    name = title or outcome.contender
    if outcome.absence:
        return f"| {_cell(name)} | took no part: {_cell(outcome.absence)} |" + " |" * (
            len(metrics) - 1
        )
    return f"| {_cell(name)} | " + " | ".join(shown(outcome.scores[m]) for m in metrics) + " |"


def _gap(task: Task, result: TaskResult) -> Iterator[str]:
    honest, naive = result.divisions[0], result.divisions[1]
    metric = task.main_metric
    yield f"| what {naive.description} promise too much | {_cell(metric)} |"
    yield "|---|---|"
    for outcome in honest.outcomes:
        other = naive.of(outcome.contender)
        if outcome.scores and other and other.scores:
            gap = other.scores[metric].value - outcome.scores[metric].value
            yield f"| {_cell(outcome.contender)} | {gap:+.3f} |"


def _ablation(task: Task, division: Division) -> Iterator[str]:
    metric = task.main_metric
    yield f"| changed | {_cell(metric)} | less than `stance` by |"
    yield "|---|---|---|"
    for outcome in division.outcomes:
        if outcome.kind == "variant":
            score, less = outcome.scores[metric], outcome.less_than_ours[metric]
            yield f"| {_cell(outcome.contender)} | {shown(score)} | {shown(less, signed=True)} |"


def _speed(speed: SpeedResult) -> Iterator[str]:
    yield "## Speed"
    yield ""
    yield (
        f"On {speed.articles:,} articles of `{speed.task}`, medians of {speed.rounds} rounds, in "
        "processor time of one process, as a multiple of counting the same articles' words in "
        f"plain Python: training {speed.train:.1f}, labelling {speed.label:.1f}."
    )


def shown(score: Score, *, signed: bool = False) -> str:
    """Write a score with its interval.

    Examples
    --------
    >>> from stance.benchmarking.results import Score
    >>> shown(Score(value=0.71, low=0.65, high=0.76))
    '0.710 [0.650, 0.760]'
    """
    form = "+.3f" if signed else ".3f"
    return f"{score.value:{form}} [{score.low:{form}}, {score.high:{form}}]"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def junit(suite: Suite, results: Results, verdicts: Sequence[Verdict] = ()) -> bytes:
    """Return JUnit XML: a test case for each contender's score and each verdict.

    A contender that took no part is skipped, a verdict that fails the gate is
    a failure.
    """
    root = ET.Element("testsuite", name=suite.title)
    for name, result in results.tasks.items():
        for division in result.divisions:
            for outcome in division.outcomes:
                case = ET.SubElement(
                    root,
                    "testcase",
                    classname=f"{name}.{division.protocol}",
                    name=outcome.contender,
                )
                if outcome.absence:
                    ET.SubElement(case, "skipped", message=outcome.absence)
                said = "\n".join(f"{m}: {shown(score)}" for m, score in outcome.scores.items())
                ET.SubElement(case, "system-out").text = said
    for verdict in verdicts:
        case = ET.SubElement(root, "testcase", classname="baseline", name=verdict.subject)
        if verdict.fails:
            ET.SubElement(case, "failure", message=f"{verdict.grade}: {verdict.message}")
        ET.SubElement(case, "system-out").text = f"{verdict.grade}: {verdict.message}"
    root.set("tests", str(len(root)))
    root.set("failures", str(sum(verdict.fails for verdict in verdicts)))
    root.set("skipped", str(len(root.findall("testcase/skipped"))))
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document
