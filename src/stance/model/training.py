"""A labelled corpus and a configuration in, a model out."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stance import resources
from stance.corpus.splitting import Fold, split
from stance.errors import ConfigError, CorpusError
from stance.features.lexicon import Lexicon, LexiconBlock
from stance.features.stack import FeatureStack, ScaledBlock, scaled, stack
from stance.features.tfidf import fit_tfidf
from stance.features.tokens import tokenize
from stance.model.classifiers import fit_classifier
from stance.model.config import TrainingConfig
from stance.model.linear import LinearModel, fit_temperature
from stance.model.record import Model, TrainingRecord, article_text
from stance.text.normalization import arabic_normalization

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.corpus.article import Article
    from stance.features.tokens import TokenBatch
    from stance.text.normalization import NormalizationTable


@dataclass(frozen=True)
class LabelledCorpus:
    """Articles that all have a label, ready to be learned from.

    Parameters
    ----------
    articles : sequence of Article

    Raises
    ------
    CorpusError
        If there are no articles, an article has no label, two share an id, or
        there is one label only.
    """

    articles: Sequence[Article]

    def __post_init__(self) -> None:
        if not self.articles:
            raise CorpusError("Got no articles, but expected labelled ones to learn from.")
        without = [article.id for article in self.articles if article.label is None]
        if without:
            raise CorpusError(
                f"Got {len(without)} of {len(self.articles)} articles without a label (the first "
                f"is {without[0]!r}), but expected one in each. Name the field with --label-field."
            )
        if len(self.labels) < 2:
            raise CorpusError(
                f"Got the single label {self.labels[0]!r}, but expected at least two to tell apart."
            )

    @property
    def labels(self) -> list[str]:
        """The labels, sorted."""
        return sorted({str(article.label) for article in self.articles})

    @property
    def truth(self) -> NDArray[np.int64]:
        """The number of each article's label, shape (n_articles,)."""
        numbers = {label: number for number, label in enumerate(self.labels)}
        return np.array([numbers[str(article.label)] for article in self.articles])

    @property
    def outlets(self) -> list[str | None] | None:
        """The outlet of each article, or None where no article has one."""
        found = [article.outlet for article in self.articles]
        return found if any(found) else None

    def fingerprint(self) -> str:
        """Return a hash of what is learned from: ids, titles, texts, labels, outlets."""
        digest = hashlib.sha256()
        for a in self.articles:
            for value in (a.id, a.title, a.text, a.label, a.outlet):
                data = (value or "").encode("utf-8", "surrogatepass")
                digest.update(len(data).to_bytes(8, "big") + data)
        return digest.hexdigest()


def train(
    articles: Sequence[Article],
    config: TrainingConfig | None = None,
    *,
    progress: Callable[[str], None] = lambda step: None,
) -> Model:
    """Train a model.

    Parameters
    ----------
    articles : sequence of Article
        Each with a label; outlets, where known, balance the training weights
        and divide the folds that calibrate.
    config : TrainingConfig, optional
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
    corpus = LabelledCorpus(articles)
    config = config or TrainingConfig()
    progress("counting words")
    features, values = fit_features(corpus, config)
    truth, weights = corpus.truth, article_weights(corpus, config)
    fitting: dict[str, Any] = {
        "n_labels": len(corpus.labels),
        "config": config.classifier,
        "seed": config.seed,
    }
    progress("fitting the classifier")
    linear, notes = fit_classifier(values, truth, weights, **fitting)
    scores: dict[str, Any] = {}
    if config.calibration.enabled:
        progress("calibrating probabilities on held-out folds")
        temperature, scores, remarks = _calibrate(corpus, values, weights, fitting, config)
        linear = LinearModel(linear.weights, linear.intercepts, temperature)
        notes += remarks
    return Model(
        labels=tuple(corpus.labels),
        config=config,
        features=features,
        linear=linear,
        record=_record(corpus, scores, notes),
    )


def fit_features(
    corpus: LabelledCorpus, config: TrainingConfig
) -> tuple[FeatureStack, sparse.csr_array]:
    """Learn the features that a configuration asks for, and return the corpus's values."""
    table = arabic_normalization(config.normalization.profile())
    use = config.features
    batch = tokenize(
        [article_text(article, config) for article in corpus.articles],
        table,
        by_voice=use.lexicon.enabled,
    )
    blocks: list[ScaledBlock] = []
    parts: list[sparse.csr_array] = []
    for name, section in (("word", use.word), ("char", use.char)):
        if section.enabled:
            block, values = fit_tfidf(batch, section.options(name), corpus.outlets)
            scale = np.full(len(block.terms), section.weight, dtype=np.float32)
            blocks.append(ScaledBlock(name, block, scale))
            parts.append(scaled(values, scale))
    if use.lexicon.enabled:
        blocks.append(_fit_lexicon(batch, table, config))
        parts.append(scaled(blocks[-1].block.transform(batch), blocks[-1].scale))
    if not blocks:
        raise ConfigError(
            "Got a configuration with all features off, but expected at least one of "
            "features.word, features.char and features.lexicon enabled."
        )
    return FeatureStack(table, blocks, by_voice=use.lexicon.enabled), stack(parts)


def _fit_lexicon(
    batch: TokenBatch, table: NormalizationTable, config: TrainingConfig
) -> ScaledBlock:
    """Scale each lexical feature to the same spread; what never varies is switched off."""
    section = config.features.lexicon
    block = LexiconBlock.of(Lexicon.read(section.path or resources.LEXICONS), table)
    spread = block.transform(batch).toarray().std(axis=0)
    scale = np.divide(section.weight, spread, out=np.zeros_like(spread), where=spread > 0)
    return ScaledBlock("lexicon", block, scale.astype(np.float32))


def article_weights(corpus: LabelledCorpus, config: TrainingConfig) -> NDArray[np.float64]:
    """Return how much each article counts in training; the mean is one.

    With ``balance_outlets`` an outlet with many articles of a label does not
    drown the others; with ``balance_classes`` every label weighs the same in
    all.
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
    return weights * (wanted / totals)[truth]


def _calibrate(
    corpus: LabelledCorpus,
    values: sparse.csr_array,
    weights: NDArray[np.float64],
    fitting: dict[str, Any],
    config: TrainingConfig,
) -> tuple[float, dict[str, Any], list[str]]:
    """Score held-out folds, and fit the temperature to them."""
    folds, protocol = calibration_folds(corpus, config)
    if not folds:
        return 1.0, {}, [f"not calibrated: {protocol}"]
    truth = corpus.truth
    held_out = np.concatenate([fold.test for fold in folds])
    scores = np.concatenate(
        [
            fit_classifier(values[fold.train], truth[fold.train], weights[fold.train], **fitting)[
                0
            ].scores(values[fold.test])
            for fold in folds
        ]
    )
    # A label missing from a fold's training articles scores -1e6 there; that says nothing of it.
    scores = np.maximum(scores, scores.max(axis=1, keepdims=True) - 50.0)
    temperature = fit_temperature(scores, truth[held_out])
    return temperature, _held_out_scores(truth[held_out], scores, protocol), []


def calibration_folds(corpus: LabelledCorpus, config: TrainingConfig) -> tuple[list[Fold], str]:
    """Choose held-out folds: by outlet where that leaves every label in training.

    Returns
    -------
    folds : list of Fold
        Empty where the corpus is too small for any.
    protocol : str
        What was held out, in words.
    """
    wanted, truth = config.calibration.folds, corpus.truth
    outlets = corpus.outlets
    if outlets and None not in outlets and len(set(outlets)) >= 2 * wanted:
        folds = split(corpus.articles, "outlet", wanted, seed=config.seed)
        if all(len(np.unique(truth[fold.train])) == len(corpus.labels) for fold in folds):
            return folds, f"{wanted} folds of held-out outlets, features learned from all"
    smallest = int(np.bincount(truth).min())
    if smallest < 2:
        return [], "a label has a single article"
    n_folds = min(wanted, smallest)
    folds = split(corpus.articles, "random", n_folds, seed=config.seed)
    return folds, f"{n_folds} random folds, features learned from all"


def _held_out_scores(
    truth: NDArray[np.int64], scores: NDArray[np.float64], protocol: str
) -> dict[str, Any]:
    from sklearn.metrics import f1_score

    guess = scores.argmax(axis=1)
    return {
        "protocol": protocol,
        "n": len(truth),
        "accuracy": float(np.mean(guess == truth)),
        "macro_f1": float(f1_score(truth, guess, average="macro")),
    }


def _record(corpus: LabelledCorpus, scores: dict[str, Any], notes: list[str]) -> TrainingRecord:
    outlets = {article.outlet for article in corpus.articles} - {None}
    events = {article.event for article in corpus.articles} - {None}
    counts = Counter(str(article.label) for article in corpus.articles)
    return TrainingRecord(
        n_articles=len(corpus.articles),
        label_counts={label: counts[label] for label in corpus.labels},
        n_outlets=len(outlets),
        n_events=len(events),
        fingerprint=corpus.fingerprint(),
        scores=scores,
        notes=notes,
    )
