"""`stance lexicon`: starting a lexicon of one's own, and checking it against a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import note, progress
from stance.cli.guarded import guarded
from stance.cli.options import ForceOption, with_corpus_options
from stance.cli.row_reports import RowReportTarget, with_row_options
from stance.cli.starters import StarterOutputOption, write_starter
from stance.errors import CorpusError
from stance.formats.source import Source

if TYPE_CHECKING:
    from stance.description.lexicon_records import LexiconCheck

LexiconArgument = Annotated[
    Path, typer.Argument(metavar="LEXICON", help="A TOML file, or a folder of them.")
]
CheckedCorpusArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[CORPUS]",
        show_default=False,
        help="Articles in which the terms are counted: files, folders of .txt, "
        "dataset:NAME[/SPLIT], or - for standard input.",
    ),
]
SampleOption = Annotated[
    int,
    typer.Option(
        "--sample", metavar="N", min=0, help="Show N hits of each category in their context."
    ),
]

app = typer.Typer(
    help="Lexicons of your own: new, check. 'stance train --set features.lexicon.path=FILE' uses "
    "one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def new_command(output: StarterOutputOption = None, force: ForceOption = False) -> None:
    """Write a lexicon to start from: valid as it is, with comments and Arabic examples."""
    from stance.description.starters import lexicon_starter

    write_starter(lexicon_starter(), output, force=force)


@with_corpus_options
@with_row_options
def lexicon_command(
    lexicon: LexiconArgument,
    corpus: CheckedCorpusArgument = None,
    sample: SampleOption = 2,
    *,
    report: RowReportTarget,
    reading: Source,
) -> None:
    """List all errors of a lexicon by line, and count its terms in a corpus.

    Shows hits by category and outlet, terms that are never found, terms of two
    categories, ambiguous spellings, and hits in their context. Rows of CSV,
    JSON Lines and Parquet are the terms. Exits with 1 if the lexicon has errors.
    """
    found = _checked(lexicon, corpus, reading, sample)
    _write(report, found)
    if not found.is_valid:
        n_errors = len(found.faults)
        raise CorpusError(
            f"Got the lexicon {lexicon} with {n_errors} error{'s' if n_errors > 1 else ''}. "
            "Correct the lines above; docs/lexicons.md describes the format."
        )


def _checked(lexicon: Path, corpus: list[str] | None, reading: Source, sample: int) -> LexiconCheck:
    from stance.cli.corpus import read_any
    from stance.description.lexicon_check import check_lexicon
    from stance.reporting.reading import skipped

    found = check_lexicon(lexicon)
    if not found.is_valid or not corpus:
        return found
    articles, rejected, _ = read_any(corpus, reading)
    if rejected:
        note(skipped(rejected))
    with progress("Counting terms") as update:
        return check_lexicon(lexicon, articles, sample=sample, progress=update)


def _write(report: RowReportTarget, found: LexiconCheck) -> None:
    from stance.reporting.html.lexicon import page
    from stance.reporting.lexicon import report as document
    from stance.reporting.lexicon import summary

    report.write(found, lambda: document(found), lambda: summary(found), lambda: page(found))


app.command("new")(guarded(new_command))
app.command("check")(guarded(lexicon_command))
