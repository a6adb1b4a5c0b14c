"""Scores of a classifier trained on auxiliary articles, as additional features.

A classifier is trained on articles that were labelled for another question,
about other targets or with other labels. Its scores of the corpus's articles
become additional features of them: the baseline that Daumé III calls PRED. The
classifier trained on the corpus learns the weights of these features. Both are
linear, so they are merged into one set of weights over the original features.

References
----------
Daumé III: Frustratingly Easy Domain Adaptation, ACL 2007.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from scipy import sparse

from stance.errors import ConfigError
from stance.model.classifiers import fit_classifier
from stance.model.config import ClassifierConfig, SvmConfig
from stance.model.linear import LinearModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stance.model.config import TrainingConfig


@dataclass(frozen=True)
class AuxiliaryScores:
    """A linear map from features to auxiliary scores.

    Parameters
    ----------
    weights : ndarray of float32, shape (n_features, n_scores)
    shifts : ndarray of float32, shape (n_scores,)
    """

    weights: NDArray[np.float32]
    shifts: NDArray[np.float32]

    @classmethod
    def learn(
        cls,
        values: sparse.csr_array,
        y_true: NDArray[np.int64],
        weights: NDArray[np.float64],
        own: sparse.csr_array,
        config: TrainingConfig,
    ) -> Self:
        """Fit the map on auxiliary articles and scale its scores on the corpus.

        The scores are scaled to the same standard deviation over the corpus, so
        that an article's vector of scores has a norm of about
        ``auxiliary.weight``.

        Parameters
        ----------
        values : csr_array of float32, shape (n_auxiliary, n_features)
        y_true : ndarray of int64, shape (n_auxiliary,)
            Label numbers from 0; they may differ from those of the corpus.
        weights : ndarray of float64, shape (n_auxiliary,)
        own : csr_array of float32, shape (n_articles, n_features)
            The corpus.
        config : TrainingConfig

        Raises
        ------
        ConfigError
            If the classifier cannot use the scores, which may be negative.
        """
        _check(config)
        section = config.auxiliary
        model, _ = fit_classifier(
            values,
            y_true,
            weights,
            n_labels=int(y_true.max()) + 1,
            config=ClassifierConfig(kind="svm", svm=SvmConfig(C=section.C)),
            seed=config.seed,
        )
        scores = model.scores(own)
        spread = scores.std(axis=0)
        each = section.weight / np.sqrt(len(spread))
        scale = np.divide(each, spread, out=np.zeros_like(spread), where=spread > 0)
        shifts = (model.intercepts - scores.mean(axis=0)) * scale
        return cls((model.weights * scale).astype(np.float32), shifts.astype(np.float32))

    def append_to(self, values: sparse.csr_array) -> sparse.csr_array:
        """Return features with the scores appended as columns."""
        scores = sparse.csr_array(values @ self.weights + self.shifts)
        return sparse.csr_array(sparse.hstack([values, scores], format="csr"))

    def fold_in(self, model: LinearModel) -> LinearModel:
        """Convert a model of features and scores to an equal model of the features alone."""
        n = len(self.weights)
        worth = model.weights[n:]
        return LinearModel(
            model.weights[:n] + self.weights @ worth,
            model.intercepts + self.shifts @ worth,
            model.temperature,
        )


def _check(config: TrainingConfig) -> None:
    classifier = config.classifier
    if classifier.kind == "naive_bayes" or classifier.nb_weights:
        what = "classifier.nb_weights" if classifier.nb_weights else "classifier.kind naive_bayes"
        raise ConfigError(
            f"Got auxiliary articles and {what}, which needs counts, but auxiliary scores may "
            "be negative. Use the logistic, svm or sgd classifier without nb_weights."
        )
