"""The journal of a run: append-only spools, and checkpoints with their valid lengths.

Rows, rejects and finished inputs are appended to spools. From time to time all
spools are synced to disk, and then a checkpoint with their lengths atomically
replaces the last one. A resumed run discards everything in a spool beyond its
length in the checkpoint.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from stance.errors import OutputError
from stance.formats.cursor import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLAN, CHECKPOINT, LOCK = "plan.json", "checkpoint.json", "lock"
REJECTS, INPUTS, PARTS = "rejects", "inputs", "parts"

T = TypeVar("T", bound=BaseModel)


class Checkpoint(BaseModel):
    """The progress of a run.

    ``n_input`` and ``place`` are the position after the last row written: the
    number of the input, and the place in it. ``part`` and ``part_rows`` are the
    number of the output part being written and its number of rows; ``lengths``
    are the valid lengths of the spools.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    n_input: int = 0
    place: Place = Place()
    missing: list[str] | None = None
    part: int = 0
    part_rows: int = 0
    lengths: dict[str, int] = {}
    run_counts: dict[str, Any] = {}
    seconds: float = 0.0
    sessions: int = 0


class Spool:
    """An append-only file, truncated to its valid length when it is opened."""

    def __init__(self, path: Path, length: int) -> None:
        self.path = path
        self.length = length
        if length and path.stat().st_size < length:
            raise OutputError(
                f"Got an unfinished run whose {path} is shorter than it was. "
                "Give --force to start again."
            )
        self._file = path.open("ab", buffering=0)
        self._file.truncate(length)
        self._synced = length

    def write(self, data: bytes) -> None:
        """Append."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        self.length += len(data)

    def sync(self) -> None:
        """Sync everything to disk."""
        if self.length != self._synced:
            os.fsync(self._file.fileno())
            self._synced = self.length

    def close(self) -> None:
        """Close the file without removing it."""
        self._file.close()


class WorkFolder:
    """The hidden folder of an unfinished run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        """Whether there is an unfinished run."""
        return (self.path / PLAN).is_file()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Lock the folder against other runs.

        Raises
        ------
        OutputError
            If another run is using it.
        """
        self.path.mkdir(exist_ok=True)
        try:
            lock = FileLock(self.path / LOCK).acquire(blocking=False)
        except Timeout as error:
            raise OutputError(
                f"Got an output that another run is writing (in {self.path}). "
                "Wait until it has finished, or choose another name."
            ) from error
        with lock:
            yield
        if sys.platform == "win32" and not self.exists:
            # On Windows a lock file, and so its folder, cannot be removed while the lock is held.
            with contextlib.suppress(OSError):
                self.path.rmdir()

    def begin(self, plan: BaseModel) -> None:
        """Record the plan of a new run, and discard an earlier unfinished run."""
        for path in self.path.iterdir():
            if path.name != LOCK:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.replace(PLAN, plan)

    def replace(self, name: str, record: BaseModel) -> None:
        """Replace a record atomically."""
        beside = self.path / f"{name}.new"
        with beside.open("wb") as file:
            file.write(orjson.dumps(record.model_dump()))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path / name)
        sync_folder(self.path)

    def read(self, name: str, kind: type[T]) -> T:
        """Read a record.

        Raises
        ------
        OutputError
            If it is damaged.
        """
        try:
            return kind.model_validate_json((self.path / name).read_bytes(), strict=True)
        except (ValidationError, OSError) as error:
            raise OutputError(
                f"Got an unfinished run in {self.path}, whose {name} cannot be read. "
                "Give --force to start again."
            ) from error

    def checkpoint(self) -> Checkpoint:
        """Read the last checkpoint; an initial one if there is none."""
        if not (self.path / CHECKPOINT).exists():
            return Checkpoint()
        return self.read(CHECKPOINT, Checkpoint)

    def lines(self, name: str, length: int) -> list[dict[str, Any]]:
        """Read the valid lines of a spool of JSON Lines."""
        path = self.path / name
        data = path.read_bytes()[:length] if path.exists() else b""
        return [orjson.loads(line) for line in data.splitlines()]

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.path, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Sync the entries of a folder to disk, if the system supports it."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        return
    finally:
        os.close(descriptor)
