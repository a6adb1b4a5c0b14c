"""Decision values computed from texts without a feature matrix."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.features.block import NgramScorer, Texts
from stance.features.familiarity import term_familiarity
from stance.features.folding import surface_folding, word_folding
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


class _Compiled(NamedTuple):
    """A block for compiled scoring, and the familiarity of its terms, if any."""

    block: CompiledBlock
    familiarity: NDArray[np.float64] | None


class _Plain(NamedTuple):
    """A block that is scored from its feature values."""

    block: Block
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]


class TextScores(NamedTuple):
    """The results of one pass over texts.

    Parameters
    ----------
    values : ndarray of float64, shape (n_texts, n_labels)
        Decision values without intercepts.
    familiarity : ndarray of float64, shape (n_texts,), optional
        Familiarity of each text's words, in [0, 1]; see
        `stance.features.familiarity`. None without word features.
    periods : sequence of PeriodLabel
        The period of each text; empty if the features distinguish none.
    """

    values: NDArray[np.float64]
    familiarity: NDArray[np.float64] | None
    periods: Sequence[PeriodLabel] = ()


class Scorer:
    """Scores texts with a stack of features and their weights.

    Thread-safe. The scores of a text depend on that text alone.

    Parameters
    ----------
    features : FeatureStack
    weights : ndarray of float32, shape (n_features, n_labels)
    n_texts : int, optional
        Number of training texts; without it, familiarity is not computed.
    """

    def __init__(
        self, features: FeatureStack, weights: NDArray[np.float32], n_texts: int | None = None
    ) -> None:
        self._features = features
        self._weights = weights
        self._n_texts = n_texts
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
        return Scorer, (self._features, self._weights, self._n_texts)

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
        known, words = None, part.block.single_words
        if self._n_texts is not None and words is not None and words is self._words:
            known = term_familiarity(words, self._n_texts)[words.ngrams.order]
        return _Compiled(found, known)

    def scores(self, inputs: Sequence[ModelInput]) -> NDArray[np.float64]:
        """Return decision values without intercepts, shape (n_texts, n_labels)."""
        return self.read(inputs).values

    def read(self, inputs: Sequence[ModelInput]) -> TextScores:
        """Return decision values and familiarity from one pass over the inputs."""
        features = self._features
        batch = features.batch(inputs)
        scores = np.zeros((len(inputs), self._weights.shape[1]))
        familiarity = None
        periods: Sequence[PeriodLabel] = ()
        if self._compiled:
            try:
                memory = self._idle.pop()
            except IndexError:
                memory = _ThreadCache(
                    self._foldings, self._compiled, scores.shape[1], by_voice=features.by_voice
                )
            familiarity, periods = memory.score(batch.inputs, scores)
            self._idle.append(memory)
        for block, scale, weights in self._plain:
            block.score(batch, scale, weights, scores)
        return TextScores(scores, familiarity, periods)


class _ThreadCache:
    """The words that one thread has read, and the blocks' data for them."""

    def __init__(
        self,
        foldings: dict[bool, Folding],
        parts: list[_Compiled],
        n_labels: int,
        *,
        by_voice: bool,
    ) -> None:
        from stance.features.compiled.string_tables import HASH_MASK

        self._by_voice = by_voice
        self._limit = min(CACHED_WORDS, CACHED_SUMS // (1 + n_labels))
        room = n_slots(self._limit) // 2
        self._readers = {
            surface: WordReader(folding, HASH_MASK, room) for surface, folding in foldings.items()
        }
        self._scorers = [(part, part.block.scorer(room)) for part in parts]

    def score(
        self, inputs: Sequence[ModelInput], scores: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64] | None, Sequence[PeriodLabel]]:
        """Add to ``scores``, (n_texts, n_labels); return the texts' familiarity and periods."""
        self._forget_if_full()
        familiarity = None
        periods: Sequence[PeriodLabel] = ()
        texts = [one.text for one in inputs]
        published = [one.published for one in inputs]
        encoded = code_units(texts)
        read = {surface: self._read(surface, texts, encoded) for surface in self._readers}
        for (block, known), scorer in self._scorers:
            tokens, voices = read[block.surface]
            reader = self._readers[block.surface]
            scorer.learn(reader, reader.n_words)
            periods = scorer.score(Texts(tokens, voices, published), scores) or periods
            if known is not None and isinstance(scorer, NgramScorer):
                familiarity = scorer.average(tokens, known)
        return familiarity, periods

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
