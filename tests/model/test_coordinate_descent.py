"""The solver against scikit-learn's liblinear, which solves the same problem."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from stance.features.compiled.coordinate_descent import FEW_LANES, MANY_LANES, squared_norms, visit
from stance.model.coordinate_descent import fit_one_against_rest
from tests.samples import unhurried

TIGHT = 1e-4

SCRIPT = """
import numpy as np
from scipy import sparse
from stance.model.coordinate_descent import fit_one_against_rest

random = np.random.default_rng(4)
values = sparse.csr_array(random.poisson(0.3, (30, 12)).astype(np.float32))
positive = random.integers(5, size=30)[:, None] == np.arange(5)
costs = random.uniform(0, 5, 30)
found = fit_one_against_rest(values, positive, costs, tolerance=1e-3, max_passes=99, seed=1)
print(found.weights.tobytes().hex(), found.intercepts.tobytes().hex())
"""


def made_up(n_articles=120, n_features=60, n_labels=3, seed=0):
    """Rows of unit length in which each label favours some features."""
    random = np.random.default_rng(seed)
    truth = random.integers(n_labels, size=n_articles)
    values = random.poisson(0.15, (n_articles, n_features)).astype(np.float64)
    values[np.arange(n_articles), truth] += random.poisson(0.8, n_articles)
    values /= np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1)
    weights = random.uniform(0.2, 2.0, n_articles)
    return sparse.csr_array(values.astype(np.float32)), truth, weights


def solve(values, truth, costs, n_labels, tolerance=TIGHT, **options):
    positive = truth[:, None] == np.arange(n_labels)
    options = {"max_passes": 1000, "seed": 0, **options}
    return fit_one_against_rest(values, positive, costs, tolerance=tolerance, **options)


def liblinear(values, is_positive, costs, tolerance=TIGHT):
    """Return the weights and the intercept of one label."""
    oracle = LogisticRegression(
        C=1.0, solver="liblinear", dual=True, tol=tolerance, max_iter=10_000, random_state=1
    )
    oracle.fit(values.astype(np.float64), is_positive, costs)
    return oracle.coef_[0], oracle.intercept_[0]


@pytest.mark.parametrize("penalty", [0.1, 1.0, 30.0])
@pytest.mark.parametrize("n_labels", [2, 3, FEW_LANES, FEW_LANES + 1, 2 * MANY_LANES + 3])
def test_weights_are_those_of_liblinear(n_labels, penalty):
    values, truth, weights = made_up(n_labels=n_labels)
    found = solve(values, truth, penalty * weights, n_labels)
    assert found.converged
    for label in range(n_labels):
        expected, intercept = liblinear(values, truth == label, penalty * weights)
        np.testing.assert_allclose(found.weights[:, label], expected, atol=2e-3)
        assert found.intercepts[label] == pytest.approx(intercept, abs=2e-3)


@pytest.mark.slow
@settings(unhurried, max_examples=25)
@given(
    size=st.tuples(st.integers(4, 40), st.integers(1, 25), st.integers(1, 6)),
    seed=st.integers(0, 1000),
    penalty=st.sampled_from([0.01, 1.0, 100.0]),
)
def test_the_solution_has_the_least_loss(size, seed, penalty):
    n_articles, n_features, n_labels = size
    values, truth, weights = made_up(n_articles, max(n_features, n_labels), n_labels, seed)
    found = solve(values, truth, penalty * weights, n_labels, max_passes=20_000)
    dense = np.hstack([values.toarray(), np.ones((n_articles, 1))]).astype(np.float64)
    for label in range(n_labels):
        signs = np.where(truth == label, 1.0, -1.0)

        def loss(x, signs=signs):
            return x @ x / 2 + penalty * weights @ np.logaddexp(0, -signs * (dense @ x))

        mine = np.append(found.weights[:, label], found.intercepts[label])
        least = minimize(loss, np.zeros(len(mine)), method="L-BFGS-B", tol=1e-12).fun
        assert loss(mine) <= least * (1 + 1e-4) + 1e-6


def test_threads_and_runs_change_nothing():
    values, truth, weights = made_up(n_labels=11)
    one, two, again = (solve(values, truth, weights, 11, n_threads=n) for n in (1, 2, 2))
    for other in (two, again):
        np.testing.assert_array_equal(one.weights, other.weights)
        np.testing.assert_array_equal(one.intercepts, other.intercepts)


def test_labels_of_any_layout_are_fitted_by_the_same_compiled_loops():
    values, truth, costs = made_up()
    for layout in "CF":
        labels = np.array(truth[:, None] == np.arange(3), order=layout)
        fit_one_against_rest(values, labels, costs, tolerance=0.1, max_passes=9, seed=1)
    assert len(squared_norms.signatures) == len(visit.signatures) == 1


def test_an_article_that_costs_nothing_is_left_out():
    values, truth, weights = made_up()
    used = np.arange(len(truth)) % 3 > 0
    found = solve(values, truth, np.where(used, weights, 0.0), 3)
    without = solve(values[used], truth[used], weights[used], 3)
    assert found.weights.tobytes() == without.weights.tobytes()
    assert found.intercepts.tobytes() == without.intercepts.tobytes()


def test_a_few_passes_do_not_suffice_and_it_says_so():
    values, truth, weights = made_up()
    assert not solve(values, truth, 30 * weights, 3, max_passes=2).converged
    assert solve(values, truth, 30 * weights, 3).converged


def test_a_coarser_tolerance_keeps_its_distance():
    values, truth, weights = made_up(600, 200, 5)
    coarse, fine = (solve(values, truth, 10 * weights, 5, tolerance=t) for t in (1e-2, TIGHT))
    difference = np.abs(values @ (coarse.weights - fine.weights)).max()
    assert 0 < difference < 0.02


@pytest.mark.slow
def test_plain_python_gives_the_same_bytes_as_compiled_code():
    compiled, plain = (
        subprocess.run(
            [sys.executable, "-W", "error", "-c", SCRIPT],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "NUMBA_DISABLE_JIT": switched_off},
        ).stdout
        for switched_off in ("0", "1")
    )
    assert compiled == plain
