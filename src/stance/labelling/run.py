"""A whole run: from a task to an output with its receipt, in one session or several."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack, closing
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

from stance.corpus.article import as_json
from stance.distribution import toolkit_version
from stance.errors import InterruptedRunError, MissingFieldError, OutputError, StanceError
from stance.labelling.engine import Engine, LocalEngine
from stance.labelling.journal import INPUTS, PLAN, WorkFolder
from stance.labelling.output import DurableOutput
from stance.labelling.plan import (
    Labelling,
    RunPlan,
    has_content,
    input_records,
    refuse_differences,
)
from stance.labelling.progress import ProgressReporter, Report
from stance.labelling.receipt import Receipt, make_receipt, read_receipt, write_receipt
from stance.labelling.run_counts import RunCounts
from stance.labelling.target import Target, exists, refuse_input, refuse_unless
from stance.replacing import unwritable

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Outcome:
    """The outcome of a session; it has a receipt if the run is finished."""

    run_counts: RunCounts
    receipt: Receipt | None
    was_finished: bool = False


def label_to_target(
    task: Labelling,
    target: Target,
    *,
    engine: Engine | None = None,
    resume: bool = False,
    force: bool = False,
    rejects_wanted: bool = False,
    command: Sequence[str] = (),
    report: Report = lambda progress: None,
    stop: Event | None = None,
) -> Outcome:
    """Label a task's inputs into a file or a folder; the run can be resumed after a crash.

    Parameters
    ----------
    task : Labelling
    target : Target
    engine : Engine, optional
        By default threads on this machine.
    resume : bool
        Resume a run that was stopped; start one if there is none.
    force : bool
        Replace existing output, and discard a run that was stopped.
    rejects_wanted : bool
        Write a file of rejects even if there are none.
    command : sequence of str
        The command line, for the receipt.
    report : callable
        Called with the progress after each batch.
    stop : Event, optional
        When it is set, the current batch is finished and the run stops.

    Returns
    -------
    Outcome

    Raises
    ------
    OutputError
        If the output exists or cannot be written, or the run to resume was
        started differently.
    CorpusError
        If an input cannot be opened or reached; the run can be resumed.
    """
    stop = stop or Event()
    plan = _plan(task, target, command, force=force)
    refuse_input(target, [planned.name for planned in task.inputs])
    work = WorkFolder(target.work_folder)
    if resume and not work.exists and (done := _finished(task, plan, target)):
        return Outcome(RunCounts.from_dict(done.counts), done, was_finished=True)
    refuse_unless(target, resume=resume, force=force)
    with ExitStack() as held:
        with unwritable(target.name, work.path):
            if target.is_remote:
                work.path.parent.mkdir(parents=True, exist_ok=True)
            held.enter_context(work.held())
            fresh = not (resume and work.exists)
            if fresh:
                work.begin(plan)
        if not fresh:
            plan = _resumed_plan(task, plan, work)
        run = _Run(task, target, work, plan, report, stop, fresh, rejects_wanted)
        return run.go(engine or LocalEngine())


def _plan(task: Labelling, target: Target, command: Sequence[str], *, force: bool) -> RunPlan:
    return RunPlan(
        stance=toolkit_version(),
        model=as_json(task.model),
        settings=as_json(
            {**task.settings(), "compression": target.compression, "parts": target.in_parts}
        ),
        output=as_json(target.name),
        rejects=as_json(target.rejects),
        inputs=input_records(task.inputs),
        command=as_json(list(command)),
        force=force,
        started=_now(),
    )


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _finished(task: Labelling, plan: RunPlan, target: Target) -> Receipt | None:
    """Return the receipt of the existing output, if this run has already finished."""
    if not exists(target.receipt) or not exists(target.name):
        return None
    receipt = read_receipt(target.name)
    # The content of a pipe, and the total size of a folder, are unknown before reading.
    files = {as_json(p.name) for p in task.inputs if p.kind == "file" and not p.is_live}
    then = [(e.name, e.size if e.name in files else None) for e in receipt.inputs]
    now = [(r.name, r.size if r.name in files else None) for r in plan.inputs]
    same_model = receipt.model["sha256"] == plan.model["sha256"]
    if not (receipt.settings == plan.settings and same_model and then == now):
        raise OutputError(
            f"Got --resume for {target.name}, which is the finished output of a different run. "
            "Choose another name, or give --force to replace it."
        )
    return receipt


def _resumed_plan(task: Labelling, now: RunPlan, work: WorkFolder) -> RunPlan:
    """Return the recorded plan of the run to resume, if it matches the current one."""
    then = work.read(PLAN, RunPlan)
    checkpoint = work.checkpoint()
    read = work.lines(INPUTS, checkpoint.lengths.get(INPUTS, 0))
    touched = [
        planned
        for planned, record, old, new in zip(
            task.inputs, read, then.inputs, now.inputs, strict=False
        )
        if old.version != new.version
        and old.size == new.size
        and has_content(planned, record["sha256"])
    ]
    refuse_differences(then, now, touched)
    return then.model_copy(update={"force": then.force or now.force})


@dataclass
class _Run:
    """One session of a run."""

    task: Labelling
    target: Target
    work: WorkFolder
    plan: RunPlan
    report: Report
    stop: Event
    fresh: bool
    rejects_wanted: bool

    def go(self, engine: Engine) -> Outcome:
        output = DurableOutput(self.task, self.target, self.work, force=self.plan.force)
        with closing(output):
            return self._go(engine, output)

    def _go(self, engine: Engine, output: DurableOutput) -> Outcome:
        try:
            self._label(engine, output)
        except MissingFieldError:
            # There is no progress to resume from.
            if self.fresh:
                self.work.remove()
            raise
        except StanceError as error:
            output.save()
            raise InterruptedRunError(str(error)) from error
        if self.stop.is_set():
            output.checkpoint()
            return Outcome(output.run_counts, None)
        try:
            output.finish(rejects_wanted=self.rejects_wanted)
            receipt = make_receipt(self.plan, output, _now())
            write_receipt(receipt, self.target.receipt)
        except StanceError as error:
            raise InterruptedRunError(str(error)) from error
        self.work.remove()
        return Outcome(output.run_counts, receipt)

    def _label(self, engine: Engine, output: DurableOutput) -> None:
        progress = ProgressReporter(self.task.inputs, self.report)
        for batch, missing in engine.batches(self.task, output.start, self.stop):
            output.missing = missing
            output.write(batch)
            progress.report(batch, output.run_counts)
