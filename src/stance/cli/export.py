"""`stance export`: exporting a model as a scikit-learn pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stance.cli.console import note
from stance.cli.models import load
from stance.cli.options import ForceOption, ModelOption
from stance.errors import ConfigError

JOBLIB = "joblib"


def export_command(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="File to write.")],
    file_format: Annotated[
        str,
        typer.Option("--format", metavar="FORMAT", help="joblib: a scikit-learn Pipeline."),
    ] = JOBLIB,
    model: ModelOption = None,
    force: ForceOption = False,
) -> None:
    """Write a model as a scikit-learn pipeline.

    The pipeline takes texts and returns the same labels and probabilities.
    Loading a joblib file can run code: load only files that you trust.
    """
    from stance.model.exporting import export_joblib

    if file_format != JOBLIB:
        raise ConfigError(f"Got --format {file_format}, but expected {JOBLIB}.")
    export_joblib(load(model), output, force=force)
    note(f"Written to {output}. Load it with joblib.load(); stance must be installed.")
