"""Crash-safe output: a run that was killed at any moment can be resumed."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from stance.corpus.article import as_json
from stance.errors import OutputError
from stance.formats.input_file import COMPRESSIONS
from stance.formats.writing import json_lines
from stance.labelling.finishing import build, publish, sha256_of
from stance.labelling.journal import (
    CHECKPOINT,
    INPUTS,
    PARTS,
    REJECTS,
    Checkpoint,
    Spool,
    WorkFolder,
    sync_folder,
)
from stance.labelling.receipt import input_entry
from stance.labelling.run_counts import RunCounts
from stance.labelling.target import (
    exists,
    is_empty_folder,
    refuse_irreplaceable,
    remove_other_parts,
)
from stance.replacing import swap_folder, unwritable

if TYPE_CHECKING:
    from collections.abc import Collection

    from stance.labelling.batches import LabelledBatch
    from stance.labelling.entries import InputEnd, InputPosition
    from stance.labelling.plan import Labelling
    from stance.labelling.target import Target

# Seconds between checkpoints, and the maximum share of the time spent on them: a slow disk makes
# them rarer.
EVERY = 1.0
SHARE = 20

DONE = "done"


class DurableOutput:
    """Writes labelled batches, in order, so that the run can be resumed.

    Parameters
    ----------
    task : Labelling
    target : Target
    work : WorkFolder
        Already contains the plan.
    force : bool
        Whether an existing target is replaced.
    """

    def __init__(self, task: Labelling, target: Target, work: WorkFolder, *, force: bool) -> None:
        self._task = task
        self._target = target
        self._work = work
        self._force = force
        self._last = work.checkpoint()
        self._part, self._part_rows = self._last.part, self._last.part_rows
        self._position: InputPosition | None = None
        self._is_whole = True
        self._began = self._checked = time.monotonic()
        self._pause = EVERY
        self.missing: Collection[str] | None = self._last.missing
        self.run_counts = (
            RunCounts.from_dict(self._last.run_counts) if self._last.run_counts else RunCounts()
        )
        self.sessions = self._last.sessions + 1
        lengths = self._last.lengths
        self.files = work.lines(PARTS, lengths.get(PARTS, 0))
        self.inputs = work.lines(INPUTS, lengths.get(INPUTS, 0))
        with self._readable_errors():
            self._spools = {
                name: Spool(work.path / name, lengths.get(name, 0)) for name in self._names()
            }
            self._begin_part()
            for record in self.files:
                self._publish_part(record)
        if self._is_part_full:
            self._close_part()

    @property
    def start(self) -> Checkpoint:
        """The checkpoint from which this session starts."""
        return self._checkpoint()

    @property
    def seconds(self) -> float:
        """Working time of the run over all sessions, in seconds."""
        return self._last.seconds + time.monotonic() - self._began

    def _readable_errors(self) -> contextlib.AbstractContextManager[None]:
        return unwritable(self._target.name, self._work.path)

    def _names(self) -> list[str]:
        """Return the names of the spools that are open."""
        rejects = [] if self._record(REJECTS) else [REJECTS]
        return [PARTS, INPUTS, *rejects, self._rows_name]

    @property
    def _rows_name(self) -> str:
        return f"rows-{self._part:05d}"

    def _record(self, kind: str) -> dict[str, Any] | None:
        return next((record for record in self.files if record["kind"] == kind), None)

    def _begin_part(self) -> None:
        spool = self._spools[self._rows_name]
        if not spool.length:
            spool.write(self._task.labeller.encoder.header())

    @property
    def _is_part_full(self) -> bool:
        rows = self._task.part_rows
        return self._target.in_parts and rows is not None and self._part_rows >= rows

    def write(self, batch: LabelledBatch) -> None:
        """Write a batch; it is on the disk after the next checkpoint.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        self._is_whole = False
        with self._readable_errors():
            self._spools[self._rows_name].write(batch.rows)
            self._spools[REJECTS].write(batch.rejects)
            self.run_counts.add(batch.run_counts)
            self._spools[INPUTS].write(json_lines(map(self._input, batch.ended)))
        self._position = batch.position
        self._part_rows += batch.run_counts.n_labelled
        self._is_whole = True
        if self._is_part_full:
            self._close_part()
        elif time.monotonic() - self._checked > self._pause:
            self.checkpoint()

    def _input(self, ended: InputEnd) -> dict[str, Any]:
        planned = self._task.inputs[ended.n_input]
        record = input_entry(planned, ended, self.run_counts).model_dump()
        self.inputs.append(record)
        return record

    def checkpoint(self) -> None:
        """Sync everything written so far to disk, and record a checkpoint.

        Raises
        ------
        OutputError
            If that fails.
        """
        began = time.monotonic()
        with self._readable_errors():
            for spool in self._spools.values():
                spool.sync()
            self._work.replace(CHECKPOINT, self._checkpoint())
        self._checked = time.monotonic()
        self._pause = max(EVERY, SHARE * (self._checked - began))

    def save(self) -> None:
        """Save a checkpoint after a failure, if the state is consistent.

        After a write that failed half-way, the spools do not match the counts:
        then the last checkpoint remains valid.
        """
        if self._is_whole:
            with contextlib.suppress(OutputError):
                self.checkpoint()

    def _checkpoint(self) -> Checkpoint:
        reached = self._position
        return Checkpoint(
            n_input=self._last.n_input if reached is None else reached.n_input,
            place=self._last.place if reached is None else reached.position.place(),
            part=self._part,
            part_rows=self._part_rows,
            missing=None if self.missing is None else sorted(self.missing),
            lengths={name: spool.length for name, spool in self._spools.items()},
            run_counts=self.run_counts.to_dict(),
            seconds=self.seconds,
            sessions=self.sessions,
        )

    def finish(self, *, rejects_wanted: bool) -> None:
        """Move all output to its final names.

        Parameters
        ----------
        rejects_wanted : bool
            Whether to write a file of rejects even if there are none.

        Raises
        ------
        OutputError
            If the target exists by now, or cannot be written.
        """
        self.checkpoint()
        if self._part_rows or not self._record("rows"):
            self._close_part()
        if self._record(REJECTS) is None and (self.run_counts.n_rejected or rejects_wanted):
            self._close_rejects()
        self.close()
        with self._readable_errors():
            self._publish()

    def close(self) -> None:
        """Close all files; everything since the last checkpoint is lost."""
        for spool in self._spools.values():
            spool.close()

    def _close_part(self) -> None:
        """Convert the spool of a part to its file, and begin the next part."""
        self.checkpoint()
        self._is_whole = False
        n = self._part
        spool = self._spools.pop(self._rows_name)
        spool.close()
        target, encoder = self._target, self._task.labeller.encoder
        with self._readable_errors():
            built = build(
                spool.path, encoder.format, target.compression, self._work.path / f"built-{n:05d}"
            )
            self._note(built, "rows", n, self._part_rows)
            self._part, self._part_rows = n + 1, 0
            self._spools[self._rows_name] = Spool(self._work.path / self._rows_name, 0)
            self._begin_part()
        self._is_whole = True
        self.checkpoint()
        with self._readable_errors():
            if built != spool.path:
                spool.path.unlink()
            self._publish_part(self.files[-1])

    def _close_rejects(self) -> None:
        self.checkpoint()
        spool = self._spools.pop(REJECTS)
        spool.close()
        with self._readable_errors():
            name = self._target.rejects
            compression = Path(name).suffix if Path(name).suffix in COMPRESSIONS else ""
            built = build(spool.path, "jsonl", compression, self._work.path / "built-rejects")
            self._note(built, REJECTS, None, self.run_counts.n_rejected)
        self.checkpoint()

    def _note(self, built: Path, kind: str, part: int | None, n_rows: int) -> None:
        """Record a finished file, before it is moved to its final name."""
        record = {
            "kind": kind,
            "built": built.name,
            "part": part,
            "name": as_json(self._name_of(part)),
            "rows": n_rows,
            "size": built.stat().st_size,
            "sha256": sha256_of(built),
        }
        self.files.append(record)
        self._spools[PARTS].write(orjson.dumps(record) + b"\n")

    def _name_of(self, part: int | None) -> str:
        return self._target.rejects if part is None else self._target.part(part)

    def _publish_part(self, record: dict[str, Any]) -> None:
        """Move a part to its address, or to the folder that becomes the output."""
        built = self._work.path / record["built"]
        if not self._target.in_parts or record["kind"] != "rows" or not built.exists():
            return
        if self._target.is_remote:
            publish(built, self._name_of(record["part"]))
            return
        done = self._work.path / DONE
        done.mkdir(exist_ok=True)
        publish(built, str(done / self._target.part_name(record["part"])))

    def _publish(self) -> None:
        """Move the files to their final names that are not there yet."""
        for record in self.files:
            built = self._work.path / record["built"]
            if (record["kind"] == REJECTS or not self._target.in_parts) and built.exists():
                self._refuse_unexpected(self._name_of(record["part"]))
                publish(built, self._name_of(record["part"]))
        done = self._work.path / DONE
        if done.exists():
            self._refuse_unexpected(self._target.name)
            refuse_irreplaceable(self._target)
            swap_folder(done, Path(self._target.name))
        if not self._target.is_remote:
            sync_folder(Path(self._target.name).parent)
        elif self._target.in_parts:
            parts = [record["part"] for record in self.files if record["part"] is not None]
            remove_other_parts(self._target, [self._target.part_name(n) for n in parts])

    def _refuse_unexpected(self, name: str) -> None:
        """Refuse to replace a file that was created during the run."""
        if exists(name) and not self._force and not is_empty_folder(name):
            raise OutputError(
                f"Got {name} as output, but it was created by another program during the run. "
                "Move it away and give --resume, or give --force to start again."
            )
