"""Search for words and phrases in batches of texts, in one compiled pass over their words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.features.folding import word_folding
from stance.features.units import code_units
from stance.features.word_reading import FEW_WORDS, WordReader
from stance.text.quotation import Voice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from stance.description.word_query import Phrase, WordPattern, WordQuery
    from stance.text.normalization_table import NormalizationTable

# Distinct words that are kept between batches. The next batch begins anew when there are more.
MOST_WORDS = 1 << 20


class Matches(NamedTuple):
    """The matches in a batch of texts, in its order and without overlaps.

    Parameters
    ----------
    starts, ends : ndarray of int64, shape (n_matches,)
        Each match is at ``tokens[start:end]`` of the batch.
    phrases : ndarray of int64, shape (n_matches,)
        Which alternative of the query was found.
    texts : ndarray of int64, shape (n_matches,)
    voices : ndarray of int8, shape (n_matches,)
        The `Voice`: speech if a word is in speech, else scare, else own.
    offsets : ndarray of int64, shape (n_texts + 1,)
        Text i has the tokens from ``offsets[i]`` to ``offsets[i + 1]``.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    phrases: NDArray[np.int64]
    texts: NDArray[np.int64]
    voices: NDArray[np.int8]
    offsets: NDArray[np.int64]


class WordSearch:
    """Finds a query in batches of texts; not thread-safe.

    Which distinct words match is looked up once for each, as long as they are
    kept.

    Parameters
    ----------
    query : WordQuery
    table : NormalizationTable
    most_words : int
        Number of distinct words from which they are forgotten.
    """

    def __init__(
        self, query: WordQuery, table: NormalizationTable, most_words: int = MOST_WORDS
    ) -> None:
        from stance.features.compiled.string_tables import HASH_MASK

        self._phrases = query.phrases
        self._reader = WordReader(word_folding(table), HASH_MASK)
        self._most_words = most_words
        self._patterns = _numbered(query.phrases)
        self._n_known = 0
        self._does_match = np.zeros((len(self._patterns), FEW_WORDS), dtype=np.bool_)
        self._words: dict[int, str] = {}
        self._numbers = np.empty(0, dtype=np.uint32)

    def find(self, texts: Sequence[str]) -> Matches:
        """Find the matches in some texts."""
        if self._reader.n_words > self._most_words:
            self._reader.forget()
            self._words.clear()
            self._n_known = 0
        tokens, voices = self._reader.read_by_voice(texts, code_units(texts))
        self._numbers = tokens.numbers[: tokens.offsets[-1]]
        self._learn()
        places = [self._places(phrase, tokens.offsets) for phrase in self._phrases]
        lengths = [len(phrase.words) for phrase in self._phrases]
        starts, ends, phrases = _without_overlaps(places, lengths)
        found = np.searchsorted(tokens.offsets, starts, side="right") - 1
        return Matches(starts, ends, phrases, found, _voices(voices, starts, ends), tokens.offsets)

    def words(self, first: int, last: int) -> list[str]:
        """Return the normalised words at ``tokens[first:last]`` of the last batch."""
        return [self._word(number) for number in self._numbers[first:last].tolist()]

    def known_words(self, core: str, n: int) -> list[str]:
        """Return the first ``n`` distinct words that contain some letters."""
        joined, offsets = self._known(0)
        found = (joined[offsets[i] : offsets[i + 1]] for i in _containing(joined, offsets, core))
        return [word for word, _ in zip(found, range(n), strict=False)]

    def _word(self, number: int) -> str:
        if number not in self._words:
            begin, end = self._reader.offsets[number : number + 2]
            units = self._reader.units[begin:end]
            self._words[number] = units.tobytes().decode("utf-32-le", "surrogatepass")
        return self._words[number]

    def _known(self, first: int) -> tuple[str, list[int]]:
        """Return the distinct words from a number on, joined, and where each begins."""
        offsets = self._reader.offsets[first : self._reader.n_words + 1]
        units = self._reader.units[offsets[0] : offsets[-1]]
        joined = units.tobytes().decode("utf-32-le", "surrogatepass")
        return joined, (offsets - offsets[0]).tolist()

    def _learn(self) -> None:
        """Look up which of the new words match."""
        n_words = self._reader.n_words
        if n_words > self._does_match.shape[1]:
            larger = np.zeros((len(self._patterns), 2 * n_words), dtype=np.bool_)
            larger[:, : self._n_known] = self._does_match[:, : self._n_known]
            self._does_match = larger
        self._does_match[:, self._n_known : n_words] = False
        joined, offsets = self._known(self._n_known)
        for pattern, row in zip(self._patterns, self._does_match, strict=True):
            if pattern.is_any:
                row[self._n_known : n_words] = True
                continue
            for core in pattern.cores:
                for i in _containing(joined, offsets, core):
                    if pattern.pattern.fullmatch(joined, offsets[i], offsets[i + 1]):
                        row[self._n_known + i] = True
        self._n_known = n_words

    def _places(self, phrase: Phrase, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where a phrase begins: the first token of each place within one text."""
        rows = [self._does_match[self._patterns[pattern]] for pattern in phrase.words]
        starts = np.flatnonzero(rows[0][self._numbers])
        starts = starts[starts + len(rows) <= len(self._numbers)]
        for behind, row in enumerate(rows[1:], start=1):
            starts = starts[row[self._numbers[starts + behind]]]
        text = np.searchsorted(offsets, starts, side="right")
        return starts[starts + len(rows) <= offsets[text]]


def _numbered(phrases: Sequence[Phrase]) -> dict[WordPattern, int]:
    patterns = dict.fromkeys(pattern for phrase in phrases for pattern in phrase.words)
    return {pattern: number for number, pattern in enumerate(patterns)}


def _containing(joined: str, offsets: Sequence[int], core: str) -> Iterator[int]:
    """Yield which of some joined words contain a core, each once."""
    from bisect import bisect_right

    at = joined.find(core)
    while 0 <= at < len(joined):
        i = bisect_right(offsets, at) - 1
        if at + len(core) <= offsets[i + 1]:
            yield i
            at = joined.find(core, offsets[i + 1])
        else:
            at = joined.find(core, at + 1)


def _without_overlaps(
    places: Sequence[NDArray[np.int64]], lengths: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the starts, ends and numbers of phrases, the longest one at each place."""
    starts = np.concatenate(places)
    phrases = np.repeat(np.arange(len(places)), [len(one) for one in places])
    ends = starts + np.array(lengths)[phrases]
    order = np.lexsort((-ends, starts))
    starts, ends, phrases = starts[order], ends[order], phrases[order]
    if (ends[:-1] <= starts[1:]).all():
        return starts, ends, phrases
    kept, behind = [], -1
    for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        if start >= behind:
            kept.append(i)
            behind = end
    return starts[kept], ends[kept], phrases[kept]


def _voices(
    voices: NDArray[np.int8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.int8]:
    """Return the voice of each match."""
    found = np.full(len(starts), Voice.OWN, dtype=np.int8)
    longest = int((ends - starts).max(initial=0))
    for behind in range(longest):
        at = np.minimum(starts + behind, ends - 1)
        spoken = voices[at]
        found[(spoken == Voice.SCARE) & (found != Voice.SPEECH)] = Voice.SCARE
        found[spoken == Voice.SPEECH] = Voice.SPEECH
    return found
