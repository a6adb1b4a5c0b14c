"""`stance compare`: which of two models, or two sets of predictions, is better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.corpus import read_labelled_with_rows
from stance.cli.options import CorpusArgument, SkipRejectedOption, with_corpus_options
from stance.cli.reports import ReportTarget, with_chart_options
from stance.formats.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.corpus.article import Article
    from stance.evaluation.comparison import Decision, Difference, McNemar, PairedPredictions
    from stance.formats.reading import LocatedArticle


def _candidate(name: str, place: str) -> object:
    return typer.Argument(
        metavar=name,
        help=f"The {place}: a model folder, or a file of predictions (id and label in each row).",
    )


FirstArgument = Annotated[Path, _candidate("A", "first")]
SecondArgument = Annotated[Path, _candidate("B", "second")]
MetricOption = Annotated[
    str,
    typer.Option(
        "--metric",
        metavar="NAME",
        help="macro_f1, accuracy or weighted_f1.",
    ),
]
LabelOption = Annotated[
    list[str] | None,
    typer.Option(
        "--label",
        metavar="LABEL",
        help="Average macro_f1 only over this label. Repeatable.",
    ),
]
OverOption = Annotated[
    str | None,
    typer.Option(
        "--over",
        metavar="FIELD",
        help="Average the metric over the values of this field, such as target.",
    ),
]
GroupOption = Annotated[
    str | None,
    typer.Option(
        "--group",
        metavar="FIELD",
        help="Field of the groups that are resampled for the interval.  [default: the outlet if "
        "known]",
    ),
]
MarginOption = Annotated[
    float | None,
    typer.Option(
        "--margin", metavar="LOSS", help="Also decide whether A loses less than this: 0.01"
    ),
]


@with_corpus_options
@with_chart_options
def compare_command(
    first: FirstArgument,
    second: SecondArgument,
    corpus: CorpusArgument,
    metric: MetricOption = "macro_f1",
    label: LabelOption = None,
    over: OverOption = None,
    group: GroupOption = None,
    margin: MarginOption = None,
    skip_rejected: SkipRejectedOption = False,
    *,
    report: ReportTarget,
    reading: Source,
) -> None:
    """Compare two models, or two files of predictions, on the same labelled articles.

    The interval of the difference is over outlets if they are known. McNemar's
    exact test compares the articles on which only one of the two is right.
    """
    from stance.evaluation.baseline import compare_with_baseline
    from stance.evaluation.comparison import compare, decide, mcnemar
    from stance.evaluation.confusion import Metric
    from stance.reporting.comparison import report as comparison_report
    from stance.reporting.html.comparison import page

    chosen = Metric(metric, tuple(label or ()))  # type: ignore[arg-type]
    rows = read_labelled_with_rows(corpus, reading, skip_rejected=skip_rejected)
    paired = _paired(rows, first, second, group=group, over=over)
    difference, discordant = compare(paired, chosen), mcnemar(paired)
    decision = None if margin is None else decide(difference, margin=margin)
    floor = compare_with_baseline(paired, chosen)
    names = (str(first), str(second))
    report.write(
        comparison_report(
            len(paired), names, difference, discordant=discordant, floor=floor, decision=decision
        ),
        {**_to_dict(names, difference, discordant, decision), "baseline": floor.to_dict()},
        lambda: page(
            len(paired), names, difference, discordant=discordant, floor=floor, decision=decision
        ),
    )


def _paired(
    rows: Sequence[LocatedArticle],
    first: Path,
    second: Path,
    *,
    group: str | None,
    over: str | None,
) -> PairedPredictions:
    """Return the labels of both candidates, paired with those of the corpus."""
    from stance.corpus.keys import aligned, by_canonical
    from stance.evaluation.comparison import PairedPredictions
    from stance.formats.slice_values import field_values

    articles = [row.article for row in rows]
    y_true = [str(article.label) for article in articles]
    spelled = by_canonical(y_true)
    return PairedPredictions.of(
        y_true,
        [aligned(label, spelled) for label in _labels(first, articles)],
        [aligned(label, spelled) for label in _labels(second, articles)],
        groups=field_values(rows, group) if group else [article.outlet for article in articles],
        group_name=group or "outlet",
        strata=[value or "" for value in field_values(rows, over)] if over else None,
    )


def _labels(candidate: Path, articles: Sequence[Article]) -> list[str]:
    """Return the labels of a model, or those in a file."""
    from stance.formats.predictions import labels_of, read_predictions

    if not candidate.is_dir():
        return labels_of(articles, read_predictions(candidate), str(candidate))
    from stance.evaluation.testing import predicted_labels
    from stance.model.persistence import load_model

    return predicted_labels(load_model(candidate), articles)


def _to_dict(
    names: tuple[str, str],
    difference: Difference,
    discordant: McNemar,
    decision: Decision | None,
) -> dict[str, object]:
    from dataclasses import asdict

    result = {
        "a": names[0],
        "b": names[1],
        **difference.to_dict(),
        "mcnemar": asdict(discordant),
    }
    return result if decision is None else {**result, "non_inferiority": asdict(decision)}
