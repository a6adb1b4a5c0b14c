"""Charts of shares: bars that are divided into parts, and shares over time.

Parts differ in their pattern, not in colour alone, and are in the order of the legend.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from stance.reporting.html.charts import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.reporting.html.page import Number, Table, Text

# Patterns of the parts of a bar; the last part of a bar, all other names, is empty.
PATTERNS = ("full", "light", "rows", "columns", "slants")

# The size of the SVG of a bar, and of a panel.
BAR_WIDTH, BAR_HEIGHT = 100.0, 10.0
PANEL_WIDTH, PANEL_HEIGHT = 200.0, 80.0

# The width of a sample of a pattern.
SAMPLE = 12.0

# Between the lines of a pattern.
ROW, COLUMN = 2.0, 1.2
# A part below this share is not drawn.
SMALLEST = 0.0005


@dataclass(frozen=True)
class Part:
    """A part of a bar in the coordinates of its SVG."""

    pattern: str
    x: float
    width: float

    @property
    def rect(self) -> tuple[str, str]:
        """Left end and width."""
        return rounded(self.x), rounded(self.width)

    @property
    def lines(self) -> str:
        """The lines of the pattern, as the value of a path; empty for a filled part."""
        top, bottom = 1.0, BAR_HEIGHT - 1.0
        left, right = self.x, self.x + self.width
        if self.pattern == "rows":
            places = [top + ROW * (n + 0.5) for n in range(int((bottom - top) / ROW))]
            return "".join(f"M{rounded(left)} {rounded(y)}H{rounded(right)}" for y in places)
        n_lines = int(self.width / COLUMN) + 1
        if self.pattern == "columns":
            places = [left + COLUMN * (n + 0.5) for n in range(n_lines)]
            return "".join(
                f"M{rounded(x)} {rounded(top)}V{rounded(bottom)}" for x in places if x < right
            )
        if self.pattern == "slants":
            return "".join(self._slant(left + COLUMN * (n - 1), right) for n in range(n_lines + 1))
        return ""

    def _slant(self, x: float, right: float) -> str:
        """Return a line that rises from `x`, cut at both ends of the part."""
        top, bottom, run = 1.0, BAR_HEIGHT - 1.0, 2 * COLUMN
        first, last = max(x, self.x), min(x + run, right)
        if last <= first:
            return ""
        rise = (bottom - top) / run
        start, end = bottom - (first - x) * rise, bottom - (last - x) * rise
        return f"M{rounded(first)} {rounded(start)}L{rounded(last)} {rounded(end)}"


@dataclass(frozen=True)
class Stack:
    """A bar that is divided into the shares of its parts.

    Parameters
    ----------
    label : Text
    shares : tuple of float
        Of each part, in [0, 1]; the last one is that of all others.
    shown : Number
        What is written beside the bar.
    """

    label: Text
    shares: tuple[float, ...]
    shown: Number

    @property
    def starts(self) -> tuple[float, ...]:
        """Where each part begins, in [0, 1]."""
        ends = [sum(self.shares[: place + 1]) for place in range(len(self.shares))]
        return (0.0, *ends[:-1])

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that can be seen."""
        found = zip(pattern_names(len(self.shares)), self.starts, self.shares, strict=True)
        return tuple(
            Part(pattern, BAR_WIDTH * start, BAR_WIDTH * share)
            for pattern, start, share in found
            if share > SMALLEST
        )


def pattern_names(n_parts: int) -> tuple[str, ...]:
    """Return the pattern of each part; the last one is empty."""
    return (*PATTERNS[: n_parts - 1], "empty")


@dataclass(frozen=True)
class Stacks:
    """Divided bars, above the table of their numbers.

    Parameters
    ----------
    caption : Text
    names : tuple of Text
        The names of the parts.
    bars : tuple of Stack
    table : Table
    """

    kind: ClassVar[str] = "stacks"
    most: ClassVar[int] = len(PATTERNS)
    ticks: ClassVar[tuple[str, ...]] = ("0", "0.25", "0.5", "0.75", "1")
    caption: Text
    names: tuple[Text, ...]
    bars: tuple[Stack, ...]
    table: Table

    @property
    def shown(self) -> tuple[tuple[int, str, Text], ...]:
        """The number, pattern and name of each part; the last one only if a bar has it."""
        found = list(zip(pattern_names(len(self.names)), self.names, strict=True))
        has_rest = any(bar.shares[-1] > SMALLEST for bar in self.bars)
        kept = found if has_rest else found[:-1]
        return tuple((place, *one) for place, one in enumerate(kept))

    @property
    def legend(self) -> tuple[tuple[Part, Text], ...]:
        """A sample of each pattern, with the name of its part."""
        return tuple((Part(pattern, 0.0, SAMPLE), name) for _, pattern, name in self.shown)


@dataclass(frozen=True)
class TimePoint:
    """A share at a time, with its interval.

    Parameters
    ----------
    x : float
        The place of the time, in [0, 1].
    share, low, high : float
    follows : bool
        Whether it is the next month or year after the point before.
    """

    x: float
    share: float
    low: float
    high: float
    follows: bool = True


@dataclass(frozen=True)
class Panel:
    """The share of one name over time.

    Parameters
    ----------
    name : Text
    points : tuple of TimePoint
    reference : tuple of TimePoint
        Other shares at the same times, drawn as dashes without intervals.
    top : float
        Where the vertical axis ends, in (0, 1].
    ticks : tuple of str
        What is written at its end, its middle and its beginning.
    """

    name: Text
    points: tuple[TimePoint, ...]
    reference: tuple[TimePoint, ...] = ()
    top: float = 1.0
    ticks: tuple[str, str, str] = ("1", "0.5", "0")

    @property
    def path(self) -> str:
        """The shares as the value of a path, which is interrupted where times are missing."""
        return self._path(self.points)

    @property
    def reference_path(self) -> str:
        """The other shares as the value of a path; empty if there are none."""
        return self._path(self.reference)

    def _path(self, points: tuple[TimePoint, ...]) -> str:
        places = ((one, self._place(one.x, one.share)) for one in points)
        return "".join(
            f"{'L' if number and point.follows else 'M'}{x} {y}"
            for number, (point, (x, y)) in enumerate(places)
        )

    @property
    def dots(self) -> tuple[tuple[str, str], ...]:
        """The places of the shares."""
        return tuple(self._place(one.x, one.share) for one in self.points)

    @property
    def intervals(self) -> str:
        """The intervals as the value of a path."""
        ends = ((self._place(one.x, one.low), self._place(one.x, one.high)) for one in self.points)
        return "".join(f"M{x} {low}V{high}" for (x, low), (_, high) in ends)

    def _place(self, x: float, share: float) -> tuple[str, str]:
        return rounded(x * PANEL_WIDTH), rounded((1 - share / self.top) * PANEL_HEIGHT)


def time_places(times: Sequence[str]) -> list[tuple[float, bool]]:
    """Return where times are on an axis, and whether each is next to the one before.

    Parameters
    ----------
    times : sequence of str
        Ascending months or years; others get equal distances.

    Examples
    --------
    >>> time_places(["2019-11", "2020-01"])
    [(0.16666666666666666, True), (0.8333333333333334, False)]
    """
    if all(re.fullmatch(r"\d{4}-\d{2}", time) for time in times):
        numbers = [12 * int(time[:4]) + int(time[5:]) for time in times]
    elif all(re.fullmatch(r"\d{4}", time) for time in times):
        numbers = list(map(int, times))
    else:
        numbers = list(range(len(times)))
    if not numbers:
        return []
    before = [numbers[0] - 1, *numbers]
    width = numbers[-1] - numbers[0] + 1
    return [
        ((number - numbers[0] + 0.5) / width, number - last == 1)
        for number, last in zip(numbers, before, strict=False)
    ]


@dataclass(frozen=True)
class Trends:
    """Shares over time, one panel for each name, above the table of their numbers.

    Parameters
    ----------
    caption : Text
    ends : tuple of str
        The first and the last time.
    panels : tuple of Panel
    table : Table
    legend : tuple of Text
        The names of the line and of the dashes, if panels have both.
    """

    kind: ClassVar[str] = "trends"
    width: ClassVar[str] = f"{PANEL_WIDTH:g}"
    height: ClassVar[str] = f"{PANEL_HEIGHT:g}"
    caption: Text
    ends: tuple[str, str]
    panels: tuple[Panel, ...]
    table: Table
    legend: tuple[Text, ...] = ()

    @property
    def grid(self) -> str:
        """The lines at a quarter, a half and three quarters."""
        return "".join(
            f"M0 {rounded(part * PANEL_HEIGHT)}H{self.width}" for part in (0.25, 0.5, 0.75)
        )
