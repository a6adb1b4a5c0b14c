"""Labelling on a Dask cluster, to the same bytes as on one machine."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from stance.distributed.partitions import LastOf, Span, spans
from stance.distributed.worker import KnownHash, Leg, WorkOrder, Workplace, read_span, sealed
from stance.errors import ConfigError
from stance.formats.cursor import Mark
from stance.labelling.batches import Batcher, LabelledBatch
from stance.labelling.engine import read_and_label
from stance.labelling.entries import (
    InputEnd,
    Intake,
    Sightings,
    Spot,
    refuse_misspelt,
    refuse_unseen,
)
from stance.labelling.tally import Tally
from stance.model.prediction import BATCH_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from threading import Event

    from stance.distributed.connection import Cluster, Work
    from stance.labelling.entries import Entry
    from stance.labelling.journal import Checkpoint
    from stance.labelling.plan import Labelling

# Half a second's work: little to do again when a worker is lost, much beside giving it out.
SPAN_BYTES = 8 * 1024 * 1024

# What a leg brings back fills no memory, however long the span.
LEG_BYTES = 16 * 1024 * 1024

# Spans given out for each thread of the cluster, which bounds what waits for a slow one.
SPANS_AHEAD = 2


@dataclass(frozen=True)
class DaskEngine:
    """Labels on a cluster.

    Parameters
    ----------
    cluster : Cluster
    batch_size : int
        Articles labelled at once.
    span_bytes : int
        What a worker is given at once, of files that can be cut.
    leg_bytes : int
        How much output a worker hands back at once, about. None of the three
        changes the output.
    """

    cluster: Cluster
    batch_size: int = BATCH_SIZE
    span_bytes: int = SPAN_BYTES
    leg_bytes: int = LEG_BYTES

    def __post_init__(self) -> None:
        for name in ("batch_size", "span_bytes", "leg_bytes"):
            if getattr(self, name) < 1:
                raise ConfigError(f"Got {name}={getattr(self, name)}, but expected at least 1.")

    def batches(
        self, task: Labelling, start: Checkpoint, stop: Event
    ) -> Iterator[tuple[LabelledBatch, set[str]]]:
        """Yield batches in the order of the inputs."""
        order = WorkOrder.of(task, self.batch_size, self.leg_bytes)
        name = self.cluster.carry(order, WorkOrder.workplace)
        try:
            if task.is_live:
                yield from self._as_they_come(name, task, start, stop)
            else:
                yield from _Course(self, name, task, start, stop).batches()
        finally:
            self.cluster.forget(name)

    def _as_they_come(
        self, name: str, task: Labelling, start: Checkpoint, stop: Event
    ) -> Iterator[tuple[LabelledBatch, set[str]]]:
        """Read here, since a pipe can be read nowhere else, and have batches labelled there."""

        def label(entries: Sequence[Entry]) -> LabelledBatch:
            sent = [entry._replace(spot=_unmarked(entry.spot)) for entry in entries]
            found: LabelledBatch
            _, found = self.cluster.submit(name, Workplace.labelled, sent).result()
            return found._replace(spot=entries[-1].spot)

        jobs = self.cluster.n_threads
        yield from read_and_label(task, start, stop, label, jobs=jobs, batch_size=self.batch_size)


def _unmarked(spot: Spot) -> Spot:
    """Return a spot without its hash, which cannot be sent while it is not finished."""
    return spot.with_mark(Mark(0, KnownHash("")))


class _Errand(NamedTuple):
    """A span that was given out."""

    span: Span
    work: Work


@dataclass
class _Course:
    """One session on a cluster: spans out, legs back in their order."""

    engine: DaskEngine
    name: str
    task: Labelling
    start: Checkpoint
    stop: Event
    _waiting: deque[_Errand | LastOf] = field(default_factory=deque)
    _damaged: int | None = None

    def __post_init__(self) -> None:
        unseen = self.start.unseen
        wanted = self.task.selection.wanted if unseen is None else set(unseen)
        self._seen = Sightings(wanted)
        self._n_in_part = 0
        self._count(self.start.part_rows)

    def batches(self) -> Iterator[tuple[LabelledBatch, set[str]]]:
        try:
            for span in self._spans():
                self._waiting.append(span if isinstance(span, LastOf) else self._sent(span))
                while self._is_due():
                    yield from self._settled(self._waiting.popleft())
            while self._waiting:
                yield from self._settled(self._waiting.popleft())
        finally:
            errands = [item for item in self._waiting if isinstance(item, _Errand)]
            self.engine.cluster.drop(errand.work for errand in errands)
        if not self.stop.is_set():
            refuse_unseen(self.task.inputs, self.task.selection, self._seen)

    def _spans(self) -> Iterator[Span | LastOf]:
        found = spans(
            self.task.inputs, self.start.n_input, self.start.place, self.engine.span_bytes
        )
        for span in found:
            if self.stop.is_set():
                return
            yield span

    def _sent(self, span: Span, near: str | None = None, n_in_part: int | None = None) -> _Errand:
        cluster, unseen = self.engine.cluster, self._seen.unseen
        work = cluster.submit(self.name, Workplace.label, span, unseen, n_in_part, near=near)
        return _Errand(span, work)

    def _is_due(self) -> bool:
        """Tell whether the first of those that wait is to be waited for now."""
        if not self._waiting:
            return False
        first = self._waiting[0]
        if isinstance(first, LastOf) or first.work.is_done:
            return True
        return len(self._waiting) > SPANS_AHEAD * self.engine.cluster.n_threads

    def _settled(self, item: _Errand | LastOf) -> Iterator[tuple[LabelledBatch, set[str]]]:
        """Wait for a span, leg by leg, and hand on what came of it; nothing after a stop."""
        if isinstance(item, LastOf):
            if item.n_input != self._damaged and not self.stop.is_set():
                yield _end_of(item), self._seen.unseen
            return
        errand: _Errand | None = item
        while errand is not None:
            if errand.span.n_input == self._damaged and errand.span.stretch is not None:
                self.engine.cluster.drop([errand.work])
                return
            if self.stop.is_set() or not errand.work.wait(self.stop):
                self.engine.cluster.drop([errand.work])
                return
            address, leg = errand.work.result()
            yield from self._counted(errand.span, leg)
            errand = self._sent(leg.rest, address, self._n_in_part) if leg.rest else None

    def _counted(self, span: Span, leg: Leg) -> Iterator[tuple[LabelledBatch, set[str]]]:
        self._seen.add(leg.sightings)
        refuse_misspelt(self.task.inputs, self.task.selection, self._seen)
        for batch in self._fitting(span, leg.batches):
            if any(end.damage for end in batch.ended) and span.stretch is not None:
                self._damaged = span.n_input
            self._count(batch.tally.n_labelled)
            yield batch, self._seen.unseen

    def _count(self, n_rows: int) -> None:
        """Count the rows of the part at hand, where there are parts."""
        if self.task.part_rows is not None:
            self._n_in_part = (self._n_in_part + n_rows) % self.task.part_rows

    def _fitting(self, span: Span, batches: Sequence[LabelledBatch]) -> Iterator[LabelledBatch]:
        """Hand on batches; one that reaches into the next part is read and labelled again."""
        for batch in batches:
            room = (self.task.part_rows or math.inf) - self._n_in_part
            if batch.tally.n_labelled > room:
                yield from self._again(span, batch.spot)
            else:
                yield batch
            span = span.behind(batch.spot)

    def _again(self, span: Span, spot: Spot) -> Iterator[LabelledBatch]:
        """Label here what stands in a span before a place, cut at the ends of parts."""
        intake = Intake(
            self.task.inputs,
            self.task.selection,
            n_input=span.n_input,
            n_end=span.n_end,
            place=span.place,
            unseen=(),
        )
        batcher = Batcher(self.engine.batch_size, self.task.part_rows, self._n_in_part)
        for entry in read_span(intake, self.task.inputs, span.up_to(spot)):
            is_last = span.stretch is None and _are_same(entry.spot, spot)
            if batch := batcher.add(entry):
                yield sealed(self.task.labeller(batch), span)
            if is_last:
                break
        if not batcher.is_empty:
            yield sealed(self.task.labeller(batcher.take()), span)


def _end_of(last: LastOf) -> LabelledBatch:
    end = InputEnd(last.n_input, last.n_bytes, last.sha256, None)
    spot = Spot.before_input(last.n_input + 1)
    return LabelledBatch([], b"", [], b"", Tally(), [end], spot)


def _are_same(first: Spot, second: Spot) -> bool:
    """Compare two positions, of which one may have another form of hash."""
    return (first.n_input, first.position[:2]) == (second.n_input, second.position[:2])
