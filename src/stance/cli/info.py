"""`stance info`: the description of a model, and its card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stance.cli.cards import fill_card, refuse_without_card, refuse_without_model, shown_card
from stance.cli.models import model_folder
from stance.cli.options import AuthorOption, LicenceOption, ModelOption, NoteOption
from stance.cli.reports import ReportTarget, with_page_options


@with_page_options
def info_command(
    model: ModelOption = None,
    features: Annotated[
        int, typer.Option("--features", min=0, help="Number of features to show for each label.")
    ] = 8,
    card: Annotated[
        bool,
        typer.Option(
            "--card", help="Show the model's card instead; the options below write it again."
        ),
    ] = False,
    results: Annotated[
        list[Path] | None,
        typer.Option(
            "--results",
            metavar="FILE",
            help="JSON of 'stance crossval' on the model's corpus, or of 'stance evaluate' of the "
            "model, for its card. Repeatable.",
        ),
    ] = None,
    author: AuthorOption = None,
    licence: LicenceOption = None,
    notes: NoteOption = None,
    *,
    report: ReportTarget,
) -> None:
    """Show a model: labels, corpus, scores, strongest features; or its card."""
    from stance.model.persistence import read_model
    from stance.reporting.html.model import page
    from stance.reporting.model import describe
    from stance.reporting.model import report as model_report

    given: dict[str, object] = {
        "--results": results,
        "--author": author is not None,
        "--licence": licence is not None,
        "--note": notes,
    }
    if not card:
        refuse_without_card(given)
    elif any(given.values()):
        refuse_without_model(model)
    folder = model_folder(model)
    stored = read_model(folder)
    if card and any(given.values()):
        stored = fill_card(folder, stored, author, licence, notes or [], results or [])
    shown = shown_card(folder, stored) if card else model_report(stored, features, str(folder))
    report.write(shown, describe(stored, features), lambda: page(stored, features, str(folder)))
