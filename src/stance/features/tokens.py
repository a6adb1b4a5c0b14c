"""A batch of texts as numbers: each distinct word once, each token its number.

Everything about a word (its n-grams, its place in a lexicon) depends on the
word alone, and news text is Zipfian. So every feature extractor works on the
distinct words of a batch and spreads the result over the tokens.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from stance.text.quotation import voices
from stance.text.tokenization import surface_words, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from stance.text.normalization_table import NormalizationTable


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """The words of some texts.

    Parameters
    ----------
    types : list of str
        The distinct normalised words, in order of first sight.
    tokens : ndarray of int32, shape (n_tokens,)
        Index into ``types`` of every word of every text, text after text.
    offsets : ndarray of int64, shape (n_texts + 1,)
        Text i has ``tokens[offsets[i]:offsets[i + 1]]``.
    voices : ndarray of int8, shape (n_tokens,)
        The `stance.text.quotation.Voice` of each token; all zeros, the
        outlet's own, where nobody asked for it.
    """

    types: list[str]
    tokens: NDArray[np.int32]
    offsets: NDArray[np.int64]
    voices: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of words of each text, shape (n_texts,)."""
        return np.diff(self.offsets)

    @property
    def text_of_token(self) -> NDArray[np.int64]:
        """Index of the text that each token stands in, shape (n_tokens,)."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def __getitem__(self, rows: NDArray[np.int64]) -> TokenBatch:
        """Return some of the texts, with the words of all."""
        lengths = self.lengths[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[rows] - offsets[:-1], lengths)
        return TokenBatch(self.types, self.tokens[places], offsets, self.voices[places])

    def cut(self, parts: NDArray[np.int64]) -> TokenBatch:
        """Divide each text into passages of about equal length.

        Parameters
        ----------
        parts : ndarray of int64, shape (n_texts,)
            Into how many, at least one.

        Returns
        -------
        TokenBatch
            With the same words, of ``parts.sum()`` texts.
        """
        text = np.repeat(np.arange(len(self)), parts)
        place = np.arange(len(text)) - np.repeat(np.cumsum(parts) - parts, parts)
        starts = self.offsets[text] + self.lengths[text] * place // parts[text]
        return replace(self, offsets=np.append(starts, self.offsets[-1]))


def tokenize(
    texts: Iterable[str], table: NormalizationTable, *, by_voice: bool = False
) -> TokenBatch:
    """Turn texts into a batch of word numbers.

    Parameters
    ----------
    texts : iterable of str
    table : NormalizationTable
    by_voice : bool
        Tell the outlet's own words from quoted ones.

    Examples
    --------
    >>> from stance.text.normalization import arabic_normalization
    >>> batch = tokenize(["قسد وقسد", "", "قسد"], arabic_normalization())
    >>> batch.types, batch.tokens.tolist(), batch.offsets.tolist()
    (['قسد', 'وقسد'], [0, 1, 0], [0, 2, 2, 3])
    """
    if not by_voice:
        return _number(words(text, table) for text in texts)
    spoken = array("b")

    def tell_voices(text: str) -> Iterator[str]:
        for start, end, voice in voices(text):
            found = words(text[start:end], table)
            spoken.extend([voice] * len(found))
            yield from found

    batch = _number(map(tell_voices, texts))
    return replace(batch, voices=np.array(spoken, dtype=np.int8))


def tokenize_surface(texts: Iterable[str]) -> TokenBatch:
    """Turn texts into a batch of words as published, punctuation and all."""
    return _number(map(surface_words, texts))


def _number(texts: Iterable[Iterable[str]]) -> TokenBatch:
    """Give each distinct word a number, in order of first sight."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    tokens, offsets = array("i"), array("q", [0])
    for found in texts:
        tokens.extend(map(numbers.__getitem__, found))
        offsets.append(len(tokens))
    return TokenBatch(
        types=list(numbers),
        tokens=np.array(tokens, dtype=np.int32),
        offsets=np.array(offsets, dtype=np.int64),
        voices=np.zeros(len(tokens), dtype=np.int8),
    )
