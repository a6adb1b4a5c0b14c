"""`stance evaluate`: a finished model against labelled articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.cli.console import console, interval, isolated, say, table
from stance.cli.corpus import read_labelled_with_rows, write_json
from stance.cli.fold_plan import macro_line
from stance.cli.models import load
from stance.cli.options import (
    CorpusArgument,
    ForceOption,
    JsonOption,
    ModelOption,
    SkipRejectedOption,
    SliceOption,
    with_corpus_options,
)
from stance.cli.scores import (
    FIGURE_COLUMNS,
    always,
    show_baselines,
    show_basis,
    show_calibration,
    show_confusion,
    show_labels,
    show_slices,
    slice_fields,
)
from stance.formats.source import Source

if TYPE_CHECKING:
    from stance.evaluation.metrics import Evaluation

MOST_FREQUENT = {"training": "most frequent in training", "test": "most frequent here"}


@with_corpus_options
def evaluate_command(
    corpus: CorpusArgument,
    model: ModelOption = None,
    slices: SliceOption = None,
    json: JsonOption = None,
    skip_rejected: SkipRejectedOption = False,
    force: ForceOption = False,
    *,
    reading: Source,
) -> None:
    """Test a model on labelled articles new to it."""
    from stance.evaluation.testing import evaluate_model
    from stance.replacing import check_file_target

    if json:
        check_file_target(json, force=force)
    loaded = load(model)
    rows = read_labelled_with_rows(corpus, reading, skip_rejected=skip_rejected)
    fields = slice_fields(rows, slices)
    result = evaluate_model(loaded, [row.article for row in rows], slices=fields)
    if json:
        write_json(json, result.to_dict(), force=force)
    show(result)


def show(result: Evaluation) -> None:
    """Print all scores of an evaluation."""
    screen = console()
    say(f"{result.n:,} articles; {result.protocol}.")
    if named := macro_line(result, "the model's"):
        say(named)
    say()
    scores = table("score", "value", "95 % interval", numbers=["value"])
    for name, value in (
        ("accuracy", result.accuracy),
        ("macro_f1", result.macro_f1),
        ("weighted_f1", result.weighted_f1),
    ):
        scores.add_row(_title(name), f"{value:.3f}", interval(result.intervals[name]))
    scores.add_row("log loss", f"{result.log_loss:.3f}", "")
    scores.add_row("Brier score", f"{result.brier:.3f}", "")
    scores.add_row("calibration error", f"{result.calibration_error:.3f}", "")
    screen.print(scores)
    show_basis(result)
    _show_baselines(result)
    show_labels(result)
    say()
    show_confusion(result)
    say()
    show_calibration(result)
    show_slices(result)


def _show_baselines(result: Evaluation) -> None:
    """Print what always the same label scores, and whether the model is better."""
    screen = console()
    without = table("without a model", "accuracy", "macro-F1", numbers=["accuracy", "macro-F1"])
    for baseline in result.baselines:
        name = f"{always(baseline)} ({MOST_FREQUENT[baseline.source]})"
        figures = (f"{baseline.accuracy.baseline:.3f}", f"{baseline.macro_f1.baseline:.3f}")
        without.add_row(isolated(name, screen.width - FIGURE_COLUMNS), *figures)
    screen.print(without)
    show_baselines(result.baselines)
    say()


def _title(name: str) -> str:
    return name.replace("_f1", "-F1")
