"""Coordinates of estimates with intervals."""

import pytest

from stance.reporting.html.page import Name, Number, Table, phrase
from stance.reporting.html.range_charts import (
    Axis,
    RangePoint,
    RangeRow,
    Ranges,
    difference_axis,
    share_axis,
)

TABLE = Table(phrase("scores"), (), ())


def chart(*points, axis=Axis(0.0, 0.5, 5), marks=("dot", "ring", "tick")):  # noqa: B008
    row = RangeRow(Name("a"), points, Number("9"))
    series = tuple(Name(mark) for mark in marks)
    return Ranges(phrase("scores"), series, (row,), axis, TABLE, marks)


@pytest.mark.parametrize(
    ("values", "end", "ticks"),
    [
        ((0.0, 0.012), 0.05, "0 1 2 3 4 5"),
        ((0.3, 0.4), 0.4, "0 10 20 30 40"),
        ((0.401,), 0.6, "0 10 20 30 40 50 60"),
        ((0.95, 1.0), 1.0, "0 25 50 75 100"),
        ((), 1.0, "0 25 50 75 100"),
    ],
)
def test_an_axis_of_shares_begins_at_zero_and_has_room_for_all(values, end, ticks):
    axis = share_axis(values)
    assert (axis.low, axis.high) == (0.0, end)
    assert " ".join(axis.ticks) == ticks


def test_an_axis_of_differences_has_zero_in_its_middle():
    assert difference_axis([-0.17, 0.02]).ticks == ("-20", "-10", "0", "10", "20")
    assert difference_axis([0.001]).ticks == ("-2", "-1", "0", "1", "2")
    assert difference_axis([]).high == difference_axis([-1.0]).high == 1.0


def test_the_marks_of_a_row_are_where_their_values_are():
    found = chart(RangePoint(0.2, 0.1, 0.3), RangePoint(0.25, 0.05, 0.6), RangePoint(0.4))
    ((_, (tick, ring, dot)),) = found.drawn
    assert (tick.kind, tick.path, tick.interval) == ("tick", "M80.00 0.5V9.5", "")
    assert (ring.kind, ring.path) == ("ring", "M50.00 7.00h0.01")
    # What is beyond the axis is drawn at its end.
    assert ring.interval == "M10.00 5.80V8.20M10.00 7.00H100.00M100.00 5.80V8.20"
    assert dot.interval == "M20.00 1.80V4.20M20.00 3.00H60.00M60.00 1.80V4.20"


def test_a_row_without_an_estimate_has_the_other_marks():
    ((_, marks),) = chart(None, RangePoint(0.1), marks=("dot", "tick")).drawn
    assert [mark.kind for mark in marks] == ["tick"]


def test_without_a_ring_the_dot_is_in_the_middle_and_a_value_may_lack_an_interval():
    ((_, (_, dot)),) = chart(RangePoint(0.1), RangePoint(0.1), marks=("dot", "tick")).drawn
    assert (dot.path, dot.interval) == ("M20.00 5.00h0.01", "")


def test_only_an_axis_of_differences_has_a_line_at_zero():
    points = (RangePoint(0.1), RangePoint(0.1))
    assert chart(*points, marks=("dot", "tick")).zero == ""
    found = chart(*points, axis=difference_axis([0.1]), marks=("dot", "tick"))
    assert found.zero == "M50.00 0V10"
    assert found.grid == "M25.00 0V10M50.00 0V10M75.00 0V10"


def test_the_legend_has_a_sample_of_each_mark():
    found = chart(None, None, None)
    assert [(mark.kind, name.text) for mark, name in found.legend] == [
        ("dot", "dot"),
        ("ring", "ring"),
        ("tick", "tick"),
    ]
