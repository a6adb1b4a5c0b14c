"""Resolving the inputs that a user named to files, folders of texts and data sets."""

from __future__ import annotations

import glob
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from stance.datasets.records import is_dataset_name, parse_dataset_name
from stance.errors import CorpusError
from stance.formats.addresses import (
    FileState,
    as_local,
    files_below,
    files_like,
    is_address,
    state_at,
)
from stance.formats.cursor import Cursor
from stance.formats.folder import LABELS_FILE, read_folder, text_files
from stance.formats.input_file import STDIN, InputFile, identify, implied_format, is_folder
from stance.formats.recognition import peculiarities, recognise
from stance.formats.rows import read_rows
from stance.formats.source import check_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.corpus.article import RejectedRow, Row
    from stance.formats.source import Source

WILDCARDS = "*?["
SPREADSHEETS = ("csv", "tsv")


@dataclass(frozen=True, slots=True)
class PlannedInput:
    """One input that is read from beginning to end.

    Parameters
    ----------
    name : str
        A path, an address, ``dataset:NAME`` or ``-``.
    kind : {"file", "texts", "dataset"}
        ``texts`` is a folder of text files.
    file : InputFile, optional
        How a file is stored.
    prefix : str
        Prefix of the generated id of an article that has none.
    """

    name: str
    kind: Literal["file", "texts", "dataset"]
    file: InputFile | None = None
    prefix: str = ""

    def rows(self, source: Source, cursor: Cursor | None = None) -> Iterator[Row | RejectedRow]:
        """Read the input's rows from the cursor's position."""
        cursor = cursor or Cursor(hashes=False)
        if self.file is not None:
            return read_rows(self.file, cursor)
        if self.kind == "texts":
            return read_folder(Path(self.name), source, cursor)
        return _dataset_rows(self.name, cursor)

    @property
    def peculiarities(self) -> list[str]:
        """How the storage of the input differs from what its name implies, in words."""
        return [] if self.file is None else peculiarities(self.file)

    @property
    def is_live(self) -> bool:
        """Whether rows arrive at an unknown pace, as from a pipe."""
        return self.name == STDIN

    def state(self) -> FileState:
        """Return the state by which a change of the input is detected; empty for a pipe."""
        if self.kind == "texts":
            return _folder_state(Path(self.name))
        if self.file is None or self.file.name == STDIN:
            return FileState(None, "")
        if self.file.is_remote:
            return state_at(self.name)
        if not self.file.path.is_file():
            return FileState(None, "")
        found = self.file.path.stat()
        return FileState(found.st_size, str(found.st_mtime_ns))


def plan_inputs(source: Source) -> list[PlannedInput]:
    """Find the files of a source, in order, and detect how each is stored.

    The files of a folder and of a glob are sorted by name.

    Parameters
    ----------
    source : Source

    Raises
    ------
    CorpusError
        If a file does not exist, is empty, or has an unknown extension.
    ConfigError
        If the format, the encoding, or the protocol of an address is unknown.
    """
    check_source(source)
    planned: list[PlannedInput] = []
    short_names: set[str] = set()
    for name in (found for given in source.files for found in _expanded(as_local(given))):
        if is_dataset_name(name):
            parse_dataset_name(name)
            planned.append(PlannedInput(name, "dataset"))
        elif name != STDIN and is_folder(name):
            planned.append(PlannedInput(name, "texts"))
        else:
            file = recognise(identify(name, source.input_format), source)
            short = Path(name).name
            prefix = name if short in short_names else short
            short_names.add(short)
            planned.append(PlannedInput(name, "file", file, prefix))
    return planned


def _expanded(name: str) -> list[str]:
    """Return the files of a glob or a folder; a folder of texts is returned itself."""
    if name == STDIN or is_dataset_name(name):
        return [name]
    if is_folder(name):
        return _folder_files(name)
    if not any(sign in name for sign in WILDCARDS) or _is_there(name):
        return [name]
    found = _globbed(name)
    if not found:
        raise CorpusError(f"Got {name}, but no file matches it. Check the spelling.")
    return [
        file for match in found for file in (_folder_files(match) if is_folder(match) else [match])
    ]


def _is_there(name: str) -> bool:
    """Return whether a name with a bracket or a star in it is that of an existing file."""
    try:
        return not is_address(name) and Path(name).exists()
    except OSError:
        return False


def _globbed(name: str) -> list[str]:
    if is_address(name):
        return files_like(name)
    # Path.glob does not support an absolute pattern.
    return sorted(glob.glob(name, recursive=True))  # noqa: PTH207


def _folder_files(name: str) -> list[str]:
    """Return the files of articles below a folder, or the folder itself if it holds texts."""
    remote = is_address(name)
    if remote:
        files = files_below(name)
    else:
        files = sorted(str(path) for path in Path(name).rglob("*") if path.is_file())
    files = [file for file in files if not _is_hidden(file.removeprefix(name))]
    texts, tables = _texts_and_tables(files)
    if not texts and tables:
        return tables
    # A spreadsheet beside texts describes them; a file of articles does not.
    strange = next((file for file in tables if implied_format(file)[0] not in SPREADSHEETS), None)
    if strange is not None:
        raise CorpusError(
            f"Got the folder {name}, which holds both texts ({Path(texts[0]).name}) and files of "
            f"articles ({Path(strange).name}), but expected one of the two. Name the files, for "
            f"instance as '{name.rstrip('/')}/*{Path(strange).suffix}'."
        )
    return texts if remote and texts else [name]


def _texts_and_tables(files: list[str]) -> tuple[list[str], list[str]]:
    known = [(file, implied_format(file)[0]) for file in files if Path(file).name != LABELS_FILE]
    texts = [file for file, file_format in known if file_format == "txt"]
    return texts, [file for file, file_format in known if file_format not in {None, "txt"}]


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "_")) for part in name.split("/"))


def _folder_state(folder: Path) -> FileState:
    """Summarise the texts of a folder: their sizes, and a hash of their names and times."""
    total = 0
    listing = hashlib.sha256()
    for path in [*text_files(folder), folder / LABELS_FILE]:
        if path.is_file():
            found = path.stat()
            total += found.st_size
            listing.update(
                f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode("utf-8", "surrogateescape")
            )
    return FileState(total, listing.hexdigest())


def _dataset_rows(name: str, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    from stance.datasets.readers import read_dataset

    for row in read_dataset(parse_dataset_name(name)):
        if row.number > cursor.row:
            cursor.row = row.number
            yield row
