"""Features learned from a corpus, and any number of classifiers fitted on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from stance.model.article_weights import article_weights
from stance.model.learning_matrix import fit_linear

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from stance.features.stack import FeatureStack
    from stance.model.config import ClassifierConfig, TrainingConfig
    from stance.model.learning_corpus import LabelledCorpus
    from stance.model.learning_matrix import LearningMatrix
    from stance.model.linear import LinearModel


@dataclass(frozen=True)
class FittedFeatures:
    """What is learned from a corpus before any classifier.

    It takes far longer than a classifier: candidates that look at the same
    features share it, and so do the held-out folds that calibrate.

    Parameters
    ----------
    corpus : LabelledCorpus
    config : TrainingConfig
        Resolved, with the numbers of outlets that the features were learned with.
    features : FeatureStack
    matrix : LearningMatrix
        The corpus itself.
    """

    corpus: LabelledCorpus
    config: TrainingConfig
    features: FeatureStack
    matrix: LearningMatrix

    @cached_property
    def y_true(self) -> NDArray[np.int64]:
        """The number of each article's label, shape (n_articles,)."""
        return self.corpus.y_true

    def fit(
        self, config: ClassifierConfig, places: NDArray[np.int64] | None = None
    ) -> tuple[LinearModel, list[str]]:
        """Fit a classifier.

        Parameters
        ----------
        config : ClassifierConfig
            Resolved, the penalty too.
        places : ndarray of int64, optional
            The articles to fit it to; all by default.

        Returns
        -------
        model : LinearModel
            Of all labels of the corpus.
        notes : list of str
            What the solver remarked.
        """
        return fit_linear(
            self.matrix,
            self.y_true,
            article_weights(self.corpus, config),
            self.corpus.outlets,
            places=places,
            n_labels=len(self.corpus.labels),
            config=config,
            seed=self.config.seed,
        )
