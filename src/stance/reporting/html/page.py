"""A page as a value: sections of facts, tables and charts, independent of language and markup.

Words of the interface are keys of a string table; everything else is a name from the data or a
number. The templates decide how each is marked up and isolated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from stance.reporting.html.charts import Bars, Plot
from stance.reporting.html.range_charts import Ranges
from stance.reporting.html.share_charts import Stacks, Trends

if TYPE_CHECKING:
    from collections.abc import Iterable

Side = Literal["for", "against", ""]

TOP_LEVEL = 2

_LINE_BREAK = re.compile("\r\n|[\n\r\u0085\u2028\u2029]")


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


@dataclass(frozen=True)
class Marked:
    """A part of a published text; evidence for or against a label has a strength from 1 to 3."""

    text: str
    side: Side = ""
    strength: int = 0


@dataclass(frozen=True)
class PublishedText:
    """A text as published, with its evidence marked.

    Parameters
    ----------
    parts : tuple of Marked
        They join to the text.
    is_title : bool
    """

    kind: ClassVar[str] = "published"
    parts: tuple[Marked, ...]
    is_title: bool = False

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(part.text for part in self.parts)

    @property
    def lines(self) -> tuple[tuple[Marked, ...], ...]:
        """The lines of the text that are not blank, each as its parts."""
        lines: list[list[Marked]] = [[]]
        for part in self.parts:
            first, *others = _LINE_BREAK.split(part.text)
            lines[-1].append(replace(part, text=first))
            lines += [[replace(part, text=line)] for line in others]
        shown = (tuple(one for one in line if one.text) for line in lines)
        return tuple(line for line in shown if any(one.text.strip() for one in line))


@dataclass(frozen=True)
class Legend:
    """What the marks of published texts mean."""

    kind: ClassVar[str] = "legend"


@dataclass(frozen=True)
class ContextRow:
    """A hit, the text before and after it as published, and facts about it.

    ``before`` is what is read before the hit: on its right in Arabic.
    """

    before: str
    hit: str
    after: str
    facts: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Contexts:
    """Hits in their contexts, below each other in three columns.

    Parameters
    ----------
    caption : Text
    columns : tuple of Text
        The heads of before, hit and after.
    rows : tuple of ContextRow
    direction : {"rtl", "ltr"}
        Of the texts, whatever the language of the page.
    """

    kind: ClassVar[str] = "contexts"
    caption: Text
    columns: tuple[Text, ...]
    rows: tuple[ContextRow, ...]
    direction: Literal["rtl", "ltr"] = "rtl"


Chart = Bars | Plot | Ranges | Stacks | Trends
Block = Contexts | Table | Confusion | Facts | Paragraph | Advice | PublishedText | Legend | Chart


@dataclass(frozen=True)
class Section:
    """Blocks under a heading.

    Parameters
    ----------
    heading : Text
    blocks : tuple of Block
        Empty for a section that only contains those of the next level.
    level : {2, 3}
        Of the heading.
    """

    heading: Text
    blocks: tuple[Block, ...]
    level: int = 2


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

    @property
    def contents(self) -> list[tuple[int, Section, list[tuple[int, Section]]]]:
        """The sections with their numbers from 1, each with those of the next level."""
        found: list[tuple[int, Section, list[tuple[int, Section]]]] = []
        for number, one in enumerate(self.sections, start=1):
            if one.level == TOP_LEVEL or not found:
                found.append((number, one, []))
            else:
                found[-1][2].append((number, one))
        return found


def part(heading: str, sections: Iterable[Section], *blocks: Block) -> tuple[Section, ...]:
    """Return the sections of another page as a part of a page, under a heading and some blocks."""
    inner = (replace(one, level=TOP_LEVEL + 1) for one in sections)
    return (Section(Phrase(heading), blocks), *inner)


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
