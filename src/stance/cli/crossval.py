"""`stance crossval`: cross-validation on unseen outlets, events or periods."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from stance.cli.console import progress
from stance.cli.corpus import read_always_train, read_training, slice_fields
from stance.cli.engines import (
    LOCAL,
    EngineOption,
    SchedulerOption,
    check_engine,
    fold_workers,
)
from stance.cli.options import (
    AlwaysTrainOption,
    AuxiliaryOption,
    ByOption,
    CodebookOption,
    ConfigOption,
    CorpusArgument,
    JobsOption,
    PeriodStartOption,
    SetOption,
    SkipRejectedOption,
    SliceOption,
    parse_by,
    with_corpus_options,
)
from stance.cli.reports import ReportTarget, with_chart_options
from stance.errors import ConfigError
from stance.formats.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stance.corpus.article import Article
    from stance.corpus.codebook import Codebook
    from stance.evaluation.protocol import CrossValidation
    from stance.formats.reading import LocatedArticle
    from stance.model.config import TrainingConfig

FoldsOption = Annotated[
    str | None,
    typer.Option(
        "--folds", metavar="N|each", help="Number of folds; each: one for each outlet or event."
    ),
]
NestedOption = Annotated[
    bool,
    typer.Option(
        "--nested",
        help="Choose the settings that are auto inside each fold, on inner folds of the same "
        "protocol.",
    ),
]
GridOption = Annotated[
    list[str] | None,
    typer.Option(
        "--grid",
        metavar="KEY=VALUE",
        help="A value to choose from inside each fold; repeat for each value. Values of several "
        "settings are combined.",
    ),
]
IgnoreDuplicatesOption = Annotated[
    bool,
    typer.Option(
        "--ignore-duplicates",
        help="Keep near-duplicates of test articles in training, to measure their effect.",
    ),
]
HeldOutOption = Annotated[
    Path | None,
    typer.Option(
        "--held-out",
        metavar="FILE",
        help="File for the predicted and the true labels of the held-out articles, for "
        "'stance compare' and 'stance estimate'.",
    ),
]


@with_corpus_options
@with_chart_options
def crossval_command(
    corpus: CorpusArgument,
    by: ByOption = None,
    folds: FoldsOption = None,
    config: ConfigOption = None,
    override: SetOption = None,
    auxiliary: AuxiliaryOption = None,
    always_train: AlwaysTrainOption = None,
    codebook: CodebookOption = None,
    nested: NestedOption = False,
    grid: GridOption = None,
    ignore_duplicates: IgnoreDuplicatesOption = False,
    slices: SliceOption = None,
    period_start: PeriodStartOption = None,
    held_out: HeldOutOption = None,
    jobs: JobsOption = -1,
    engine: EngineOption = LOCAL,
    scheduler: SchedulerOption = None,
    skip_rejected: SkipRejectedOption = False,
    *,
    report: ReportTarget,
    reading: Source,
) -> None:
    """Train and test on one corpus, holding out whole outlets.

    The gap to a random split shows what a model gains by recognising the outlet.
    """
    from stance.evaluation.protocol import cross_validate
    from stance.reporting.cross_validation import report as cross_validation_report
    from stance.reporting.html.cross_validation import page

    check_engine(engine, scheduler)
    protocol, n_folds = parse_by(by), parse_folds(folds)
    form = _labels_format(held_out, force=report.force)
    settings, candidates = _settings(config, override or [], grid or [])
    rows, others = read_training(corpus, auxiliary, reading, skip_rejected=skip_rejected)
    rows, added = read_always_train(always_train, rows, reading, skip_rejected=skip_rejected)
    rules = _codebook(codebook, [*(row.article for row in rows), *added])
    fields = slice_fields(rows, slices, period_start, rules)
    with (
        fold_workers(engine, scheduler, jobs) as workers,
        progress("Cross-validating") as update,
    ):
        result = cross_validate(
            [row.article for row in rows],
            settings,
            by=protocol,
            folds=n_folds,
            jobs=jobs,
            workers=workers,
            keep_duplicates_together=not ignore_duplicates,
            auxiliary=others,
            always_train=added,
            nested=nested,
            candidates=candidates,
            slices=fields,
            progress=update,
        )
    _write_labels(result, rows, held_out, form, force=report.force)
    report.write(cross_validation_report(result), result.to_dict(), lambda: page(result))


def _settings(
    config: Path | None, override: Sequence[str], grid: Sequence[str]
) -> tuple[TrainingConfig, list[TrainingConfig]]:
    """Return the settings, and the combinations of the grid."""
    from stance.evaluation.selection import grid as combined
    from stance.model.config import load_config

    settings = load_config(config, override)
    combinations = combined(grid) if grid else []
    return settings, [load_config(config, [*override, *more]) for more in combinations]


def _codebook(path: Path | None, articles: Iterable[Article]) -> Codebook | None:
    """Read the codebook, and refuse labels that it does not define."""
    from stance.corpus.codebook import Codebook

    if path is None:
        return None
    rules = Codebook.read(path)
    rules.check(article.label for article in articles)
    return rules


def _labels_format(path: Path | None, *, force: bool) -> str:
    """Return the format of the file for held-out labels, and check that it can be written."""
    from stance.formats.writing import output_format
    from stance.replacing import check_file_target

    if path:
        check_file_target(path, force=force)
    return output_format(path, None)


def _write_labels(
    result: CrossValidation,
    rows: Sequence[LocatedArticle],
    path: Path | None,
    file_format: str,
    *,
    force: bool,
) -> None:
    """Write the labels of the held-out articles, if requested."""
    if path is None:
        return
    from stance.formats.writing import ResultWriter
    from stance.replacing import replacing_file

    numbers = ["probability", *(f"probabilities.{label}" for label in result.honest.labels)]
    columns = ["id", "label", *numbers, "true_label", "outlet"]
    with (
        replacing_file(path, force=force) as file,
        ResultWriter(file, file_format, columns, numbers=numbers) as writer,
    ):
        writer.write(list(result.held_out.rows([row.article for row in rows])))


def parse_folds(text: str | None) -> int | Literal["each"] | None:
    """Return the number of ``--folds``; None if it was not given."""
    if text is None:
        return None
    if text == "each":
        return "each"
    if not text.isdecimal():
        raise ConfigError(f"Got --folds {text}, but expected a number or 'each'.")
    return int(text)
