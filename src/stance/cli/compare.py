"""`stance compare`: which of two models, or two sets of predictions, is better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import console, counted, interval, isolated, say, table
from stance.cli.corpus import read_labelled_with_rows, write_json
from stance.cli.options import (
    CorpusArgument,
    ForceOption,
    JsonOption,
    SkipRejectedOption,
    with_corpus_options,
)
from stance.cli.scores import always, baseline_remark, basis_warnings, lone_warning
from stance.formats.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.corpus.article import Article
    from stance.evaluation.baseline import Floor
    from stance.evaluation.comparison import Decision, Difference, McNemar

SURE = 0.05  # p below which a difference is called one
NARROWEST_NAME = 16


def _candidate(name: str, place: str) -> object:
    return typer.Argument(
        metavar=name,
        help=f"The {place}: a model folder, or a file of predictions (id and label in each row).",
    )


@with_corpus_options
def compare_command(
    first: Annotated[Path, _candidate("A", "first")],
    second: Annotated[Path, _candidate("B", "second")],
    corpus: CorpusArgument,
    metric: Annotated[
        str,
        typer.Option(
            "--metric",
            metavar="NAME",
            help="macro_f1, accuracy, weighted_f1, or macro_f1:LABEL,LABEL over some labels.",
        ),
    ] = "macro_f1",
    over: Annotated[
        str | None,
        typer.Option(
            "--over",
            metavar="FIELD",
            help="Average over its values, as over the targets of a task.",
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            "--group",
            metavar="FIELD",
            help="What the interval is taken over.  [default: the outlet where it is known]",
        ),
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(
            "--margin", metavar="LOSS", help="Also decide whether A loses less than this: 0.01"
        ),
    ] = None,
    json: JsonOption = None,
    skip_rejected: SkipRejectedOption = False,
    force: ForceOption = False,
    *,
    reading: Source,
) -> None:
    """Compare two models, or two files of predictions, on the same labelled articles.

    The interval of the difference is over outlets where they are known;
    McNemar's exact test looks at the articles on which only one of the two is
    right.
    """
    from stance.corpus.keys import aligned, by_canonical
    from stance.evaluation.baseline import floor_of
    from stance.evaluation.comparison import Paired, compare, decide, mcnemar
    from stance.evaluation.confusion import Metric
    from stance.formats.labelled import field_values
    from stance.replacing import check_file_target

    chosen = Metric.parse(metric)
    if json:
        check_file_target(json, force=force)
    rows = read_labelled_with_rows(corpus, reading, skip_rejected=skip_rejected)
    articles = [row.article for row in rows]
    y_true = [str(article.label) for article in articles]
    spelled = by_canonical(y_true)
    paired = Paired.of(
        y_true,
        [aligned(label, spelled) for label in _labels(first, articles)],
        [aligned(label, spelled) for label in _labels(second, articles)],
        groups=field_values(rows, group) if group else [article.outlet for article in articles],
        group_name=group or "outlet",
        strata=[value or "" for value in field_values(rows, over)] if over else None,
    )
    difference, discordant = compare(paired, chosen), mcnemar(paired)
    decision = None if margin is None else decide(difference, margin=margin)
    floor = floor_of(paired, chosen)
    if json:
        result = _to_dict(first, second, difference, discordant, decision)
        write_json(json, {**result, "baseline": floor.to_dict()}, force=force)
    show(len(paired), (first, second), difference, discordant, floor, decision)


def _labels(candidate: Path, articles: Sequence[Article]) -> list[str]:
    """Return the labels that a model gives, or that a file holds."""
    from stance.formats.predictions import labels_of, read_predictions

    if not candidate.is_dir():
        return labels_of(articles, read_predictions(candidate), str(candidate))
    from stance.evaluation.testing import predicted_labels
    from stance.model.persistence import load_model

    return predicted_labels(load_model(candidate), articles)


def _to_dict(
    first: Path,
    second: Path,
    difference: Difference,
    discordant: McNemar,
    decision: Decision | None,
) -> dict[str, object]:
    from dataclasses import asdict

    result = {
        "a": str(first),
        "b": str(second),
        **difference.to_dict(),
        "mcnemar": asdict(discordant),
    }
    return result if decision is None else {**result, "non_inferiority": asdict(decision)}


def show(
    n_articles: int,
    names: tuple[Path, Path],
    difference: Difference,
    discordant: McNemar,
    floor: Floor,
    decision: Decision | None,
) -> None:
    """Print both scores and that of one label, the difference, and what it means."""
    say(f"{counted(n_articles, 'article')}\n")
    _show_scores(names, difference, floor)
    say(
        f"\nA - B: {difference.value:+.3f}, 95 % interval {interval(difference.interval)}, "
        f"{_p(difference.p_value)}, over {counted(difference.n_units, difference.unit)}."
    )
    say(
        f"Only A is right on {counted(discordant.only_first, 'article')}, only B on "
        f"{discordant.only_second:,}; McNemar's exact {_p(discordant.p_value)}."
    )
    say(f"\n{meaning(difference, decision)}")
    for letter, baseline in (("A", floor.first), ("B", floor.second)):
        if sentence := baseline_remark(baseline, letter):
            say(sentence)


def _show_scores(names: tuple[Path, Path], difference: Difference, floor: Floor) -> None:
    screen, metric = console(), difference.metric
    columns = list(dict.fromkeys([metric, "accuracy", "macro-F1"]))
    scores = table("", "predictions", *columns, numbers=columns)
    width = max(screen.width - 3 - sum(len(name) + 2 for name in columns), NARROWEST_NAME)
    a, b = floor.first, floor.second
    rows = (
        ("A", str(names[0]), difference.first, a.accuracy.model, a.macro_f1.model),
        ("B", str(names[1]), difference.second, b.accuracy.model, b.macro_f1.model),
        ("", always(a), floor.score, a.accuracy.baseline, a.macro_f1.baseline),
    )
    for letter, name, score, accuracy, macro_f1 in rows:
        found = {"accuracy": accuracy, "macro-F1": macro_f1, metric: score}
        figures = (f"{found[column]:.3f}" for column in columns)
        scores.add_row(letter, isolated(name, width), *figures)
    screen.print(scores)


def _p(value: float) -> str:
    return "p < 0.0001" if value < 0.0001 else f"p = {value:.4f}"


def meaning(difference: Difference, decision: Decision | None = None) -> str:
    """Say in plain words which is better, and how sure that is."""
    sentences = [_which(difference)]
    if difference.unit != "article":
        sentences.append(
            f"Articles of one {difference.unit} resemble each other, which McNemar's test ignores: "
            "report the interval."
        )
    sentences += basis_warnings(difference.basis)
    if lone := lone_warning(difference.lone_labels, difference.unit):
        sentences += [*lone, "Choose other labels with --metric macro_f1:LABEL,LABEL."]
    if decision is not None:
        sentences.append(_decided(decision))
    return " ".join(sentences)


def _which(difference: Difference) -> str:
    low, high = difference.interval
    if difference.first == difference.second and low == high:
        return "A and B score the same."
    if difference.p_value >= SURE:
        return (
            f"There is no clear difference between A and B: it may be anything from {low:+.3f} to "
            f"{high:+.3f}."
        )
    better, worse = ("A", "B") if difference.value > 0 else ("B", "A")
    ends = sorted((abs(low), abs(high)))
    return (
        f"{better} is better than {worse}, by {abs(difference.value):.3f} {difference.metric} "
        f"({ends[0]:.3f} to {ends[1]:.3f})."
    )


def _decided(decision: Decision) -> str:
    means = {
        "superior": "A is better than B",
        "non-inferior": f"A is worse than B by less than {decision.margin:g}, if at all",
        "inferior": f"A is worse than B by more than {decision.margin:g}",
        "undecided": f"it is open whether A is worse than B by {decision.margin:g} or more",
    }[decision.verdict]
    return f"At {decision.confidence:.0%} confidence, {means} ({decision.verdict})."
