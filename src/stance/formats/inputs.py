"""What a user named as input, as a list of files, folders of texts and data sets to read."""

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
from stance.formats.input_file import STDIN, InputFile, identify, is_folder, promised_by
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
    """One input that is read from its beginning to its end.

    Parameters
    ----------
    name : str
        A path, an address, ``dataset:NAME`` or ``-``.
    kind : {"file", "texts", "dataset"}
        ``texts`` is a folder of text files.
    file : InputFile, optional
        How a file is stored.
    prefix : str
        Begins the id of an article that has none.
    """

    name: str
    kind: Literal["file", "texts", "dataset"]
    file: InputFile | None = None
    prefix: str = ""

    def rows(self, source: Source, cursor: Cursor | None = None) -> Iterator[Row | RejectedRow]:
        """Read the input's rows, from where the cursor stands."""
        cursor = cursor or Cursor(hashes=False)
        if self.file is not None:
            return read_rows(self.file, cursor)
        if self.kind == "texts":
            return read_folder(Path(self.name), source, cursor)
        return _dataset_rows(self.name, cursor)

    @property
    def peculiarities(self) -> list[str]:
        """In what the input is stored otherwise than its name and the rule say, in words."""
        return [] if self.file is None else peculiarities(self.file)

    @property
    def is_live(self) -> bool:
        """Whether rows may come at any time, or not for long."""
        return self.name == STDIN

    def state(self) -> FileState:
        """Return what tells whether the input has changed; nothing is known of a pipe."""
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
    """Find the files that a source names, in their order, and how each is stored.

    A folder's and a glob's files come by name.

    Parameters
    ----------
    source : Source

    Raises
    ------
    CorpusError
        If there is no such file, it is empty, or its ending says nothing about
        its format.
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
    """Return the files that a glob or a folder stands for; a folder of texts stands for itself."""
    if name == STDIN or is_dataset_name(name):
        return [name]
    if is_folder(name):
        return _folder_files(name)
    if not any(sign in name for sign in WILDCARDS) or _is_there(name):
        return [name]
    found = _globbed(name)
    if not found:
        raise CorpusError(f"Got {name}, but no file has such a name. Check the spelling.")
    return [
        file for match in found for file in (_folder_files(match) if is_folder(match) else [match])
    ]


def _is_there(name: str) -> bool:
    """Tell whether a name with a bracket or a star in it is a file's own."""
    try:
        return not is_address(name) and Path(name).exists()
    except OSError:
        return False


def _globbed(name: str) -> list[str]:
    if is_address(name):
        return files_like(name)
    # Path.glob knows no pattern that is a whole path.
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
    # A spreadsheet beside texts is about them; a file of articles is not.
    strange = next((file for file in tables if promised_by(file)[0] not in SPREADSHEETS), None)
    if strange is not None:
        raise CorpusError(
            f"Got the folder {name}, which holds both texts ({Path(texts[0]).name}) and files of "
            f"articles ({Path(strange).name}), but expected one of the two. Name the files, for "
            f"instance as '{name.rstrip('/')}/*{Path(strange).suffix}'."
        )
    return texts if remote and texts else [name]


def _texts_and_tables(files: list[str]) -> tuple[list[str], list[str]]:
    known = [(file, promised_by(file)[0]) for file in files if Path(file).name != LABELS_FILE]
    texts = [file for file, file_format in known if file_format == "txt"]
    return texts, [file for file, file_format in known if file_format not in {None, "txt"}]


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "_")) for part in name.split("/"))


def _folder_state(folder: Path) -> FileState:
    """Sum up the texts of a folder: their sizes, and a hash of their names and times."""
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
