"""The report of `stance tune`: the trials, and the settings that were chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stance.reporting.document import Column, Document, Table, numbers, paragraphs, section
from stance.reporting.fold_plan import plan_lines
from stance.reporting.phrases import counted, figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.evaluation.tuning import Trial, Tuning

SHOWN = 10


def report(result: Tuning, output: str) -> Document:
    """Return the best trials, and a warning about the bias of their scores."""
    unchanged = (
        "No other settings were clearly better than the initial ones."
        if result.chosen is result.trials[0]
        else None
    )
    closing = (
        unchanged,
        f"Settings written to {output}; train with 'stance train --config {output}'.",
        f"{figure(result.chosen.macro_f1)} is optimistically biased: it was used for selection. "
        "Test on other articles.",
    )
    return Document(
        "Tuning",
        (
            section(*paragraphs(*plan_lines(result.plan)), _trials(result)),
            section(*paragraphs(*closing)),
        ),
        command="stance tune",
    )


def _trials(result: Tuning) -> Table:
    first, best = result.trials[0], result.chosen
    ranked = sorted(result.trials, key=lambda trial: (-trial.macro_f1, trial.number))
    rows = []
    for place, trial in enumerate(ranked):
        if place < SHOWN or trial in (best, first):
            mark = " (chosen)" if trial is best else ""
            rows.append((str(trial.number), figure(trial.macro_f1), _settings(trial) + mark))
    return Table(
        (*numbers("trial", "macro-F1"), Column("settings", "prose")),
        tuple(rows),
        caption=(
            f"{counted(len(ranked), 'trial')} on {result.n_folds} folds by {result.by}, best first:"
        ),
    )


def _settings(trial: Trial) -> str:
    if trial.number == 0:
        return "initial settings"
    return ", ".join(f"{key}={_plain(value)}" for key, value in trial.settings.items())


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def so_far(trials: Sequence[Trial], left: float) -> str:
    """Format the progress of a search."""
    best = max(trial.macro_f1 for trial in trials)
    return f"{counted(len(trials), 'trial')}, best {figure(best)}, {max(left, 0) / 60:.1f} min left"


def settings_heading(result: Tuning) -> str:
    """Return the comment at the top of a file of chosen settings."""
    return (
        f"# Chosen by 'stance tune' from {counted(len(result.trials), 'trial')} on "
        f"{result.n_folds} folds by {result.by}: macro-F1 {figure(result.chosen.macro_f1)}.\n"
        "# That figure is optimistically biased, because it was used for selection: test on\n"
        "# other articles.\n\n"
    )
