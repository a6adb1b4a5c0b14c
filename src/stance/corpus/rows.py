"""The rows of one file, whatever its format; a row that cannot be read is set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.corpus.article import RejectedRow, Row
from stance.corpus.cursor import Cursor
from stance.corpus.delimited import read_delimited
from stance.corpus.lines import LONGEST_ROW, Line, read_lines
from stance.corpus.opening import STDIN, Source, open_bytes
from stance.corpus.parquet import read_parquet

if TYPE_CHECKING:
    from collections.abc import Iterator

BOM = b"\xef\xbb\xbf"


def read_rows(source: Source, cursor: Cursor | None = None) -> Iterator[Row | RejectedRow]:
    """Read a file's rows one at a time.

    Parameters
    ----------
    source : Source
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
        "csv": read_delimited,
        "tsv": read_delimited,
        "parquet": read_parquet,
    }
    return readers[source.format](source, cursor or Cursor(hashes=False))


def _read_txt(source: Source, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    """Read a text file as one article, named after the file."""
    if cursor.row:
        return
    name = source.name.rpartition("/")[2] if source.is_remote else source.path.name
    row = text_row(source, "stdin" if source.name == STDIN else name, 1, cursor)
    cursor.row = 1
    yield row


def text_row(
    source: Source, name: str, number: int, cursor: Cursor | None = None
) -> Row | RejectedRow:
    """Read a whole text file as one row with an id of `name`."""
    with open_bytes(source, cursor) as stream:
        data = stream.read(LONGEST_ROW + 1)
    if len(data) > LONGEST_ROW:
        reason = f"a text of over {LONGEST_ROW:,} bytes"
        return RejectedRow(source.name, number, reason, offset=0)
    try:
        text = data.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        reason = f"invalid UTF-8 at byte {error.start}"
        return RejectedRow(source.name, number, reason, data, 0)
    return Row(source.name, number, {"id": name, "text": text}, 0)


def _read_jsonl(source: Source, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    with open_bytes(source, cursor) as stream:
        for line in read_lines(stream, source.name, offset=cursor.offset):
            cursor.row += 1
            cursor.offset += line.size
            content = line.data.removeprefix(BOM) if cursor.row == 1 else line.data
            if content and not content.isspace():
                yield _json_row(source, cursor.row, line, content)


def _json_row(source: Source, number: int, line: Line, content: bytes) -> Row | RejectedRow:
    import orjson

    if line.fault:
        return RejectedRow(source.name, number, line.fault, content, line.offset)
    try:
        values = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        fault = _json_fault(content, error)
        return RejectedRow(source.name, number, fault, content, line.offset)
    if not isinstance(values, dict):
        fault = f"a JSON {type(values).__name__}, not an object"
        return RejectedRow(source.name, number, fault, content, line.offset)
    return Row(source.name, number, values, line.offset, content)


def _json_fault(content: bytes, error: Exception) -> str:
    try:
        content.decode()
    except UnicodeDecodeError:
        return "invalid UTF-8"
    return f"bad JSON ({error})"
