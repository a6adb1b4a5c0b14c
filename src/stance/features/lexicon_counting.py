"""Matches and counts of a lexicon's terms in numbered words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.features.periods import TextPeriods
from stance.features.units import code_points
from stance.features.word_reading import FEW_WORDS, Tokens, resized

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from stance.features.counters import Words
    from stance.features.lexicon_matching import LexiconMatcher
    from stance.features.tokens import TokenBatch


# The last of any number of periods, and the mark of a text without one.
LAST = -1
SKIPPED = -1


class Match(NamedTuple):
    """A term found at ``tokens[start:end]`` of a batch.

    ``category`` and ``side`` are indices into the lexicon's ``categories`` and
    ``sides``; the side of a term without one is -1.
    """

    start: int
    end: int
    category: int
    side: int


class TermCounts(NamedTuple):
    """Counts of a lexicon's terms in texts, by category and by side.

    Parameters
    ----------
    own : ndarray of float64, shape (n_texts, n_categories)
        Counts in the outlet's own words.
    scare : ndarray of float64, shape (n_texts, n_categories)
        Counts between scare quotes.
    sides : ndarray of float64, shape (n_texts, n_sides)
        Counts of all terms of a side in the outlet's own words.
    n_words : ndarray of int64, shape (n_texts,)
        Number of words outside quoted speech.
    """

    own: NDArray[np.float64]
    scare: NDArray[np.float64]
    sides: NDArray[np.float64]
    n_words: NDArray[np.int64]


class TermCounter:
    """Counts the terms of a lexicon; not thread-safe.

    Parameters
    ----------
    matcher : LexiconMatcher
    room : int
        Initial capacity in words.
    """

    def __init__(self, matcher: LexiconMatcher, room: int = FEW_WORDS) -> None:
        from stance.features.compiled.lexicon import ALONE

        self._matcher = matcher
        self._index = matcher.index
        self._n_words = 0
        self._forms = np.empty((room, ALONE + len(matcher.valid)), dtype=np.int32)
        self._branches = np.empty(FEW_WORDS, dtype=np.int64)
        self._n_branches = np.zeros(1, dtype=np.int64)
        self._nodes = np.empty((2, matcher.n_terms + 1), dtype=np.int64)

    def forget(self) -> None:
        """Forget all words, but keep the allocated memory."""
        self._n_words = 0
        self._n_branches[0] = 0

    def learn(self, words: Words, n_words: int) -> None:
        """Look up the forms of the words added since the last call."""
        from stance.features.compiled.lexicon import MOST_FORMS, PARTICLES, learn_forms

        if n_words > len(self._forms):
            larger = np.empty((2 * n_words, self._forms.shape[1]), dtype=np.int32)
            larger[: self._n_words] = self._forms[: self._n_words]
            self._forms = larger
        index = self._index
        known = (*index.strings, index.respelled, index.longest, index.inner)
        letters = np.empty(index.longest + PARTICLES, dtype=np.int32)
        starts = np.empty(MOST_FORMS, dtype=np.int64)
        while True:
            self._n_words = learn_forms(
                words.units,
                words.offsets,
                self._n_words,
                n_words,
                known,
                index.tree,
                self._matcher.valid,
                letters,
                starts,
                self._forms,
                self._branches,
                self._n_branches,
            )
            if self._n_words == n_words:
                return
            self._branches = resized(self._branches, 2 * len(self._branches))

    def find(self, tokens: Tokens, periods: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the matches in texts, left to right, without overlaps.

        Parameters
        ----------
        tokens : Tokens
        periods : ndarray of int32, shape (n_texts,)
            The period of each text, which is a row of `LexiconMatcher.valid`;
            -1 for a text that is skipped.

        Returns
        -------
        ndarray of int32, shape (n_matches, 3)
            The first token of each match, the end (one past the last token),
            and the number of the term.
        """
        from stance.features.compiled.lexicon import find_terms

        matches = np.empty((tokens.offsets[-1] - tokens.offsets[0], 3), dtype=np.int32)
        n_matches = find_terms(
            *tokens,
            periods,
            self._forms,
            self._branches,
            self._index.tree,
            self._matcher.valid,
            self._nodes,
            matches,
        )
        return matches[:n_matches]

    def periods(
        self, tokens: Tokens, possible: NDArray[np.int32], assumed: int = LAST
    ) -> TextPeriods:
        """Return the periods of texts of learned words.

        Parameters
        ----------
        tokens : Tokens
        possible : ndarray of int32, shape (n_texts, 2)
            The first and the last period that the date of each text allows.
        assumed : int
            The period of a text whose date and words do not decide; by default
            the last one.
        """
        from stance.features.compiled.periods import choose_periods

        matcher, n_texts = self._matcher, len(tokens.offsets) - 1
        n_periods = len(matcher.periods)
        found = TextPeriods(np.zeros(n_texts, dtype=np.int32), np.zeros(n_texts, dtype=np.int8))
        if n_periods == 1:
            return found
        is_open = possible[:, 0] < possible[:, 1]
        choose_periods(
            # The row after the periods has the terms of all of them.
            self.find(tokens, np.where(is_open, n_periods, SKIPPED).astype(np.int32)),
            tokens.offsets,
            matcher.valid,
            matcher.is_evidence,
            possible,
            assumed % n_periods,
            np.zeros(n_periods, dtype=np.int64),
            *found,
        )
        return found

    def counts(
        self, tokens: Tokens, voices: NDArray[np.int8], periods: NDArray[np.int32]
    ) -> TermCounts:
        """Count terms in texts of learned words.

        Parameters
        ----------
        tokens : Tokens
        voices : ndarray of int8, shape (n_tokens,)
        periods : ndarray of int32, shape (n_texts,)
        """
        from stance.features.compiled.lexicon import count_terms

        matcher, n_texts = self._matcher, len(tokens.offsets) - 1
        shape = (n_texts, len(matcher.categories))
        counts = TermCounts(
            np.zeros(shape),
            np.zeros(shape),
            np.zeros((n_texts, matcher.n_sides)),
            np.zeros(n_texts, dtype=np.int64),
        )
        count_terms(
            self.find(tokens, periods),
            tokens.offsets,
            voices,
            periods,
            matcher.term_categories,
            matcher.term_sides,
            *counts,
        )
        return counts


def find_in_batch(matcher: LexiconMatcher, batch: TokenBatch) -> Iterator[Match]:
    """Yield the matches in a batch of undated texts, left to right, without overlaps."""
    counter, tokens = _counter_of(matcher, batch)
    periods = counter.periods(tokens, _undated(matcher, batch)).numbers
    found = counter.find(tokens, periods)
    texts = np.searchsorted(tokens.offsets, found[:, 0], side="right") - 1
    for (start, end, term), period in zip(found.tolist(), periods[texts].tolist(), strict=True):
        category, side = matcher.term_categories[period, term], matcher.term_sides[period, term]
        yield Match(start, end, int(category), int(side))


def count_in_batch(
    matcher: LexiconMatcher,
    batch: TokenBatch,
    voices: NDArray[np.int8],
    periods: NDArray[np.int32] | None = None,
) -> TermCounts:
    """Count the terms in a batch with the given voices of its tokens.

    Without ``periods``, shape (n_texts,), the words of a text decide its period.
    """
    counter, tokens = _counter_of(matcher, batch)
    if periods is None:
        periods = counter.periods(tokens, _undated(matcher, batch)).numbers
    return counter.counts(tokens, voices, periods)


def periods_of_batch(
    matcher: LexiconMatcher, batch: TokenBatch, possible: NDArray[np.int32], assumed: int
) -> NDArray[np.int32]:
    """Return the periods of the texts of a batch, shape (n_texts,); see `TermCounter.periods`."""
    counter, tokens = _counter_of(matcher, batch)
    return counter.periods(tokens, possible, assumed).numbers


def _undated(matcher: LexiconMatcher, batch: TokenBatch) -> NDArray[np.int32]:
    return matcher.periods.possible([None] * len(batch))


def _counter_of(matcher: LexiconMatcher, batch: TokenBatch) -> tuple[TermCounter, Tokens]:
    counter = TermCounter(matcher, max(len(batch.types), 1))
    counter.learn(code_points(batch.types), len(batch.types))
    return counter, Tokens(batch.tokens.view(np.uint32), batch.offsets)
