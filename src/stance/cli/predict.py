"""`stance predict`: labelling new articles."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stance.cli.corpus import note_all
from stance.cli.engines import (
    DASK,
    LOCAL,
    EngineOption,
    SchedulerOption,
    check_engine,
    labelling_engine,
)
from stance.cli.guarded import QuietOption
from stance.cli.memory import give_back_large_blocks
from stance.cli.models import model_folder
from stance.cli.options import ForceOption, JobsOption, ModelOption, with_corpus_options
from stance.errors import ConfigError
from stance.features.compiled.first_use import when_compiling
from stance.formats.source import Source
from stance.reporting.reading import storage_lines

if TYPE_CHECKING:
    from stance.labelling.plan import Labelling
    from stance.model.persistence import StoredModel

TABLE = "table"
STDOUT = "-"

InputsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT",
        help="Articles: files, folders, globs, addresses (s3://...), dataset:NAME[/SPLIT], "
        "or - for standard input.",
    ),
]
OutputOption = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        help="File for the labels, or FOLDER/ for parts; may be an address.  [default: a table "
        "on a terminal, JSON Lines in a pipe]",
    ),
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="Format of the labels: jsonl, csv, parquet or table.  [default: by the extension of "
        "OUT]",
    ),
]
BomOption = Annotated[
    bool, typer.Option("--bom", help="Begin CSV with a byte-order mark, which Excel needs.")
]
EscapeFormulasOption = Annotated[
    bool | None,
    typer.Option(
        "--escape-formulas/--no-escape-formulas",
        help="Put an apostrophe before CSV cells that a spreadsheet would run as formulas.  "
        "[default: with --bom]",
    ),
]
KeepOption = Annotated[
    list[str] | None,
    typer.Option(
        "--keep",
        metavar="FIELD",
        help="Copy a field of the input into the output; @source and @row give the origin of a "
        "row. Repeatable.",
    ),
]
RejectsOption = Annotated[
    str | None,
    typer.Option(
        "--rejects",
        metavar="FILE",
        help="File for the rows that cannot be used.  [default: OUT.rejects.jsonl]",
    ),
]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Resume a run that was stopped.")]
PartRowsOption = Annotated[
    int, typer.Option("--part-rows", min=1, help="Rows of a part, if OUT is a folder.")
]
BatchSizeOption = Annotated[
    int,
    typer.Option("--batch-size", min=1, help="Articles labelled at once; does not affect labels."),
]
MinProbabilityOption = Annotated[
    float,
    typer.Option(
        "--min-probability",
        metavar="P",
        help="Give no label if the probability of the best one is lower, in [0, 1].",
    ),
]


@with_corpus_options
def predict_command(
    inputs: InputsArgument,
    model: ModelOption = None,
    output: OutputOption = None,
    file_format: FormatOption = None,
    bom: BomOption = False,
    escape_formulas: EscapeFormulasOption = None,
    keep: KeepOption = None,
    rejects: RejectsOption = None,
    resume: ResumeOption = False,
    force: ForceOption = False,
    part_rows: PartRowsOption = 100_000,
    batch_size: BatchSizeOption = 512,
    jobs: JobsOption = -1,
    engine: EngineOption = LOCAL,
    scheduler: SchedulerOption = None,
    min_probability: MinProbabilityOption = 0.0,
    quiet: QuietOption = False,
    *,
    reading: Source,
) -> None:
    """Label articles, and flag those out of the model's domain.

    Every row ends up in the output or in the rejects. Use --resume to resume a
    run that was stopped. OUT.run.json is the receipt of the run; 'stance verify
    OUT' checks the output against it.
    """
    from stance.cli.labelling_runs import to_stdout, to_target
    from stance.labelling.files import label_files
    from stance.labelling.plan import plan_labelling
    from stance.labelling.target import choose_target, refuse_unless
    from stance.model.prediction import check_min_probability, n_threads

    if quiet:
        when_compiling(None)
    give_back_large_blocks()
    check_min_probability(min_probability)
    check_engine(engine, scheduler)
    n_threads(jobs)
    output = None if output == STDOUT else output
    as_table = _is_table(output, file_format, resume=resume, force=force, engine=engine)
    asked: dict[str, Any] = {
        "keep": keep or (),
        "bom": bom,
        "escape_formulas": escape_formulas,
        "min_probability": min_probability,
    }
    ending: dict[str, bool] = {"quiet": quiet, "model_named": model is not None}
    source, folder = reading.reading(inputs), str(model_folder(model))
    engines = partial(labelling_engine, engine, scheduler, jobs, batch_size)

    def on_planned(task: Labelling) -> None:
        if not quiet:
            note_all(storage_lines(task.inputs))

    if output is None:
        row_format = _stream_format(file_format)
        stored = _loaded(model)
        task = plan_labelling(
            stored, folder, source, output_format=row_format, part_rows=None, **asked
        )
        on_planned(task)
        with engines() as chosen:
            to_stdout(task, chosen, rejects, as_table=as_table, force=force, **ending)
        return
    target = choose_target(output, file_format, rejects)
    refuse_unless(target, resume=resume, force=force)
    asked |= {"output_format": file_format, "rejects": rejects, "part_rows": part_rows}
    asked |= {"resume": resume, "force": force, "model": folder, "stored": _loaded(model)}
    with engines() as chosen:
        label = partial(label_files, source, output, engine=chosen, **asked)
        to_target(label, target, on_planned, **ending)


def _is_table(
    output: str | None, file_format: str | None, *, resume: bool, force: bool, engine: str
) -> bool:
    """Return whether labels are shown as a table; refuse conflicting options."""
    as_table = file_format == TABLE or (
        output is None and file_format is None and sys.stdout.isatty()
    )
    _check(output, as_table=as_table, resume=resume, force=force)
    if as_table and engine == DASK:
        raise ConfigError(
            f"Got --engine {DASK} and a table, but a table is only for labels on the screen. "
            "Give --output, or --format jsonl."
        )
    return as_table


def _check(output: str | None, *, as_table: bool, resume: bool, force: bool) -> None:
    if resume and force:
        raise ConfigError(
            "Got --resume and --force, but one resumes a run and the other discards it. Choose one."
        )
    if as_table and output:
        raise ConfigError(
            f"Got --format {TABLE} with --output, but a table is for the screen. "
            "Choose jsonl, csv or parquet."
        )
    if resume and output is None:
        raise ConfigError("Got --resume without --output, but only a file can be resumed.")


def _stream_format(chosen: str | None) -> str:
    from stance.formats.writing import output_format

    return output_format(None, None if chosen == TABLE else chosen)


def _loaded(model: Path | None) -> StoredModel:
    from stance.features.model_input import text_inputs
    from stance.model.persistence import read_model

    stored = read_model(model_folder(model))
    stored.model.scorer.scores(text_inputs(["كلمة"]))
    return stored
