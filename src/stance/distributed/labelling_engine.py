"""Labelling on a Dask cluster, with the same output bytes as on one machine."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from stance.distributed.partitions import LastPartition, Partition, partitions
from stance.distributed.worker import (
    KnownHash,
    PartialResult,
    PartitionLabeller,
    WorkerTask,
    picklable,
    read_partition,
)
from stance.errors import ConfigError
from stance.formats.cursor import Mark
from stance.labelling.batches import Batcher, LabelledBatch
from stance.labelling.engine import read_and_label
from stance.labelling.entries import (
    FieldCheck,
    InputEnd,
    InputPosition,
    InputReader,
    refuse_missing,
    refuse_misspelt,
)
from stance.labelling.run_counts import RunCounts
from stance.model.prediction import BATCH_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from threading import Event

    from stance.distributed.connection import Cluster, Work
    from stance.labelling.entries import Entry
    from stance.labelling.journal import Checkpoint
    from stance.labelling.plan import Labelling

# Half a second of work: little to repeat if a worker is lost, much compared with the cost of
# submitting it.
PARTITION_BYTES = 8 * 1024 * 1024

# Limits the memory of a partial result, whatever the size of the partition.
RESULT_BYTES = 16 * 1024 * 1024

# Partitions submitted per thread of the cluster, which bounds the results waiting for a slow one.
PARTITIONS_AHEAD = 2


@dataclass(frozen=True)
class DaskEngine:
    """Labels on a cluster.

    Parameters
    ----------
    cluster : Cluster
    batch_size : int
        Articles labelled at once.
    partition_bytes : int
        Size of a partition, for files that can be cut.
    result_bytes : int
        Approximate output bytes of a partial result. None of the three settings
        changes the output.
    """

    cluster: Cluster
    batch_size: int = BATCH_SIZE
    partition_bytes: int = PARTITION_BYTES
    result_bytes: int = RESULT_BYTES

    def __post_init__(self) -> None:
        for name in ("batch_size", "partition_bytes", "result_bytes"):
            if getattr(self, name) < 1:
                raise ConfigError(f"Got {name}={getattr(self, name)}, but expected at least 1.")

    def batches(
        self, task: Labelling, start: Checkpoint, stop: Event
    ) -> Iterator[tuple[LabelledBatch, set[str]]]:
        """Yield batches in the order of the inputs."""
        worker_task = WorkerTask.of(task, self.batch_size, self.result_bytes)
        name = self.cluster.broadcast(worker_task, WorkerTask.partition_labeller)
        try:
            if task.is_live:
                yield from self._stream(name, task, start, stop)
            else:
                yield from _ClusterRun(self, name, task, start, stop).batches()
        finally:
            self.cluster.release(name)

    def _stream(
        self, name: str, task: Labelling, start: Checkpoint, stop: Event
    ) -> Iterator[tuple[LabelledBatch, set[str]]]:
        """Read a pipe on this machine, and label its batches on the cluster."""

        def label(entries: Sequence[Entry]) -> LabelledBatch:
            sent = [entry._replace(position=_without_hash(entry.position)) for entry in entries]
            found: LabelledBatch
            _, found = self.cluster.submit(name, PartitionLabeller.labelled, sent).result()
            return found._replace(position=entries[-1].position)

        jobs = self.cluster.n_threads
        yield from read_and_label(task, start, stop, label, jobs=jobs, batch_size=self.batch_size)


def _without_hash(position: InputPosition) -> InputPosition:
    """Return a position without its unfinished hash, which cannot be pickled."""
    return position.with_mark(Mark(0, KnownHash("")))


class _Submitted(NamedTuple):
    """A partition and the submitted call that labels it."""

    partition: Partition
    work: Work


@dataclass
class _ClusterRun:
    """One session on a cluster: submits partitions and yields their results in order."""

    engine: DaskEngine
    name: str
    task: Labelling
    start: Checkpoint
    stop: Event
    _waiting: deque[_Submitted | LastPartition] = field(default_factory=deque)
    _damaged: int | None = None

    def __post_init__(self) -> None:
        missing = self.start.missing
        wanted = self.task.selection.wanted if missing is None else set(missing)
        self._seen = FieldCheck(wanted)
        self._n_in_part = 0
        self._count(self.start.part_rows)

    def batches(self) -> Iterator[tuple[LabelledBatch, set[str]]]:
        try:
            for partition in self._partitions():
                self._waiting.append(
                    partition if isinstance(partition, LastPartition) else self._submit(partition)
                )
                while self._is_due():
                    yield from self._results(self._waiting.popleft())
            while self._waiting:
                yield from self._results(self._waiting.popleft())
        finally:
            submitted = [item for item in self._waiting if isinstance(item, _Submitted)]
            self.engine.cluster.cancel(item.work for item in submitted)
        if not self.stop.is_set():
            refuse_missing(self.task.inputs, self.task.selection, self._seen)

    def _partitions(self) -> Iterator[Partition | LastPartition]:
        found = partitions(
            self.task.inputs, self.start.n_input, self.start.place, self.engine.partition_bytes
        )
        for partition in found:
            if self.stop.is_set():
                return
            yield partition

    def _submit(
        self, partition: Partition, near: str | None = None, n_in_part: int | None = None
    ) -> _Submitted:
        cluster, missing = self.engine.cluster, self._seen.missing
        work = cluster.submit(
            self.name, PartitionLabeller.label, partition, missing, n_in_part, near=near
        )
        return _Submitted(partition, work)

    def _is_due(self) -> bool:
        """Return whether to wait now for the first submitted partition."""
        if not self._waiting:
            return False
        first = self._waiting[0]
        if isinstance(first, LastPartition) or first.work.is_done:
            return True
        return len(self._waiting) > PARTITIONS_AHEAD * self.engine.cluster.n_threads

    def _results(
        self, item: _Submitted | LastPartition
    ) -> Iterator[tuple[LabelledBatch, set[str]]]:
        """Wait for the results of a partition and yield them; nothing after a stop."""
        if isinstance(item, LastPartition):
            if item.n_input != self._damaged and not self.stop.is_set():
                yield _end_of(item), self._seen.missing
            return
        submitted: _Submitted | None = item
        while submitted is not None:
            partition = submitted.partition
            if partition.n_input == self._damaged and partition.byte_range is not None:
                self.engine.cluster.cancel([submitted.work])
                return
            if self.stop.is_set() or not submitted.work.wait(self.stop):
                self.engine.cluster.cancel([submitted.work])
                return
            address, result = submitted.work.result()
            yield from self._count_results(partition, result)
            submitted = self._submit(result.rest, address, self._n_in_part) if result.rest else None

    def _count_results(
        self, partition: Partition, result: PartialResult
    ) -> Iterator[tuple[LabelledBatch, set[str]]]:
        self._seen.add(result.field_check)
        refuse_misspelt(self.task.inputs, self.task.selection, self._seen)
        for batch in self._split_at_part_ends(partition, result.batches):
            if any(end.damage for end in batch.ended) and partition.byte_range is not None:
                self._damaged = partition.n_input
            self._count(batch.run_counts.n_labelled)
            yield batch, self._seen.missing

    def _count(self, n_rows: int) -> None:
        """Count the rows of the current part, if the output has parts."""
        if self.task.part_rows is not None:
            self._n_in_part = (self._n_in_part + n_rows) % self.task.part_rows

    def _split_at_part_ends(
        self, partition: Partition, batches: Sequence[LabelledBatch]
    ) -> Iterator[LabelledBatch]:
        """Yield batches; one that spans two parts is read and labelled again."""
        for batch in batches:
            room = (self.task.part_rows or math.inf) - self._n_in_part
            if batch.run_counts.n_labelled > room:
                yield from self._relabel(partition, batch.position)
            else:
                yield batch
            partition = partition.after(batch.position)

    def _relabel(self, partition: Partition, position: InputPosition) -> Iterator[LabelledBatch]:
        """Label the beginning of a partition on this machine, cut at the ends of parts."""
        reader = InputReader(
            self.task.inputs,
            self.task.selection,
            n_input=partition.n_input,
            n_end=partition.n_end,
            place=partition.place,
            missing=(),
        )
        batcher = Batcher(self.engine.batch_size, self.task.part_rows, self._n_in_part)
        for entry in read_partition(reader, self.task.inputs, partition.before(position)):
            is_last = partition.byte_range is None and _same_position(entry.position, position)
            if batch := batcher.add(entry):
                yield picklable(self.task.labeller(batch), partition)
            if is_last:
                break
        if not batcher.is_empty:
            yield picklable(self.task.labeller(batcher.take()), partition)


def _end_of(last: LastPartition) -> LabelledBatch:
    end = InputEnd(last.n_input, last.n_bytes, last.sha256, None)
    position = InputPosition.before_input(last.n_input + 1)
    return LabelledBatch([], b"", [], b"", RunCounts(), [end], position)


def _same_position(first: InputPosition, second: InputPosition) -> bool:
    """Return whether two positions are equal, ignoring their hashes."""
    return (first.n_input, first.position[:2]) == (second.n_input, second.position[:2])
