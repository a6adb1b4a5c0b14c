"""Rows of an Excel workbook's sheet, one at a time."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from contextlib import ExitStack
from itertools import chain, islice, repeat
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from stance.corpus.article import RejectedRow, Row
from stance.corpus.keys import by_canonical, canonical, tidy
from stance.distribution import install_command
from stance.errors import ConfigError, CorpusError, DamagedFileError
from stance.formats.cursor import Cursor
from stance.formats.damage import DAMAGE
from stance.formats.diagnosis import known_field
from stance.formats.input_file import STDIN, InputFile
from stance.formats.opening import check_content, seekable
from stance.formats.values import NoValue
from stance.formats.workbook_parts import has_formulas, is_marked_stale, refuse_too_large

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# Excel writes characters that XML cannot hold as «_x000D_», and «_x005F_» for an underscore that
# begins such a sequence in a text. openpyxl 3.1.5 decodes the latter in the table of shared strings
# but not the former, so «_x0041_» is literal text here.
_ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f]|005[Ff]|[Ff]{3}[EeFf])_")

# openpyxl 3.1.5 silently finds nothing in such a file.
_STRICT = "If it is «Strict Open XML», save it in Excel as «Excel Workbook (.xlsx)»."

# Maximum number of rows searched for the column names, which may come below a title.
LOOKED_AT = 10
LONGEST_NAME = 60


def read_workbook(file: InputFile, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    """Read the rows of a sheet below its column names.

    The names are the first row that is not empty, or the first one with
    several names below a title. Rows have the numbers that Excel shows. A
    formula that was never calculated, and one whose result is an error, count
    as missing.

    Raises
    ------
    DamagedFileError
        If the file is damaged or was cut short.
    CorpusError
        If it comes from standard input, is not a workbook, or has no such sheet.
    ConfigError
        If the package that reads workbooks is not installed.
    """
    if file.name == STDIN:
        raise CorpusError(
            "Got a workbook on standard input, but its index is at the end of the file. "
            "Save it to a file and name that file."
        )
    check_content(file)
    with ExitStack() as open_things:
        whole = open_things.enter_context(seekable(file, cursor))
        try:
            yield from _rows(file, whole, cursor, open_things)
        except DAMAGE as error:
            raise DamagedFileError(
                f"Got {file.name}, which cannot be read as a workbook after row {cursor.row} "
                f"({type(error).__name__}: {str(error).partition(chr(10))[0]}). The file is "
                "damaged or not a workbook: open it in Excel or LibreOffice and save it again "
                "as .xlsx."
            ) from error


class _Cells(NamedTuple):
    """The cell values of a row, and the row number that Excel shows."""

    number: int
    values: tuple[Any, ...]

    @property
    def filled(self) -> list[Any]:
        """The values of cells that are not empty."""
        return [value for value in self.values if value is not None]


def _rows(
    file: InputFile, whole: Path | IO[bytes], cursor: Cursor, open_things: ExitStack
) -> Iterator[Row | RejectedRow]:
    found = _cells(file, whole, open_things)
    rows: Iterator[_Cells] = (cells for cells in found if any(map(_shows, cells.values)))
    first = next(rows, None)
    if first is None:
        raise CorpusError(
            f"Got {file.name}, whose sheet is empty, but expected a row of column names and rows "
            f"below it. Name another sheet with --sheet. {_STRICT}"
        )
    named, rows = _from_names(first, rows)
    header = _header(file, named)
    cursor.header = header
    cursor.row = max(cursor.row, named.number)
    for cells in rows:
        if cells.number > cursor.row:
            cursor.row = cells.number
            yield Row(file.name, cells.number, _values(header, cells))


def _shows(value: Any) -> bool:
    """Return whether a cell shows anything."""
    return value is not None and not (isinstance(value, str) and not value.strip())


def _from_names(first: _Cells, rows: Iterator[_Cells]) -> tuple[_Cells, Iterator[_Cells]]:
    """Return the row of column names (the first, or one below a title) and the rows below it."""
    title = first.filled
    if len(title) > 1 or known_field(str(title[0])):
        return first, rows
    looked_at = list(islice(rows, LOOKED_AT))
    place = next((n for n, cells in enumerate(looked_at) if len(cells.filled) > 1), None)
    if place is None or not _are_names(looked_at[place].filled):
        return first, chain(looked_at, rows)
    return looked_at[place], chain(looked_at[place + 1 :], rows)


def _are_names(values: Sequence[Any]) -> bool:
    names = {tidy(value) for value in values if isinstance(value, str)}
    return len(names) == len(values) and all(len(name) <= LONGEST_NAME for name in names)


def _cells(file: InputFile, whole: Path | IO[bytes], open_things: ExitStack) -> Iterator[_Cells]:
    """Read the calculated values of a sheet and, if it has any, its formulas."""
    calculated = _sheet(file, whole, open_things, calculated=True)
    rows = _quietly(calculated.iter_rows())
    written: Iterator[Any] = repeat(())
    if has_formulas(file, whole, calculated):
        written = _quietly(_sheet(file, whole, open_things, calculated=False).iter_rows())
    is_stale = is_marked_stale(whole)
    for number, (cells, formulas) in enumerate(zip(rows, written, strict=False), start=1):
        padded = chain(formulas, repeat(None))
        values = (_value(*pair, is_stale=is_stale) for pair in zip(cells, padded, strict=False))
        yield _Cells(number, tuple(values))


def _quietly(rows: Iterator[Any]) -> Iterator[Any]:
    """Read rows without openpyxl's warnings about unsupported features."""
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                row = next(rows)
            except StopIteration:
                return
        yield row


def _sheet(
    file: InputFile, whole: Path | IO[bytes], open_things: ExitStack, *, calculated: bool
) -> Any:
    openpyxl = _openpyxl()
    refuse_too_large(file, whole)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(whole, read_only=True, data_only=calculated, keep_links=False)
    open_things.callback(book.close)
    by_name = {sheet.title: sheet for sheet in book.worksheets}
    if not by_name:
        raise CorpusError(f"Got {file.name}, which holds no sheet with cells. {_STRICT}")
    if file.sheet:
        sheet = by_name[_sheet_name(file, list(by_name))]
    else:
        sheet = _first_visible(book.worksheets)
    # Some programs write a cell range that is too small.
    sheet.reset_dimensions()
    return sheet


def _sheet_name(file: InputFile, names: Sequence[str]) -> str:
    """Return the sheet's name as the workbook has it."""
    wanted = file.sheet
    found = wanted if wanted in names else by_canonical(names).get(canonical(wanted))
    if found is None:
        raise CorpusError(
            f"Got {file.name} without the requested sheet {wanted!r}. "
            f"Its sheets are: {', '.join(names)}. Name one of them with --sheet."
        )
    return found


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


def _header(file: InputFile, cells: _Cells) -> tuple[str, ...]:
    header = tuple("" if isinstance(v, NoValue | None) else tidy(str(v)) for v in cells.values)
    if not any(header):
        raise CorpusError(
            f"Got {file.name} without column names in row {cells.number}, but expected them there."
        )
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice is not None:
        raise CorpusError(
            f"Got {file.name} with two columns {twice!r}, but expected each name once. "
            "Rename one of the two."
        )
    return header


def _values(header: Sequence[str], cells: _Cells) -> dict[str, Any]:
    padded = chain(cells.values, repeat(None))
    return {name: value for name, value in zip(header, padded, strict=False) if name}


def _value(cell: Any, formula: Any, *, is_stale: bool) -> Any:
    """Return the value of a cell.

    Parameters
    ----------
    cell, formula : cell of openpyxl
        The calculated cell, and the one with the formula; None if there is none.
    is_stale : bool
        Whether the workbook asks Excel to recalculate it: the program that
        wrote it did not calculate, and may have stored 0 for every result.
    """
    value = cell.value
    if cell.data_type == "e":
        return NoValue(f"holds the error {value}")
    if getattr(formula, "data_type", "") == "f" and _is_unknown(cell, is_stale=is_stale):
        return NoValue(
            "holds a formula that was never calculated: open the file in Excel and save it"
        )
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return value


def _is_unknown(cell: Any, *, is_stale: bool) -> bool:
    """Return whether a formula was never calculated; a result that is an empty text counts."""
    if cell.value is None:
        return bool(cell.data_type != "str")
    return is_stale and type(cell.value) is int and cell.value == 0


def chosen_sheet(file: InputFile, wanted: str | None) -> str:
    """Return the name of the sheet to read; empty if the workbook has only one.

    Raises
    ------
    ConfigError
        If the package that reads workbooks is not installed.
    """
    _openpyxl()
    if wanted:
        return wanted
    try:
        with seekable(file, Cursor(hashes=False)) as whole:
            refuse_too_large(file, whole)
            sheets = _outline(whole)
    except (CorpusError, *DAMAGE):
        # The reader reports what is wrong.
        return ""
    visible = [name for name, state in sheets if state == "visible"]
    return (visible or [name for name, _ in sheets])[0] if len(sheets) > 1 else ""


def sheet_names(file: InputFile) -> list[str]:
    """Return the names of the sheets with cells; none if the file cannot be read.

    Raises
    ------
    ConfigError
        If the package that reads workbooks is not installed.
    """
    _openpyxl()
    try:
        with seekable(file, Cursor(hashes=False)) as whole:
            refuse_too_large(file, whole)
            return [name for name, _ in _outline(whole)]
    except (CorpusError, *DAMAGE):
        # The reader reports what is wrong.
        return []


def _outline(whole: Path | IO[bytes]) -> list[tuple[str, str]]:
    """Return the name and state of each sheet with cells, without reading a cell."""
    from openpyxl.reader.excel import ExcelReader

    reader = ExcelReader(whole, read_only=True, keep_links=False)
    with reader.archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader.read_manifest()
        reader.read_workbook()
        return [
            (sheet.name, sheet.state or "visible")
            for sheet, relation in reader.parser.find_sheets()
            if "chartsheet" not in relation.Type and relation.target in reader.valid_files
        ]
