"""Running a whole suite."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from stance.benchmarking.results import FORMAT, Results, versions
from stance.benchmarking.running import Prepared, prepare, run
from stance.benchmarking.scoring import score_task
from stance.benchmarking.speed import measure_speed

if TYPE_CHECKING:
    from collections.abc import Callable

    from stance.benchmarking.suite import Suite


@dataclass(frozen=True)
class BenchmarkRun:
    """The results of a suite, and the prepared articles."""

    results: Results
    prepared: dict[str, Prepared]


def run_suite(
    suite: Suite,
    *,
    jobs: int = 1,
    progress: Callable[[str, int, int], None] = lambda task, done, total: None,
) -> BenchmarkRun:
    """Run every task of a suite.

    Parameters
    ----------
    suite : Suite
    jobs : int
        Processes to train in; -1 for one on each core.
    progress : callable, optional
        Called with the current task, its number of finished models, and the
        total.

    Returns
    -------
    BenchmarkRun

    Raises
    ------
    CorpusError
        If a task's articles cannot be read or divided. All are read before
        the first model is trained.
    """
    prepared = {name: prepare(suite, name) for name in suite.tasks}
    tasks = {}
    for name, one in prepared.items():
        predictions = run(suite, one, jobs=jobs, progress=partial(progress, name))
        tasks[name] = score_task(one, predictions)
    timed = suite.speed
    speed = measure_speed(suite, prepared[timed.task], timed) if timed else None
    results = Results(
        format=FORMAT,
        suite=suite.title,
        seed=suite.seed,
        made_with=versions(),
        tasks=tasks,
        speed=speed,
    )
    return BenchmarkRun(results, prepared)
