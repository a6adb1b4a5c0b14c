"""Shares from predictions and a coded random sample, against ppi-python and the truth."""

from dataclasses import replace

import numpy as np
import pytest

from stance.estimation.design_variance import Design
from stance.estimation.difference_estimator import Domain, prediction_weights
from stance.estimation.population import CodedSample, Population
from stance.estimation.shares import estimated_shares
from tests.estimation.worlds import coded, population, simple, stratified, world

LABELS = ("محايد", "موال", "معارض", "آخر")


def binary(prediction, y, drawn):
    """An archive with two labels, and the coded articles of a simple random sample."""
    n, all_articles = len(drawn), len(y)
    both = np.stack([prediction, 1 - prediction], axis=1)
    counted = np.array([[(prediction > 0.5).sum(), (prediction <= 0.5).sum()]], float)
    whole = Population(
        np.array([-1]), np.array([0]), np.array([all_articles]), both.sum(axis=0)[None], counted
    )
    zeros = np.zeros(n, int)
    sample = CodedSample(
        1 - y[drawn].astype(int), both[drawn], np.full(n, n / all_articles), zeros, zeros - 1, zeros
    )
    return whole, sample


# ppi-python 0.2.3: ppi_mean_pointestimate and ppi_mean_ci, with its own weight of the
# predictions. It takes all articles as unlabelled ones, drawn from more of them.
@pytest.mark.parametrize(
    ("kind", "estimate", "low", "high", "weight"),
    [
        ("labels", 0.29460115609200266, 0.2625997912621099, 0.3266025209218954, 0.67502307),
        ("probabilities", 0.30390468325510644, 0.2709995472699327, 0.3368098192402802, 0.90441314),
    ],
)
def test_agrees_with_ppi_python(kind, estimate, low, high, weight):
    rng = np.random.default_rng(7)
    n_articles, n = 20000, 400
    y = (rng.random(n_articles) < 0.3).astype(float)
    f = np.where(rng.random(n_articles) < 0.85, y, 1 - y)
    noise = 0.1 * rng.standard_normal(n_articles)
    drawn = rng.choice(n_articles, n, replace=False)
    if kind == "probabilities":
        f = np.clip(0.15 + 0.7 * f + noise, 0, 1)
    whole, sample = binary(f, y, drawn)
    design = Design.of(sample)
    domain = Domain.of(whole, sample, design, None)
    # It divides by one plus n/N for the chance of the archive, which is not drawn here.
    own = prediction_weights(domain, domain, design)[0]
    assert own == pytest.approx(weight, rel=0.02)
    found = estimated_shares(whole, sample, ("a", "b")).overall.share("a")
    assert found.estimate == pytest.approx(estimate, abs=2e-4)
    assert found.high - found.low == pytest.approx(high - low, rel=0.03)
    assert found.low == pytest.approx(low, abs=0.003)


def test_is_the_formula_of_the_papers():
    rng = np.random.default_rng(1)
    one = world(rng)
    # Where all articles of a stratum have the same prediction, it has no weight.
    noise = rng.dirichlet(np.ones(4), len(one.y))
    one = replace(one, predicted=(one.predicted + noise + np.eye(4)[one.y]) / 3)
    sample = stratified(np.random.default_rng(2), one, (60, 50, 40, 30))
    whole = population(one)
    design = Design.of(sample)
    domain = Domain.of(whole, sample, design, None)
    weights = prediction_weights(domain, domain, design)
    estimate = estimated_shares(whole, sample, LABELS).overall
    w, hand = 1 / sample.inclusion_probability, np.eye(4)[sample.y]
    plain = (
        weights * one.predicted.mean(axis=0)
        + (w[:, None] * (hand - weights * sample.predicted)).sum(axis=0) / w.sum()
    )
    assert weights.min() > 0.2
    # Each label has its own weight, so the sum is not one: the excess goes where it is likely.
    assert abs(plain.sum() - 1) > 1e-4
    influence = w[:, None] / w.sum() * (hand - weights * sample.predicted)
    variance = np.zeros((4, 4))
    for stratum in range(4):
        part = influence[sample.stratum == stratum]
        left = 1 - sample.inclusion_probability[sample.stratum == stratum][0]
        variance += left * len(part) * np.cov(part.T)
    likely = variance.sum(axis=1) / variance.sum()
    expected = plain - likely * (plain.sum() - 1)
    assert [s.estimate for s in estimate.shares] == pytest.approx(expected, abs=1e-9)
    assert sum(s.estimate for s in estimate.shares) == pytest.approx(1, abs=1e-12)
    by_hand = (w[:, None] * hand).sum(axis=0) / w.sum()
    assert [s.hand_estimate for s in estimate.shares] == pytest.approx(by_hand, abs=1e-12)
    naive = np.bincount(one.label, minlength=4) / len(one.y)
    assert [s.naive for s in estimate.shares] == pytest.approx(naive)


def test_many_samples_are_right_on_average_and_as_often_as_promised():
    rng = np.random.default_rng(3)
    one = world(rng, n=4000)
    whole, hits, estimates = population(one), [], []
    for draw in range(150):
        sample = simple(rng, one, 120) if draw % 2 else stratified(rng, one, (40, 30, 25, 25))
        shares = estimated_shares(whole, sample, LABELS).overall.shares
        estimates.append([s.estimate for s in shares])
        hits.append([s.low <= true <= s.high for s, true in zip(shares, one.shares, strict=True)])
    naive = np.bincount(one.label, minlength=4) / len(one.y)
    assert abs(naive - one.shares).max() > 0.03
    assert np.mean(estimates, axis=0) == pytest.approx(one.shares, abs=0.008)
    assert 0.92 <= np.mean(hits) <= 0.98


def test_predictions_make_intervals_narrower_and_useless_ones_do_not_widen_them():
    rng = np.random.default_rng(4)

    def width_to_hand(one):
        found = estimated_shares(population(one), simple(rng, one, 200), LABELS).overall.shares
        return sum(s.high - s.low for s in found) / sum(s.hand_high - s.hand_low for s in found)

    good = [width_to_hand(world(rng)) for _ in range(10)]
    assert np.mean(good) < 0.8
    one = world(rng)
    shuffled = rng.permutation(one.label)
    useless = type(one)(one.outlet, one.y, shuffled, np.eye(4)[shuffled], one.group)
    assert max(width_to_hand(useless) for _ in range(10)) < 1.02


def test_perfect_predictions_have_an_interval_that_a_few_unseen_errors_would_fit():
    rng = np.random.default_rng(5)
    one = world(rng, right=1)
    for share in estimated_shares(population(one), simple(rng, one, 100), LABELS).overall.shares:
        assert share.low < share.estimate < share.high
        assert 0.02 < share.high - share.low < 0.08
        assert share.standard_error == pytest.approx(3**0.5 / 100, rel=0.02)


def test_a_label_never_coded_has_the_interval_of_hand_labels_alone():
    rng = np.random.default_rng(6)
    one = world(rng)
    kept = np.flatnonzero(one.y != 3)
    drawn = rng.choice(kept, 100, replace=False)
    sample = coded(one, drawn, np.full(100, 100 / len(one.y)), np.zeros(100, int))
    found = estimated_shares(population(one), sample, LABELS).overall.share(LABELS[3])
    assert found.estimate == pytest.approx(0, abs=0.01)
    assert (found.low, found.high) == (0.0, pytest.approx(0.0378, abs=0.005))


def test_if_all_articles_are_coded_nothing_is_uncertain():
    one = world(np.random.default_rng(7), n=300)
    sample = coded(one, np.arange(300), np.ones(300), np.zeros(300, int))
    found = estimated_shares(population(one), sample, LABELS).overall
    for share, true in zip(found.shares, one.shares, strict=True):
        assert (share.low, share.estimate, share.high) == pytest.approx((true, true, true))
        assert share.effective_n == pytest.approx(300)


def test_useless_predictions_make_no_article_worth_more_than_one():
    one = replace(world(np.random.default_rng(3), n=400), predicted=np.full((400, 4), 0.25))
    drawn = np.arange(0, 400, 2)
    sample = coded(one, drawn, np.full(200, 0.5), np.zeros(200, int))
    for share in estimated_shares(population(one), sample, LABELS).overall.shares:
        assert share.effective_n == pytest.approx(200, rel=0.02)


def test_groups_and_one_without_a_coded_article():
    rng = np.random.default_rng(8)
    one = world(rng, n_groups=3)
    drawn = rng.choice(np.flatnonzero(one.group < 2), 200, replace=False)
    sample = coded(one, drawn, np.full(200, 200 / len(one.y)), np.zeros(200, int))
    found = estimated_shares(population(one), sample, LABELS, ("2018", "2019", "2020"))
    assert [group.n for group in found.groups] == np.bincount(one.group).tolist()
    assert [group.n_coded for group in found.groups] == [*np.bincount(sample.group), 0]
    for number, group in enumerate(found.groups[:2]):
        true = np.bincount(one.y[one.group == number], minlength=4) / group.n
        assert sum(s.estimate for s in group.shares) == pytest.approx(1)
        for share, value in zip(group.shares, true, strict=True):
            assert share.estimate == pytest.approx(value, abs=0.12)
    assert {(s.estimate, s.low, s.high) for s in found.groups[2].shares} == {(None, 0.0, 1.0)}


def test_a_claim_about_outlets_is_less_certain():
    rng = np.random.default_rng(9)
    one = world(rng, n_outlets=10)
    whole, sample = population(one), simple(rng, one, 300)
    articles = estimated_shares(whole, sample, LABELS)
    outlets = estimated_shares(whole, sample, LABELS, claim_about="outlets")
    assert (articles.n_outlets, outlets.n_outlets) == (0, 10)
    for first, second in zip(articles.overall.shares, outlets.overall.shares, strict=True):
        assert first.estimate == pytest.approx(second.estimate)
        assert second.high - second.low > 1.2 * (first.high - first.low)


def test_simultaneous_intervals_are_wider():
    rng = np.random.default_rng(10)
    one = world(rng)
    whole, sample = population(one), simple(rng, one, 200)
    each = estimated_shares(whole, sample, LABELS).overall.shares
    together = estimated_shares(whole, sample, LABELS, simultaneous=True).overall.shares
    ratio = [(b.high - b.low) / (a.high - a.low) for a, b in zip(each, together, strict=True)]
    # The quantiles of 0.95 ** (1 / 4) and 0.95.
    assert ratio == pytest.approx([2.49 / 1.96] * 4, rel=0.03)


def test_order_and_division_into_cells_do_not_matter():
    rng = np.random.default_rng(11)
    one = world(rng)
    whole, sample = population(one), stratified(rng, one, (50, 40, 30, 30))
    order = rng.permutation(len(sample))
    turned = CodedSample(*(getattr(sample, name)[order] for name in sample.__dataclass_fields__))
    cells = rng.permutation(len(whole.n))
    moved = Population(*(getattr(whole, name)[cells] for name in whole.__dataclass_fields__))
    first, second = estimated_shares(whole, sample, LABELS), estimated_shares(moved, turned, LABELS)
    for a, b in zip(first.overall.shares, second.overall.shares, strict=True):
        assert (a.low, a.high) == pytest.approx((b.low, b.high), abs=1e-12)
