"""Coordinates of charts."""

from stance.reporting.html.charts import Bar, Plot, Series
from stance.reporting.html.page import Name, Number, Table, phrase


def test_a_bar_is_as_long_as_its_value():
    bar = Bar(Name("a"), 0.256, Number("0.256"), (-0.1, 0.5))
    assert bar.width == "25.60"
    assert bar.ends == ("0.00", "50.00")
    assert Bar(Name("a"), 1.0, Number("1")).ends is None


def test_the_vertical_axis_points_up():
    series = Series(phrase("accuracy"), ((0.0, 0.0), (1.0, 1.0), (0.5, 0.25)), "line")
    assert series.path == "0.00,260.00 400.00,0.00 200.00,195.00"


def test_the_grid_is_at_the_inner_ticks():
    name = phrase("accuracy")
    plot = Plot(name, name, name, (), Table(name, (), ()))
    assert plot.grid.count("H400") == plot.grid.count("V260") == 3
    assert plot.grid.startswith("M0 65.00H400")


def test_ticks_of_a_plot_are_at_equal_distances_whatever_they_say():
    name = Name("اسم")
    table = Table(name, (), ())
    plot = Plot(name, name, name, (), table, ("0", "500", "1,000"), ("0.6", "0.8", "1.0"))
    assert plot.grid == "M0 130.00H400M200.00 0V260"
