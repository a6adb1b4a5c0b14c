"""`stance predict`: labels on new articles."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import console, counted, isolated, note, patience, table
from stance.cli.corpus import listing
from stance.cli.models import load
from stance.cli.options import CorpusOptions, ForceOption, ModelOption, with_corpus_options
from stance.errors import ConfigError

if TYPE_CHECKING:
    from stance.corpus.article import Article, RejectedRow
    from stance.model.prediction import Prediction
    from stance.model.record import Model

TABLE = "table"
TABLE_ROWS = 50
NO_LABEL = "-"
DOMAIN = {True: "out", False: "in", None: "-"}


@dataclass
class Counts:
    """How many articles got which label, got none, or are out of the model's domain."""

    labels: Counter[str] = field(default_factory=Counter)
    abstained: int = 0
    out_of_domain: int = 0

    def update(self, predictions: Sequence[Prediction]) -> None:
        """Count some more."""
        found = [prediction.label for prediction in predictions]
        self.labels.update(label for label in found if label is not None)
        self.abstained += found.count(None)
        self.out_of_domain += sum(p.out_of_domain is True for p in predictions)


@with_corpus_options
def predict_command(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT",
            help="Articles: files, folders of .txt, dataset:NAME[/SPLIT], or - for standard input.",
        ),
    ],
    model: ModelOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File for the labels.  [default: a table on a terminal, JSON Lines in a pipe]",
        ),
    ] = None,
    file_format: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help="jsonl, csv, parquet or table."),
    ] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin CSV with a byte-order mark, as Excel needs it.")
    ] = False,
    force: ForceOption = False,
    jobs: Annotated[
        int,
        typer.Option("--jobs", "-j", min=-1, help="Threads to label in; -1: one for each core."),
    ] = -1,
    min_probability: Annotated[
        float,
        typer.Option(
            "--min-probability",
            metavar="P",
            help="Give no label to an article whose best has a lower probability, in [0, 1].",
        ),
    ] = 0.0,
    *,
    reading: CorpusOptions,
) -> None:
    """Label articles, and flag those out of the model's domain.

    Rows that cannot be used are set aside in OUTPUT.rejects.jsonl, and
    counted; the others go on.
    """
    from stance.corpus.reading import read_articles
    from stance.corpus.writing import output_format, refuse_existing
    from stance.model.prediction import check_min_probability, predict

    check_min_probability(min_probability)
    as_table = file_format == TABLE or (
        output is None and file_format is None and sys.stdout.isatty()
    )
    if as_table and output:
        raise ConfigError(
            f"Got --format {TABLE} with --output, but a table is for the eye. "
            "Choose jsonl, csv or parquet."
        )
    chosen = TABLE if as_table else output_format(output, file_format)
    if output:
        refuse_existing(output, force=force)
        refuse_existing(rejects_path(output), force=force)
    loaded = load(model)
    with patience("Compiling the counting loops, which is done once after an installation ..."):
        loaded.scorer.scores(["كلمة"])
    rejected: list[RejectedRow] = []
    rows = read_articles(
        inputs, fields=reading.fields, where=reading.where, input_format=reading.input_format
    )
    predictions = predict(
        loaded, _usable(rows, rejected), jobs=jobs, min_probability=min_probability
    )
    if as_table:
        counts = _show(predictions)
    else:
        counts = _write(loaded, predictions, rejected, output, chosen, bom=bom, force=force)
    _report(counts, rejected, output)


def rejects_path(output: Path) -> Path:
    """Return where the rows set aside go."""
    return output.with_name(output.name + ".rejects.jsonl")


def _usable(
    rows: Iterable[Article | RejectedRow], rejected: list[RejectedRow]
) -> Iterator[Article]:
    from stance.corpus.article import RejectedRow

    for row in rows:
        if isinstance(row, RejectedRow):
            rejected.append(row)
        else:
            yield row


def _write(
    model: Model,
    predictions: Iterable[Prediction],
    rejected: list[RejectedRow],
    output: Path | None,
    file_format: str,
    *,
    bom: bool,
    force: bool,
) -> Counts:
    from stance.corpus.writing import ResultWriter, replacing_file
    from stance.model.prediction import BATCH_SIZE, row_columns

    columns, numbers, flags = row_columns(model.labels)
    counts = Counts()
    stream = iter(predictions)
    with ExitStack() as stack:
        if output is None:
            file = sys.stdout.buffer
        else:
            file = stack.enter_context(replacing_file(output, force=force))
        writer = stack.enter_context(
            ResultWriter(file, file_format, columns, numbers=numbers, flags=flags, bom=bom)
        )
        while batch := list(islice(stream, BATCH_SIZE)):
            writer.write([prediction.to_row() for prediction in batch])
            counts.update(batch)
    if output is not None and rejected:
        _write_rejects(rejected, rejects_path(output), force=force)
    return counts


def _write_rejects(rejected: list[RejectedRow], path: Path, *, force: bool) -> None:
    from stance.corpus.writing import ResultWriter, replacing_file

    with replacing_file(path, force=force) as file, ResultWriter(file, "jsonl", ()) as writer:
        writer.write([row.to_row() for row in rejected])


def _show(predictions: Iterable[Prediction]) -> Counts:
    """Print a table as the labels come."""
    screen = console()
    counts = Counts()
    stream = iter(predictions)
    first = True
    while batch := list(islice(stream, TABLE_ROWS)):
        screen.print(_table(batch, screen.width, header=first))
        counts.update(batch)
        first = False
    return counts


def _table(batch: list[Prediction], width: int, *, header: bool) -> object:
    rows = table("label", "prob.", "domain", "id", "headline", numbers=["prob."])
    rows.show_header = header
    label_width = max(len(label) for label in batch[0].probabilities)
    id_width = min(max(len(p.article.id) for p in batch), max(width // 5, 8))
    room = max(width - label_width - id_width - len("prob.") - len("domain") - 10, 16)
    for prediction in batch:
        article = prediction.article
        rows.add_row(
            (prediction.label or NO_LABEL).ljust(label_width),
            f"{prediction.probability:.2f}",
            DOMAIN[prediction.out_of_domain].ljust(len("domain")),
            isolated(article.id, id_width),
            isolated(article.title or article.text[:400], room),
        )
    return rows


def _report(counts: Counts, rejected: list[RejectedRow], output: Path | None) -> None:
    total = counts.labels.total()
    shares = ", ".join(f"{label} {n:,}" for label, n in counts.labels.most_common())
    place = f", written to {output}" if output else ""
    note(f"Labelled {counted(total, 'article')}{place}" + (f": {shares}." if shares else "."))
    if counts.abstained:
        note(f"Gave no label to {counted(counts.abstained, 'article')} below --min-probability.")
    if counts.out_of_domain:
        note(
            f"Flagged {counted(counts.out_of_domain, 'article')} as out_of_domain: unlike anything "
            "that the model was trained on."
        )
    if rejected:
        kept = f" They stand in {rejects_path(output)}." if output else ""
        note(
            f"Set aside {counted(len(rejected), 'row')} that cannot be used:\n{listing(rejected)}"
            + (f"\n{kept.strip()}" if kept else "")
        )
