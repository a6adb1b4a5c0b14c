"""Differences of shares between groups, trends over them, and plans."""

import numpy as np
import pytest

from stance.estimation.shares import estimated_shares
from tests.estimation.worlds import World, coded, population, simple, world

LABELS = ("محايد", "موال", "معارض", "آخر")
YEARS = ("2017", "2018", "2019", "2020")


def rising(rng, step):
    """An archive in which the share of the second label rises from year to year."""
    one = world(rng, n=6000, n_groups=4)
    changed = (one.y == 0) & (rng.random(len(one.y)) < step * one.group)
    y = np.where(changed, 1, one.y)
    label = np.where(rng.random(len(y)) < 0.85, y, one.label)
    return World(one.outlet, y, label, np.eye(4)[label], one.group)


def true_shares(one, label):
    return np.array([(one.y[one.group == g] == label).mean() for g in range(4)])


@pytest.mark.slow
def test_differences_and_trends_are_covered_as_often_as_promised():
    rng = np.random.default_rng(1)
    one = rising(rng, 0.15)
    whole, true = population(one), true_shares(one, 1)
    weights = np.arange(4) - 1.5
    slope = float(weights @ true / (weights @ weights))
    hits, slopes = [], []
    for _ in range(120):
        found = estimated_shares(
            whole,
            simple(rng, one, 240),
            LABELS,
            YEARS,
            field="year",
            contrasts=[("موال", "2020", "2017")],
            times=[0, 1, 2, 3],
        )
        difference = found.contrasts[0]
        trend = next(c for c in found.contrasts if c.kind == "trend" and c.label == "موال")
        slopes.append(trend.estimate)
        hits.append(difference.low <= true[3] - true[0] <= difference.high)
        hits.append(trend.low <= slope <= trend.high)
    assert (difference.group, difference.reference) == ("2020", "2017")
    assert difference.naive == pytest.approx(
        np.diff([(one.label[one.group == g] == 1).mean() for g in (0, 3)])[0]
    )
    assert np.mean(slopes) == pytest.approx(slope, abs=0.01)
    assert 0.91 <= np.mean(hits) <= 0.99


@pytest.mark.slow
def test_no_trend_is_found_where_there_is_none():
    rng = np.random.default_rng(2)
    one = rising(rng, 0.0)
    whole = population(one)
    p = [
        contrast.p_value
        for _ in range(60)
        for contrast in estimated_shares(
            whole, simple(rng, one, 240), LABELS, YEARS, times=[0, 1, 2, 3]
        ).contrasts
    ]
    assert 0.0 < np.mean(np.array(p) < 0.05) < 0.09
    assert 0.35 < np.mean(p) < 0.65


def test_a_difference_is_the_opposite_of_its_reverse():
    rng = np.random.default_rng(3)
    one = rising(rng, 0.1)
    found = estimated_shares(
        population(one),
        simple(rng, one, 300),
        LABELS,
        YEARS,
        contrasts=[("موال", "2020", "2017"), ("موال", "2017", "2020")],
    ).contrasts
    assert found[0].estimate == pytest.approx(-found[1].estimate)
    assert (found[0].low, found[0].high) == pytest.approx((-found[1].high, -found[1].low))
    assert found[0].p_value == pytest.approx(found[1].p_value)
    assert (found[0].p_value < 0.05) == (found[0].low > 0)


def test_outlets_in_both_groups_make_a_difference_more_exact_than_two_intervals_suggest():
    rng = np.random.default_rng(4)
    one = world(rng, n=6000, n_groups=2, n_outlets=10)
    found = estimated_shares(
        population(one),
        simple(rng, one, 2000),
        LABELS,
        ("2018", "2019"),
        claim_about="outlets",
        contrasts=[("محايد", "2019", "2018")],
    )
    first, second = (group.share("محايد") for group in found.groups)
    apart = np.hypot(first.standard_error, second.standard_error)
    assert found.contrasts[0].standard_error < 0.7 * apart


def test_a_contrast_with_a_group_that_was_not_coded_is_left_out():
    rng = np.random.default_rng(5)
    one = world(rng, n_groups=2)
    whole, sample = population(one), simple(rng, one, 50)
    found = estimated_shares(
        whole,
        sample,
        LABELS,
        ("2018", "2019", "2020"),
        contrasts=[("آخر", "2020", "2018")],
        times=[0, 1, 2],
    )
    assert found.contrasts == ()


def test_the_planned_number_gives_the_wanted_width():
    rng = np.random.default_rng(6)
    one = world(rng, n=20000)
    whole = population(one)
    plan = estimated_shares(whole, simple(rng, one, 150), LABELS, margin=0.03).plan
    largest = max(plan.sizes, key=lambda size: size.n_more)
    assert largest.margin > 0.03
    assert largest.least_margin == pytest.approx(0, abs=1e-9)
    more = estimated_shares(whole, simple(rng, one, 150 + largest.n_more), LABELS)
    widths = [(share.high - share.low) / 2 for share in more.overall.shares]
    assert 0.025 < max(widths) < 0.035


def test_a_plan_that_nothing_more_is_needed_for():
    rng = np.random.default_rng(7)
    one = world(rng)
    plan = estimated_shares(population(one), simple(rng, one, 100), LABELS, margin=0.4).plan
    assert {size.n_more for size in plan.sizes} == {0}


def test_no_number_of_articles_makes_few_outlets_exact():
    rng = np.random.default_rng(8)
    one = world(rng, n_outlets=6)
    plan = estimated_shares(
        population(one), simple(rng, one, 300), LABELS, claim_about="outlets", margin=0.02
    ).plan
    assert None in {size.n_more for size in plan.sizes}
    assert all(size.least_margin > 0.02 for size in plan.sizes if size.n_more is None)


def test_a_single_coded_article_long_ago_makes_no_trend():
    rng = np.random.default_rng(9)
    one = rising(rng, 0.0)
    early = np.flatnonzero(one.y == 1)[0]
    group = np.where(np.arange(len(one.y)) == early, 0, 1 + one.group % 3)
    archive = World(one.outlet, one.y, one.label, one.predicted, group)
    drawn = np.append(rng.choice(np.delete(np.arange(6000), early), 119, replace=False), early)
    sample = coded(archive, drawn, np.full(120, 120 / 6000), np.zeros(120, int))
    found = estimated_shares(
        population(archive), sample, LABELS, YEARS, times=[-60, 0, 1, 2]
    ).contrasts
    assert len(found) == 4
    assert min(contrast.p_value for contrast in found) > 0.2
