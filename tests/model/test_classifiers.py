"""Classifiers against a plain rewriting of what they claim to be."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from stance.model.classifiers import NB_SMOOTHING, TOLERANCE, fit_classifier
from stance.model.config import load_config


@pytest.fixture(scope="module")
def counted():
    """Sixty texts of three labels: a word of each label, and many that tell nothing."""
    random = np.random.default_rng(3)
    truth = np.repeat(np.arange(3), 20)
    values = random.poisson(0.4, (60, 30)).astype(np.float32)
    values[np.arange(60), truth] += random.poisson(1.5, 60)
    weights = random.uniform(0.5, 1.5, 60)
    return sparse.csr_array(values), truth, weights


def plain_ratios(values, positive, weights):
    dense = values.toarray().astype(float) * weights[:, None]
    here = NB_SMOOTHING + dense[positive].sum(axis=0)
    there = NB_SMOOTHING + dense[~positive].sum(axis=0)
    ratios = np.abs(np.log((here / here.sum()) / (there / there.sum())))
    lengths = [np.square(values.toarray() * factor).sum() for factor in (1, ratios)]
    return ratios * np.sqrt(lengths[0] / lengths[1])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["logistic", "svm"])
def test_features_are_weighed_by_how_much_they_tell(counted, kind):
    values, truth, weights = counted
    config = load_config(
        overrides=[f"classifier.kind={kind}", "classifier.nb_weights=true", "classifier.svm.C=0.5"]
    ).classifier
    config = config.model_copy(update={"logistic": config.logistic.model_copy(update={"C": 3.0})})
    model, _ = fit_classifier(values, truth, weights, n_labels=3, config=config, seed=5)
    for label in range(3):
        ratios = plain_ratios(values, truth == label, weights)
        if kind == "logistic":
            oracle = LogisticRegression(
                C=3.0, solver="liblinear", dual=True, tol=TOLERANCE, max_iter=1000, random_state=5
            )
        else:
            oracle = LinearSVC(C=0.5, max_iter=5000, random_state=5)
        oracle.fit(values.toarray() * ratios, truth == label, sample_weight=weights)
        expected = oracle.decision_function(values.toarray() * ratios)
        assert np.allclose(model.scores(values)[:, label], expected, atol=0.02)


def test_weighing_features_leaves_what_tells_nothing_behind(counted):
    values, truth, weights = counted
    weight_of_the_telling = []
    for weighed in ("false", "true"):
        overrides = ["classifier.kind=svm", f"classifier.nb_weights={weighed}"]
        config = load_config(overrides=overrides).classifier
        model, _ = fit_classifier(values, truth, weights, n_labels=3, config=config, seed=5)
        share = np.abs(model.weights[:3]).sum() / np.abs(model.weights).sum()
        weight_of_the_telling.append(share)
    assert weight_of_the_telling[1] > 1.5 * weight_of_the_telling[0]


def test_two_labels_share_one_score(counted):
    values, truth, weights = counted
    two = truth < 2
    config = load_config(overrides=["classifier.kind=svm"]).classifier
    model, _ = fit_classifier(
        values[two], truth[two], weights[two], n_labels=3, config=config, seed=0
    )
    scores = model.scores(values)
    assert np.allclose(scores[:, 0], -scores[:, 1])
    assert (scores[:, 2] < -1e5).all()


@pytest.mark.parametrize("kind", ["logistic", "svm", "naive_bayes", "sgd", "weighed"])
@pytest.mark.parametrize("labels", [(0, 1, 2), (0, 2)])
def test_some_rows_are_learned_from_as_if_there_were_no_others(counted, kind, labels):
    values, truth, weights = counted
    chosen = ["classifier.nb_weights=true"] if kind == "weighed" else [f"classifier.kind={kind}"]
    config = load_config(overrides=[*chosen, "classifier.logistic.C=3.0"]).classifier
    rows = np.flatnonzero(np.isin(truth, labels) & (np.arange(60) % 3 > 0))
    rest = {"n_labels": 3, "config": config, "seed": 5}
    found, _ = fit_classifier(values, truth, weights, **rest, rows=rows)
    alone, _ = fit_classifier(values[rows], truth[rows], weights[rows], **rest)
    assert found.weights.tobytes() == alone.weights.tobytes()
    assert found.intercepts.tobytes() == alone.intercepts.tobytes()
