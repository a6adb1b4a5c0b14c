"""Cells with several labels are refused, one by one."""

import pytest

from stance.corpus.label_cells import labels_in_cell, one_label, several_labels

KNOWN = {"sdf", "gov"}


@pytest.mark.parametrize(
    "cell",
    [
        "sdf#gov",
        "sdf\u200f # gov",
        "sdf; gov",
        '["sdf", "gov"]',
        "['sdf', 'gov']",
        '{"choices": ["sdf", "gov"]}',
    ],
)
def test_several(cell):
    assert [one.strip("\u200f ") for one in labels_in_cell(cell, KNOWN)] == ["sdf", "gov"]
    reason = several_labels(cell, KNOWN)
    assert "is 2 labels, not one" in reason
    assert all(way in reason for way in ("first", "split", "drop"))


def test_a_part_that_no_cell_has_alone_does_not_hide_the_other():
    assert labels_in_cell("sdf#opp", KNOWN) == ("sdf", "opp")


@pytest.mark.parametrize("cell", ["sdf", "C#", "#sdf", "topic#1", "sdf, other", "[draft] sdf", "1"])
def test_one(cell):
    assert labels_in_cell(cell, KNOWN) == ()
    assert several_labels(cell, KNOWN) == ""


def test_a_list_of_one_is_that_label():
    assert one_label('["gov"]') == one_label("['gov']") == one_label('{"choices":["gov"]}') == "gov"
    assert one_label("[" * 9_000) == "[" * 9_000
    assert several_labels('["gov"]', KNOWN) == ""
