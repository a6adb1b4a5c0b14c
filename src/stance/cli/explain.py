"""`stance explain`: why an article has its label, with places in the text as published."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stance.cli.console import note, show
from stance.cli.corpus import ArticleStream
from stance.cli.models import model_folder
from stance.cli.options import JobsOption, ModelOption, with_corpus_options
from stance.cli.predict import InputsArgument
from stance.cli.reports import STDOUT, TEXT, ReportTarget, with_page_options
from stance.errors import ConfigError
from stance.formats.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from stance.explanation.records import Explanation
    from stance.model.persistence import StoredModel

# A page of more articles takes a browser seconds to open.
MANY = 500

AgainstOption = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="LABEL",
        help="Compare the label of each article with this one.  [default: the runner-up]",
    ),
]
TopOption = Annotated[
    int,
    typer.Option("--top", metavar="N", min=0, help="List the N largest contributions; 0 for all."),
]
ChangesOption = Annotated[
    bool | None,
    typer.Option(
        "--changes/--no-changes",
        help="Look for words and names that would change the label; takes several times as long.  "
        "[default: unless --json is given without --html]",
    ),
]


@with_corpus_options
@with_page_options
def explain_command(
    inputs: InputsArgument,
    model: ModelOption = None,
    against: AgainstOption = None,
    top: TopOption = 10,
    changes: ChangesOption = None,
    jobs: JobsOption = -1,
    *,
    report: ReportTarget,
    reading: Source,
) -> None:
    """Explain labels: what counts for and against them, where, and what would change them."""
    from stance.explanation.explaining import explain
    from stance.explanation.json_rows import as_json, explain_as_json
    from stance.model.persistence import read_model
    from stance.model.prediction import n_threads
    from stance.reporting.explanation import report as document
    from stance.reporting.html.explanation import page

    if report.json is not None and report.output is not None:
        raise ConfigError(
            "Got --output and --json, but an explanation is written as one of them. Run the "
            "command twice."
        )
    folder = model_folder(model)
    stored = read_model(folder)
    articles = ArticleStream(reading.reading(inputs))
    wanted = changes if changes is not None else report.json is None or report.page.is_wanted
    kept: list[Explanation] = []
    if report.json is not None and not report.page.is_wanted:
        rows = explain_as_json(
            stored,
            folder,
            articles.read(),
            against=against,
            top=top,
            changes=wanted,
            n_processes=n_threads(jobs),
        )
        _write(report.json, stored, rows, force=report.force)
        articles.report()
        return
    found = explain(stored.model, articles.read(), against=against, top=top, changes=wanted)
    if report.page.is_wanted:
        found = _keeping(found, kept)
    if report.json is not None:
        _write(report.json, stored, map(as_json, found), force=report.force)
    elif report.form == TEXT and str(report.output or STDOUT) == STDOUT:
        _show(found)
    else:
        report.write(document(found), None)
    report.page.write(lambda: page(kept), force=report.force)
    articles.report()
    if len(kept) > MANY:
        note(
            f"{report.page.path} has {len(kept):,} articles, which a browser opens slowly. Choose "
            "some with --where."
        )


def _keeping(explanations: Iterator[Explanation], kept: list[Explanation]) -> Iterator[Explanation]:
    """Yield explanations, and keep them for a page."""
    for one in explanations:
        kept.append(one)
        yield one


def _show(explanations: Iterator[Explanation]) -> None:
    from stance.reporting.explanation import report

    for place, one in enumerate(explanations):
        if place:
            sys.stdout.write("\n")
        show(report([one]))


def _write(path: Path, stored: StoredModel, explanations: Iterator[bytes], *, force: bool) -> None:
    """Write one JSON object, an article at a time."""
    import orjson

    model: dict[str, Any] = {
        "sha256": stored.sha256,
        "labels": stored.model.labels,
        "n_outlets": stored.model.record.n_outlets,
    }
    first = next(explanations)
    with _opened(path, force=force) as file:
        file.write(b'{"model":' + orjson.dumps(model) + b',"articles":[\n')
        file.write(first)
        for one in explanations:
            file.write(b",\n" + one)
        file.write(b"\n]}\n")


@contextmanager
def _opened(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    from stance.replacing import replacing_file

    if str(path) == STDOUT:
        yield sys.stdout.buffer
        return
    with replacing_file(str(path), force=force) as file:
        yield file
