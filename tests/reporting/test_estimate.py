"""The shares of an archive as a report: tables that fit a terminal, and sentences for a paper."""

import io
from dataclasses import replace

import pytest
from rich.cells import cell_len

from stance.estimation.share_records import Plan, PlannedSize
from stance.reporting import markdown, terminal
from stance.reporting.estimate import GROUPS_SHOWN, report, summary
from stance.reporting.share_sentences import in_percent, paper_sentences, plan_sentences
from tests.reporting.sample_shares import (
    LABELS,
    contrast,
    estimates,
    group,
    plan,
    share,
    without_sample,
)

KHABUR, LONG = "وكالة خابور نيوز", "مرصد روجآفا للإعلام والتوثيق في الشمال الشرقي"


def lines_of(document, width=80):
    text = io.StringIO()
    terminal.render(document, terminal.screen(width=width, file=text))
    return [line.rstrip() for line in text.getvalue().splitlines()]


def one_line(document):
    return " ".join(" ".join(lines_of(document)).split())


@pytest.fixture(scope="module")
def by_outlet():
    groups = (group(KHABUR, 9000, 120), group(LONG, 7000, 80), group("sana", 100, 0))
    differences = (
        contrast("difference", LABELS[0], KHABUR, "sana"),
        contrast("difference", LABELS[0], LONG, "sana", -0.2),
        contrast("difference", LABELS[1], LONG, "sana", 0.0),
    )
    return estimates(
        "outlet",
        groups,
        contrasts=differences,
        plan=plan(KHABUR),
        assumptions=("The articles were drawn at random.",),
        warnings=("Only 40 articles were coded.",),
    )


def test_the_shares_stand_beside_those_that_were_counted():
    lines = lines_of(report(estimates()))
    start = lines.index("Shares in all articles, in %:")
    assert lines[start + 1 : start + 6] == [
        "label               counted  estimate  95 % interval        by hand alone  worth",
        "damascus_aligned       33.5      38.1   33.1 to 43.1  36.1 (29.6 to 43.6)    421",
        "neutral_wire           40.2      33.9   29.1 to 38.7  31.9 (25.6 to 39.2)    421",
        "opposition_aligned     26.3      28.0   23.4 to 32.6  26.0 (19.9 to 33.1)    421",
        "pro_sdf                 0.0       0.0     0.0 to 1.2     0.0 (0.0 to 1.2)    300",
    ]
    assert "The counted share is outside the interval for 'neutral_wire'" in " ".join(lines)


def test_every_table_fits_eighty_columns(by_outlet):
    lines = lines_of(report(by_outlet))
    assert max(map(cell_len, lines)) <= 80
    assert sum("…" in line for line in lines) == len(LABELS) + 2


def test_a_group_without_a_coded_article_says_that_nothing_is_known(by_outlet):
    lines = lines_of(report(by_outlet))
    rows = [line for line in lines if line.startswith("sana")]
    assert len(rows) == len(LABELS)
    assert all(row.endswith("-      not known") for row in rows)
    assert "not known: no article of the group was coded" in " ".join(lines)
    known = replace(by_outlet, groups=by_outlet.groups[:2])
    assert "not known" not in " ".join(lines_of(report(known)))


def test_differences_have_a_table_for_each_label_and_reference(by_outlet):
    lines = lines_of(report(by_outlet))
    tables = [line for line in lines if "percentage points:" in line]
    assert tables == [
        "Share of damascus_aligned minus that in sana, in percentage points:",
        "Share of neutral_wire minus that in sana, in percentage points:",
    ]
    start = lines.index(tables[0])
    assert lines[start + 2].endswith("+2.0     +12.3  4.2   +4.1 to +20.5  0.0033")
    assert lines[start + 3].endswith("+2.0     -20.0  4.2  -28.2 to -11.8  0.0033")


def test_a_difference_is_told_in_its_own_direction(by_outlet):
    higher, lower, equal = list(paper_sentences(by_outlet))[1:]
    assert "is 12.3 percentage points higher in" in higher
    assert "(95 % CI 4.1 to 20.5, p = 0.0033)" in higher
    assert "is 20.0 percentage points lower in" in lower
    assert "(95 % CI 11.8 to 28.2, p = 0.0033)" in lower
    assert "is 0.0 percentage points higher in" in equal
    assert "(95 % CI -8.2 to 8.2" in equal


def test_a_trend_is_per_month():
    months = tuple(group(f"2019-{month:02}", 500, 10) for month in range(1, 6))
    trend = contrast("trend", LABELS[0], "2019-05", "2019-01", -0.02)
    text = one_line(report(estimates("month", months, contrasts=(trend,))))
    assert "Trend from 2019-01 to 2019-05, in percentage points per month:" in text
    assert "falls by 2.0 percentage points per month (95 % CI -6.2 to 10.2, p = 0.0033)." in text


def test_the_sentence_for_a_paper_says_what_is_claimed():
    (sentence,) = paper_sentences(estimates())
    assert sentence.startswith(
        "Of the 31,525 articles, 38 % (95 % CI 33 to 43) are damascus_aligned, 34 % (29 to 39) "
        "neutral_wire, 28 % (23 to 33) opposition_aligned, 0.0 % (0.0 to 1.2) pro_sdf. "
    )
    assert "300 articles coded by hand, a random sample with known inclusion" in sentence
    (sentence,) = paper_sentences(
        estimates(population="outlets", n_outlets=37, confidence=0.9, simultaneous=True)
    )
    assert sentence.startswith(
        "In outlets like the 37 of this archive (31,525 articles), 38 % (simultaneous 90 % CI 33 "
        "to 43) of the articles are damascus_aligned, "
    )
    assert sentence.endswith("Intervals are over outlets (37).")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0"),
        (1.0, "100.0"),
        (1e-8, "0.0"),
        (0.0004, "<0.1"),
        (0.0006, "0.1"),
        (0.99961, ">99.9"),
        (None, "-"),
    ],
)
def test_shares_near_nothing_and_near_all_are_not_rounded_to_them(value, text):
    assert in_percent(value) == text


def test_where_there_is_no_sample_the_report_begins_with_what_that_means():
    document = report(without_sample())
    assert lines_of(document)[0].startswith("NO RANDOM SAMPLE")
    text = one_line(document)
    assert "shares can be far off" in text
    assert "by hand alone" not in text
    assert "worth" not in text
    assert "do not report it" not in text
    assert "without a random sample of these articles" in text
    assert lines_of(summary(without_sample()))[0].startswith("NO RANDOM SAMPLE")


def test_without_a_sample_groups_have_shares_and_no_coded_articles():
    whole = without_sample()
    part = replace(whole.overall, value="sana", n=100, n_coded=0)
    lines = lines_of(report(replace(whole, field="outlet", groups=(part,))))
    start = lines.index("Share of damascus_aligned by outlet, in %:")
    assert lines[start + 1].split()[:3] == ["outlet", "articles", "counted"]
    assert lines[start + 2].split() == ["sana", "100", "33.5", "38.1", "33.1", "to", "43.1"]
    assert not any("not known" in line for line in lines)


def sizes(*parts):
    found = (PlannedSize(None, label, 0.05, more, least) for label, more, least in parts)
    return list(plan_sentences(Plan(0.03, tuple(found))))


def test_a_plan_is_told_in_sentences():
    assert sizes(("a", 140, 0.0), ("b", 0, 0.0)) == [
        "About 140 more articles would give ±3 points for every label."
    ]
    assert sizes(("a", 0, 0.0)) == [
        "No more articles are needed: the intervals of all labels are within ±3 points."
    ]
    assert sizes(("a", None, 0.05), ("b", 1, 0.02)) == [
        "About 1 more article would give ±3 points for the other labels.",
        "No number of articles gives ±3 points for a, since outlets differ: ±5 points would "
        "remain. More outlets are needed.",
    ]
    assert sizes(("a", None, 0.031), ("b", None, 0.05))[0].endswith(
        "for a, b, since outlets differ: ±5 points would remain. More outlets are needed."
    )


def test_a_plan_for_groups_is_a_table(by_outlet):
    beyond = PlannedSize("sana", LABELS[0], 0.2, None, 0.1)
    found = replace(by_outlet, plan=Plan(0.03, (*by_outlet.plan.sizes, beyond)))
    text = one_line(report(found))
    assert "±8 points about 400 more" in text
    assert "±20 points no number suffices: ±10 points would remain" in text


def test_of_many_groups_the_first_are_shown_and_of_many_months_the_last():
    many = tuple(group(f"outlet {n:02}", 10, 1) for n in range(GROUPS_SHOWN + 3))
    text = one_line(report(estimates("outlet", many)))
    assert "outlet 19" in text
    assert "outlet 20" not in text
    assert "and 3 smaller groups, see --json." in text
    months = tuple(group(f"20{n // 12:02}-{n % 12 + 1:02}", 10, 1) for n in range(38))
    text = one_line(report(estimates("month", months)))
    assert "2000-02" not in text
    assert "2003-02" in text
    assert "and 2 earlier groups, see --json." in text


def test_warnings_and_assumptions_are_told_in_both_formats(by_outlet):
    for text in (one_line(report(by_outlet)), markdown.render(report(by_outlet))):
        assert "Only 40 articles were coded." in text
        assert "The articles were drawn at random." in text
        assert "FOR A PAPER" in text
    assert "Only 40 articles were coded." in one_line(summary(by_outlet))
    assert "FOR A PAPER" not in one_line(summary(by_outlet))


def test_a_rare_label_has_a_decimal_in_a_sentence():
    found = estimates()
    rare = replace(share(LABELS[3], 0.03, 0.021, 0.015), low=0.006)
    whole = replace(found.overall, shares=(*found.overall.shares[:3], rare))
    (sentence,) = paper_sentences(replace(found, overall=whole))
    assert ", 2.1 % (0.6 to 3.6) pro_sdf." in sentence


def test_a_very_small_p_is_told_with_its_relation():
    certain = replace(contrast("difference", LABELS[0], "a", "b"), p_value=1e-9)
    found = estimates("outlet", (group("a", 9, 3), group("b", 9, 3)), contrasts=(certain,))
    assert list(paper_sentences(found))[1].endswith("(95 % CI 4.1 to 20.5, p < 0.0001).")
    assert "  <0.0001" in "\n".join(lines_of(report(found)))


def test_without_any_coded_article_no_sentence_is_made():
    found = estimates()
    nothing = replace(found, overall=group(None, 31525, 0))
    assert list(paper_sentences(nothing)) == []
    assert "FOR A PAPER" not in one_line(report(nothing))


def test_the_hand_labels_of_one_label_may_be_missing():
    found = estimates()
    first = replace(share(LABELS[0], 0.3, 0.3, 0.1), hand_estimate=None, effective_n=None)
    mixed = replace(found.overall, shares=(first, *found.overall.shares[1:]))
    row = next(
        line for line in lines_of(report(replace(found, overall=mixed))) if line.startswith("dam")
    )
    assert row.split()[-2:] == ["-", "-"]
