"""The places of a batch's words in its texts, as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.features.units import code_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.explanation.places import PublishedText
    from stance.text.normalization_table import NormalizationTable

    Ints = NDArray[np.int64]

N_CODE_POINTS = 0x110000
UNKNOWN, KEPT, DROPPED, SPACE, ODD = range(5)
KINDS = {"k": KEPT, "d": DROPPED, " ": SPACE, "s": ODD}


class WordSpans(NamedTuple):
    """The words of a batch: word i is at ``text[starts[i]:ends[i]]`` of its text."""

    starts: Ints
    ends: Ints


class SpanFinder:
    """Finds the words of many texts at once; the result is that of `PublishedText.words`.

    Parameters
    ----------
    table : NormalizationTable
    by_voice : bool
        Whether texts are cut into segments of one voice.
    """

    def __init__(self, table: NormalizationTable, *, by_voice: bool) -> None:
        self._table = table
        self._by_voice = by_voice
        self._kinds = np.zeros(N_CODE_POINTS, dtype=np.uint8)
        # Letters that marks merge with take the place of several characters.
        self._kinds[np.array(table.composing_points, dtype=np.int64)] = ODD

    def find(self, texts: Sequence[PublishedText], n_words: Ints) -> WordSpans:
        """Return the spans of all words of texts with some numbers of words."""
        points, offsets = code_points([one.text for one in texts])
        kinds = self._kinds_of(points)
        starts, ends = _runs(kinds, offsets)
        text_of = np.searchsorted(offsets, starts, side="right") - 1
        odd = np.zeros(len(texts), dtype=np.bool_)
        odd[np.searchsorted(offsets, np.flatnonzero(kinds == ODD), side="right") - 1] = True
        odd |= np.bincount(text_of, minlength=len(texts)) != n_words
        starts, ends = starts - offsets[text_of], ends - offsets[text_of]
        if not odd.any():
            return WordSpans(starts, ends)
        found = WordSpans(np.empty(n_words.sum(), np.int64), np.empty(n_words.sum(), np.int64))
        is_plain = ~np.repeat(odd, n_words)
        found.starts[is_plain] = starts[~odd[text_of]]
        found.ends[is_plain] = ends[~odd[text_of]]
        first = np.cumsum(n_words) - n_words
        for i in np.flatnonzero(odd).tolist():
            own = slice(int(first[i]), int(first[i] + n_words[i]))
            spans = texts[i].words(int(n_words[i]), by_voice=self._by_voice)
            found.starts[own] = [start for start, _ in spans]
            found.ends[own] = [end for _, end in spans]
        return found

    def _kinds_of(self, points: NDArray[np.int32]) -> NDArray[np.uint8]:
        """Return what becomes of each code point; those seen first are looked up."""
        kinds = self._kinds[points]
        unknown = np.unique(points[kinds == UNKNOWN])
        if not len(unknown):
            return kinds
        for point in unknown.tolist():
            self._kinds[point] = KINDS[self._table.character_kinds[point]]
        return self._kinds[points]


def _runs(kinds: NDArray[np.uint8], offsets: Ints) -> tuple[Ints, Ints]:
    """Return where words begin and end: from a kept character to the end of a run.

    A run has characters that are kept or dropped, and ends with its text.
    """
    inside = (kinds == KEPT) | (kinds == DROPPED)
    begins, finishes = inside.copy(), inside.copy()
    begins[1:] &= ~inside[:-1]
    finishes[:-1] &= ~inside[1:]
    edges = offsets[:-1][offsets[:-1] < len(kinds)]
    begins[edges] = inside[edges]
    before = edges[edges > 0] - 1
    finishes[before] = inside[before]
    first, last = np.flatnonzero(begins), np.flatnonzero(finishes) + 1
    kept = np.append(np.flatnonzero(kinds == KEPT), len(kinds))
    starts = kept[np.searchsorted(kept, first)]
    is_word = starts < last
    return starts[is_word], last[is_word]
