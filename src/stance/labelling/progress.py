"""The progress of a run, reported after each batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stance.corpus.article import RejectedRow
    from stance.formats.inputs import PlannedInput
    from stance.labelling.batches import LabelledBatch
    from stance.labelling.run_counts import RunCounts


@dataclass(frozen=True)
class Progress:
    """The progress of a run.

    ``n_bytes`` of ``n_bytes_total`` have been read; the total is None if it is
    unknown. ``rejected`` are the rows rejected since the last report.
    """

    run_counts: RunCounts
    n_bytes: int
    n_bytes_total: int | None
    rejected: Sequence[RejectedRow]


Report = Callable[[Progress], None]


class ProgressReporter:
    """Adds up the bytes read from all inputs, and reports the progress.

    Parameters
    ----------
    inputs : sequence of PlannedInput
    report : callable
    """

    def __init__(self, inputs: Sequence[PlannedInput], report: Report) -> None:
        sizes = [planned.state().size for planned in inputs]
        self._report = report
        self._before = [0]
        for size in sizes:
            self._before.append(self._before[-1] + (size or 0))
        self._total = None if None in sizes else self._before[-1]

    def report(self, batch: LabelledBatch, run_counts: RunCounts) -> None:
        """Report the progress after a batch."""
        done = self._before[batch.position.n_input] + batch.position.position.mark.n_bytes
        # A file may grow while it is read.
        total = None if self._total is None else max(self._total, done)
        self._report(Progress(run_counts, done, total, batch.rejected))
