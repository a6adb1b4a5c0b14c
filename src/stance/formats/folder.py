"""A folder of text files, with an optional table of labels beside them."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stance.corpus.article import RejectedRow, Row
from stance.errors import CorpusError
from stance.formats.cursor import Cursor
from stance.formats.input_file import identify
from stance.formats.recognition import recognise
from stance.formats.rows import read_rows, text_row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stance.formats.source import Source

LABELS_FILE = "labels.csv"

_TEXT_NAME = re.compile(r"\.txt(\.gz|\.bz2|\.xz|\.zst)?$", re.IGNORECASE)


def read_folder(
    folder: Path, source: Source, cursor: Cursor | None = None
) -> Iterator[Row | RejectedRow]:
    """Read the ``.txt`` files below a folder in the order of their names.

    Each becomes a row with ``id`` (its name) and ``text``, and the columns of
    ``labels.csv`` where there is one.

    Parameters
    ----------
    folder : Path
    source : Source
        The encoding of the texts, if given. Its id field is the column of
        ``labels.csv`` with the file names; ``id`` and ``file`` are tried as
        well.
    cursor : Cursor, optional
        Moves along with the files; its hash covers the table of labels, and
        then the name and content of each file in order.

    Raises
    ------
    CorpusError
        If there are no such files, or the table cannot be used.
    """
    cursor = cursor or Cursor(hashes=False)
    files = text_files(folder)
    if not files:
        raise CorpusError(
            f"Got the folder {folder} without .txt files, but expected one file per article. "
            "If the articles are in one file, name that file."
        )
    labels = _read_labels(folder, source)
    names = [path.relative_to(folder).as_posix() for path in files]
    keys = [name if name in labels else _TEXT_NAME.sub("", name) for name in names]
    _hash_again(folder, files, names, cursor)
    columns = dict.fromkeys(next(iter(labels.values()), {}), "")
    for number in range(cursor.row + 1, len(files) + 1):
        row = _read_text(files[number - 1], names[number - 1], number, source, cursor)
        if isinstance(row, Row):
            known = labels.get(keys[number - 1], {})
            row = row._replace(values={**columns, **known, **row.values})
        cursor.row = number
        yield row
    for key in sorted(set(labels) - set(keys))[cursor.row - len(files) :]:
        cursor.row += 1
        yield RejectedRow(str(folder / LABELS_FILE), 0, f"names {key!r}, but there is no such file")


def text_files(folder: Path) -> list[Path]:
    """Return the text files below a folder in the order of their names."""
    return sorted(path for path in folder.rglob("*") if _is_text(path))


def _hash_again(folder: Path, files: list[Path], names: list[str], cursor: Cursor) -> None:
    """Hash the labels, and the files that an earlier reading has finished."""
    if not cursor.hashes:
        return
    if (folder / LABELS_FILE).is_file():
        cursor.update_from(folder / LABELS_FILE)
    for path, name in zip(files[: cursor.row], names, strict=False):
        _hash_text(path, name, cursor)
    cursor.check(str(folder))


def _is_text(path: Path) -> bool:
    return bool(_TEXT_NAME.search(path.name)) and not path.name.startswith(".") and path.is_file()


def _read_text(
    path: Path, name: str, number: int, source: Source, cursor: Cursor
) -> Row | RejectedRow:
    """Read one file; a damaged file does not stop the reading of the folder."""
    if cursor.hashes:
        _hash_text(path, name, cursor)
    try:
        file = recognise(identify(str(path), "txt"), _as_text(source))
        return text_row(file, name, number)
    except CorpusError as error:
        return RejectedRow(str(path), number, str(error))


def _hash_text(path: Path, name: str, cursor: Cursor) -> None:
    cursor.update(f"{name}\0".encode(errors="surrogateescape"))
    # A file that cannot be opened is rejected when it is read as a text.
    with suppress(CorpusError):
        cursor.update_from(path)


def _as_text(source: Source) -> Source:
    """Return how to read one text of a folder, which is an article whatever its content."""
    return replace(source, input_format="txt")


def _read_labels(folder: Path, source: Source) -> dict[str, dict[str, Any]]:
    """Read the optional table beside the texts, by file name."""
    path = folder / LABELS_FILE
    labels: dict[str, dict[str, Any]] = {}
    if not path.is_file():
        return labels
    table = replace(source, input_format=None, encoding=None)
    for row in read_rows(recognise(identify(str(path)), table)):
        if isinstance(row, RejectedRow):
            raise CorpusError(f"Got {row}, but expected a readable row for every file.")
        values = dict(row.values)
        key = next((k for k in (source.fields.id, "id", "file") if k in values), None)
        if key is None:
            raise CorpusError(
                f"Got {path} without a column 'id' or 'file', but expected the file names in one. "
                f"Its columns are: {', '.join(values)}."
            )
        name = values.pop(key)
        if name in labels:
            raise CorpusError(
                f"Got {path} with two rows for {name!r}, but expected one. Remove one of the two."
            )
        labels[name] = values
    return labels
