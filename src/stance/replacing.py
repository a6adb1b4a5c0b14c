"""Atomic writes: files and folders that get their name only when they are complete."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from stance.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator


def refuse_existing(target: Path, *, force: bool) -> None:
    """Refuse to overwrite an existing file or folder.

    Raises
    ------
    OutputError
        If the target exists and `force` is off.
    """
    if os.path.lexists(target) and not force:
        raise OutputError(
            f"Got {target} as output, but it already exists. "
            "Choose another name, or give --force to replace it."
        )


def check_file_target(target: Path, *, force: bool) -> None:
    """Refuse an output file that cannot be written, before the work and not after it.

    Raises
    ------
    OutputError
        If the target exists and `force` is off, is not a regular file, or its
        folder does not exist.
    """
    refuse_existing(target, force=force)
    if target.exists() and not target.is_file():
        kind = "a folder" if target.is_dir() else "a device or a pipe"
        raise OutputError(
            f"Got {target} as output, but it is {kind}, which a file cannot replace. "
            "Give the name of a file."
        )
    if not target.parent.is_dir():
        raise OutputError(
            f"Got {target} as output, but the folder {target.parent} does not exist. Create it, or "
            "choose another folder."
        )


@contextmanager
def replacing_file(target: str | Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """Open a temporary file that replaces the target when it is complete.

    Parameters
    ----------
    target : path
        The path of the finished file.
    force : bool
        Whether to replace an existing file.

    Yields
    ------
    binary file

    Raises
    ------
    OutputError
        If the target exists and `force` is off, or cannot be written.
    """
    target = Path(target)
    check_file_target(target, force=force)
    with unwritable(target):
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".stance-")
    beside = Path(name)
    try:
        with unwritable(target, beside), os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with unwritable(target):
            beside.chmod(0o666 & ~_umask())
            # Another process may have created the file in the meantime.
            refuse_existing(target, force=force)
            beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def replacing_folder(target: str | Path, *, force: bool = False) -> Iterator[Path]:
    """Fill a temporary folder that replaces the target when it is complete.

    Yields
    ------
    Path
        An empty folder beside the target.

    Raises
    ------
    OutputError
        If the target exists and `force` is off, or cannot be written.
    """
    target = Path(target)
    refuse_existing(target, force=force)
    with unwritable(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=target.parent, prefix=".stance-"))
    try:
        with unwritable(target, beside):
            yield beside
        with unwritable(target):
            refuse_existing(target, force=force)
            beside.chmod(0o777 & ~_umask())
            swap_folder(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def swap_folder(new: Path, target: Path) -> None:
    """Replace a folder by another; the old one is removed only after the new one is in place."""
    if not os.path.lexists(target):
        new.rename(target)
        return
    old = Path(tempfile.mkdtemp(dir=target.parent, prefix=".stance-"))
    try:
        target.rename(old / "replaced")
        try:
            new.rename(target)
        except BaseException:
            (old / "replaced").rename(target)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def unwritable(target: Path | str, written: Path | None = None) -> Iterator[None]:
    """Turn a failure to write into an `OutputError`.

    An error about any file other than the target and its temporary file is
    raised unchanged.
    """
    try:
        yield
    except OSError as error:
        elsewhere = written and error.filename and not _is_below(error.filename, written)
        if elsewhere:
            raise
        raise OutputError(
            f"Got {target} as output, but it cannot be written: {error.strerror or error}. "
            "Check that the folder exists, that you may write to it and that the disk is not full."
        ) from error


def _is_below(name: str | bytes, folder: Path) -> bool:
    return Path(os.fsdecode(name)).is_relative_to(folder)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
