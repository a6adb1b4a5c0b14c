"""Options that several commands share, each written once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stance.cli.console import note
from stance.cli.project import find_project
from stance.corpus.article import FieldMapping
from stance.corpus.keys import tidy
from stance.errors import ConfigError
from stance.formats.diagnosis import in_shell
from stance.formats.source import Source

if TYPE_CHECKING:
    from stance.corpus.splitting import By

ModelOption = Annotated[
    Path | None,
    typer.Option("--model", "-m", help="Model folder.  [default: the one shipped with stance]"),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Settings as TOML; 'stance config' writes all of them."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override one setting: features.word.max_n=3"),
]
JsonOption = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON too.")
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Replace an output that exists already.")
]
SkipRejectedOption = Annotated[
    bool,
    typer.Option("--skip-rejected", help="Go on without the rows that cannot be used."),
]
JobsOption = Annotated[
    int, typer.Option("--jobs", "-j", min=-1, help="Processes to train in; -1: one for each core.")
]
SliceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--slice",
        metavar="FIELD",
        help="Score each of its values by itself: outlet, year, any field of the files.",
    ),
]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="PROTOCOL",
        help="What training and test may not share: outlet, event, time or random.  "
        "[default: the outlet where the corpus has one]",
    ),
]
AuxiliaryOption = Annotated[
    list[str] | None,
    typer.Option(
        "--auxiliary",
        metavar="CORPUS",
        help="Articles labelled for another question, about other targets or with other labels, "
        "to learn from besides; may be repeated.",
    ),
]
CorpusArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="CORPUS",
        help="Labelled articles: files, folders of .txt, dataset:NAME[/SPLIT], or - for standard "
        "input.",
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
                "--where", metavar="FIELD=VALUE", help="Only rows whose field has this value."
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
            "Such as windows-1256 or utf-16, of files that are not in UTF-8.  [default: found out]",
        ),
        None,
    ),
    "delimiter": (
        _text_option(
            "--delimiter",
            "SIGN",
            "What stands between the columns of a table: ',' ';' '|' or tab.  [default: found out]",
        ),
        None,
    ),
    "sheet": (
        _text_option(
            "--sheet", "NAME", "The sheet of an Excel workbook.  [default: the first visible]"
        ),
        None,
    ),
    "date_order": (
        _text_option("--date-order", "ORDER", "dmy or mdy, for dates such as 03/04/2019."),
        None,
    ),
}


FIELDS = tuple(field.name for field in fields(FieldMapping))

# What commands call the files that they are given.
INPUTS = ("inputs", "corpus", "labels")


def _field_options(names: Sequence[str]) -> dict[str, tuple[Any, Any]]:
    return {
        f"{field.name}_field": (
            Annotated[
                str | None,
                typer.Option(
                    f"--{field.name}-field",
                    metavar="NAME",
                    help=f"The corpus's own name of {field.name!r}.  [default: {field.default}]",
                    rich_help_panel="Fields",
                ),
            ],
            None,
        )
        for field in fields(FieldMapping)
        if field.name in names
    }


def with_corpus_options(command: Command) -> Command:
    """Give a command the options that say how its articles are read.

    The command takes them as one keyword, ``reading: Source``, which names no
    files yet. What they leave open is taken from the project file beside the
    first of its inputs.
    """
    return _with_options(command, {**_READING, **_field_options(FIELDS)})


def with_label_options(command: Command) -> Command:
    """Give a command that reads labels without texts the options that apply to it."""
    stored = {name: _READING[name] for name in _READING if name not in {"where", "date_order"}}
    return _with_options(command, {**stored, **_field_options(("id", "label"))})


def _with_options(command: Command, added: dict[str, tuple[Any, Any]]) -> Command:
    signature = inspect.signature(command, eval_str=True)
    own = [p for p in signature.parameters.values() if p.name != "reading"]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in added.items()
    ]

    def wrapper(**values: Any) -> None:
        chosen = {name: values.pop(name) for name in added}
        optional: set[str] = set()
        inputs = next((values[name] for name in INPUTS if name in values), None)
        project = None if inputs is None else find_project(inputs)
        if project is not None:
            taken = {k: v for k, v in project.unsaid(chosen).items() if k in added}
            if taken and not values.get("quiet"):
                note(f"Taken from {project.path}: {as_flags(taken)}")
            chosen |= taken
            optional = {name.removesuffix("_field") for name in taken}
        command(**values, reading=_source(chosen, frozenset(optional)))

    wrapper.__name__ = command.__name__
    wrapper.__doc__ = command.__doc__
    wrapper.__module__ = command.__module__
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + shared
    wrapper.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
    return wrapper


def as_flags(options: Mapping[str, str]) -> str:
    """Write options as they would be given on the command line."""
    return " ".join(
        f"--{name.replace('_', '-')} {in_shell(value)}" for name, value in options.items()
    )


def _source(chosen: dict[str, Any], optional: frozenset[str]) -> Source:
    names = {name: chosen.get(f"{name}_field") for name in FIELDS}
    mapping = FieldMapping(**{ours: tidy(theirs) for ours, theirs in names.items() if theirs})
    where = {}
    for condition in chosen.get("where") or []:
        name, equals, value = condition.partition("=")
        if not equals or not name:
            raise ConfigError(
                f"Got --where {condition!r}, but expected FIELD=VALUE such as outlet=SANA."
            )
        where[tidy(name)] = value
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
    """Return the protocol that ``--by`` names; None where it is left to the corpus.

    Raises
    ------
    ConfigError
        If it names none.
    """
    from stance.corpus.splitting import PROTOCOLS

    protocol = next((known for known in PROTOCOLS if known == text), None)
    if text is not None and protocol is None:
        raise ConfigError(f"Got --by {text}, but expected one of {', '.join(PROTOCOLS)}.")
    return protocol
