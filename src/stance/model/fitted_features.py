"""Features learned from a corpus, and any number of classifiers fitted on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from stance.model.article_weights import article_weights
from stance.model.classifiers import TOLERANCE
from stance.model.learning_matrix import LearningRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from stance.features.batches import Inputs
    from stance.features.stack import FeatureStack
    from stance.model.config import ClassifierConfig, TrainingConfig
    from stance.model.headlines import KindWeights
    from stance.model.learning_corpus import LabelledCorpus
    from stance.model.learning_matrix import LearningMatrix
    from stance.model.linear import LinearModel


@dataclass(frozen=True)
class FittedFeatures:
    """Features learned from a corpus, before any classifier is fitted.

    Learning them takes far longer than fitting a classifier, so candidates with
    the same features share them, and so do the folds for calibration.

    Parameters
    ----------
    corpus : LabelledCorpus
    config : TrainingConfig
        Resolved; `min_outlets` has the values that the features were learned with.
    features : FeatureStack
    matrix : LearningMatrix
        The features of the corpus.
    batch : Inputs
        The tokenised articles.
    kind : KindWeights, optional
        The kind of document that classifiers are fitted for; any by default.
    """

    corpus: LabelledCorpus
    config: TrainingConfig
    features: FeatureStack
    matrix: LearningMatrix
    batch: Inputs
    kind: KindWeights | None = None

    @cached_property
    def y_true(self) -> NDArray[np.int64]:
        """The number of each article's label, shape (n_articles,)."""
        return self.corpus.y_true

    def fit(self, config: ClassifierConfig) -> tuple[LinearModel, list[str]]:
        """Fit a classifier on all articles.

        Parameters
        ----------
        config : ClassifierConfig
            Resolved, including the penalty.

        Returns
        -------
        model : LinearModel
            With all labels of the corpus.
        notes : list of str
            Warnings of the solver.
        """
        return self.fit_on(self.rows(config), config)

    def fit_each(
        self, configs: Sequence[ClassifierConfig]
    ) -> Iterator[tuple[LinearModel, list[str]]]:
        """Yield several classifiers fitted on all articles; see `fit`.

        Consecutive classifiers with the same outlet shrinkage share the scaled
        features.
        """
        rows: LearningRows | None = None
        strength: object = None
        for config in configs:
            if rows is None or config.outlet_shrinkage != strength:
                strength = config.outlet_shrinkage
                rows = self.rows(config)
            yield self.fit_on(rows, config)

    def rows(
        self, config: ClassifierConfig, places: NDArray[np.int64] | None = None
    ) -> LearningRows:
        """Return the scaled features of some articles; of all if there are no places."""
        outlets, strength = self.corpus.outlets, config.outlet_shrinkage
        return LearningRows.of(self.matrix, self.y_true, outlets, places=places, strength=strength)

    def fit_on(
        self, rows: LearningRows, config: ClassifierConfig, tolerance: float = TOLERANCE
    ) -> tuple[LinearModel, list[str]]:
        """Fit a classifier on rows of `rows`; the tolerance is that of its solver."""
        return rows.fit(
            self.y_true,
            article_weights(self.corpus, config, self.kind),
            n_labels=len(self.corpus.labels),
            config=config,
            seed=self.config.seed,
            tolerance=tolerance,
        )
