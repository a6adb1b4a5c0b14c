"""The pages of a Parquet file, by their headers: what reading them takes, before they are read.

The index at a file's end says how large a column of a row group is as a whole.
A column is read page by page, so that millions of rows need little memory, but
only if the pages are small. How large they are stands in front of each.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# A header has some 50 bytes, and a few kilobytes where it names the least and the greatest text.
_HEADER = 256
_LONGEST_HEADER = 1024 * 1024
_DEEPEST = 16

_DICTIONARY = 2
# Encodings of a page's values by number. Those that store the beginning a text shares with the one
# before it, or lengths in next to no bits, hold more than their bytes.
_PLAIN = 0
_DELTAS = {5, 6, 7}
_SHARED_BEGINNINGS = 7


class BadPageError(Exception):
    """What stands where a page should begin is no page."""


class Page(NamedTuple):
    """A page of a column.

    Parameters
    ----------
    is_dictionary : bool
        Whether it holds the values that other pages refer to.
    n_values : int
    n_bytes : int
        In memory, once decompressed; or on the disk, where that is more.
    is_plain : bool
        Whether its values take no more memory than its bytes.
    shares_beginnings : bool
        Whether each value may be as long as the page.
    """

    is_dictionary: bool
    n_values: int
    n_bytes: int
    is_plain: bool
    shares_beginnings: bool


def pages(file: IO[bytes], column: Any) -> Iterator[Page]:
    """Read the headers of a column's pages, and nothing else of it.

    Parameters
    ----------
    file : binary file
        One that can be read at any place.
    column : pyarrow.parquet.ColumnChunkMetaData

    Raises
    ------
    BadPageError
        If there is no page where one should be.
    """
    place = column.data_page_offset
    first = column.dictionary_page_offset
    if first is not None and 0 < first < place:
        place = first
    end = place + column.total_compressed_size
    while place < end:
        header, size = _header(file, place)
        compressed, n_bytes = header.get(3), header.get(2)
        if not isinstance(compressed, int) or not isinstance(n_bytes, int):
            raise BadPageError(f"no page at byte {place:,}")
        if compressed < 0 or n_bytes < 0:
            raise BadPageError(f"a page of less than no bytes at byte {place:,}")
        yield _page(header, max(compressed, n_bytes))
        place += size + compressed


def _page(header: dict[int, Any], n_bytes: int) -> Page:
    # Fields 5, 7 and 8: how a data page, a dictionary, or a data page of version 2 is stored.
    inner: dict[int, Any] = next(
        (header[n] for n in (5, 7, 8) if isinstance(header.get(n), dict)), {}
    )
    n_values = inner.get(1, 0)
    encoding = inner.get(4 if 8 in header else 2, _PLAIN)
    if encoding in _DELTAS:
        n_bytes = max(n_bytes, 8 * n_values)
    return Page(
        header.get(1) == _DICTIONARY,
        n_values,
        n_bytes,
        encoding == _PLAIN or encoding in _DELTAS - {_SHARED_BEGINNINGS},
        encoding == _SHARED_BEGINNINGS,
    )


def _header(file: IO[bytes], place: int) -> tuple[dict[int, Any], int]:
    """Read the header at a place; return its fields by number, and how long it is."""
    size = _HEADER
    while True:
        file.seek(place)
        data = file.read(size)
        try:
            found, end = _ThriftReader(data).struct(0)
        except IndexError:
            if len(data) < size or size >= _LONGEST_HEADER:
                raise BadPageError(f"no page at byte {place:,}") from None
            size *= 16
        else:
            return found, end


class _ThriftReader:
    """Reads the compact protocol of Apache Thrift, in which Parquet stores its headers.

    Raises `IndexError` where the data ends too early.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def struct(self, depth: int) -> tuple[dict[int, Any], int]:
        """Return the fields of a struct by number, and the place behind it."""
        if depth > _DEEPEST:
            raise BadPageError("a header within headers without end")
        fields: dict[int, Any] = {}
        number = 0
        while byte := self._byte():
            step = byte >> 4
            number = number + step if step else self._integer()
            fields[number] = self._value(byte & 15, depth)
        return fields, self._place

    def _byte(self) -> int:
        byte = self._data[self._place]
        self._place += 1
        return byte

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
            if shift > 63:
                raise BadPageError("a number of more than 64 bits")

    def _integer(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _pass(self, n: int) -> None:
        self._place += n
        if self._place > len(self._data):
            raise IndexError

    def _value(self, kind: int, depth: int) -> Any:
        """Read a value of some kind; None for those that nobody asks for."""
        if kind in {4, 5, 6}:
            return self._integer()
        if kind == 12:
            return self.struct(depth + 1)[0]
        if kind in {3, 7}:
            self._pass(1 if kind == 3 else 8)
        elif kind == 8:
            self._pass(self._varint())
        elif kind not in {1, 2}:
            # Lists and maps are in no page header.
            raise BadPageError(f"a value of the unexpected kind {kind}")
        return None
