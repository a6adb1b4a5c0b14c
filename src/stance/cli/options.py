"""Options that several commands share, each defined once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stance.cli.console import note
from stance.cli.project import find_project
from stance.cli.wrapping import with_parameters
from stance.corpus.article import FieldMapping
from stance.corpus.keys import tidy
from stance.errors import ConfigError
from stance.formats.diagnosis import in_shell
from stance.formats.source import Source

if TYPE_CHECKING:
    from stance.corpus.splitting import By

ModelOption = Annotated[
    Path | None,
    typer.Option("--model", "-m", help="Model folder.  [default: the one that ships with stance]"),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Settings as TOML; see 'stance config'."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override one setting: features.word.max_n=3. Repeatable.",
    ),
]
JsonOption = Annotated[
    Path | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Write the whole result as JSON; '-' for standard output, without anything else.",
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace existing output.")]
SkipRejectedOption = Annotated[
    bool,
    typer.Option("--skip-rejected", help="Continue without the rows that cannot be used."),
]
JobsOption = Annotated[
    int,
    typer.Option(
        "--jobs",
        "-j",
        min=-1,
        help="Number of processes for training and explaining, or of threads for labelling; -1 for "
        "one per core.",
    ),
]
SliceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--slice",
        metavar="FIELD",
        help="Report scores for each value of a field: outlet, year, month, period, kind (headline "
        "or article), any field of the files, or two crossed (kind:period). Repeatable.",
    ),
]
PeriodStartOption = Annotated[
    list[str] | None,
    typer.Option(
        "--period-start",
        metavar="DAY",
        help="First day of a period for --slice period. Repeatable.  [default: the days on which "
        "the codebook's labels change their meaning]",
    ),
]
CodebookOption = Annotated[
    Path | None,
    typer.Option("--codebook", help="Definitions of the labels, as TOML; others are refused."),
]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="PROTOCOL",
        help="What training and test must not share: outlet, event, time or random.  "
        "[default: the outlet if the corpus has outlets]",
    ),
]
AuxiliaryOption = Annotated[
    list[str] | None,
    typer.Option(
        "--auxiliary",
        metavar="CORPUS",
        help="Also train on articles labelled for another question: other targets or other labels. "
        "Repeatable.",
    ),
]
AlwaysTrainOption = Annotated[
    list[str] | None,
    typer.Option(
        "--always-train",
        metavar="CORPUS",
        help="Also train on these labelled articles, and never hold one out: written or augmented "
        "ones. Repeatable.",
    ),
]
AuthorOption = Annotated[
    str | None, typer.Option("--author", metavar="NAME", help="Author of the model, for its card.")
]
LicenceOption = Annotated[
    str | None,
    typer.Option("--licence", metavar="NAME", help="Licence of the model, for its card."),
]
NoteOption = Annotated[
    list[str] | None,
    typer.Option("--note", metavar="TEXT", help="A remark for the model's card. Repeatable."),
]
CorpusArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="CORPUS",
        help="Labelled articles: files, folders of .txt, dataset:NAME[/SPLIT], or - for standard "
        "input.",
    ),
]
AnyCorpusArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="CORPUS",
        help="Articles, labelled or not: files, folders of .txt, dataset:NAME[/SPLIT], or - for "
        "standard input.",
    ),
]


Command = Callable[..., None]

DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


def _text_option(flag: str, metavar: str, text: str) -> Any:
    return Annotated[
        str | None, typer.Option(flag, metavar=metavar, help=text, rich_help_panel="Reading")
    ]


_READING = {
    "where": (
        Annotated[
            list[str] | None,
            typer.Option(
                "--where",
                metavar="FIELD=VALUE",
                help="Only rows whose field has this value. Repeatable: values of one field are "
                "alternatives, several fields must all match.",
            ),
        ],
        None,
    ),
    "input_format": (
        _text_option(
            "--input-format",
            "FORMAT",
            "txt, jsonl, json, csv, tsv, parquet or xlsx.  [default: by name and content]",
        ),
        None,
    ),
    "encoding": (
        _text_option(
            "--encoding",
            "NAME",
            "Encoding of files that are not in UTF-8, such as windows-1256 or utf-16.  [default: "
            "detected]",
        ),
        None,
    ),
    "delimiter": (
        _text_option(
            "--delimiter",
            "SIGN",
            "Separator of the columns of a table: ',' ';' '|' or tab.  [default: detected]",
        ),
        None,
    ),
    "sheet": (
        _text_option(
            "--sheet", "NAME", "Sheet of an Excel workbook.  [default: the first visible]"
        ),
        None,
    ),
    "date_order": (
        _text_option("--date-order", "ORDER", "dmy or mdy, for dates such as 03/04/2019."),
        None,
    ),
}


FIELDS = tuple(field.name for field in fields(FieldMapping))

# Names of the parameters for input files.
INPUTS = ("inputs", "corpus", "labels")


def _field_options(names: Sequence[str]) -> dict[str, tuple[Any, Any]]:
    return {
        f"{field.name}_field": (
            Annotated[
                str | None,
                typer.Option(
                    f"--{field.name}-field",
                    metavar="NAME",
                    help=f"The name of {field.name!r} in the corpus.  [default: {field.default}]",
                    rich_help_panel="Fields",
                ),
            ],
            None,
        )
        for field in fields(FieldMapping)
        if field.name in names
    }


def with_corpus_options(command: Command) -> Command:
    """Add the options that say how articles are read to a command.

    The command takes them as one keyword, ``reading: Source``, without files.
    Options that are not given are taken from the project file beside the first
    input.
    """
    return _with_options(command, {**_READING, **_field_options(FIELDS)})


def with_label_options(command: Command) -> Command:
    """Add the reading options to a command that reads labels without texts."""
    stored = {name: _READING[name] for name in _READING if name not in {"where", "date_order"}}
    return _with_options(command, {**stored, **_field_options(("id", "label"))})


def _with_options(command: Command, added: dict[str, tuple[Any, Any]]) -> Command:
    def wrapper(**values: Any) -> None:
        chosen = {name: values.pop(name) for name in added}
        optional: set[str] = set()
        inputs = next((values[name] for name in INPUTS if name in values), None)
        project = None if inputs is None else find_project(inputs)
        if project is not None:
            taken = {k: v for k, v in project.not_given(chosen).items() if k in added}
            if taken and not values.get("quiet"):
                note(f"Options from {project.path}: {as_flags(taken)}")
            chosen |= taken
            optional = {name.removesuffix("_field") for name in taken}
        command(**values, reading=_source(chosen, frozenset(optional)))

    return with_parameters(command, wrapper, added, instead_of="reading")


def as_flags(options: Mapping[str, str]) -> str:
    """Format options as on the command line."""
    return " ".join(
        f"--{name.replace('_', '-')} {in_shell(value)}" for name, value in options.items()
    )


def _source(chosen: dict[str, Any], optional: frozenset[str]) -> Source:
    names = {name: chosen.get(f"{name}_field") for name in FIELDS}
    mapping = FieldMapping(**{ours: tidy(theirs) for ours, theirs in names.items() if theirs})
    where: dict[str, list[str]] = {}
    for condition in chosen.get("where") or []:
        name, equals, value = condition.partition("=")
        if not equals or not name:
            raise ConfigError(
                f"Got --where {condition!r}, but expected FIELD=VALUE such as outlet=SANA."
            )
        where.setdefault(tidy(name), []).append(value)
    delimiter = chosen["delimiter"]
    return Source(
        fields=mapping,
        where=where,
        input_format=chosen["input_format"],
        encoding=chosen["encoding"],
        delimiter=DELIMITERS.get(delimiter, delimiter) if delimiter else None,
        sheet=chosen["sheet"],
        date_order=chosen.get("date_order"),
        optional=optional,
    )


def parse_by(text: str | None) -> By | None:
    """Return the protocol of ``--by``; None if it was not given.

    Raises
    ------
    ConfigError
        If the protocol is unknown.
    """
    from stance.corpus.splitting import PROTOCOLS

    protocol = next((known for known in PROTOCOLS if known == text), None)
    if text is not None and protocol is None:
        raise ConfigError(f"Got --by {text}, but expected one of {', '.join(PROTOCOLS)}.")
    return protocol
