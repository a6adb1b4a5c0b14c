"""Training of a model on a labelled corpus."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from stance.corpus.article import check_articles
from stance.errors import ConfigError
from stance.features.block import Groups
from stance.features.familiarity import plain_words
from stance.features.matrices import stack_scaled
from stance.features.registry import BLOCKS
from stance.features.stack import FeatureStack, ScaledBlock
from stance.model.article_weights import article_weights
from stance.model.auxiliary import AuxiliaryScores
from stance.model.calibration import HeldOutTrial, holds_out
from stance.model.config import ClassifierConfig, TrainingConfig, setting, with_settings
from stance.model.corpus_reading import by_voice, read_corpus
from stance.model.corpus_summary import summarise
from stance.model.domain import learn_domain
from stance.model.fitted_features import FittedFeatures
from stance.model.headlines import FittedKinds
from stance.model.learning_corpus import LabelledCorpus
from stance.model.learning_matrix import LearningMatrix
from stance.model.linear import LinearModel
from stance.model.record import Model, TrainingRecord
from stance.model.resolve_auto import (
    ResolvedConfig,
    default_min_outlets,
    lower_min_outlets,
    resolve_auto,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scipy import sparse

    from stance.corpus.article import Article
    from stance.corpus.codebook import Codebook
    from stance.features.batches import Inputs
    from stance.model.corpus_reading import CorpusReading


def train(
    articles: Sequence[Article],
    config: TrainingConfig | None = None,
    *,
    codebook: Codebook | None = None,
    auxiliary: Sequence[Article] = (),
    always_train: Sequence[Article] = (),
    progress: Callable[[str], None] = lambda step: None,
) -> Model:
    """Train a model.

    Parameters
    ----------
    articles : sequence of Article
        Labelled articles; outlets, if known, are used to balance the training
        weights and to divide the folds for calibration.
    config : TrainingConfig, optional
    codebook : Codebook, optional
        Definitions of the labels; labels that it does not define are refused.
        It is stored in the model.
    auxiliary : sequence of Article
        Articles that were labelled for another question, about other targets
        or with other labels: the scores of a classifier trained on them are
        additional features. Near-duplicates of `articles` are removed.
    always_train : sequence of Article
        More labelled articles to learn from that are never held out to choose the
        penalty or to calibrate: written or augmented ones, which are easier than
        those that the model is for.
    progress : callable, optional
        Called with the name of each step as it begins.

    Returns
    -------
    Model

    Raises
    ------
    CorpusError
        If no model can be trained on the articles.
    ConfigError
        If the configuration cannot be applied to the articles.
    """
    corpus = labelled_corpus(articles, codebook, auxiliary, always_train)
    resolved = resolve_auto(corpus, config or TrainingConfig())
    return learn(corpus, resolved, codebook=codebook, progress=progress)


def labelled_corpus(
    articles: Sequence[Article],
    codebook: Codebook | None,
    auxiliary: Sequence[Article] = (),
    always_train: Sequence[Article] = (),
) -> LabelledCorpus:
    """Return the corpus that a model learns from, with labels spelled as in the codebook."""
    articles, always_train = check_articles(articles), check_articles(always_train)
    if codebook is not None:
        codebook.check(article.label for article in (*articles, *always_train))
        articles, always_train = _respelled(articles, codebook), _respelled(always_train, codebook)
    return LabelledCorpus.with_auxiliary(articles, auxiliary, always_train)


def _respelled(articles: Sequence[Article], codebook: Codebook) -> list[Article]:
    """Return articles with their labels spelled as in the codebook."""
    return [
        replace(article, label=codebook.spelling(article.label)) if article.label else article
        for article in articles
    ]


def learn(
    corpus: LabelledCorpus,
    resolved: ResolvedConfig,
    *,
    codebook: Codebook | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Model:
    """Train a model on a corpus that is already validated; see `train`.

    Lowerable `min_outlets` settings are lowered if the corpus has fewer outlets;
    the model's configuration has the values that were used.
    """
    if holds_out(resolved.config):
        # Here they take their memory before there is a matrix beside it.
        progress("looking for near-duplicates")
        _ = corpus.duplicates
    progress("counting words")
    fitted = learn_features(corpus, resolved)
    kinds = FittedKinds.of(fitted)
    found = _fit_classifier(kinds.articles, progress)
    scores, notes = found.scores, found.notes + kinds.notes(fitted.config.headlines)
    learned = learn_domain(fitted)
    features = fitted.features
    if corpus.outlets is not None:
        features = features.with_outlets(fitted.matrix.articles, corpus.outlets)
    headlines = None
    if kinds.headlines is not None:
        progress("the same for headlines")
        of_headlines = _fit_classifier(kinds.headlines, progress)
        headlines = of_headlines.linear
        scores = {**scores, "headlines": of_headlines.scores}
        notes += [f"headlines: {note}" for note in of_headlines.notes]
    return Model(
        labels=tuple(corpus.labels),
        config=found.config,
        features=features,
        linear=found.linear,
        headlines=headlines,
        record=_record(fitted, scores, notes),
        codebook=codebook,
        domain=learned.domain if learned else None,
        contrast=learned.contrast if learned else None,
    )


class _Classifier(NamedTuple):
    """A calibrated classifier, the settings chosen for it, and its held-out scores."""

    linear: LinearModel
    config: TrainingConfig
    scores: dict[str, Any]
    notes: list[str]


def _fit_classifier(fitted: FittedFeatures, progress: Callable[[str], None]) -> _Classifier:
    trial = HeldOutTrial(fitted)
    progress("trying settings on held-out articles")
    config = trial.choose_penalty()
    progress("fitting the classifier")
    linear, notes = fitted.fit(config.classifier)
    if config.calibration.enabled:
        progress("calibrating probabilities on held-out articles")
        linear = LinearModel(linear.weights, linear.intercepts, trial.temperature())
        notes += trial.notes
    return _Classifier(linear, config, trial.scores(), notes)


def learn_features(corpus: LabelledCorpus, resolved: ResolvedConfig) -> FittedFeatures:
    """Learn the features of a configuration, with `min_outlets` lowered where needed."""
    return fit_features(corpus, lower_min_outlets(corpus, resolved), resolved.lowerable)


def _as_fitted(config: TrainingConfig, features: FeatureStack) -> TrainingConfig:
    """Return a configuration with the settings with which the features were learned."""
    fitted = {
        f"features.{part.name}.{key}": value
        for part in features.blocks
        for key, value in part.block.fitted_settings().items()
    }
    changes = {key: value for key, value in fitted.items() if setting(config, key) != value}
    return with_settings(config, changes) if changes else config


def fit_features(
    corpus: LabelledCorpus, config: TrainingConfig, lowerable: frozenset[str] = frozenset()
) -> FittedFeatures:
    """Learn the features of a resolved configuration.

    A `min_outlets` setting that is in `lowerable` is lowered if no n-gram occurs
    in as many outlets.

    Vocabulary, idf and scales come from whole articles even if the classifier is
    trained on passages, since the model will label whole articles.
    """
    reading = read_corpus(corpus, config)
    batch, preparation = reading.batch, reading.preparation
    fitted = list(_fit_blocks(reading, corpus, config, lowerable))
    if not fitted:
        *others, last = (f"features.{kind.name}" for kind in BLOCKS)
        raise ConfigError(
            "Got a configuration with all features off, but expected at least one of "
            f"{', '.join(others)} and {last} enabled."
        )
    blocks = [block for block, _ in fitted]
    values = [of_block for _, of_block in fitted]
    fitted.clear()
    features = FeatureStack(batch.table, blocks, by_voice(config), preparation)
    articles = stack_scaled(values, [block.scale for block in blocks])
    matrix = _in_passages(features, batch, articles, config)
    if corpus.auxiliary:
        matrix = replace(matrix, auxiliary=_learn_auxiliary(corpus, features, articles, config))
    return FittedFeatures(corpus, _as_fitted(config, features), features, matrix, batch)


def _learn_auxiliary(
    corpus: LabelledCorpus,
    features: FeatureStack,
    articles: sparse.csr_array,
    config: TrainingConfig,
) -> AuxiliaryScores:
    others = LabelledCorpus(corpus.auxiliary)
    values = features.transform(config.inputs(others.articles))
    weights = article_weights(others, ClassifierConfig())
    return AuxiliaryScores.learn(values, others.y_true, weights, articles, config)


def _fit_blocks(
    reading: CorpusReading,
    corpus: LabelledCorpus,
    config: TrainingConfig,
    lowerable: frozenset[str],
) -> Iterator[tuple[ScaledBlock, sparse.csr_array]]:
    """Yield each block with its unscaled values for the batch."""
    outlets = corpus.outlets
    lower = (default_min_outlets(len(set(outlets or ()))), 1)
    for kind in BLOCKS:
        section = config.features.block(kind.name)
        if section.enabled is True:
            may_lower = f"features.{kind.name}.min_outlets" in lowerable
            groups = Groups(outlets, lower if may_lower else (), reading.outlets)
            block, scale, values = kind.block.fit(reading.batch, section, groups)
            yield ScaledBlock(kind.name, block, scale), values


def _in_passages(
    features: FeatureStack, batch: Inputs, articles: sparse.csr_array, config: TrainingConfig
) -> LearningMatrix:
    size = config.features.passages
    if size in {0, "auto"}:
        return LearningMatrix.of_whole(articles)
    passages = batch.passages(int(size))
    return LearningMatrix(articles, features.values(passages), passages.input_of)


def _record(fitted: FittedFeatures, scores: dict[str, Any], notes: list[str]) -> TrainingRecord:
    corpus = fitted.corpus
    outlets = {article.outlet for article in corpus.articles} - {None}
    events = {article.event for article in corpus.articles} - {None}
    counts = Counter(str(article.label) for article in corpus.articles)
    if corpus.auxiliary:
        note = f"also trained on {len(corpus.auxiliary):,} auxiliary articles"
        if corpus.n_repeats:
            note += f"; {corpus.n_repeats:,} near-duplicates of its own articles were left out"
        notes = [*notes, note]
    return TrainingRecord(
        n_articles=len(corpus.articles),
        label_counts={label: counts[label] for label in corpus.labels},
        n_outlets=len(outlets),
        n_events=len(events),
        fingerprint=corpus.fingerprint(),
        scores=scores,
        notes=notes,
        corpus=summarise(corpus, plain_words(fitted.batch).lengths),
    )
