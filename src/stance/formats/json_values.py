"""Streaming the values of a JSON document: elements of an array, or concatenated values.

A document is split where brackets close, so that only one value is in memory.
A value that cannot be parsed does not affect the others as long as its brackets
and quotation marks are closed.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import IO, TYPE_CHECKING

from stance.errors import DamagedFileError
from stance.formats.cursor import BLOCK
from stance.formats.lines import LONGEST_ROW, LONGEST_SKIP, SHOWN, Line

if TYPE_CHECKING:
    from collections.abc import Iterator

_BRACKET_OR_QUOTE = re.compile(rb'["{}\[\]]')
_OR_COMMA = re.compile(rb'["{}\[\],]')
# The rest of a string in the current data, and its end.
_REST_OF_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+(")?', re.DOTALL)
_BETWEEN = b" \t\r\n,"


class JsonValues:
    """Splits a stream of JSON into its values, or the elements of its arrays.

    Parameters
    ----------
    stream : binary file
    name : str
        Name for error messages.
    offset : int
        Offset of the stream in the whole file.
    within_array : bool
        Whether the stream begins within an array.
    is_wrapped : bool
        Whether the array is a value of one object, which is skipped.
    """

    def __init__(
        self,
        stream: IO[bytes],
        name: str,
        offset: int = 0,
        *,
        within_array: bool = False,
        is_wrapped: bool = False,
    ) -> None:
        self._stream = stream
        self._name = name
        self._data = b""
        self._place = 0  # in the data, up to which it was scanned
        self._begun = 0  # in the data, start of the current value or of the gap before it
        self._offset = offset  # of the first byte of the data
        self._depth = 0
        self._head = b""  # of a value that is too long
        self._dropped = 0  # bytes of such a value that were discarded
        self._is_wrapped = is_wrapped
        self._list_opened = False  # the last sign was a bracket directly within the object
        self._in_rest = False  # of the object, after its list
        self.within_array = within_array

    def __iter__(self) -> Iterator[Line]:
        """Yield each value, and any invalid content between values, as a line."""
        while (found := self._next_sign()) is not None:
            sign, place = found
            if self._seeks_list and self._finds_list(sign, place):
                continue
            if sign == b'"':
                self._skip_string()
            elif sign in b"{[":
                yield from self._open(sign, place)
            elif sign == b",":
                yield from self._gap(place)
            else:
                yield from self._close(sign, place)
        if self._depth:
            raise DamagedFileError(
                f"Got {self._name}, which ends within a JSON value that begins at byte "
                f"{self._offset + self._begun - self._dropped:,}. The file was cut short, or a "
                "bracket or quotation mark in it is not closed: save it again."
            )
        yield from self._gap(len(self._data))

    @property
    def _seeks_list(self) -> bool:
        return self._is_wrapped and not (self.within_array or self._in_rest)

    def _finds_list(self, sign: bytes, place: int) -> bool:
        """Return whether a sign opens the first list of objects in the enclosing object."""
        if self._list_opened and sign == b"{":
            self._depth, self._begun, self._place = 0, place, place
            self._head, self._dropped = b"", 0
            self.within_array = True
        self._list_opened = sign == b"[" and self._depth == 1
        return self.within_array

    def _open(self, sign: bytes, place: int) -> Iterator[Line]:
        if not self._depth:
            yield from self._gap(place)
            if sign == b"[" and not self.within_array:
                self.within_array = True
                return
            self._begun = place
        self._depth += 1

    def _close(self, sign: bytes, place: int) -> Iterator[Line]:
        if self._depth:
            self._depth -= 1
            if not self._depth:
                line = self._value(self._place)
                if not self._in_rest:
                    yield line
                self._in_rest = False
        elif sign == b"]" and self.within_array:
            yield from self._gap(place)
            self.within_array = False
            if self._is_wrapped:
                self._depth, self._in_rest = 1, True

    def _next_sign(self) -> tuple[bytes, int] | None:
        """Find the next bracket or quotation mark outside of strings; None at the end."""
        between = self.within_array and not self._depth
        signs = _OR_COMMA if between else _BRACKET_OR_QUOTE
        while (found := signs.search(self._data, self._place)) is None:
            self._place = len(self._data)
            if not self._read():
                return None
        self._place = found.end()
        return found.group(), found.start()

    def _skip_string(self) -> None:
        """Move to the end of a string."""
        while (found := _REST_OF_STRING.match(self._data, self._place)) is not None:
            # A backslash at the end of the data may escape the next byte.
            self._place = found.end()
            if found[1]:
                return
            if not self._read():
                # An unterminated string: the enclosing value is damaged too.
                self._depth = max(self._depth, 1)
                return

    def _read(self) -> bool:
        """Read more bytes, and discard finished ones; False at the end."""
        if not (self._depth or self._head):
            # There may be any amount of whitespace between two values.
            self._begun += _n_blank(self._data[self._begun : self._place])
        self._data = self._data[self._begun :]
        self._offset += self._begun
        self._place -= self._begun
        self._begun = 0
        if self._place + self._dropped > LONGEST_ROW:
            self._discard()
        data = self._stream.read1(BLOCK)  # type: ignore[attr-defined]
        self._data += data
        return bool(data)

    def _discard(self) -> None:
        """Keep only the beginning of a value that is too long."""
        n = min(self._place, len(self._data))
        self._head = self._head or self._data[:SHOWN]
        self._dropped += n
        self._offset += n
        self._data = self._data[n:]
        self._place -= n
        if self._dropped > LONGEST_SKIP:
            raise DamagedFileError(
                f"Got {self._name} with a JSON value that does not end within {LONGEST_SKIP:,} "
                "bytes. The rest was not read: check the content of the file."
            )

    def _value(self, end: int) -> Line:
        """Return the value that ends at a place, and begin the gap after it."""
        data = self._head or self._data[self._begun : end]
        size = self._dropped + end - self._begun
        line = Line(self._offset + self._begun - self._dropped, data, size)
        self._begun, self._head, self._dropped = end, b"", 0
        return line

    def _gap(self, end: int) -> Iterator[Line]:
        """Yield the content between two values, if it is more than whitespace and commas."""
        data = self._data[self._begun : end]
        if self._head:
            yield self._value(end)
        elif data.removeprefix(BOM_UTF8).strip(_BETWEEN):
            self._begun += _n_blank(data)
            yield self._value(self._begun + len(data.strip(_BETWEEN)))
        self._begun = max(self._place, end)


def _n_blank(data: bytes) -> int:
    return len(data) - len(data.lstrip(_BETWEEN))
