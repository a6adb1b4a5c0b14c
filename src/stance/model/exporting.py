"""Export of a model as a scikit-learn pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from stance.features.estimators import check_texts
from stance.features.model_input import text_inputs
from stance.replacing import replacing_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.features.stack import FeatureStack
    from stance.model.record import Model


class StackFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A model's fitted features as a transformer of texts.

    Parameters
    ----------
    stack : FeatureStack
    """

    def __init__(self, stack: FeatureStack) -> None:
        self.stack = stack

    def fit(self, X: Iterable[str], y: object = None) -> Self:
        """Do nothing: the features are already fitted."""
        return self

    def transform(self, X: Iterable[str]) -> sparse.csr_array:
        """Return the features of texts, CSR float32 of shape (n_texts, n_features)."""
        return self.stack.transform(text_inputs(check_texts(X)))

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the columns."""
        return np.array(self.stack.names(), dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        return True


def to_pipeline(model: Model) -> Pipeline:
    """Return a scikit-learn pipeline with the same labels and probabilities.

    The weights of any model, whatever its classifier, are stored in a
    `LogisticRegression`, since all models compute scores in the same way.

    Parameters
    ----------
    model : Model

    Returns
    -------
    sklearn.pipeline.Pipeline
        Takes texts: headline and body joined by a line feed, if the model reads
        headlines. They have no dates, so if the model has periods, the words of a
        text decide its period.
    """
    steps: list[tuple[str, Any]] = [
        ("features", StackFeatures(model.features)),
        ("classifier", _classifier(model)),
    ]
    return Pipeline(steps)


def _classifier(model: Model) -> LogisticRegression:
    linear = model.linear
    weights = linear.weights.T.astype(np.float64) / linear.temperature
    intercepts = linear.intercepts.astype(np.float64) / linear.temperature
    if len(model.labels) == 2:
        weights, intercepts = weights[1:] - weights[:1], intercepts[1:] - intercepts[:1]
    classifier = LogisticRegression()
    classifier.classes_ = np.array(model.labels)
    classifier.coef_, classifier.intercept_ = weights, intercepts
    classifier.n_features_in_ = weights.shape[1]
    return classifier


def export_joblib(model: Model, target: str | Path, *, force: bool = False) -> None:
    """Write a model as a joblib file that holds a scikit-learn pipeline.

    Raises
    ------
    OutputError
        If the target exists and `force` is False, or it cannot be written.
    """
    import joblib

    with replacing_file(target, force=force) as file:
        joblib.dump(to_pipeline(model), file)
