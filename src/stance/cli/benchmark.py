"""`stance benchmark`: a suite of tasks, run, reported, held against a baseline."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import console, echo, interval, isolated, progress, table
from stance.cli.options import ForceOption, JobsOption
from stance.cli.scores import few_warning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.benchmarking.gate import Verdict
    from stance.benchmarking.results import Division, Results
    from stance.benchmarking.suite import Suite, Task

WIDTH = 79
NAME_WIDTH = 28


def benchmark_command(
    suite: Annotated[Path, typer.Argument(metavar="SUITE", help="The suite, a TOML file.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where the results go, as JSON.")
    ],
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="Earlier results to be held against."),
    ] = None,
    fail_on_regression: Annotated[
        bool,
        typer.Option("--fail-on-regression", help="End with 1 where the baseline is not held."),
    ] = False,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML too.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Write a report too.")
    ] = None,
    task: Annotated[
        list[str] | None,
        typer.Option("--task", metavar="NAME", help="Run this task alone; may be repeated."),
    ] = None,
    jobs: JobsOption = -1,
    force: ForceOption = False,
) -> None:
    """Run a benchmark suite, and hold it against a baseline.

    Scores come with intervals, and each is compared on the same articles. With
    --fail-on-regression a loss beyond the suite's margin ends with 1; noise
    does not.
    """
    from stance.benchmarking.benchmark import run_suite
    from stance.benchmarking.gate import check, judge
    from stance.benchmarking.reporting import junit as as_junit
    from stance.benchmarking.reporting import markdown as as_markdown
    from stance.benchmarking.results import read_results, write_results
    from stance.benchmarking.suite import load_suite
    from stance.errors import ConfigError
    from stance.replacing import check_file_target

    if fail_on_regression and not baseline:
        raise ConfigError("Got --fail-on-regression without --baseline: name what must be held.")
    for file in filter(None, (output, junit, markdown)):
        check_file_target(file, force=force)
    whole = load_suite(suite)
    chosen = whole.only(task or [])
    before = read_results(baseline) if baseline else None
    with progress("Benchmarking") as tell:
        found = run_suite(chosen, jobs=jobs, progress=lambda _, done, total: tell(done, total))
    write_results(output, found.results, force=force)
    verdicts = judge(whole, found.prepared, found.results, before) if before else []
    if junit:
        _write(junit, as_junit(chosen, found.results, verdicts), force=force)
    if markdown:
        _write(markdown, as_markdown(chosen, found.results, verdicts).encode(), force=force)
    show(chosen, found.results, verdicts)
    if fail_on_regression:
        check(verdicts)


def _write(path: Path, content: bytes, *, force: bool) -> None:
    from stance.replacing import replacing_file

    with replacing_file(path, force=force) as file:
        file.write(content)


def show(suite: Suite, results: Results, verdicts: Sequence[Verdict]) -> None:
    """Print every score, and what the gate says of each task."""
    for name, result in results.tasks.items():
        for division in result.divisions:
            echo(f"{name}: {division.articles:,} articles, {division.description}")
            _show_scores(suite.tasks[name], division)
            for sentence in few_warning(division.units, division.unit):
                typer.echo(textwrap.fill(f"{sentence}\n", WIDTH))
    if results.speed:
        echo(
            f"Speed, counting words in plain Python being 1: training {results.speed.train:.1f}, "
            f"labelling {results.speed.label:.1f}\n"
        )
    for verdict in verdicts:
        told = f"{verdict.grade.upper()}  {verdict.subject}: {verdict.message}."
        echo(textwrap.fill(told, WIDTH, subsequent_indent="  "))


def _show_scores(task: Task, division: Division) -> None:
    columns = [part for name in task.metrics for part in (name, "95 % interval")]
    scores = table("", *columns, numbers=list(task.metrics))
    for outcome in division.outcomes:
        found = [outcome.scores[name] for name in task.metrics] if outcome.scores else []
        cells = [part for s in found for part in (f"{s.value:.3f}", interval((s.low, s.high)))]
        scores.add_row(isolated(outcome.contender, NAME_WIDTH), *cells)
    console().print(scores)
    for outcome in division.outcomes:
        if outcome.absence:
            told = f"{outcome.contender} took no part: {outcome.absence}"
            echo(textwrap.fill(told, WIDTH, subsequent_indent="  "))
    echo()
