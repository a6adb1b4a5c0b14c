"""A batch of tokenised texts: the distinct words, and each token as a word number.

The n-grams of a word and its lexicon entries depend on that word alone, and news
text is Zipfian. So every feature extractor works on the distinct words of a batch
and maps the results to the tokens.
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
        The distinct words, in order of first occurrence.
    tokens : ndarray of int32, shape (n_tokens,)
        Index into ``types`` of each word; the texts are concatenated.
    offsets : ndarray of int64, shape (n_texts + 1,)
        Text i has ``tokens[offsets[i]:offsets[i + 1]]``.
    voices : ndarray of int8, shape (n_tokens,)
        The `stance.text.quotation.Voice` of each token; all zeros (the outlet's
        own voice) if voices were not requested.
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
        """Index of the text of each token, shape (n_tokens,)."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def __getitem__(self, rows: NDArray[np.int64]) -> TokenBatch:
        """Return the selected texts; ``types`` is unchanged."""
        lengths = self.lengths[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[rows] - offsets[:-1], lengths)
        return TokenBatch(self.types, self.tokens[places], offsets, self.voices[places])

    def cut(self, parts: NDArray[np.int64]) -> TokenBatch:
        """Divide each text into passages of about equal length.

        Parameters
        ----------
        parts : ndarray of int64, shape (n_texts,)
            Number of passages of each text, at least 1.

        Returns
        -------
        TokenBatch
            One text per passage, ``parts.sum()`` in all, with the same ``types``.
        """
        text = np.repeat(np.arange(len(self)), parts)
        place = np.arange(len(text)) - np.repeat(np.cumsum(parts) - parts, parts)
        starts = self.offsets[text] + self.lengths[text] * place // parts[text]
        return replace(self, offsets=np.append(starts, self.offsets[-1]))


def tokenize(
    texts: Iterable[str], table: NormalizationTable, *, by_voice: bool = False
) -> TokenBatch:
    """Tokenise texts to normalised words.

    Parameters
    ----------
    texts : iterable of str
    table : NormalizationTable
    by_voice : bool
        Whether to distinguish the outlet's own words from quoted ones.

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

    def words_by_segment(text: str) -> Iterator[str]:
        for start, end, voice in voices(text):
            found = words(text[start:end], table)
            spoken.extend([voice] * len(found))
            yield from found

    batch = _number(map(words_by_segment, texts))
    return replace(batch, voices=np.array(spoken, dtype=np.int8))


def tokenize_surface(texts: Iterable[str]) -> TokenBatch:
    """Tokenise texts to words as published, with their punctuation."""
    return _number(map(surface_words, texts))


def _number(texts: Iterable[Iterable[str]]) -> TokenBatch:
    """Assign numbers to the distinct words, in order of first occurrence."""
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
