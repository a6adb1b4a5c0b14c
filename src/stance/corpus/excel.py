"""Rows of an Excel workbook's sheet, one at a time."""

from __future__ import annotations

import re
import zipfile
from contextlib import ExitStack
from itertools import repeat
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from stance.corpus.article import RejectedRow, Row
from stance.corpus.cursor import Cursor
from stance.corpus.keys import tidy
from stance.corpus.opening import STDIN, InputFile, check_content, seekable
from stance.corpus.values import NoValue
from stance.distribution import install_command
from stance.errors import ConfigError, CorpusError, DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_BLOCK = 1024 * 1024

# Texts that cells share are held in memory at once; a million articles have as much.
MOST_SHARED_TEXT = 1024 * 1024 * 1024
_SHARED = "xl/sharedStrings.xml"

# Excel writes characters that XML cannot hold in this way.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_workbook(file: InputFile, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    """Read the rows of a sheet below its first row that is not empty, the column names.

    Rows have the numbers that Excel shows. A formula that no program has
    calculated, and one whose result is an error, are no values.

    Raises
    ------
    DamagedFileError
        If the file is damaged or was cut short.
    CorpusError
        If it comes by standard input, is no workbook, or has no such sheet.
    ConfigError
        If the package that reads workbooks is not installed.
    """
    if file.name == STDIN:
        raise CorpusError(
            "Got a workbook on standard input, but its index stands at the end of the file. "
            "Save it to a file and name that."
        )
    check_content(file)
    with ExitStack() as open_things:
        whole = open_things.enter_context(seekable(file, cursor))
        try:
            yield from _rows(file, whole, cursor, open_things)
        except (zipfile.BadZipFile, EOFError, KeyError, OSError, SyntaxError, ValueError) as error:
            raise DamagedFileError(
                f"Got {file.name}, which cannot be read as a workbook after row {cursor.row} "
                f"({type(error).__name__}: {error}). The file is damaged or is no workbook: open "
                "it in Excel or LibreOffice and save it again as .xlsx."
            ) from error


class _Cells(NamedTuple):
    """The cells of one row: as calculated, and as written where the sheet has formulas."""

    number: int
    values: Sequence[Any]
    formulas: Sequence[Any]


def _rows(
    file: InputFile, whole: Path | IO[bytes], cursor: Cursor, open_things: ExitStack
) -> Iterator[Row | RejectedRow]:
    header: tuple[str, ...] = ()
    for cells in _cells(file, whole, open_things):
        if all(cell.value is None for cell in (*cells.values, *cells.formulas)):
            continue
        if not header:
            header = _header(file, cells)
            cursor.header = header
            cursor.row = max(cursor.row, cells.number)
        elif cells.number > cursor.row:
            cursor.row = cells.number
            yield Row(file.name, cells.number, _values(header, cells))
    if not header:
        raise CorpusError(
            f"Got {file.name}, whose sheet is empty, but expected a row of column names and rows "
            "below it. Name another sheet with --sheet."
        )


def _cells(file: InputFile, whole: Path | IO[bytes], open_things: ExitStack) -> Iterator[_Cells]:
    """Read a sheet as calculated and, if it has formulas, as written beside it."""
    calculated = _sheet(file, whole, open_things, calculated=True)
    rows = calculated.iter_rows()
    written: Iterator[Any] = repeat(())
    if _has_formulas(whole, calculated):
        written = _sheet(file, whole, open_things, calculated=False).iter_rows()
    for number, (values, formulas) in enumerate(zip(rows, written, strict=False), start=1):
        yield _Cells(number, values, formulas)


def _sheet(
    file: InputFile, whole: Path | IO[bytes], open_things: ExitStack, *, calculated: bool
) -> Any:
    openpyxl = _openpyxl()
    _refuse_too_large(file, whole)
    book = openpyxl.load_workbook(whole, read_only=True, data_only=calculated)
    open_things.callback(book.close)
    names = [sheet.title for sheet in book.worksheets]
    if file.sheet and file.sheet not in names:
        raise CorpusError(
            f"Got {file.name} without a sheet {file.sheet!r}, but expected it as asked for. "
            f"Its sheets are: {', '.join(names)}. Name one of them with --sheet."
        )
    if not names:
        raise CorpusError(f"Got {file.name}, which holds no sheet with cells.")
    sheet = book[file.sheet] if file.sheet else _first_visible(book.worksheets)
    # Some programs write a range that is too small.
    sheet.reset_dimensions()
    return sheet


def _first_visible(sheets: Sequence[Any]) -> Any:
    return next((sheet for sheet in sheets if sheet.sheet_state == "visible"), sheets[0])


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError as error:
        raise ConfigError(
            "Got an Excel workbook, but the package that reads it is not installed. Install it "
            f"with: {install_command('excel')}. Or save the sheet as CSV in UTF-8."
        ) from error
    return openpyxl


def _refuse_too_large(file: InputFile, whole: Path | IO[bytes]) -> None:
    with zipfile.ZipFile(whole) as archive:
        names = archive.namelist()
        if "xl/workbook.xml" not in names:
            raise CorpusError(
                f"Got {file.name}, which is a zip archive but no Excel workbook. Open it in the "
                "program that made it and save it as .xlsx or as CSV in UTF-8."
            )
        size = archive.getinfo(_SHARED).file_size if _SHARED in names else 0
    if size > MOST_SHARED_TEXT:
        raise CorpusError(
            f"Got {file.name} with {size:,} bytes of text in cells, which a workbook holds in "
            f"memory at once, but expected at most {MOST_SHARED_TEXT:,}. Save it as CSV in UTF-8."
        )


def _has_formulas(whole: Path | IO[bytes], sheet: Any) -> bool:
    """Look for a formula in the XML of a sheet, which is faster than to read it twice."""
    with zipfile.ZipFile(whole) as archive, archive.open(sheet._worksheet_path) as xml:
        end = b""
        while data := xml.read(_BLOCK):
            if _FORMULA.search(end + data):
                return True
            end = data[-64:]
    return False


def _header(file: InputFile, cells: _Cells) -> tuple[str, ...]:
    header = tuple(tidy(str(cell.value)) if cell.value is not None else "" for cell in cells.values)
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice is not None:
        raise CorpusError(
            f"Got {file.name} with two columns {twice!r}, but expected each name once. "
            "Rename one of the two."
        )
    return header


def _values(header: Sequence[str], cells: _Cells) -> dict[str, Any]:
    formulas = (*cells.formulas, *repeat(None, len(header) - len(cells.formulas)))
    found = {
        name: _value(cell, formula)
        for name, cell, formula in zip(header, cells.values, formulas, strict=False)
        if name
    }
    return {**dict.fromkeys(filter(None, header)), **found}


def _value(cell: Any, formula: Any) -> Any:
    value = cell.value
    if cell.data_type == "e":
        return NoValue(f"holds the error {value}")
    if value is None and formula is not None and formula.value is not None:
        return NoValue(
            "holds a formula that was never calculated: open the file in Excel and save it"
        )
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    return value


def first_of_several_sheets(file: InputFile) -> str:
    """Return the name of the sheet that is read, empty where a workbook has no other."""
    try:
        with seekable(file, Cursor(hashes=False)) as whole:
            book = _openpyxl().load_workbook(whole, read_only=True)
            try:
                several = len(book.worksheets) > 1
                return str(_first_visible(book.worksheets).title) if several else ""
            finally:
                book.close()
    except (ConfigError, CorpusError, zipfile.BadZipFile, KeyError, OSError, ValueError):
        # Whoever reads it will say what is wrong.
        return ""
