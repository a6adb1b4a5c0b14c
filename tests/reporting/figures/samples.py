"""Small charts with names and captions in both directions."""

from stance.reporting.html.charts import Bar, Bars, Plot, Series
from stance.reporting.html.page import Confusion, Name, Number, Page, Table, phrase, section
from stance.reporting.html.range_charts import (
    Axis,
    RangePoint,
    RangeRow,
    Ranges,
)
from stance.reporting.html.share_charts import Panel, Stack, Stacks, TimePoint, Trends

TABLE = Table(phrase("scores"), (), ())


def bars(*values, label="pro_sdf", interval=(0.2, 0.4)):
    found = tuple(
        Bar(Name(f"{label} {place}"), value, Number(f"{value:.3f}"), interval)
        for place, value in enumerate(values)
    )
    return Bars(phrase("slices.chart", field=Name("year")), found, TABLE)


def plot(*marks, points=((0.1, 0.2), (0.6, 0.9))):
    name = phrase("accuracy")
    series = tuple(Series(Name(f"series {n}"), points, mark) for n, mark in enumerate(marks))
    return Plot(phrase("calibration.chart"), name, name, series, TABLE)


def stacks(*rows):
    names = (*(Name(f"اسم {n}") for n in range(len(rows[0]) - 1)), phrase("naming.other"))
    bars = tuple(Stack(Name(f"outlet {n}"), row, Number("30")) for n, row in enumerate(rows))
    return Stacks(phrase("naming.chart"), names, bars, TABLE)


def trends(*names):
    places = ((0.1, True), (0.2, True), (0.9, False))
    points = tuple(TimePoint(x, 0.5, 0.25, 0.75, follows) for x, follows in places)
    panels = tuple(Panel(Name(name), points) for name in names)
    caption = phrase("naming.trends", voice=phrase("naming.voice.own"))
    return Trends(caption, ("2019-01", "2019-10"), panels, TABLE)


def ranges(*values, low=0.0):
    """Return a row for each value, with three series; None has a tick alone."""
    rows = tuple(
        RangeRow(
            Name(f"مجموعة {place}"),
            (
                None if value is None else RangePoint(value, value - 0.1, value + 0.1),
                None if value is None else RangePoint(value, value - 0.2, value + 0.2),
                RangePoint(0.4),
            ),
            Number("-" if value is None else f"{100 * value:.1f} %"),
        )
        for place, value in enumerate(values)
    )
    series = (Name("estimated"), Name("by hand"), Name("counted"))
    axis = Axis(low, 1.0, 4)
    return Ranges(phrase("estimate.table"), series, rows, axis, TABLE)


def confusion(n=3):
    counts = tuple(tuple(5 if row == column else 1 for column in range(n)) for row in range(n))
    labels = tuple(Name(f"تصنيف {place}") for place in range(n))
    return Confusion(phrase("confusion.caption"), labels, counts)


def page(*blocks, heading="scores.heading"):
    return Page(phrase("evaluation"), "stance evaluate", (section(heading, *blocks),))
