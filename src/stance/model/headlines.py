"""Division of a training corpus into headlines and articles, each with its own classifier.

Both classifiers learn from all texts and share the features; a text of the other
kind has less weight. The model then has one linear form for each kind, and the
number of words of a text decides which one applies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from stance.features.familiarity import plain_words

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from stance.features.stack import FeatureStack
    from stance.model.fitted_features import FittedFeatures
    from stance.model.headline_settings import HeadlinesConfig
    from stance.model.learning_matrix import LearningMatrix


@dataclass(frozen=True)
class KindWeights:
    """Weights of training articles for the classifier of one kind of document.

    Parameters
    ----------
    is_own : ndarray of bool, shape (n_articles,)
        Which articles are of the kind.
    others : float
        The weight of the other articles, compared with 1.
    balance : float, optional
        How far labels get equal weight, from 0 to 1; by default as the classifier's
        settings say.
    always_train : float, optional
        The weight of articles that are never held out; by default as the classifier's
        settings say.
    """

    is_own: NDArray[np.bool_]
    others: float
    balance: float | None = None
    always_train: float | None = None


@dataclass(frozen=True)
class FittedKinds:
    """The same features, to fit the classifiers of articles and of headlines on.

    Parameters
    ----------
    articles : FittedFeatures
    headlines : FittedFeatures, optional
        None if headlines have no classifier of their own.
    """

    articles: FittedFeatures
    headlines: FittedFeatures | None = None

    @classmethod
    def of(cls, fitted: FittedFeatures) -> FittedKinds:
        """Divide a corpus, if its settings ask for it and each kind has two labels or more."""
        settings = fitted.config.headlines
        if not settings.enabled:
            return cls(fitted)
        short = plain_words(fitted.batch).lengths <= settings.max_words
        if min(len(np.unique(fitted.y_true[part])) for part in (short, ~short)) < 2:
            return cls(fitted)
        left_out = set(settings.own_blocks)
        matrix = _without_blocks(fitted.matrix, fitted.features, left_out)
        articles = replace(
            fitted, matrix=matrix, kind=KindWeights(~short, settings.weight_in_articles)
        )
        kind = KindWeights(
            short, settings.articles_weight, settings.balance, settings.always_train_weight
        )
        config = fitted.config.with_penalty(settings.C)
        return cls(articles, replace(fitted, config=config, kind=kind))

    def notes(self, settings: HeadlinesConfig) -> list[str]:
        """Say why headlines have no classifier of their own although one was asked for."""
        if not settings.enabled or self.headlines is not None:
            return []
        return [
            "no classifier of their own for headlines: fewer than two labels have texts of at most "
            f"{settings.max_words} words, or longer ones"
        ]


def _without_blocks(
    matrix: LearningMatrix, features: FeatureStack, names: Collection[str]
) -> LearningMatrix:
    """Return a matrix in which the columns of some blocks are zero."""
    kept = np.ones(features.n_features, dtype=np.float32)
    for part, own in features.columns():
        if part.name in names:
            kept[own] = 0
    if kept.all():
        return matrix
    articles = _masked(matrix.articles, kept)
    whole = matrix.passages is matrix.articles
    passages = articles if whole else _masked(matrix.passages, kept)
    return replace(matrix, articles=articles, passages=passages)


def _masked(values: sparse.csr_array, kept: NDArray[np.float32]) -> sparse.csr_array:
    found = sparse.csr_array(values.multiply(kept).astype(np.float32))
    found.eliminate_zeros()
    return found
