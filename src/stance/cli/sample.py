"""`stance sample`: drawing articles to code by hand out of a labelled archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import note
from stance.cli.corpus import note_all
from stance.cli.options import ForceOption, JsonOption, with_corpus_options
from stance.cli.predict import BomOption, EscapeFormulasOption
from stance.cli.reports import STDOUT
from stance.cli.row_reports import ROW_FORMATS, RowReportTarget
from stance.errors import ConfigError
from stance.formats.source import Source
from stance.formats.writing import OUTPUT_FORMATS
from stance.reporting.phrases import counted
from stance.reporting.reading import listing, storage_lines

if TYPE_CHECKING:
    from stance.estimation.drawing import DrawnSample
    from stance.formats.inputs import PlannedInput
    from stance.reporting.document import Document
    from stance.reporting.html.page import Page

LabelsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="LABELS",
        help="Predicted labels: what 'stance predict' wrote, or any rows with an id and a label.",
    ),
]
SizeOption = Annotated[
    int,
    typer.Option("--number", "-n", metavar="N", help="Articles to draw; with --extend, in all."),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="File to code: .csv, .jsonl or .parquet; the design is written beside it.  "
        "[default: only the report, as a trial]",
    ),
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help=f"Format of the file: {', '.join(ROW_FORMATS)}.  [default: by the extension of FILE]",
    ),
]
StrataOption = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="FIELD",
        help="Divide articles into strata by this field too, besides the predicted label: outlet, "
        "month, year or any field of the labels. Repeatable.",
    ),
]
ArticlesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--articles",
        metavar="ARCHIVE",
        help="The articles that were labelled, if the labels were written without their texts. "
        "Repeatable.",
    ),
]
KeepOption = Annotated[
    list[str] | None,
    typer.Option(
        "--keep",
        metavar="FIELD",
        help="Copy a field, besides title, outlet and date. Repeatable.",
    ),
]
AllocationOption = Annotated[
    str | None,
    typer.Option(
        "--allocation",
        metavar="NAME",
        help="neyman (more articles where the probabilities are uncertain) or proportional.  "
        "[default: neyman if there are probabilities]",
    ),
]
MinimumOption = Annotated[
    int,
    typer.Option("--min-per-stratum", metavar="N", help="Articles to draw of each stratum."),
]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of the random numbers.")]
DuplicatesOption = Annotated[
    bool,
    typer.Option(
        "--ignore-duplicates", help="Code near-duplicates like any other articles, not once."
    ),
]
ShowOption = Annotated[
    bool,
    typer.Option(
        "--show-predictions",
        help="Add predicted_label and probability. Coders who see them agree with them too often.",
    ),
]
ExtendOption = Annotated[
    Path | None,
    typer.Option(
        "--extend",
        metavar="CODED",
        help="Extend an earlier sample: all its rows with their labels, and new ones.",
    ),
]
DesignOption = Annotated[
    Path | None,
    typer.Option(
        "--design",
        metavar="FILE",
        help="The design of the sample to extend.  [default: the one beside CODED]",
    ),
]


@with_corpus_options
def sample_command(
    labels: LabelsArgument,
    number: SizeOption,
    output: OutputOption = None,
    strata: StrataOption = None,
    articles: ArticlesOption = None,
    keep: KeepOption = None,
    allocation: AllocationOption = None,
    min_per_stratum: MinimumOption = 2,
    seed: SeedOption = 0,
    ignore_duplicates: DuplicatesOption = False,
    show_predictions: ShowOption = False,
    extend: ExtendOption = None,
    design: DesignOption = None,
    file_format: FormatOption = None,
    bom: BomOption = False,
    escape_formulas: EscapeFormulasOption = None,
    json: JsonOption = None,
    force: ForceOption = False,
    *,
    reading: Source,
) -> None:
    """Draw articles to code by hand out of a labelled archive.

    A random sample of known inclusion probabilities, for 'stance estimate'. The
    rows do not show the predicted labels.
    """
    from stance.estimation.drawing import draw_sample

    target = _target(
        output, file_format, json, force=force, bom=bom, escape_formulas=escape_formulas
    )
    _check(extend, design, strata, allocation)
    planned: dict[str, PlannedInput] = {}
    found = draw_sample(
        reading.reading(labels),
        number,
        by=strata or (),
        articles=articles or (),
        keep=keep or (),
        allocation=allocation,  # type: ignore[arg-type]
        min_per_stratum=min_per_stratum,
        seed=seed,
        ignore_duplicates=ignore_duplicates,
        show_predictions=show_predictions,
        extend=extend,
        design_file=design,
        texts=output is not None,
        on_input=lambda one: planned.setdefault(one.name, one),
    )
    note_all(storage_lines([*planned.values()]))
    _write(found, target)


def _check(
    extend: Path | None, design: Path | None, strata: list[str] | None, allocation: str | None
) -> None:
    if extend is None and design is not None:
        raise ConfigError("Got --design without --extend CODED. Give both.")
    if extend is not None and (strata or allocation):
        raise ConfigError(
            "Got --extend with --by or --allocation, but a sample is extended with the strata that "
            "it has. Leave them out, or draw another sample."
        )


def _target(
    output: Path | None,
    file_format: str | None,
    json: Path | None,
    *,
    force: bool,
    **of_csv: bool | None,
) -> RowReportTarget:
    """Check that the file to code and its design can be written."""
    from stance.estimation.sample_design import design_path
    from stance.replacing import check_file_target

    if output is None and file_format is not None:
        raise ConfigError(f"Got --format {file_format} without -o FILE. Give both.")
    if output is not None and file_format is None:
        file_format = OUTPUT_FORMATS.get(output.suffix.lower())
    if output is not None and file_format not in ROW_FORMATS:
        raise ConfigError(
            f"Got {output} as the file to code, but expected {', '.join(OUTPUT_FORMATS)}. Rename "
            "it, or give --format."
        )
    if output is not None and str(output) != STDOUT:
        check_file_target(design_path(output), force=force)
    bom, escape = bool(of_csv["bom"]), of_csv["escape_formulas"]
    return RowReportTarget.of(
        output, file_format, bom=bom, escape_formulas=escape, json=json, force=force
    )


def _write(found: DrawnSample, target: RowReportTarget) -> None:
    from stance.estimation.sample_design import design_path
    from stance.replacing import replacing_file
    from stance.reporting.sample import report

    output = target.report.output if target.row_format else None
    is_file = output is not None and str(output) != STDOUT
    if is_file:
        with replacing_file(design_path(str(output)), force=target.report.force) as file:
            file.write(found.design.to_json())

    def document() -> Document:
        return report(found, str(output) if is_file else None)

    target.write(found, document, document, _no_page)
    if found.n_rejected:
        rows = counted(found.n_rejected, "row")
        note(f"Skipped {rows} that cannot be used:\n{listing(found.rejected, found.n_rejected)}")


def _no_page() -> Page:
    raise ConfigError("Got a page of a sample, but there is none. Read the report.")
