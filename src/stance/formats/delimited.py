"""Rows of CSV and TSV; a broken row does not affect the others."""

from __future__ import annotations

import csv
import re
import sys
from codecs import BOM_UTF8
from collections import deque
from typing import TYPE_CHECKING

from stance.corpus.article import RejectedRow, Row
from stance.corpus.keys import tidy
from stance.errors import CorpusError
from stance.formats.formulas import unescape_formula
from stance.formats.lines import LONGEST_ROW, Line, read_lines
from stance.formats.opening import open_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.formats.cursor import Cursor
    from stance.formats.input_file import InputFile

# An article is rarely over 100 kB, but the csv module's limit of 128 kB would stop at a long one.
MAX_FIELD = min(sys.maxsize, 2**31 - 1)


# A first line with which Excel declares the delimiter.
SEPARATOR_LINE = re.compile(rb'"?sep=([^\r\n"])"?\s*', re.IGNORECASE)

_ESCAPED_OR_QUOTE = re.compile(r'\\(["\\])|"')


def doubled_quotes(text: str, *, within: bool = False) -> tuple[str, bool]:
    r"""Replace backslash-escaped quotation marks, as Spark writes them, by doubled ones.

    Parameters
    ----------
    text : str
        Some of the lines of a table.
    within : bool
        Whether it begins within a quoted value. Spark escapes backslashes and
        quotation marks in quoted values only.

    Returns
    -------
    tuple of str and bool
        The text, and whether it ends within a quoted value.

    Examples
    --------
    >>> print(*doubled_quotes(r'C:\\news,"قال \"نعم\" \\ ثم'))
    C:\\news,"قال ""نعم"" \ ثم True
    """

    def doubled(found: re.Match[str]) -> str:
        nonlocal within
        if found[1] is None:
            within = not within
            return '"'
        if not within:
            return found[0]
        return '""' if found[1] == '"' else found[1]

    return _ESCAPED_OR_QUOTE.sub(doubled, text), within


class _OverlongError(Exception):
    """A row is longer than `LONGEST_ROW`."""


class _Lines:
    """Passes lines to the csv module, and keeps those of the current row in case it is broken."""

    def __init__(self, lines: Iterator[Line], escape: str = "") -> None:
        self._lines = lines
        self._escape = escape
        self._within = False  # a quoted value of the current row
        self._again: deque[Line] = deque()
        self._size = 0
        self.taken: list[Line] = []
        self.suspect = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self._size += line.size
        if line.fault:
            raise _OverlongError(line.fault)
        if self._size > LONGEST_ROW:
            raise _OverlongError(f"a quote that does not end within {LONGEST_ROW:,} bytes")
        try:
            text = line.data.decode("utf-8-sig" if line.offset == 0 else "utf-8")
        except UnicodeDecodeError:
            # Invalid bytes become surrogates, so one bad row does not stop the reading.
            self.suspect = True
            text = line.data.decode(errors="surrogateescape")
        if self._escape:
            text, self._within = doubled_quotes(text, within=self._within)
        return text

    def skip_separator_line(self) -> bool:
        """Skip a first line such as ``sep=;``, and return whether there is one."""
        first = next(self._lines, None)
        if first is None:
            return False
        if SEPARATOR_LINE.fullmatch(first.data.removeprefix(BOM_UTF8)):
            return True
        self._again.append(first)
        return False

    def begin_row(self) -> None:
        """Discard the lines of the previous row."""
        self.taken.clear()
        self._size = 0
        self.suspect = False
        self._within = False

    def give_back(self) -> int:
        """Push back all lines of the row but its first; return where the last one ends."""
        last = self.taken[-1]
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]
        return last.offset + last.size

    @property
    def raw(self) -> bytes:
        """The current row as bytes of its file."""
        return self.taken[0].data if len(self.taken) == 1 else b"".join(t.data for t in self.taken)


def read_delimited(file: InputFile, cursor: Cursor) -> Iterator[Row | RejectedRow]:
    """Read the rows of a table in CSV or TSV.

    Notes
    -----
    An unclosed quotation mark would swallow all rows up to the next quotation
    mark or the end of the file. So only the first line of a row that cannot be
    read is rejected, and reading continues with the next line. Within the
    extent of the broken row, each row must have a value for each column.

    Raises
    ------
    CorpusError
        If there is no first row of column names.
    """
    csv.field_size_limit(MAX_FIELD)
    with open_bytes(file, cursor) as stream:
        found = read_lines(stream, file.name, offset=cursor.offset, universal=True)
        lines = _Lines(found, escape=file.escape)
        # Strict, because the lenient reader silently drops quotation marks.
        values = csv.reader(lines, delimiter=file.separator, strict=True)
        table = _Table(file, cursor, lines, values)
        if not cursor.header:
            table.read_header()
        yield from table.rows()


class _Table:
    def __init__(
        self, file: InputFile, cursor: Cursor, lines: _Lines, values: Iterator[list[str]]
    ) -> None:
        self._file = file
        self._cursor = cursor
        self._lines = lines
        self._values = values

    def read_header(self) -> None:
        """Read the names of the columns."""
        name = self._file.name
        try:
            header = [tidy(column) for column in self._first_row()]
        except (csv.Error, _OverlongError) as error:
            raise CorpusError(
                f"Got {name}, whose first row cannot be read as {self._file.format.upper()}: "
                f"{error}. Save it again, with commas and double quotes as CSV has them."
            ) from error
        named = [column for column in header if column]
        if not named:
            raise CorpusError(f"Got {name} without a first row of column names, but expected one.")
        if len(set(named)) < len(named):
            twice = next(column for column in named if named.count(column) > 1)
            raise CorpusError(
                f"Got {name} with two columns {twice!r}, but expected each name once. "
                "Rename one of the two."
            )
        self._cursor.header = tuple(header)
        self._move(self._cursor.row + 1)

    def _first_row(self) -> list[str]:
        """Return the first row after the line with which Excel declares the delimiter, if any."""
        if self._lines.skip_separator_line():
            self._cursor.row += 1
        return next(self._values, [])

    def rows(self) -> Iterator[Row | RejectedRow]:
        """Read the rows below the header."""
        while True:
            self._lines.begin_row()
            try:
                values = next(self._values)
            except StopIteration:
                return
            except (csv.Error, _OverlongError) as error:
                yield self._broken(error)
                continue
            number = self._cursor.row + 1
            row = self._row(number, values) if values else None
            self._move(number)
            if row:
                yield row

    def _row(self, number: int, values: list[str]) -> Row | RejectedRow:
        header, taken = self._cursor.header, self._lines.taken
        offset = taken[0].offset
        doubtful = offset < self._cursor.doubtful_to and len(values) < len(header)
        if len(values) > len(header) or doubtful:
            reason = f"{len(values)} values for {len(header)} columns"
            return RejectedRow(self._file.name, number, reason, self._lines.raw, offset)
        raw = self._lines.raw
        # Few rows have an apostrophe at all.
        if b"'" in raw and any(value[:1] == "'" for value in values):
            values = list(map(unescape_formula, values))
        named = dict(zip(header, values, strict=False))
        return Row(self._file.name, number, named, offset, raw, self._lines.suspect)

    def _broken(self, error: Exception) -> RejectedRow:
        overlong = isinstance(error, _OverlongError)
        self._cursor.doubtful_to = max(self._cursor.doubtful_to, self._lines.give_back())
        number = self._cursor.row + 1
        reason = str(error) if overlong else f"bad CSV ({error})"
        (line,) = self._lines.taken
        self._move(number)
        return RejectedRow(self._file.name, number, reason, line.data, line.offset)

    def _move(self, number: int) -> None:
        """Move the cursor past the current row."""
        last = self._lines.taken[-1]
        self._cursor.row = number
        self._cursor.offset = last.offset + last.size
