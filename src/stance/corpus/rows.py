"""The rows of one file, whatever its format; a row that cannot be read is set aside."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stance.corpus.article import RejectedRow, Row
from stance.corpus.cursor import Cursor
from stance.corpus.delimited import read_delimited
from stance.corpus.excel import read_workbook
from stance.corpus.exports import COLUMNS, WRAPPED, rows_of_columns, unpacker
from stance.corpus.json_values import JsonValues
from stance.corpus.lines import LONGEST_ROW, SHOWN, Line, read_lines
from stance.corpus.opening import STDIN, InputFile, open_bytes
from stance.corpus.parquet import read_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stance.corpus.exports import Values

BOM = b"\xef\xbb\xbf"

# A document that holds a table by columns is the only thing that is read as a whole.
LONGEST_DOCUMENT = 256 * 1024 * 1024

# Stands in the place of column names where reading goes on within a JSON array.
WITHIN_ARRAY = ("[",)


def read_rows(file: InputFile, cursor: Cursor | None = None) -> Iterator[Row | RejectedRow]:
    """Read a file's rows one at a time.

    Parameters
    ----------
    file : InputFile
    cursor : Cursor, optional
        Moves along with the rows; reading begins where it stands.

    Raises
    ------
    DamagedFileError
        If the file's content breaks off or cannot be decompressed.
    CorpusError
        If the file cannot be read as what its name says.
    """
    readers = {
        "txt": _read_txt,
        "jsonl": _read_jsonl,
        "json": _read_json,
        "csv": read_delimited,
        "tsv": read_delimited,
        "parquet": read_parquet,
        "xlsx": read_workbook,
    }
    rows = readers[file.format](file, cursor or Cursor(hashes=False))
    return _unpacked(rows, unpacker(file.layout)) if file.layout else rows


def _unpacked(
    rows: Iterator[Row | RejectedRow], unpack: Callable[[Values], Values]
) -> Iterator[Row | RejectedRow]:
    """Unpack the rows of a program's export; one of another shape stays as it is."""
    for row in rows:
        if isinstance(row, Row):
            try:
                yield row._replace(values=unpack(row.values))
            except (AttributeError, KeyError, TypeError, ValueError):
                yield row
        else:
            yield row


def _read_txt(file: InputFile, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    """Read a text file as one article, named after the file."""
    if cursor.row:
        return
    name = file.name.rpartition("/")[2] if file.is_remote else file.path.name
    row = text_row(file, "stdin" if file.name == STDIN else name, 1, cursor)
    cursor.row = 1
    yield row


def text_row(
    file: InputFile, name: str, number: int, cursor: Cursor | None = None
) -> Row | RejectedRow:
    """Read a whole text file as one row with an id of `name`."""
    with open_bytes(file, cursor) as stream:
        data = stream.read(LONGEST_ROW + 1)
    if len(data) > LONGEST_ROW:
        reason = f"a text of over {LONGEST_ROW:,} bytes"
        return RejectedRow(file.name, number, reason, offset=0)
    try:
        text = data.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        reason = f"invalid UTF-8 at byte {error.start}"
        return RejectedRow(file.name, number, reason, data, 0)
    return Row(file.name, number, {"id": name, "text": text}, 0)


def _read_jsonl(file: InputFile, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    with open_bytes(file, cursor) as stream:
        for line in read_lines(stream, file.name, offset=cursor.offset):
            cursor.row += 1
            cursor.offset += line.size
            content = line.data.removeprefix(BOM) if cursor.row == 1 else line.data
            if content and not content.isspace():
                yield _json_row(file, cursor.row, line, content)


def _read_json(file: InputFile, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    """Read the elements of arrays, or objects one behind the other."""
    if file.layout == COLUMNS:
        yield from _read_columns(file, cursor)
        return
    with open_bytes(file, cursor) as stream:
        values = JsonValues(
            stream,
            file.name,
            cursor.offset,
            within_array=cursor.header == WITHIN_ARRAY,
            is_wrapped=file.layout == WRAPPED,
        )
        for value in values:
            cursor.row += 1
            cursor.offset = value.offset + value.size
            cursor.header = WITHIN_ARRAY if values.within_array else ()
            yield _json_row(file, cursor.row, value, value.data)


def _read_columns(file: InputFile, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    """Read the rows of a document that is one object of columns, as a whole."""
    passed = cursor.row
    with open_bytes(file, cursor) as stream:
        data = stream.read(LONGEST_DOCUMENT + 1)
    for row in _rows_of_columns(file, data):
        number = row.number if isinstance(row, Row) else row.row
        if number > passed:
            cursor.row = number
            yield row


def _rows_of_columns(file: InputFile, data: bytes) -> Iterator[Row | RejectedRow]:
    if len(data) > LONGEST_DOCUMENT:
        reason = (
            f"a table by columns of over {LONGEST_DOCUMENT:,} bytes; save it by rows, which pandas "
            "does with orient='records', lines=True"
        )
        yield RejectedRow(file.name, 1, reason, data[:SHOWN], 0)
        return
    content = data.removeprefix(BOM)
    document = _json_row(file, 1, Line(0, content, len(content)), content)
    if isinstance(document, RejectedRow):
        yield replace(document, raw=data[:SHOWN])
        return
    for number, values in enumerate(rows_of_columns(document.values), start=1):
        yield Row(file.name, number, values, suspect=document.suspect)


def _json_row(file: InputFile, number: int, line: Line, content: bytes) -> Row | RejectedRow:
    if line.fault:
        return RejectedRow(file.name, number, line.fault, content, line.offset)
    import orjson

    suspect = False
    try:
        try:
            values = orjson.loads(content)
        except orjson.JSONDecodeError:
            values, suspect = parse_json(content)
    except ValueError as error:
        fault = _json_fault(content, error)
        return RejectedRow(file.name, number, fault, content, line.offset)
    if not isinstance(values, dict):
        fault = f"a JSON {type(values).__name__}, not an object"
        return RejectedRow(file.name, number, fault, content, line.offset)
    return Row(file.name, number, values, line.offset, content, suspect)


def parse_json(content: bytes) -> tuple[Any, bool]:
    """Parse a JSON value, with ``NaN`` and ``Infinity``, as pandas writes them, for nothing.

    Returns
    -------
    tuple of object and bool
        The value, and whether it may hold lone surrogates, which are no text:
        the library that reads ``NaN`` lets them through.

    Raises
    ------
    ValueError
        If it is no JSON.
    """
    import orjson

    try:
        return orjson.loads(content), False
    except orjson.JSONDecodeError:
        if not (b"NaN" in content or b"Infinity" in content):
            raise
        return json.loads(content, parse_constant=lambda name: None), True


def _json_fault(content: bytes, error: Exception) -> str:
    try:
        content.decode()
    except UnicodeDecodeError:
        return "invalid UTF-8"
    return f"bad JSON ({error})"
