"""Small charts with names and captions in both directions."""

from stance.reporting.html.charts import Bar, Bars, Plot, Series
from stance.reporting.html.page import Confusion, Name, Number, Page, Table, phrase, section

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


def confusion(n=3):
    counts = tuple(tuple(5 if row == column else 1 for column in range(n)) for row in range(n))
    labels = tuple(Name(f"تصنيف {place}") for place in range(n))
    return Confusion(phrase("confusion.caption"), labels, counts)


def page(*blocks, heading="scores.heading"):
    return Page(phrase("evaluation"), "stance evaluate", (section(heading, *blocks),))
