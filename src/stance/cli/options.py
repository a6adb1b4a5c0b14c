"""Options that several commands share, each written once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stance.corpus.article import FieldMapping
from stance.errors import ConfigError

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


@dataclass(frozen=True)
class CorpusOptions:
    """How a command's articles are read."""

    fields: FieldMapping
    where: dict[str, str]
    input_format: str | None


Command = Callable[..., None]

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
        Annotated[
            str | None,
            typer.Option(
                "--input-format",
                metavar="FORMAT",
                help="txt, jsonl, csv, tsv or parquet, where the file name does not say.",
            ),
        ],
        None,
    ),
}


def _field_options() -> dict[str, tuple[Any, Any]]:
    return {
        f"{field.name}_field": (
            Annotated[
                str,
                typer.Option(
                    f"--{field.name}-field",
                    metavar="NAME",
                    help=f"The corpus's own name of {field.name!r}.",
                    rich_help_panel="Fields",
                ),
            ],
            field.default,
        )
        for field in fields(FieldMapping)
    }


def with_corpus_options(command: Command) -> Command:
    """Give a command the options that say how its articles are read.

    The command takes them as one keyword, ``reading: CorpusOptions``.
    """
    added = {**_READING, **_field_options()}
    signature = inspect.signature(command, eval_str=True)
    own = [p for p in signature.parameters.values() if p.name != "reading"]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in added.items()
    ]

    def wrapper(**values: Any) -> None:
        chosen = {name: values.pop(name) for name in added}
        command(**values, reading=_corpus_options(chosen))

    wrapper.__name__ = command.__name__
    wrapper.__doc__ = command.__doc__
    wrapper.__module__ = command.__module__
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + shared
    wrapper.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
    return wrapper


def _corpus_options(chosen: dict[str, Any]) -> CorpusOptions:
    mapping = {f.name: chosen[f"{f.name}_field"] for f in fields(FieldMapping)}
    where = {}
    for condition in chosen["where"] or []:
        name, equals, value = condition.partition("=")
        if not equals or not name:
            raise ConfigError(
                f"Got --where {condition!r}, but expected FIELD=VALUE such as outlet=SANA."
            )
        where[name] = value
    return CorpusOptions(FieldMapping(**mapping), where, chosen["input_format"])


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
