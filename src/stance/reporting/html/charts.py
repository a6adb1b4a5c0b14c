"""Charts as values in the coordinates of an SVG; their labels stay HTML text.

The browser shapes Arabic in HTML, but the anchor of a text in an SVG changes sides with the
direction of the page. So an SVG holds marks alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from stance.reporting.html.page import Number, Table, Text

WIDTH, HEIGHT = 400.0, 260.0
RADIUS = 6.0
TICKS = ("0", "0.25", "0.5", "0.75", "1")

Mark = Literal["points", "open", "line", "dashes", "band"]


@dataclass(frozen=True)
class Bar:
    """A bar with its value in [0, 1], and an interval if there is one."""

    label: Text
    value: float
    shown: Number
    interval: tuple[float, float] | None = None

    @property
    def width(self) -> str:
        """Length in hundredths of the axis."""
        return rounded(100 * self.value)

    @property
    def ends(self) -> tuple[str, str] | None:
        """Ends of the interval in hundredths of the axis."""
        if self.interval is None:
            return None
        low, high = (min(max(end, 0.0), 1.0) for end in self.interval)
        return rounded(100 * low), rounded(100 * high)


@dataclass(frozen=True)
class Bars:
    """Horizontal bars on an axis from 0 to 1, above the table of their numbers."""

    kind: ClassVar[str] = "bars"
    caption: Text
    bars: tuple[Bar, ...]
    table: Table
    ticks: ClassVar[tuple[str, ...]] = TICKS


@dataclass(frozen=True)
class Series:
    """Points in the unit square.

    Parameters
    ----------
    name : Text
    points : tuple of (float, float)
    mark : {"points", "open", "line", "dashes", "band"}
        How it is drawn; series of one plot differ in it, not in colour alone. The
        points of a band are those of its outline; open points are circles.
    """

    name: Text
    points: tuple[tuple[float, float], ...]
    mark: Mark

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Points in the coordinates of the SVG, whose vertical axis points down."""
        return tuple((rounded(x * WIDTH), rounded((1 - y) * HEIGHT)) for x, y in self.points)

    @property
    def path(self) -> str:
        """The points as the value of a polyline."""
        return " ".join(f"{x},{y}" for x, y in self.places)


@dataclass(frozen=True)
class Plot:
    """Series on two axes, above the table of their numbers.

    Parameters
    ----------
    caption, horizontal, vertical : Text
        Of the plot and of its axes.
    series : tuple of Series
    table : Table
    horizontal_ticks, vertical_ticks : tuple of str
        Labels at equal distances, the first and the last at the ends of an axis.
    """

    kind: ClassVar[str] = "plot"
    caption: Text
    horizontal: Text
    vertical: Text
    series: tuple[Series, ...]
    table: Table
    horizontal_ticks: tuple[str, ...] = TICKS
    vertical_ticks: tuple[str, ...] = TICKS
    width: ClassVar[str] = f"{WIDTH:g}"
    height: ClassVar[str] = f"{HEIGHT:g}"
    radius: ClassVar[str] = f"{RADIUS:g}"

    @property
    def grid(self) -> str:
        """The lines at the inner ticks, as the value of a path."""
        across = "".join(
            f"M0 {rounded(at * HEIGHT)}H{self.width}" for at in _inner(self.vertical_ticks)
        )
        down = (f"M{rounded(at * WIDTH)} 0V{self.height}" for at in _inner(self.horizontal_ticks))
        return across + "".join(down)


def _inner(ticks: tuple[str, ...]) -> list[float]:
    """Return the places of the ticks between the first and the last, in (0, 1)."""
    last = len(ticks) - 1
    return [place / last for place in range(1, last)]


def rounded(value: float) -> str:
    """Format a coordinate; the same on every machine."""
    return f"{value:.2f}"
