"""Encoding rows as bytes that can be appended to a file, one batch at a time."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stance.formats.formulas import escape_apostrophe, escape_cells, escape_formula
from stance.formats.writing import json_lines
from stance.tabular import arrow_schema, flatten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Encoder:
    """Encodes rows as bytes; the bytes of successive batches are concatenated.

    Writing of a Parquet file cannot be resumed. Its rows are kept as a stream of
    Arrow record batches, from which `stance.labelling.finishing` makes the file.

    Parameters
    ----------
    format : {"jsonl", "csv", "parquet"}
    columns : tuple of str
        Flat columns of a prediction.
    numbers : tuple of str
        The numeric columns.
    flags : tuple of str
        The boolean columns.
    kept : tuple of str
        Fields copied from the input, after the columns of a prediction.
    bom : bool
        Begin CSV with a byte-order mark.
    escape_formulas : bool
        Escape CSV cells that a spreadsheet would run as formulas.
    """

    format: str
    columns: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    bom: bool = False
    escape_formulas: bool = False

    @property
    def kept_columns(self) -> dict[str, str]:
        """The columns of kept fields; ``input.NAME`` if a prediction has a column NAME."""
        taken = {*self.columns, *(name.partition(".")[0] for name in self.columns)}
        return {name: f"input.{name}" if name in taken else name for name in self.kept}

    @property
    def all_columns(self) -> list[str]:
        """All flat columns, in order."""
        return [*self.columns, *self.kept_columns.values()]

    def header(self) -> bytes:
        """Return the bytes before the first row."""
        if self.format == "csv":
            names = {name: name for name in self.all_columns}
            return b"\xef\xbb\xbf" * self.bom + self._csv([names])
        if self.format == "parquet":
            return bytes(self._schema().serialize())
        return b""

    def encode(self, rows: Sequence[Mapping[str, Any]], kept: Sequence[Mapping[str, Any]]) -> bytes:
        """Encode prediction rows, each with the kept fields of its input."""
        if not rows:
            return b""
        if self.kept:
            columns = self.kept_columns
            kept = [{columns[name]: value for name, value in own.items()} for own in kept]
        if self.format == "jsonl":
            whole = rows if not self.kept else map(_merged, rows, kept)
            return json_lines(whole)
        flat = [
            {**flatten(row), **{name: _as_cell(value) for name, value in own.items()}}
            for row, own in zip(rows, kept, strict=True)
        ]
        return self._csv(flat) if self.format == "csv" else self._arrow(flat)

    def _csv(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        escape = escape_formula if self.escape_formulas else escape_apostrophe
        text = io.StringIO(newline="")
        csv.DictWriter(text, self.all_columns, lineterminator="\r\n").writerows(
            [escape_cells(row, escape) for row in rows]
        )
        return text.getvalue().encode()

    def _schema(self) -> Any:
        return arrow_schema(self.all_columns, self.numbers, self.flags)

    def _arrow(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        import pyarrow as pa

        return bytes(pa.RecordBatch.from_pylist(rows, schema=self._schema()).serialize())


def _merged(row: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, **kept}


def _as_cell(value: Any) -> str | None:
    """Return a kept value as text: a string unchanged, any other value as JSON."""
    import orjson

    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
