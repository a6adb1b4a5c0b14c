"""Decision values straight from texts, with no matrix in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.features.counters import Weights
from stance.features.familiarity import block_of_words, term_familiarity
from stance.features.folding import surface_folding, word_folding
from stance.features.lexicon import LexiconBlock
from stance.features.stack import TextBatch
from stance.features.tfidf import TfidfBlock
from stance.features.units import code_units
from stance.features.word_counting import WordCounter
from stance.features.word_reading import WordReader, n_slots

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from stance.features.counters import Counter
    from stance.features.folding import Folding
    from stance.features.stack import FeatureStack

# How many words a thread remembers the n-grams of: some 30 MB, and as much again for the sums of
# their weights where there are many labels. The scores do not depend on it.
REMEMBERED_WORDS = 150_000
REMEMBERED_SUMS = 8_000_000


class _Part(NamedTuple):
    """A block, what its columns are multiplied with, and their weights."""

    block: TfidfBlock
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]


class _Compiled(NamedTuple):
    """A block that compiled loops score, and by which they tell familiarity, if by any."""

    block: TfidfBlock
    weights: Weights
    familiarity: NDArray[np.float64] | None


class TextScores(NamedTuple):
    """What one pass over some texts tells.

    Parameters
    ----------
    values : ndarray of float64, shape (n_texts, n_labels)
        Decision values without intercepts.
    familiarity : ndarray of float64, shape (n_texts,), optional
        How familiar each text's words are, in [0, 1]; see
        `stance.features.familiarity`. None where the features hold no words.
    """

    values: NDArray[np.float64]
    familiarity: NDArray[np.float64] | None


class Scorer:
    """Scores texts by a stack of features and their weights.

    Any number of threads may call it at once; a text's scores depend on
    nothing but the text.

    Parameters
    ----------
    features : FeatureStack
    weights : ndarray of float32, shape (n_features, n_labels)
    n_texts : int, optional
        How many texts the features were learned from; without it nothing is
        told of familiarity.
    """

    def __init__(
        self, features: FeatureStack, weights: NDArray[np.float32], n_texts: int | None = None
    ) -> None:
        self._features = features
        self._weights = weights
        self._n_texts = n_texts
        parts = list(zip(features.blocks, _own_weights(features, weights), strict=True))
        # Compiled loops hold no lock, so the tables of two blocks are made at once.
        with ThreadPoolExecutor(max(len(parts), 1)) as pool:
            self._compiled: list[_Compiled] = list(
                pool.map(
                    self._compile,
                    (
                        _Part(part.block, part.scale, own)
                        for part, own in parts
                        if isinstance(part.block, TfidfBlock)
                    ),
                )
            )
        self._plain = [
            (part.block, own * part.scale[:, None])
            for part, own in parts
            if isinstance(part.block, LexiconBlock)
        ]
        # A thread takes a memory out and puts it back: there are never two threads at one.
        self._idle: list[_Memory] = []

    def __reduce__(self) -> tuple[object, ...]:
        return Scorer, (self._features, self._weights, self._n_texts)

    @cached_property
    def _foldings(self) -> dict[bool, Folding]:
        wanted = {part.block.surface for part in self._compiled}
        return {
            surface: surface_folding() if surface else word_folding(self._features.table)
            for surface in sorted(wanted)
        }

    def _familiarity(self, block: TfidfBlock) -> NDArray[np.float64] | None:
        """Return the familiarity of the terms in a block's table, if it is the block to ask."""
        if self._n_texts is None or block is not block_of_words(self._features):
            return None
        return term_familiarity(block, self._n_texts)[block.ngrams.order]

    def _compile(self, part: _Part) -> _Compiled:
        """Put a block's terms into a table, and what they weigh side by side."""
        from stance.features.compiled.scoring import interleave

        block, scale, weights = part
        rows = np.empty((len(weights), 1 + weights.shape[1]), dtype=np.float32)
        interleave(block.ngrams.order, block.idf, scale, weights, rows)
        options = block.options
        weighed = Weights(rows, options.sublinear_tf, options.binary)
        return _Compiled(block, weighed, self._familiarity(block))

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return decision values without intercepts, shape (n_texts, n_labels)."""
        return self.read(texts).values

    def read(self, texts: Sequence[str]) -> TextScores:
        """Return all that one pass over the texts tells."""
        texts = self._features.prepare(texts)
        scores = np.zeros((len(texts), self._weights.shape[1]))
        familiarity = None
        if self._compiled:
            try:
                memory = self._idle.pop()
            except IndexError:
                memory = _Memory(self._foldings, self._compiled)
            familiarity = memory.score(texts, scores)
            self._idle.append(memory)
        if self._plain:
            from stance.features.compiled.scoring import score_values

            batch = TextBatch(texts, self._features.table, self._features.by_voice)
            for block, weights in self._plain:
                score_values(block.rates(batch.read_by(block)), weights, scores)
        return TextScores(scores, familiarity)


def _own_weights(
    features: FeatureStack, weights: NDArray[np.float32]
) -> Iterator[NDArray[np.float32]]:
    """Yield the weights of each block."""
    first = 0
    for part in features.blocks:
        yield weights[first : first + len(part.scale)]
        first += len(part.scale)


class _Memory:
    """The words that one thread has met, and what the blocks know of them."""

    def __init__(self, foldings: dict[bool, Folding], parts: list[_Compiled]) -> None:
        from stance.features.compiled.string_tables import HASH_MASK

        width = max(part.weights.rows.shape[1] for part in parts)
        self._limit = min(REMEMBERED_WORDS, REMEMBERED_SUMS // width)
        room = n_slots(self._limit) // 2
        self._readers = {
            surface: WordReader(folding, HASH_MASK, room) for surface, folding in foldings.items()
        }
        self._counters: list[tuple[_Compiled, Counter]] = [
            (part, part.block.ngrams.counter(room)) for part in parts
        ]

    def score(
        self, texts: Sequence[str], scores: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        """Add to the scores of texts, shape (n_texts, n_labels); return their familiarity."""
        self._forget_if_full()
        familiarity = None
        encoded = code_units(texts)
        tokens = {s: reader.read(texts, encoded) for s, reader in self._readers.items()}
        for (block, weights, known), counter in self._counters:
            reader = self._readers[block.surface]
            counter.learn(reader, reader.n_words)
            counter.score(tokens[block.surface], weights, scores)
            if known is not None and isinstance(counter, WordCounter):
                familiarity = counter.average(tokens[block.surface], known)
        return familiarity

    def _forget_if_full(self) -> None:
        if all(reader.n_words <= self._limit for reader in self._readers.values()):
            return
        for reader in self._readers.values():
            reader.forget()
        for _, counter in self._counters:
            counter.forget()
