"""Running a whole suite."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from stance.benchmarking.kept_predictions import KeptPredictions
from stance.benchmarking.preparing import Prepared, prepare
from stance.benchmarking.results import FORMAT, Results, SpeedResult, TaskResult, versions
from stance.benchmarking.running import TaskPlan, plan, run
from stance.benchmarking.scoring import score_task
from stance.benchmarking.speed import measure_speed
from stance.errors import BenchmarkError, StanceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from stance.benchmarking.running import ContenderPredictions
    from stance.benchmarking.suite import Suite


@dataclass(frozen=True)
class BenchmarkRun:
    """Results, and the articles that they were found on.

    Parameters
    ----------
    results : Results
    prepared : dict of str to Prepared
    kept : KeptPredictions
        The predictions that the results were made of.
    errors : list of str
        What failed; the results are those of everything else.
    """

    results: Results
    prepared: dict[str, Prepared]
    kept: KeptPredictions
    errors: list[str]

    def check(self) -> None:
        """Discard the kept predictions, now that the results are written, unless something failed.

        Raises
        ------
        BenchmarkError
            If something failed.
        """
        if not self.errors:
            self.kept.discard()
            return
        listed = "\n".join(f"  {error}" for error in self.errors)
        kept = f", and goes on from {self.kept.path}" if self.kept.path else ""
        raise BenchmarkError(
            f"Got failures in a benchmark:\n{listed}\nThe results hold everything else. Mend "
            f"them and run it again with --force, which tries them anew{kept}."
        )


def run_suite(
    suite: Suite,
    *,
    jobs: int = 1,
    progress: Callable[[str, int, int], None] = lambda task, done, total: None,
    keep: Path | None = None,
    on_kept: Callable[[int, int], None] = lambda kept, total: None,
) -> BenchmarkRun:
    """Run every task of a suite.

    Parameters
    ----------
    suite : Suite
    jobs : int
        Processes to train in; -1 for one on each core.
    progress : callable, optional
        Told which task is at hand, how many of its models are made, and of
        how many.
    keep : Path, optional
        A file for the predictions, as they come. What an earlier run left
        there is used where suite, data, code and versions are the same.
    on_kept : callable, optional
        Told how many models were made by an earlier run, and of how many.

    Returns
    -------
    BenchmarkRun

    Raises
    ------
    StanceError
        If a task's articles cannot be read or divided, or do not suit its
        settings. All are read before the first model is trained.
    """
    prepared = {name: prepare(suite, name) for name in suite.tasks}
    planned = {name: plan(suite, one) for name, one in prepared.items()}
    kept = KeptPredictions(keep)
    every = [one for task in planned.values() for one in task.trials]
    if done := sum(one.key in kept.labels for one in every):
        on_kept(done, len(every))
    tasks = {
        name: _scored(one, run(one, jobs=jobs, progress=partial(progress, name), kept=kept))
        for name, one in planned.items()
    }
    speed, failures = _speed(suite, prepared)
    results = Results(
        format=FORMAT,
        suite=suite.title,
        seed=suite.seed,
        made_with=versions(),
        tasks=tasks,
        speed=speed,
    )
    return BenchmarkRun(results, prepared, kept, [*results.errors, *failures])


def _scored(planned: TaskPlan, predictions: Sequence[ContenderPredictions]) -> TaskResult:
    try:
        return score_task(planned.prepared, predictions)
    except StanceError as error:
        return TaskResult(labels=[], divisions=[], error=str(error))


def _speed(suite: Suite, prepared: dict[str, Prepared]) -> tuple[SpeedResult | None, list[str]]:
    """Measure speed where a suite asks for it; return what failed too."""
    if not suite.speed:
        return None, []
    try:
        return measure_speed(suite, prepared[suite.speed.task], suite.speed), []
    except StanceError as error:
        return None, [f"speed: {error}"]
