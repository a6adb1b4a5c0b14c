"""`stance crossval`: how good a model would be on what it has never seen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from stance.cli.console import console, interval, isolated, progress, say, table
from stance.cli.corpus import read_auxiliary, read_labelled_with_rows, write_json
from stance.cli.engines import (
    LOCAL,
    EngineOption,
    SchedulerOption,
    check_engine,
    fold_workers,
)
from stance.cli.fold_plan import advice, lowered_line, macro_line, plan_lines
from stance.cli.options import (
    AuxiliaryOption,
    ByOption,
    ConfigOption,
    CorpusArgument,
    ForceOption,
    JobsOption,
    JsonOption,
    SetOption,
    SkipRejectedOption,
    SliceOption,
    parse_by,
    with_corpus_options,
)
from stance.cli.scores import (
    always,
    show_baselines,
    show_basis,
    show_calibration,
    show_confusion,
    show_labels,
    show_slices,
    slice_fields,
)
from stance.cli.unread_fields import warn_of_unread_fields
from stance.errors import ConfigError
from stance.formats.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.corpus.article import Article
    from stance.evaluation.protocol import CrossValidation

# Below this the difference is within what chance does to a few hundred articles.
NOTABLE_GAP = 0.03
NEW_AND_KNOWN = {
    "outlet": ("new outlets", "outlets it knows"),
    "event": ("new events", "events it knows"),
    "time": ("later articles", "articles of any time"),
}
WHY_BETTER = {
    "outlet": "because it recognises the outlet",
    "event": "because articles on one event resemble each other",
    "time": "because there it has learned from later articles too",
}
PROTOCOL_COLUMNS = 40  # cells beside a protocol


@with_corpus_options
def crossval_command(
    corpus: CorpusArgument,
    by: ByOption = None,
    folds: Annotated[
        str | None,
        typer.Option(
            "--folds", metavar="N|each", help="Number of folds, or one for each outlet or event."
        ),
    ] = None,
    config: ConfigOption = None,
    override: SetOption = None,
    auxiliary: AuxiliaryOption = None,
    nested: Annotated[
        bool,
        typer.Option(
            "--nested",
            help="Choose what the settings leave open (auto) inside each fold, on inner folds of "
            "the same protocol.",
        ),
    ] = False,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            "--grid",
            metavar="KEY=VALUE,VALUE",
            help="Choose among these values in the same way; several are combined.",
        ),
    ] = None,
    ignore_duplicates: Annotated[
        bool,
        typer.Option(
            "--ignore-duplicates",
            help="Let near-duplicates of a test article stay in training, to see what it changes.",
        ),
    ] = False,
    slices: SliceOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File for the labels of the held-out articles, as 'stance compare' takes it.",
        ),
    ] = None,
    json: JsonOption = None,
    jobs: JobsOption = -1,
    engine: EngineOption = LOCAL,
    scheduler: SchedulerOption = None,
    skip_rejected: SkipRejectedOption = False,
    force: ForceOption = False,
    *,
    reading: Source,
) -> None:
    """Train and test on one corpus, holding out whole outlets.

    The figure of a random split is shown beside it: the gap is what a model
    owes to recognising the outlet.
    """
    from stance.evaluation.protocol import cross_validate
    from stance.evaluation.selection import grid as combined
    from stance.formats.writing import output_format
    from stance.model.config import load_config
    from stance.replacing import check_file_target

    check_engine(engine, scheduler)
    protocol, n_folds = parse_by(by), _parse_folds(folds)
    for path in filter(None, (json, output)):
        check_file_target(path, force=force)
    file_format = output_format(output, None)
    settings = load_config(config, override or [])
    candidates = [load_config(config, [*(override or []), *more]) for more in combined(grid or [])]
    rows = read_labelled_with_rows(corpus, reading, skip_rejected=skip_rejected)
    warn_of_unread_fields(rows, reading)
    others = read_auxiliary(auxiliary, reading, skip_rejected=skip_rejected)
    articles, fields = [row.article for row in rows], slice_fields(rows, slices)
    with fold_workers(engine, scheduler, jobs) as workers, progress("Cross-validating") as tell:
        result = cross_validate(
            articles,
            settings,
            by=protocol,
            folds=n_folds,
            jobs=jobs,
            workers=workers,
            keep_duplicates_together=not ignore_duplicates,
            auxiliary=others,
            nested=nested,
            candidates=candidates if grid else (),
            slices=fields,
            progress=tell,
        )
    if output:
        _write_labels(result, articles, output, file_format, force=force)
    if json:
        write_json(json, result.to_dict(), force=force)
    show(result)


def _write_labels(
    result: CrossValidation,
    articles: Sequence[Article],
    path: Path,
    file_format: str,
    *,
    force: bool,
) -> None:
    from stance.formats.writing import ResultWriter
    from stance.replacing import replacing_file

    numbers = ["probability", *(f"probabilities.{label}" for label in result.honest.labels)]
    columns = ["id", "label", *numbers]
    with (
        replacing_file(path, force=force) as file,
        ResultWriter(file, file_format, columns, numbers=numbers) as writer,
    ):
        writer.write(list(result.held_out.rows(articles)))


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
    say(f"{len(result.plan.is_testable):,} articles")
    for line in filter(None, [*plan_lines(result.plan), lowered_line(result.lowered)]):
        say(line)
    say()
    scores = table("protocol", "macro-F1", "95 % interval", "accuracy", numbers=["accuracy"])
    for scored in filter(None, (honest, naive)):
        scores.add_row(
            isolated(scored.protocol, screen.width - PROTOCOL_COLUMNS),
            f"{scored.macro_f1:.3f}",
            interval(scored.intervals["macro_f1"]),
            f"{scored.accuracy:.3f}",
        )
    for baseline in honest.baselines:
        name = isolated(always(baseline), screen.width - PROTOCOL_COLUMNS)
        figures = (f"{baseline.macro_f1.baseline:.3f}", "", f"{baseline.accuracy.baseline:.3f}")
        scores.add_row(name, *figures)
    screen.print(scores)
    show_basis(honest)
    if named := macro_line(honest, "the corpus's"):
        say(named)
    show_baselines(honest.baselines)
    say(f"{meaning(result)}\n")
    show_choices(result)
    say(f"By label ({honest.protocol}):")
    show_labels(honest)
    say()
    show_confusion(honest)
    say()
    show_calibration(honest)
    show_slices(honest)


def show_choices(result: CrossValidation) -> None:
    """Print which settings were chosen in how many folds, the most frequent first."""
    counts = Counter(
        ", ".join(f"{key}={value}" for key, value in choice.settings.items())
        for choice in result.choices
    )
    if counts:
        chosen = table("folds", "chosen inside the folds", numbers=["folds"], last_wraps=True)
        for settings, n in counts.most_common():
            chosen.add_row(str(n), settings)
        console().print(chosen)
        say()


def meaning(result: CrossValidation) -> str:
    """Say in a sentence or two what the gap between the two figures means."""
    if result.gap is None or result.naive is None:
        return advice(result.plan)
    honest, naive = result.honest.macro_f1, result.naive.macro_f1
    new, known = NEW_AND_KNOWN[result.by]
    gap = f"Gap: {result.gap:+.3f} macro-F1."
    if result.gap < NOTABLE_GAP:
        return (
            f"{gap} The model does about as well on {new} ({honest:.3f}) as on {known} "
            f"({naive:.3f})."
        )
    return (
        f"{gap} On random folds the model looks {result.gap:.3f} better than it is, "
        f"{WHY_BETTER[result.by]}. Expect {honest:.3f} on {new}, and quote that."
    )
