"""Coordinates of divided bars and of shares over time."""

import re

import pytest

from stance.reporting.html.page import Name, Number, Table, phrase
from stance.reporting.html.share_charts import (
    PATTERNS,
    Panel,
    Part,
    Stack,
    Stacks,
    TimePoint,
    Trends,
    time_places,
)

TABLE = Table(phrase("scores"), (), ())


def stack(*shares):
    return Stack(Name("a"), shares, Number("9"))


def test_parts_follow_each_other_and_those_that_cannot_be_seen_are_left_out():
    parts = stack(0.25, 0.0, 0.5, 0.25).parts
    assert [(part.pattern, part.x, part.width) for part in parts] == [
        ("full", 0.0, 25.0),
        ("rows", 25.0, 50.0),
        ("empty", 75.0, 25.0),
    ]


def test_the_legend_has_all_other_names_only_if_there_are_some():
    names = tuple(Name(letter) for letter in "abc")
    without = Stacks(phrase("scores"), names, (stack(0.5, 0.5, 0.0),), TABLE)
    assert [name.text for _, name in without.legend] == ["a", "b"]
    found = Stacks(phrase("scores"), names, (stack(0.5, 0.5, 0.0), stack(0.5, 0.0, 0.5)), TABLE)
    assert [part.pattern for part, _ in found.legend] == ["full", "light", "empty"]


@pytest.mark.parametrize("width", [0.06, 1.0, 37.3, 100.0])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_lines_of_a_pattern_stay_within_its_part(pattern, width):
    part = Part(pattern, 12.5, width)
    if width > 0.7:
        assert bool(part.lines) == (pattern in {"rows", "columns", "slants"})
    numbers = re.findall(r"([MLHV])([\d.]+)(?: ([\d.]+))?", part.lines)
    across = [float(first) for command, first, _ in numbers if command != "V"]
    down = [float(second or first) for command, first, second in numbers if command != "H"]
    assert all(12.49 <= x <= 12.51 + width for x in across)
    assert all(1 <= y <= 9 for y in down)


def test_times_have_their_distances():
    assert time_places(["2019-12", "2020-01", "2020-03"]) == [
        (0.125, True),
        (0.375, True),
        (0.875, False),
    ]
    assert time_places(["2019", "2021"]) == [(1 / 6, True), (5 / 6, False)]
    assert time_places(["before", "since"]) == [(0.25, True), (0.75, True)]
    assert time_places([]) == []


def test_a_line_is_interrupted_where_a_time_is_missing():
    points = (
        TimePoint(0.0, 0.5, 0.25, 0.75),
        TimePoint(0.5, 1.0, 0.5, 1.0),
        TimePoint(1.0, 0.0, 0.0, 0.25, follows=False),
    )
    panel = Panel(Name("a"), points)
    assert panel.path == "M0.00 40.00L100.00 0.00M200.00 80.00"
    assert panel.intervals == "M0.00 60.00V20.00M100.00 40.00V0.00M200.00 80.00V60.00"
    trends = Trends(phrase("scores"), ("a", "b"), (panel,), TABLE)
    assert trends.grid.count("H200") == 3


def test_a_panel_may_end_below_one_and_have_other_shares_beside_its_own():
    points = (TimePoint(0.0, 0.1, 0.05, 0.2), TimePoint(1.0, 0.2, 0.1, 0.2))
    reference = (TimePoint(0.0, 0.0, 0.0, 0.0), TimePoint(1.0, 0.1, 0.1, 0.1))
    panel = Panel(Name("a"), points, reference, 0.2, ("20", "10", "0"))
    assert panel.path == "M0.00 40.00L200.00 0.00"
    assert panel.intervals == "M0.00 60.00V0.00M200.00 40.00V0.00"
    assert panel.reference_path == "M0.00 80.00L200.00 40.00"
    assert Panel(Name("a"), points).reference_path == ""
