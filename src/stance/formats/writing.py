"""Writing result rows as JSON Lines, CSV or Parquet."""

from __future__ import annotations

import csv
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, Self

from stance.errors import ConfigError
from stance.formats.formulas import escape_cells
from stance.tabular import arrow_schema, flatten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

OUTPUT_FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}

# Rows of a row group: enough to compress well, few enough to be in memory at once.
PARQUET_GROUP = 50_000


class RowWriter(Protocol):
    """Writes result rows one batch at a time."""

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write some rows."""
        ...

    def close(self) -> None:
        """Finish the stream; the underlying file stays open."""
        ...


def output_format(target: Path | None, chosen: str | None) -> str:
    """Return the requested format, or the one of the file's extension.

    Raises
    ------
    ConfigError
        If neither is a known format.
    """
    known = sorted(set(OUTPUT_FORMATS.values()))
    if chosen is not None:
        if chosen not in known:
            raise ConfigError(f"Got format {chosen!r}, but expected one of {', '.join(known)}.")
        return chosen
    if target is None:
        return "jsonl"
    found = OUTPUT_FORMATS.get(target.suffix.lower())
    if found is None:
        raise ConfigError(
            f"Got {target} as output, whose extension is not that of a known format, but expected "
            f"{', '.join(OUTPUT_FORMATS)}. Rename it or give --format."
        )
    return found


class _JsonLines:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._file.write(json_lines(rows))

    def close(self) -> None:
        """Do nothing: no row is buffered."""


class _Csv:
    def __init__(self, file: BinaryIO, columns: Sequence[str], *, bom: bool) -> None:
        import io

        self._text = io.TextIOWrapper(file, "utf-8-sig" if bom else "utf-8", newline="")
        self._writer = csv.DictWriter(self._text, columns, lineterminator="\r\n")
        self._writer.writeheader()

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._writer.writerows(escape_cells(flatten(row)) for row in rows)

    def close(self) -> None:
        with suppress(ValueError):
            self._text.detach()


class _Parquet:
    """Buffers the rows of a row group, so that small batches do not make small groups."""

    def __init__(
        self,
        file: BinaryIO,
        columns: Sequence[str],
        numbers: Sequence[str],
        flags: Sequence[str],
    ) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._pa = pa
        self._schema = arrow_schema(columns, numbers, flags)
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")
        self._held: list[dict[str, Any]] = []

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._held.extend(map(flatten, rows))
        while len(self._held) >= PARQUET_GROUP:
            self._flush(self._held[:PARQUET_GROUP])
            del self._held[:PARQUET_GROUP]

    def _flush(self, rows: list[dict[str, Any]]) -> None:
        self._writer.write_table(self._pa.Table.from_pylist(rows, schema=self._schema))

    def close(self) -> None:
        if self._held:
            self._flush(self._held)
        self._writer.close()


def json_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows as JSON Lines."""
    import orjson

    options = orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY
    return b"".join([orjson.dumps(row, option=options) for row in rows])


class ResultWriter:
    """Writes result rows to an open file in one of the known formats.

    Parameters
    ----------
    file : binary file
    file_format : {"jsonl", "csv", "parquet"}
    columns : sequence of str
        Flat column names, for CSV and Parquet.
    numbers : iterable of str
        Those of the columns that hold numbers.
    flags : iterable of str
        Those of the columns that are true or false.
    bom : bool
        Begin CSV with a byte-order mark, which Excel needs to see UTF-8.
    """

    def __init__(
        self,
        file: BinaryIO,
        file_format: str,
        columns: Sequence[str],
        *,
        numbers: Sequence[str] = (),
        flags: Sequence[str] = (),
        bom: bool = False,
    ) -> None:
        self._writer: RowWriter
        if file_format == "csv":
            self._writer = _Csv(file, columns, bom=bom)
        elif file_format == "parquet":
            self._writer = _Parquet(file, columns, numbers, flags)
        else:
            self._writer = _JsonLines(file)

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write some rows."""
        self._writer.write(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()
