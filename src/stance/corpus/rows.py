"""The rows of one file, whatever its format; a row that cannot be read is set aside."""

from __future__ import annotations

import csv
import io
import shutil
import sys
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from stance.corpus.article import RejectedRow
from stance.corpus.opening import STDIN, Source, check_content, open_bytes
from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

BOM = b"\xef\xbb\xbf"
PARQUET_BATCH = 1000

# An article is rarely over 100 kB; csv's own limit of 128 kB would stop at a long one.
MAX_FIELD = min(sys.maxsize, 2**31 - 1)


class Row(NamedTuple):
    """One row as its file has it.

    ``number`` counts from 1; a CSV file's header is row 1.
    """

    source: str
    number: int
    values: dict[str, Any]

    def rejected(self, reason: str) -> RejectedRow:
        """Return the row as one that cannot be used."""
        return RejectedRow(self.source, self.number, reason, self.values)


def read_rows(source: Source) -> Iterator[Row | RejectedRow]:
    """Read a file's rows one at a time.

    Raises
    ------
    CorpusError
        If the file cannot be read as what its name says.
    """
    readers = {"txt": _txt, "jsonl": _jsonl, "csv": _csv, "tsv": _csv, "parquet": _parquet}
    return readers[source.format](source)


def _txt(source: Source) -> Iterator[Row | RejectedRow]:
    """Read a text file as one article, named after the file."""
    name = source.path.name if source.name != STDIN else "stdin"
    yield text_row(source, name, 1)


def text_row(source: Source, name: str, number: int) -> Row | RejectedRow:
    """Read a whole text file as one row with an id of `name`."""
    with open_bytes(source) as stream:
        data = stream.read()
    try:
        text = data.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        return RejectedRow(source.name, number, f"invalid UTF-8 at byte {error.start}")
    return Row(source.name, number, {"id": name, "text": text})


def _jsonl(source: Source) -> Iterator[Row | RejectedRow]:
    import orjson

    with open_bytes(source) as stream:
        for number, line in enumerate(stream, start=1):
            content = line.removeprefix(BOM) if number == 1 else line
            if not content.strip():
                continue
            try:
                values = orjson.loads(content)
            except orjson.JSONDecodeError as error:
                raw = content.decode(errors="replace").rstrip("\n")
                yield RejectedRow(source.name, number, _json_fault(content, error), raw)
                continue
            if isinstance(values, dict):
                yield Row(source.name, number, values)
            else:
                kind = type(values).__name__
                yield RejectedRow(source.name, number, f"a JSON {kind}, not an object")


def _json_fault(content: bytes, error: Exception) -> str:
    try:
        content.decode()
    except UnicodeDecodeError:
        return "invalid UTF-8"
    return f"bad JSON ({error})"


def _csv(source: Source) -> Iterator[Row | RejectedRow]:
    csv.field_size_limit(MAX_FIELD)
    delimiter = "\t" if source.format == "tsv" else ","
    with open_bytes(source) as stream:
        # Bytes that are no UTF-8 come through as surrogates, so one bad row does not end the file.
        text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
        try:
            # Strict, because the lenient reader loses quotation marks without a word.
            rows = csv.reader(text, delimiter=delimiter, strict=True)
            yield from _below_header(source, rows)
        finally:
            text.detach()


def _below_header(source: Source, rows: Iterator[list[str]]) -> Iterator[Row | RejectedRow]:
    try:
        header = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise CorpusError(
            f"Got {source.name}, whose first row cannot be read as {source.format.upper()}: "
            f"{error}. Save it again, with commas and double quotes as CSV has them."
        ) from error
    named = [name for name in header if name]
    if not named:
        raise CorpusError(
            f"Got {source.name} without a first row of column names, but expected one."
        )
    if len(set(named)) < len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise CorpusError(
            f"Got {source.name} with two columns {twice!r}, but expected each name once. "
            "Rename one of the two."
        )
    number = 1
    while True:
        number += 1
        try:
            values = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield RejectedRow(source.name, number, f"bad CSV ({error})")
            continue
        if len(values) > len(header):
            reason = f"{len(values)} values for {len(header)} columns"
            yield RejectedRow(source.name, number, reason, ",".join(values))
        elif values:
            yield Row(source.name, number, dict(zip(header, values, strict=False)))


def _parquet(source: Source) -> Iterator[Row | RejectedRow]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if source.name == STDIN:
        raise CorpusError(
            "Got Parquet on standard input, but its index stands at the end of the file. "
            "Save it to a file and name that."
        )
    check_content(source)
    number = 0
    try:
        with _seekable(source) as whole, pq.ParquetFile(whole) as file:
            for batch in file.iter_batches(batch_size=PARQUET_BATCH):
                for row in _batch_rows(source, batch, number):
                    number += 1
                    yield row
    except (pa.ArrowException, OSError) as error:
        raise CorpusError(
            f"Got {source.name}, which cannot be read as Parquet after row {number}: {error}. "
            "The file is damaged or was cut short: copy it again."
        ) from error


def _batch_rows(source: Source, batch: Any, before: int) -> Iterable[Row | RejectedRow]:
    """Turn a record batch into rows, one by one only if something in it cannot be turned."""
    try:
        rows = batch.to_pylist()
    except (UnicodeDecodeError, OverflowError, ValueError):
        rows = [_parquet_row(batch.slice(place, 1)) for place in range(batch.num_rows)]
    for number, values in enumerate(rows, start=before + 1):
        if values is None:
            yield RejectedRow(source.name, number, "invalid UTF-8")
        else:
            yield Row(source.name, number, values)


def _parquet_row(row: Any) -> dict[str, Any] | None:
    """Read what can be read of one row; None where its text is no UTF-8."""
    values: dict[str, Any] = {}
    for name in row.schema.names:
        try:
            values[name] = row[name][0].as_py()
        except UnicodeDecodeError:
            return None
        except (OverflowError, ValueError):
            # A date beyond the calendar, for instance, in a column that nobody asked for.
            values[name] = None
    return values


@contextmanager
def _seekable(source: Source) -> Iterator[Path | IO[bytes]]:
    """Give Parquet what it needs: a file that can be read from its end."""
    if not source.compression:
        yield source.path
        return
    with tempfile.TemporaryFile() as file, open_bytes(source) as stream:
        shutil.copyfileobj(stream, file)
        file.seek(0)
        yield file
