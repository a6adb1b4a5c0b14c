"""Decision values computed from texts without a feature matrix."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.features.block import NgramScorer, Texts
from stance.features.familiarity import arabic_words
from stance.features.folding import surface_folding, word_folding
from stance.features.numbers import NumberCounter
from stance.features.scripts import is_foreign, letter_counts, may_be_foreign
from stance.features.units import code_units
from stance.features.word_reading import WordReader, n_slots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.features.block import Block, CompiledBlock
    from stance.features.folding import Folding
    from stance.features.model_input import ModelInput
    from stance.features.periods import PeriodLabel
    from stance.features.stack import FeatureStack, ScaledBlock
    from stance.features.units import CodePoints, CodeUnits
    from stance.features.word_reading import Tokens

# Number of words whose n-grams a thread caches: about 30 MB, and as much again for the sums of
# their weights with many labels. The scores do not depend on it.
CACHED_WORDS = 150_000
CACHED_SUMS = 8_000_000


class _WordValues(NamedTuple):
    """What each term adds to the domain score, and 1 for single Arabic words, else 0."""

    values: NDArray[np.float64]
    is_word: NDArray[np.float64]


class _Compiled(NamedTuple):
    """A block for compiled scoring, with values of its terms if it is that of words."""

    block: CompiledBlock
    words: _WordValues | None


class _Plain(NamedTuple):
    """A block that is scored from its feature values."""

    block: Block
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]


class DomainEvidence(NamedTuple):
    """What tells whether texts are in the domain of a model.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_texts,)
        The mean value of each text's words, in [0, 1]. Numbers are no words.
    n_words : ndarray of int64, shape (n_texts,)
    is_foreign : ndarray of bool, shape (n_texts,)
        Whether the letters are those of another language than Arabic; see
        `stance.features.scripts`.
    known_share : ndarray of float64, shape (n_texts,)
        The share of known words of texts in letters that may be foreign; 1 for
        other texts.
    """

    scores: NDArray[np.float64]
    n_words: NDArray[np.int64]
    is_foreign: NDArray[np.bool_]
    known_share: NDArray[np.float64]


class TextScores(NamedTuple):
    """The results of one pass over texts.

    Parameters
    ----------
    values : ndarray of float64, shape (n_texts, n_labels)
        Decision values without intercepts.
    evidence : DomainEvidence, optional
        None without word features.
    n_words : ndarray of int64, shape (n_texts,)
        Number of words of each text, with its numbers.
    periods : sequence of PeriodLabel
        The period of each text; empty if the features distinguish none.
    """

    values: NDArray[np.float64]
    evidence: DomainEvidence | None
    n_words: NDArray[np.int64]
    periods: Sequence[PeriodLabel] = ()


class Scorer:
    """Scores texts with a stack of features and their weights.

    Thread-safe. The scores of a text depend on that text alone.

    Parameters
    ----------
    features : FeatureStack
    weights : ndarray of float32, shape (n_features, n_labels)
    word_values : ndarray, shape (n_terms,), optional
        What each term of the word block adds to a text's domain score, at most 1;
        without it, there is no domain evidence.
    numbers_are_words : bool
        Whether numbers count as words in the domain score, as in older models.
    """

    def __init__(
        self,
        features: FeatureStack,
        weights: NDArray[np.float32],
        word_values: NDArray[np.floating] | None = None,
        *,
        numbers_are_words: bool = False,
    ) -> None:
        self._features = features
        self._weights = weights
        self._word_values = word_values
        self._numbers_are_words = numbers_are_words
        self._words = features.word_block()
        parts = [(part, weights[own]) for part, own in features.columns()]
        # Compiled loops hold no lock, so the tables of two blocks are built in parallel.
        with ThreadPoolExecutor(max(len(parts), 1)) as pool:
            compiled = list(pool.map(self._compile, *zip(*parts, strict=True)))
        self._compiled = [one for one in compiled if one is not None]
        self._plain = [
            _Plain(part.block, part.scale, own)
            for (part, own), one in zip(parts, compiled, strict=True)
            if one is None
        ]
        # A thread takes a cache out and puts it back, so no two threads share one.
        self._idle: list[_ThreadCache] = []

    def __reduce__(self) -> tuple[object, ...]:
        own = (self._features, self._weights, self._word_values)
        return partial(Scorer, numbers_are_words=self._numbers_are_words), own

    @cached_property
    def _foldings(self) -> dict[bool, Folding]:
        wanted = {part.block.surface for part in self._compiled}
        return {
            surface: surface_folding() if surface else word_folding(self._features.table)
            for surface in sorted(wanted)
        }

    def _compile(self, part: ScaledBlock, weights: NDArray[np.float32]) -> _Compiled | None:
        """Prepare a block for compiled scoring, or return None if it has no compiled form."""
        found = part.block.compile(part.scale, weights)
        if found is None:
            return None
        own, words = None, part.block.single_words
        if self._word_values is not None and words is not None and words is self._words:
            order = words.ngrams.order
            values = self._word_values.astype(np.float64)[order]
            own = _WordValues(values, arabic_words(words.terms).astype(np.float64)[order])
        return _Compiled(found, own)

    def scores(self, inputs: Sequence[ModelInput]) -> NDArray[np.float64]:
        """Return decision values without intercepts, shape (n_texts, n_labels)."""
        return self.read(inputs).values

    def read(self, inputs: Sequence[ModelInput]) -> TextScores:
        """Return decision values and domain evidence from one pass over the inputs."""
        features = self._features
        batch = features.batch(inputs)
        scores = np.zeros((len(inputs), self._weights.shape[1]))
        if self._compiled:
            try:
                memory = self._idle.pop()
            except IndexError:
                memory = _ThreadCache(
                    self._foldings,
                    self._compiled,
                    scores.shape[1],
                    by_voice=features.by_voice,
                    numbers_are_words=self._numbers_are_words,
                )
            found = memory.score(batch.inputs, scores)
            self._idle.append(memory)
        else:
            found = TextScores(scores, None, batch.words.lengths)
        for block, scale, weights in self._plain:
            block.score(batch, scale, weights, scores)
        return found


class _ThreadCache:
    """The words that one thread has read, and the blocks' data for them."""

    def __init__(
        self,
        foldings: dict[bool, Folding],
        parts: list[_Compiled],
        n_labels: int,
        *,
        by_voice: bool,
        numbers_are_words: bool,
    ) -> None:
        from stance.features.compiled.string_tables import HASH_MASK

        self._by_voice = by_voice
        self._limit = min(CACHED_WORDS, CACHED_SUMS // (1 + n_labels))
        room = n_slots(self._limit) // 2
        self._readers = {
            surface: WordReader(folding, HASH_MASK, room) for surface, folding in foldings.items()
        }
        self._scorers = [(part, part.block.scorer(room)) for part in parts]
        self._numbers = None if numbers_are_words else NumberCounter(room)

    def score(self, inputs: Sequence[ModelInput], scores: NDArray[np.float64]) -> TextScores:
        """Add to ``scores``, shape (n_texts, n_labels), and return what else was read."""
        self._forget_if_full()
        evidence = None
        periods: Sequence[PeriodLabel] = ()
        texts = [one.text for one in inputs]
        published = [one.published for one in inputs]
        encoded = code_units(texts)
        read = {surface: self._read(surface, texts, encoded) for surface in self._readers}
        for (block, words), scorer in self._scorers:
            tokens, voices = read[block.surface]
            reader = self._readers[block.surface]
            scorer.learn(reader, reader.n_words)
            periods = scorer.score(Texts(tokens, voices, published), scores) or periods
            if words is not None and isinstance(scorer, NgramScorer):
                evidence = _evidence(scorer, words, tokens, self._n_words(reader, tokens), encoded)
        lengths = np.diff(next(iter(read.values()))[0].offsets)
        return TextScores(scores, evidence, lengths, periods)

    def _n_words(self, reader: WordReader, tokens: Tokens) -> NDArray[np.int64]:
        """Return how many words each text has, without its numbers unless these count."""
        lengths = np.diff(tokens.offsets)
        if self._numbers is None:
            return lengths
        self._numbers.learn(reader, reader.n_words)
        return lengths - self._numbers.count(tokens)

    def _read(
        self, surface: bool, texts: Sequence[str], encoded: CodeUnits | CodePoints
    ) -> tuple[Tokens, NDArray[np.int8]]:
        """Return the words of texts and their voices."""
        reader = self._readers[surface]
        if self._by_voice and not surface:
            return reader.read_by_voice(texts, encoded)
        tokens = reader.read(texts, encoded)
        return tokens, tokens.own_voices

    def _forget_if_full(self) -> None:
        if all(reader.n_words <= self._limit for reader in self._readers.values()):
            return
        for reader in self._readers.values():
            reader.forget()
        for _, scorer in self._scorers:
            scorer.forget()
        if self._numbers is not None:
            self._numbers.forget()


def _evidence(
    scorer: NgramScorer,
    words: _WordValues,
    tokens: Tokens,
    n_words: NDArray[np.int64],
    encoded: CodeUnits | CodePoints,
) -> DomainEvidence | None:
    """Return the domain evidence of texts; None if the block counts no single words."""
    means = scorer.average(tokens, words.values)
    if means is None:
        return None
    # The values of numbers are zero, so that only the number of words differs.
    without_numbers = np.diff(tokens.offsets) / np.maximum(n_words, 1)
    letters = letter_counts(encoded)
    may_be = may_be_foreign(letters)
    # Nearly all batches are in Arabic letters only, and their words are looked up once.
    known = scorer.average(tokens, words.is_word) if may_be.any() else None
    share = 1.0 if known is None else np.where(may_be, known * without_numbers, 1.0)
    return DomainEvidence(
        np.clip(means * without_numbers, 0.0, 1.0),
        n_words,
        is_foreign(letters),
        np.broadcast_to(share, means.shape),
    )
