"""The charts of a page that become figures, and the names of their files."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from stance.reporting.html.charts import Bars, Plot
from stance.reporting.html.page import Confusion, English, Listed, Name, Phrase
from stance.reporting.html.range_charts import Ranges
from stance.reporting.html.share_charts import Stacks, Trends
from stance.reporting.html.strings import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.reporting.html.page import Block, Page, Text

Chart = Bars | Plot | Confusion | Ranges | Stacks | Trends

# Bars that fit on a printed page; more of them become several figures.
MOST_BARS = 30

# File systems allow 255 bytes; a number and an extension follow.
MOST_BYTES = 200
MOST_LETTERS = 40


@dataclass(frozen=True)
class Figure:
    """A chart as a figure.

    Parameters
    ----------
    name : str
        Name of its files, without extension; the same in every language.
    chart : Bars, Plot, Confusion, Ranges, Stacks or Trends
    heading : Text, optional
        The name from the data that the chart is about, such as a task.
    part, parts : int
        Which part of a chart with many bars it is, and how many there are.
    """

    name: str
    chart: Chart
    heading: Text | None = None
    part: int = 1
    parts: int = 1


def prefix(command: str) -> str:
    """Return what the names of a command's figures begin with.

    Examples
    --------
    >>> prefix("stance evaluate")
    'evaluate-'
    """
    return f"{command.rpartition(' ')[2]}-"


def figures(page: Page) -> tuple[Figure, ...]:
    """Return the charts of a page that show something, in its order."""
    taken: set[str] = set()
    found = []
    for section in page.sections:
        heading = None if isinstance(section.heading, Phrase) else section.heading
        for block in section.blocks:
            for one in _parts(block):
                name = _free(_name(page.command, heading, one.chart), taken)
                taken.add(name.casefold())
                found.append(replace(one, name=name, heading=heading))
    return tuple(found)


def _parts(block: Block) -> Iterator[Figure]:
    """Yield the figures of a block, without their names."""
    if isinstance(block, Bars | Stacks):
        n_parts = ceil(len(block.bars) / MOST_BARS)
        for part in range(n_parts):
            start, end = (len(block.bars) * place // n_parts for place in (part, part + 1))
            yield Figure("", _only_bars(block, start, end), part=part + 1, parts=n_parts)
    elif isinstance(block, Ranges):
        n_parts = ceil(len(block.rows) / MOST_BARS)
        for part in range(n_parts):
            start, end = (len(block.rows) * place // n_parts for place in (part, part + 1))
            rows = replace(block, rows=block.rows[start:end])
            yield Figure("", rows, part=part + 1, parts=n_parts)
    elif isinstance(block, Plot):
        if any(series.points for series in block.series):
            yield Figure("", block)
    elif isinstance(block, Trends):
        if any(panel.points for panel in block.panels):
            yield Figure("", block)
    elif isinstance(block, Confusion) and block.labels:
        yield Figure("", block)


def _only_bars(chart: Bars | Stacks, start: int, end: int) -> Bars | Stacks:
    if isinstance(chart, Bars):
        return replace(chart, bars=chart.bars[start:end])
    return replace(chart, bars=chart.bars[start:end])


def _name(command: str, heading: Text | None, chart: Chart) -> str:
    """Return a name from the heading, if it is a name of the data, and from the caption."""
    beginning = prefix(command)
    # The key of a string begins with the page that it belongs to.
    words = [f"{word}-".removeprefix(beginning)[:-1] for word in _words(chart.caption)]
    if heading is not None:
        words = [*_words(heading), *words]
    whole = beginning + "-".join(word for word in words if word)
    return whole.encode()[:MOST_BYTES].decode("utf-8", "ignore")


def _words(text: Text) -> Iterator[str]:
    """Yield the words of a name: keys of strings, and names from the data, but no numbers."""
    if isinstance(text, Phrase):
        yield re.sub(r"\.(chart|caption)$", "", text.key).replace(".", "-")
        for _, value in text.values:
            yield from (_last(value) if isinstance(value, Phrase) else _words(value))
    elif isinstance(text, Listed):
        for one in text.texts:
            yield from _words(one)
    elif isinstance(text, Name | English):
        yield slug(text.text)


def _last(value: Phrase) -> Iterator[str]:
    """Yield the words of a string within another one: keys without their groups."""
    yield value.key.rpartition(".")[2]
    for _, inner in value.values:
        yield from (_last(inner) if isinstance(inner, Phrase) else _words(inner))


def slug(text: str) -> str:
    r"""Return the letters and digits of a text, which every file system stores.

    Examples
    --------
    >>> slug("../وكالةٌ (3)"), slug("a\x00b/c d")
    ('وكالة-3', 'a-x00b-c-d')
    """
    composed = unicodedata.normalize("NFC", shown(text))
    plain = "".join(c for c in composed if unicodedata.category(c) not in {"Mn", "Cf"})
    return re.sub(r"[^\w]+", "-", plain).strip("-")[:MOST_LETTERS].rstrip("-")


def _free(name: str, taken: set[str]) -> str:
    """Return a name that no other figure has, in any letter case."""
    found, number = name, 1
    while found.casefold() in taken:
        number += 1
        found = f"{name}-{number}"
    return found
