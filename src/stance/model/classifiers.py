"""Fitting of linear classifiers: logistic regression, SVM, naive Bayes and SGD."""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from stance.model.linear import LinearModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from stance.model.config import ClassifierConfig


# Score of a label without training articles.
ABSENT = -1e6

# Of the dual problem. A tolerance of a hundredth of this changes held-out scores by under 0.001.
TOLERANCE = 1e-2

# The same where a classifier is only tried on held-out articles: liblinear's own. It takes half of
# the time, and scores differ by less than 0.04.
TRIAL_TOLERANCE = 1e-1

# Additive smoothing of each feature's weighted sum.
NB_SMOOTHING = 1.0


def fit_classifier(
    features: sparse.csr_array,
    y_true: NDArray[np.int64],
    weights: NDArray[np.float64],
    *,
    n_labels: int,
    config: ClassifierConfig,
    seed: int,
    rows: NDArray[np.int64] | None = None,
    tolerance: float = TOLERANCE,
) -> tuple[LinearModel, list[str]]:
    """Fit a linear classifier.

    Parameters
    ----------
    features : csr_array of float32, shape (n_articles, n_features)
    y_true : ndarray of int, shape (n_articles,)
        Label numbers. A label below `n_labels` that does not occur is never
        predicted.
    weights : ndarray of float64, shape (n_articles,)
        Sample weights.
    n_labels : int
    config : ClassifierConfig
    seed : int
    rows : ndarray of int64, optional
        The articles to learn from, ascending; all by default. Our own solver
        visits no others, and needs no copy of them.
    tolerance : float
        Of the logistic regression's solver; see `fit_one_against_rest`.

    Returns
    -------
    model : LinearModel
        Its temperature is one.
    notes : list of str
        Warnings of the solver, for example that it did not converge.
    """
    present = np.unique(y_true if rows is None else y_true[rows])
    if rows is not None and _visits_rows(config):
        weights = _only(weights, rows)
    elif rows is not None:
        features, y_true, weights = features[rows], y_true[rows], weights[rows]
    is_logistic = config.kind == "logistic"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if is_logistic or config.kind == "svm":
            fit = partial(_fit_logistic, tolerance=tolerance) if is_logistic else _fit_svm
            coefficients, intercepts = _fit_one_against_rest(
                partial(fit, config=config, seed=seed),
                features,
                y_true,
                weights,
                present=present,
                nb_weights=config.nb_weights,
            )
        else:
            estimator = _estimator(config, seed)
            estimator.fit(features.astype(np.float64), y_true, sample_weight=weights)
            coefficients, intercepts = _linear_form(estimator)
    full = np.zeros((features.shape[1], n_labels), dtype=np.float32)
    full[:, present] = coefficients.T
    shifts = np.full(n_labels, ABSENT, dtype=np.float32)
    shifts[present] = intercepts
    notes = [str(w.message).splitlines()[0] for w in caught if "onverge" in str(w.message)]
    return LinearModel(full, shifts), list(dict.fromkeys(notes))


def _visits_rows(config: ClassifierConfig) -> bool:
    """Tell whether the solver leaves out articles of weight zero, as if they were not there."""
    return config.kind == "logistic" and not config.nb_weights


def _only(weights: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return weights that are zero but for some articles."""
    only = np.zeros_like(weights)
    only[rows] = weights[rows]
    return only


def _fit_one_against_rest(
    fit: Callable[..., tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]],
    features: sparse.csr_array,
    y_true: NDArray[np.int64],
    weights: NDArray[np.float64],
    *,
    present: NDArray[np.int64],
    nb_weights: bool,
) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
    """Fit each label against the rest, on features weighed for it if so configured."""
    # Two labels need a single score.
    positives = y_true[:, None] == (present[1:] if len(present) == 2 else present)
    if not nb_weights:
        return _for_both_labels(*fit(features, positives, weights))
    coefficients, intercepts = [], []
    for is_positive in positives.T:
        factors = _log_count_ratios(features.astype(np.float64), is_positive, weights)
        weighed = sparse.csr_array(features @ sparse.diags_array(factors))
        found = fit(weighed, is_positive[:, None], weights)
        coefficients.append(found[0] * factors)
        intercepts.append(found[1])
    return _for_both_labels(np.concatenate(coefficients), np.concatenate(intercepts))


def _fit_logistic(
    features: sparse.csr_array,
    positives: NDArray[np.bool_],
    weights: NDArray[np.float64],
    *,
    config: ClassifierConfig,
    seed: int,
    tolerance: float,
) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
    """Fit by dual coordinate descent.

    On TF-IDF features of whole articles it is tens of times as fast as the
    multinomial loss with L-BFGS, and as accurate.
    """
    from stance.model.coordinate_descent import fit_one_against_rest

    found = fit_one_against_rest(
        features,
        positives,
        float(config.logistic.C) * weights,
        tolerance=tolerance,
        max_passes=config.logistic.max_iter,
        seed=seed,
    )
    if not found.converged:
        warnings.warn(
            f"The logistic classifier did not converge in {config.logistic.max_iter} passes.",
            stacklevel=2,
        )
    return found.weights.T, found.intercepts


def _fit_svm(
    features: sparse.csr_array,
    positives: NDArray[np.bool_],
    weights: NDArray[np.float64],
    *,
    config: ClassifierConfig,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    wide = features.astype(np.float64)
    fitted = [
        _estimator(config, seed).fit(wide, is_positive, weights) for is_positive in positives.T
    ]
    return (
        np.concatenate([one.coef_ for one in fitted]),
        np.concatenate([one.intercept_ for one in fitted]),
    )


def _log_count_ratios(
    features: sparse.csr_array, is_positive: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the absolute naive Bayes log-count ratio of each feature for a label.

    A feature's ratio compares its share among articles of the label with that
    among the others. The ratios are scaled to keep the mean norm of articles,
    so that the penalty has the same effect.

    References
    ----------
    Wang, Manning: Baselines and Bigrams: Simple, Good Sentiment and Topic
    Classification, ACL 2012.
    """
    shares = []
    for chosen in (is_positive, ~is_positive):
        total = NB_SMOOTHING + features.T @ np.where(chosen, weights, 0.0)
        shares.append(total / total.sum())
    ratios = np.abs(np.log(shares[0] / shares[1]))
    squares = features.multiply(features)
    before, after = squares.sum(), (squares @ ratios**2).sum()
    return ratios * np.sqrt(before / after) if after > 0 else np.ones_like(ratios)


def _estimator(config: ClassifierConfig, seed: int) -> Any:
    if config.kind == "svm":
        from sklearn.svm import LinearSVC

        options = config.svm
        return LinearSVC(C=options.C, max_iter=options.max_iter, random_state=seed)
    if config.kind == "naive_bayes":
        from sklearn.naive_bayes import ComplementNB

        return ComplementNB(alpha=config.naive_bayes.alpha)
    from sklearn.linear_model import SGDClassifier

    return SGDClassifier(
        loss="log_loss",
        alpha=config.sgd.alpha,
        max_iter=config.sgd.max_iter,
        average=True,
        random_state=seed,
    )


def _linear_form(estimator: Any) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
    """Return weights (n_labels, n_features) and intercepts (n_labels,)."""
    if hasattr(estimator, "feature_log_prob_"):
        coefficients = estimator.feature_log_prob_
        return coefficients, np.zeros(len(coefficients))
    return _for_both_labels(estimator.coef_, estimator.intercept_)


def _for_both_labels(
    coefficients: NDArray[np.floating[Any]], intercepts: NDArray[np.floating[Any]]
) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
    """Give the one score of two labels half each way, which has the same softmax."""
    if len(coefficients) > 1:
        return coefficients, intercepts
    sides = np.array([-0.5, 0.5])
    return sides[:, None] * coefficients, sides * intercepts
