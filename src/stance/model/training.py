"""A labelled corpus and a configuration in, a model out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.errors import ConfigError
from stance.features.batches import InputBatch, PassageBatch
from stance.features.block import Groups
from stance.features.matrices import scaled, stack
from stance.features.registry import BLOCKS
from stance.features.stack import FeatureStack, ScaledBlock
from stance.model.auxiliary import AuxiliaryScores
from stance.model.calibration import HeldOutTrial
from stance.model.config import TrainingConfig, lowerable_settings, setting, with_settings
from stance.model.domain import learn_domain
from stance.model.learning_corpus import LabelledCorpus
from stance.model.learning_matrix import LearningMatrix, fit_linear
from stance.model.learning_preparation import learn_preparation
from stance.model.linear import LinearModel
from stance.model.record import Model, TrainingRecord
from stance.model.settling import usual_min_outlets
from stance.text.normalization import arabic_normalization

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.corpus.article import Article
    from stance.corpus.codebook import Codebook


def train(
    articles: Sequence[Article],
    config: TrainingConfig | None = None,
    *,
    codebook: Codebook | None = None,
    auxiliary: Sequence[Article] = (),
    progress: Callable[[str], None] = lambda step: None,
) -> Model:
    """Train a model.

    Parameters
    ----------
    articles : sequence of Article
        Each with a label; outlets, where known, balance the training weights
        and divide the folds that calibrate.
    config : TrainingConfig, optional
    codebook : Codebook, optional
        What the labels mean; labels that it does not define are refused, and
        the model keeps it.
    auxiliary : sequence of Article
        Articles that were labelled for another question, about other targets
        or with other labels: the scores of a classifier learned from them are
        features besides. Those that repeat one of `articles` are left out.
    progress : callable, optional
        Told of each step as it begins.

    Returns
    -------
    Model

    Raises
    ------
    CorpusError
        If the articles cannot be learned from.
    ConfigError
        If the configuration asks for what cannot be done.
    """
    if codebook is not None:
        codebook.check(article.label for article in articles)
        articles = [
            replace(article, label=codebook.spelling(article.label)) if article.label else article
            for article in articles
        ]
    corpus = LabelledCorpus.beside(articles, auxiliary)
    return learn(corpus, config, codebook=codebook, progress=progress)


def learn(
    corpus: LabelledCorpus,
    config: TrainingConfig | None = None,
    *,
    lowerable: frozenset[str] = frozenset(),
    codebook: Codebook | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Model:
    """Train a model as `train` does on a corpus that is checked already.

    What `lowerable` names, and what the configuration leaves open, is lowered
    where the corpus cannot meet it; the model's configuration says to what.
    """
    given = config or TrainingConfig()
    lowerable |= lowerable_settings(given)
    config = within_outlets(corpus, settle_config(corpus, given), lowerable)
    progress("counting words")
    features, matrix = fit_features(corpus, config, lowerable)
    config = _as_fitted(config, features)
    weights = article_weights(corpus, config)
    trial = HeldOutTrial(corpus, matrix, weights, config)
    progress("trying settings on held-out articles")
    config = trial.choose_penalty()
    progress("fitting the classifier")
    linear, notes = fit_linear(
        matrix, corpus.truth, weights, corpus.outlets, n_labels=len(corpus.labels), config=config
    )
    if config.calibration.enabled:
        progress("calibrating probabilities on held-out articles")
        linear = LinearModel(linear.weights, linear.intercepts, trial.temperature())
        notes += trial.notes
    return Model(
        labels=tuple(corpus.labels),
        config=config,
        features=features,
        linear=linear,
        record=_record(corpus, trial.scores(), notes),
        codebook=codebook,
        domain=learn_domain(corpus, features, matrix.articles, config),
    )


def settle_config(corpus: LabelledCorpus, config: TrainingConfig) -> TrainingConfig:
    """Decide what a configuration leaves to the corpus, except the penalty."""
    settled = corpus.settle(config)
    return settled.with_blocks(suitable_blocks(corpus, settled))


def within_outlets(
    corpus: LabelledCorpus, config: TrainingConfig, lowerable: frozenset[str]
) -> TrainingConfig:
    """Lower the numbers of outlets, where they may be, that exceed those of a corpus."""
    n_outlets = len(set(corpus.outlets or ()))
    changes = {
        key: usual_min_outlets(n_outlets)
        for key in lowerable
        if int(setting(config, key)) > max(n_outlets, 1)
    }
    return with_settings(config, changes) if changes else config


def _as_fitted(config: TrainingConfig, features: FeatureStack) -> TrainingConfig:
    """Return a configuration with the settings that the features were learned with."""
    fitted = {
        f"features.{part.name}.{key}": value
        for part in features.blocks
        for key, value in part.block.fitted_settings().items()
    }
    changes = {key: value for key, value in fitted.items() if setting(config, key) != value}
    return with_settings(config, changes) if changes else config


def suitable_blocks(corpus: LabelledCorpus, config: TrainingConfig) -> dict[str, bool]:
    """Tell of each block whose use a configuration leaves open whether it suits the articles."""
    undecided = config.features.undecided()
    if not undecided:
        return {}
    table = arabic_normalization(config.normalization.profile())
    batch = InputBatch(config.inputs(corpus.articles), table, by_voice=False)
    return {
        kind.name: kind.block.suits(batch, undecided[kind.name])
        for kind in BLOCKS
        if kind.name in undecided
    }


def fit_features(
    corpus: LabelledCorpus, config: TrainingConfig, lowerable: frozenset[str] = frozenset()
) -> tuple[FeatureStack, LearningMatrix]:
    """Learn the features that a settled configuration asks for.

    Where no n-gram occurs in as many outlets as it says, a number of outlets
    that `lowerable` names is lowered.

    Vocabulary, idf and scales come from whole articles even where the
    classifier is to learn from passages: what is labelled later are articles.

    Returns
    -------
    features : FeatureStack
    matrix : LearningMatrix
        The corpus itself.
    """
    table = arabic_normalization(config.normalization.profile())
    used = [kind for kind in BLOCKS if config.features.block(kind.name).enabled is True]
    by_voice = any(kind.block.reads_voices for kind in used)
    inputs = config.inputs(corpus.articles)
    texts = [one.text for one in inputs]
    preparation = learn_preparation(corpus, texts, config.text, table)
    if preparation is not None:
        inputs = [replace(one, text=preparation(one.text)) for one in inputs]
    batch = InputBatch(inputs, table, by_voice=by_voice)
    fitted = list(_fit_blocks(batch, corpus.outlets, config, lowerable))
    if not fitted:
        *others, last = (f"features.{kind.name}" for kind in BLOCKS)
        raise ConfigError(
            "Got a configuration with all features off, but expected at least one of "
            f"{', '.join(others)} and {last} enabled."
        )
    features = FeatureStack(table, [block for block, _ in fitted], by_voice, preparation)
    articles = stack([scaled(values, block.scale) for block, values in fitted])
    matrix = _in_passages(features, batch, articles, config)
    if corpus.auxiliary:
        matrix = replace(matrix, auxiliary=_learn_auxiliary(corpus, features, articles, config))
    return features, matrix


def _learn_auxiliary(
    corpus: LabelledCorpus,
    features: FeatureStack,
    articles: sparse.csr_array,
    config: TrainingConfig,
) -> AuxiliaryScores:
    others = LabelledCorpus(corpus.auxiliary)
    values = features.transform(config.inputs(others.articles))
    weights = article_weights(others, TrainingConfig())
    return AuxiliaryScores.learn(values, others.truth, weights, articles, config)


def _fit_blocks(
    batch: InputBatch,
    outlets: Sequence[str | None] | None,
    config: TrainingConfig,
    lowerable: frozenset[str],
) -> Iterator[tuple[ScaledBlock, sparse.csr_array]]:
    """Yield each block with its values of the batch, not scaled yet."""
    lower = (usual_min_outlets(len(set(outlets or ()))), 1)
    for kind in BLOCKS:
        section = config.features.block(kind.name)
        if section.enabled is True:
            may_lower = f"features.{kind.name}.min_outlets" in lowerable
            groups = Groups(outlets, lower if may_lower else ())
            block, scale, values = kind.block.fit(batch, section, groups)
            yield ScaledBlock(kind.name, block, scale), values


def _in_passages(
    features: FeatureStack, batch: InputBatch, articles: sparse.csr_array, config: TrainingConfig
) -> LearningMatrix:
    size = config.features.passages
    if size in {0, "auto"}:
        return LearningMatrix.of_whole(articles)
    passages = PassageBatch(batch, int(size))
    return LearningMatrix(articles, features.values(passages), passages.input_of)


def article_weights(corpus: LabelledCorpus, config: TrainingConfig) -> NDArray[np.float64]:
    """Return how much each article counts in training; the mean is one.

    With ``balance_outlets`` an outlet with many articles of a label does not
    drown the others; with ``balance_classes`` every label weighs the same in
    all, but for its ``label_weights``.
    """
    truth = corpus.truth
    weights = np.ones(len(truth))
    power = {"none": 0.0, "sqrt": 0.5, "full": 1.0}[config.classifier.balance_outlets]
    if corpus.outlets and power:
        pairs = list(zip(truth.tolist(), corpus.outlets, strict=True))
        sizes = Counter(pairs)
        # An unknown outlet is nobody's: such articles are not taken for one big outlet.
        weights = np.array([1.0 if pair[1] is None else sizes[pair] ** -power for pair in pairs])
    totals = np.bincount(truth, weights)
    counts = np.bincount(truth) if not config.classifier.balance_classes else None
    wanted = counts if counts is not None else np.full(len(totals), len(truth) / len(totals))
    if config.classifier.label_weights:
        wanted = wanted * _label_weights(corpus, config)
        wanted *= len(truth) / wanted.sum()
    balanced: NDArray[np.float64] = weights * (wanted / totals)[truth]
    return balanced


def _label_weights(corpus: LabelledCorpus, config: TrainingConfig) -> NDArray[np.float64]:
    weights = config.classifier.label_weights
    if unknown := sorted(set(weights) - set(corpus.labels)):
        raise ConfigError(
            f"Got classifier.label_weights of {unknown[0]!r}, but the labels of the corpus are "
            f"{', '.join(map(repr, corpus.labels))}. Name one of them."
        )
    return np.array([weights.get(label, 1.0) for label in corpus.labels])


def _record(corpus: LabelledCorpus, scores: dict[str, Any], notes: list[str]) -> TrainingRecord:
    outlets = {article.outlet for article in corpus.articles} - {None}
    events = {article.event for article in corpus.articles} - {None}
    counts = Counter(str(article.label) for article in corpus.articles)
    if corpus.auxiliary:
        left_out = f"; {corpus.n_repeats:,} left out, which repeat its own"
        told = f"learned from {len(corpus.auxiliary):,} auxiliary articles too"
        notes = [*notes, told + left_out * (corpus.n_repeats > 0)]
    return TrainingRecord(
        n_articles=len(corpus.articles),
        label_counts={label: counts[label] for label in corpus.labels},
        n_outlets=len(outlets),
        n_events=len(events),
        fingerprint=corpus.fingerprint(),
        scores=scores,
        notes=notes,
    )
