"""`stance verify`: checking an output against its receipt, or a model against its corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import status
from stance.cli.corpus import read_always_train, read_training
from stance.cli.options import (
    AlwaysTrainOption,
    AuxiliaryOption,
    SkipRejectedOption,
    with_corpus_options,
)
from stance.cli.reports import ReportTarget, with_report_options
from stance.errors import ConfigError, OutputError, VerificationError
from stance.formats.source import Source
from stance.reporting.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.corpus.article import Article
    from stance.model.persistence import StoredModel


@with_corpus_options
@with_report_options
def verify_command(
    labelled: Annotated[
        str,
        typer.Argument(
            metavar="OUT",
            help="An output of 'stance predict', or its receipt; with --corpus a model folder.",
        ),
    ],
    receipt_inputs: Annotated[
        bool, typer.Option("--inputs", help="Also check the inputs, at their recorded paths.")
    ] = False,
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            "--corpus",
            metavar="CORPUS",
            help="Does this corpus give the model OUT again? Repeatable, in the order of training.",
        ),
    ] = None,
    auxiliary: AuxiliaryOption = None,
    always_train: AlwaysTrainOption = None,
    lexicon: Annotated[
        Path | None,
        typer.Option("--lexicon", help="The model's lexicon, if it is not where it was."),
    ] = None,
    corpus_only: Annotated[
        bool, typer.Option("--corpus-only", help="Compare the corpus, and train nothing.")
    ] = False,
    skip_rejected: SkipRejectedOption = False,
    *,
    report: ReportTarget,
    reading: Source,
) -> None:
    """Check an output of 'stance predict' against its receipt OUT.run.json.

    With --corpus, check a model: whether the corpus is the one that it was
    trained on, and whether training with the model's own settings gives the same
    bytes. Ends with 3 if not.
    """
    if not corpus:
        if auxiliary or always_train or lexicon or corpus_only:
            raise ConfigError(
                "Got options for a model without --corpus. Give the files that it was trained on."
            )
        _verify_output(labelled, report, inputs=receipt_inputs)
        return
    if receipt_inputs:
        raise ConfigError("Got --inputs with --corpus, but a model has no receipt. Give one.")
    from stance.model.persistence import read_model

    stored = read_model(labelled)
    rows, others = read_training(corpus, auxiliary, reading, skip_rejected=skip_rejected)
    rows, added = read_always_train(always_train, rows, reading, skip_rejected=skip_rejected)
    _verify_model(
        labelled,
        stored,
        ([row.article for row in rows], others, added),
        report,
        lexicon=str(lexicon or ""),
        train_again=not corpus_only,
    )


def _verify_model(
    folder: str,
    stored: StoredModel,
    articles: tuple[Sequence[Article], Sequence[Article], Sequence[Article]],
    report: ReportTarget,
    *,
    lexicon: str,
    train_again: bool,
) -> None:
    """Compare a model with the articles that it was trained on, and train it again."""
    from stance.model.reproduction import reproduce
    from stance.reporting.reproduction import report as reproduction_report
    from stance.reporting.reproduction import summary

    corpus, auxiliary, always_train = articles
    with status("Training again") as update:
        found = reproduce(
            stored,
            folder,
            corpus,
            auxiliary=auxiliary,
            always_train=always_train,
            lexicon=lexicon,
            train_again=train_again,
            progress=update,
        )
    report.write(reproduction_report(folder, found), found.to_dict())
    if not found.holds:
        raise VerificationError(
            f"Got the model {folder}, which this corpus does not give again: {summary(found)}."
        )


def _verify_output(output: str, report: ReportTarget, *, inputs: bool) -> None:
    """Check an output against its receipt."""
    from stance.labelling.receipt import verify
    from stance.model.manifest import MANIFEST
    from stance.reporting.verification import describe
    from stance.reporting.verification import report as verification_report

    if (Path(output) / MANIFEST).is_file():
        raise ConfigError(
            f"Got the model {output}, but a model is checked against its corpus. Give the files "
            "that it was trained on with --corpus."
        )
    found = verify(output, inputs=inputs)
    report.write(verification_report(output, found), describe(output, found))
    if found.faults:
        raise OutputError(
            f"Got {output}, which does not match its receipt: "
            f"{counted(len(found.faults), 'fault')}, the first: {found.faults[0]}."
        )
