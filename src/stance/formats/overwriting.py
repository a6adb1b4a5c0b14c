"""Detecting that an output is one of the inputs, whatever path it is named by."""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import TYPE_CHECKING

from stance.datasets.files import dataset_folder
from stance.datasets.records import is_dataset_name, parse_dataset_name
from stance.errors import OutputError
from stance.formats.addresses import as_local, is_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# The device and inode number, which identify a file or folder.
Identity = tuple[int, int]


def refuse_overwriting(outputs: Iterable[str | Path], inputs: Iterable[str | Path]) -> None:
    """Refuse to overwrite an input, or a folder that contains one.

    Parameters
    ----------
    outputs : iterable of str or Path
        Files or folders that will be written; those that do not exist yet
        replace nothing.
    inputs : iterable of str or Path
        Files, folders, globs, addresses or public data sets that are read.

    Raises
    ------
    OutputError
        If an output is an input (also by another relative path, a link, a hard
        link or another letter case), or is a folder that contains an input.
    """
    names = [as_local(str(name)) for name in inputs]
    addresses = {_plain(name) for name in names if is_address(name)}
    files = {found: name for name in names for found in _identities(name)}
    for given in map(str, outputs):
        output = as_local(given)
        if is_address(output):
            taken = next((name for name in addresses if name == _plain(output)), None)
        else:
            taken = _taken(output, files, names)
        if taken is not None:
            raise OutputError(
                f"Got {given} as output, but it is (or holds) the input {taken}, which is never "
                "replaced. Choose another name for the output."
            )


def _taken(output: str, files: dict[Identity, str], names: list[str]) -> str | None:
    """Return the input that an output would replace, if there is one."""
    found = _identity(output)
    if found is None:
        return None
    if found in files:
        return files[found]
    if not Path(output).is_dir():
        return None
    return next((name for name in names if found in _folders_above(name)), None)


def _identity(name: str | Path) -> Identity | None:
    try:
        state = os.stat(name)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return state.st_dev, state.st_ino


def _identities(name: str) -> Iterator[Identity]:
    """Yield the identities of an input's files, including all files below a folder."""
    for path in _paths(name):
        inner = path.rglob("*") if path.is_dir() else ()
        for one in (path, *inner):
            if (found := _identity(one)) is not None:
                yield found


def _paths(name: str) -> list[Path]:
    if is_address(name):
        return []
    if is_dataset_name(name):
        folder = dataset_folder(parse_dataset_name(name).dataset)
        return [folder] if folder.is_dir() else []
    try:
        if Path(name).exists():
            return [Path(name)]
    except (OSError, ValueError):
        return []
    return [Path(found) for found in glob.glob(name, recursive=True)]  # noqa: PTH207


def _folders_above(name: str) -> set[Identity]:
    found = {
        _identity(folder)
        for path in _paths(name)
        for start in (path.absolute(), path.resolve())
        for folder in start.parents
    }
    return {identity for identity in found if identity is not None}


def _plain(address: str) -> str:
    return address.rstrip("/")
