"""The target of a run: a file or a folder of parts, local or remote."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from stance.errors import ConfigError, OutputError
from stance.formats.addresses import as_local, exists_at, files_below, is_address, remove_at
from stance.formats.input_file import COMPRESSIONS, is_folder
from stance.formats.overwriting import refuse_overwriting
from stance.formats.writing import OUTPUT_FORMATS, output_format
from stance.labelling.journal import WorkFolder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

RECEIPT = ".run.json"
REJECTS = ".rejects.jsonl"
PART_ROWS = 100_000

_PART = re.compile(r"part-\d{5,}\.\w+(\.\w+)?")


@dataclass(frozen=True)
class Target:
    """The output of a run.

    Parameters
    ----------
    name : str
        A path or an address, without a trailing slash.
    format : {"jsonl", "csv", "parquet"}
    compression : {"", ".gz", ".bz2", ".xz", ".zst"}
    in_parts : bool
        Whether it is a folder of parts.
    rejects : str
        Path or address of the file of rejected rows.
    """

    name: str
    format: str
    compression: str
    in_parts: bool
    rejects: str

    @property
    def receipt(self) -> str:
        """Path or address of the receipt."""
        return self.name + RECEIPT

    @property
    def is_remote(self) -> bool:
        """Whether it is at an address."""
        return is_address(self.name)

    @property
    def work_folder(self) -> Path:
        """The hidden folder of an unfinished run: beside the output, or in the user's cache."""
        path = Path(self.name)
        own = self.name if self.is_remote else path.name
        # A hash, because the output's name may already have the maximum length of a file name.
        key = hashlib.sha256(own.encode(errors="surrogateescape")).hexdigest()[:16]
        if not self.is_remote:
            return path.parent / f".stance-run-{key}"
        return user_cache_path("stance") / "runs" / key

    def part_name(self, n: int) -> str:
        """Return the name of a part within the folder."""
        return f"part-{n:05d}.{self.format}{self.compression}"

    def part(self, n: int) -> str:
        """Return the path or address of a part, or of the only file."""
        return f"{self.name}/{self.part_name(n)}" if self.in_parts else self.name


def choose_target(name: str, file_format: str | None, rejects: str | None = None) -> Target:
    """Return the target for an output name.

    A name that ends in a slash, or is that of an existing folder, is a folder
    of parts, in Parquet by default; any other name is a file with a format and
    compression by its extension.

    Raises
    ------
    ConfigError
        If the format is unknown, or Parquet would be compressed twice.
    """
    local = as_local(name)
    bare = local.rstrip("/") or local
    if local.endswith("/") or is_folder(local):
        file_format = output_format(None, file_format or "parquet")
        return Target(bare, file_format, "", True, as_local(rejects or bare + REJECTS))
    suffix = Path(bare).suffix.lower()
    compression = suffix if suffix in COMPRESSIONS else ""
    plain = Path(bare).with_suffix("") if compression else Path(bare)
    if compression and plain.suffix.lower() not in OUTPUT_FORMATS and file_format is None:
        plain = Path(bare)
    chosen = output_format(plain, file_format)
    if chosen == "parquet" and compression:
        raise ConfigError(
            f"Got {name} as output, but Parquet is compressed internally. Remove {compression}."
        )
    return Target(bare, chosen, compression, False, as_local(rejects or bare + REJECTS))


def exists(name: str) -> bool:
    """Return whether a path or an address exists."""
    if is_address(name):
        return exists_at(name)
    return os.path.lexists(name)


def refuse_unless(target: Target, *, resume: bool, force: bool) -> None:
    """Refuse an output to which a run can be neither started nor resumed.

    Raises
    ------
    OutputError
        If the output exists, or has an unfinished run.
    """
    work = WorkFolder(target.work_folder)
    if resume and (work.exists or exists(target.receipt)):
        return
    if work.exists and not force:
        raise OutputError(
            f"Got {target.name} as output, which has an unfinished run (in {work.path}). "
            "Give --resume to continue it, or --force to start again."
        )
    refuse_taken(target, force=force)


def refuse_taken(target: Target, *, force: bool) -> None:
    """Refuse an output that exists and may not be replaced.

    Raises
    ------
    OutputError
        If the output, its rejects or its receipt exist and `force` is off, or
        if the existing output was not written by such a run.
    """
    for name in (target.name, target.rejects, target.receipt):
        if exists(name) and not force and not (name == target.name and is_empty_folder(name)):
            raise OutputError(
                f"Got {name} as output, but it already exists. Choose another name, give --force "
                "to replace it, or --resume to continue a run that was stopped."
            )
    refuse_irreplaceable(target)


def refuse_irreplaceable(target: Target) -> None:
    """Refuse to replace anything but a file, or a folder with only parts.

    Raises
    ------
    OutputError
        If the target is anything else.
    """
    if target.is_remote or not exists(target.name):
        return
    path = Path(target.name)
    if target.in_parts and path.is_dir():
        strange = next((p.name for p in path.iterdir() if not _PART.fullmatch(p.name)), None)
        if strange is not None:
            raise OutputError(
                f"Got the folder {path} as output, but it contains {strange}, which is not a part "
                "of an output and is never replaced. Choose another name."
            )
    elif target.in_parts or not (path.is_file() or path.is_symlink()):
        kind = (
            "a folder"
            if path.is_dir()
            else "not a folder"
            if target.in_parts
            else "a device or a pipe"
        )
        raise OutputError(
            f"Got {path} as output, but it is {kind}, which cannot be replaced. "
            "Choose another name."
        )


def refuse_input(target: Target, inputs: Iterable[str]) -> None:
    """Refuse to write over an input.

    Raises
    ------
    OutputError
        If an output is an input, whatever path it is named by.
    """
    refuse_overwriting((target.name, target.rejects, target.receipt), inputs)


def is_empty_folder(name: str) -> bool:
    """Return whether a name is that of an empty folder, which may be filled."""
    return not is_address(name) and Path(name).is_dir() and not any(Path(name).iterdir())


def remove_other_parts(target: Target, names: Collection[str]) -> None:
    """Remove the remaining parts of a replaced output from an address.

    Parameters
    ----------
    target : Target
    names : collection of str
        Parts to keep.
    """
    for address in files_below(target.name):
        name = address.rpartition("/")[2]
        if _PART.fullmatch(name) and name not in names:
            remove_at(address)
