"""Streaming labels to a pipe or a terminal."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from stance.labelling.engine import Engine, LocalEngine
from stance.labelling.finishing import build
from stance.labelling.journal import Checkpoint
from stance.labelling.progress import ProgressReporter, Report
from stance.labelling.receipt import InputEntry, input_entry
from stance.labelling.run_counts import RunCounts
from stance.replacing import refuse_existing, unwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stance.labelling.batches import LabelledBatch
    from stance.labelling.encoding import Encoder
    from stance.labelling.plan import Labelling


class StreamResult(NamedTuple):
    """Counts of the rows, and an entry for each finished input."""

    run_counts: RunCounts
    inputs: list[InputEntry]


def label_to_stream(
    task: Labelling,
    write: Callable[[LabelledBatch], None],
    *,
    engine: Engine | None = None,
    rejects: BinaryIO | None = None,
    report: Report = lambda progress: None,
    stop: Event | None = None,
) -> StreamResult:
    """Label a task's inputs as they arrive; the run cannot be resumed.

    Parameters
    ----------
    task : Labelling
    write : callable
        Called with each batch, in order.
    engine : Engine, optional
        By default threads on this machine.
    rejects : binary file, optional
        File for rejected rows.
    report : callable
        Called with the progress after each batch.
    stop : Event, optional
        When it is set, the current batch is finished and the run stops.

    Returns
    -------
    StreamResult
    """
    run_counts = RunCounts()
    inputs: list[InputEntry] = []
    progress = ProgressReporter(task.inputs, report)
    for batch, _ in (engine or LocalEngine()).batches(task, Checkpoint(), stop or Event()):
        write(batch)
        if rejects is not None and batch.rejects:
            rejects.write(batch.rejects)
            rejects.flush()
        run_counts.add(batch.run_counts)
        inputs += [input_entry(task.inputs[end.n_input], end, run_counts) for end in batch.ended]
        progress.report(batch, run_counts)
    return StreamResult(run_counts, inputs)


@contextmanager
def stream_writer(stream: BinaryIO, encoder: Encoder) -> Iterator[Callable[[LabelledBatch], None]]:
    """Write batches to a stream immediately; a Parquet file only after the last one."""
    if encoder.format == "parquet":
        with _at_the_end(stream, encoder) as write:
            yield write
        return
    stream.write(encoder.header())

    def write_at_once(batch: LabelledBatch) -> None:
        stream.write(batch.rows)
        stream.flush()

    yield write_at_once


@contextmanager
def _at_the_end(stream: BinaryIO, encoder: Encoder) -> Iterator[Callable[[LabelledBatch], None]]:
    with tempfile.TemporaryDirectory(prefix="stance-") as folder:
        spool = Path(folder) / "rows"
        with spool.open("wb") as rows:
            rows.write(encoder.header())
            yield lambda batch: cast("None", rows.write(batch.rows))
        with build(spool, encoder.format, "", Path(folder) / "built").open("rb") as built:
            shutil.copyfileobj(built, stream)
        stream.flush()


@contextmanager
def appended_file(name: str, *, force: bool) -> Iterator[BinaryIO]:
    """Open an unbuffered file.

    Raises
    ------
    OutputError
        If it exists and `force` is off, or cannot be written.
    """
    path = Path(name)
    refuse_existing(path, force=force)
    with unwritable(path), path.open("wb", buffering=0) as file:
        yield cast("BinaryIO", file)
