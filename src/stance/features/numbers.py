"""Numbers among words: they tell nothing of a text's subject or language."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from stance.features.units import code_points
from stance.features.word_reading import FEW_WORDS, resized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stance.features.counters import Words
    from stance.features.tokens import TokenBatch
    from stance.features.word_reading import Tokens


class NumberCounter:
    """Counts the words of texts that consist of digits; not thread-safe.

    Parameters
    ----------
    room : int
        Initial capacity in words.
    """

    def __init__(self, room: int = FEW_WORDS) -> None:
        self._is_number = np.zeros(room, dtype=np.int32)
        self._n_words = 0

    def learn(self, words: Words, n_words: int) -> None:
        """Look at the words added since the last call."""
        from stance.features.compiled.scripts import mark_numbers

        if n_words > len(self._is_number):
            self._is_number = resized(self._is_number, 2 * n_words)
        mark_numbers(words.units, words.offsets, self._n_words, n_words, self._is_number)
        self._n_words = n_words

    def is_no_number(self, tokens: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return which words do not consist of digits, shape (n_tokens,)."""
        found: NDArray[np.bool_] = self._is_number[tokens] == 0
        return found

    def forget(self) -> None:
        """Forget all words, but keep the allocated memory."""
        self._n_words = 0

    def count(self, tokens: Tokens) -> NDArray[np.int64]:
        """Return how many words of each text are numbers, shape (n_texts,)."""
        from stance.features.compiled.scripts import sum_marks

        counts = np.zeros(len(tokens.offsets) - 1, dtype=np.int64)
        sum_marks(*tokens, self._is_number, counts)
        return counts


def without_numbers(words: TokenBatch) -> TokenBatch:
    """Return texts without the words that consist of digits."""
    counter = NumberCounter()
    counter.learn(code_points(words.types), len(words.types))
    kept = counter.is_no_number(words.tokens)
    offsets = np.concatenate([[0], np.cumsum(kept)])[words.offsets]
    return replace(words, tokens=words.tokens[kept], offsets=offsets, voices=words.voices[kept])
