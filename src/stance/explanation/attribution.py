"""Contributions of features to the difference of two labels, as arrays for a batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.errors import ConfigError
from stance.explanation.places import PublishedText
from stance.explanation.spans import SpanFinder
from stance.model.linear import softmax

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.corpus.article import Article
    from stance.explanation.spans import WordSpans
    from stance.features.batches import InputBatch
    from stance.features.block import Block
    from stance.features.occurrences import FoundTerm, Occurrences
    from stance.model.record import Model

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class Comparison(NamedTuple):
    """Two labels for each article, and how far apart they are.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n_articles, n_labels)
    labels, against : ndarray of int64, shape (n_articles,)
    difference, intercepts : ndarray of float64, shape (n_articles,)
        In logits of the probabilities.
    temperatures : ndarray of float64, shape (n_articles,)
    is_headline : ndarray of bool, shape (n_articles,)
    """

    probabilities: Floats
    labels: Ints
    against: Ints
    difference: Floats
    intercepts: Floats
    temperatures: Floats
    is_headline: NDArray[np.bool_]


class ColumnNames(NamedTuple):
    """A block, its columns' names, and their factors for all labels (of both classifiers).

    ``outlets`` are the outlet frequencies of `ScaledBlock`, if the model has them.
    ``term`` is `ExplainedBlock.term`, which remembers the terms that it returned.
    """

    name: str
    block: Block
    terms: list[str]
    outlets: list[int] | None
    factors: NDArray[np.float32]
    term: Callable[[int], FoundTerm]


class BlockEvidence(NamedTuple):
    """The contributions of a block's columns.

    Parameters
    ----------
    source : ColumnNames
    values : csr_array of float64, shape (n_articles, n_columns)
    weights, contributions : ndarray of float64, shape (n_values,)
        For each value of the matrix.
    totals : ndarray of float64, shape (n_articles,)
        What the block contributes to each article.
    occurrences : Occurrences
    bounds : ndarray of int64, shape (n_articles + 1,)
        Article i has the occurrences ``bounds[i]:bounds[i + 1]``.
    shares : ndarray of float64, shape (n_occurrences,)
        What each word of each occurrence contributes.
    """

    source: ColumnNames
    values: sparse.csr_array
    weights: Floats
    contributions: Floats
    totals: Floats
    occurrences: Occurrences
    bounds: Ints
    shares: Floats

    def by_token(self, n_tokens: int) -> Floats:
        """Return the contribution of each token: occurrences divided over their words."""
        from stance.features.compiled.attribution import add_to_words

        found = np.zeros(n_tokens)
        add_to_words(self.occurrences.starts, self.occurrences.ends, self.shares, found)
        return found


@dataclass(frozen=True)
class Attribution:
    """Contributions in a batch of articles.

    Parameters
    ----------
    batch : InputBatch
    comparison : Comparison
    blocks : list of BlockEvidence
    texts : list of PublishedText
    spans : WordSpans
        The places of all words in their texts.
    tokens : ndarray of float64, shape (n_tokens,)
        The contribution of each word.
    voices : ndarray of int8, shape (n_tokens,)
    outside : ndarray of float64, shape (n_articles,)
        Contributions without words.
    """

    batch: InputBatch
    comparison: Comparison
    blocks: list[BlockEvidence]
    texts: list[PublishedText]
    spans: WordSpans
    tokens: Floats
    voices: NDArray[np.int8]
    outside: Floats

    @cached_property
    def _distinct(self) -> tuple[Ints, Ints, Floats, Ints]:
        """The words of each article, the number of each token's, amounts, bounds of articles.

        Words are in the order in which they first occur, whatever else is in the batch.
        """
        words, n_types = self.batch.words, max(len(self.batch.words.types), 1)
        keys, firsts, numbers = np.unique(
            words.text_of_token * n_types + words.tokens, return_index=True, return_inverse=True
        )
        order = np.argsort(firsts)
        places = np.empty_like(order)
        places[order] = np.arange(len(order))
        keys, numbers = keys[order], places[numbers]
        amounts = np.bincount(numbers, self.tokens, len(keys)).astype(np.float64)
        bounds = np.searchsorted(keys // n_types, np.arange(len(words) + 1))
        return keys % n_types, numbers, amounts, bounds

    @property
    def amounts_of_words(self) -> tuple[Floats, Ints]:
        """What the distinct words of all articles contribute, and the bounds of articles."""
        _, _, amounts, bounds = self._distinct
        return amounts, bounds.astype(np.int64)

    def words_of(self, row: int) -> tuple[Ints, Ints, Floats]:
        """Return the distinct words of an article and what each contributes.

        Returns
        -------
        types : ndarray of int, shape (n_words,)
            Indices into the types of the batch's words.
        numbers : ndarray of int, shape (n_tokens,)
            The index in `types` of each token of the article.
        amounts : ndarray of float64, shape (n_words,)
        """
        types, numbers, amounts, bounds = self._distinct
        first, last = bounds[row : row + 2].tolist()
        tokens = slice(*self.batch.words.offsets[row : row + 2].tolist())
        return types[first:last], numbers[tokens] - first, amounts[first:last]


@dataclass(frozen=True)
class Attributor:
    """Computes contributions with a model.

    Parameters
    ----------
    model : Model
    against : str, optional
        The label to compare with; by default the runner-up, which also takes the
        place of the article's own label.

    Raises
    ------
    ConfigError
        If the model does not know the label, or knows one label only.
    """

    model: Model
    against: str | None = None

    def __post_init__(self) -> None:
        labels = self.model.labels
        if self.against is not None and self.against not in labels:
            raise ConfigError(
                f"Got the label {self.against!r} to compare with, but expected one of the model's: "
                f"{', '.join(labels)}."
            )
        if len(labels) == 1:
            raise ConfigError(
                f"Got a model with the label {labels[0]!r} alone, but an explanation compares two."
            )

    @cached_property
    def _columns(self) -> list[ColumnNames]:
        model = self.model
        return [
            ColumnNames(
                part.name,
                part.block,
                list(part.block.terms),
                None if part.outlets is None else part.outlets.tolist(),
                part.block.factors(part.scale, model.weights[own]),
                cache(part.block.term),
            )
            for part, own in model.features.columns()
        ]

    @cached_property
    def _span_finder(self) -> SpanFinder:
        features = self.model.features
        return SpanFinder(features.table, by_voice=features.by_voice)

    def compare(
        self, articles: Sequence[Article], pairs: tuple[Ints, Ints] | None = None
    ) -> Comparison:
        """Return the labels of articles and those to compare them with, or given pairs."""
        model = self.model
        decisions = model.decide(articles)
        logits = decisions.logits
        rows = np.arange(len(articles))
        probabilities = softmax(logits)
        labels, against = self._two_labels(logits, probabilities) if pairs is None else pairs
        temperatures = decisions.temperatures[:, 0]
        intercepts = decisions.intercepts
        return Comparison(
            probabilities,
            labels,
            against,
            logits[rows, labels] - logits[rows, against],
            (intercepts[rows, labels] - intercepts[rows, against]) / temperatures,
            temperatures,
            decisions.is_headline,
        )

    def _two_labels(self, logits: Floats, probabilities: Floats) -> tuple[Ints, Ints]:
        labels = probabilities.argmax(axis=1)
        others = logits.copy()
        others[np.arange(len(labels)), labels] = -np.inf
        against = others.argmax(axis=1)
        if self.against is not None:
            chosen = self.model.labels.index(self.against)
            against = np.where(labels == chosen, against, chosen)
        return labels, against

    def attribute(
        self, articles: Sequence[Article], pairs: tuple[Ints, Ints] | None = None
    ) -> Attribution:
        """Return the contributions in a batch of articles.

        Parameters
        ----------
        articles : sequence of Article
        pairs : tuple of ndarray of int64, optional
            The two labels of each article; by default those of `Comparison`.
        """
        model, features = self.model, self.model.features
        comparison = self.compare(articles, pairs)
        batch = features.batch(model.config.inputs(articles))
        blocks = [_evidence(source, batch, comparison) for source in self._columns]
        texts = [
            PublishedText(
                article, one.text, features.table, model.config.text.title, features.preparation
            )
            for article, one in zip(articles, batch.inputs, strict=True)
        ]
        spans = self._span_finder.find(texts, batch.words.lengths)
        tokens = np.zeros(len(batch.words.tokens))
        for block in blocks:
            if block.occurrences.surface:
                tokens += _by_word(block, batch, texts, spans)
            else:
                tokens += block.by_token(len(tokens))
        text_of = batch.words.text_of_token
        total = sum((block.totals for block in blocks), np.zeros(len(articles)))
        outside = total - np.bincount(text_of, tokens, len(articles))
        outside[np.abs(outside) < NOTHING] = 0.0
        voices = batch.words.voices if features.by_voice else _voices(batch, texts, spans)
        return Attribution(batch, comparison, blocks, texts, spans, tokens, voices, outside)


# Sums of contributions differ by less in another order.
NOTHING = 1e-9


def _evidence(source: ColumnNames, batch: InputBatch, comparison: Comparison) -> BlockEvidence:
    from stance.features.compiled.attribution import divide_over_occurrences, weigh_columns

    values, occurrences = source.block.values_and_occurrences(batch)
    n_labels = comparison.probabilities.shape[1]
    shift = np.where(comparison.is_headline, n_labels, 0)
    weights, contributions = np.empty(values.nnz), np.empty(values.nnz)
    totals = np.empty(values.shape[0])
    row_offsets = values.indptr.astype(np.int64)
    columns = values.indices.astype(np.int32, copy=False)
    weigh_columns(
        row_offsets,
        columns,
        values.data,
        source.factors,
        comparison.labels + shift,
        comparison.against + shift,
        comparison.temperatures,
        weights,
        contributions,
        totals,
    )
    tokens = batch.surface if occurrences.surface else batch.words
    bounds = np.searchsorted(occurrences.starts, tokens.offsets)
    shares = np.empty(len(occurrences.starts))
    divide_over_occurrences(
        row_offsets,
        columns,
        contributions,
        bounds,
        occurrences.columns,
        occurrences.starts,
        occurrences.ends,
        np.zeros(values.shape[1]),
        np.zeros(values.shape[1], dtype=np.int64),
        shares,
    )
    return BlockEvidence(
        source, values, weights, contributions, totals, occurrences, bounds, shares
    )


def _by_word(
    block: BlockEvidence,
    batch: InputBatch,
    texts: Sequence[PublishedText],
    spans: WordSpans,
) -> Floats:
    """Return the contribution of words as published, divided over the words in each."""
    surface, words = batch.surface, batch.words
    of_surface = block.by_token(len(surface.tokens))
    found = np.zeros(len(words.tokens))
    for row, text in enumerate(texts):
        own = slice(words.offsets[row], words.offsets[row + 1])
        begins = np.array([begin for begin, _ in text.surface], dtype=np.int64)
        holder = np.searchsorted(begins, spans.starts[own], side="right") - 1
        held = np.bincount(holder, minlength=len(begins))
        given = of_surface[surface.offsets[row] : surface.offsets[row + 1]]
        found[own] = (given / np.maximum(held, 1))[holder]
    return found


def _voices(
    batch: InputBatch, texts: Sequence[PublishedText], spans: WordSpans
) -> NDArray[np.int8]:
    text_of = batch.words.text_of_token.tolist()
    found = [texts[i].voice(start) for i, start in zip(text_of, spans.starts.tolist(), strict=True)]
    return np.array(found, dtype=np.int8)
