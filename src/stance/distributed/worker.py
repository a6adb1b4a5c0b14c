"""The work of a worker: reading and labelling partitions, and returning partial results."""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from stance.distribution import toolkit_version
from stance.errors import ConfigError, CorpusError, ModelError
from stance.formats.cursor import Mark
from stance.labelling.batches import Batcher, BatchLabeller, LabelledBatch
from stance.labelling.entries import FieldCheck, InputReader
from stance.model.manifest import MANIFEST
from stance.model.persistence import read_model
from stance.model.prediction import label_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from stance.distributed.partitions import Partition
    from stance.formats.inputs import PlannedInput
    from stance.labelling.encoding import Encoder
    from stance.labelling.entries import Entry, InputPosition, Selection
    from stance.labelling.plan import Labelling

# Inputs that a worker keeps open between two partial results; a closed one is read again.
OPEN_READINGS = 16


class KnownHash(NamedTuple):
    """A final hash, which can be pickled."""

    value: str

    def hexdigest(self) -> str:
        """Return the hash, hexadecimal."""
        return self.value


class PartialResult(NamedTuple):
    """The result of a partition, or of its beginning.

    ``rest`` is the remaining part of the partition, or None.
    """

    batches: list[LabelledBatch]
    field_check: FieldCheck
    rest: Partition | None


@dataclass(frozen=True)
class PackedModel:
    """The files of a model folder, and the hash of the whole."""

    files: Mapping[str, bytes]
    sha256: str

    @classmethod
    def of(cls, folder: Path, sha256: str) -> PackedModel:
        """Pack a folder; its hash is checked when it is unpacked."""
        names = [MANIFEST, *read_model(folder).manifest.files]
        return cls({name: (folder / name).read_bytes() for name in names}, sha256)

    def labeller(self, options: Mapping[str, Any]) -> Callable[..., Any]:
        """Unpack and check the model, and return a function that labels articles.

        Raises
        ------
        ModelError
            If the hash of the model differs.
        """
        with tempfile.TemporaryDirectory(prefix="stance-") as folder:
            for name, data in self.files.items():
                (Path(folder) / name).write_bytes(data)
            stored = read_model(Path(folder))
        if stored.sha256 != self.sha256:
            raise ModelError(
                f"Got a model with sha256 {stored.sha256}, but expected {self.sha256}. It has "
                "changed since the run began: restore the old one, or start again."
            )
        _ = stored.model.scorer  # build it before several threads use it
        return partial(label_batch, stored.model, **options)


@dataclass(frozen=True)
class WorkerTask:
    """The part of a task that a worker needs, sent to it once.

    Parameters
    ----------
    stance : str
        The version of stance that submits the work.
    model : PackedModel
    options : mapping
        For `stance.model.prediction.label_batch`.
    encoder : Encoder
    selection : Selection
    inputs : sequence of PlannedInput
    batch_size : int
    part_rows : int, optional
    result_bytes : int
        Output bytes after which a partial result ends.
    """

    stance: str
    model: PackedModel
    options: Mapping[str, Any]
    encoder: Encoder
    selection: Selection
    inputs: Sequence[PlannedInput]
    batch_size: int
    part_rows: int | None
    result_bytes: int

    @classmethod
    def of(cls, task: Labelling, batch_size: int, result_bytes: int) -> WorkerTask:
        """Return the worker's part of a task."""
        model = PackedModel.of(Path(task.model["folder"]), task.model["sha256"])
        return cls(
            toolkit_version(),
            model,
            task.label_options,
            task.labeller.encoder,
            task.selection,
            task.inputs,
            batch_size,
            task.part_rows,
            result_bytes,
        )

    def partition_labeller(self) -> PartitionLabeller:
        """Return the labeller of this task's partitions.

        Raises
        ------
        ConfigError
            If this worker has a different version of stance.
        ModelError
            If the model has changed.
        """
        if toolkit_version() != self.stance:
            raise ConfigError(
                f"Got a worker with stance {toolkit_version()}, but expected {self.stance}, the "
                "version that submits the work. Install the same version everywhere."
            )
        return PartitionLabeller(
            self, BatchLabeller(self.model.labeller(self.options), self.encoder)
        )


@dataclass
class PartitionLabeller:
    """Reads and labels partitions; it is thread-safe.

    Parameters
    ----------
    task : WorkerTask
    labeller : BatchLabeller
    """

    task: WorkerTask
    labeller: BatchLabeller
    _open: OrderedDict[Partition, _Reading] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def label(
        self, partition: Partition, missing: set[str], n_in_part: int | None
    ) -> PartialResult:
        """Label a partition, or as much of it as fits into a partial result.

        Parameters
        ----------
        partition : Partition
        missing : set of str
            Requested fields that no earlier row had.
        n_in_part : int, optional
            Rows already in the current part of the output, if known: then no
            batch spans two parts.
        """
        with self._lock:
            reading = self._open.pop(partition, None)
        if reading is None:
            reading = _Reading.of(self.task, partition, missing)
        batches: list[LabelledBatch] = []
        n_bytes = 0
        part_rows = None if n_in_part is None else self.task.part_rows
        batcher = Batcher(self.task.batch_size, part_rows, n_in_part or 0)
        for entry in reading.entries:
            if batch := batcher.add(entry):
                batches.append(picklable(self.labeller(batch), partition))
                n_bytes += len(batches[-1].rows) + len(batches[-1].rejects)
                if n_bytes >= self.task.result_bytes:
                    return PartialResult(
                        batches, reading.field_check(), self._keep_open(partition, batch, reading)
                    )
        if not batcher.is_empty:
            batches.append(picklable(self.labeller(batcher.take()), partition))
        return PartialResult(batches, reading.field_check(), None)

    def labelled(self, entries: Sequence[Entry]) -> LabelledBatch:
        """Label entries that were read on another machine."""
        return self.labeller(entries)._replace(predictions=[])

    def _keep_open(self, partition: Partition, batch: list[Entry], reading: _Reading) -> Partition:
        """Keep an input open for the next call, and return the rest of the partition."""
        rest = partition.after(picklable_position(batch[-1].position, partition))
        with self._lock:
            self._open[rest] = reading
            while len(self._open) > OPEN_READINGS:
                self._open.popitem(last=False)
        return rest


@dataclass
class _Reading:
    """A partition that is being read."""

    reader: InputReader
    entries: Iterator[Entry]

    @classmethod
    def of(cls, task: WorkerTask, partition: Partition, missing: set[str]) -> _Reading:
        reader = InputReader(
            task.inputs,
            task.selection,
            n_input=partition.n_input,
            n_end=partition.n_end,
            place=partition.place,
            missing=missing,
            checks_fields=False,
        )
        return cls(reader, read_partition(reader, task.inputs, partition))

    def field_check(self) -> FieldCheck:
        """Return the field check since the last partial result."""
        seen = self.reader.field_check
        self.reader.field_check = FieldCheck(seen.missing)
        return seen


def read_partition(
    reader: InputReader, inputs: Sequence[PlannedInput], partition: Partition
) -> Iterator[Entry]:
    """Read the entries of a partition.

    Raises
    ------
    CorpusError
        If a file differs from the one on the machine that runs the command.
    """
    if partition.byte_range is None:
        return iter(reader)
    planned = inputs[partition.n_input]
    by_rows = planned.file is not None and planned.file.format == "parquet"
    if by_rows and planned.state().size != partition.byte_range.end.n_bytes:
        raise CorpusError(
            f"Got {planned.name}, whose size on this worker is not "
            f"{partition.byte_range.end.n_bytes:,} bytes, but expected one file that all machines "
            "can read. Put it into a shared folder."
        )
    return reader.byte_range(partition.n_input, partition.byte_range)


def picklable(batch: LabelledBatch, partition: Partition) -> LabelledBatch:
    """Return a batch that can be pickled: without its articles, with its final hash."""
    return batch._replace(predictions=[], position=picklable_position(batch.position, partition))


def picklable_position(position: InputPosition, partition: Partition) -> InputPosition:
    """Return a position with a final hash.

    For a place in a byte range, this is the hash of the file up to the end of
    the range, which was computed when the file was cut.
    """
    if partition.byte_range is not None and position.n_input == partition.n_input:
        end = partition.byte_range.end
        return position.with_mark(Mark(end.n_bytes, KnownHash(end.sha256)))
    mark = position.position.mark
    return position.with_mark(Mark(mark.n_bytes, KnownHash(mark.sha256)))
