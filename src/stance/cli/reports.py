"""Writing a report to the screen, to a file or as JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stance.cli.console import show
from stance.cli.figures import FIGURES_OPTION, FiguresTarget
from stance.cli.options import ForceOption, JsonOption
from stance.cli.wrapping import with_parameters
from stance.errors import ConfigError
from stance.reporting.terminal import UNLIMITED, screen

if TYPE_CHECKING:
    from stance.reporting.document import Document
    from stance.reporting.html.page import Page

STDOUT = "-"
TEXT, MARKDOWN = "text", "markdown"
PAGE_LANGUAGES = ("en", "ar")
ENDINGS = {".md": MARKDOWN, ".markdown": MARKDOWN}

LanguageOption = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="NAME",
        help="Language of the HTML page and of figures: en or ar.  [default: en]",
    ),
]

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

_ADDED_BY_PAGES = {
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
    "language": (
        LanguageOption,
        None,
    ),
}

_ADDED_BY_CHARTS = {"figures": (FIGURES_OPTION, None)}

# The options of a command whose page has charts.
CHART_OPTIONS: dict[str, tuple[Any, Any]] = {**_ADDED, **_ADDED_BY_PAGES, **_ADDED_BY_CHARTS}


@dataclass(frozen=True)
class PageTarget:
    """The file for an HTML page, if one is requested, and its language."""

    path: Path | None
    language: str

    @classmethod
    def of(
        cls,
        path: Path | None,
        language: str | None,
        others: tuple[Path | None, ...],
        *,
        force: bool,
        option: str = "--html",
    ) -> PageTarget:
        """Read the options, and check that the file can be written beside the others."""
        check_language(language)
        if path is None:
            if language is not None:
                raise ConfigError("Got --language without --html FILE. Give both.")
            return cls(None, PAGE_LANGUAGES[0])
        if str(path) == STDOUT or path in others:
            raise ConfigError(
                f"Got {option} {path}, but the page needs a file of its own. Give its name, such "
                "as report.html."
            )
        from stance.replacing import check_file_target

        check_file_target(path, force=force)
        return cls(path, language or PAGE_LANGUAGES[0])

    @property
    def is_wanted(self) -> bool:
        """Whether a page is requested."""
        return self.path is not None

    def write(self, page: Callable[[], Page], *, force: bool) -> None:
        """Write the page, if one is requested."""
        if self.path is None:
            return
        from stance.replacing import replacing_file
        from stance.reporting.html.render import render

        with replacing_file(str(self.path), force=force) as file:
            file.write(render(page(), self.language).encode())


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
    page : PageTarget
    figures : FiguresTarget
    """

    output: Path | None
    form: str
    json: Path | None
    force: bool
    page: PageTarget
    figures: FiguresTarget

    @classmethod
    def of(
        cls,
        output: Path | None,
        file_format: str | None,
        json: Path | None,
        *,
        force: bool,
        html: Path | None = None,
        language: str | None = None,
        figures: Path | None = None,
        command: str = "",
    ) -> ReportTarget:
        """Read the options of a command, and check that the files can be written.

        Parameters
        ----------
        output, file_format, json, force, html, language, figures
            The values of the options.
        command : str
            The name of the command.

        Raises
        ------
        ConfigError
            If the format or the language is unknown, or two results would go to
            the same place.
        OutputError
            If a file exists and must not be replaced, or its folder is missing.
        """
        if file_format not in {None, TEXT, MARKDOWN}:
            raise ConfigError(f"Got --format {file_format}, but expected {TEXT} or {MARKDOWN}.")
        check_language(language)
        of_page = None if html is None and figures is not None else language
        page = PageTarget.of(html, of_page, (output, json), force=force)
        drawn = FiguresTarget.of(
            figures,
            language or PAGE_LANGUAGES[0],
            (output, json, html),
            command=command,
            force=force,
        )
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
            return cls(output, form, json, force, page, drawn)
        shown = None if output is None else Path(STDOUT)
        return cls(shown, file_format or TEXT, json, force, page, drawn)

    def write(
        self, document: Document, result: object, page: Callable[[], Page] | None = None
    ) -> None:
        """Write a report and its result to the requested outputs.

        Parameters
        ----------
        document : Document
        result : object
            Plain JSON values, or JSON as bytes.
        page : callable, optional
            Returns the same result as an HTML page, if one is requested.
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
        if page is not None:
            self.page.write(page, force=self.force)
            self.figures.write(page, force=self.force)

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
    return _with_options(command, _ADDED)


def with_page_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the same options and ``--html`` and ``--language`` to a command with an HTML page."""
    return _with_options(command, {**_ADDED, **_ADDED_BY_PAGES})


def with_chart_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the same options and ``--figures`` to a command whose page has charts."""
    return _with_options(command, CHART_OPTIONS)


def _with_options(
    command: Callable[..., None], added: Mapping[str, tuple[Any, Any]]
) -> Callable[..., None]:
    def wrapper(**values: Any) -> None:
        name = command.__name__.removesuffix("_command")
        target = ReportTarget.of(**{key: values.pop(key) for key in added}, command=name)
        command(**values, report=target)

    return with_parameters(command, wrapper, added, instead_of="report")


def check_language(language: str | None) -> None:
    """Refuse a language that pages and figures do not have."""
    if language not in {None, *PAGE_LANGUAGES}:
        raise ConfigError(f"Got --language {language}, but expected {' or '.join(PAGE_LANGUAGES)}.")


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
