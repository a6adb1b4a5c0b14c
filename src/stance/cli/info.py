"""`stance info`: the description of a model."""

from __future__ import annotations

from typing import Annotated

import typer

from stance.cli.models import model_folder
from stance.cli.options import ModelOption
from stance.cli.reports import ReportTarget, with_chart_options


@with_chart_options
def info_command(
    model: ModelOption = None,
    features: Annotated[
        int, typer.Option("--features", min=0, help="Number of features to show for each label.")
    ] = 8,
    *,
    report: ReportTarget,
) -> None:
    """Show a model: labels, corpus, scores, strongest features."""
    from stance.model.persistence import read_model
    from stance.reporting.html.model import page
    from stance.reporting.model import describe
    from stance.reporting.model import report as model_report

    folder = model_folder(model)
    stored = read_model(folder)
    report.write(
        model_report(stored, features, str(folder)),
        describe(stored, features),
        lambda: page(stored, features, str(folder)),
    )
