"""`stance export`: a model for use elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stance.cli.console import note
from stance.cli.models import load
from stance.cli.options import ForceOption, ModelOption
from stance.errors import ConfigError


def export_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")],
    to: Annotated[
        str, typer.Option("--to", metavar="KIND", help="joblib: a scikit-learn Pipeline.")
    ] = "joblib",
    model: ModelOption = None,
    force: ForceOption = False,
) -> None:
    """Write a model as a scikit-learn pipeline.

    The pipeline takes texts and gives the same labels and probabilities. A
    joblib file runs code when it is loaded: open only your own.
    """
    from stance.model.exporting import export_joblib

    if to != "joblib":
        raise ConfigError(f"Got --to {to}, but expected joblib.")
    export_joblib(load(model), file, force=force)
    note(f"Written to {file}. Load it with joblib.load(), where stance is installed.")
