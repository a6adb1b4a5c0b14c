"""Refusing an output of a command that is one of its inputs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from stance.cli.wrapping import with_signature_of
from stance.errors import OutputError

# The parameters of all commands for inputs and for outputs.
READ = (
    *("inputs", "corpus", "labels", "auxiliary", "always_train", "first", "second", "predictions"),
    *("model", "config", "codebook", "suite", "baseline", "labelled", "results", "lexicon"),
    *("articles", "extend", "design", "coded", "held_out_rows", "adjudicated"),
)
WRITTEN = ("output", "json", "rejects", "held_out", "junit", "html", "adjudicate")
# That of a folder to which files are added.
ADDED_TO = "figures"

# Files that `stance predict` writes beside its output.
BESIDE = (".rejects.jsonl", ".run.json")


def never_overwriting(command: Callable[..., None]) -> Callable[..., None]:
    """Refuse an output that is one of the inputs before a command starts, even with --force."""

    @functools.wraps(command)
    def wrapper(**values: Any) -> None:
        from stance import resources
        from stance.formats.overwriting import refuse_overwriting

        read = [name for parameter in READ for name in _names(values.get(parameter))]
        if "model" in values and values["model"] is None:
            read.append(str(resources.DEFAULT_MODEL))
        written = [name for parameter in WRITTEN for name in _names(values.get(parameter))]
        if "rejects" in values:
            written += [f"{name}{ending}" for name in _names(values["output"]) for ending in BESIDE]
        if written:
            refuse_overwriting(written, read)
        _refuse_adding(values.get(ADDED_TO), read)
        command(**values)

    return with_signature_of(command, wrapper)


def _refuse_adding(folder: Path | None, read: list[str]) -> None:
    """Refuse to put figures into a folder that is an input, such as a model."""
    if folder is None or not folder.is_dir():
        return
    for name in read:
        if Path(name).is_dir() and Path(name).samefile(folder):
            raise OutputError(
                f"Got {folder} for figures, but it is an input, to which nothing is added. Choose "
                "another folder."
            )


def _names(value: Any) -> Iterator[str]:
    """Yield the names in a parameter's value: one, several or none."""
    if isinstance(value, list | tuple):
        for one in value:
            yield from _names(one)
    elif value is not None and not isinstance(value, bool) and str(value) != "-":
        yield str(value)
