"""The sections of an evaluation."""

from dataclasses import replace

from stance.evaluation.metrics import LabelScore
from stance.reporting.html.scores import macro_blocks
from stance.reporting.html.slices import slice_section
from stance.reporting.html.strings import plain
from stance.reporting.slices import SLICES_DETAILED
from tests.reporting.html.sample_pages import HOSTILE, evaluation


def said(blocks):
    return [plain(block.text, "en") for block in blocks]


def test_labels_without_articles_are_named():
    found = evaluation()
    assert macro_blocks(found) == ()
    first, second, *rest = HOSTILE
    scores = {label: found.per_class[label] for label in rest}
    scores[second] = LabelScore(precision=0.0, recall=0.0, f1=0.0, support=0)
    without = macro_blocks(replace(found, per_class=scores))
    assert said(without) == [
        f"Macro-F1 is over 3 labels. No tested article has: {first}, {second}.",
        f"Some articles got these labels all the same, so their F1 counts as 0: {second}.",
    ]


def test_details_of_slices_are_shown_where_there_are_few():
    ((field, slices),) = evaluation().slices.items()
    chart, by_label, trusted = slice_section(field, slices).blocks
    assert len(chart.table.rows) == len(trusted.rows) == len(slices)
    assert len(by_label.rows) == sum(len(one.per_class) for one in slices)
    several = slices * SLICES_DETAILED
    assert len(slice_section(field, several).blocks) == 1
