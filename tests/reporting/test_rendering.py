"""One document on a terminal and as Markdown."""

import io

import pytest
from rich.cells import cell_len

from stance.reporting import markdown, terminal
from stance.reporting.document import (
    Column,
    Document,
    Facts,
    Item,
    Note,
    Paragraph,
    Remark,
    Table,
    numbers,
    section,
)
from stance.reporting.phrases import END_ISOLATE, ISOLATE

LABELS = Table(
    (Column("label", "name"), *numbers("F1"), Column("terms", "name")),
    (("معارض للاتفاق", "0.50", ("القوات", "المدينة", "القرية")), ("a|b", "0.75", ())),
    caption="By label:",
)
DOCUMENT = Document(
    "Test",
    (
        section(
            Paragraph("Two labels."), Item("one"), Item("inside", 2), Note("Do it."), heading="ALL"
        ),
        section(LABELS),
        section(Facts((("size", "1 MB"), ("path", "/a/b")))),
    ),
    command="stance test",
)


def on_terminal(document, width):
    text = io.StringIO()
    terminal.render(document, terminal.screen(width=width, file=text))
    return text.getvalue()


def test_a_terminal_gets_sections_with_a_blank_line_between_them():
    lines = [line.rstrip() for line in on_terminal(DOCUMENT, 60).splitlines()]
    assert lines == [
        *("ALL", "Two labels.", "  one", "    inside", "  => Do it.", ""),
        *("By label:", "label            F1  terms"),
        f"{ISOLATE}معارض للاتفاق{END_ISOLATE}  0.50  {ISOLATE}القوات، المدينة، القرية{END_ISOLATE}",
        "a|b            0.75",
        *("", "size  1 MB", "path  /a/b"),
    ]


@pytest.mark.parametrize("width", [30, 40, 80])
def test_names_are_cut_to_the_room_that_numbers_leave(width):
    long = Table(LABELS.columns[:2], (("اسم طويل " * 20, "0.50"),))
    lines = on_terminal(Document("", (section(long),), ""), width).splitlines()
    assert all(cell_len(line) <= width for line in lines)
    assert "…" in lines[1]
    assert lines[1].endswith("0.50")


def test_a_table_that_does_not_fit_gives_way_to_a_sentence():
    wide = Table(
        (Column("label", "name"), *numbers(*map(str, range(30)))),
        (("a", *"1" * 30),),
        caption="All:",
        if_too_wide="Too wide.",
    )
    document = Document("", (section(wide),), "")
    assert on_terminal(document, 80) == "Too wide.\n"
    assert on_terminal(document, 200).startswith("All:\n")
    assert "| a | 1 |" in markdown.render(document)


def test_a_remark_takes_the_place_of_values():
    table = Table(
        (Column("who", "name"), *numbers("F1", "F2")), (Remark("fastText", "is missing"),)
    )
    document = Document("", (section(table),), "")
    assert on_terminal(document, 80).splitlines()[-1] == "fastText is missing"
    assert markdown.render(document).splitlines()[-1] == "| fastText | is missing |  |"


def test_markdown_has_the_same_content():
    assert markdown.render(DOCUMENT).splitlines() == [
        *("# Test", "", "Written by `stance test`; not edited by hand.", ""),
        *("## ALL", "", "Two labels.", "", "- one", "  - inside", "", "> Do it.", ""),
        *("By label:", "", "| label | F1 | terms |", "|---|---|---|"),
        "| معارض للاتفاق | 0.50 | القوات، المدينة، القرية |",
        "| a\\|b | 0.75 |  |",
        *("", "|  |  |", "|---|---|", "| size | 1 MB |", "| path | /a/b |"),
    ]


@pytest.mark.parametrize("render", [lambda d: on_terminal(d, 80), markdown.render])
def test_control_characters_are_shown_as_text(render):
    table = Table((Column("a\x1b", "name"),), (("b\x1b",),), caption="c\x1b")
    blocks = (table, Paragraph("d\x1b"), Item("e\x1b"), Note("f\x1b"), Facts((("g", "h\x1b"),)))
    shown = render(Document("i\x1b", (section(*blocks, heading="j\x1b"),), ""))
    assert "\x1b" not in shown
    assert all(f"{letter}\\x1b" in shown for letter in "abcdefhj")
