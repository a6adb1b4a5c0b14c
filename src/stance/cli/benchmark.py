"""`stance benchmark`: running a suite of tasks, and comparing it with a baseline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stance.cli.console import note, progress
from stance.cli.options import JobsOption
from stance.cli.reports import STDOUT, ReportTarget, with_chart_options

SuiteArgument = Annotated[Path, typer.Argument(metavar="SUITE", help="The suite, a TOML file.")]
BaselineOption = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="Earlier results (--json) to compare with."),
]
FailOnRegressionOption = Annotated[
    bool,
    typer.Option("--fail-on-regression", help="Exit with 3 on a regression from the baseline."),
]
JunitOption = Annotated[
    Path | None, typer.Option("--junit", metavar="FILE", help="Also write JUnit XML.")
]
TaskOption = Annotated[
    list[str] | None,
    typer.Option("--task", metavar="NAME", help="Run only this task. Repeatable."),
]


@with_chart_options
def benchmark_command(
    suite: SuiteArgument,
    baseline: BaselineOption = None,
    fail_on_regression: FailOnRegressionOption = False,
    junit: JunitOption = None,
    task: TaskOption = None,
    jobs: JobsOption = -1,
    *,
    report: ReportTarget,
) -> None:
    """Run a benchmark suite, and compare it with a baseline.

    Scores come with intervals, and each is compared on the same articles. With
    --fail-on-regression a loss beyond the suite's margin ends with 3; noise
    does not. A contender that fails does not stop the others, and a run that
    ended early goes on where it was.
    """
    from stance.benchmarking.benchmark import run_suite
    from stance.benchmarking.gate import check, judge
    from stance.benchmarking.results import read_results, to_json
    from stance.benchmarking.suite import load_suite
    from stance.errors import ConfigError
    from stance.replacing import check_file_target, replacing_file
    from stance.reporting.benchmark import report as benchmark_report
    from stance.reporting.html.benchmark import page
    from stance.reporting.junit import junit as as_junit

    if fail_on_regression and not baseline:
        raise ConfigError("Got --fail-on-regression without --baseline. Give both.")
    if junit:
        check_file_target(junit, force=report.force)
    whole = load_suite(suite)
    chosen = whole.only(task or [])
    before = read_results(baseline) if baseline else None
    with progress("Benchmarking") as update:
        found = run_suite(
            chosen,
            jobs=jobs,
            progress=lambda _, done, total: update(done, total),
            keep=_kept_beside(report),
            on_kept=_say_what_is_kept,
        )
    verdicts = judge(whole, found.prepared, found.results, before) if before else []
    if junit:
        with replacing_file(junit, force=report.force) as file:
            file.write(as_junit(chosen, found.results, verdicts))
    report.write(
        benchmark_report(chosen, found.results, verdicts),
        to_json(found.results),
        lambda: page(chosen, found.results, verdicts),
    )
    found.check()
    if fail_on_regression:
        check(verdicts)


def _kept_beside(report: ReportTarget) -> Path | None:
    """Return the file for predictions: beside the results, else beside the report."""
    for target in (report.json, report.output):
        if target is not None and str(target) != STDOUT:
            return target.with_name(f".{target.name}.predictions")
    return None


def _say_what_is_kept(kept: int, total: int) -> None:
    note(f"{kept:,} of {total:,} models were made by an earlier run; its predictions are used.")
