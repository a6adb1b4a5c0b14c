"""Writing a report, or its rows as CSV, JSON Lines or Parquet, with the same option."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Protocol

import typer

from stance.cli.figures import FIGURES_OPTION
from stance.cli.options import ForceOption, JsonOption
from stance.cli.reports import (
    ENDINGS,
    MARKDOWN,
    STDOUT,
    TEXT,
    LanguageOption,
    ReportTarget,
    write_json,
)
from stance.cli.wrapping import with_parameters
from stance.errors import ConfigError

if TYPE_CHECKING:
    from stance.reporting.document import Document
    from stance.reporting.html.page import Page

ROW_ENDINGS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
FORMATS = (TEXT, MARKDOWN, *dict.fromkeys(ROW_ENDINGS.values()))

_ADDED: dict[str, tuple[Any, Any]] = {
    "output": (
        Annotated[
            Path | None,
            typer.Option(
                "--output",
                "-o",
                metavar="FILE",
                help="File for the report, or for its rows: .csv, .jsonl or .parquet.  [default: "
                "standard output]",
            ),
        ],
        None,
    ),
    "file_format": (
        Annotated[
            str | None,
            typer.Option(
                "--format",
                "-f",
                metavar="FORMAT",
                help="text or markdown for the report, csv, jsonl or parquet for its rows.  "
                "[default: by the extension of FILE]",
            ),
        ],
        None,
    ),
    "bom": (
        Annotated[
            bool,
            typer.Option("--bom", help="Begin CSV with a byte-order mark, which Excel needs."),
        ],
        False,
    ),
    "json": (JsonOption, None),
    "html": (
        Annotated[
            Path | None,
            typer.Option(
                "--html",
                metavar="FILE",
                help="Also write the report as a self-contained HTML page with charts.",
            ),
        ],
        None,
    ),
    "language": (LanguageOption, None),
    "figures": (FIGURES_OPTION, None),
    "force": (ForceOption, False),
}


class RowResult(Protocol):
    """A result that has rows."""

    def to_rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows."""
        ...

    def to_arrow(self) -> Any:
        """Return the rows as an Arrow table."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        ...


@dataclass(frozen=True)
class RowReportTarget:
    """The target of a report whose rows may be written instead of it.

    Parameters
    ----------
    report : ReportTarget
    rows : {"csv", "jsonl", "parquet"}, optional
        The format of the rows; None for the report.
    output : Path, optional
        The file of the rows; None for standard output.
    bom : bool
    """

    report: ReportTarget
    rows: str | None
    output: Path | None
    bom: bool

    @classmethod
    def of(cls, *, command: str, bom: bool, **values: Any) -> RowReportTarget:
        """Read the options, and check everything before the work.

        Raises
        ------
        ConfigError
            If a format is unknown, or two results would go to the same place.
        OutputError
            If a file exists and must not be replaced, or its folder is missing.
        """
        output, form = values["output"], values["file_format"]
        if form is not None and form not in FORMATS:
            raise ConfigError(f"Got --format {form}, but expected one of {', '.join(FORMATS)}.")
        suffix = "" if output is None else output.suffix.lower()
        rows = form if form in ROW_ENDINGS.values() else None
        if form is None and suffix not in ENDINGS:
            rows = ROW_ENDINGS.get(suffix)
        if bom and rows != "csv":
            raise ConfigError("Got --bom without CSV as output. Give -o FILE.csv or --format csv.")
        if rows is None:
            return cls(ReportTarget.of(command=command, **values), None, None, bom)
        to_stdout = output is None or str(output) == STDOUT
        if to_stdout and str(values["json"]) == STDOUT:
            raise ConfigError(
                f"Got --format {rows} and --json - for standard output, which can take only one of "
                "them. Give a file for the other."
            )
        # The other results are checked beside the file of the rows.
        report = ReportTarget.of(command=command, **{**values, "file_format": None})
        return cls(report, rows, None if to_stdout else output, bom)

    def write(self, document: Document, result: RowResult, page: Callable[[], Page]) -> None:
        """Write the report or its rows, and the other results that are asked for."""
        if self.rows is None:
            self.report.write(document, result.to_dict(), page)
            return
        force = self.report.force
        if self.report.json is not None:
            write_json(self.report.json, result.to_dict(), force=force)
        if self.output is None:
            self._write_rows(sys.stdout.buffer, result)
        else:
            from stance.replacing import replacing_file

            with replacing_file(str(self.output), force=force) as file:
                self._write_rows(file, result)
        self.report.page.write(page, force=force)
        self.report.figures.write(page, force=force)

    def _write_rows(self, file: BinaryIO, result: RowResult) -> None:
        if self.rows == "parquet":
            import pyarrow.parquet as pq

            pq.write_table(result.to_arrow(), file, compression="zstd")
            return
        from stance.formats.writing import ResultWriter

        columns = result.to_arrow().column_names
        with ResultWriter(file, str(self.rows), columns, bom=self.bom) as writer:
            writer.write(list(result.to_rows()))


def with_row_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a report with charts, whose rows may be written instead.

    The command takes them as one keyword, ``report: RowReportTarget``.
    """
    added: Mapping[str, tuple[Any, Any]] = _ADDED

    def wrapper(**values: Any) -> None:
        name = command.__name__.removesuffix("_command")
        chosen = {key: values.pop(key) for key in added}
        command(**values, report=RowReportTarget.of(command=name, **chosen))

    return with_parameters(command, wrapper, added, instead_of="report")
