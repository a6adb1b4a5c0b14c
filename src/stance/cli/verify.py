"""`stance verify`: checking an output against its receipt."""

from __future__ import annotations

from typing import Annotated

import typer

from stance.cli.reports import ReportTarget, with_report_options
from stance.errors import OutputError
from stance.reporting.phrases import counted


@with_report_options
def verify_command(
    labelled: Annotated[
        str, typer.Argument(metavar="OUT", help="An output of 'stance predict', or its receipt.")
    ],
    inputs: Annotated[
        bool, typer.Option("--inputs", help="Also check the inputs, at their recorded paths.")
    ] = False,
    *,
    report: ReportTarget,
) -> None:
    """Check an output of 'stance predict' against its receipt OUT.run.json."""
    from stance.labelling.receipt import verify
    from stance.reporting.verification import describe
    from stance.reporting.verification import report as verification_report

    found = verify(labelled, inputs=inputs)
    report.write(verification_report(labelled, found), describe(labelled, found))
    if found.faults:
        raise OutputError(
            f"Got {labelled}, which does not match its receipt: "
            f"{counted(len(found.faults), 'fault')}, the first: {found.faults[0]}."
        )
