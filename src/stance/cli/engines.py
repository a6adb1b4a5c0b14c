"""Where the work is done: on this machine or on a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from stance.distribution import install_command
from stance.errors import ConfigError

if TYPE_CHECKING:
    from stance.distributed.connection import Cluster
    from stance.evaluation.fold_workers import FoldWorkers
    from stance.labelling.engine import Engine

LOCAL, DASK = "local", "dask"

EngineOption = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="ENGINE",
        help=f"local, or dask: distribute the work to a cluster ({install_command('dask')}).",
    ),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="With --engine dask: the address of the scheduler, or the file that has it.  "
        "[default: --jobs processes on this machine]",
    ),
]


def check_engine(engine: str, scheduler: str | None) -> None:
    """Refuse an unknown engine, and a scheduler that would not be used.

    Raises
    ------
    ConfigError
        If there is one.
    """
    if engine not in {LOCAL, DASK}:
        raise ConfigError(f"Got --engine {engine}, but expected {LOCAL} or {DASK}.")
    if scheduler is not None and engine != DASK:
        raise ConfigError(
            f"Got --scheduler {scheduler} without --engine {DASK}, but only that engine has one. "
            f"Give --engine {DASK} too."
        )


@contextmanager
def cluster_of(engine: str, scheduler: str | None, jobs: int) -> Iterator[Cluster | None]:
    """Connect to the cluster that was asked for; none where the work is done here."""
    if engine == LOCAL:
        yield None
        return
    from stance.distributed.connection import connected
    from stance.model.prediction import n_threads

    with connected(scheduler, n_threads(jobs)) as cluster:
        yield cluster


@contextmanager
def fold_workers(engine: str, scheduler: str | None, jobs: int) -> Iterator[FoldWorkers]:
    """Make what fits the models of folds."""
    from stance.evaluation.fold_workers import LocalWorkers

    with cluster_of(engine, scheduler, jobs) as cluster:
        if cluster is None:
            yield LocalWorkers(jobs)
            return
        from stance.distributed.fold_workers import DaskWorkers

        yield DaskWorkers(cluster)


@contextmanager
def labelling_engine(
    engine: str, scheduler: str | None, jobs: int, batch_size: int
) -> Iterator[Engine]:
    """Make the engine that was asked for."""
    from stance.labelling.engine import LocalEngine

    with cluster_of(engine, scheduler, jobs) as cluster:
        if cluster is None:
            yield LocalEngine(jobs, batch_size)
            return
        from stance.distributed.labelling_engine import DaskEngine

        yield DaskEngine(cluster, batch_size)
