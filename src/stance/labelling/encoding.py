"""Rows as bytes that can be appended to a file at any time, a batch at a time."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stance.formats.formulas import escape_formula
from stance.formats.writing import json_lines
from stance.tabular import arrow_schema, flatten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Encoder:
    """Turns rows into bytes; one batch's stand behind another's.

    Parquet cannot be written on once it has been interrupted. Its rows are
    kept as a stream of Arrow record batches, from which `stance.labelling.finishing`
    makes the file.

    Parameters
    ----------
    format : {"jsonl", "csv", "parquet"}
    columns : tuple of str
        Flat columns of a prediction.
    numbers : tuple of str
        Those of the columns that hold numbers.
    flags : tuple of str
        Those that are true or false.
    kept : tuple of str
        Fields of the input that stand behind them.
    bom : bool
        Begin CSV with a byte-order mark.
    escape_formulas : bool
        Write cells of CSV that a spreadsheet would run so that it does not.
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
        """The columns of kept fields; ``input.NAME`` where a prediction has that name itself."""
        taken = {*self.columns, *(name.partition(".")[0] for name in self.columns)}
        return {name: f"input.{name}" if name in taken else name for name in self.kept}

    @property
    def all_columns(self) -> list[str]:
        """The flat columns in their order."""
        return [*self.columns, *self.kept_columns.values()]

    def header(self) -> bytes:
        """Return what stands before the first row."""
        if self.format == "csv":
            names = {name: name for name in self.all_columns}
            return b"\xef\xbb\xbf" * self.bom + self._csv([names])
        if self.format == "parquet":
            return bytes(self._schema().serialize())
        return b""

    def encode(self, rows: Sequence[Mapping[str, Any]], kept: Sequence[Mapping[str, Any]]) -> bytes:
        """Return prediction rows, each with the fields kept of its input, as bytes."""
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
        if self.escape_formulas:
            rows = [{name: _escaped(value) for name, value in row.items()} for row in rows]
        text = io.StringIO(newline="")
        csv.DictWriter(text, self.all_columns, lineterminator="\r\n").writerows(rows)
        return text.getvalue().encode()

    def _schema(self) -> Any:
        return arrow_schema(self.all_columns, self.numbers, self.flags)

    def _arrow(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        import pyarrow as pa

        return bytes(pa.RecordBatch.from_pylist(rows, schema=self._schema()).serialize())


def _merged(row: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, **kept}


def _as_cell(value: Any) -> str | None:
    """Return a kept value as text: a string as it is, anything else as JSON."""
    import orjson

    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def _escaped(value: Any) -> Any:
    return escape_formula(value) if isinstance(value, str) else value
