"""A labelled corpus and a configuration in, a model out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stance import resources
from stance.corpus.article import check_articles
from stance.errors import ConfigError
from stance.features.lexicon import Lexicon, LexiconBlock, lexicon_files
from stance.features.matrices import scaled, stack
from stance.features.stack import FeatureStack, PassageBatch, ScaledBlock, TextBatch
from stance.features.tfidf import TfidfBlock, fit_tfidf, outlet_frequency
from stance.features.tokens import tokenize
from stance.model.auxiliary import AuxiliaryScores
from stance.model.calibration import HeldOutTrial
from stance.model.config import TrainingConfig, lowerable_settings, setting, with_settings
from stance.model.domain import learn_domain
from stance.model.learning_corpus import LabelledCorpus
from stance.model.learning_matrix import LearningMatrix, fit_linear
from stance.model.learning_preparation import learn_preparation
from stance.model.linear import LinearModel
from stance.model.record import Model, TrainingRecord, article_text
from stance.model.settling import usual_min_outlets
from stance.text.normalization import arabic_normalization

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.corpus.article import Article
    from stance.corpus.codebook import Codebook
    from stance.text.normalization import NormalizationProfile


# A corpus is about the actors of a lexicon if this part of its articles names one.
ABOUT_ITS_ACTORS = 2 / 3


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
    articles = check_articles(articles)
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
    return settle_lexicon(corpus, corpus.settle(config))


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
    """Return a configuration with the numbers of outlets that the features were learned with."""
    least = {
        f"features.{part.name}.min_outlets": part.block.options.min_outlets
        for part in features.blocks
        if isinstance(part.block, TfidfBlock)
    }
    changes = {key: value for key, value in least.items() if setting(config, key) != value}
    return with_settings(config, changes) if changes else config


def settle_lexicon(corpus: LabelledCorpus, config: TrainingConfig) -> TrainingConfig:
    """Decide whether the lexicon is about these articles, where a configuration leaves it open."""
    section = config.features.lexicon
    if section.enabled != "auto":
        return config
    table = arabic_normalization(config.normalization.profile())
    block = _lexicon_block(config)
    batch = tokenize((article_text(article, config) for article in corpus.articles), table)
    return config.with_lexicon(bool(block.names_actors(batch).mean() >= ABOUT_ITS_ACTORS))


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
    by_voice = config.features.lexicon.enabled is True
    texts = [article_text(article, config) for article in corpus.articles]
    preparation = learn_preparation(corpus, texts, config.text, table)
    if preparation is not None:
        texts = list(map(preparation, texts))
    batch = TextBatch(texts, table, by_voice=by_voice)
    fitted = list(_fit_blocks(batch, corpus.outlets, config, lowerable))
    if not fitted:
        raise ConfigError(
            "Got a configuration with all features off, but expected at least one of "
            "features.word, features.char and features.lexicon enabled."
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
    values = features.transform([article_text(article, config) for article in others.articles])
    weights = article_weights(others, TrainingConfig())
    return AuxiliaryScores.learn(values, others.truth, weights, articles, config)


def _fit_blocks(
    batch: TextBatch,
    outlets: Sequence[str | None] | None,
    config: TrainingConfig,
    lowerable: frozenset[str],
) -> Iterator[tuple[ScaledBlock, sparse.csr_array]]:
    """Yield each block with its values of the batch, not scaled yet."""
    use = config.features
    for name, section in (("word", use.word), ("char", use.char)):
        if section.enabled:
            options = section.options()
            lower = (usual_min_outlets(len(set(outlets or ()))), 1)
            block, values = fit_tfidf(
                batch.read_by(options),
                options,
                outlets,
                else_min_outlets=lower if f"features.{name}.min_outlets" in lowerable else (),
            )
            scale = np.full(len(block.terms), section.weight, dtype=np.float32)
            yield ScaledBlock(name, block, scale), values
    if use.lexicon.enabled is True:
        yield _fit_lexicon(batch, outlets, config)


def _in_passages(
    features: FeatureStack, batch: TextBatch, articles: sparse.csr_array, config: TrainingConfig
) -> LearningMatrix:
    size = config.features.passages
    if size in {0, "auto"}:
        return LearningMatrix.of_whole(articles)
    passages = PassageBatch(batch, int(size))
    article_of = np.repeat(np.arange(len(passages.parts)), passages.parts)
    return LearningMatrix(articles, features.values(passages), article_of)


def _lexicon_block(config: TrainingConfig) -> LexiconBlock:
    """Return the lexicon that a configuration names, ready for its texts."""
    path = Path(config.features.lexicon.path or resources.LEXICONS)
    states = [(file, file.stat()) for file in lexicon_files(path) if file.exists()]
    changed = tuple((str(file), s.st_mtime_ns, s.st_size) for file, s in states)
    return _prepared_lexicon(path, changed, config.normalization.profile())


@lru_cache(maxsize=2)
def _prepared_lexicon(
    path: Path, changed: tuple[tuple[str, int, int], ...], profile: NormalizationProfile
) -> LexiconBlock:
    """Read and index a lexicon once for all folds, and once more when a file of it has changed."""
    return LexiconBlock.of(Lexicon.read(path), arabic_normalization(profile))


def _fit_lexicon(
    batch: TextBatch, outlets: Sequence[str | None] | None, config: TrainingConfig
) -> tuple[ScaledBlock, sparse.csr_array]:
    """Scale each lexical feature to the same spread.

    What never varies, or occurs in too few outlets, is switched off. The
    others of the terms together give an article a vector of about the length
    that ``weight`` says, those of the sides one of ``side_weight``, however
    many there are.
    """
    section = config.features.lexicon
    block = replace(
        _lexicon_block(config), sides=section.sides, log_rates=section.log_rates is True
    )
    rates = block.transform(batch.words)
    spread = rates.toarray().std(axis=0)
    varies = spread > 0
    if section.min_outlets not in {1, "auto"}:
        varies &= outlet_frequency(rates, outlets) >= int(section.min_outlets)
    scale = np.zeros_like(spread)
    first_side = len(block.terms) - len(block.side_terms)
    for weight, columns in (
        (section.weight, slice(None, first_side)),
        (section.side_weight, slice(first_side, None)),
    ):
        each = weight / np.sqrt(max(varies[columns].sum(), 1))
        np.divide(each, spread[columns], out=scale[columns], where=varies[columns])
    return ScaledBlock("lexicon", block, scale.astype(np.float32)), rates


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
