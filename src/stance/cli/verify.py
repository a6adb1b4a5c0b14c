"""`stance verify`: an output held against its receipt."""

from __future__ import annotations

from typing import Annotated

import typer

from stance.cli.console import counted, fail, note


def verify_command(
    output: Annotated[
        str, typer.Argument(metavar="OUT", help="An output of 'stance predict', or its receipt.")
    ],
    inputs: Annotated[
        bool, typer.Option("--inputs", help="Check the inputs too, where they were.")
    ] = False,
) -> None:
    """Check an output of 'stance predict' against its receipt OUT.run.json."""
    from stance.labelling.receipt import verify

    found = verify(output, inputs=inputs)
    for fault in found.faults:
        fail(fault)
    if found.faults:
        raise typer.Exit(1)
    counts = found.receipt.counts
    note(
        f"{output} is what {found.receipt.ended} left: {counted(found.n_files, 'file')}, "
        f"{found.n_bytes:,} bytes; {counted(counts['rows'], 'row')} = {counts['labelled']:,} "
        f"labelled + {counts['rejected']:,} set aside + {counts['passed_over']:,} passed over."
    )
