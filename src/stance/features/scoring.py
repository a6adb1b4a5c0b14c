"""Decision values straight from texts, with no matrix in between."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.features.counting import Weights, WordCounter
from stance.features.familiarity import block_of_words, term_familiarity
from stance.features.stack import ScaledBlock, TextBatch, scaled
from stance.features.tfidf import TfidfBlock
from stance.features.units import WordReader, code_units, surface_folding, word_folding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.features.counting import Counter
    from stance.features.stack import FeatureStack
    from stance.features.units import Folding

# How many words a thread remembers the n-grams of: some 50 MB. The scores do not depend on it.
REMEMBERED_WORDS = 250_000
ROOM = 1 << 18


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
        self._compiled: list[_Compiled] = []
        self._plain: list[tuple[ScaledBlock, NDArray[np.float32]]] = []
        first = 0
        for part in features.blocks:
            own = weights[first : first + len(part.scale)]
            first += len(part.scale)
            if isinstance(part.block, TfidfBlock):
                weighed = _interleaved(part.block, part, own)
                known = self._familiarity(part.block)
                self._compiled.append(_Compiled(part.block, weighed, known))
            else:
                self._plain.append((part, own))
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
            if not memory.full:
                self._idle.append(memory)
        if self._plain:
            batch = TextBatch(texts, self._features.table, self._features.by_voice)
            for part, weights in self._plain:
                values = part.block.transform(batch.read_by(part.block))
                scores += scaled(values, part.scale) @ weights
        return TextScores(scores, familiarity)


def _interleaved(block: TfidfBlock, part: ScaledBlock, weights: NDArray[np.float32]) -> Weights:
    rows = np.empty((len(weights), 1 + weights.shape[1]), dtype=np.float32)
    rows[:, 0] = block.idf
    np.multiply(weights, part.scale[:, None], out=rows[:, 1:])
    rows = rows[block.ngrams.order]
    return Weights(rows, block.options.sublinear_tf, block.options.binary)


class _Memory:
    """The words that one thread has met, and what the blocks know of them."""

    def __init__(self, foldings: dict[bool, Folding], parts: list[_Compiled]) -> None:
        from stance.features.kernels import HASH_MASK

        self._readers = {
            surface: WordReader(folding, HASH_MASK, ROOM) for surface, folding in foldings.items()
        }
        self._counters: list[tuple[_Compiled, Counter]] = [
            (part, part.block.ngrams.counter(ROOM)) for part in parts
        ]

    @property
    def full(self) -> bool:
        """Whether it is time to forget and begin again."""
        return any(reader.n_words > REMEMBERED_WORDS for reader in self._readers.values())

    def score(
        self, texts: Sequence[str], scores: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        """Add to the scores of texts, shape (n_texts, n_labels); return their familiarity."""
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
