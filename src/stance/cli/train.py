"""`stance train`: labelled articles in, a model folder out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import console, note, status, table
from stance.cli.corpus import read_auxiliary, read_labelled
from stance.cli.options import (
    AuxiliaryOption,
    ConfigOption,
    CorpusArgument,
    ForceOption,
    SetOption,
    SkipRejectedOption,
    with_corpus_options,
)
from stance.corpus.source import Source

if TYPE_CHECKING:
    from stance.model.record import Model


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
    articles = read_labelled(corpus, reading, skip_rejected=skip_rejected)
    others = read_auxiliary(auxiliary, reading, skip_rejected=skip_rejected)
    with status("Training") as tell:
        model = train(articles, settings, codebook=rules, auxiliary=others, progress=tell)
    save_model(model, output, force=force)
    _report(model, output)


def _report(model: Model, output: Path) -> None:
    record = model.record
    counts = table("label", "articles", numbers=["articles"])
    for label, count in record.label_counts.items():
        counts.add_row(label, f"{count:,}")
    screen = console()
    screen.print(counts)
    screen.print()
    if record.scores:
        screen.print(
            f"Macro-F1 on held-out articles: {record.scores['macro_f1']:.3f} "
            f"({record.scores['protocol']}).",
            "For figures to quote, run 'stance crossval'.",
        )
    screen.print(f"Model with {model.features.n_features:,} features written to {output}.")
    for remark in record.notes:
        note(f"Note: {remark}")
