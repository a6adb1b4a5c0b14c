"""`stance annotate`: articles out to annotation tools, and annotations back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import note
from stance.cli.corpus import note_all
from stance.cli.guarded import guarded
from stance.cli.options import ForceOption, JsonOption, with_corpus_options
from stance.cli.predict import BomOption, EscapeFormulasOption
from stance.cli.reports import STDOUT
from stance.cli.row_reports import ROW_FORMATS, RowReportTarget
from stance.errors import ConfigError, CorpusError
from stance.formats.annotation.codecs import TOOLS, tool
from stance.formats.source import Source
from stance.formats.writing import OUTPUT_FORMATS
from stance.reporting.phrases import counted
from stance.reporting.reading import listing, storage_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.corpus.codebook import Codebook
    from stance.formats.annotation.articles import AnnotatedArticles
    from stance.formats.annotation.codecs import Tool
    from stance.formats.annotation.importing import ImportedAnnotations
    from stance.formats.annotation.records import CodingTask
    from stance.formats.inputs import PlannedInput
    from stance.reporting.html.page import Page

ArticlesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="ARTICLES",
        help="Articles to annotate: what 'stance sample' wrote, or any articles.",
    ),
]
FilesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="What annotation tools exported, of several rounds and coders; or tables with a row "
        "for each label.",
    ),
]
ToOption = Annotated[
    str,
    typer.Option("--to", metavar="TOOL", help=f"{', '.join(one.name for one in TOOLS)}."),
]
ExportOutputOption = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE", help="File for the tool.")
]
ImportOutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="File for the annotations: .csv, .jsonl or .parquet.  [default: only the report]",
    ),
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help=f"Format of the file: {', '.join(ROW_FORMATS)}.  [default: by the extension of FILE]",
    ),
]
CodebookOption = Annotated[
    Path | None,
    typer.Option("--codebook", help="Definitions of the labels, as TOML; others are refused."),
]
LabelOption = Annotated[
    list[str] | None,
    typer.Option(
        "--label",
        metavar="NAME",
        help="A label to choose from. Repeatable.  [default: those of the codebook or ARTICLES]",
    ),
]
QuestionOption = Annotated[
    str, typer.Option("--question", metavar="TEXT", help="What annotators are asked.")
]
LanguageOption = Annotated[
    str, typer.Option("--language", metavar="NAME", help="Language of the interface: ar or en.")
]
ShowOption = Annotated[
    bool,
    typer.Option(
        "--show-predictions",
        help="Send what models said too. Annotators who see it agree with it too often.",
    ),
]
SeveralOption = Annotated[
    str,
    typer.Option(
        "--several",
        metavar="WHAT",
        help="What becomes of several labels for one article: first, split (a row for each), drop "
        "or refuse.",
    ),
]
AnnotatorOption = Annotated[
    list[str] | None,
    typer.Option(
        "--annotator",
        metavar="OLD=NEW",
        help="A new name of an annotator, such as 1=amal: Label Studio writes numbers. Repeatable.",
    ),
]

AdjudicatedOption = Annotated[
    Path | None,
    typer.Option(
        "--adjudicated",
        metavar="FILE",
        help="The decisions in a file of 'stance agreement --adjudicate'. Each article then gets "
        "one row: with the decided label, or the one that all annotators gave.",
    ),
]
MajorityOption = Annotated[
    bool,
    typer.Option(
        "--majority",
        help="One row for each article: the label of more than half of its annotators, where "
        "nothing was decided.",
    ),
]

app = typer.Typer(
    help="Articles out to annotation tools, and annotations back: export, import.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@with_corpus_options
def export_command(
    inputs: ArticlesArgument,
    to: ToOption,
    output: ExportOutputOption,
    codebook: CodebookOption = None,
    label: LabelOption = None,
    question: QuestionOption = "",
    language: LanguageOption = "ar",
    show_predictions: ShowOption = False,
    force: ForceOption = False,
    *,
    reading: Source,
) -> None:
    """Write articles for an annotation tool.

    Ids, inclusion probabilities and all fields come back with the annotations. Near-duplicates
    ('same_as') are not annotated; they get the label of the article that they name.
    """
    from stance.formats.annotation.articles import read_annotated

    chosen, book = tool(to), _codebook(codebook)
    targets = chosen.targets(output)
    _check_targets(targets, force=force)
    planned: dict[str, PlannedInput] = {}
    found = read_annotated(
        reading.reading(inputs),
        show_predictions=show_predictions,
        on_input=lambda one: planned.setdefault(one.name, one),
    )
    note_all(storage_lines([*planned.values()]))
    if found.rejected:
        rows = listing(found.rejected, len(found.rejected))
        note(f"Skipped {counted(len(found.rejected), 'row')} that cannot be used:\n{rows}")
    if not found.annotations:
        raise CorpusError(f"Got {', '.join(inputs)} without an article, but expected one or more.")
    task = _task(found, label or (), book, question, language)
    _write(chosen, found, task, targets, force=force)
    _tell(chosen, found, task, targets)


def _check_targets(targets: Sequence[Path], *, force: bool) -> None:
    from stance.replacing import check_file_target

    for target in targets:
        if str(target) == STDOUT:
            raise ConfigError("Got -o -, but the file of a tool needs a name. Give -o FILE.")
        check_file_target(target, force=force)


def _codebook(path: Path | None) -> Codebook | None:
    from stance.corpus.codebook import Codebook

    return None if path is None else Codebook.read(path)


def _task(
    found: AnnotatedArticles,
    labels: Sequence[str],
    codebook: Codebook | None,
    question: str,
    language: str,
) -> CodingTask:
    from stance.formats.annotation.coding_task import QUESTIONS, coding_task

    known = next((one for one in QUESTIONS if one == language), None)
    if known is None:
        raise ConfigError(f"Got --language {language}, but expected {' or '.join(QUESTIONS)}.")
    of_file = dict.fromkeys(label for one in found.annotations for label in one.labels)
    names = labels or ([] if codebook else sorted(of_file))
    return coding_task(names, codebook, question=question, language=known)


def _write(
    chosen: Tool,
    found: AnnotatedArticles,
    task: CodingTask,
    targets: Sequence[Path],
    *,
    force: bool,
) -> None:
    from stance.replacing import replacing_file

    with replacing_file(targets[0], force=force) as file:
        chosen.codec.write(found.annotations, task, file)
    for target, content in zip(
        targets[1:], chosen.companions(found.annotations, task), strict=True
    ):
        with replacing_file(target, force=force) as file:
            file.write(content)


def _tell(
    chosen: Tool, found: AnnotatedArticles, task: CodingTask, targets: Sequence[Path]
) -> None:
    from stance.formats.annotation.articles import by_article

    articles = counted(len(by_article(found.annotations)), "article")
    labels = ", ".join(choice.name for choice in task.labels)
    note(f"Wrote {articles} for {chosen.title} to {targets[0]}. Labels: {labels}.")
    if found.n_duplicates:
        note(
            "Near-duplicates that get the label of another article on import: "
            f"{found.n_duplicates:,}."
        )
    for target in targets[1:]:
        note(f"Wrote {target}: {chosen.companion_use}")


@with_corpus_options
def import_command(
    inputs: FilesArgument,
    output: ImportOutputOption = None,
    codebook: CodebookOption = None,
    several: SeveralOption = "refuse",
    annotator: AnnotatorOption = None,
    adjudicated: AdjudicatedOption = None,
    majority: MajorityOption = False,
    file_format: FormatOption = None,
    bom: BomOption = False,
    escape_formulas: EscapeFormulasOption = None,
    json: JsonOption = None,
    force: ForceOption = False,
    *,
    reading: Source,
) -> None:
    """Read what annotation tools exported as one table, with a row for each annotation.

    Each file is recognised by its content. If an annotator annotated an article twice, the
    later annotation counts.
    """
    from stance.formats.annotation.importing import read_annotations
    from stance.reporting.annotation import report

    target = _target(
        output, file_format, json, force=force, bom=bom, escape_formulas=escape_formulas
    )
    found = read_annotations(
        inputs,
        codebook=_codebook(codebook),
        several=several,
        annotators=_new_names(annotator or ()),
        source=reading,
    )
    if adjudicated is not None or majority:
        found = _resolved(found, adjudicated, majority=majority)
    has_file = target.row_format is not None and str(output) != STDOUT
    name = str(output) if has_file else None
    target.write(found, lambda: report(found, name), lambda: report(found, name), _no_page)


def _resolved(
    found: ImportedAnnotations, adjudicated: Path | None, *, majority: bool
) -> ImportedAnnotations:
    """Return one annotation for each article, and say how its label was chosen."""
    from dataclasses import replace

    from stance.formats.annotation.adjudication import read_decisions, resolve

    decisions = None if adjudicated is None else read_decisions(Source.of([adjudicated], {}))
    chosen = resolve(found.annotations, decisions, majority=majority)
    note(
        f"One label for each article: {chosen.n_adjudicated:,} adjudicated, {chosen.n_agreed:,} "
        f"that all annotators gave, {chosen.n_majority:,} by majority."
    )
    if chosen.left_out:
        note(
            f"Without a label, since annotators differ: {counted(len(chosen.left_out), 'article')} "
            f"(the first: {chosen.left_out[0]}). Decide them with 'stance agreement --adjudicate'."
        )
    return replace(found, annotations=chosen.annotations)


def _new_names(pairs: Sequence[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        old, equals, new = pair.partition("=")
        if not (old and equals and new):
            raise ConfigError(f"Got --annotator {pair!r}, but expected OLD=NEW such as 1=amal.")
        found[old] = new
    return found


def _target(
    output: Path | None,
    file_format: str | None,
    json: Path | None,
    *,
    force: bool,
    bom: bool,
    escape_formulas: bool | None,
) -> RowReportTarget:
    if output is None and file_format is not None:
        raise ConfigError(f"Got --format {file_format} without -o FILE. Give both.")
    if output is not None and file_format is None:
        file_format = OUTPUT_FORMATS.get(output.suffix.lower())
    if output is not None and file_format not in ROW_FORMATS:
        raise ConfigError(
            f"Got {output} as the file of annotations, but expected {', '.join(OUTPUT_FORMATS)}. "
            "Rename it, or give --format."
        )
    return RowReportTarget.of(
        output, file_format, bom=bom, escape_formulas=escape_formulas, json=json, force=force
    )


def _no_page() -> Page:
    raise ConfigError("Got a page of annotations, but there is none. Read the report.")


app.command("export")(guarded(export_command))
app.command("import")(guarded(import_command))
