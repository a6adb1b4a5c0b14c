"""A page as a value: sections of facts, tables and charts, independent of language and markup.

Words of the interface are keys of a string table; everything else is a name from the data or a
number. The templates decide how each is marked up and isolated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from stance.reporting.html.charts import Bars, Plot


@dataclass(frozen=True)
class Phrase:
    """A string of the interface, with the texts for its placeholders.

    Parameters
    ----------
    key : str
        A key of ``templates/strings.toml``.
    values : tuple of (str, Text)
    """

    kind: ClassVar[str] = "phrase"
    key: str
    values: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True)
class Name:
    """A text from the data, of unknown language: a label, an outlet, an id, a file."""

    kind: ClassVar[str] = "name"
    text: str


@dataclass(frozen=True)
class English:
    """Prose that a result holds in English alone, such as the message of an error."""

    kind: ClassVar[str] = "english"
    text: str


@dataclass(frozen=True)
class Number:
    """A formatted number, interval or percentage; the same in all languages."""

    kind: ClassVar[str] = "number"
    text: str


@dataclass(frozen=True)
class Listed:
    """Several texts, separated by the comma of the language."""

    kind: ClassVar[str] = "listed"
    texts: tuple[Text, ...]


Text = Phrase | Name | English | Number | Listed

NOTHING = Listed(())


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first cell of each row is its header.

    Parameters
    ----------
    caption : Text
    columns : tuple of Text
    rows : tuple of tuple of Text
    """

    kind: ClassVar[str] = "table"
    caption: Text
    columns: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True)
class Confusion:
    """A confusion matrix: true labels in rows, predicted labels in columns.

    Parameters
    ----------
    caption : Text
    labels : tuple of Name
    counts : tuple of tuple of int
    """

    kind: ClassVar[str] = "confusion"
    caption: Text
    labels: tuple[Name, ...]
    counts: tuple[tuple[int, ...], ...]

    def shade(self, row: int, column: int) -> int:
        """Return a cell's share of its row in tenths, from 0 to 10."""
        return round(10 * self.counts[row][column] / max(sum(self.counts[row]), 1))


@dataclass(frozen=True)
class Facts:
    """Names and their values."""

    kind: ClassVar[str] = "facts"
    facts: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True)
class Paragraph:
    """One or more sentences."""

    kind: ClassVar[str] = "paragraph"
    text: Text


@dataclass(frozen=True)
class Advice:
    """What to do about a finding."""

    kind: ClassVar[str] = "advice"
    text: Text


Block = Table | Confusion | Facts | Paragraph | Advice | Bars | Plot


@dataclass(frozen=True)
class Section:
    """Blocks under a heading."""

    heading: Text
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """A whole report.

    Parameters
    ----------
    title : Text
    command : str
        The command that made it, such as ``stance evaluate``.
    sections : tuple of Section
    """

    title: Text
    command: str
    sections: tuple[Section, ...]


def phrase(key: str, **values: Text) -> Phrase:
    """Return a string of the interface with its values."""
    return Phrase(key, tuple(values.items()))


def phrases(*keys: str) -> tuple[Phrase, ...]:
    """Return strings of the interface without values, such as the heads of columns."""
    return tuple(Phrase(key) for key in keys)


def section(heading: Text | str, *blocks: Block | None) -> Section:
    """Return a section of the blocks that are not None."""
    found = Phrase(heading) if isinstance(heading, str) else heading
    return Section(found, tuple(block for block in blocks if block is not None))


def names(texts: tuple[str, ...]) -> Listed:
    """Return a list of names from the data."""
    return Listed(tuple(Name(text) for text in texts))
