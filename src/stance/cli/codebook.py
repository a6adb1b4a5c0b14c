"""`stance codebook`: starting a codebook of one's own, and checking it against a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stance.cli.console import note
from stance.cli.guarded import guarded
from stance.cli.lexicon import CheckedCorpusArgument
from stance.cli.options import ForceOption, with_corpus_options
from stance.cli.reports import ReportTarget, with_report_options
from stance.cli.starters import StarterOutputOption, write_starter
from stance.errors import CorpusError
from stance.formats.source import Source

CodebookArgument = Annotated[Path, typer.Argument(metavar="CODEBOOK", help="A TOML file.")]
LabelOption = Annotated[
    list[str] | None,
    typer.Option(
        "--label",
        metavar="NAME",
        help="A label to define. Repeatable; two or more.  [default: three examples]",
    ),
]

app = typer.Typer(
    help="Codebooks of your own: new, check. 'stance train --codebook FILE' uses one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def new_command(
    label: LabelOption = None, output: StarterOutputOption = None, force: ForceOption = False
) -> None:
    """Write a codebook to start from: valid as it is, with comments and Arabic examples."""
    from stance.description.starters import codebook_starter

    write_starter(codebook_starter(label or ()), output, force=force)


@with_corpus_options
@with_report_options
def check_command(
    codebook: CodebookArgument,
    corpus: CheckedCorpusArgument = None,
    *,
    report: ReportTarget,
    reading: Source,
) -> None:
    """List all errors of a codebook by line, and compare its labels with those of a corpus.

    Exits with 1 if the codebook has errors, or lacks a label of the corpus.
    """
    from stance.cli.corpus import read_any
    from stance.description.codebook_check import check_codebook
    from stance.reporting.codebook import report as document
    from stance.reporting.reading import skipped

    found = check_codebook(codebook)
    if found.is_valid and corpus:
        articles, rejected, _ = read_any(corpus, reading)
        if rejected:
            note(skipped(rejected))
        found = check_codebook(codebook, articles)
    report.write(document(found), found.to_dict())
    if not found.is_valid:
        raise CorpusError(
            f"Got the codebook {codebook} with errors. Correct the lines above; docs/lexicons.md "
            "describes the format."
        )


app.command("new")(guarded(new_command))
app.command("check")(guarded(check_command))
