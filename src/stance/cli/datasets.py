"""`stance datasets`: the public data sets that commands read by name."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stance.cli.console import console, echo, note, progress, table
from stance.cli.corpus import write_json
from stance.cli.options import ForceOption, JsonOption
from stance.cli.streams import ending_with_the_reader

if TYPE_CHECKING:
    from stance.datasets.records import Dataset

WIDTH = 79
BATCH = 1000

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="A data set; 'stance datasets list' shows them.")
]

app = typer.Typer(
    help="Public data sets: list, show, fetch, export; read as dataset:NAME[/SPLIT].",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
@ending_with_the_reader
def list_command() -> None:
    """List the data sets and say which are on this machine."""
    from stance.datasets.files import is_here
    from stance.datasets.records import dataset_names, find_dataset

    shown = table("name", "items", "splits", "here", "licence", numbers=["items"], last_wraps=True)
    for dataset in map(find_dataset, dataset_names()):
        here = "yes" if is_here(dataset) else "no"
        splits = _splits(dataset) or "-"
        shown.add_row(dataset.name, f"{dataset.items:,}", splits, here, dataset.licence)
    console().print(shown)


def _splits(dataset: Dataset) -> str:
    if len(dataset.splits) > 3:
        return f"{dataset.splits[0]} … {dataset.splits[-1]}"
    return ", ".join(dataset.splits)


@app.command("show")
@ending_with_the_reader
def show_command(name: NameArgument, json: JsonOption = None, force: ForceOption = False) -> None:
    """Show a data set: source, licence, citation, labels, splits, metric."""
    from stance.datasets.records import find_dataset

    dataset = find_dataset(name)
    if json:
        write_json(json, dataset.to_dict(), force=force)
    echo(describe(dataset))


def describe(dataset: Dataset) -> str:
    """Return what there is to know of a data set, in lines of 80 columns."""
    from stance.datasets.files import dataset_folder, is_here

    here = dataset_folder(dataset) if is_here(dataset) else "not on this machine"
    facts = {
        "items": f"{dataset.items:,}",
        "source": dataset.source,
        "files": str(len(dataset.files)) if dataset.files else f"those of {dataset.derived_from}",
        "here": str(here),
        "labels": ", ".join(dataset.labels) or "none of its own: name one with --label-field",
        "splits": ", ".join(dataset.splits) or "none",
        "metric": dataset.metric,
        "fields": ", ".join(dataset.fields),
    }
    lines = [dataset.title, "", *(_fact(*fact) for fact in facts.items()), "", _terms(dataset)]
    return "\n".join(lines)


def _terms(dataset: Dataset) -> str:
    return f"{_fact('licence', dataset.licence)}\n{_fact('cite', dataset.citation)}"


def _fact(name: str, value: str) -> str:
    return textwrap.fill(
        value,
        WIDTH,
        initial_indent=f"{name:<9}",
        subsequent_indent=" " * 9,
        break_long_words=False,
        break_on_hyphens=False,
    )


@app.command("fetch")
@ending_with_the_reader
def fetch_command(name: NameArgument) -> None:
    """Fetch a data set and check it; licence and citation are shown first."""
    from stance.datasets.files import fetch
    from stance.datasets.records import find_dataset

    dataset = find_dataset(name)
    note(f"{dataset.title}\n{_terms(dataset)}\n")
    with progress(f"Fetching {name}") as tell:
        folder = fetch(dataset, progress=tell)
    note(f"{name} stands in {folder}; every file has the hash that it should.")


@app.command("export")
@ending_with_the_reader
def export_command(
    name: Annotated[
        str, typer.Argument(metavar="NAME[/SPLIT]", help="A data set, or one of its splits.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="A file: .jsonl, .csv or .parquet.")
    ],
    force: ForceOption = False,
) -> None:
    """Write a data set as one file, an article to a row, for other tools."""
    from stance.datasets.readers import read_dataset
    from stance.datasets.records import PREFIX, parse_dataset_name
    from stance.formats.writing import ResultWriter, output_format
    from stance.replacing import replacing_file

    kind = output_format(output, None)
    named = parse_dataset_name(name.removeprefix(PREFIX))
    rows: Iterator[Mapping[str, Any]] = (row.values for row in read_dataset(named))
    first = next(rows)
    count = 0
    with replacing_file(output, force=force) as file, ResultWriter(file, kind, list(first)) as out:
        rows = chain([first], rows)
        while batch := list(islice(rows, BATCH)):
            out.write(batch)
            count += len(batch)
    note(f"Wrote {count:,} rows to {output}.\n{_terms(named.dataset)}")
