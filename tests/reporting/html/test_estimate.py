"""The page of estimated shares: its numbers, and what is drawn of them."""

import re
from dataclasses import replace

import pytest

from stance.estimation.share_records import Plan, PlannedSize
from stance.reporting.figures.selection import figures
from stance.reporting.html.estimate import page
from stance.reporting.html.range_charts import Ranges
from stance.reporting.html.render import render
from stance.reporting.html.share_charts import Trends
from stance.reporting.html.strings import plain
from tests.reporting.sample_shares import LABELS, contrast, estimates, group, plan, without_sample


def charts(found, kind):
    return [block for one in page(found).sections for block in one.blocks if type(block) is kind]


def headings(found):
    return [plain(one.heading, "en") for one in page(found).sections]


def words(found, language="en"):
    text = re.sub("<[^>]+>", "", re.sub("<style>.*</style>", "", render(page(found), language)))
    return " ".join(text.split())


@pytest.fixture(scope="module")
def by_month():
    months = tuple(
        group(f"2019-{month:02}", 500, 0 if month == 3 else 10) for month in (1, 3, 4, 5, 7)
    )
    trend = contrast("trend", LABELS[0], "2019-07", "2019-01", 0.02)
    return estimates(
        "month", months, contrasts=(trend,), plan=plan(), population="outlets", n_outlets=37
    )


def test_sections_without_content_are_left_out():
    assert headings(estimates()) == ["Articles and method", "Shares in all articles", "For a paper"]
    assert headings(without_sample())[0].startswith("No random sample")


def test_counted_shares_and_hand_labels_are_drawn_beside_the_estimate():
    (found,) = charts(estimates(), Ranges)
    assert found.marks == ("dot", "ring", "tick")
    (estimate, hand, counted) = found.rows[0].points
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx((0.381, 0.331, 0.431))
    assert hand.value == pytest.approx(0.361)
    assert counted.value == 0.335
    (found,) = charts(without_sample(), Ranges)
    assert found.marks == ("dot", "tick")


def test_each_label_has_a_chart_by_group_on_an_axis_of_its_own():
    groups = (group("وكالة", 900, 9), group("sana", 100, 0))
    found = charts(estimates("outlet", groups), Ranges)[1:]
    assert len(found) == len(LABELS)
    assert [one.axis.high for one in found] == [0.6, 0.6, 0.4, 0.05]
    assert found[0].rows[1].points[0] is None
    assert found[0].rows[1].points[1] is not None


def test_a_line_over_time_is_interrupted_where_nothing_was_coded(by_month):
    (found,) = charts(by_month, Trends)
    assert [one.follows for one in found.panels[0].points] == [False, False, True, False]
    follows = [one.follows for one in found.panels[0].reference]
    assert follows == [True, False, True, True, False]
    assert (found.panels[0].top, found.panels[0].ticks) == (0.6, ("60", "30", "0"))


def test_the_charts_have_names_of_files(by_month):
    assert [one.name for one in figures(page(by_month))] == [
        "estimate-shares",
        "estimate-trends-month",
        "estimate-slopes-2019-01-2019-07-month",
    ]


@pytest.mark.slow
def test_a_page_has_the_sentences_of_the_terminal(by_month):
    text = words(by_month)
    assert "Of the articles of outlets like those of the archive (37, with 31,525 articles)" in text
    assert "38 % damascus_aligned (95 % CI 33–43), 34 % neutral_wire (29–39)" in text
    assert "rises by 2.0 percentage points per month (95 % CI [-6.2, 10.2], p = 0.0033)" in text
    assert "±3 percentage points for every label: about 140." in text
    assert "Not known: no article of the group was coded" in text
    assert "فترة الثقة 95 %: 33–43" in words(by_month, "ar")


@pytest.mark.slow
def test_what_no_number_of_articles_gives_is_told():
    beyond = Plan(0.03, (PlannedSize(None, LABELS[0], 0.07, None, 0.05),))
    text = words(estimates(plan=beyond, population="outlets", n_outlets=9))
    assert "No number of articles gives ±3 percentage points for damascus_aligned" in text
    assert "if all were coded" in text
    text = words(estimates(plan=Plan(0.03, (PlannedSize(None, "a", 0.02, 0, 0.0),))))
    assert "No more articles are needed" in text
    assert "if all were coded" not in text


@pytest.mark.slow
def test_without_a_sample_no_column_counts_coded_articles():
    whole = without_sample()
    part = replace(whole.overall, value="sana", n_coded=0)
    text = words(replace(whole, field="outlet", groups=(part,)))
    assert "Share of damascus_aligned by outlet outlet articles counted estimated" in text
    assert "Not known" not in text
    assert "coded by hand" in words(estimates("outlet", (group("sana", 9, 3),)))


def test_a_method_that_has_no_words_is_named():
    found = replace(estimates(), method="XYZ")
    assert "XYZ" in words(found, "ar")
