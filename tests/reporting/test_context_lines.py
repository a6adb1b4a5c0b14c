"""Lines of contexts: the hit in one column, whole words and letters, one direction."""

import pytest
from rich.cells import cell_len

from stance.reporting.context_lines import LEFT_TO_RIGHT, RIGHT_TO_LEFT, context_lines
from stance.reporting.document import ContextRow, Contexts
from stance.text.letter_clusters import whole_clusters

ROWS = (
    ContextRow("قال الناطق باسم", "قسد", "إن 12 قتيلا سقطوا", ("سانا", "2019-03-02")),
    ContextRow("", "وَقَسَد", "", ("", "")),
    ContextRow("في الـSDF (٣)", "قوات سوريا الديمقراطية", "كلمة " * 60, ("اسم طويل " * 9, "2019")),
    ContextRow("كلمة " * 60 + "آخر", "قسد", "لَا" * 60, ("x", "")),
)


def shown(rows, width):
    return [line.plain for line in context_lines(Contexts(tuple(rows)), width)]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
def test_the_hit_is_in_one_column_at_any_width(width):
    lines = shown(ROWS, width)
    assert len({cell_len(line) for line in lines}) == 1
    if width >= 40:
        assert cell_len(lines[0]) <= width
    hits = [row.hit.split()[0][:3] for row in ROWS]
    places = {cell_len(line[: line.index(hit)]) for line, hit in zip(lines, hits, strict=True)}
    assert len(places) == 1
    assert all(line.count("\u2067") == line.count("\u2069") for line in lines)
    # A blank at the end of a line would move to the other side of it.
    assert all(line.endswith("\u200f\u2069") for line in lines)


def test_a_context_is_cut_far_from_the_hit_and_between_words():
    line = shown(ROWS, 80)[3]
    assert "…كلمة" in line
    assert "كلمة آخر\u2069" in line
    assert "كلمة…" in shown(ROWS, 80)[2]


def test_a_word_that_is_too_long_is_cut_between_letters():
    (line,) = shown([ContextRow("", "قسد", "لَا" * 60)], 60)
    cut = line[line.index("لَ") : line.index("…")]
    assert len(cut) % 3 == 0
    assert whole_clusters("لَا" * 60, 0, len(cut)) == (0, len(cut))


def test_columns_of_sources_are_left_out_where_there_is_no_room():
    assert "2019-03-02" in shown(ROWS[:1], 200)[0]
    assert "سانا" in shown(ROWS[:1], 80)[0]
    narrow = shown(ROWS, 70)[0]
    assert "2019-03-02" not in narrow
    assert "سانا" not in shown(ROWS, 50)[0]


def test_the_direction_is_that_of_most_lines():
    latin = ContextRow("The", "SDF", "said", ())
    assert shown([latin, latin, ROWS[0]], 80)[2].startswith("".join(LEFT_TO_RIGHT))
    assert shown([latin, ROWS[0]], 80)[0].startswith("".join(RIGHT_TO_LEFT))
    assert shown([], 80) == []
