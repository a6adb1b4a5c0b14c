"""`stance keyness`: words that are typical of one part of a corpus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, cast

import typer

from stance.cli.console import note, status
from stance.cli.corpus import read_any_with_rows
from stance.cli.options import AnyCorpusArgument, with_corpus_options
from stance.cli.row_reports import RowReportTarget, with_row_options
from stance.formats.source import Source
from stance.reporting.reading import skipped

if TYPE_CHECKING:
    from stance.corpus.article import Article
    from stance.description.keyness_records import Measure
    from stance.formats.reading import LocatedArticle

ByOption = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="FIELD",
        help="The field whose values are compared: label, outlet, year, kind (headline or "
        "article), or any field of the files.",
    ),
]
TargetOption = Annotated[
    str | None,
    typer.Option(
        "--target",
        metavar="VALUE",
        help="The value whose typical words are wanted.  [default: each value in turn]",
    ),
]
ReferenceOption = Annotated[
    str | None,
    typer.Option(
        "--reference",
        metavar="VALUE",
        help="The value that it is compared with.  [default: all others]",
    ),
]
MeasureOption = Annotated[
    str,
    typer.Option(
        "--measure",
        metavar="NAME",
        help="What words are ranked by: log-odds (its z-score), log-ratio (its conservative "
        "bound) or g2.",
    ),
]
TopOption = Annotated[
    int, typer.Option("--top", metavar="N", min=0, help="List the first N words; 0 for all.")
]
MinArticlesOption = Annotated[
    int,
    typer.Option("--min-articles", metavar="N", min=1, help="Compare words of N articles or more."),
]
PairsOption = Annotated[
    bool, typer.Option("--pairs/--no-pairs", help="Compare pairs of adjacent words too.")
]
VoiceOption = Annotated[
    str,
    typer.Option(
        "--voice",
        metavar="NAME",
        help="Whose words: all, own (the outlet's), quoted, or of these speech or scare (quotes "
        "of one to three words).",
    ),
]
IgnoreDuplicatesOption = Annotated[
    bool,
    typer.Option(
        "--ignore-duplicates",
        help="Count every near-duplicate.  [default: once in each part]",
    ),
]
PriorOption = Annotated[
    float,
    typer.Option(
        "--prior",
        metavar="SHARE",
        help="Size of the prior of the log-odds, as a share of the words of both parts.",
    ),
]
BootstrapOption = Annotated[
    int,
    typer.Option(
        "--bootstrap",
        metavar="N",
        min=0,
        help="Number of resamples of the outlets; 0 for no bounds.",
    ),
]


@with_corpus_options
@with_row_options
def keyness_command(
    corpus: AnyCorpusArgument,
    by: ByOption = "label",
    target: TargetOption = None,
    reference: ReferenceOption = None,
    measure: MeasureOption = "log-odds",
    top: TopOption = 20,
    min_articles: MinArticlesOption = 5,
    pairs: PairsOption = True,
    voice: VoiceOption = "all",
    ignore_duplicates: IgnoreDuplicatesOption = False,
    prior: PriorOption = 0.01,
    bootstrap: BootstrapOption = 499,
    *,
    report: RowReportTarget,
    reading: Source,
) -> None:
    """Find words that are typical of one part of a corpus.

    Compares the words and pairs of one label, outlet or other value with those
    of the rest, and says how many outlets each rests on: a word is typical of
    a part if its frequency does not hang on a few outlets.
    """
    from stance.description.keyness import keyness
    from stance.formats.slice_values import field_values
    from stance.reporting.html.keyness import page
    from stance.reporting.keyness import report as keyness_report
    from stance.reporting.keyness import summary

    rows, rejected, _ = read_any_with_rows(corpus, reading)
    values = field_values(rows, by)
    with status("Comparing words") as update:
        found = keyness(
            _taken(rows),
            by,
            values=values,
            target=target,
            reference=reference,
            measure=cast("Measure", measure),
            top=top,
            min_articles=min_articles,
            pairs=pairs,
            voice=voice,
            ignore_duplicates=ignore_duplicates,
            prior=prior,
            n_resamples=bootstrap,
            progress=update,
        )
    report.write(found, lambda: keyness_report(found), lambda: summary(found), lambda: page(found))
    if rejected:
        note(skipped(rejected))


def _taken(rows: list[LocatedArticle]) -> Iterator[Article]:
    """Yield the articles of rows, which are emptied: texts are not needed once they are counted."""
    rows.reverse()
    while rows:
        yield rows.pop().article
