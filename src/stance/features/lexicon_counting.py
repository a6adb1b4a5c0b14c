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


# The last of any number of periods.
LAST = -1


class Match(NamedTuple):
    """A term found at ``tokens[start:end]`` of a batch.

    ``category`` and ``side`` are indices into the lexicon's ``categories`` and
    ``sides``; the side of a term without one is -1.
    """

    start: int
    end: int
    category: int
    side: int


class FoundTerms(NamedTuple):
    """The terms found in texts.

    Parameters
    ----------
    matches : ndarray of int32, shape (n_matches, 3)
        The first token of each match, the end (one past the last token), and
        the number of the term; left to right, without overlaps.
    periods : TextPeriods
        The periods of the texts.
    """

    matches: NDArray[np.int32]
    periods: TextPeriods


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

    def find(self, tokens: Tokens, possible: NDArray[np.int32], assumed: int = LAST) -> FoundTerms:
        """Find terms in texts of learned words.

        Parameters
        ----------
        tokens : Tokens
        possible : ndarray of int32, shape (n_texts, 2)
            The first and the last possible period of each text.
        assumed : int
            The period of a text whose terms do not decide; by default the last.
        """
        from stance.features.compiled.term_matching import find_terms

        matcher, n_texts = self._matcher, len(tokens.offsets) - 1
        n_periods = len(matcher.periods)
        periods = TextPeriods(np.empty(n_texts, dtype=np.int32), np.empty(n_texts, dtype=np.int8))
        matches = np.empty((tokens.offsets[-1] - tokens.offsets[0], 3), dtype=np.int32)
        n_matches = find_terms(
            *tokens,
            possible,
            assumed % n_periods,
            self._forms,
            self._branches,
            self._index.tree,
            matcher.valid,
            matcher.is_evidence,
            self._nodes,
            np.empty(n_periods, dtype=np.int64),
            *periods,
            matches,
        )
        return FoundTerms(matches[:n_matches], periods)

    def counts(self, tokens: Tokens, voices: NDArray[np.int8], found: FoundTerms) -> TermCounts:
        """Count the terms that were found in texts; ``voices`` has one entry per token."""
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
            found.matches,
            tokens.offsets,
            voices,
            found.periods.numbers,
            matcher.term_categories,
            matcher.term_sides,
            *counts,
        )
        return counts


def find_in_batch(matcher: LexiconMatcher, batch: TokenBatch) -> Iterator[Match]:
    """Yield the matches in a batch of undated texts, left to right, without overlaps."""
    counter, tokens = counter_of(matcher, batch)
    matches, periods = counter.find(tokens, matcher.periods.unknown(len(batch)))
    texts = np.searchsorted(tokens.offsets, matches[:, 0], side="right") - 1
    for (start, end, term), period in zip(
        matches.tolist(), periods.numbers[texts].tolist(), strict=True
    ):
        category, side = matcher.term_categories[period, term], matcher.term_sides[period, term]
        yield Match(start, end, int(category), int(side))


def count_in_batch(
    matcher: LexiconMatcher,
    batch: TokenBatch,
    voices: NDArray[np.int8],
    possible: NDArray[np.int32] | None = None,
    assumed: int = LAST,
) -> TermCounts:
    """Count the terms in a batch with the given voices of its tokens.

    ``possible`` and ``assumed`` are as for `TermCounter.find`; by default the texts
    have no dates.
    """
    counter, tokens = counter_of(matcher, batch)
    possible = matcher.periods.unknown(len(batch)) if possible is None else possible
    return counter.counts(tokens, voices, counter.find(tokens, possible, assumed))


def periods_of_batch(
    matcher: LexiconMatcher, batch: TokenBatch, possible: NDArray[np.int32], assumed: int
) -> TextPeriods:
    """Return the periods of the texts of a batch; see `TermCounter.find`."""
    return found_in_batch(matcher, batch, possible, assumed).periods


def found_in_batch(
    matcher: LexiconMatcher,
    batch: TokenBatch,
    possible: NDArray[np.int32] | None = None,
    assumed: int = LAST,
) -> FoundTerms:
    """Find the terms in a batch; see `count_in_batch`."""
    counter, tokens = counter_of(matcher, batch)
    possible = matcher.periods.unknown(len(batch)) if possible is None else possible
    return counter.find(tokens, possible, assumed)


def counter_of(matcher: LexiconMatcher, batch: TokenBatch) -> tuple[TermCounter, Tokens]:
    """Return a counter that knows the words of a batch, and its tokens."""
    counter = TermCounter(matcher, max(len(batch.types), 1))
    counter.learn(code_points(batch.types), len(batch.types))
    return counter, Tokens(batch.tokens.view(np.uint32), batch.offsets)
