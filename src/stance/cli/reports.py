"""Writing a report to the screen, to a file or as JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stance.cli.console import show
from stance.cli.options import ForceOption, JsonOption
from stance.cli.wrapping import with_parameters
from stance.errors import ConfigError
from stance.reporting.terminal import UNLIMITED, screen

if TYPE_CHECKING:
    from stance.reporting.document import Document

STDOUT = "-"
TEXT, MARKDOWN = "text", "markdown"
ENDINGS = {".md": MARKDOWN, ".markdown": MARKDOWN}

_ADDED = {
    "output": (
        Annotated[
            Path | None,
            typer.Option(
                "--output",
                "-o",
                metavar="FILE",
                help="File for the report.  [default: standard output]",
            ),
        ],
        None,
    ),
    "file_format": (
        Annotated[
            str | None,
            typer.Option(
                "--format",
                metavar="FORMAT",
                help="Format of the report: text or markdown.  [default: by the extension of FILE]",
            ),
        ],
        None,
    ),
    "json": (JsonOption, None),
    "force": (ForceOption, False),
}


@dataclass(frozen=True)
class ReportTarget:
    """The target of a report: standard output or a file, and its format.

    Parameters
    ----------
    output : Path, optional
        None for standard output.
    form : {"text", "markdown"}
    json : Path, optional
        File for the whole result as JSON; ``-`` for standard output, which then
        contains nothing else.
    force : bool
        Whether existing files may be replaced.
    """

    output: Path | None
    form: str
    json: Path | None
    force: bool

    @classmethod
    def of(
        cls, output: Path | None, file_format: str | None, json: Path | None, *, force: bool
    ) -> ReportTarget:
        """Read the options of a command, and check that the files can be written.

        Raises
        ------
        ConfigError
            If the format is unknown, or two results would go to standard
            output.
        OutputError
            If a file exists and must not be replaced, or its folder is missing.
        """
        if file_format not in {None, TEXT, MARKDOWN}:
            raise ConfigError(f"Got --format {file_format}, but expected {TEXT} or {MARKDOWN}.")
        if str(output) == str(json) == STDOUT:
            raise ConfigError(
                "Got -o - and --json -, but standard output can take only one of them. Give a "
                "file for the other."
            )
        check_json_target(json, force=force)
        if output is not None and str(output) != STDOUT:
            from stance.replacing import check_file_target

            check_file_target(output, force=force)
            form = file_format or ENDINGS.get(output.suffix.lower(), TEXT)
            return cls(output, form, json, force)
        shown = None if output is None else Path(STDOUT)
        return cls(shown, file_format or TEXT, json, force)

    def write(self, document: Document, result: object) -> None:
        """Write a report and its result to the requested outputs.

        Parameters
        ----------
        document : Document
        result : object
            Plain JSON values, or JSON as bytes.
        """
        if self.json is not None:
            write_json(self.json, result, force=self.force)
        if self.output is not None and str(self.output) != STDOUT:
            from stance.replacing import replacing_file

            with replacing_file(str(self.output), force=self.force) as file:
                file.write(self._text(document).encode("utf-8", "replace"))
        elif str(self.json) != STDOUT:
            if self.form == MARKDOWN:
                sys.stdout.write(self._text(document))
            else:
                show(document)

    def _text(self, document: Document) -> str:
        import io

        from stance.reporting import markdown, terminal

        if self.form == MARKDOWN:
            return markdown.render(document)
        text = io.StringIO()
        terminal.render(document, screen(width=UNLIMITED, file=text))
        return text.getvalue()


def with_report_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--output``, ``--format``, ``--json`` and ``--force`` to a command with a report.

    The command takes them as one keyword, ``report: ReportTarget``. Files that
    cannot be written are refused before the command starts.
    """

    def wrapper(**values: Any) -> None:
        given = {name: values.pop(name) for name in _ADDED}
        target = ReportTarget.of(
            given["output"], given["file_format"], given["json"], force=given["force"]
        )
        command(**values, report=target)

    return with_parameters(command, wrapper, _ADDED, instead_of="report")


def check_json_target(json: Path | None, *, force: bool) -> None:
    """Refuse a JSON file that cannot be written."""
    from stance.replacing import check_file_target

    if json is not None and str(json) != STDOUT:
        check_file_target(json, force=force)


def write_json(path: Path, result: object, *, force: bool) -> None:
    """Write a result as indented JSON, to a file or to standard output."""
    import orjson

    from stance.replacing import replacing_file

    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    data = result if isinstance(result, bytes) else orjson.dumps(result, option=options)
    if str(path) == STDOUT:
        sys.stdout.buffer.write(data)
        return
    with replacing_file(str(path), force=force) as file:
        file.write(data)
