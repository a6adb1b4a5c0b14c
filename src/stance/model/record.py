"""The model: labels, features, weights, and a record of its training."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from stance.errors import ModelError
from stance.features.scoring import Scorer, TextScores
from stance.model.linear import softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.corpus.codebook import Codebook
    from stance.features.periods import PeriodLabel
    from stance.features.stack import FeatureStack
    from stance.model.config import TrainingConfig
    from stance.model.linear import LinearModel


class TrainingRecord(BaseModel):
    """The training corpus of a model and its scores on held-out folds.

    Parameters
    ----------
    n_articles, n_outlets, n_events : int
        Size of the training corpus; zero outlets or events if unknown.
    label_counts : dict of str to int
        Articles of each label.
    fingerprint : str
        Hash of the training corpus, hexadecimal sha256.
    scores : dict
        ``protocol``, ``n``, ``accuracy`` and ``macro_f1`` of the held-out
        folds for calibration, and under ``baseline`` the scores of always
        giving the most frequent label; empty if the model was not calibrated.
    notes : list of str
        Warnings of the solver and remarks on the folds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    n_articles: int
    n_outlets: int = 0
    n_events: int = 0
    label_counts: dict[str, int]
    fingerprint: str
    scores: dict[str, Any] = {}
    notes: list[str] = []


class Domain(BaseModel):
    """The out-of-domain threshold of a model.

    Parameters
    ----------
    threshold : float
        Articles with a lower domain score, in [0, 1], are out of domain.
    usual : float
        The median domain score of held-out articles of the training corpus.
    n_held_out : int
        Number of articles from which both were computed.
    protocol : str
        Description of how they were held out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    threshold: Annotated[float, Field(ge=0, le=1)]
    usual: Annotated[float, Field(ge=0, le=1)]
    n_held_out: Annotated[int, Field(ge=1)]
    protocol: str


class Assessment(NamedTuple):
    """Probabilities and domain scores of some articles.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n_articles, n_labels)
    domain_scores : ndarray of float64, shape (n_articles,), optional
        How familiar the words of each are, in [0, 1]; None if the model has no
        word features.
    periods : sequence of PeriodLabel
        The period of each; empty if the model has no periods.
    """

    probabilities: NDArray[np.float64]
    domain_scores: NDArray[np.float64] | None
    periods: Sequence[PeriodLabel] = ()


class StrongFeature(NamedTuple):
    """A feature with a large weight for a label."""

    name: str
    weight: float


@dataclass(frozen=True)
class Model:
    """A trained classifier with everything that it needs to label a text.

    Parameters
    ----------
    labels : tuple of str
        Sorted; label i has column i in scores and probabilities.
    config : TrainingConfig
    features : FeatureStack
    linear : LinearModel
    record : TrainingRecord
    codebook : Codebook, optional
        Definitions of the labels.
    domain : Domain, optional
        The out-of-domain threshold; None if it could not be learned.
    """

    labels: tuple[str, ...]
    config: TrainingConfig
    features: FeatureStack
    linear: LinearModel
    record: TrainingRecord
    codebook: Codebook | None = None
    domain: Domain | None = None

    def __repr__(self) -> str:
        outlets = f" of {self.record.n_outlets:,} outlets" if self.record.n_outlets else ""
        return (
            f"Model(labels={self.labels!r}, features={self.features!r}, "
            f"trained on {self.record.n_articles:,} articles{outlets})"
        )

    def _read(self, articles: Sequence[Article]) -> TextScores:
        found = self.scorer.read(self.config.inputs(articles))
        return found._replace(values=found.values + self.linear.intercepts)

    def scores(self, articles: Sequence[Article]) -> NDArray[np.float64]:
        """Return decision values, shape (n_articles, n_labels)."""
        return self._read(articles).values

    def assess(self, articles: Sequence[Article]) -> Assessment:
        """Return the probabilities of all labels and the domain scores of articles.

        Raises
        ------
        ModelError
            If the weights are so large that scores overflow.
        """
        scores, familiarity, periods = self._read(articles)
        with np.errstate(over="ignore"):
            scores = scores / self.linear.temperature
        if not np.isfinite(scores).all():
            raise ModelError(
                "Got a model whose weights are so large that scores overflow, but expected ones "
                "from training. Do not trust this model: train it again."
            )
        return Assessment(softmax(scores), familiarity, periods)

    def probabilities(self, articles: Sequence[Article]) -> NDArray[np.float64]:
        """Return probabilities in [0, 1], shape (n_articles, n_labels)."""
        return self.assess(articles).probabilities

    @property
    def periods(self) -> Sequence[str]:
        """The periods between the dates of the lexicon; empty if it has none."""
        return self.features.periods

    @cached_property
    def scorer(self) -> Scorer:
        """The scorer: features combined with their weights."""
        return Scorer(self.features, self.linear.weights, self.record.n_articles)

    def strongest_features(self, n: int = 10) -> dict[str, list[StrongFeature]]:
        """Return, for each label, the features with the largest weights.

        Weights are relative to the mean over all labels, since only differences
        between labels matter, and multiplied by the scale of the feature.

        Parameters
        ----------
        n : int
            Number of features for each label.
        """
        names = self.features.names()
        weights = self.linear.weights - self.linear.weights.mean(axis=1, keepdims=True)
        strongest = {}
        for column, label in enumerate(self.labels):
            best = np.argsort(-weights[:, column], kind="stable")[:n]
            strongest[label] = [
                StrongFeature(names[i], float(weights[i, column]))
                for i in best.tolist()
                if weights[i, column] > 0
            ]
        return strongest
