"""A report as a value: headings, paragraphs, tables and notes, independent of the output format.

Texts contain no layout: no line breaks to fit a width, no padding, no markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# How a column is rendered. A "name" comes from the data (a label, an outlet, a file): an Arabic one
# is isolated from its neighbours, and a long one is cut to fit. "prose" wraps.
Kind = Literal["text", "number", "name", "prose"]

# A tuple is a list of terms, cut to the number that fit.
Cell = str | tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    name : str
    kind : {"text", "number", "name", "prose"}
    widest : int, optional
        Maximum width of a name in terminal cells, even if there is room for more.
    """

    name: str
    kind: Kind = "text"
    widest: int | None = None


@dataclass(frozen=True)
class Remark:
    """A row of a table with a sentence instead of values."""

    name: str
    text: str


@dataclass(frozen=True)
class Table:
    """A table with a caption.

    Parameters
    ----------
    columns : tuple of Column
    rows : tuple of tuple of str, or of Remark
    caption : str, optional
    if_too_wide : str, optional
        A sentence to show instead of the table if a terminal is too narrow.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...] | Remark, ...]
    caption: str = ""
    if_too_wide: str = ""


@dataclass(frozen=True)
class Facts:
    """Names and their values, one per line."""

    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Paragraph:
    """One or more sentences."""

    text: str


@dataclass(frozen=True)
class Item:
    """An entry of a list.

    Parameters
    ----------
    text : str
    level : int
        1 for an entry of a list, 2 for one of a nested list.
    wraps : bool
        False for a short line that is aligned by blanks.
    """

    text: str
    level: int = 1
    wraps: bool = True


@dataclass(frozen=True)
class Note:
    """Advice: what to do about a finding."""

    text: str


@dataclass(frozen=True)
class MarkedText:
    """An Arabic text as published, with its evidence marked.

    Parameters
    ----------
    parts : tuple of (sign, text)
        The sign is ``+`` for evidence for a label, ``-`` for evidence against
        it, and empty for other text.
    """

    parts: tuple[tuple[str, str], ...]

    @property
    def marked(self) -> str:
        """The text with marks in square brackets."""
        return "".join(f"[{sign}{text}]" if sign else text for sign, text in self.parts)


@dataclass(frozen=True)
class ContextRow:
    """A hit, the text before and after it, and where it is from.

    ``before`` is what is read before the hit: on its right in Arabic.
    """

    before: str
    hit: str
    after: str
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contexts:
    """Hits in their contexts, one in a line, below each other.

    Parameters
    ----------
    rows : tuple of ContextRow
    sources : tuple of str
        Names of the columns of sources; the last are left out of a narrow
        terminal.
    """

    rows: tuple[ContextRow, ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verbatim:
    """Markdown that people wrote, with its own line breaks."""

    text: str


Block = Table | Facts | Paragraph | Item | Note | MarkedText | Contexts | Verbatim


@dataclass(frozen=True)
class Section:
    """Blocks that belong together, with a blank line around them.

    Parameters
    ----------
    blocks : tuple of Block
    heading : str, optional
        A section without a heading continues the previous one.
    """

    blocks: tuple[Block, ...]
    heading: str = ""


@dataclass(frozen=True)
class Document:
    """A whole report.

    Parameters
    ----------
    title : str
        Shown in files, but not on a terminal.
    sections : tuple of Section
    command : str
        The command that made it, such as ``stance evaluate``.
    """

    title: str
    sections: tuple[Section, ...]
    command: str


def section(*blocks: Block | None, heading: str = "") -> Section:
    """Return a section of the blocks that are not None."""
    return Section(tuple(block for block in blocks if block is not None), heading)


def paragraphs(*texts: str | None) -> tuple[Paragraph, ...]:
    """Return a paragraph for each text that is not None or empty."""
    return tuple(Paragraph(text) for text in texts if text)


def numbers(*names: str) -> tuple[Column, ...]:
    """Return columns of numbers."""
    return tuple(Column(name, "number") for name in names)
