"""`stance concordance`: the places of a word or phrase, each in its context."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stance.cli.console import note
from stance.cli.corpus import ArticleStream
from stance.cli.options import with_corpus_options
from stance.cli.row_reports import RowReportTarget, with_row_options
from stance.errors import ConfigError, CorpusError
from stance.formats.diagnosis import in_shell
from stance.formats.source import Source

# Lines of a report without --limit; rows and JSON have all.
SHOWN = 100
# Signs of the names of files, globs, addresses and data sets, and of standard input.
NOT_IN_WORDS = frozenset("*?[/.:-")
# A page of more lines takes a browser seconds to open.
MANY = 5_000

CorpusArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="CORPUS",
        help="Articles, labelled or not: files, folders, globs, addresses (s3://...), "
        "dataset:NAME[/SPLIT], or - for standard input.",
    ),
]
QueryArgument = Annotated[
    str,
    typer.Argument(
        metavar="QUERY",
        help="A word, or several in a row in quotation marks; * for any letters, | between "
        "alternatives. A word is found in all its spellings, behind particles and with the "
        "article.",
    ),
]
ExactOption = Annotated[
    bool,
    typer.Option("--exact", help="Only words that are written exactly as in QUERY."),
]
VoiceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--voice",
        metavar="VOICE",
        help="Only hits in this voice: own (the outlet's words), speech (quoted speech) or scare "
        "(scare quotes). Repeatable.",
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE", help="Only articles from this day, month or year on."),
]
UntilOption = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help="Only articles up to this day, month or year."),
]
ContextOption = Annotated[
    int, typer.Option("--context", metavar="N", min=0, help="Number of words on either side.")
]
SortOption = Annotated[
    str,
    typer.Option(
        "--sort",
        metavar="KEY",
        help="position, before, after, hit, date or outlet. 'before' is what is read before the "
        "hit, on its right in Arabic: the nearest word is compared first.",
    ),
]
LimitOption = Annotated[
    int | None,
    typer.Option(
        "--limit",
        metavar="N",
        min=0,
        help=f"Maximum number of lines; 0 for all.  [default: {SHOWN} in a report, all as rows or "
        "JSON]",
    ),
]
RandomOption = Annotated[
    bool, typer.Option("--random", help="A random sample of the hits instead of the first.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of the sample.")]
LexiconOption = Annotated[
    str | None,
    typer.Option(
        "--lexicon",
        metavar="PATH",
        help="Lexicon whose spellings count as one word.  [default: those that ship with stance]",
    ),
]


@with_corpus_options
@with_row_options
def concordance_command(
    corpus: CorpusArgument,
    query: QueryArgument,
    exact: ExactOption = False,
    voice: VoiceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    context: ContextOption = 10,
    sort: SortOption = "position",
    limit: LimitOption = None,
    random: RandomOption = False,
    seed: SeedOption = 0,
    lexicon: LexiconOption = None,
    *,
    report: RowReportTarget,
    reading: Source,
) -> None:
    """Show each place of a word or phrase with the words before and after it.

    Examples: stance concordance articles.jsonl قسد --sort before;
    stance concordance articles.jsonl 'قوات سوريا الديمقراطية|قسد' -o lines.csv --bom
    """
    from stance.description.concordance import concordance
    from stance.description.context import VOICES
    from stance.features.lexicon import Lexicon
    from stance.reporting import concordance as reports
    from stance.reporting.html.concordance import page

    _check_arguments(corpus, query)
    articles = ArticleStream(reading.reading(corpus))
    found = concordance(
        articles.read(),
        query,
        exact=exact,
        voices=voice or VOICES,
        since=since,
        until=until,
        date_order=reading.date_order,
        context=context,
        sort=sort,
        limit=_limit(limit, report, random=random),
        random=random,
        seed=seed,
        lexicon=None if lexicon is None else Lexicon.read(lexicon),
    )
    articles.report()
    if not found.n_hits:
        is_filtered = bool(reading.where or since or until or voice)
        raise CorpusError(reports.no_hit(found, is_filtered=is_filtered))
    sample = seed if random else None
    report.write(
        found,
        lambda: reports.report(found, sample),
        lambda: reports.summary(found),
        lambda: page(found, sample),
    )
    if report.report.page.is_wanted and len(found) > MANY:
        note(
            f"{report.report.page.path} has {len(found):,} lines, which a browser opens slowly. "
            "Choose some with --limit."
        )


def _check_arguments(corpus: list[str], query: str) -> None:
    """Refuse a query before its corpus, and several words without quotation marks."""
    words = [name for name in corpus if not (NOT_IN_WORDS & set(name) or _exists(name))]
    if words and _exists(query):
        raise ConfigError(
            f"Got the query {query!r}, which is a file, after {words[0]!r}, which is none, but "
            f"expected the corpus first: stance concordance {in_shell(query)} {in_shell(words[0])}"
        )
    if 0 < len(words) < len(corpus) and corpus[-len(words) :] == words:
        raise ConfigError(
            f"Got {words[0]!r} as a corpus, but there is no such file or folder. To look for "
            "several words in a row, put them in quotation marks: "
            f"{in_shell(' '.join([*words, query]))}"
        )


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError:
        return False


def _limit(limit: int | None, report: RowReportTarget, *, random: bool) -> int | None:
    """Return the number of lines to keep; None for all."""
    if limit is None:
        takes_all = report.row_format is not None or report.report.json is not None
        return SHOWN if random or not takes_all else None
    if limit == 0 and random:
        raise ConfigError(
            "Got --limit 0 and --random, but a sample of all hits is all of them. Give the size of "
            "the sample, or leave out --random."
        )
    return limit or None
