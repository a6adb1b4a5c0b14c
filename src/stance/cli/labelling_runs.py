"""Running a labelling task from the command line: signals, progress, and the final report."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import typer

from stance.cli.console import console, fail, note
from stance.cli.labelling_progress import shown_progress
from stance.cli.stopping import stopping
from stance.errors import InterruptedRunError
from stance.reporting.phrases import counted, percent, shown
from stance.reporting.prediction_table import TableWriter
from stance.reporting.reading import SHOWN, listing

if TYPE_CHECKING:
    from collections import Counter

    from stance.corpus.article import RejectedRow
    from stance.labelling.engine import Engine
    from stance.labelling.plan import Labelling
    from stance.labelling.progress import Progress
    from stance.labelling.receipt import InputEntry, Receipt
    from stance.labelling.run import Outcome
    from stance.labelling.run_counts import RunCounts
    from stance.labelling.target import Target

FAILED = 1

# Reasons of `stance.model.domain_check`, in words.
OUTSIDE = {
    "unknown_words": "with unknown words",
    "other_language": "in another language",
    "too_short": "too short to tell",
}


class _FirstRejects:
    """Forwards progress reports, and keeps the first rejected rows to show them."""

    def __init__(self, report: Callable[[Progress], None]) -> None:
        self._report = report
        self.rows: list[RejectedRow] = []

    def __call__(self, progress: Progress) -> None:
        self.rows += progress.rejected[: SHOWN - len(self.rows)]
        self._report(progress)


def to_target(
    label: Callable[..., Outcome],
    target: Target,
    on_planned: Callable[[Labelling], None],
    *,
    quiet: bool,
    model_named: bool,
) -> None:
    """Label into a file or a folder, and exit with the code of the outcome.

    Parameters
    ----------
    label : callable
        `stance.labelling.files.label_files` with the inputs to label.
    target : Target
    on_planned : callable
        Called with the task before the first row is read.
    quiet, model_named : bool
    """
    tasks: list[Labelling] = []

    def planned(task: Labelling) -> None:
        tasks.append(task)
        on_planned(task)

    with stopping() as stop, shown_progress(quiet=quiet) as update:
        report = _FirstRejects(update)
        try:
            outcome = label(
                command=["stance", *sys.argv[1:]],
                on_planned=planned,
                report=report,
                stop=stop.event,
            )
        except InterruptedRunError:
            note(f"The labels so far are kept. Resume with:\n  {_resuming()}")
            raise
    if outcome.receipt is None:
        note(
            f"Stopped by {stop.name} after {counted(outcome.run_counts.n_rows, 'row')}. "
            f"Resume with:\n  {_resuming()}"
        )
        raise typer.Exit(stop.exit_code)
    if not quiet:
        _warn_of_the_shipped_model(outcome.run_counts, model_named=model_named)
        _report_target(outcome, outcome.receipt, target, report.rows)
        note(model_line(tasks[0]))
    _fail_if_useless(tasks[0], outcome.run_counts, outcome.receipt.inputs)


def _fail_if_useless(task: Labelling, counts: RunCounts, inputs: Sequence[InputEntry]) -> None:
    """Exit with an error if an input is damaged, or if no row of an input could be used.

    Raises
    ------
    typer.Exit
        If so, after describing each input on stderr.
    """
    from stance.formats.diagnosis import describe

    source = task.selection.source
    planned = {one.name: one for one in task.inputs}
    bad = [entry for entry in inputs if entry.damage or entry.is_useless]
    for entry in bad[:SHOWN]:
        if entry.damage:
            fail(f"{entry.name}: {entry.damage}")
        else:
            found = describe(planned[entry.name], source) if entry.name in planned else ""
            fail(f"Got {entry.name}, where no row can be used. {found}".rstrip())
    if len(bad) > SHOWN:
        fail(f"The same is true of {len(bad) - SHOWN:,} more inputs, listed in the receipt.")
    if not bad and not counts.n_labelled:
        fail(_no_article(task, counts))
    if bad or not counts.n_labelled:
        raise typer.Exit(FAILED)


def _no_article(task: Labelling, counts: RunCounts) -> str:
    from stance.formats.diagnosis import describe

    source = task.selection.source
    where = source.describe_where()
    if counts.filtered_out:
        return (
            f"Got no article to label: none of {counted(counts.filtered_out, 'row')} has {where}. "
            "Check the value of --where."
        )
    found = [f"{one.name}: {describe(one, source)}" for one in task.inputs[:SHOWN]]
    return "\n".join(["Got no article to label.", *found])


def _resuming() -> str:
    """Return the command that resumes this one."""
    words = [word for word in sys.argv[1:] if word not in {"--force", "--resume"}]
    return shlex.join(["stance", *words, "--resume"])


def _report_target(
    outcome: Outcome, receipt: Receipt, target: Target, rejected: list[RejectedRow]
) -> None:
    counts = outcome.run_counts
    if outcome.was_finished:
        note(f"{target.name} was already finished on {receipt.ended}.")
    _report(counts, f" at {receipt.rows_per_second:,.0f} rows a second, written to {target.name}")
    if counts.n_rejected:
        kinds = ", ".join(f"{reason} {n:,}" for reason, n in counts.reasons.most_common(SHOWN))
        note(
            f"Set aside {counted(counts.n_rejected, 'row')} that cannot be used: {kinds}.\n"
            + (f"{listing(rejected, counts.n_rejected)}\n" if rejected else "")
            + f"They are in {target.rejects}."
        )


def _report(counts: RunCounts, place: str = "") -> None:
    n_labelled = counts.n_labelled - counts.n_abstained
    labelled, outside = (
        f"Labelled {counted(n_labelled, 'article')}{place}",
        counts.out_of_domain,
    )
    if not outside:
        labels = _listed(counts.labels)
        note(f"{labelled}: {labels}." if labels else f"{labelled}.")
    else:
        note(f"{labelled}.")
        note(
            f"In the model's domain, {counted(counts.inside.total(), 'article')}"
            f"{_after_colon(counts.inside)}."
        )
        note(
            f"Out of domain, {outside:,} of {counted(counts.n_labelled, 'article')} "
            f"({percent(outside / counts.n_labelled)}), {_reasons(counts.outside_reasons)}"
            f"{_after_colon(counts.outside)}."
        )
    if counts.n_abstained:
        note(f"No label for {counted(counts.n_abstained, 'article')} below --min-probability.")
    if counts.n_rejected or counts.filtered_out:
        silent = f"{counts.n_abstained:,} without a label, " if counts.n_abstained else ""
        note(
            f"Read {counted(counts.n_rows, 'row')}: {n_labelled:,} labelled, {silent}"
            f"{counts.n_rejected:,} set aside, {counts.filtered_out:,} filtered out."
        )


def _reasons(reasons: Counter[str]) -> str:
    """Say why articles are out of the model's domain."""
    if set(reasons) <= {"unknown_words"}:
        return "whose vocabulary is unlike the training corpus"
    return ", ".join(f"{n:,} {OUTSIDE[reason]}" for reason, n in reasons.most_common())


def _listed(labels: Counter[str]) -> str:
    """Format every label with its number of articles and its share, the most frequent first."""
    from stance.labelling.run_counts import NO_LABEL

    given = [(label, n) for label, n in labels.most_common() if label != NO_LABEL]
    total = max(sum(n for _, n in given), 1)
    return ", ".join(f"{shown(label)} {n:,} ({percent(n / total)})" for label, n in given)


def _after_colon(labels: Counter[str]) -> str:
    listed = _listed(labels)
    return f": {listed}" if listed else ""


def _warn_of_the_shipped_model(counts: RunCounts, *, model_named: bool) -> None:
    if not model_named and (warning := shipped_model_warning(counts)):
        note(warning)


def shipped_model_warning(counts: RunCounts) -> str | None:
    """Return a warning if the shipped model was used on articles that it is not made for."""
    from stance.labelling.run_counts import HEADLINE

    n, reasons = counts.n_labelled, []
    if 2 * counts.out_of_domain > n:
        reasons.append(
            f"{counts.out_of_domain:,} of {counted(n, 'article')} "
            f"({percent(counts.out_of_domain / n)}) are out of domain: their vocabulary is unlike "
            "the training corpus."
        )
    if 2 * counts.headlines > n:
        reasons.append(
            f"{counts.headlines:,} of {counted(n, 'text')} ({percent(counts.headlines / n)}) are "
            f"shorter than {HEADLINE} characters, as headlines are, and the model learned from "
            "whole articles."
        )
    if not reasons:
        return None
    return (
        "Warning: no --model was given, so the model that ships with stance was used. "
        f"{' '.join(reasons)} Their labels are not reliable: train your own model (see "
        "'stance train --help') and give it with --model."
    )


def model_line(task: Labelling) -> str:
    """Describe the model, its training corpus and its labels in one line."""
    model = task.model
    outlets = f" of {counted(model['n_outlets'], 'outlet')}" if model["n_outlets"] else ""
    return (
        f"Model: {model['name']}, trained on {counted(model['n_articles'], 'article')}{outlets}; "
        f"labels {', '.join(map(shown, model['labels']))}."
    )


def to_stdout(
    task: Labelling,
    engine: Engine,
    rejects: str | None,
    *,
    as_table: bool,
    force: bool,
    quiet: bool,
    model_named: bool,
) -> None:
    """Label to standard output, as rows for programs or as tables for people."""
    from stance.labelling.streaming import appended_file, label_to_stream, stream_writer

    with ExitStack() as open_things:
        stop = open_things.enter_context(stopping())
        file = open_things.enter_context(appended_file(rejects, force=force)) if rejects else None
        # A progress bar would mix with the output on the same terminal.
        hidden = quiet or sys.stdout.isatty()
        report = _FirstRejects(open_things.enter_context(shown_progress(quiet=hidden)))
        write = (
            TableWriter(console()).write
            if as_table
            else open_things.enter_context(stream_writer(sys.stdout.buffer, task.labeller.encoder))
        )
        counts, inputs = label_to_stream(
            task, write, engine=engine, rejects=file, report=report, stop=stop.event
        )
    if not quiet:
        _warn_of_the_shipped_model(counts, model_named=model_named)
        _report(counts)
    if counts.n_rejected and not quiet:
        kept = f"They are in {rejects}." if rejects else "Keep them with --rejects FILE."
        note(
            f"Set aside {counted(counts.n_rejected, 'row')} that cannot be used:\n"
            f"{listing(report.rows, counts.n_rejected)}\n{kept}"
        )
    if not quiet:
        note(model_line(task))
    if stop.signal is not None:
        note(f"Stopped by {stop.name}.")
        raise typer.Exit(stop.exit_code)
    _fail_if_useless(task, counts, inputs)
