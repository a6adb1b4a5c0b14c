"""`--figures`: the charts of a report as PNG, SVG and PDF."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import note
from stance.errors import ConfigError, OutputError

if TYPE_CHECKING:
    from stance.reporting.html.page import Page

FORMATS = ("png", "svg", "pdf")
# Earlier versions draw the letters of an Arabic word apart, and from left to right.
NEEDED = (3, 11)
# Existing figures that a message names.
NAMED = 3

FIGURES_OPTION = Annotated[
    Path | None,
    typer.Option(
        "--figures",
        metavar="DIR",
        help="Also write each chart of the report into this folder as PNG (300 dpi), SVG and PDF. "
        "Needs matplotlib 3.11 or later.",
    ),
]


@dataclass(frozen=True)
class FiguresTarget:
    """The folder for the figures of a command, if they are requested.

    Parameters
    ----------
    folder : Path, optional
    language : str
    command : str
        The name of the command, with which the names of its figures begin.
    """

    folder: Path | None
    language: str
    command: str

    @classmethod
    def of(
        cls,
        folder: Path | None,
        language: str,
        others: tuple[Path | None, ...],
        *,
        command: str,
        force: bool,
    ) -> FiguresTarget:
        """Check, before the work, that figures can be drawn and written.

        Raises
        ------
        ConfigError
            If matplotlib is missing or too old, or the folder is another output.
        OutputError
            If the folder is a file, or holds figures of this command and `force`
            is off.
        """
        target = cls(folder, language, command)
        if folder is None:
            return target
        if str(folder) == "-" or folder in others:
            raise ConfigError(
                f"Got --figures {folder}, but figures need a folder of their own. Give its name, "
                "such as figures."
            )
        _check_matplotlib()
        _check_folder(folder)
        if (existing := sorted(target._existing())) and not force:
            more = f" and {len(existing) - NAMED} more" if len(existing) > NAMED else ""
            raise OutputError(
                f"Got {folder} for figures, but it already holds figures of this command: "
                f"{', '.join(existing[:NAMED])}{more}. Choose another folder, or give --force to "
                "replace them."
            )
        return target

    def write(self, page: Callable[[], Page], *, force: bool) -> None:
        """Write the figures, if they are requested.

        Raises
        ------
        OutputError
            If the report has no chart, or a file cannot be written.
        """
        if self.folder is None:
            return
        from stance.replacing import replacing_file, unwritable
        from stance.reporting.figures.drawing import draw
        from stance.reporting.figures.selection import figures

        found = figures(page())
        if not found:
            raise OutputError(
                f"Got --figures {self.folder}, but this report has no chart to draw, so nothing "
                "was written there. Leave the option out; all other results are written."
            )
        with unwritable(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        written: set[str] = set()
        missing: set[str] = set()
        for figure in found:
            drawing = draw(figure, self.language)
            missing |= drawing.missing
            for form, content in drawing.files.items():
                name = f"{figure.name}.{form}"
                with replacing_file(self.folder / name, force=force) as file:
                    file.write(content)
                written.add(name)
        self._report(sorted(set(self._existing()) - written), sorted(missing))

    def _existing(self) -> Iterator[str]:
        """Yield the names of the figures of this command that are in the folder."""
        from stance.reporting.figures.selection import prefix

        if self.folder is None or not self.folder.is_dir():
            return
        for path in self.folder.iterdir():
            if path.name.startswith(prefix(self.command)) and path.suffix[1:] in FORMATS:
                yield path.name

    def _report(self, others: list[str], missing: list[str]) -> None:
        """Say what a reader of the figures should know."""
        if others:
            note(
                f"{self.folder} also holds figures of an earlier run, which this report does not "
                f"have: {', '.join(others)}."
            )
        if missing:
            note(
                "The font of the figures does not have these characters, so boxes are drawn: "
                f"{' '.join(missing)}"
            )


def _check_matplotlib() -> None:
    """Refuse figures without a matplotlib that shapes Arabic."""
    from stance.distribution import install_command, installed_versions

    version = installed_versions(["matplotlib"]).get("matplotlib")
    if version is None or _numbers(version) < NEEDED:
        there = "no matplotlib" if version is None else f"matplotlib {version}"
        raise ConfigError(
            f"Got {there}, but --figures needs version {'.'.join(map(str, NEEDED))} or later, "
            "which joins Arabic letters and orders them from right to left. Install it: "
            f"{install_command('report')}."
        )
    try:
        import stance.reporting.figures.drawing  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            f"Got matplotlib {version}, but it cannot be imported: {error}. Install it again: "
            f"{install_command('report')}."
        ) from error


def _numbers(version: str) -> tuple[int, ...]:
    """Return the first two numbers of a version.

    Examples
    --------
    >>> _numbers("3.9.4"), _numbers("3.11.0rc1"), _numbers("4")
    ((3, 9), (3, 11), (4,))
    """
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])


def _check_folder(folder: Path) -> None:
    """Refuse a folder whose place is taken by a file."""
    for place in (folder, *folder.parents):
        if place.is_dir():
            return
        if place.exists() or place.is_symlink():
            raise OutputError(
                f"Got {folder} for figures, but {place} is not a folder. Choose another name."
            )
