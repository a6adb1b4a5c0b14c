"""Which charts become figures, and what their files are called."""

import re
from typing import get_args

from stance.reporting.figures.selection import MOST_BARS, MOST_BYTES, Chart, figures, slug
from stance.reporting.html import page as blocks
from stance.reporting.html.evaluation import page as evaluation_page
from stance.reporting.html.page import Listed, Name, Paragraph, phrase
from stance.reporting.html.strings import TEMPLATES
from tests.reporting.figures.samples import bars, confusion, page, plot, ranges, stacks, trends
from tests.reporting.html.sample_pages import evaluation


def test_every_kind_of_block_that_html_shows_as_a_figure_is_drawn():
    template = (TEMPLATES / "blocks.html").read_text("utf-8")
    macros = re.findall(r"{% macro (\w+)\((.*?){%-? endmacro %}", template, re.DOTALL)
    shown = {name for name, content in macros if "<figure" in content}
    assert (
        {"bars", "plot", "ranges", "stacks", "trends"}
        <= shown
        <= {kind.kind for kind in get_args(Chart)}
    )


def test_the_charts_of_a_page_in_its_order():
    assert [figure.name for figure in figures(evaluation_page(evaluation()))] == [
        "evaluate-scores",
        "evaluate-by_label",
        "evaluate-confusion",
        "evaluate-calibration",
        "evaluate-coverage",
        "evaluate-slices-i-field",
    ]


def test_charts_that_show_nothing_are_left_out():
    assert figures(page(bars(), plot("line", points=()), confusion(0))) == ()
    assert figures(page(Paragraph(phrase("scores")))) == ()


def test_many_bars_become_several_figures():
    assert MOST_BARS == 30
    found = figures(page(bars(*[0.5] * 61)))
    assert [len(figure.chart.bars) for figure in found] == [20, 20, 21]
    assert [(figure.part, figure.parts) for figure in found] == [(1, 3), (2, 3), (3, 3)]
    assert [figure.name for figure in found] == [
        "evaluate-slices-year",
        "evaluate-slices-year-2",
        "evaluate-slices-year-3",
    ]


def test_many_divided_bars_become_several_figures_and_empty_panels_none():
    found = figures(page(stacks(*[(0.5, 0.5)] * 40), trends(), trends("قسد")))
    assert [figure.name for figure in found] == [
        "evaluate-naming",
        "evaluate-naming-2",
        "evaluate-naming-trends-own",
    ]
    assert [len(figure.chart.bars) for figure in found[:2]] == [20, 20]
    found = figures(page(ranges(*[0.5] * 31)))
    assert [len(figure.chart.rows) for figure in found] == [15, 16]


def test_a_name_of_the_data_is_part_of_the_name_and_differs_in_any_letter_case():
    upper, lower = (page(bars(0.5), heading=Name(name)).sections for name in ("A/b", "a:B"))
    whole = blocks.Page(phrase("evaluation"), "stance evaluate", (*upper, *lower))
    assert [(figure.name, figure.heading) for figure in figures(whole)] == [
        ("evaluate-A-b-slices-year", Name("A/b")),
        ("evaluate-a-B-slices-year-2", Name("a:B")),
    ]


def test_a_long_name_is_cut_and_the_chart_is_still_named():
    (figure,) = figures(page(bars(0.5), heading=Name("عنوان طويل جدا " * 40)))
    assert figure.name.endswith("-slices-year")
    names = Listed(tuple(Name(f"{n} عنوان طويل جدا بلا نهاية ولا معنى") for n in range(9)))
    (figure,) = figures(page(bars(0.5), heading=names))
    assert MOST_BYTES - 2 < len(figure.name.encode()) <= MOST_BYTES


def test_names_never_leave_the_folder():
    for name in ("../../etc", "\\\\server\\x", "a\0b", "\u202eexe", "..", "C:"):
        assert not set(slug(name)) & set('/\\:\0\u202e."')
