"""scikit-learn's linear classifiers, brought into one form."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.model.linear import LinearModel

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from stance.model.config import ClassifierConfig


def fit_classifier(
    features: sparse.csr_array,
    truth: NDArray[np.int64],
    weights: NDArray[np.float64],
    *,
    n_labels: int,
    config: ClassifierConfig,
    seed: int,
) -> tuple[LinearModel, list[str]]:
    """Fit a linear classifier.

    Parameters
    ----------
    features : csr_array of float32, shape (n_articles, n_features)
    truth : ndarray of int, shape (n_articles,)
        Label numbers. A label below `n_labels` that does not occur gets a
        score that never wins.
    weights : ndarray of float64, shape (n_articles,)
        How much each article counts.
    n_labels : int
    config : ClassifierConfig
    seed : int

    Returns
    -------
    model : LinearModel
        With temperature one.
    notes : list of str
        What the solver remarked, such as stopping early.
    """
    estimator = _estimator(config, seed)
    present = np.unique(truth)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator.fit(features.astype(np.float64), truth, sample_weight=weights)
    coefficients, intercepts = _linear_form(estimator)
    full = np.zeros((features.shape[1], n_labels), dtype=np.float32)
    full[:, present] = coefficients.T
    shifts = np.full(n_labels, -1e6, dtype=np.float32)
    shifts[present] = intercepts
    notes = [str(w.message).splitlines()[0] for w in caught if "onverge" in str(w.message)]
    return LinearModel(np.ascontiguousarray(full), shifts), notes


def _estimator(config: ClassifierConfig, seed: int) -> Any:
    if config.kind == "svm":
        from sklearn.svm import LinearSVC

        options = config.svm
        return LinearSVC(C=options.C, max_iter=options.max_iter, random_state=seed)
    if config.kind == "naive_bayes":
        from sklearn.naive_bayes import ComplementNB

        return ComplementNB(alpha=config.naive_bayes.alpha)
    if config.kind == "sgd":
        from sklearn.linear_model import SGDClassifier

        return SGDClassifier(
            loss="log_loss",
            alpha=config.sgd.alpha,
            max_iter=config.sgd.max_iter,
            average=True,
            random_state=seed,
        )
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=config.logistic.C, max_iter=config.logistic.max_iter)


def _linear_form(estimator: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights (n_labels, n_features) and intercepts (n_labels,)."""
    if hasattr(estimator, "feature_log_prob_"):
        coefficients = estimator.feature_log_prob_
        return coefficients, np.zeros(len(coefficients))
    coefficients, intercepts = estimator.coef_, estimator.intercept_
    if len(coefficients) == 1:
        # Two labels share one score; half of it each way gives the same softmax.
        sides = np.array([-0.5, 0.5])
        return sides[:, None] * coefficients, sides * intercepts
    return coefficients, intercepts
