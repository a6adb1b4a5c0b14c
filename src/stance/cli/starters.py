"""Files to start from: lexicons and codebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stance.cli.console import note
from stance.cli.reports import STDOUT

StarterOutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="The file to write.  [default: standard output]"
    ),
]


def write_starter(text: str, output: Path | None, *, force: bool) -> None:
    """Write a file to start from, or show it."""
    from stance.replacing import replacing_file

    if output is None or str(output) == STDOUT:
        typer.echo(text, nl=False)
        return
    with replacing_file(str(output), force=force) as file:
        file.write(text.encode())
    note(f"Written to {output}.")
