"""Page headers of a Parquet file: how much memory the pages need, before they are read.

The index at the end of a file gives the total size of a column in a row group.
A column is read page by page, so that millions of rows need little memory, but
only if the pages are small. The size of a page is in its header.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# A header has some 50 bytes, or a few kilobytes if it contains the smallest and the largest text.
_HEADER = 256
_LONGEST_HEADER = 1024 * 1024
_DEEPEST = 16

_DICTIONARY = 2
# Encodings of a page's values by number. With prefix encoding and bit-packed lengths, the decoded
# values need more memory than their bytes.
_PLAIN = 0
_DELTAS = {5, 6, 7}
_SHARED_BEGINNINGS = 7


class BadPageError(Exception):
    """There is no valid page where one should begin."""


class Page(NamedTuple):
    """A page of a column.

    Parameters
    ----------
    is_dictionary : bool
        Whether it holds the values that other pages refer to.
    n_values : int
    n_bytes : int
        Decompressed size, or the size on the disk if that is larger.
    is_plain : bool
        Whether its decoded values need no more memory than its bytes.
    shares_beginnings : bool
        Whether each value may be as long as the page.
    """

    is_dictionary: bool
    n_values: int
    n_bytes: int
    is_plain: bool
    shares_beginnings: bool


def pages(file: IO[bytes], column: Any) -> Iterator[Page]:
    """Read only the headers of a column's pages.

    Parameters
    ----------
    file : binary file
        A seekable file.
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
            raise BadPageError(f"a page of negative size at byte {place:,}")
        yield _page(header, max(compressed, n_bytes))
        place += size + compressed


def _page(header: dict[int, Any], n_bytes: int) -> Page:
    # Fields 5, 7 and 8: header of a data page, a dictionary page, or a data page of version 2.
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
    """Read the header at a place; return its fields by number, and its length."""
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

    Raises `IndexError` if the data ends too early.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def struct(self, depth: int) -> tuple[dict[int, Any], int]:
        """Return the fields of a struct by number, and the position after it."""
        if depth > _DEEPEST:
            raise BadPageError("too deeply nested headers")
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

    def _skip(self, n: int) -> None:
        self._place += n
        if self._place > len(self._data):
            raise IndexError

    def _value(self, kind: int, depth: int) -> Any:
        """Read a value of some kind; None for kinds that are not used."""
        if kind in {4, 5, 6}:
            return self._integer()
        if kind == 12:
            return self.struct(depth + 1)[0]
        if kind in {3, 7}:
            self._skip(1 if kind == 3 else 8)
        elif kind == 8:
            self._skip(self._varint())
        elif kind not in {1, 2}:
            # No page header contains lists or maps.
            raise BadPageError(f"a value of the unexpected kind {kind}")
        return None
