"""Engines that label a task: the protocol, and threads on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from stance.errors import ConfigError
from stance.labelling.batches import Batcher
from stance.labelling.entries import InputReader
from stance.labelling.stages import Reader, labelled_batches
from stance.model.prediction import BATCH_SIZE, n_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from threading import Event

    from stance.labelling.batches import LabelledBatch
    from stance.labelling.entries import Entry
    from stance.labelling.journal import Checkpoint
    from stance.labelling.plan import Labelling


class Engine(Protocol):
    """Labels a task from a checkpoint on, and yields batches in the order of the inputs."""

    def batches(
        self, task: Labelling, start: Checkpoint, stop: Event
    ) -> Iterator[tuple[LabelledBatch, set[str]]]:
        """Yield batches, each with the requested fields that no row had so far."""
        ...


@dataclass(frozen=True)
class LocalEngine:
    """Labels in threads on this machine.

    Parameters
    ----------
    jobs : int
        Number of threads; -1 for one per core.
    batch_size : int
        Articles labelled at once. Neither setting changes the output.
    """

    jobs: int = -1
    batch_size: int = BATCH_SIZE

    def __post_init__(self) -> None:
        n_threads(self.jobs)
        if self.batch_size < 1:
            raise ConfigError(f"Got batch_size={self.batch_size}, but expected at least 1.")

    def batches(
        self, task: Labelling, start: Checkpoint, stop: Event
    ) -> Iterator[tuple[LabelledBatch, set[str]]]:
        """Yield batches in the order of the inputs."""
        jobs = n_threads(self.jobs)
        return read_and_label(
            task, start, stop, task.labeller, jobs=jobs, batch_size=self.batch_size
        )


def read_and_label(
    task: Labelling,
    start: Checkpoint,
    stop: Event,
    label: Callable[[Sequence[Entry]], LabelledBatch],
    *,
    jobs: int,
    batch_size: int,
) -> Iterator[tuple[LabelledBatch, set[str]]]:
    """Read a task in this process, and label it in threads.

    Parameters
    ----------
    task : Labelling
    start : Checkpoint
    stop : Event
    label : callable
    jobs : int
        Threads, at least 1.
    batch_size : int
    """
    reader = Reader(live=task.is_live)
    inputs = InputReader(
        task.inputs,
        task.selection,
        n_input=start.n_input,
        place=start.place,
        missing=start.missing,
        before_read=reader.before_read,
    )
    reader.read(inputs)
    batcher = Batcher(batch_size, task.part_rows, start.part_rows)
    for batch in labelled_batches(reader, batcher, label, jobs=jobs, live=task.is_live, stop=stop):
        yield batch, inputs.missing
