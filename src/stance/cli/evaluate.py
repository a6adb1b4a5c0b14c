"""`stance evaluate`: a finished model against labelled articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.cli.console import console, interval, table
from stance.cli.corpus import read_labelled, write_json
from stance.cli.models import load
from stance.cli.options import (
    CorpusArgument,
    CorpusOptions,
    ForceOption,
    JsonOption,
    ModelOption,
    SkipRejectedOption,
    with_corpus_options,
)

if TYPE_CHECKING:
    from stance.evaluation.metrics import Evaluation


@with_corpus_options
def evaluate_command(
    corpus: CorpusArgument,
    model: ModelOption = None,
    json: JsonOption = None,
    skip_rejected: SkipRejectedOption = False,
    force: ForceOption = False,
    *,
    reading: CorpusOptions,
) -> None:
    """Test a model on labelled articles new to it."""
    from stance.corpus.writing import refuse_existing
    from stance.evaluation.protocol import evaluate_model

    if json:
        refuse_existing(json, force=force)
    loaded = load(model)
    articles = read_labelled(corpus, reading, skip_rejected=skip_rejected)
    result = evaluate_model(loaded, articles)
    if json:
        write_json(json, result.to_dict(), force=force)
    show(result)


def show(result: Evaluation) -> None:
    """Print all scores of an evaluation."""
    screen = console()
    screen.print(f"{result.n:,} articles; {result.protocol}.\n")
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
    screen.print(f"Intervals resample {result.interval_unit}s.\n")
    show_labels(result)
    screen.print()
    show_confusion(result)


def show_labels(result: Evaluation) -> None:
    """Print precision, recall and F1 of each label."""
    columns = ("precision", "recall", "F1", "articles")
    labels = table("label", *columns, numbers=columns)
    for label, score in result.per_class.items():
        values = (f"{value:.3f}" for value in (score.precision, score.recall, score.f1))
        labels.add_row(label, *values, f"{score.support:,}")
    console().print(labels)


def show_confusion(result: Evaluation) -> None:
    """Print how often each label was taken for which."""
    numbers = [str(place) for place in range(1, len(result.labels) + 1)]
    confusion = table("truth \\ guess", *numbers, numbers=numbers)
    for place, (label, row) in enumerate(zip(result.labels, result.confusion, strict=True), 1):
        confusion.add_row(f"{place} {label}", *map(str, row))
    console().print(confusion)


def _title(name: str) -> str:
    return name.replace("_f1", "-F1")
