"""Charts of point estimates with intervals, several series in a row, in the coordinates of an SVG.

Series differ in their marks, not in colour alone: a dot and a ring, both with intervals, and a
tick across the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from stance.reporting.html.charts import rounded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stance.reporting.html.page import Number, Table, Text

# The mark of each series, in their order.
MARKS = ("dot", "ring", "tick")

# The size of the SVG of a row, and of the sample of a mark in the legend.
ROW_WIDTH, ROW_HEIGHT = 100.0, 10.0
SAMPLE_WIDTH, SAMPLE_HEIGHT = 30.0, 12.0
# Half the height of the ends of an interval.
END = 1.2

# Where an axis of shares may end, with its number of steps.
SHARE_AXES = ((0.05, 5), (0.1, 5), (0.2, 4), (0.4, 4), (0.6, 6), (0.8, 4), (1.0, 4))
# Where an axis of differences may begin and end.
DIFFERENCE_AXES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 1.0)
DIFFERENCE_STEPS = 4


@dataclass(frozen=True)
class Axis:
    """A horizontal axis, with its ticks in percent.

    Parameters
    ----------
    low, high : float
    steps : int
        Number of intervals between ticks.
    """

    low: float
    high: float
    steps: int

    @property
    def places(self) -> tuple[float, ...]:
        """The values at the ticks."""
        width = (self.high - self.low) / self.steps
        return tuple(self.low + width * step for step in range(self.steps + 1))

    @property
    def ticks(self) -> tuple[str, ...]:
        """The ticks in percent."""
        return tuple(f"{round(100 * place, 6):g}" for place in self.places)

    def part(self, value: float) -> float:
        """Return where a value is, in [0, 1]."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def share_axis(values: Iterable[float]) -> Axis:
    """Return an axis from 0 on that has room for shares.

    Examples
    --------
    >>> share_axis([0.02, 0.17]).ticks
    ('0', '5', '10', '15', '20')
    """
    highest = max(values, default=1.0)
    end, steps = next((one for one in SHARE_AXES if highest <= one[0]), SHARE_AXES[-1])
    return Axis(0.0, end, steps)


def difference_axis(values: Iterable[float]) -> Axis:
    """Return an axis with 0 in its middle that has room for differences.

    Examples
    --------
    >>> difference_axis([-0.17, 0.02]).ticks
    ('-20', '-10', '0', '10', '20')
    """
    furthest = max(map(abs, values), default=1.0)
    end = next((one for one in DIFFERENCE_AXES if furthest <= one), DIFFERENCE_AXES[-1])
    return Axis(-end, end, DIFFERENCE_STEPS)


@dataclass(frozen=True)
class RangePoint:
    """A value, with its interval if it has one."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def values(self) -> tuple[float, ...]:
        """The value and the ends of the interval."""
        return tuple(one for one in (self.value, self.low, self.high) if one is not None)


@dataclass(frozen=True)
class RangeRow:
    """A row of a chart.

    Parameters
    ----------
    label : Text
    points : tuple of RangePoint or None
        One for each series; None where there is none.
    shown : Number
        What is written beside the row.
    """

    label: Text
    points: tuple[RangePoint | None, ...]
    shown: Number


@dataclass(frozen=True)
class DrawnMark:
    """A mark in the coordinates of its SVG.

    Parameters
    ----------
    kind : {"dot", "ring", "tick"}
    path : str
        The value of a path: for a dot or a ring of a line without length, whose
        round ends a browser draws, so that a stretched SVG does not distort them.
    interval : str
        The value of a path; empty if there is no interval.
    """

    kind: str
    path: str
    interval: str = ""


@dataclass(frozen=True)
class Ranges:
    """Estimates with their intervals, a row for each label, above the table of their numbers.

    Parameters
    ----------
    caption : Text
    series : tuple of Text
        At most three: the first two have intervals.
    rows : tuple of RangeRow
    axis : Axis
    table : Table
    """

    kind: ClassVar[str] = "ranges"
    caption: Text
    series: tuple[Text, ...]
    rows: tuple[RangeRow, ...]
    axis: Axis
    table: Table
    marks: tuple[str, ...] = MARKS

    @property
    def ticks(self) -> tuple[str, ...]:
        """The ticks of the axis."""
        return self.axis.ticks

    @property
    def heights(self) -> dict[str, float]:
        """Where in a row the marks of each kind are, in [0, 1]."""
        return {"dot": 0.3, "ring": 0.7} if "ring" in self.marks else {"dot": 0.5}

    @property
    def grid(self) -> str:
        """The lines at the inner ticks, as the value of a path."""
        inner = (ROW_WIDTH * self.axis.part(place) for place in self.axis.places[1:-1])
        return "".join(f"M{rounded(x)} 0V{ROW_HEIGHT:g}" for x in inner)

    @property
    def zero(self) -> str:
        """The line at zero of an axis of differences, as the value of a path."""
        x = rounded(ROW_WIDTH * self.axis.part(0.0))
        return f"M{x} 0V{ROW_HEIGHT:g}" if self.axis.low < 0 else ""

    @property
    def drawn(self) -> tuple[tuple[RangeRow, tuple[DrawnMark, ...]], ...]:
        """The rows with their marks; those of later series are below those of earlier ones."""
        return tuple((row, tuple(self._drawn(row))[::-1]) for row in self.rows)

    def _drawn(self, row: RangeRow) -> Iterable[DrawnMark]:
        for kind, point in zip(self.marks, row.points, strict=True):
            if point is not None:
                yield self._mark(kind, point)

    def _mark(self, kind: str, point: RangePoint) -> DrawnMark:
        x = rounded(ROW_WIDTH * self.axis.part(point.value))
        if kind == "tick":
            return DrawnMark(kind, f"M{x} 0.5V9.5")
        height = ROW_HEIGHT * self.heights[kind]
        y = rounded(height)
        if point.low is None or point.high is None:
            return DrawnMark(kind, f"M{x} {y}h0.01")
        low, high = (rounded(ROW_WIDTH * self.axis.part(end)) for end in (point.low, point.high))
        top, bottom = rounded(height - END), rounded(height + END)
        interval = f"M{low} {top}V{bottom}M{low} {y}H{high}M{high} {top}V{bottom}"
        return DrawnMark(kind, f"M{x} {y}h0.01", interval)

    @property
    def legend(self) -> tuple[tuple[DrawnMark, Text], ...]:
        """A sample of each mark, with the name of its series."""
        x, y = SAMPLE_WIDTH / 2, SAMPLE_HEIGHT / 2
        samples = {
            kind: DrawnMark(kind, f"M{x:g} {y:g}h0.01", f"M3 {y:g}H{SAMPLE_WIDTH - 3:g}")
            for kind in ("dot", "ring")
        }
        samples["tick"] = DrawnMark("tick", f"M{x:g} 0.5V{SAMPLE_HEIGHT - 0.5:g}")
        found = zip(self.marks, self.series, strict=True)
        return tuple((samples[kind], name) for kind, name in found)
