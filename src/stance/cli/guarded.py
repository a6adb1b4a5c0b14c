"""Wrappers around all commands: --quiet, protected inputs, errors about lists."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from stance.cli.console import quietly
from stance.cli.overwriting import never_overwriting
from stance.cli.streams import ending_with_the_reader
from stance.cli.wrapping import with_parameters, with_signature_of
from stance.errors import StanceError

# Parameters that take a list, with one value for each use of the option.
LISTS = {
    "actor": "--actor",
    "annotators": "--annotator",
    "keep": "--keep",
    "label": "--label",
    "order": "--order",
    "slices": "--slice",
    "strata": "--by",
    "task": "--task",
    "voice": "--voice",
}

QuietOption = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Print only errors; the result itself is not affected."),
]


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Wrap a command with the behaviour that all commands share."""
    return _quietable(ending_with_the_reader(never_overwriting(_explaining_lists(command))))


def _quietable(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--quiet`` to a command, unless it has its own."""
    if "quiet" in inspect.signature(command).parameters:
        return command

    def wrapper(*, quiet: bool, **values: Any) -> None:
        with quietly(quiet=quiet):
            command(**values)

    return with_parameters(command, wrapper, {"quiet": (QuietOption, False)})


def _explaining_lists(command: Callable[..., None]) -> Callable[..., None]:
    """Add a hint on repeating the option to an error about a value with commas."""

    @functools.wraps(command)
    def wrapper(**values: Any) -> None:
        try:
            command(**values)
        except StanceError as error:
            hint = _hint(values, str(error))
            if hint is None:
                raise
            raise type(error)(f"{error} {hint}") from error

    return with_signature_of(command, wrapper)


def _hint(values: dict[str, Any], message: str) -> str | None:
    for parameter, option in LISTS.items():
        for value in values.get(parameter) or ():
            if "," in value and value in message:
                each = " ".join(f"{option} {part.strip()}" for part in value.split(","))
                return f"To give several values, repeat the option: {each}"
    return None
