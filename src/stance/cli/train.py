"""`stance train`: training a model on labelled articles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stance.cli.cards import card_file, corpus_description, own_text
from stance.cli.console import note, show_summary, status
from stance.cli.corpus import read_always_train, read_training
from stance.cli.memory import give_back_large_blocks
from stance.cli.options import (
    AlwaysTrainOption,
    AuthorOption,
    AuxiliaryOption,
    CodebookOption,
    ConfigOption,
    CorpusArgument,
    ForceOption,
    LicenceOption,
    NoteOption,
    SetOption,
    SkipRejectedOption,
    with_corpus_options,
)
from stance.formats.source import Source


@with_corpus_options
def train_command(
    corpus: CorpusArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the model.")],
    config: ConfigOption = None,
    override: SetOption = None,
    auxiliary: AuxiliaryOption = None,
    always_train: AlwaysTrainOption = None,
    codebook: CodebookOption = None,
    author: AuthorOption = None,
    licence: LicenceOption = None,
    notes: NoteOption = None,
    skip_rejected: SkipRejectedOption = False,
    force: ForceOption = False,
    *,
    reading: Source,
) -> None:
    """Train a model on labelled articles.

    Use 'stance crossval' to measure how good it is on unseen outlets. The folder
    also gets a card, card.md, for readers of the model.
    """
    from stance.corpus.codebook import Codebook
    from stance.model.config import load_config
    from stance.model.persistence import check_model_target, save_model
    from stance.model.training import train
    from stance.reporting.model import training_report

    give_back_large_blocks()
    check_model_target(output, force=force)
    own = own_text(output)
    described = corpus_description(
        {"corpus": corpus, "always_train": always_train, "auxiliary": auxiliary},
        *(reading, author, licence, notes),
    )
    settings = load_config(config, override or [])
    rules = Codebook.read(codebook) if codebook else None
    rows, others = read_training(corpus, auxiliary, reading, skip_rejected=skip_rejected)
    rows, added = read_always_train(always_train, rows, reading, skip_rejected=skip_rejected)
    articles = [row.article for row in rows]
    del rows  # as large as the articles
    with status("Training") as update:
        model = train(
            articles,
            settings,
            codebook=rules,
            auxiliary=others,
            always_train=added,
            progress=update,
        )
    save_model(
        model,
        output,
        force=force,
        description=described,
        card=lambda stored: card_file(stored, own),
    )
    show_summary(training_report(model, str(output)))
    for remark in model.record.notes:
        note(f"Note: {remark}")
