"""Measures equal published figures, and plain implementations."""

import math

import numpy as np
import pytest
from scipy.stats import binom, chi2_contingency

from stance.description.measures import (
    Frequencies,
    conservative_log_ratio,
    g2,
    log_odds,
    log_ratio,
)

# Dunning (1993), table of bigrams: -2 log lambda, and the counts k(AB), k(A~B), k(~AB), k(~A~B).
DUNNING = [
    (270.72, 110, 2442, 111, 29114),
    (263.90, 29, 13, 123, 31612),
    (256.84, 31, 23, 139, 31584),
    (167.23, 10, 0, 3, 31764),
    (157.21, 76, 104, 2476, 29121),
    (146.80, 9, 5, 0, 31763),
    (115.02, 16, 0, 865, 30896),
    (104.53, 10, 9, 41, 31717),
    (98.72, 12, 111, 14, 31640),
]
# Evert (2022), keywords of German articles on MRSA: document frequencies in 1,177 and 341,805
# articles, with G2, log ratio and its conservative bound among 20,109 words, as the tests of her
# R package corpora 0.6 hold them (tests/keyness.R). All 702 rows agree as these do.
N1, N2, N_COMPARED = 1177, 341805, 20109
EVERT = [
    ("10-mal", 2, 1, 18.890003767374008, 8.918270335742099, 0.0),
    ("Antibiotikaklasse", 27, 0, 307.05633041771847, 13.962664455100555, 8.79300007725824),
    ("Falschdiagnose", 3, 1, 29.564058156478747, 9.40369716291234, 0.9883640902873592),
    ("Hygieneskandal", 33, 17, 311.47169288899766, 9.1181109150887, 7.126444377165927),
    ("PDF-Ratgeber", 9, 0, 102.21352345747341, 12.429232255019482, 6.361978791691112),
    ("Todesfall", 213, 854, 1396.4692662891687, 6.180460319520245, 5.634128387771971),
    ("jährlich", 292, 12982, 654.9901397236401, 2.709316951071503, 2.284826777770768),
]


@pytest.mark.parametrize(("published", "k11", "k12", "k21", "k22"), DUNNING)
def test_g2_is_that_of_dunning(published, k11, k12, k21, k22):
    (found,) = g2(Frequencies([k11], [k11 + k12], [k21], [k21 + k22]))
    assert round(found, 2) == published
    table = [[k11, k12], [k21, k22]]
    expected = chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    assert found == pytest.approx(expected, abs=1e-9)


def test_measures_are_those_of_evert():
    _, f1, f2, likelihood, ratio, bound = zip(*EVERT, strict=True)
    counts = Frequencies(f1, N1, f2, N2)
    np.testing.assert_allclose(g2(counts), likelihood, rtol=0, atol=1e-9)
    np.testing.assert_allclose(log_ratio(counts), ratio, rtol=0, atol=1e-9)
    found = conservative_log_ratio(counts, n_compared=N_COMPARED)
    np.testing.assert_allclose(found, bound, rtol=0, atol=1e-9)


def test_exchanging_the_corpora_changes_the_sign():
    there, back = Frequencies([40, 3, 0], 900, [9, 2, 50], 700), None
    back = Frequencies(there.f2, there.n2, there.f1, there.n1)
    for measure in (g2, log_ratio, lambda f: conservative_log_ratio(f, n_compared=3)):
        np.testing.assert_allclose(measure(there), -measure(back), atol=1e-12)


@pytest.mark.parametrize(("f1", "f2"), [(30, 4), (4, 30), (12, 0), (0, 12), (1, 0), (5, 5)])
def test_the_bound_is_where_the_exact_test_just_rejects(f1, f2):
    (bound,) = conservative_log_ratio(Frequencies([f1], 1000, [f2], 1000), n_compared=10)
    share, tail = 2**bound / (1 + 2**bound), 0.025 / 10
    at_bound = binom.sf(f1 - 1, f1 + f2, share) if f1 > f2 else binom.cdf(f1, f1 + f2, share)
    if bound == 0:
        assert at_bound >= tail
    else:
        assert at_bound == pytest.approx(tail, rel=1e-9)
        assert bound * (f1 - f2) > 0


def plain_log_odds(y1, n1, y2, n2, alpha, alpha0):
    """Return delta and its z-score as Monroe et al. (2008) write them, equations 16, 20 and 22."""
    first = math.log((y1 + alpha) / (n1 + alpha0 - y1 - alpha))
    second = math.log((y2 + alpha) / (n2 + alpha0 - y2 - alpha))
    variance = 1 / (y1 + alpha) + 1 / (y2 + alpha)
    return first - second, (first - second) / math.sqrt(variance)


def test_log_odds_are_those_of_monroe():
    rows = [(120, 4000, 30, 5000, 1.5), (0, 4000, 7, 5000, 0.07), (900, 4000, 900, 5000, 18.0)]
    f1, n1, f2, n2, prior = zip(*rows, strict=True)
    found = log_odds(Frequencies(f1, n1, f2, n2), prior, 90.0)
    expected = [plain_log_odds(*row, 90.0) for row in rows]
    np.testing.assert_allclose(np.stack([found.ratio, found.z], axis=1), expected, rtol=1e-12)
