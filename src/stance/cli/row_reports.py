"""Reports whose result is rows too: ``-o`` takes text, Markdown, CSV, JSON Lines or Parquet."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Protocol

import typer

from stance.cli.console import show_summary
from stance.cli.predict import BomOption, EscapeFormulasOption
from stance.cli.reports import (
    CHART_OPTIONS,
    MARKDOWN,
    STDOUT,
    TEXT,
    ReportTarget,
    write_json,
)
from stance.cli.wrapping import with_parameters
from stance.errors import ConfigError
from stance.formats.formulas import escape_apostrophe, escape_cells, escape_formula
from stance.formats.writing import OUTPUT_FORMATS, json_lines

if TYPE_CHECKING:
    from stance.reporting.document import Document
    from stance.reporting.html.page import Page

ROW_FORMATS = tuple(dict.fromkeys(OUTPUT_FORMATS.values()))

OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="File for the report, or for its rows: .txt, .md, .csv, .jsonl or .parquet.  "
        "[default: standard output]",
    ),
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help=f"Format of the result: {TEXT}, {MARKDOWN}, {', '.join(ROW_FORMATS)}.  [default: by "
        "the extension of FILE]",
    ),
]

_ADDED: dict[str, tuple[Any, Any]] = {
    **CHART_OPTIONS,
    "output": (OutputOption, None),
    "file_format": (FormatOption, None),
    "bom": (BomOption, False),
    "escape_formulas": (EscapeFormulasOption, None),
}


class RowResult(Protocol):
    """A result with rows."""

    def to_arrow(self) -> Any:
        """Return the rows as an Arrow table."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Return the whole result as JSON-serialisable values."""
        ...


@dataclass(frozen=True)
class RowReportTarget:
    """The target of a report or of its rows.

    Parameters
    ----------
    report : ReportTarget
    row_format : {"csv", "jsonl", "parquet"}, optional
        None for text or Markdown.
    bom : bool
        Begin CSV with a byte-order mark, which Excel needs.
    escape_formulas : bool
        Put an apostrophe before CSV cells that a spreadsheet would run.
    """

    report: ReportTarget
    row_format: str | None
    bom: bool
    escape_formulas: bool

    @classmethod
    def of(
        cls,
        output: Path | None,
        file_format: str | None,
        *,
        bom: bool,
        escape_formulas: bool | None,
        **values: Any,
    ) -> RowReportTarget:
        """Read the options of a command, and check that the files can be written.

        Raises
        ------
        ConfigError
            If the format is unknown, two results would go to the same place, or
            an option of CSV is given without CSV.
        OutputError
            If a file exists and must not be replaced, or its folder is missing.
        """
        known = (TEXT, MARKDOWN, *ROW_FORMATS)
        if file_format not in {None, *known}:
            raise ConfigError(
                f"Got --format {file_format}, but expected {TEXT} or {MARKDOWN} for the report, or "
                f"{', '.join(ROW_FORMATS)} for its rows."
            )
        row_format = file_format if file_format in ROW_FORMATS else None
        if file_format is None and output is not None:
            row_format = OUTPUT_FORMATS.get(output.suffix.lower())
        of_report = None if row_format else file_format
        report = ReportTarget.of(output, of_report, **values)
        target = cls(report, row_format, bom, bom if escape_formulas is None else escape_formulas)
        if row_format and target._is_stdout and str(report.json) == STDOUT:
            raise ConfigError(
                f"Got --format {row_format} and --json -, but standard output can take only one "
                "of them. Give a file for the other."
            )
        if (bom or escape_formulas is not None) and row_format != "csv":
            raise ConfigError(
                "Got --bom or --escape-formulas, which are for CSV, without CSV. Give -o FILE.csv "
                "or --format csv."
            )
        return target

    @property
    def _is_stdout(self) -> bool:
        return self.report.output is None or str(self.report.output) == STDOUT

    def write(
        self,
        result: RowResult,
        document: Callable[[], Document],
        summary: Callable[[], Document],
        page: Callable[[], Page],
    ) -> None:
        """Write a result to the requested outputs.

        Parameters
        ----------
        result : RowResult
        document : callable
            Returns the whole report.
        summary : callable
            Returns what is shown where the rows go to a file.
        page : callable
            Returns the report as an HTML page, if one is requested.
        """
        report = self.report
        if self.row_format is None:
            json = result.to_dict() if report.json is not None else None
            report.write(document(), json, page)
            return
        if report.json is not None:
            write_json(report.json, result.to_dict(), force=report.force)
        with self._opened() as file:
            self._write_rows(result.to_arrow(), file)
        if not self._is_stdout and str(report.json) != STDOUT:
            show_summary(summary())
        report.page.write(page, force=report.force)
        report.figures.write(page, force=report.force)

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        from stance.replacing import replacing_file

        if self._is_stdout:
            yield sys.stdout.buffer
            return
        with replacing_file(str(self.report.output), force=self.report.force) as file:
            yield file

    def _write_rows(self, table: Any, file: BinaryIO) -> None:
        if self.row_format == "parquet":
            import pyarrow.parquet as pq

            pq.write_table(table, file, compression="zstd")
        elif self.row_format == "csv":
            file.write(self._csv(table))
        else:
            file.write(json_lines(table.to_pylist()))

    def _csv(self, table: Any) -> bytes:
        import csv
        import io

        escape = escape_formula if self.escape_formulas else escape_apostrophe
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, table.column_names, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(escape_cells(row, escape) for row in table.to_pylist())
        return text.getvalue().encode("utf-8-sig" if self.bom else "utf-8")


def with_row_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of reports, pages and figures, and those of rows, to a command.

    The command takes them as one keyword, ``report: RowReportTarget``. Files
    that cannot be written are refused before the command starts.
    """

    def wrapper(**values: Any) -> None:
        name = command.__name__.removesuffix("_command")
        target = RowReportTarget.of(**{key: values.pop(key) for key in _ADDED}, command=name)
        command(**values, report=target)

    return with_parameters(command, wrapper, _ADDED, instead_of="report")
