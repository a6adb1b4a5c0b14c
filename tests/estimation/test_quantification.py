"""Adjusted counts and EMQ: beside QuaPy's figures, and where they must refuse or be wide."""

import numpy as np
import pytest

from stance.errors import CorpusError
from stance.estimation.error_rates import ErrorRates
from stance.estimation.population import Population
from stance.estimation.quantification import adjusted_shares, em_shares
from stance.estimation.quantified_shares import quantified_shares
from stance.estimation.resampled_shares import PosteriorSample, ShareBootstrap

LABELS = ("a", "b", "c")


def predictions(n, shares, step):
    """Return true labels and probabilities of three labels, from arithmetic alone."""
    places = np.arange(n)
    y = np.searchsorted(np.cumsum(shares), (places * 0.618034) % 1.0).clip(0, 2)
    noise = np.stack([np.sin(places * step * (k + 1) + k) for k in range(3)], axis=1)
    logits = 1.5 * noise + 1.2 * np.eye(3)[y]
    table = np.exp(logits) * np.array([0.5, 0.3, 0.2])
    return y, (table / table.sum(axis=1, keepdims=True)).round(4)


Y, HELD_OUT = predictions(300, [0.5, 0.3, 0.2], 0.7)
NEW = predictions(400, [0.1, 0.3, 0.6], 1.1)[1]
NEARLY_ONE_LABEL = predictions(400, [0.0, 0.02, 0.98], 1.3)[1]
# QuaPy 0.2.3 for the same tables: ACC and PACC with their defaults (inversion, minimize),
# EMQ.EM with epsilon=1e-9.
QUAPY = {
    "ACC": ([0.10814575, 0.2636539, 0.62820035], [0.0, 0.0, 1.0]),
    "PACC": ([0.08882499, 0.3012127, 0.60996231], [0.0, 0.01088944, 0.98911056]),
    "EMQ": ([0.06713388, 0.31397067, 0.61889545], [0.0, 0.0, 1.0]),
}


def crisp(table):
    return np.eye(3)[table.argmax(axis=1)]


def test_the_shares_are_those_of_quapy():
    for place, new in enumerate((NEW, NEARLY_ONE_LABEL)):
        for method, form in (("ACC", crisp), ("PACC", np.asarray)):
            rates = np.stack([form(HELD_OUT)[k == Y].mean(axis=0) for k in range(3)])
            found = adjusted_shares(rates[None], form(new).mean(axis=0)[None])[0]
            assert found == pytest.approx(QUAPY[method][place], abs=3e-5)
            assert found.sum() == pytest.approx(1)
            assert found.min() >= 0
        found = em_shares(new, np.bincount(Y)[None] / len(Y))[0]
        assert found == pytest.approx(QUAPY["EMQ"][place], abs=3e-6)


def test_outside_of_the_simplex_the_nearest_shares_are_found():
    random = np.random.default_rng(1)
    rates = random.dirichlet(np.ones(4), size=4) * 0.5 + 0.5 * np.eye(4)
    observed = np.array([[0.02, 0.6, 0.02, 0.36]])
    found = adjusted_shares(rates[None], observed)[0]
    assert (found == 0).any()

    def distance(shares):
        return ((shares @ rates - observed) ** 2).sum(axis=-1)

    others = random.dirichlet(np.full(4, 0.3), size=20_000)
    assert distance(found) <= distance(others).min() + 1e-12


def test_em_counts_rows_by_their_weights_and_may_start_anywhere():
    priors, weights = np.bincount(Y)[None] / len(Y), np.arange(len(NEW))[None] % 3
    repeated = np.repeat(NEW, weights[0], axis=0)
    start = np.array([0.9, 0.05, 0.05])
    expected = em_shares(repeated, priors, tolerance=1e-10)
    both = em_shares(
        NEW, np.vstack([priors, priors]), np.vstack([weights, np.ones(len(NEW))]), tolerance=1e-10
    )
    assert both == pytest.approx(np.vstack([expected, em_shares(NEW, priors, tolerance=1e-10)]))
    assert em_shares(NEW, priors, weights, start=start) == pytest.approx(expected, abs=1e-5)


def rates_of(y=Y, table=HELD_OUT, n_outlets=12):
    outlet = np.arange(len(y)) // 3 % n_outlets
    return ErrorRates.of(LABELS, y, table.argmax(axis=1), table, outlet)


def archive(table=NEW, n_outlets=10, n_groups=2):
    group, outlet = np.arange(len(table)) % n_groups, np.arange(len(table)) // 2 % n_outlets
    cells, place = np.unique(np.stack([group, outlet]), axis=1, return_inverse=True)
    place = place.reshape(-1)
    indicator = np.eye(cells.shape[1])[place].T
    population = Population(
        cells[0],
        cells[1],
        indicator.sum(axis=1).astype(np.int64),
        indicator @ table,
        indicator @ crisp(table),
    )
    return population, PosteriorSample(table, group, outlet)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["ACC", "PACC", "EMQ"])
def test_shares_of_all_and_of_groups_have_intervals_over_outlets(method):
    population, part = archive()
    bootstrap = ShareBootstrap(population, rates_of(), 2, method, part, n_resamples=150)
    found = quantified_shares(
        bootstrap, ["x", "y"], field="side", contrasts=[("c", "x", "y")], times=None
    )
    estimates = [share.estimate for share in found.overall.shares]
    assert estimates == pytest.approx(QUAPY[method][0], abs=0.01)
    assert sum(estimates) == pytest.approx(1)
    assert (found.n_outlets, found.overall.n, found.overall.n_coded) == (10, 400, 300)
    for share in [*found.overall.shares, *found.groups[0].shares]:
        assert 0 <= share.low < share.estimate < share.high <= 1
        assert share.low < share.high - 0.03
    (contrast,) = found.contrasts
    difference = found.groups[0].share("c").estimate - found.groups[1].share("c").estimate
    assert contrast.estimate == pytest.approx(difference)
    assert contrast.low < difference < contrast.high
    assert 0.01 < contrast.p_value <= 1
    again = quantified_shares(bootstrap, ["x", "y"], field="side", contrasts=[("c", "x", "y")])
    assert again == found
    wide = quantified_shares(bootstrap, ["x", "y"], field="side", simultaneous=True)
    assert all(
        one.low <= other.low and one.high >= other.high
        for one, other in zip(wide.overall.shares, found.overall.shares, strict=True)
    )


def test_intervals_are_wider_where_outlets_differ_in_their_errors():
    y, outlet = np.tile([0, 1], 120), np.repeat(np.arange(12), 20)
    often = np.where(outlet % 2, 8, 1)  # of ten articles of an outlet
    same, differing = ((np.arange(240) // 2 % 10) < n for n in (np.full(240, 4.5), often))
    widths = []
    for wrong in (same, differing):
        y_pred = np.where(wrong & (y == 0), 1, y)
        rates = ErrorRates.of(("a", "b"), y, y_pred, None, outlet)
        counted = np.tile([8.0, 12.0], (10, 1))
        n = np.full(10, 20)
        cells = Population(np.full(10, -1), np.arange(10), n, counted, counted)
        share = quantified_shares(ShareBootstrap(cells, rates, 0, "ACC")).overall.shares[0]
        widths.append(share.high - share.low)
    assert widths[1] > 2 * widths[0]


def test_without_outlets_articles_are_resampled():
    y_pred = HELD_OUT.argmax(axis=1)
    rates = ErrorRates.of(LABELS, Y, y_pred, HELD_OUT, np.full(len(Y), -1))
    assert not rates.is_by_outlet
    assert rates.n_units == len(Y)
    population, part = archive(n_outlets=1)
    for method in ("ACC", "PACC", "EMQ"):
        found = quantified_shares(
            ShareBootstrap(population, rates, 2, method, part, n_resamples=150), ["x", "y"]
        )
        assert found.n_outlets == 0
        assert all(0.03 < one.high - one.low < 0.5 for one in found.overall.shares)


def test_a_label_that_is_never_predicted_is_refused():
    # QuaPy 0.2.3 answers 0.34 here without a word; the true share is 0.6.
    y_pred = np.where(HELD_OUT.argmax(axis=1) == 2, 0, HELD_OUT.argmax(axis=1))
    rates = ErrorRates.of(LABELS, Y, y_pred, HELD_OUT, np.arange(300) % 12)
    with pytest.raises(CorpusError, match=r"'c' is never predicted.*--method pacc.*stance sample"):
        rates.check("ACC")
    rates.check("PACC")


def test_a_label_that_is_in_no_held_out_article_is_refused():
    there = Y != 1
    with pytest.raises(CorpusError, match="no held-out article whose true label is 'b'"):
        rates_of(Y[there], HELD_OUT[there]).check("EMQ")


def test_labels_at_the_same_rates_are_refused():
    table = HELD_OUT.copy()
    table[Y == 1] = table[Y == 0].mean(axis=0)
    table[Y == 0] = table[Y == 0].mean(axis=0)
    with pytest.raises(CorpusError, match="predicted at the same rates"):
        rates_of(table=table).check("PACC")


def test_probabilities_that_are_not_there_are_asked_for():
    rates = ErrorRates.of(LABELS, Y, HELD_OUT.argmax(axis=1), None, np.arange(300) % 12)
    rates.check("ACC")
    with pytest.raises(CorpusError, match=r"without probabilities.*--method acc"):
        rates.check("EMQ")


def test_a_label_of_two_outlets_has_a_wide_interval():
    outlet = np.where(Y == 2, np.arange(300) % 2, np.arange(300) % 12)
    rates = ErrorRates.of(LABELS, Y, HELD_OUT.argmax(axis=1), HELD_OUT, outlet)
    assert rates.outlets_of_label == (12, 12, 2)
    population, _ = archive()
    shares = quantified_shares(ShareBootstrap(population, rates, 0, "PACC")).overall.shares
    # One resample in eight or so has none of its outlets.
    assert (shares[2].low, shares[2].high) == (0, 1)
    assert shares[1].high - shares[1].low < 0.6


def test_a_perfect_classifier_has_no_interval_of_zero_width():
    y, outlet = np.arange(90) % 3, np.arange(90) // 3 % 6
    rates = ErrorRates.of(LABELS, y, y, np.eye(3)[y], outlet)
    table = np.eye(3)[np.zeros(50, dtype=int)]
    population, _ = archive(table)
    shares = quantified_shares(ShareBootstrap(population, rates, 0, "ACC")).overall.shares
    assert [one.estimate for one in shares] == pytest.approx([1, 0, 0], abs=1e-9)
    assert shares[0].low < 0.95
    assert shares[1].high > 0.05
