"""Remote files: any address that fsspec supports, such as `s3://bucket/articles.jsonl`."""

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
    """Size in bytes (None if unknown) and version of a file, to detect changes."""

    size: int | None
    version: str


def is_address(name: str) -> bool:
    """Return whether a name is an address, not a path.

    Examples
    --------
    >>> is_address("s3://bucket/a.jsonl"), is_address("C:/a.jsonl"), is_address("a.jsonl")
    (True, False, False)
    """
    return bool(_ADDRESS.match(name))


def as_local(name: str) -> str:
    """Return the path of a ``file://`` address, and any other name unchanged."""
    return name[len(LOCAL) :] if name.lower().startswith(LOCAL) else name


def exists_at(address: str) -> bool:
    """Return whether an address exists."""
    with _reached(address) as (system, path):
        return bool(system.exists(path))


def is_folder_at(address: str) -> bool:
    """Return whether an address is that of a folder."""
    with _reached(address) as (system, path):
        return bool(system.isdir(path)) and not system.isfile(path)


def files_below(address: str) -> list[str]:
    """Return the addresses of all files below a folder, sorted."""
    with _reached(address) as (system, path):
        return [system.unstrip_protocol(found) for found in sorted(system.find(path))]


def files_like(address: str) -> list[str]:
    """Return the addresses that match a pattern, sorted."""
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
    """Write a file that becomes visible only when it is complete.

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
    """Return the file system of an address; turn its errors into those of the toolkit.

    Raises
    ------
    ConfigError
        If the protocol is unknown, or the package for it is not installed.
    CorpusError
        If the file system does not respond, or denies access.
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
            "Check the spelling, or install the package that provides it."
        ) from error
    try:
        yield system, path
    except StanceError:
        raise
    except Exception as error:
        # Every protocol raises its own errors.
        raise CorpusError(
            f"Got {address}, which cannot be reached: {error or type(error).__name__}. "
            "Check the spelling, the network and your permissions."
        ) from error
