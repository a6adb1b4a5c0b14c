"""Progress of a labelling run: a bar on a terminal, else a line every ten seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stance.cli.console import note
from stance.reporting.phrases import counted

if TYPE_CHECKING:
    from stance.labelling.progress import Progress
    from stance.labelling.run_counts import RunCounts

LINE_EVERY = 10.0
SHARES_SHOWN = 4

# On a narrower terminal only the figures are shown, without a bar.
WIDE = 110


class RowRate:
    """Rows per second and remaining time, measured since this session began."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._first: Progress | None = None
        self._first_rows = 0

    def start(self, progress: Progress) -> None:
        """Remember the first report; later calls have no effect."""
        if self._first is None:
            self._first, self._first_rows = progress, progress.run_counts.n_rows

    def rate(self, progress: Progress) -> float:
        """Return rows per second."""
        rows = progress.run_counts.n_rows - self._first_rows
        return rows / max(time.monotonic() - self._began, 1e-3)

    def left(self, progress: Progress) -> str:
        """Return the remaining time as h:mm:ss; empty if it is unknown."""
        if progress.n_bytes_total is None or self._first is None:
            return ""
        done = progress.n_bytes - self._first.n_bytes
        if done <= 0:
            return ""
        seconds = (
            (time.monotonic() - self._began) * (progress.n_bytes_total - progress.n_bytes) / done
        )
        minutes, seconds = divmod(max(int(seconds), 0), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


def shares(counts: RunCounts) -> str:
    """Format the most frequent labels with their shares of the articles within the domain."""
    found = counts.inside
    total = max(found.total(), 1)
    return ", ".join(f"{label} {n / total:.0%}" for label, n in found.most_common(SHARES_SHOWN))


def line(progress: Progress, rate: RowRate) -> str:
    """Format the progress of a run in one line."""
    counts = progress.run_counts
    words = [f"{progress.n_bytes / progress.n_bytes_total:.0%}"] if progress.n_bytes_total else []
    words += [counted(counts.n_rows, "row"), f"{rate.rate(progress):,.0f} a second"]
    if left := rate.left(progress):
        words.append(f"{left} left")
    words.append(f"{counts.n_rejected:,} set aside")
    if counts.n_labelled:
        words.append(shares(counts))
    return "; ".join(words)


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """Show progress on stderr; yield the function that takes progress reports."""
    if quiet:
        yield lambda progress: None
    elif sys.stderr.isatty():
        with _bar() as update:
            yield update
    else:
        yield _lines()


def _lines() -> Callable[[Progress], None]:
    rate = RowRate()
    due = time.monotonic() + LINE_EVERY

    def update(progress: Progress) -> None:
        nonlocal due
        rate.start(progress)
        if time.monotonic() >= due:
            note(line(progress, rate))
            due = time.monotonic() + LINE_EVERY

    return update


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    drawn = [BarColumn(bar_width=20)] if console.width >= WIDE else []
    columns = (*drawn, TextColumn("{task.description}"))
    rate = RowRate()
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def update(progress: Progress) -> None:
            rate.start(progress)
            bar.update(
                task,
                description=line(progress, rate),
                completed=progress.n_bytes,
                total=progress.n_bytes_total,
            )

        yield update
