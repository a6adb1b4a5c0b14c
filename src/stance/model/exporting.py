"""Export of a model as a scikit-learn pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy import sparse
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

    from stance.features.stack import FeatureStack
    from stance.model.linear import LinearModel
    from stance.model.record import Model


class StackFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A model's fitted features as a transformer of texts.

    Parameters
    ----------
    stack : FeatureStack
    headline_words : int
        Number of words up to which a text is a headline; 0 if the model does not
        distinguish headlines. If it does, the columns of headlines follow those of
        articles, and the last column is 1 for a headline: so one classifier
        has the weights of both.
    """

    def __init__(self, stack: FeatureStack, headline_words: int = 0) -> None:
        self.stack = stack
        self.headline_words = headline_words

    def fit(self, X: Iterable[str], y: object = None) -> Self:
        """Do nothing: the features are already fitted."""
        return self

    def transform(self, X: Iterable[str]) -> sparse.csr_array:
        """Return the features of texts, CSR float32 of shape (n_texts, n_features)."""
        batch = self.stack.batch(text_inputs(check_texts(X)))
        values = self.stack.values(batch)
        if not self.headline_words:
            return values
        short = (batch.words.lengths <= self.headline_words).astype(np.float32)[:, None]
        columns = [values.multiply(1 - short), values.multiply(short), sparse.csr_array(short)]
        return sparse.csr_array(sparse.hstack(columns, format="csr", dtype=np.float32))

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the columns."""
        names = self.stack.names()
        if self.headline_words:
            names = [*names, *(f"headline:{name}" for name in names), "headline"]
        return np.array(names, dtype=object)

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
    words = model.config.headlines.max_words
    steps: list[tuple[str, Any]] = [
        ("features", StackFeatures(model.features, words if model.headlines else 0)),
        ("classifier", _classifier(model)),
    ]
    return Pipeline(steps)


def _classifier(model: Model) -> LogisticRegression:
    weights, intercepts = _over_temperature(model.linear)
    if model.headlines is not None:
        of_headlines, shifted = _over_temperature(model.headlines)
        weights = np.hstack([weights, of_headlines, (shifted - intercepts)[:, None]])
    if len(model.labels) == 2:
        weights, intercepts = weights[1:] - weights[:1], intercepts[1:] - intercepts[:1]
    classifier = LogisticRegression()
    classifier.classes_ = np.array(model.labels)
    classifier.coef_, classifier.intercept_ = weights, intercepts
    classifier.n_features_in_ = weights.shape[1]
    return classifier


def _over_temperature(linear: LinearModel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights, shape (n_labels, n_features), and intercepts of the probabilities."""
    weights = linear.weights.T.astype(np.float64) / linear.temperature
    return weights, linear.intercepts.astype(np.float64) / linear.temperature


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
