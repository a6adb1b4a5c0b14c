"""The marks of series on the axes of matplotlib: points, lines, estimates with intervals.

The axes are those of matplotlib, which `drawing.py` alone imports.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from stance.reporting.figures.style import DASHES, FAINT, FILL, INK, LINES, MARK, POINTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.reporting.html.charts import Series
    from stance.reporting.html.range_charts import Ranges
    from stance.reporting.html.share_charts import TimePoint

# What each kind of mark looks like, with the width of its interval.
STYLES: dict[str, dict[str, Any]] = {
    "dot": {"marker": "o", "markersize": 6.5, "color": MARK, "linewidth": 1.8, "zorder": 4},
    "ring": {
        "marker": "o",
        "markersize": 5.5,
        "markerfacecolor": "white",
        "color": INK,
        "linewidth": 1.0,
        "zorder": 3,
    },
}


def draw_series(axes: Any, series: Series, place: int, name: str) -> None:
    """Draw a series of a plot, which is the `place`-th of its kind."""
    if series.mark == "band":
        axes.fill(*zip(*series.points, strict=True), color=FILL, alpha=0.4, linewidth=0, label=name)
        return
    (line,) = axes.plot(
        [x for x, _ in series.points],
        [y for _, y in series.points],
        label=name,
        color=INK if series.mark == "dashes" else MARK,
        linewidth=1.2 if series.mark == "dashes" else 2.0,
        clip_on=False,
    )
    if series.mark in {"points", "open"}:
        line.set(linestyle="", marker=POINTS[place % len(POINTS)], markersize=6, zorder=3)
        line.set(markeredgecolor=INK, markeredgewidth=0.6)
        if series.mark == "open":
            line.set(markerfacecolor="white", markeredgewidth=1.4)
    else:
        strokes: Any = DASHES if series.mark == "dashes" else LINES
        line.set_linestyle(strokes[place % len(strokes)])


def draw_ranges(axes: Any, chart: Ranges, names: Sequence[str]) -> None:
    """Draw the marks and intervals of all rows, one below the other."""
    if chart.axis.low < 0:
        axes.axvline(0.0, color=FAINT, linewidth=1.2, zorder=1)
    for number, (kind, name) in enumerate(zip(chart.marks, names, strict=True)):
        for place, row in enumerate(chart.rows):
            point = row.points[number]
            if point is None:
                continue
            if kind == "tick":
                axes.vlines(
                    point.value, place - 0.38, place + 0.38, color=INK, linewidth=1.4,
                    linestyle=(0, (2, 1.2)), zorder=2, clip_on=False,
                )  # fmt: skip
                continue
            y = place + chart.heights[kind] - 0.5
            style = STYLES[kind]
            if point.low is not None and point.high is not None:
                axes.plot(
                    [point.low, point.high], [y, y], color=style["color"], marker="|",
                    markersize=5, linewidth=style["linewidth"], zorder=style["zorder"],
                    clip_on=False,
                )  # fmt: skip
            axes.plot([point.value], [y], **{**style, "linewidth": 0}, clip_on=False)
        _name(axes, kind, name)


def _name(axes: Any, kind: str, name: str) -> None:
    """Draw an empty series that the legend shows."""
    if kind == "tick":
        axes.plot([], [], color=INK, linestyle="", marker="|", markersize=9, label=name)
    else:
        axes.plot([], [], **STYLES[kind], label=name)


def draw_line(axes: Any, points: Sequence[TimePoint], *, marker: str = "", **style: Any) -> None:
    """Draw shares over time as a line, which is interrupted where times are missing."""
    xs, shares = [one.x for one in points], [one.share for one in points]
    starts = [place for place, one in enumerate(points) if place and not one.follows]
    for start, end in pairwise([0, *starts, len(xs)]):
        axes.plot(xs[start:end], shares[start:end], **style)
    if marker:
        axes.plot(
            xs, shares, color=style["color"], linestyle="", marker=marker, markersize=3.5,
            clip_on=False,
        )  # fmt: skip
