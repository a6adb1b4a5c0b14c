"""`stance agreement`: how far annotators agree, and a model beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import console, counted, interval, isolated, say, table
from stance.cli.corpus import write_json
from stance.cli.options import ForceOption, JsonOption, with_label_options
from stance.cli.scores import basis_warnings, few_warning
from stance.errors import ConfigError
from stance.formats.source import Source

if TYPE_CHECKING:
    from stance.evaluation.agreement import Agreement, Level
    from stance.evaluation.ceiling import Ceiling
    from stance.formats.annotations import Annotations

NAME_WIDTH = 20
# Krippendorff (2004), Content Analysis, chapter 11: rely on data above the first, draw tentative
# conclusions above the second.
RELIABLE, TENTATIVE = 0.8, 0.667


@with_label_options
def agreement_command(
    labels: Annotated[
        list[str],
        typer.Argument(
            metavar="LABELS",
            help="JSON Lines, CSV, TSV or Parquet with the labels of several annotators.",
        ),
    ],
    annotators: Annotated[
        str | None,
        typer.Option(
            "--annotators",
            metavar="NAME,NAME",
            help="Columns with the labels of one annotator each, a row to an article.",
        ),
    ] = None,
    annotator_field: Annotated[
        str | None,
        typer.Option(
            "--annotator-field",
            metavar="NAME",
            help="The column with the annotator's name, where each label has a row of its own.",
        ),
    ] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(
            "--predictions",
            metavar="FILE",
            help="A model's labels of the same articles, to be measured beside the annotators.",
        ),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option("--level", help="nominal, ordinal or interval.  [default: nominal]"),
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(
            "--order", metavar="LOW,..,HIGH", help="The labels in their order, for ordinal."
        ),
    ] = None,
    json: JsonOption = None,
    force: ForceOption = False,
    *,
    reading: Source,
) -> None:
    """Measure how far annotators agree.

    Krippendorff's alpha with its interval, Fleiss' kappa, and Cohen's kappa of
    each pair; with --predictions a model beside them.
    """
    from stance.corpus.keys import aligned, by_canonical
    from stance.evaluation.agreement import Ratings, agreement
    from stance.evaluation.ceiling import human_ceiling
    from stance.formats.predictions import labels_of_ids, read_predictions
    from stance.replacing import check_file_target

    chosen = _level(level, order)
    if json:
        check_file_target(json, force=force)
    found = _read(reading.reading(labels), annotators, annotator_field)
    spelled = by_canonical(label for row in found.labels for label in row if label is not None)
    ratings = Ratings.of(found.labels, [aligned(name, spelled) for name in _names(order)])
    result, ceiling = agreement(ratings, found.annotators, level=chosen), None
    if predictions:
        guesses = labels_of_ids(found.ids, read_predictions(predictions), str(predictions))
        ceiling = human_ceiling(found, [aligned(guess, spelled) for guess in guesses])
    if json:
        beside = {"model": ceiling.to_dict()} if ceiling else {}
        write_json(json, {**result.to_dict(), **beside}, force=force)
    show(result)
    if ceiling:
        show_ceiling(ceiling)


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def _level(text: str | None, order: str | None) -> Level:
    from stance.evaluation.agreement import LEVELS

    if text is None:
        return "ordinal" if order else "nominal"
    level = next((known for known in LEVELS if known == text), None)
    if level is None:
        raise ConfigError(f"Got --level {text}, but expected one of {', '.join(LEVELS)}.")
    if level == "ordinal" and not order:
        raise ConfigError("Got --level ordinal without an order. Give --order LOW,..,HIGH.")
    return level


def _read(source: Source, annotators: str | None, annotator_field: str | None) -> Annotations:
    from stance.formats.annotations import read_columns, read_long

    if annotators and not annotator_field:
        return read_columns(source, _names(annotators))
    if annotator_field and not annotators:
        return read_long(source, annotator_field)
    raise ConfigError(
        "Got no annotators, or both ways to name them. Give --annotators NAME,NAME where each has "
        "a column, or --annotator-field NAME where each label has a row."
    )


def show(result: Agreement) -> None:
    """Print the measures of all annotators, those of each pair, and what they mean."""
    screen = console()
    say(
        f"{counted(result.n_articles, 'article')}, {len(result.annotators)} annotators; "
        f"{result.n_pairable:,} with two labels or more count.\n"
    )
    measures = table("measure", "value", "95 % interval", numbers=["value"])
    spread = interval(result.interval) if result.interval else ""
    measures.add_row(f"Krippendorff's alpha ({result.level})", _shown(result.alpha), spread)
    measures.add_row("Fleiss' kappa", _shown(result.fleiss), "")
    measures.add_row("agreement", _shown(result.observed), "")
    screen.print(measures)
    say(f"\n{' '.join([meaning(result), *few_warning(result.n_pairable, 'article')])}\n")
    columns = ("agreement", "Cohen's kappa", "articles")
    pairs = table("annotator", "and", *columns, numbers=columns)
    for pair in result.pairs:
        names = (isolated(name, NAME_WIDTH) for name in (pair.first, pair.second))
        pairs.add_row(*names, _shown(pair.agreement), _shown(pair.kappa), f"{pair.n:,}")
    screen.print(pairs)


def meaning(result: Agreement) -> str:
    """Say in a sentence what an alpha allows."""
    if result.alpha is None or result.interval is None:
        return "Only one label was used: whether annotators would agree on others is not known."
    low, end = result.interval[0], "The lower end of alpha's interval is"
    if low >= RELIABLE:
        return f"{end} at least {RELIABLE}: the labels can be relied on."
    if low >= TENTATIVE:
        return f"{end} between {TENTATIVE} and {RELIABLE}: good for tentative conclusions."
    return (
        f"{end} below {TENTATIVE}: sharpen the codebook, or label more articles together, before "
        "you rely on such labels."
    )


def show_ceiling(ceiling: Ceiling) -> None:
    """Print the model beside each annotator, and how far it is below people."""
    screen = console()
    say("\nAgainst the majority of the other annotators (agreement, Cohen's kappa):")
    columns = ("he or she", "kappa", "model", "model's kappa", "articles")
    rows = table("annotator", *columns, numbers=columns)
    for one in ceiling.annotators:
        people, model = one.others, one.model_others
        values = (people.agreement, people.kappa, model.agreement, model.kappa)
        rows.add_row(isolated(one.name, NAME_WIDTH), *map(_shown, values), f"{people.n:,}")
    screen.print(rows)
    say("\nThe model against each annotator, and against the majority of all:")
    measured = ("agreement", "Cohen's kappa", "articles")
    rows = table("annotator", *measured, numbers=measured)
    by_name = [
        *((one.name, one.model) for one in ceiling.annotators),
        ("majority", ceiling.majority),
    ]
    for name, found in by_name:
        row = (_shown(found.agreement), _shown(found.kappa), f"{found.n:,}")
        rows.add_row(isolated(name, NAME_WIDTH), *row)
    screen.print(rows)
    if ceiling.n_tied:
        say(f"{counted(ceiling.n_tied, 'article')} without a majority left out.")
    say(f"\n{' '.join([ceiling_meaning(ceiling), *basis_warnings(ceiling.difference.basis)])}")


def ceiling_meaning(ceiling: Ceiling) -> str:
    """Say in a sentence how the model stands beside people."""
    found = ceiling.difference
    measured = (
        f"The model agrees with the majority of the others in {found.first:.1%} of cases, an "
        f"annotator in {found.second:.1%}: {found.value:+.3f}, 95 % interval "
        f"{interval(found.interval)}."
    )
    low, high = found.interval
    if high < 0:
        return f"{measured} It is below what people reach."
    if low > 0:
        return f"{measured} It is nearer to the others than a single annotator is."
    return f"{measured} On these articles it is not clearly better or worse than people."


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
