"""Reading a workbook that was coded in, whichever program saved it last."""

from __future__ import annotations

import difflib
import json
import re
import zipfile
import zlib
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from stance.corpus.article import RejectedRow, Row
from stance.corpus.keys import by_canonical, canonical, tidy
from stance.errors import CorpusError
from stance.formats.annotation.excel_columns import (
    ANSWERS,
    CODER,
    INSTRUCTION_COLUMNS,
    INSTRUCTIONS,
    RECORD,
    answers_of,
    as_shown,
)
from stance.formats.annotation.json_records import from_object
from stance.formats.cursor import Cursor
from stance.formats.excel import read_workbook, sheet_names
from stance.formats.input_file import InputFile
from stance.formats.values import NoTextError, NoValue, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stance.formats.annotation.records import Annotation

# Column names are the first texts of a workbook, in its sheet or in the part that all share.
_LOOKED_AT = 256 * 1024
_PARTS = re.compile(r"xl/(sharedStrings|worksheets/sheet1)\.xml", re.IGNORECASE)
_PREFIX = "stance:"
_YES = frozenset(map(canonical, ("yes", "y", "x", "1", "true", "نعم")))
_NO = frozenset(map(canonical, ("no", "n", "0", "false", "لا")))
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫,", "01234567890123456789..")


def recognises(path: Path) -> bool:
    """Return whether a file is a workbook with the hidden column of records."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    with (
        suppress(zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, RuntimeError),
        zipfile.ZipFile(path) as archive,
    ):
        return any(
            _begins_with_names(archive, part) for part in archive.namelist() if _PARTS.match(part)
        )
    return False


def _begins_with_names(archive: zipfile.ZipFile, part: str) -> bool:
    """Return whether the first texts of a part include the name of the hidden column."""
    with archive.open(part) as content:
        return f">{RECORD}<".encode() in content.read(_LOOKED_AT)


def read(path: Path) -> Iterator[Annotation]:
    """Yield the annotations of a workbook.

    A row that nobody changed is what it was when it was written. A row that was
    changed is an annotation by the coder of the workbook: the name in the
    sheet of instructions, or that of the file.

    Raises
    ------
    CorpusError
        If a row is damaged: its id and its hidden columns differ, or it has a
        label that is not on the list.
    """
    coder = _coder(path)
    seen: dict[tuple[Any, ...], int] = {}
    for row in read_workbook(InputFile(str(path), "xlsx"), Cursor(hashes=False)):
        if isinstance(row, RejectedRow):
            raise CorpusError(f"Got {row}, but expected a row of articles. Correct it.")
        written, choices = _written(row)
        _check_id(row, written)
        key = (written.id, written.annotator, written.origin)
        if key in seen:
            raise _wrong(
                row, f"is a copy of row {seen[key]}, the article {written.id!r}", "Delete one."
            )
        seen[key] = row.number
        yield from _annotations(row, written, choices, coder)


def _coder(path: Path) -> str:
    file = InputFile(str(path), "xlsx", sheet=INSTRUCTIONS)
    if INSTRUCTIONS not in sheet_names(file):
        return path.stem
    name_of, text_of_row = INSTRUCTION_COLUMNS
    for row in read_workbook(file, Cursor(hashes=False)):
        if isinstance(row, Row) and row.values.get(name_of) == CODER:
            return tidy(_text(row, text_of_row)) or path.stem
    return path.stem


def _written(row: Row) -> tuple[Annotation, list[str]]:
    """Return what the row was written for, and the labels to choose from.

    Raises
    ------
    CorpusError
        If the hidden columns are missing or were changed.
    """
    names = [name for name in row.values if name == RECORD or name.startswith(f"{RECORD}_")]
    parts = [row.values[name] for name in names if row.values[name] is not None]
    whole = "".join(part[len(_PREFIX) : -1] for part in map(str, parts) if part.startswith(_PREFIX))
    if not whole:
        raise _wrong(
            row,
            f"has nothing in the hidden column {RECORD!r}",
            "Delete the row if you added it; otherwise code in the workbook as it was sent.",
        )
    try:
        stored = json.loads(whole)
        choices = stored.pop("choices")
        return from_object(stored), [str(choice) for choice in choices]
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise _wrong(
            row, f"has damaged hidden columns ({error})", "Code in the workbook as it was sent."
        ) from error


def _check_id(row: Row, written: Annotation) -> None:
    """Refuse a row whose id is not that of its hidden columns: some columns were sorted alone.

    A spreadsheet that made a number of the id lost nothing, because the hidden
    columns have it as a text, but the number must be the same.
    """
    shown = row.values.get("id")
    # pandas leaves «NA» empty, and makes a formula of «=1+1».
    if isinstance(shown, NoValue | None) or shown == as_shown(written.id):
        return
    with suppress(NoTextError):
        text = text_of(shown) or ""
        if canonical(text) in {"", canonical(as_shown(written.id))}:
            return
        if not isinstance(shown, str) and _is_number(text, written.id):
            return
    raise _wrong(
        row,
        f"shows the id {shown!r}, but its hidden columns are of the article {written.id!r}",
        "Some columns were sorted or pasted without the others, or a program changed the id: "
        "restore the column 'id' as it was sent.",
    )


def _is_number(shown: str, written: str) -> bool:
    try:
        return Decimal(shown) == Decimal(written)
    except InvalidOperation:
        return False


def _annotations(
    row: Row, written: Annotation, choices: list[str], coder: str
) -> Iterator[Annotation]:
    """Yield what was written, what was answered, or both if a model had answered first."""
    cells, before = {name: _text(row, name) for name in ANSWERS}, answers_of(written)
    unchanged = {name for name in ANSWERS if _form(name, cells[name]) == _form(name, before[name])}
    if len(unchanged) == len(ANSWERS):
        yield written
        return
    if written.origin == "model":
        yield written
        written = replace(written, annotator=None, labels=(), spans=(), confidence=None)
        written = replace(written, comment=None, skipped=False)
    label, comment = cells["label"], cells["comment"]
    # A cell shows less than what was written: a part of a long comment, 15 digits of a number.
    answered = replace(written, annotator=coder, origin="human", time=None)
    if "label" not in unchanged:
        labels = (_label(row, label, choices),) if label.strip() else ()
        answered = replace(answered, labels=labels)
    if "confidence" not in unchanged:
        answered = replace(answered, confidence=_confidence(row, cells["confidence"]))
    if "comment" not in unchanged:
        answered = replace(answered, comment=comment if comment.strip() else None)
    if "skipped" not in unchanged:
        answered = replace(answered, skipped=_skipped(row, cells["skipped"]))
    yield answered if written.annotator in {None, coder} else replace(answered, spans=())


def _form(name: str, cell: str) -> str:
    """Return the form in which a cell is compared with what was written."""
    return _rounded(cell) if name == "confidence" else canonical(cell)


def _rounded(confidence: str) -> str:
    """Return a number as LibreOffice writes it, with 15 digits; other texts as they are."""
    try:
        return f"{float(confidence):.14g}"
    except ValueError:
        return confidence.strip()


def _text(row: Row, name: str) -> str:
    """Return the text of a cell; empty if there is none.

    Raises
    ------
    CorpusError
        If it is an error, or a formula that was never calculated.
    """
    value = row.values.get(name)
    if isinstance(value, NoValue):
        raise _wrong(row, f"has a {name!r} that {value.reason}", "Write it as text.")
    return text_of(value) or ""


def _label(row: Row, label: str, choices: list[str]) -> str:
    known = by_canonical(choices)
    found = known.get(canonical(label))
    if found is None:
        near = difflib.get_close_matches(label, choices, n=1, cutoff=0.4)
        hint = f"Did you mean {near[0]!r}?" if near else "Choose one from the list."
        raise _wrong(
            row,
            f"has the label {label!r}, which is not one of {', '.join(map(repr, choices))}",
            hint,
        )
    return found


def _confidence(row: Row, text: str) -> float | None:
    if not text.strip():
        return None
    plain = text.strip().translate(_DIGITS)
    share = 0.01 if plain.endswith(("%", "٪")) else 1.0
    with suppress(ValueError):
        found = float(plain.rstrip("%٪")) * share
        if 0 <= found <= 1:
            return found
    raise _wrong(row, f"has the confidence {text!r}", "Write a number from 0 to 1, such as 0.8.")


def _skipped(row: Row, text: str) -> bool:
    given = canonical(text.casefold())
    if given and given not in _YES | _NO:
        raise _wrong(row, f"has {text!r} in 'skipped'", "Choose yes or no, or leave it empty.")
    return given in _YES


def _wrong(row: Row, what: str, advice: str) -> CorpusError:
    return CorpusError(f"Got {row.source}, whose row {row.number} {what}. {advice}")
