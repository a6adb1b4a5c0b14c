"""`stance crossval`: how good a model would be on what it has never seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from stance.cli.console import console, interval, progress, table
from stance.cli.corpus import read_labelled, write_json
from stance.cli.evaluate import show_confusion, show_labels
from stance.cli.options import (
    ConfigOption,
    CorpusArgument,
    CorpusOptions,
    ForceOption,
    JobsOption,
    JsonOption,
    SetOption,
    SkipRejectedOption,
    with_corpus_options,
)
from stance.errors import ConfigError

if TYPE_CHECKING:
    from stance.evaluation.protocol import CrossValidation

# Below this the difference is within what chance does to a few hundred articles.
NOTABLE_GAP = 0.03


@with_corpus_options
def crossval_command(
    corpus: CorpusArgument,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="PROTOCOL",
            help="What training and test may not share: outlet, event, time or random.  "
            "[default: the outlet where the corpus has one]",
        ),
    ] = None,
    folds: Annotated[
        str | None,
        typer.Option(
            "--folds", metavar="N|each", help="Number of folds, or one for each outlet or event."
        ),
    ] = None,
    config: ConfigOption = None,
    override: SetOption = None,
    json: JsonOption = None,
    jobs: JobsOption = -1,
    skip_rejected: SkipRejectedOption = False,
    force: ForceOption = False,
    *,
    reading: CorpusOptions,
) -> None:
    """Train and test on one corpus, holding out whole outlets.

    The figure of a random split is shown beside it: the gap is what a model
    owes to recognising the outlet.
    """
    from stance.corpus.splitting import PROTOCOLS
    from stance.corpus.writing import refuse_existing
    from stance.evaluation.protocol import cross_validate
    from stance.model.config import load_config

    protocol = next((known for known in PROTOCOLS if known == by), None)
    if by is not None and protocol is None:
        raise ConfigError(f"Got --by {by}, but expected one of {', '.join(PROTOCOLS)}.")
    if json:
        refuse_existing(json, force=force)
    settings = load_config(config, override or [])
    n_folds = _parse_folds(folds)
    articles = read_labelled(corpus, reading, skip_rejected=skip_rejected)
    with progress("Cross-validating") as tell:
        result = cross_validate(
            articles, settings, by=protocol, folds=n_folds, jobs=jobs, progress=tell
        )
    if json:
        write_json(json, result.to_dict(), force=force)
    show(result)


def _parse_folds(text: str | None) -> int | Literal["each"] | None:
    if text is None:
        return None
    if text == "each":
        return "each"
    if not text.isdecimal():
        raise ConfigError(f"Got --folds {text}, but expected a number or 'each'.")
    return int(text)


def show(result: CrossValidation) -> None:
    """Print the honest figures, the naive ones beside them, and what the gap means."""
    screen = console()
    honest, naive = result.honest, result.naive
    screen.print(f"{honest.n:,} articles\n")
    scores = table("protocol", "macro-F1", "95 % interval", "accuracy", numbers=["accuracy"])
    for scored in filter(None, (honest, naive)):
        scores.add_row(
            scored.protocol,
            f"{scored.macro_f1:.3f}",
            interval(scored.intervals["macro_f1"]),
            f"{scored.accuracy:.3f}",
        )
    screen.print(scores)
    screen.print(f"Intervals resample {honest.interval_unit}s.")
    screen.print(f"\n{meaning(result)}\n")
    screen.print(f"By label ({honest.protocol}):")
    show_labels(honest)
    screen.print()
    show_confusion(honest)


def meaning(result: CrossValidation) -> str:
    """Say in a sentence or two what the gap between the two figures means."""
    if result.gap is None or result.naive is None:
        return (
            "Random folds let the model recognise the outlet: this figure says little about "
            "outlets it has never seen. Give the corpus an outlet field to learn more."
        )
    gap = f"Gap: {result.gap:+.3f} macro-F1."
    if result.gap < NOTABLE_GAP:
        return f"{gap} The model does about as well on an unseen {result.by} as at random."
    if result.by == "time":
        return (
            f"{gap} The model loses that much on later articles; expect "
            f"{result.honest.macro_f1:.3f} on those, and quote that."
        )
    if result.by == "outlet":
        return (
            f"{gap} The model owes that much to recognising the outlet; expect "
            f"{result.honest.macro_f1:.3f} on an outlet it has never seen, and quote that."
        )
    return (
        f"{gap} The model owes that much to what articles of one {result.by} share; expect "
        f"{result.honest.macro_f1:.3f} on new ones, and quote that."
    )
