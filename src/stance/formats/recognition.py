"""Detecting how a file is stored from its first bytes: format, encoding, delimiter, program."""

from __future__ import annotations

import csv
import io
import itertools
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stance.corpus.keys import tidy
from stance.errors import CorpusError, DamagedFileError
from stance.formats.delimited import MAX_FIELD, SEPARATOR_LINE, doubled_quotes
from stance.formats.encodings import (
    UTF8,
    decoded_sample,
    find_encoding,
    normal_name,
    with_byte_order,
)
from stance.formats.excel import chosen_sheet
from stance.formats.exports import recognise_export
from stance.formats.input_file import STDIN, TEXTUAL, InputFile
from stance.formats.json_documents import (
    LIST_WITHIN,
    LONG_LIST,
    has_one_list,
    only_value,
    recognise_document,
)
from stance.formats.json_values import JsonValues
from stance.formats.rows import parse_json
from stance.formats.samples import SAMPLE, later_samples, sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stance.formats.source import Source

DELIMITERS = (",", ";", "\t", "|")
ESCAPES = ("", "\\")

# Rows of a table, or lines of JSON, that are examined.
MOST_ROWS = 100

# A delimiter fits if at least this share of the rows has as many columns as the header.
FITTING = 0.9

# Common names of encodings.
KNOWN_AS = {"cp1256": "windows-1256", "iso8859-6": "ISO 8859-6", "mac_arabic": "Mac Arabic"}
KNOWN_AS |= {"mac-arabic": "Mac Arabic", "utf-16": "UTF-16", UTF8: "UTF-8"}

# A JSON document with more characters may be longer than the sample.
LONG_TEXT = SAMPLE // 4

# Characters that may precede a JSON document.
_BEFORE_JSON = "\ufeff \t\r\n"

# Column names are words, not sentences.
LONGEST_NAME = 60


def recognise(file: InputFile, source: Source) -> InputFile:
    """Detect how a file is stored, unless the user has specified it.

    Parameters
    ----------
    file : InputFile
        As inferred from its name.
    source : Source
        Options of the user, which take precedence.

    Returns
    -------
    InputFile

    Raises
    ------
    CorpusError
        If the file cannot be opened, is empty, or does not match its name.
    """
    if file.format == "xlsx":
        return replace(file, sheet=chosen_sheet(file, source.sheet))
    if file.format not in TEXTUAL:
        return file
    data = sample(file)
    encoding = with_byte_order(normal_name(source.encoding or _encoding(file, data)), data)
    file = replace(file, encoding=encoding, delimiter=source.delimiter or "")
    text = decoded_sample(data, encoding, is_whole=len(data) < SAMPLE and file.name != STDIN)
    if source.input_format is None:
        file = replace(file, format=_format_by_content(file.format, text, source.fields.text))
    if file.format in {"csv", "tsv"}:
        return _recognised_table(file, text)
    if file.format in {"jsonl", "json"}:
        return _recognised_json(file, text, source)
    return file


def _encoding(file: InputFile, data: bytes) -> str:
    try:
        return find_encoding(data, file.name, lambda: later_samples(file))
    except CorpusError:
        if file.format == "txt":  # one article, which is rejected without stopping the run
            return UTF8
        raise


def _format_by_content(implied: str, text: str, text_name: str) -> str:
    """Return the format of the first lines, which may differ from that of the name."""
    if implied in {"json", "jsonl"}:
        return _json_format(implied, text)
    if implied == "txt" and _is_table(text, text_name):
        return "tsv"
    return implied


def _json_format(implied: str, text: str) -> str:
    """Decide between JSON Lines and a JSON document."""
    # Not splitlines(): within a JSON string, U+0085 and U+2028 are ordinary characters.
    lines = list(itertools.islice((line for line in text.split("\n") if line.strip()), MOST_ROWS))
    n_objects = sum(isinstance(_parsed(line), dict) for line in lines)
    if implied == "json" and n_objects == len(lines) == 1:
        return "json"
    # In a pretty-printed document, a single line may happen to be an object.
    if n_objects and (2 * n_objects >= len(lines) or not _begins_document(lines[0], text)):
        return "jsonl"
    return "json" if text.lstrip(_BEFORE_JSON).startswith(("[", "{")) else implied


def _begins_document(line: str, text: str) -> bool:
    """Return whether the first value can be parsed, but not from the first line alone."""
    if _parsed(line) is not None:
        return False
    return _parsed(next(_values(text), "")) is not None


def _parsed(text: str) -> Any:
    try:
        return parse_json(text.strip().removeprefix("\ufeff").encode(errors="replace"))[0]
    except ValueError:
        return None


def _is_table(text: str, text_name: str) -> bool:
    """Return whether a text is a tab-separated table, as Excel saves «Unicode text».

    An article may also have tabs in its first lines.
    """
    if "\t" not in text.partition("\n")[0]:
        return False
    rows = _table_rows(text, "\t", "")
    if _fit(rows) < 1.0 or not _is_header(rows[0]):
        return False
    return len(rows) > 2 or text_name in map(tidy, rows[0])


def _is_header(row: Sequence[str]) -> bool:
    names = [tidy(name) for name in row]
    return all(0 < len(name) <= LONGEST_NAME for name in names) and len(set(names)) == len(names)


def _recognised_table(file: InputFile, text: str) -> InputFile:
    """Detect the delimiter of a table, and how quotation marks within a value are escaped."""
    first, _, rest = text.partition("\n")
    named = SEPARATOR_LINE.fullmatch(first.removeprefix("\ufeff").encode())
    if named:
        text = rest
    candidates = [file.separator, *(d for d in DELIMITERS if d != file.separator)]
    if file.delimiter:
        candidates = [file.delimiter]
    elif named:
        candidates = [named[1].decode()]
    delimiter, escape = _best(text, candidates)
    chosen = "" if delimiter == replace(file, delimiter="").separator else delimiter
    rows = _table_rows(text, delimiter, escape)
    header = [tidy(name) for name in rows[0]] if rows else []
    layout, _ = recognise_export([dict.fromkeys(header)])
    return replace(file, delimiter=chosen, escape=escape, layout=layout)


def _best(text: str, delimiters: Sequence[str]) -> tuple[str, str]:
    """Return the delimiter and escape that fit best; the first delimiter if there is a tie."""
    ways = [_measured(text, delimiter) for delimiter in delimiters]
    fitting = [way for way in ways if way[0] >= FITTING]
    if not fitting and not ways[0][0]:
        # No column name contains the first delimiter, but one contains another, so that one is
        # used even if many rows are broken.
        fitting = [way for way in ways if way[0] >= FITTING / 2]
    chosen = ways[0] if ways[0] in fitting or not fitting else max(fitting, key=lambda way: way[:2])
    return chosen[2], chosen[3]


def _measured(text: str, delimiter: str) -> tuple[float, int, str, str]:
    """Return the fit of a delimiter, its number of columns, the delimiter and its escape."""
    ways = []
    escapes = ESCAPES if '\\"' in text else ESCAPES[:1]
    for escape in escapes:
        # The first row with an escaped quotation mark may be one of the last.
        rows = _table_rows(text, delimiter, escape, MOST_ROWS if len(escapes) == 1 else None)
        ways.append((_fit(rows), len(rows[0]) if rows else 0, delimiter, escape))
    return max(ways, key=lambda way: way[0])


def _fit(rows: Sequence[Sequence[str]]) -> float:
    """Return the share of rows with as many columns as the first; 0 if that has only one."""
    if not rows or len(rows[0]) < 2:
        return 0.0
    return sum(len(row) == len(rows[0]) for row in rows) / len(rows)


def _table_rows(
    text: str, delimiter: str, escape: str, most: int | None = MOST_ROWS
) -> list[list[str]]:
    """Parse the first rows of a table; a row that cannot be parsed is empty."""
    csv.field_size_limit(MAX_FIELD)
    if escape:
        text, _ = doubled_quotes(text)
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    while most is None or len(rows) < most:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            if "end of data" in str(error):  # the sample ends within a row
                break
            rows.append(["?"])
            continue
        if row:
            rows.append(row)
    return rows


def _recognised_json(file: InputFile, text: str, source: Source) -> InputFile:
    """Detect whether JSON is one object with many rows, or the export of a program."""
    # Only the first line of a pipe of JSON Lines is available.
    if source.input_format != "jsonl" and not (file.name == STDIN and file.format == "jsonl"):
        document = _parsed(only_value(text))
        if layout := recognise_document(document, source.fields.text):
            is_long = layout == LIST_WITHIN and len(text) > LONG_TEXT and has_one_list(document)
            return replace(file, format="json", layout=LONG_LIST if is_long else layout)
    values: Iterable[str] = _values(text) if file.format == "json" else text.split("\n")
    objects = (value for value in map(_parsed, values) if isinstance(value, dict))
    layout, question = recognise_export(itertools.islice(objects, MOST_ROWS))
    return replace(file, layout=layout, question=question)


def _values(text: str) -> Iterator[str]:
    """Yield the values of a JSON document that are complete in the sample."""
    stream = io.BufferedReader(io.BytesIO(text.encode(errors="replace")))
    with suppress(DamagedFileError):
        for value in JsonValues(stream, ""):
            yield value.data.decode()


def peculiarities(file: InputFile) -> list[str]:
    """Describe how the storage of a file differs from what its name implies."""
    found = []
    if file.is_converted:
        found.append(f"encoding {KNOWN_AS.get(file.encoding, file.encoding)}")
    if file.format == "json":
        found.append("JSON document")
    elif file.format == "tsv" and file.name.lower().endswith((".txt", ".txt.gz")):
        found.append("a table with tabs")
    if file.delimiter:
        found.append(f"columns separated by {_named(file.delimiter)}")
    if file.escape:
        found.append('quotation marks escaped as \\"')
    if file.sheet:
        found.append(f"sheet {file.sheet!r}")
    if file.layout:
        found.append(file.layout)
    if file.question:
        found.append(f"label from {file.question!r}")
    return found


def _named(delimiter: str) -> str:
    return {"\t": "tabs"}.get(delimiter, f"'{delimiter}'")
