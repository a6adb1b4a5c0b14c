"""`stance naming`: who names the actors of a lexicon how."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import note, progress
from stance.cli.corpus import read_any_with_rows, slice_fields
from stance.cli.models import load
from stance.cli.options import AnyCorpusArgument, with_corpus_options
from stance.cli.row_reports import RowReportTarget, with_row_options
from stance.errors import ConfigError
from stance.formats.source import Source
from stance.reporting.reading import skipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stance.formats.reading import LocatedArticle

# The names of `stance.description.naming`, which is imported when the command runs.
VOICES = ("own", "speech", "both", "all")
LEVELS = ("term", "category")

ByOption = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="FIELD",
        help="Group articles by outlet, label, month, year, kind, any field of the files, or two "
        "crossed (label:month).  [default: the outlet; else the label]",
    ),
]
PeriodStartOption = Annotated[
    list[str] | None,
    typer.Option(
        "--period-start", metavar="DAY", help="First day of a period for --by period. Repeatable."
    ),
]
LexiconOption = Annotated[
    Path | None,
    typer.Option(
        "--lexicon",
        metavar="FILE",
        help="The names of actors: a TOML file or a folder of them.  [default: the one that ships "
        "with stance]",
    ),
]
ModelOption = Annotated[
    Path | None,
    typer.Option("--model", "-m", help="Take the lexicon of this model folder."),
]
VoiceOption = Annotated[
    str,
    typer.Option(
        "--voice",
        metavar="VOICE",
        help="Which mentions count: own (the outlet's own voice, with its scare quotes), speech "
        "(quoted speech), both (each of the two apart) or all.",
    ),
]
LevelOption = Annotated[
    str,
    typer.Option(
        "--level",
        metavar="LEVEL",
        help="What a name is: a term of the lexicon with its spellings, or a category of terms.",
    ),
]
ActorOption = Annotated[
    list[str] | None,
    typer.Option("--actor", metavar="NAME", help="Only this actor of the lexicon. Repeatable."),
]
TopOption = Annotated[
    int,
    typer.Option("--top", metavar="N", min=0, help="List the N most frequent names; 0 for all."),
]
AssumedDateOption = Annotated[
    str | None,
    typer.Option(
        "--assumed-date",
        metavar="DAY",
        help="Where terms have dates: a day of the period of articles whose date and words do not "
        "decide.  [default: the period of most others]",
    ),
]
DuplicatesOption = Annotated[
    bool,
    typer.Option(
        "--ignore-duplicates",
        help="Count near-duplicates like any other articles, instead of once in a group.",
    ),
]


@with_corpus_options
@with_row_options
def naming_command(
    corpus: AnyCorpusArgument,
    by: ByOption = None,
    lexicon: LexiconOption = None,
    model: ModelOption = None,
    voice: VoiceOption = "own",
    level: LevelOption = "term",
    actor: ActorOption = None,
    top: TopOption = 5,
    period_start: PeriodStartOption = None,
    assumed_date: AssumedDateOption = None,
    ignore_duplicates: DuplicatesOption = False,
    *,
    report: RowReportTarget,
    reading: Source,
) -> None:
    """Tell who names an actor how: the shares of its names by outlet, label or month.

    The names are the terms of a lexicon's categories that name an actor. An
    article counts the shares of the actor's names in it, with 95 % intervals over
    articles.
    """
    from stance.description.naming import naming
    from stance.reporting.html.naming import page
    from stance.reporting.naming import report as document
    from stance.reporting.naming import summary

    _check_choices(lexicon, model, voice, level)
    chosen = load(model) if model is not None else None
    rows, rejected, _ = read_any_with_rows(corpus, reading)
    with progress("Reading articles") as update:
        found = naming(
            [row.article for row in rows],
            lexicon,
            model=chosen,
            by=_groups(rows, by, period_start),
            voice=voice,  # type: ignore[arg-type]
            level=level,  # type: ignore[arg-type]
            actors=actor or (),
            assumed_date=assumed_date,
            ignore_duplicates=ignore_duplicates,
            progress=update,
        )
    report.write(
        found,
        lambda: document(found, top),
        lambda: summary(found),
        lambda: page(found, top),
    )
    if rejected:
        note(skipped(rejected))


def _check_choices(lexicon: Path | None, model: Path | None, voice: str, level: str) -> None:
    if lexicon is not None and model is not None:
        raise ConfigError(
            "Got --lexicon and --model, but the names come from one of them. Leave one out."
        )
    for option, value, known in (("voice", voice, VOICES), ("level", level, LEVELS)):
        if value not in known:
            raise ConfigError(f"Got --{option} {value}, but expected {', '.join(known)}.")


def _groups(
    rows: Sequence[LocatedArticle], by: str | None, period_start: Sequence[str] | None
) -> Mapping[str, Sequence[str | None]] | None:
    """Return the value of the field of ``--by`` in each article; None if it is not given."""
    return slice_fields(rows, [by], period_start) if by else None
