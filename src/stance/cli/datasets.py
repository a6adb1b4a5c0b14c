"""`stance datasets`: public data sets by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any

import typer

from stance.cli.console import note, progress
from stance.cli.guarded import guarded
from stance.cli.options import ForceOption
from stance.cli.reports import ReportTarget, with_report_options

BATCH = 1000

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="A data set; 'stance datasets list' shows them.")
]

app = typer.Typer(
    help="Public data sets: list, show, fetch, export. Commands read them as dataset:NAME[/SPLIT].",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@with_report_options
def list_command(*, report: ReportTarget) -> None:
    """List the data sets, and which of them are on this machine."""
    from stance.datasets.files import is_here
    from stance.datasets.records import dataset_names, find_dataset
    from stance.reporting.datasets import overview

    found = [(dataset, is_here(dataset)) for dataset in map(find_dataset, dataset_names())]
    report.write(overview(found), [{**one.to_dict(), "here": here} for one, here in found])


@with_report_options
def show_command(name: NameArgument, *, report: ReportTarget) -> None:
    """Show a data set: source, licence, citation, labels, splits, metric."""
    from stance.datasets.files import dataset_folder, is_here
    from stance.datasets.records import find_dataset
    from stance.reporting.datasets import description

    dataset = find_dataset(name)
    folder = str(dataset_folder(dataset)) if is_here(dataset) else None
    report.write(description(dataset, folder), dataset.to_dict())


def fetch_command(name: NameArgument) -> None:
    """Fetch and verify a data set, after showing its licence and citation."""
    from stance.datasets.files import fetch
    from stance.datasets.records import find_dataset
    from stance.reporting.datasets import terms

    dataset = find_dataset(name)
    note(terms(dataset))
    with progress(f"Fetching {name}") as update:
        folder = fetch(dataset, progress=update)
    note(f"{name} is in {folder}; every file has the expected hash.")


def export_command(
    name: Annotated[
        str, typer.Argument(metavar="NAME[/SPLIT]", help="A data set, or one of its splits.")
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="File for the articles."),
    ],
    file_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="jsonl, csv or parquet.  [default: by the extension of FILE]",
        ),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Write a data set as one file with a row for each article, for other tools."""
    from stance.datasets.readers import read_dataset
    from stance.datasets.records import PREFIX, parse_dataset_name
    from stance.formats.writing import ResultWriter, output_format
    from stance.replacing import replacing_file
    from stance.reporting.datasets import terms

    kind = output_format(output, file_format)
    named = parse_dataset_name(name.removeprefix(PREFIX))
    rows: Iterator[Mapping[str, Any]] = (row.values for row in read_dataset(named))
    first = next(rows)
    count = 0
    with replacing_file(output, force=force) as file, ResultWriter(file, kind, list(first)) as out:
        rows = chain([first], rows)
        while batch := list(islice(rows, BATCH)):
            out.write(batch)
            count += len(batch)
    note(f"Wrote {count:,} rows to {output}.")
    note(terms(named.dataset))


app.command("list")(guarded(list_command))
app.command("show")(guarded(show_command))
app.command("fetch")(guarded(fetch_command))
app.command("export")(guarded(export_command))
