"""The model: labels, features, weights, and a record of its training."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from stance.errors import ModelError
from stance.features.familiarity import term_familiarity
from stance.features.scoring import DomainEvidence, Scorer, TextScores
from stance.model.corpus_summary import CorpusSummary
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
    corpus : CorpusSummary, optional
        Dates, kinds and hashes of the corpus; None in older models.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    n_articles: int
    n_outlets: int = 0
    n_events: int = 0
    label_counts: dict[str, int]
    fingerprint: str
    scores: dict[str, Any] = {}
    notes: list[str] = []
    corpus: CorpusSummary | None = None


class LengthBound(BaseModel):
    """The out-of-domain threshold of texts of some length.

    Parameters
    ----------
    min_words : int
        It is for texts of at least this many words, up to the next bound.
    threshold : float
        Texts with a lower domain score, in [0, 1], are out of domain.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    min_words: Annotated[int, Field(ge=0)]
    threshold: Annotated[float, Field(ge=0, le=1)]


class Domain(BaseModel):
    """The out-of-domain thresholds of a model.

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
    measure : str
        What the domain score is the mean of: the ``"contrast"`` of words with
        other subjects, or their ``"familiarity"`` in older models.
    known_share : float
        Texts with letters that Arabic hardly uses are in another language if a
        lower share of their words, in [0, 1], is known; 0 in older models.
    by_length : list of LengthBound
        Thresholds by the number of words, the shortest first; none is above
        `threshold`, and none exists in older models.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    threshold: Annotated[float, Field(ge=0, le=1)]
    usual: Annotated[float, Field(ge=0, le=1)]
    n_held_out: Annotated[int, Field(ge=1)]
    protocol: str
    measure: Literal["contrast", "familiarity"] = "familiarity"
    known_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    by_length: list[LengthBound] = []

    @field_validator("by_length")
    @classmethod
    def _ascending(cls, bounds: list[LengthBound]) -> list[LengthBound]:
        starts = [bound.min_words for bound in bounds]
        if starts != sorted(set(starts)):
            raise ValueError("expected the bounds in ascending order of min_words")
        return bounds

    def thresholds(self, n_words: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the threshold of texts with some numbers of words, shape (n_texts,)."""
        starts = [bound.min_words for bound in self.by_length]
        bounds = [self.threshold, *(bound.threshold for bound in self.by_length)]
        return np.array(bounds)[np.searchsorted(starts, n_words, side="right")]


class Assessment(NamedTuple):
    """Probabilities and domain evidence of some articles.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n_articles, n_labels)
    evidence : DomainEvidence, optional
        Domain scores, lengths and languages; None if the model has no word
        features.
    periods : sequence of PeriodLabel
        The period of each; empty if the model has no periods.
    """

    probabilities: NDArray[np.float64]
    evidence: DomainEvidence | None
    periods: Sequence[PeriodLabel] = ()


class Decisions(NamedTuple):
    """Decision values of some articles.

    Parameters
    ----------
    texts : TextScores
        With intercepts in its values.
    intercepts : ndarray of float64, shape (n_articles, n_labels)
    temperatures : ndarray of float64, shape (n_articles, 1)
    is_headline : ndarray of bool, shape (n_articles,)
        Which articles the classifier of headlines decides.
    """

    texts: TextScores
    intercepts: NDArray[np.float64]
    temperatures: NDArray[np.float64]
    is_headline: NDArray[np.bool_]

    @property
    def logits(self) -> NDArray[np.float64]:
        """The logits of the probabilities, shape (n_articles, n_labels)."""
        with np.errstate(over="ignore"):
            return self.texts.values / self.temperatures


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
        Of articles, or of all texts if headlines have none of their own.
    record : TrainingRecord
    codebook : Codebook, optional
        Definitions of the labels.
    domain : Domain, optional
        The out-of-domain thresholds; None if they could not be learned.
    headlines : LinearModel, optional
        Of texts of at most ``config.headlines.max_words`` words.
    contrast : ndarray of float32, shape (n_terms,), optional
        The contrast of each term of the word block with other subjects; see
        `stance.features.other_subjects`. Older models have none.
    """

    labels: tuple[str, ...]
    config: TrainingConfig
    features: FeatureStack
    linear: LinearModel
    record: TrainingRecord
    codebook: Codebook | None = None
    domain: Domain | None = None
    headlines: LinearModel | None = None
    contrast: NDArray[np.float32] | None = None

    def __repr__(self) -> str:
        outlets = f" of {self.record.n_outlets:,} outlets" if self.record.n_outlets else ""
        return (
            f"Model(labels={self.labels!r}, features={self.features!r}, "
            f"trained on {self.record.n_articles:,} articles{outlets})"
        )

    def decide(self, articles: Sequence[Article]) -> Decisions:
        """Return decision values and what else was read of articles."""
        found = self.scorer.read(self.config.inputs(articles))
        n_articles, n_labels = len(articles), len(self.labels)
        values = found.values[:, :n_labels]
        intercepts = np.tile(self.linear.intercepts.astype(np.float64), (n_articles, 1))
        temperatures = np.full((n_articles, 1), self.linear.temperature)
        is_headline = np.zeros(n_articles, dtype=np.bool_)
        if self.headlines is not None:
            is_headline = found.n_words <= self.config.headlines.max_words
            values[is_headline] = found.values[is_headline, n_labels:]
            intercepts[is_headline] = self.headlines.intercepts
            temperatures[is_headline] = self.headlines.temperature
        texts = found._replace(values=values + intercepts)
        return Decisions(texts, intercepts, temperatures, is_headline)

    def scores(self, articles: Sequence[Article]) -> NDArray[np.float64]:
        """Return decision values, shape (n_articles, n_labels)."""
        return self.decide(articles).texts.values

    def logits(self, articles: Sequence[Article]) -> NDArray[np.float64]:
        """Return the logits of the probabilities: decision values over the temperature."""
        return self.decide(articles).logits

    def assess(self, articles: Sequence[Article]) -> Assessment:
        """Return the probabilities of all labels and the domain evidence of articles.

        Raises
        ------
        ModelError
            If the weights are so large that scores overflow.
        """
        decisions = self.decide(articles)
        scores, found = decisions.logits, decisions.texts
        if not np.isfinite(scores).all():
            raise ModelError(
                "Got a model whose weights are so large that scores overflow, but expected ones "
                "from training. Do not trust this model: train it again."
            )
        return Assessment(softmax(scores), found.evidence, found.periods)

    def probabilities(self, articles: Sequence[Article]) -> NDArray[np.float64]:
        """Return probabilities in [0, 1], shape (n_articles, n_labels)."""
        return self.assess(articles).probabilities

    @property
    def periods(self) -> Sequence[str]:
        """The periods between the dates of the lexicon; empty if it has none."""
        return self.features.periods

    @cached_property
    def weights(self) -> NDArray[np.float32]:
        """The weights of both classifiers: those of headlines, if any, in the last columns."""
        if self.headlines is None:
            return self.linear.weights
        return np.hstack([self.linear.weights, self.headlines.weights])

    @cached_property
    def scorer(self) -> Scorer:
        """The scorer: features combined with their weights."""
        is_older = self.contrast is None
        return Scorer(self.features, self.weights, self._word_values, numbers_are_words=is_older)

    @property
    def _word_values(self) -> NDArray[np.floating] | None:
        """What each term of the word block adds to the domain score."""
        block = self.features.word_block()
        if self.contrast is not None or block is None:
            return self.contrast
        return term_familiarity(block, self.record.n_articles)

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
