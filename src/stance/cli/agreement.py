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
    from stance.evaluation.disagreement import Disagreement

LabelsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="LABELS",
        help="Labels of several annotators: files of annotation tools, or tables.",
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
        help="Column with the annotator's name, in a table with a row for each label.  [default: "
        "annotator, if there is one]",
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
AdjudicateOption = Annotated[
    Path | None,
    typer.Option(
        "--adjudicate",
        metavar="FILE",
        help="Write the articles on which annotators differ as CSV, with an empty column for the "
        "label that is decided.",
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
    adjudicate: AdjudicateOption = None,
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
    from stance.evaluation.disagreement import disagreement
    from stance.formats.annotation.coders import read_coders
    from stance.formats.predictions import labels_of_ids, read_predictions
    from stance.reporting.agreement import report as agreement_report
    from stance.reporting.html.agreement import page

    chosen, ordered = _level(level, order), order or ()
    _check(adjudicate, report)
    found = read_coders(reading.reading(labels), annotators or (), annotator_field)
    spelled = by_canonical(label for row in found.labels for label in row if label is not None)
    ratings = Ratings.of(found.labels, [aligned(name, spelled) for name in ordered])
    result, ceiling = agreement(ratings, found.annotators, level=chosen), None
    if predictions:
        predicted = labels_of_ids(found.ids, read_predictions(predictions), str(predictions))
        ceiling = human_ceiling(found, [aligned(label, spelled) for label in predicted])
    beside = {"model": ceiling.to_dict()} if ceiling else {}
    differing = disagreement(found)
    report.write(
        agreement_report(result, ceiling, differing),
        {**result.to_dict(), **beside, "disagreement": differing.to_dict()},
        lambda: page(result, ceiling),
    )
    if adjudicate:
        _write(adjudicate, differing, force=report.force)


def _check(adjudicate: Path | None, report: ReportTarget) -> None:
    from stance.replacing import check_file_target

    if adjudicate is None:
        return
    if str(adjudicate) in {"-", str(report.output), str(report.json)}:
        raise ConfigError(
            f"Got --adjudicate {adjudicate}, but expected a file of its own. Choose another name, "
            "such as adjudicate.csv."
        )
    check_file_target(adjudicate, force=report.force)


def _write(path: Path, differing: Disagreement, *, force: bool) -> None:
    from stance.cli.console import note
    from stance.evaluation.disagreement import write_adjudication
    from stance.replacing import replacing_file
    from stance.reporting.phrases import counted

    with replacing_file(path, force=force) as file:
        write_adjudication(differing, file)
    articles = counted(len(differing.articles), "article")
    note(f"Wrote {articles} to {path}. Fill in the column 'label'.")


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
