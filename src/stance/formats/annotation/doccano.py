"""doccano: JSON Lines for its import, and its exports, a zip with a file for each member.

What doccano 1.8 does to data, and what is done about it, is in ``docs/annotation.md``.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO

from stance.errors import CorpusError
from stance.formats.annotation.articles import labels_in
from stance.formats.annotation.coding_task import check_labels
from stance.formats.annotation.hidden_record import (
    RECORD,
    article_of,
    grouped,
    hidden_fields,
    shown_fields,
)
from stance.formats.annotation.records import Annotation, Span
from stance.formats.exports import DOCCANO_SEPARATOR
from stance.formats.values import text_or_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stance.formats.annotation.records import CodingTask

_COMMENTS = "Comments"
_RESERVED = {"id", "text", "label", "labels", _COMMENTS, "meta", "data", "cats", "entities"}
_RESERVED |= {"relations", "filename", "upload_name"}
_SUFFIXES = (".jsonl", ".json", ".csv")

# Limits of a zip: the size of all its members unpacked, and of one line.
MOST_BYTES = 2 * 1024**3
_LONGEST_LINE = 64 * 1024**2


def write(annotations: Sequence[Annotation], task: CodingTask, file: BinaryIO) -> None:
    """Write a line for each article, for doccano's import as JSONL.

    Labels that there are travel in a field of metadata: doccano would take them for those
    of the user who imports them.
    """
    check_labels(annotations, task)
    for some in grouped(annotations):
        shown = shown_fields(some[0], _RESERVED)
        row = {"text": some[0].text, "label": [], **hidden_fields(some), **shown}
        file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def recognises(path: Path) -> bool:
    """Return whether a file is an export of doccano, or lines for its import."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = [one.filename for one in archive.infolist() if not one.is_dir()]
            if not names or not all(_is_member(name) for name in names):
                return False
            with archive.open(names[0]) as member:
                return _is_its_row(_first_row(member, names[0]))
    with path.open("rb") as file:
        return _is_its_row(_first_row(file, path.name))


def _is_member(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in _SUFFIXES and path.name == name


def _first_row(file: Any, name: str) -> Mapping[str, Any]:
    if name.endswith(".csv"):
        header = file.readline(_LONGEST_LINE).decode("utf-8-sig", errors="replace")
        return dict.fromkeys(next(csv.reader([header]), []), ())
    part = file.read(_LONGEST_LINE) if name.endswith(".json") else file.readline(_LONGEST_LINE)
    try:
        found = json.loads(part.decode("utf-8-sig"))
    except (RecursionError, ValueError):
        return {}
    if isinstance(found, list) and found:
        found = found[0]
    return found if isinstance(found, dict) else {}


def _is_its_row(row: Mapping[str, Any]) -> bool:
    is_exported = {"id", "text", "label", _COMMENTS} <= row.keys()
    is_ours = {"text", "label", RECORD} <= row.keys()
    return (is_exported or is_ours) and isinstance(row.get("label"), list | tuple)


def read(path: Path) -> Iterator[Annotation]:
    """Yield the annotations of an export, and an article without one as itself."""
    articles: dict[tuple[str, str], tuple[Annotation, list[Annotation]]] = {}
    for name, number, row in _rows(path):
        where = f"{path}, {name}, row {number}"
        found = article_of(row, where)
        article, before = found or (_foreign(row, where), [])
        given = articles.setdefault((article.id, article.text), (article, before))[1]
        if made := _made(article, row, Path(name).stem, where):
            given.append(made)
    for article, given in articles.values():
        yield from given or [article]


def _rows(path: Path) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Yield the name of each file, and its rows with their numbers."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            for number, row in enumerate(_file_rows(file, path.name, str(path)), 1):
                yield path.name, number, row
        return
    with _opened(path) as archive:
        for member in archive.infolist():
            with archive.open(member) as part:
                rows = _file_rows(part, member.filename, f"{path}, {member.filename}")
                for number, row in enumerate(rows, 1):
                    yield member.filename, number, row


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
            if size > MOST_BYTES:
                raise CorpusError(
                    f"Got {path}, which holds {size:,} bytes unpacked, but expected at most "
                    f"{MOST_BYTES:,}. Export fewer articles at once."
                )
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise CorpusError(
            f"Got {path}, which is damaged ({error}), but expected the zip that doccano exports. "
            "Export it again."
        ) from error


def _file_rows(file: Any, name: str, where: str) -> Iterator[Mapping[str, Any]]:
    try:
        text = file.read().decode("utf-8-sig")
        if name.endswith(".csv"):
            csv.field_size_limit(2**31 - 1)
            yield from csv.DictReader(io.StringIO(text, newline=""))
        elif name.endswith(".json"):
            yield from map(_row, json.loads(text))
        else:
            # Only a line feed ends a line: texts may hold other separators of lines.
            for line in text.split("\n"):
                if line.strip():
                    yield _row(json.loads(line))
    except (RecursionError, ValueError, csv.Error) as error:
        raise CorpusError(
            f"Got {where}, which is damaged ({error}), but expected rows of doccano in UTF-8. "
            "Export it again."
        ) from error


def _row(found: Any) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise ValueError(f"a row is a {type(found).__name__}, not an object")  # noqa: TRY004
    return found


def _made(
    article: Annotation, row: Mapping[str, Any], member: str, where: str
) -> Annotation | None:
    """Return what a member said of an article; None if nothing."""
    labels, spans = _labels(row.get("label"), where)
    if not labels and not spans:
        return None
    comments = row.get(_COMMENTS)
    texts = comments if isinstance(comments, list) else [comments]
    return replace(
        article,
        annotator=member,
        labels=labels,
        spans=spans,
        comment="\n".join(str(text) for text in texts if text) or None,
    )


def _labels(value: Any, where: str) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """Return the labels of an article, and those of parts of its text."""
    if isinstance(value, str):  # CSV
        return labels_in(value.split(DOCCANO_SEPARATOR)), ()
    members = value if isinstance(value, list) else [value]
    parts = [one for one in members if isinstance(one, list)]
    if any(len(part) != 3 for part in parts):
        raise CorpusError(
            f"Got {where}, with the label {value!r}, but expected labels, or [start, end, label] "
            "for each part of the text. Export it again."
        )
    spans = tuple(Span(int(start), int(end), str(label)) for start, end, label in parts)
    return labels_in([one for one in members if not isinstance(one, list)]), spans


def _foreign(row: Mapping[str, Any], where: str) -> Annotation:
    """Return the article of a project that was not set up by this toolkit."""
    text, identifier = text_or_json(row.get("text")), text_or_json(row.get("id"))
    if text is None or identifier is None:
        raise CorpusError(
            f"Got {where}, with the fields {', '.join(map(repr, row))}, but expected 'id', 'text' "
            "and 'label'. Export it again."
        )
    fields = {
        name: found
        for name, value in row.items()
        if name not in _RESERVED and (found := text_or_json(value)) is not None
    }
    return Annotation(identifier, text, fields=fields)
