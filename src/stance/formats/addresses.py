"""Files that stand elsewhere: any address that fsspec knows, as `s3://bucket/articles.jsonl`."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

from stance.errors import ConfigError, CorpusError, OutputError, StanceError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL = "file://"

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(::[^/]*)?://")


class FileState(NamedTuple):
    """What tells whether a file has changed: its size in bytes (None if unknown) and a version."""

    size: int | None
    version: str


def is_address(name: str) -> bool:
    """Tell whether a name is an address and no path.

    Examples
    --------
    >>> is_address("s3://bucket/a.jsonl"), is_address("C:/a.jsonl"), is_address("a.jsonl")
    (True, False, False)
    """
    return bool(_ADDRESS.match(name))


def as_local(name: str) -> str:
    """Return the path of a ``file://`` address, and any other name as it is."""
    return name[len(LOCAL) :] if name.lower().startswith(LOCAL) else name


def exists_at(address: str) -> bool:
    """Tell whether something stands at an address."""
    with _reached(address) as (system, path):
        return bool(system.exists(path))


def is_folder_at(address: str) -> bool:
    """Tell whether a folder stands at an address."""
    with _reached(address) as (system, path):
        return bool(system.isdir(path)) and not system.isfile(path)


def files_below(address: str) -> list[str]:
    """Return the addresses of all files below a folder, by name."""
    with _reached(address) as (system, path):
        return [system.unstrip_protocol(found) for found in sorted(system.find(path))]


def files_like(address: str) -> list[str]:
    """Return the addresses that a pattern fits, by name."""
    with _reached(address) as (system, path):
        return [system.unstrip_protocol(found) for found in sorted(system.glob(path))]


def state_at(address: str) -> FileState:
    """Return the size and version of a file."""
    with _reached(address) as (system, path):
        size = system.info(path).get("size")
        try:
            version = str(system.ukey(path))
        except (NotImplementedError, AttributeError):
            version = ""
        return FileState(size if isinstance(size, int) else None, version)


def remove_at(address: str) -> None:
    """Remove a file."""
    with _reached(address) as (system, path):
        system.rm_file(path)


def open_at(address: str, mode: str) -> IO[bytes]:
    """Open a file to read (``rb``) or write (``wb``) bytes."""
    with _reached(address) as (system, path):
        return cast("IO[bytes]", system.open(path, mode))


@contextmanager
def writing_at(address: str) -> Iterator[IO[bytes]]:
    """Write a file, which is there when all of it is.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    try:
        with _reached(address) as (system, path), system.open(path, "wb") as file:
            yield file
    except CorpusError as error:
        raise OutputError(str(error)) from error


@contextmanager
def _reached(address: str) -> Iterator[tuple[Any, str]]:
    """Find the file system that an address names, and tell in words what goes wrong on it.

    Raises
    ------
    ConfigError
        If nobody knows its protocol, or the package for it is not installed.
    CorpusError
        If it does not answer, or refuses.
    """
    import fsspec

    try:
        system, path = fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise ConfigError(
            f"Got {address}, but the package for such addresses is not installed: {error}."
        ) from error
    except ValueError as error:
        raise ConfigError(
            f"Got {address}, whose protocol fsspec does not know ({error}). "
            "Check the spelling, or install the package that brings it."
        ) from error
    try:
        yield system, path
    except StanceError:
        raise
    except Exception as error:
        # Every protocol has errors of its own.
        raise CorpusError(
            f"Got {address}, which cannot be reached: {error or type(error).__name__}. "
            "Check the spelling, the network and your rights."
        ) from error
