"""`stance sample`: drawing articles to code by hand out of a labelled archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    from collections.abc import Callable, Mapping

    from stance.estimation.checking_sample import CheckingSample
    from stance.estimation.drawing import DrawnSample
    from stance.estimation.sample_design import SampleDesign
    from stance.estimation.training_sample import TrainingSample
    from stance.formats.inputs import PlannedInput
    from stance.reporting.document import Document
    from stance.reporting.html.page import Page

    Drawn = DrawnSample | TrainingSample | CheckingSample

LabelsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="LABELS",
        help="Predicted labels: what 'stance predict' wrote, or any rows with an id and a label. "
        "With --for checking: the labelled corpus.",
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
    int | None,
    typer.Option(
        "--min-per-stratum",
        metavar="N",
        help="Articles to draw of each stratum, at least 2.  [default: 2]",
    ),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", help="Seed of the random numbers.  [default: 0]")
]
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


PurposeOption = Annotated[
    str,
    typer.Option(
        "--for",
        metavar="PURPOSE",
        help="estimate (shares of labels), training (articles of which the model is uncertain, and "
        "random ones) or checking (labels of a corpus that may be wrong).",
    ),
]
RandomShareOption = Annotated[
    float | None,
    typer.Option(
        "--random-share",
        metavar="SHARE",
        help="For training: the share of random articles, in [0, 1].  [default: 0.5]",
    ),
]
PerOutletOption = Annotated[
    int | None,
    typer.Option(
        "--max-per-outlet",
        metavar="N",
        help="For training: the most uncertain articles of an outlet.  [default: twice its equal "
        "share]",
    ),
]
HeldOutOption = Annotated[
    Path | None,
    typer.Option(
        "--held-out",
        metavar="FILE",
        help="For checking: what 'stance crossval --held-out' wrote for the corpus.",
    ),
]

ESTIMATE, TRAINING, CHECKING = "estimate", "training", "checking"
# The options that only some purposes have.
OPTIONS_OF = {
    ESTIMATE: (
        *("--by", "--allocation", "--min-per-stratum", "--ignore-duplicates", "--extend"),
        *("--design", "--articles", "--seed"),
    ),
    TRAINING: ("--random-share", "--max-per-outlet", "--articles", "--seed"),
    CHECKING: ("--held-out",),
}


@with_corpus_options
def sample_command(
    labels: LabelsArgument,
    number: SizeOption,
    output: OutputOption = None,
    purpose: PurposeOption = ESTIMATE,
    strata: StrataOption = None,
    articles: ArticlesOption = None,
    keep: KeepOption = None,
    allocation: AllocationOption = None,
    min_per_stratum: MinimumOption = None,
    seed: SeedOption = None,
    ignore_duplicates: DuplicatesOption = False,
    show_predictions: ShowOption = False,
    extend: ExtendOption = None,
    design: DesignOption = None,
    random_share: RandomShareOption = None,
    max_per_outlet: PerOutletOption = None,
    predictions: HeldOutOption = None,
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
    rows do not show the predicted labels. --for draws for other purposes.
    """
    given: dict[str, Any] = {
        "--by": strata,
        "--articles": articles,
        "--allocation": allocation,
        "--min-per-stratum": min_per_stratum,
        "--seed": seed,
        "--ignore-duplicates": ignore_duplicates or None,
        "--extend": extend,
        "--design": design,
        "--random-share": random_share,
        "--max-per-outlet": max_per_outlet,
        "--held-out": predictions,
    }
    _check(purpose, given)
    target = _target(
        output, file_format, json, force=force, bom=bom, escape_formulas=escape_formulas
    )
    has_design = purpose == ESTIMATE and output is not None and str(output) != STDOUT
    if has_design:
        _check_design(output, force=force)
    planned: dict[str, PlannedInput] = {}
    shared = {
        "keep": keep or (),
        "show_predictions": show_predictions,
        "on_input": lambda one: planned.setdefault(one.name, one),
    }
    own = {NAMES[option]: value for option, value in given.items() if value is not None}
    found, report = _drawn(purpose, reading.reading(labels), number, target, shared | own)
    note_all(storage_lines([*planned.values()]))
    _write(found, report, target)


# The arguments of the library for options whose name is another one.
NAMES = {
    option: option.removeprefix("--").replace("-", "_")
    for option in dict.fromkeys(one for some in OPTIONS_OF.values() for one in some)
} | {"--design": "design_file"}


def _check(purpose: str, given: Mapping[str, Any]) -> None:
    if purpose not in OPTIONS_OF:
        raise ConfigError(f"Got --for {purpose}, but expected {', '.join(OPTIONS_OF)}.")
    for option, value in given.items():
        if value is not None and option not in OPTIONS_OF[purpose]:
            others = " or ".join(name for name, some in OPTIONS_OF.items() if option in some)
            raise ConfigError(
                f"Got {option} with --for {purpose}, but it is for {others}. Leave one of them out."
            )
    if purpose == CHECKING and given["--held-out"] is None:
        raise ConfigError(
            "Got --for checking without --held-out FILE, but expected what 'stance crossval CORPUS "
            "--held-out FILE' wrote: a model that learned from a label does not doubt it."
        )
    if given["--extend"] is None and given["--design"] is not None:
        raise ConfigError("Got --design without --extend CODED. Give both.")
    if given["--extend"] is not None:
        _check_extension(given)


def _check_extension(given: Mapping[str, Any]) -> None:
    kept = ("--by", "--allocation", "--min-per-stratum", "--seed")
    option = next((one for one in kept if given[one] is not None), None)
    if option is not None:
        raise ConfigError(
            f"Got --extend with {option}, but a sample is extended with the seed and the strata "
            "that it has. Leave it out, or draw another sample."
        )


def _drawn(
    purpose: str, source: Source, n: int, target: RowReportTarget, options: dict[str, Any]
) -> tuple[Drawn, Callable[[str | None], Document]]:
    """Return what is drawn, and a function that returns its report for a file."""
    import stance.reporting.sample as reports

    if purpose == CHECKING:
        from stance.estimation.checking_sample import draw_checking_sample

        checked = draw_checking_sample(source, n=n, **options)
        return checked, lambda output: reports.checking_report(checked, output)
    if purpose == TRAINING:
        from stance.estimation.training_sample import draw_training_sample

        trained = draw_training_sample(source, n, **options)
        return trained, lambda output: reports.training_report(trained, output)
    from stance.estimation.drawing import draw_sample

    drawn = draw_sample(source, n, texts=target.row_format is not None, **options)
    return drawn, lambda output: reports.report(drawn, output)


def _target(
    output: Path | None,
    file_format: str | None,
    json: Path | None,
    *,
    force: bool,
    **of_csv: bool | None,
) -> RowReportTarget:
    """Check that the file to code and its design can be written."""
    if output is None and file_format is not None:
        raise ConfigError(f"Got --format {file_format} without -o FILE. Give both.")
    if output is not None and file_format is None:
        file_format = OUTPUT_FORMATS.get(output.suffix.lower())
    if output is not None and file_format not in ROW_FORMATS:
        raise ConfigError(
            f"Got {output} as the file to code, but expected {', '.join(OUTPUT_FORMATS)}. Rename "
            "it, or give --format."
        )
    bom, escape = bool(of_csv["bom"]), of_csv["escape_formulas"]
    return RowReportTarget.of(
        output, file_format, bom=bom, escape_formulas=escape, json=json, force=force
    )


def _check_design(output: Path | None, *, force: bool) -> None:
    from stance.estimation.sample_design import design_path
    from stance.replacing import check_file_target

    check_file_target(design_path(str(output)), force=force)


def _write(found: Drawn, report: Callable[[str | None], Document], target: RowReportTarget) -> None:
    output = target.report.output if target.row_format else None
    name = None if output is None or str(output) == STDOUT else str(output)
    if name is not None and hasattr(found, "design"):
        _write_design(found.design, name, force=target.report.force)
    target.write(found, lambda: report(name), lambda: report(name), _no_page)
    if found.n_rejected:
        rows = counted(found.n_rejected, "row")
        note(f"Skipped {rows} that cannot be used:\n{listing(found.rejected, found.n_rejected)}")


def _write_design(design: SampleDesign, output: str, *, force: bool) -> None:
    from stance.estimation.sample_design import design_path
    from stance.replacing import replacing_file

    with replacing_file(design_path(output), force=force) as file:
        file.write(design.to_json())


def _no_page() -> Page:
    raise ConfigError("Got a page of a sample, but there is none. Read the report.")
