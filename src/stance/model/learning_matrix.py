"""Feature matrices of the training corpus: whole articles and passages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from scipy import sparse

from stance.features.matrices import scaled
from stance.model.classifiers import TOLERANCE, fit_classifier
from stance.model.linear import LinearModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.model.auxiliary import AuxiliaryScores
    from stance.model.config import ClassifierConfig

# Upper bound of the rounding error of a squared mean, relative to it.
ROUNDING = 1e-24


@dataclass(frozen=True)
class LearningMatrix:
    """The feature matrices of a corpus.

    Parameters
    ----------
    articles : csr_array of float32, shape (n_articles, n_features)
    passages : csr_array of float32, shape (n_passages, n_features)
        The rows on which the classifier is fitted; the articles themselves if
        it is trained on whole articles.
    article_of : ndarray of int64, shape (n_passages,)
        Index of the article of each passage, ascending.
    auxiliary : AuxiliaryScores, optional
        Scores learned from auxiliary articles.
    """

    articles: sparse.csr_array
    passages: sparse.csr_array
    article_of: NDArray[np.int64]
    auxiliary: AuxiliaryScores | None = None

    @classmethod
    def of_whole(cls, articles: sparse.csr_array) -> LearningMatrix:
        """Return the matrix for training on whole articles."""
        return cls(articles, articles, np.arange(articles.shape[0]))

    @cached_property
    def with_scores(self) -> Self:
        """The matrix with the auxiliary scores as additional columns."""
        if self.auxiliary is None:
            return self
        articles = self.auxiliary.append_to(self.articles)
        whole = self.passages is self.articles
        passages = articles if whole else self.auxiliary.append_to(self.passages)
        return replace(self, articles=articles, passages=passages)


@dataclass(frozen=True)
class LearningRows:
    """Training rows: the passages of some articles, for any number of classifiers.

    The passages of an article share its weight, so that long articles do not
    count more. The auxiliary scores are features too. Features are scaled by
    their outlet shrinkage before fitting, and the fitted weights afterwards, so
    that the model applies to unscaled features.

    Parameters
    ----------
    matrix : LearningMatrix
    owner : ndarray of int64, shape (n_rows,)
        Index of the article of each passage.
    features : csr_array, shape (n_rows, n_features)
        Scaled.
    scale : ndarray of float64, shape (n_features,), optional
        The outlet shrinkage, if there is any.
    rows : ndarray of int64, optional
        Which of them to learn from; all by default. Where nothing is scaled
        they are those of the whole corpus, so that no fold copies them.
    """

    matrix: LearningMatrix
    owner: NDArray[np.int64]
    features: sparse.csr_array
    scale: NDArray[np.float64] | None
    rows: NDArray[np.int64] | None = None

    @classmethod
    def of(
        cls,
        matrix: LearningMatrix,
        y_true: NDArray[np.int64],
        outlets: Sequence[str | None] | None,
        *,
        places: NDArray[np.int64] | None = None,
        strength: float | Literal["auto"],
    ) -> Self:
        """Select the passages of some articles and scale their features.

        Parameters
        ----------
        matrix : LearningMatrix
        y_true, outlets
            Label number and outlet of every article of the matrix.
        places : ndarray of int64, optional
            Indices of the training articles; all by default.
        strength : float
            Strength of the outlet shrinkage; at least 0.
        """
        matrix = matrix.with_scores
        chosen = np.arange(len(y_true)) if places is None else places
        rows = np.flatnonzero(np.isin(matrix.article_of, chosen))
        if outlets is None or strength == "auto" or strength <= 0:
            some = None if places is None else rows
            return cls(matrix, matrix.article_of, matrix.passages, None, some)
        features = matrix.passages if places is None else matrix.passages[rows]
        units = _units(y_true[chosen], [outlets[i] for i in chosen.tolist()])
        articles = matrix.articles if places is None else matrix.articles[chosen]
        scale = outlet_shrinkage(articles, units, y_true[chosen], strength=strength)
        features = scaled(features, scale.astype(np.float32))
        return cls(matrix, matrix.article_of[rows], features, scale)

    def fit(
        self,
        y_true: NDArray[np.int64],
        weights: NDArray[np.float64],
        *,
        n_labels: int,
        config: ClassifierConfig,
        seed: int,
        tolerance: float = TOLERANCE,
    ) -> tuple[LinearModel, list[str]]:
        """Fit the configured classifier.

        Parameters
        ----------
        y_true, weights
            Label number and weight of every article of the matrix.
        n_labels : int
        config : ClassifierConfig
            Resolved.
        seed : int
        tolerance : float
            Of the logistic regression's solver.

        Returns
        -------
        model : LinearModel
        notes : list of str
        """
        owner, auxiliary = self.owner, self.matrix.auxiliary
        model, notes = fit_classifier(
            self.features,
            y_true[owner],
            weights[owner] / np.bincount(self.matrix.article_of)[owner],
            n_labels=n_labels,
            config=config,
            seed=seed,
            rows=self.rows,
            tolerance=tolerance,
        )
        if self.scale is not None:
            scaled = (model.weights * self.scale[:, None]).astype(np.float32)
            model = LinearModel(scaled, model.intercepts)
        return auxiliary.fold_in(model) if auxiliary else model, notes


def _units(y_true: NDArray[np.int64], outlets: Sequence[str | None]) -> NDArray[np.int64]:
    """Return the number of each article's outlet and label; without an outlet, its own."""
    names: dict[object, int] = {}
    keys = zip(y_true.tolist(), outlets, range(len(outlets)), strict=True)
    return np.array(
        [
            names.setdefault((label, outlet if outlet is not None else place), len(names))
            for label, outlet, place in keys
        ]
    )


def outlet_shrinkage(
    values: sparse.csr_array,
    units: NDArray[np.int64],
    y_true: NDArray[np.int64],
    *,
    strength: float,
) -> NDArray[np.float64]:
    """Return the factors that shrink features that differ between outlets of a label.

    Parameters
    ----------
    values : csr_array, shape (n_articles, n_features)
    units : ndarray of int64, shape (n_articles,)
        The outlet of each article, as numbers from 0; each has a single label.
    y_true : ndarray of int64, shape (n_articles,)
    strength : float
        Weight of the variance between outlets; at least 0.

    Returns
    -------
    ndarray of float64, shape (n_features,)
        Factors to multiply the features by before fitting with an L2 penalty;
        scaled to keep the mean norm of articles.

    Notes
    -----
    The factor is ``between / (between + strength * within / n)``, where
    ``between`` is the variance of a feature's mean between labels, ``within``
    the variance between the outlets of a label, and n the mean number of outlets
    per label. Outlets are weighted by the square root of their number of
    articles. Scaling a feature down penalises its weight more, so a feature that
    only one outlet uses needs more evidence. It is the shrinkage of Tibshirani
    et al. with outlets in place of samples, and a diagonal form of the
    within-class covariance normalisation of Hatch and Stolcke.

    References
    ----------
    Hatch, Stolcke: Generalized Linear Kernels for One-Versus-All
    Classification: Application to Speaker Recognition, ICASSP 2006.
    Tibshirani, Hastie, Narasimhan, Chu: Diagnosis of multiple cancer types by
    shrunken centroids of gene expression, PNAS 99, 2002.
    """
    sizes = np.bincount(units)
    members = sparse.csr_array((1 / sizes[units], (units, np.arange(len(units)))))
    means = sparse.csr_array(members @ values.astype(np.float64))
    label_of = np.zeros(len(sizes), dtype=np.int64)
    label_of[units] = y_true
    share = np.sqrt(sizes)
    labels, place = np.unique(label_of, return_inverse=True)
    share /= np.bincount(place, share)[place]
    by_label = sparse.csr_array((share, (place, np.arange(len(sizes)))))
    centres = (by_label @ means).toarray()
    within = ((by_label @ means.multiply(means)).toarray() - centres**2).clip(0).mean(axis=0)
    between = centres.var(axis=0)
    noise = strength * within * len(labels) / len(sizes)
    # Equal means of labels may differ in their last digits.
    differs = between > ROUNDING * np.square(centres).max(axis=0)
    scale = np.divide(between, between + noise, out=np.zeros_like(between), where=differs)
    squares = np.asarray(values.multiply(values).sum(axis=0)).ravel()
    after = squares @ scale**2
    result: NDArray[np.float64] = scale * np.sqrt(squares.sum() / after) if after > 0 else scale + 1
    return result
