"""Training on the training articles of a fold and prediction of its test articles."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.model.config import ClassifierConfig
from stance.model.headlines import FittedKinds
from stance.model.prediction import out_of_domain
from stance.model.training import learn, learn_features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.corpus.article import Article
    from stance.corpus.splitting import Fold
    from stance.model.config import TrainingConfig
    from stance.model.learning_corpus import LabelledCorpus
    from stance.model.record import Model
    from stance.model.resolve_auto import ResolvedConfig

BATCH_SIZE = 1000


@dataclass(frozen=True)
class TestPredictions:
    """Predicted probabilities of test articles.

    Parameters
    ----------
    labels : tuple of str
    probabilities : ndarray of float64, shape (n_articles, n_labels)
        In [0, 1]; zero for a label without training articles.
    out_of_domain : ndarray of bool, shape (n_articles,), or None
        Which articles are out of the model's domain; None if it has no domain.
    config : TrainingConfig
        Configuration with which the model was trained.
    """

    labels: tuple[str, ...]
    probabilities: NDArray[np.float64]
    out_of_domain: NDArray[np.bool_] | None
    config: TrainingConfig

    @property
    def predicted_labels(self) -> list[str]:
        """The most probable label of each article."""
        return [self.labels[number] for number in self.probabilities.argmax(axis=1).tolist()]

    def among(self, labels: Sequence[str]) -> TestPredictions:
        """Return a copy with a column for each of `labels`, a superset of the model's."""
        table = np.zeros((len(self.probabilities), len(labels)))
        table[:, [labels.index(label) for label in self.labels]] = self.probabilities
        return replace(self, labels=tuple(labels), probabilities=table)


def fit_and_predict(
    training: LabelledCorpus, test: Sequence[Article], resolved: ResolvedConfig
) -> TestPredictions:
    """Train a model on one part of a corpus and label another."""
    model = learn(training, resolved)
    found = assess_articles(model, test)
    return TestPredictions(model.labels, found.probabilities, found.out_of_domain, model.config)


def fit_and_predict_fold(
    corpus: LabelledCorpus, fold: Fold, resolved: ResolvedConfig
) -> TestPredictions:
    """Train on a fold's training articles and label its test articles.

    Returns
    -------
    TestPredictions
        With all labels of the corpus.
    """
    test = [corpus.articles[i] for i in fold.test.tolist()]
    return fit_and_predict(corpus.part(fold.train), test, resolved).among(corpus.labels)


def predict_fold_by_each(
    corpus: LabelledCorpus, fold: Fold, candidates: Sequence[ResolvedConfig]
) -> list[NDArray[np.int64]]:
    """Label a fold's test articles with several configurations, without calibration.

    Learning features takes far longer than fitting a classifier, so
    configurations with the same features share them.

    Parameters
    ----------
    corpus : LabelledCorpus
    fold : Fold
    candidates : sequence of ResolvedConfig
        Resolved, including the penalty.

    Returns
    -------
    list of ndarray of int64, shape (n_test,)
        For each configuration, the numbers of the predicted labels.
    """
    alike: dict[object, list[int]] = defaultdict(list)
    for place, candidate in enumerate(candidates):
        read = candidate.config.model_copy(update={"classifier": ClassifierConfig()})
        alike[read, candidate.lowerable].append(place)
    training = corpus.part(fold.train)
    numbers = np.array([corpus.labels.index(label) for label in training.labels])
    found: dict[int, NDArray[np.int64]] = {}
    for places in alike.values():
        fitted = learn_features(training, candidates[places[0]])
        tested = [corpus.articles[i] for i in fold.test.tolist()]
        batch = fitted.features.batch(fitted.config.inputs(tested))
        values = fitted.features.values(batch)
        kinds = FittedKinds.of(fitted)
        of_headlines = _headline_scores(kinds, values)
        classifiers = [candidates[place].config.classifier for place in places]
        for place, (linear, _) in zip(places, kinds.articles.fit_each(classifiers), strict=True):
            scores = linear.scores(values)
            if of_headlines is not None:
                short = batch.words.lengths <= fitted.config.headlines.max_words
                scores[short] = of_headlines[short]
            found[place] = numbers[scores.argmax(axis=1)]
    return [found[place] for place in range(len(candidates))]


def _headline_scores(kinds: FittedKinds, values: sparse.csr_array) -> NDArray[np.float64] | None:
    """Return the decision values of a classifier of headlines, if there is one."""
    if kinds.headlines is None:
        return None
    linear, _ = kinds.headlines.fit(kinds.headlines.config.classifier)
    return linear.scores(values)


class TestScores(NamedTuple):
    """Probabilities of articles, and which are out of the model's domain.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n_articles, n_labels)
    out_of_domain : ndarray of bool, shape (n_articles,), or None
        None if the model has no domain.
    """

    probabilities: NDArray[np.float64]
    out_of_domain: NDArray[np.bool_] | None


def assess_articles(
    model: Model, articles: Sequence[Article], batch_size: int = BATCH_SIZE
) -> TestScores:
    """Return the probabilities and out-of-domain flags of articles, computed in batches.

    Parameters
    ----------
    model : Model
    articles : sequence of Article
        At least one.
    batch_size : int
        Number of articles vectorised at once.

    Returns
    -------
    TestScores
    """
    starts = range(0, len(articles), batch_size)
    probabilities, flagged = [], []
    for start in starts:
        batch = articles[start : start + batch_size]
        assessment = model.assess(batch)
        probabilities.append(assessment.probabilities)
        flags = out_of_domain(model, batch, assessment)
        flagged += [] if flags is None else [flags]
    return TestScores(np.concatenate(probabilities), np.concatenate(flagged) if flagged else None)
