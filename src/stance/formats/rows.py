"""The rows of one file of any format; a row that cannot be read is rejected."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from stance.corpus.article import RejectedRow, Row
from stance.corpus.keys import tidy
from stance.errors import DamagedFileError
from stance.formats.cursor import Cursor
from stance.formats.delimited import read_delimited
from stance.formats.excel import read_workbook
from stance.formats.exports import unpacker
from stance.formats.input_file import STDIN, InputFile
from stance.formats.json_documents import LONG_LIST, is_document_layout, rows_of_document
from stance.formats.json_values import JsonValues
from stance.formats.lines import LONGEST_ROW, Line, read_lines
from stance.formats.opening import open_bytes
from stance.formats.parquet import read_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stance.formats.exports import Values

# A document of one object has to be in memory as a whole.
LONGEST_DOCUMENT = 1024 * 1024 * 1024
_AS_LINES = "Save it as JSON Lines, in pandas with to_json(..., orient='records', lines=True)."


# Formats whose rows carry their own field names.
NAMED_BY_ROW = ("jsonl", "json", "parquet")

# Sets of field names that are known to be tidy.
MOST_HEADERS = 1000

# Takes the place of column names when reading resumes within a JSON array.
WITHIN_ARRAY = ("[",)


def read_rows(file: InputFile, cursor: Cursor | None = None) -> Iterator[Row | RejectedRow]:
    """Read a file's rows one at a time.

    Parameters
    ----------
    file : InputFile
    cursor : Cursor, optional
        Moves along with the rows; reading starts at its position.

    Raises
    ------
    DamagedFileError
        If the file's content is truncated or cannot be decompressed.
    CorpusError
        If the file cannot be read in the format of its name.
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
    if file.layout:
        rows = _unpacked(rows, unpacker(file.layout, file.question))
    return _with_tidy_names(rows) if file.format in NAMED_BY_ROW else rows


def _with_tidy_names(rows: Iterator[Row | RejectedRow]) -> Iterator[Row | RejectedRow]:
    """Normalise the names of fields, as for the columns of a table."""
    # Most rows have the names of an earlier one.
    tidy_already: set[tuple[str, ...]] = set()
    for row in rows:
        if isinstance(row, Row) and (names := tuple(row.values)) not in tidy_already:
            if any(name != _tidy_name(name) for name in names):
                values = {_tidy_name(name): value for name, value in row.values.items()}
                yield row._replace(values=values)
                continue
            if len(tidy_already) < MOST_HEADERS:
                tidy_already.add(names)
        yield row


@lru_cache(maxsize=4096)
def _tidy_name(name: str) -> str:
    return tidy(name)


def _unpacked(
    rows: Iterator[Row | RejectedRow], unpack: Callable[[Values], Values]
) -> Iterator[Row | RejectedRow]:
    """Unpack the rows of a program's export; a row with another structure stays unchanged."""
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
    """Read a whole text file as one row whose id is `name`."""
    with open_bytes(file, cursor) as stream:
        data = stream.read(LONGEST_ROW + 1)
    if len(data) > LONGEST_ROW:
        reason = f"a text of over {LONGEST_ROW:,} bytes"
        return RejectedRow(file.name, number, reason, offset=0)
    try:
        text = data.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        reason = f"invalid UTF-8 at byte {error.start}"
        return RejectedRow(file.name, number, reason, data, 0)
    return Row(file.name, number, {"id": name, "text": text}, 0)


def _read_jsonl(file: InputFile, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    with open_bytes(file, cursor) as stream:
        for line in read_lines(stream, file.name, offset=cursor.offset):
            cursor.row += 1
            cursor.offset += line.size
            content = line.data.removeprefix(BOM_UTF8) if cursor.row == 1 else line.data
            if content and not content.isspace():
                yield _json_row(file, cursor.row, line, content)


def _read_json(file: InputFile, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    """Read the elements of arrays, or concatenated objects."""
    if is_document_layout(file.layout):
        yield from _read_document(file, cursor)
        return
    with open_bytes(file, cursor) as stream:
        values = JsonValues(
            stream,
            file.name,
            cursor.offset,
            within_array=cursor.header == WITHIN_ARRAY,
            is_wrapped=file.layout == LONG_LIST,
        )
        for value in values:
            cursor.row += 1
            cursor.offset = value.offset + value.size
            cursor.header = WITHIN_ARRAY if values.within_array else ()
            yield _json_row(file, cursor.row, value, value.data)


def _read_document(file: InputFile, cursor: Cursor) -> Iterator[Row]:
    """Read the rows within a document that is one object, which is in memory as a whole."""
    with open_bytes(file, cursor) as stream:
        data = stream.read(LONGEST_DOCUMENT + 1)
    if len(data) > LONGEST_DOCUMENT:
        raise DamagedFileError(
            f"Got {file.name}, one JSON object of over {LONGEST_DOCUMENT:,} bytes, which has to be "
            f"in memory at once. {_AS_LINES}"
        )
    try:
        document, suspect = parse_json(data.removeprefix(BOM_UTF8))
        for number, values in enumerate(rows_of_document(document, file.layout), start=1):
            if number > cursor.row:
                cursor.row = number
                yield Row(file.name, number, values, suspect=suspect)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise DamagedFileError(
            f"Got {file.name}, which begins as a {file.layout} but cannot be read after row "
            f"{cursor.row} ({error}). The file was cut short, or has another structure. {_AS_LINES}"
        ) from error


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
        named = " with the names of its fields" if isinstance(values, list) else ""
        fault = f"a JSON {type(values).__name__}, not an object{named}"
        return RejectedRow(file.name, number, fault, content, line.offset)
    return Row(file.name, number, values, line.offset, content, suspect)


def parse_json(content: bytes) -> tuple[Any, bool]:
    """Parse a JSON value; ``NaN`` and ``Infinity``, as pandas writes them, become None.

    Returns
    -------
    tuple of object and bool
        The value, and whether it may hold lone surrogates, which are not valid
        text: the parser that accepts ``NaN`` accepts them too.

    Raises
    ------
    ValueError
        If it is not valid JSON.
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
