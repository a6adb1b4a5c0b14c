"""What a worker elsewhere does: reads a partition, labels it, and returns partial results."""

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

# Inputs that a worker keeps open between two partial results; one that was closed is read again.
OPEN_READINGS = 16


class KnownHash(NamedTuple):
    """A hash that was finished, and can be sent."""

    value: str

    def hexdigest(self) -> str:
        """Return the hash, hexadecimal."""
        return self.value


class PartialResult(NamedTuple):
    """What came of a partition, or of its beginning.

    ``rest`` is what is left of it, None if nothing is.
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
        """Pack a folder; whoever unpacks it finds out whether it is still the same."""
        names = [MANIFEST, *read_model(folder).manifest.files]
        return cls({name: (folder / name).read_bytes() for name in names}, sha256)

    def labeller(self, options: Mapping[str, Any]) -> Callable[..., Any]:
        """Unpack the model, check it, and return what labels articles by it.

        Raises
        ------
        ModelError
            If it is not the model that was meant to be sent.
        """
        with tempfile.TemporaryDirectory(prefix="stance-") as folder:
            for name, data in self.files.items():
                (Path(folder) / name).write_bytes(data)
            stored = read_model(Path(folder))
        if stored.sha256 != self.sha256:
            raise ModelError(
                f"Got a model with sha256 {stored.sha256}, but expected {self.sha256}. It was "
                "changed since the run began: put the old one back, or begin anew."
            )
        _ = stored.model.scorer  # made once, before several threads ask for it
        return partial(label_batch, stored.model, **options)


@dataclass(frozen=True)
class WorkerTask:
    """All that a worker needs to know of a task, sent to it once.

    Parameters
    ----------
    stance : str
        The version that gives the work out.
    model : PackedModel
    options : mapping
        For `stance.model.prediction.label_batch`.
    encoder : Encoder
    selection : Selection
    inputs : sequence of PlannedInput
    batch_size : int
    part_rows : int, optional
    result_bytes : int
        Size of output that ends a partial result.
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
        """Sum up a task."""
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
        """Prepare to work by it.

        Raises
        ------
        ConfigError
            If the version of stance here is another.
        ModelError
            If the model was changed on its way.
        """
        if toolkit_version() != self.stance:
            raise ConfigError(
                f"Got a worker with stance {toolkit_version()}, but expected {self.stance}, which "
                "gives the work out. Install the same version everywhere."
            )
        return PartitionLabeller(
            self, BatchLabeller(self.model.labeller(self.options), self.encoder)
        )


@dataclass
class PartitionLabeller:
    """Reads and labels partitions; any number of threads may use it.

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
            Fields asked for by name that no row before it had.
        n_in_part : int, optional
            Rows that the part of the output has before it, where that is known:
            then no batch reaches into the next part.
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
                batches.append(sealed(self.labeller(batch), partition))
                n_bytes += len(batches[-1].rows) + len(batches[-1].rejects)
                if n_bytes >= self.task.result_bytes:
                    return PartialResult(
                        batches, reading.field_check(), self._put_aside(partition, batch, reading)
                    )
        if not batcher.is_empty:
            batches.append(sealed(self.labeller(batcher.take()), partition))
        return PartialResult(batches, reading.field_check(), None)

    def labelled(self, entries: Sequence[Entry]) -> LabelledBatch:
        """Label entries that were read elsewhere."""
        return self.labeller(entries)._replace(predictions=[])

    def _put_aside(self, partition: Partition, batch: list[Entry], reading: _Reading) -> Partition:
        """Keep an input open for the next call, which may come here."""
        rest = partition.behind(sealed_position(batch[-1].position, partition))
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
            judges=False,
        )
        return cls(reader, read_partition(reader, task.inputs, partition))

    def field_check(self) -> FieldCheck:
        """Return what was seen since the last partial result."""
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
        If a file is not what it was where the work is given out.
    """
    if partition.byte_range is None:
        return iter(reader)
    planned = inputs[partition.n_input]
    by_rows = planned.file is not None and planned.file.format == "parquet"
    if by_rows and planned.state().size != partition.byte_range.end.n_bytes:
        raise CorpusError(
            f"Got {planned.name}, whose size here is not {partition.byte_range.end.n_bytes:,} "
            "bytes, but expected one file that all machines see. Put it into a folder that they "
            "share."
        )
    return reader.byte_range(partition.n_input, partition.byte_range)


def sealed(batch: LabelledBatch, partition: Partition) -> LabelledBatch:
    """Return a batch as it can be sent: without its articles, its hash finished."""
    return batch._replace(predictions=[], position=sealed_position(batch.position, partition))


def sealed_position(position: InputPosition, partition: Partition) -> InputPosition:
    """Return a position with a hash that is finished.

    What stands before a place in a byte range was hashed by who cut the file, up
    to the end of the byte_range.
    """
    if partition.byte_range is not None and position.n_input == partition.n_input:
        end = partition.byte_range.end
        return position.with_mark(Mark(end.n_bytes, KnownHash(end.sha256)))
    mark = position.position.mark
    return position.with_mark(Mark(mark.n_bytes, KnownHash(mark.sha256)))
