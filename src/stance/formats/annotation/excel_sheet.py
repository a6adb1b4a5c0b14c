"""A workbook to code in, written for people who work in a spreadsheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from stance.distribution import install_command
from stance.errors import ConfigError
from stance.formats.annotation.excel_answers import read, recognises
from stance.formats.annotation.excel_columns import (
    ANSWERS,
    CHUNK,
    CODER,
    INSTRUCTION_COLUMNS,
    LABELS,
    RECORD,
    SHOWN,
    SKIPPED,
    answers_of,
    as_shown,
)
from stance.formats.annotation.json_records import check_labels, encoded, to_object

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from stance.formats.annotation.records import Annotation, CodingTask

__all__ = ["read", "recognises", "write"]

MOST_ROWS = 1_048_575
TEXT = "text"
_LINE = 70
_WIDTHS = {"id": 14.0, "title": 32.0, "outlet": 16.0, "published": 13.0, TEXT: 80.0}
_WIDTHS |= {"label": 20.0, "confidence": 12.0, "comment": 36.0, "skipped": 12.0}

# A reader of the file takes «_x0041_» for a letter.
_ESCAPED = re.compile("_(?=x)")

_HOW_TO = (
    (
        "طريقة العمل",
        "اكتب اسمك في الخلية أعلاه. في ورقة الترميز اختر لكل مقال تصنيفا من القائمة في عمود label. "
        "يمكنك أن تكتب الثقة من 0 إلى 1 في confidence وملاحظة في comment، وأن تختار yes في "
        "skipped لمقال تتجاوزه. لا تغيّر الأعمدة الأخرى ولا تحذف المخفية منها. احفظ الملف باسمه.",
    ),
    (
        "How to code",
        "Write your name in the cell above. In the sheet of articles, choose a label for each "
        "article from the list in the column label. You can give a confidence from 0 to 1 and a "
        "comment, and choose yes in skipped for an article that you pass over. Do not change the "
        "other columns, and do not delete hidden ones. Save the file under its name.",
    ),
)
_PROMPT = "اختر من القائمة. Choose from the list."


def write(annotations: Sequence[Annotation], task: CodingTask, file: BinaryIO) -> None:
    """Write a workbook: a row for each annotation, and for each article without one.

    What a model said of an article is not shown. Everything that the columns
    cannot hold is in hidden columns, as JSON.

    Raises
    ------
    ConfigError
        If a label is not among those of the task, or cannot be a cell; if
        there are too many rows, or openpyxl is not installed.
    """
    check_labels(annotations, task)
    for choice in task.labels:
        if as_shown(choice.name) != choice.name or len(choice.name) > CHUNK:
            raise ConfigError(
                f"Got the label {choice.name!r}, which a cell of a workbook cannot hold. Rename it."
            )
    if not 0 < len(annotations) <= MOST_ROWS:
        raise ConfigError(
            f"Got {len(annotations):,} rows for a workbook, but expected 1 to {MOST_ROWS:,}. "
            "Divide the articles between workbooks."
        )
    try:
        import openpyxl
    except ImportError as error:
        raise ConfigError(
            "Got --to excel, but the package that writes workbooks is not installed. Install it "
            f"with: {install_command('excel')}."
        ) from error
    book = openpyxl.Workbook()
    sheet = book.active
    _write_articles(sheet, annotations, task)
    _write_instructions(book.create_sheet("instructions"), task)
    labels = book.create_sheet(LABELS)
    for number, choice in enumerate(task.labels, start=1):
        _put(labels, number, 1, choice.name)
    labels.sheet_state = "hidden"
    book.save(file)


def _write_articles(sheet: Any, annotations: Sequence[Annotation], task: CodingTask) -> None:
    names = [choice.name for choice in task.labels]
    rows = [(_shown(one), _chunks(_record(one, names))) for one in annotations]
    fields = [name for name in SHOWN if any(name in shown for shown, _ in rows)]
    texts = [TEXT, *(f"text_{n}" for n in range(2, 1 + max(len(r[0][TEXT]) for r in rows)))]
    hidden = [RECORD, *(f"{RECORD}_{n}" for n in range(2, 1 + max(len(r[1]) for r in rows)))]
    header = ["id", *fields, *texts, *ANSWERS, *hidden]
    for column, name in enumerate(header, start=1):
        _put(sheet, 1, column, name, bold=True)
    for number, (shown, chunks) in enumerate(rows, start=2):
        cells = dict(zip(texts, shown[TEXT], strict=False)) | dict(
            zip(hidden, chunks, strict=False)
        )
        cells |= {name: value for name, value in shown.items() if name != TEXT}
        for column, name in enumerate(header, start=1):
            _put(sheet, number, column, cells.get(name))
        sheet.row_dimensions[number].height = _height(shown[TEXT])
    _lay_out(sheet, header, hidden)
    _add_lists(sheet, header, len(rows) + 1, len(names))


def _shown(one: Annotation) -> dict[str, Any]:
    """Return what a row shows: the text in parts that fit a cell, and what was answered."""
    shown = {name: as_shown(one.fields[name])[:CHUNK] for name in SHOWN if one.fields.get(name)}
    text = as_shown(one.text)
    parts = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)] or [""]
    return {"id": as_shown(one.id)[:CHUNK], **shown, TEXT: parts, **answers_of(one)}


def _record(one: Annotation, names: Sequence[str]) -> str:
    stored = {**to_object(one), "choices": names}
    return _ESCAPED.sub(r"\\u005f", encoded(stored))


def _chunks(record: str) -> list[str]:
    """Return parts that fit a cell, marked so that no program takes one for a formula."""
    return [f"stance:{record[at : at + CHUNK]};" for at in range(0, len(record), CHUNK)]


def _height(parts: Sequence[str]) -> float:
    """Return the height of a row in points, as far as a spreadsheet allows."""
    lines = sum(1 + len(line) // _LINE for line in parts[0].split("\n"))
    return min(409.0, 18.0 * max(lines, 2))


def _put(sheet: Any, row: int, column: int, value: str | None, *, bold: bool = False) -> None:
    """Write a cell as text, right to left, whatever it looks like."""
    from openpyxl.styles import Alignment, Font

    cell = sheet.cell(row, column)
    cell.number_format = "@"
    cell.alignment = Alignment(horizontal="right", vertical="top", wrap_text=True, readingOrder=2)
    if bold:
        cell.font = Font(bold=True)
    if value:
        cell.value = value
        cell.data_type = "s"
        cell.quotePrefix = value[0] in "=+-@"


def _lay_out(sheet: Any, header: Sequence[str], hidden: Sequence[str]) -> None:
    from openpyxl.utils import get_column_letter

    sheet.title = "articles"
    sheet.sheet_view.rightToLeft = True
    sheet.freeze_panes = "B2"
    for column, name in enumerate(header, start=1):
        dimension = sheet.column_dimensions[get_column_letter(column)]
        dimension.width = _WIDTHS.get(name, _WIDTHS[TEXT])
        dimension.hidden = name in hidden


def _add_lists(sheet: Any, header: Sequence[str], last: int, n_labels: int) -> None:
    """Add drop-down lists that accept nothing else.

    openpyxl makes a list a mere suggestion unless `showErrorMessage` is set. A
    list that is typed in is divided at commas, and LibreOffice cuts it.
    """
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    formulas = {"label": f"{LABELS}!$A$1:$A${n_labels}", "skipped": f'"{SKIPPED},no"'}
    for name, formula in formulas.items():
        one = DataValidation(type="list", formula1=formula, allow_blank=True)
        one.showErrorMessage = True
        one.errorTitle, one.error = name, _PROMPT
        letter = get_column_letter(header.index(name) + 1)
        one.add(f"{letter}2:{letter}{last}")
        sheet.add_data_validation(one)


def _write_instructions(sheet: Any, task: CodingTask) -> None:
    sheet.sheet_view.rightToLeft = True
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26.0, 110.0
    rows = [INSTRUCTION_COLUMNS, (CODER, ""), *_HOW_TO]
    rows += [("السؤال Question", task.question)]
    rows += [(one.name, one.definition) for one in task.labels]
    rows += [("", line) for line in task.instructions.splitlines() if line.strip()]
    for number, (name, text) in enumerate(rows, start=1):
        _put(sheet, number, 1, as_shown(name)[:CHUNK], bold=True)
        for part, at in enumerate(range(0, max(len(text), 1), CHUNK)):
            _put(sheet, number, 2 + part, as_shown(text[at : at + CHUNK]))
    sheet.freeze_panes = "A2"
