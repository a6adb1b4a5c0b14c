"""A folder of text files, with an optional table of labels beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from stance.corpus.article import RejectedRow
from stance.corpus.opening import identify
from stance.corpus.rows import Row, read_rows, text_row
from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LABELS_FILE = "labels.csv"

_TEXT_NAME = re.compile(r"\.txt(\.gz|\.bz2|\.xz|\.zst)?$", re.IGNORECASE)


def read_folder(folder: Path, id_field: str) -> Iterator[Row | RejectedRow]:
    """Read the ``.txt`` files below a folder in the order of their names.

    Each becomes a row with ``id`` (its name) and ``text``, and the columns of
    ``labels.csv`` where there is one.

    Parameters
    ----------
    folder : Path
    id_field : str
        The column of ``labels.csv`` that holds the file names; ``id`` and
        ``file`` are looked for as well.

    Raises
    ------
    CorpusError
        If there are no such files, or the table cannot be used.
    """
    files = sorted(path for path in folder.rglob("*") if _is_text(path))
    if not files:
        raise CorpusError(
            f"Got the folder {folder}, which holds no .txt files, but expected one file per "
            "article. Name the file itself if the articles are in one file."
        )
    labels = _read_labels(folder, id_field)
    columns = dict.fromkeys(next(iter(labels.values()), {}), "")
    unused = set(labels)
    for number, path in enumerate(files, start=1):
        name = path.relative_to(folder).as_posix()
        key = name if name in labels else _TEXT_NAME.sub("", name)
        unused.discard(key)
        row = _read_text(path, name, number)
        if isinstance(row, Row):
            row = row._replace(values={**columns, **labels.get(key, {}), **row.values})
        yield row
    for key in sorted(unused):
        yield RejectedRow(str(folder / LABELS_FILE), 0, f"names {key!r}, but there is no such file")


def _is_text(path: Path) -> bool:
    return bool(_TEXT_NAME.search(path.name)) and not path.name.startswith(".") and path.is_file()


def _read_text(path: Path, name: str, number: int) -> Row | RejectedRow:
    """Read one file; one that is damaged does not end the folder."""
    try:
        return text_row(identify(str(path), "txt"), name, number)
    except CorpusError as error:
        return RejectedRow(str(path), number, str(error))


def _read_labels(folder: Path, id_field: str) -> dict[str, dict[str, Any]]:
    """Read the optional table beside the texts, by file name."""
    path = folder / LABELS_FILE
    labels: dict[str, dict[str, Any]] = {}
    if not path.is_file():
        return labels
    for row in read_rows(identify(str(path))):
        if isinstance(row, RejectedRow):
            raise CorpusError(f"Got {row}, but expected a readable row for every file.")
        values = dict(row.values)
        key = next((k for k in (id_field, "id", "file") if k in values), None)
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
