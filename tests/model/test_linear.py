import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse
from scipy.optimize import minimize_scalar

from stance.model import linear
from stance.model.linear import LinearModel, fit_temperature, log_loss, softmax

scores = arrays(
    np.float64, st.tuples(st.integers(1, 20), st.integers(2, 6)), elements=st.floats(-800, 800)
)


@given(scores)
def test_probabilities_are_probabilities_and_keep_the_order(table):
    found = softmax(table)
    assert np.isfinite(found).all()
    assert np.allclose(found.sum(axis=1), 1)
    assert (found.max(axis=1) == found[np.arange(len(table)), table.argmax(axis=1)]).all()


@given(scores)
def test_log_loss_is_that_of_the_probabilities(table):
    truth = table.argmax(axis=1)
    expected = -np.log(softmax(table)[np.arange(len(table)), truth]).mean()
    assert np.isclose(log_loss(table, truth), expected, atol=1e-9)


def test_temperature_undoes_a_known_overconfidence():
    random = np.random.default_rng(3)
    calm = random.normal(size=(20_000, 3))
    truth = (softmax(calm).cumsum(axis=1) > random.random((20_000, 1))).argmax(axis=1)
    assert np.isclose(fit_temperature(calm * 7.0, truth), 7.0, rtol=0.05)


@given(
    arrays(
        np.float64, st.tuples(st.integers(2, 20), st.integers(2, 6)), elements=st.floats(-50, 50)
    ),
    st.integers(0, 100),
)
def test_no_temperature_has_a_smaller_loss(table, seed):
    truth = np.random.default_rng(seed).integers(table.shape[1], size=len(table))
    found = fit_temperature(table, truth)
    assert 1e-3 <= found <= 1e3

    def loss(log_temperature):
        return log_loss(table / np.exp(log_temperature), truth)

    bounds = (np.log(1e-3), np.log(1e3))
    assume((table.argmax(axis=1) != truth).any())
    least = minimize_scalar(loss, bounds=bounds, method="bounded").fun
    assert loss(np.log(found)) <= least + 1e-9


@given(st.integers(1, 300), st.floats(0.01, 50))
def test_articles_that_are_all_right_support_no_more_certainty_than_their_number(n, margin):
    table = np.random.default_rng(n).normal(size=(n, 3))
    truth = table.argmax(axis=1)
    table[np.arange(n), truth] += margin
    found = log_loss(table / fit_temperature(table, truth), truth)
    assert np.isclose(found, 1 / (n + 2), rtol=1e-4)


def test_labels_that_are_all_wrong_give_the_highest_temperature():
    table = np.array([[3.0, 0.0], [0.0, 0.5]])
    assert np.isclose(fit_temperature(table, np.array([1, 0])), 1e3)
    assert 1e-3 <= fit_temperature(np.zeros((2, 2)), np.array([0, 1])) <= 1e3


def test_some_texts_are_scored_as_among_all(monkeypatch):
    monkeypatch.setattr(linear, "ROWS_AT_ONCE", 3)
    random = np.random.default_rng(1)
    features = sparse.csr_array(random.poisson(0.5, (20, 9)).astype(np.float32))
    model = LinearModel(
        random.normal(size=(9, 4)).astype(np.float32), random.normal(size=4).astype(np.float32)
    )
    for rows in (np.array([], dtype=np.int64), np.array([17, 2, 3, 2]), np.arange(6)):
        np.testing.assert_array_equal(model.scores_of(features, rows), model.scores(features)[rows])
