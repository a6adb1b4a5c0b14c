"""The engines that commands can use: this machine or a Dask cluster."""

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
        help=f"local, or dask to use a cluster ({install_command('dask')}).",
    ),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="With --engine dask: the address of the scheduler, or the scheduler file.  "
        "[default: --jobs processes on this machine]",
    ),
]


def check_engine(engine: str, scheduler: str | None) -> None:
    """Refuse an unknown engine, and a scheduler that the engine does not use.

    Raises
    ------
    ConfigError
        If the engine is unknown, or the scheduler is not used.
    """
    if engine not in {LOCAL, DASK}:
        raise ConfigError(f"Got --engine {engine}, but expected {LOCAL} or {DASK}.")
    if scheduler is not None and engine != DASK:
        raise ConfigError(
            f"Got --scheduler {scheduler} without --engine {DASK}, but only that engine uses a "
            f"scheduler. Give --engine {DASK} too."
        )


@contextmanager
def cluster_of(engine: str, scheduler: str | None, jobs: int) -> Iterator[Cluster | None]:
    """Connect to the requested cluster; None for the local engine."""
    if engine == LOCAL:
        yield None
        return
    from stance.distributed.connection import connected
    from stance.model.prediction import n_threads

    with connected(scheduler, n_threads(jobs)) as cluster:
        yield cluster


@contextmanager
def fold_workers(engine: str, scheduler: str | None, jobs: int) -> Iterator[FoldWorkers]:
    """Return the workers that fit the models of folds."""
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
    """Return the requested engine."""
    from stance.labelling.engine import LocalEngine

    with cluster_of(engine, scheduler, jobs) as cluster:
        if cluster is None:
            yield LocalEngine(jobs, batch_size)
            return
        from stance.distributed.labelling_engine import DaskEngine

        yield DaskEngine(cluster, batch_size)
