"""`stance agreement`: agreement between annotators, and of a model with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.options import with_label_options
from stance.cli.reports import ReportTarget, with_chart_options
from stance.errors import ConfigError
from stance.formats.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.evaluation.agreement import Level
    from stance.formats.annotations import Annotations

LabelsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="LABELS",
        help="JSON Lines, CSV, TSV or Parquet with the labels of several annotators.",
    ),
]
AnnotatorsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--annotator",
        metavar="NAME",
        help="Column with the labels of one annotator, in a table with a row for each article. "
        "Repeatable.",
    ),
]
AnnotatorFieldOption = Annotated[
    str | None,
    typer.Option(
        "--annotator-field",
        metavar="NAME",
        help="Column with the annotator's name, in a table with a row for each label.",
    ),
]
PredictionsOption = Annotated[
    Path | None,
    typer.Option(
        "--predictions",
        metavar="FILE",
        help="Labels of a model for the same articles, to compare with the annotators.",
    ),
]
LevelOption = Annotated[
    str | None,
    typer.Option("--level", help="nominal, ordinal or interval.  [default: nominal]"),
]
OrderOption = Annotated[
    list[str] | None,
    typer.Option(
        "--order",
        metavar="LABEL",
        help="Labels from the lowest to the highest, for ordinal. Repeatable.",
    ),
]


@with_label_options
@with_chart_options
def agreement_command(
    labels: LabelsArgument,
    annotators: AnnotatorsOption = None,
    annotator_field: AnnotatorFieldOption = None,
    predictions: PredictionsOption = None,
    level: LevelOption = None,
    order: OrderOption = None,
    *,
    report: ReportTarget,
    reading: Source,
) -> None:
    """Measure the agreement between annotators.

    Reports Krippendorff's alpha with its interval, Fleiss' kappa, and Cohen's
    kappa of each pair; with --predictions also of a model.
    """
    from stance.corpus.keys import aligned, by_canonical
    from stance.evaluation.agreement import Ratings, agreement
    from stance.evaluation.ceiling import human_ceiling
    from stance.formats.predictions import labels_of_ids, read_predictions
    from stance.reporting.agreement import report as agreement_report
    from stance.reporting.html.agreement import page

    chosen, ordered = _level(level, order), order or ()
    found = _read(reading.reading(labels), annotators, annotator_field)
    spelled = by_canonical(label for row in found.labels for label in row if label is not None)
    ratings = Ratings.of(found.labels, [aligned(name, spelled) for name in ordered])
    result, ceiling = agreement(ratings, found.annotators, level=chosen), None
    if predictions:
        predicted = labels_of_ids(found.ids, read_predictions(predictions), str(predictions))
        ceiling = human_ceiling(found, [aligned(label, spelled) for label in predicted])
    beside = {"model": ceiling.to_dict()} if ceiling else {}
    report.write(
        agreement_report(result, ceiling),
        {**result.to_dict(), **beside},
        lambda: page(result, ceiling),
    )


def _level(text: str | None, order: Sequence[str] | None) -> Level:
    from stance.evaluation.agreement import LEVELS

    if text is None:
        return "ordinal" if order else "nominal"
    level = next((known for known in LEVELS if known == text), None)
    if level is None:
        raise ConfigError(f"Got --level {text}, but expected one of {', '.join(LEVELS)}.")
    if level == "ordinal" and not order:
        raise ConfigError(
            "Got --level ordinal without an order. Give --order once for each label, lowest first."
        )
    return level


def _read(
    source: Source, annotators: Sequence[str] | None, annotator_field: str | None
) -> Annotations:
    from stance.formats.annotations import read_columns, read_long

    if annotators and not annotator_field:
        return read_columns(source, annotators)
    if annotator_field and not annotators:
        return read_long(source, annotator_field)
    raise ConfigError(
        "Got no annotators, or both ways to name them. Give --annotator NAME for each column of "
        "labels, or --annotator-field NAME for a table with a row for each label."
    )
