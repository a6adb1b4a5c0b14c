"""`stance train`: labelled articles in, a model folder out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stance.cli.console import console, isolated, note, say, status, table
from stance.cli.corpus import read_auxiliary, read_labelled_with_rows
from stance.cli.options import (
    AuxiliaryOption,
    ConfigOption,
    CorpusArgument,
    ForceOption,
    SetOption,
    SkipRejectedOption,
    with_corpus_options,
)
from stance.cli.scores import FIGURE_COLUMNS, always, held_out_words, show_baselines
from stance.cli.unread_fields import warn_of_unread_fields
from stance.formats.source import Source

if TYPE_CHECKING:
    from stance.evaluation.baseline import Baseline
    from stance.model.record import Model

COUNT_COLUMNS = 10  # cells beside a label


@with_corpus_options
def train_command(
    corpus: CorpusArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the model.")],
    config: ConfigOption = None,
    override: SetOption = None,
    auxiliary: AuxiliaryOption = None,
    codebook: Annotated[
        Path | None,
        typer.Option("--codebook", help="What the labels mean, as TOML; others are refused."),
    ] = None,
    skip_rejected: SkipRejectedOption = False,
    force: ForceOption = False,
    *,
    reading: Source,
) -> None:
    """Train a model on labelled articles.

    How good it is on outlets it has never seen, 'stance crossval' tells.
    """
    from stance.corpus.codebook import Codebook
    from stance.model.config import load_config
    from stance.model.persistence import check_model_target, save_model
    from stance.model.training import train

    check_model_target(output, force=force)
    settings = load_config(config, override or [])
    rules = Codebook.read(codebook) if codebook else None
    rows = read_labelled_with_rows(corpus, reading, skip_rejected=skip_rejected)
    warn_of_unread_fields(rows, reading)
    articles = [row.article for row in rows]
    others = read_auxiliary(auxiliary, reading, skip_rejected=skip_rejected)
    with status("Training") as tell:
        model = train(articles, settings, codebook=rules, auxiliary=others, progress=tell)
    save_model(model, output, force=force)
    _report(model, output)


def _report(model: Model, output: Path) -> None:
    record, screen = model.record, console()
    counts = table("label", "articles", numbers=["articles"])
    for label, count in record.label_counts.items():
        counts.add_row(isolated(label, screen.width - COUNT_COLUMNS), f"{count:,}")
    screen.print(counts)
    say()
    if record.scores:
        _report_scores(record.scores)
    say(f"Model with {model.features.n_features:,} features written to {output}.")
    for remark in record.notes:
        note(f"Note: {remark}")


def _report_scores(scores: dict[str, Any]) -> None:
    """Print the figures of held-out articles beside those of always giving one label."""
    screen, baseline = console(), held_out_baseline(scores)
    columns = ("accuracy", "macro-F1")
    figures = table("on held-out articles", *columns, numbers=columns)
    accuracy, macro_f1 = baseline.accuracy, baseline.macro_f1
    given = isolated(always(baseline), screen.width - FIGURE_COLUMNS)
    figures.add_row("this model", f"{accuracy.model:.3f}", f"{macro_f1.model:.3f}")
    figures.add_row(given, f"{accuracy.baseline:.3f}", f"{macro_f1.baseline:.3f}")
    screen.print(figures)
    show_baselines([baseline])
    say(f"Held out: {held_out_words(scores['protocol'])}. For a paper, run 'stance crossval'.\n")


def held_out_baseline(scores: dict[str, Any]) -> Baseline:
    """Return what always giving one label scores beside a model's held-out figures.

    The model's accuracy has Wilson's interval; its macro-F1 has none here, so
    that the figures themselves are compared.
    """
    from stance.evaluation.baseline import Baseline, Gain
    from stance.evaluation.intervals import share_interval

    given, n = scores["baseline"], scores["n"]
    low, high = (
        end - given["accuracy"] for end in share_interval(round(scores["accuracy"] * n), n)
    )
    gain = scores["macro_f1"] - given["macro_f1"]
    return Baseline(
        source="training",
        labels=tuple(given["labels"]),
        accuracy=Gain(scores["accuracy"], given["accuracy"], (low, high)),
        macro_f1=Gain(scores["macro_f1"], given["macro_f1"], (gain, gain)),
        interval_unit="article",
    )
