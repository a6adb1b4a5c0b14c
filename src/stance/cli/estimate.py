"""`stance estimate`: shares of labels in an archive, corrected for errors of its labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stance.cli.console import status
from stance.cli.options import with_corpus_options
from stance.cli.row_reports import RowReportTarget, with_row_options
from stance.errors import ConfigError
from stance.formats.source import Source

if TYPE_CHECKING:
    from stance.estimation.share_records import ShareEstimates

# The names of `stance.estimation.share_question`, which is imported when the command runs.
METHODS = ("ppi", "acc", "pacc", "emq")
POPULATIONS = ("articles", "outlets")

LabelsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="LABELS",
        help="Predicted labels of all articles: what 'stance predict' wrote, or any rows with an "
        "id and a label.",
    ),
]
CodedOption = Annotated[
    Path | None,
    typer.Option(
        "--coded",
        metavar="FILE",
        help="The random sample that 'stance sample' drew of these articles, coded by hand.",
    ),
]
DesignOption = Annotated[
    Path | None,
    typer.Option(
        "--design",
        metavar="FILE",
        help="The design file of the sample.  [default: the one beside the coded file]",
    ),
]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="FIELD",
        help="Also estimate for each value of a field, such as outlet, and for each month or year.",
    ),
]
GroupsOption = Annotated[
    str | None,
    typer.Option(
        "--groups",
        metavar="FIELD",
        help="The field that names the outlets.  [default: outlet, if there is one]",
    ),
]
PopulationOption = Annotated[
    str,
    typer.Option(
        "--population",
        metavar="NAME",
        help="What the claim is about: articles (those of this archive) or outlets (articles of "
        "outlets like these).",
    ),
]
ContrastOption = Annotated[
    list[str] | None,
    typer.Option(
        "--contrast",
        metavar="label=NAME,GROUP-REFERENCE",
        help="The difference of a label's share between two values of --by. Repeatable.",
    ),
]
LabelOption = Annotated[
    list[str] | None,
    typer.Option("--label", metavar="NAME", help="Report this label alone. Repeatable."),
]
SimultaneousOption = Annotated[
    bool,
    typer.Option(
        "--simultaneous", help="Make intervals that hold for all labels and groups together."
    ),
]
ConfidenceOption = Annotated[
    float,
    typer.Option("--confidence", metavar="P", help="The coverage of the intervals."),
]
PlanOption = Annotated[
    float | None,
    typer.Option(
        "--plan",
        metavar="MARGIN",
        help="How many more articles to code for intervals of ± MARGIN: 0.03 for 3 points.",
    ),
]
HeldOutOption = Annotated[
    Path | None,
    typer.Option(
        "--held-out",
        metavar="FILE",
        help="Without a random sample: the held-out predictions of the training corpus, as "
        "'stance crossval --held-out' writes them.",
    ),
]
MethodOption = Annotated[
    str | None,
    typer.Option(
        "--method",
        metavar="NAME",
        help="ppi for a random sample; acc, pacc or emq with --held-out.  [default: ppi, or pacc "
        "where there are probabilities, else acc]",
    ),
]
SeedOption = Annotated[
    int, typer.Option("--seed", metavar="N", help="Seed of the resamples, with --held-out.")
]


@with_corpus_options
@with_row_options
def estimate_command(
    labels: LabelsArgument,
    coded: CodedOption = None,
    design: DesignOption = None,
    by: ByOption = None,
    groups: GroupsOption = None,
    population: PopulationOption = "articles",
    contrast: ContrastOption = None,
    label: LabelOption = None,
    simultaneous: SimultaneousOption = False,
    confidence: ConfidenceOption = 0.95,
    plan: PlanOption = None,
    held_out_rows: HeldOutOption = None,
    method: MethodOption = None,
    seed: SeedOption = 0,
    *,
    report: RowReportTarget,
    reading: Source,
) -> None:
    """Estimate the share of each label in an archive.

    Counting predicted labels gives wrong shares with wrong intervals. A random
    sample of the archive, coded by hand, gives right ones, and the predictions
    make their intervals narrower.
    """
    from stance.estimation.estimating import estimate_shares
    from stance.reporting.estimate import report as document
    from stance.reporting.estimate import summary
    from stance.reporting.html.estimate import page

    _check_choices(population, method)
    with status("Reading predicted labels"):
        found: ShareEstimates = estimate_shares(
            reading.reading(labels),
            _file(coded),
            by=by,
            groups=groups,
            population=population,  # type: ignore[arg-type]
            contrasts=contrast or (),
            only=label or (),
            simultaneous=simultaneous,
            confidence=confidence,
            margin=plan,
            design=design,
            held_out=_file(held_out_rows),
            method=method,  # type: ignore[arg-type]
            seed=seed,
        )
    report.write(found, lambda: document(found), lambda: summary(found), lambda: page(found))


def _check_choices(population: str, method: str | None) -> None:
    for option, value, known in (
        ("population", population, POPULATIONS),
        ("method", method, METHODS),
    ):
        if value is not None and value not in known:
            raise ConfigError(f"Got --{option} {value}, but expected {', '.join(known)}.")


def _file(path: Path | None) -> Any:
    return None if path is None else str(path)
