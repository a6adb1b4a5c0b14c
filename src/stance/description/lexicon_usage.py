"""The hits of a lexicon's terms in a corpus, by term, category and outlet."""

from __future__ import annotations

import heapq
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.description.lexicon_records import (
    CategoryHits,
    HitInContext,
    LexiconUsage,
    OutletHits,
    VoiceCounts,
)
from stance.features.batches import InputBatch
from stance.features.lexicon_counting import found_in_batch
from stance.features.lexicon_places import term_voices
from stance.features.model_input import model_inputs
from stance.text.quotation import Voice
from stance.text.tokenization import word_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.features.lexicon import Lexicon
    from stance.features.lexicon_matching import LexiconMatcher
    from stance.text.normalization_table import NormalizationTable

BATCH = 1000
# Letters of the text before and after a hit.
CONTEXT = 60
_WHITE = re.compile(r"\s+")
VOICES = ("own", "speech", "scare")


class TermCounts(NamedTuple):
    """How often an entry of a lexicon was found.

    Parameters
    ----------
    spellings : int
    spellings_found : int, optional
        None, as what follows, if nothing was counted.
    counts : VoiceCounts, optional
    articles, outlets : int, optional
    """

    spellings: int
    spellings_found: int | None = None
    counts: VoiceCounts | None = None
    articles: int | None = None
    outlets: int | None = None


class _Hits(NamedTuple):
    """Hits of a batch, one entry for each: article, entry, spelling, category, voice, words."""

    article: NDArray[np.int64]
    entry: NDArray[np.int64]
    spelling: NDArray[np.int64]
    category: NDArray[np.int64]
    voice: NDArray[np.int8]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


class _KeptHit(NamedTuple):
    """A hit at ``words[start:end]`` of an article; the smallest ``drawn`` is replaced first."""

    drawn: float
    entry: int
    article: int
    start: int
    end: int
    voice: int


class UsageCounter:
    """Counts the terms of a lexicon in articles.

    Parameters
    ----------
    lexicon : Lexicon
    matcher : LexiconMatcher
    table : NormalizationTable
    articles : sequence of Article
    sample : int
        Number of hits of each category to keep with their contexts.
    seed : int
        Of the choice of these hits.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        matcher: LexiconMatcher,
        table: NormalizationTable,
        articles: Sequence[Article],
        *,
        sample: int,
        seed: int,
    ) -> None:
        self._lexicon, self._matcher, self._table = lexicon, matcher, table
        self._articles, self._n_kept = articles, sample
        self._random = np.random.default_rng(seed)
        names = dict.fromkeys(article.outlet for article in articles)
        self._outlets = {name: number for number, name in enumerate(names)}
        self._outlet_of = np.array([self._outlets[a.outlet] for a in articles], dtype=np.int64)
        self.entries = [
            (name, place)
            for name, category in lexicon.categories.items()
            for place in range(len(category.terms))
        ]
        self._entry_of = self._entries_of_terms()
        n_entries, n_categories = len(self.entries), len(matcher.categories)
        self._by_entry = np.zeros((n_entries, len(VOICES)), dtype=np.int64)
        self._by_spelling = np.zeros(self._entry_of.size, dtype=np.int64)
        self._entry_articles = np.zeros(n_entries, dtype=np.int64)
        self._category_articles = np.zeros(n_categories, dtype=np.int64)
        self._entry_outlets: set[int] = set()
        self._by_outlet = np.zeros((n_categories, len(names)), dtype=np.int64)
        self._words = np.zeros(len(names), dtype=np.int64)
        self._naming = 0
        self._kept: list[list[_KeptHit]] = [[] for _ in range(n_categories)]

    def _entries_of_terms(self) -> NDArray[np.int64]:
        """Return the entry of each term in each period, -1 if it has none; (n_periods, n_terms)."""
        categories, entries = self._matcher.term_categories, self._matcher.term_entries
        sizes = [len(category.terms) for category in self._lexicon.categories.values()]
        first = np.concatenate([[0], np.cumsum(sizes)])
        return np.where(categories >= 0, first[categories] + entries, -1)

    def count(self, progress: Callable[[int, int], None]) -> None:
        """Count all articles."""
        periods = self._matcher.periods
        possible = periods.possible(article.published for article in self._articles)
        assumed = periods.most_frequent(possible)
        for begin in range(0, len(self._articles), BATCH):
            end = min(begin + BATCH, len(self._articles))
            self._add(begin, self._found(begin, end, possible[begin:end], assumed))
            progress(end, len(self._articles))

    def _found(self, begin: int, end: int, possible: NDArray[np.int32], assumed: int) -> _Hits:
        inputs = model_inputs(self._articles[begin:end], title=True)
        words = InputBatch(inputs, self._table, by_voice=True).words
        np.add.at(self._words, self._outlet_of[begin:end], words.lengths)
        matches, periods = found_in_batch(self._matcher, words, possible, assumed)
        starts, ends, terms = matches.T.astype(np.int64)
        article = np.searchsorted(words.offsets, starts, side="right") - 1
        period = periods.numbers[article]
        first = words.offsets[article]
        return _Hits(
            article + begin,
            self._entry_of[period, terms],
            period * self._matcher.n_terms + terms,
            self._matcher.term_categories[period, terms].astype(np.int64),
            term_voices(words.voices, matches[:, 0], matches[:, 1]),
            starts - first,
            ends - first,
        )

    def _add(self, begin: int, hits: _Hits) -> None:
        np.add.at(self._by_entry, (hits.entry, hits.voice), 1)
        np.add.at(self._by_spelling, hits.spelling, 1)
        outlet = self._outlet_of[hits.article]
        np.add.at(self._by_outlet, (hits.category, outlet), 1)
        row = hits.article - begin
        self._entry_articles += _n_rows(hits.entry, row, len(self._entry_articles))
        self._category_articles += _n_rows(hits.category, row, len(self._category_articles))
        self._entry_outlets |= set(np.unique(hits.entry * len(self._outlets) + outlet).tolist())
        naming = np.array([c.naming for c in self._lexicon.categories.values()], dtype=np.bool_)
        self._naming += len(np.unique(hits.article[naming[hits.category]]))
        self._keep(hits)

    def _keep(self, hits: _Hits) -> None:
        """Keep the hits of each category whose random numbers are smallest."""
        drawn = self._random.random(len(hits.entry))
        for place in np.lexsort((drawn, hits.category)).tolist():
            kept = self._kept[hits.category[place]]
            number = float(drawn[place])
            if len(kept) == self._n_kept and (not kept or -kept[0][0] <= number):
                continue
            row = (hits.entry, hits.article, hits.start, hits.end, hits.voice)
            heapq.heappush(kept, _KeptHit(-number, *(int(one[place]) for one in row)))
            if len(kept) > self._n_kept:
                heapq.heappop(kept)

    def spellings(self) -> list[TermCounts]:
        """Return the number of spellings of each entry, without counts."""
        return [TermCounts(n) for n in self._per_entry(np.ones_like(self._by_spelling))]

    def terms(self) -> list[TermCounts]:
        """Return the counts of each entry, in the order of `entries`."""
        known = self._per_entry(np.ones_like(self._by_spelling))
        found = self._per_entry(self._by_spelling)
        outlets = np.zeros(len(self.entries), dtype=np.int64)
        named = [name is not None for name in self._outlets]
        for pair in self._entry_outlets:
            entry, outlet = divmod(pair, len(self._outlets))
            outlets[entry] += named[outlet]
        return [
            TermCounts(
                known[entry],
                found[entry],
                _voice_counts(self._by_entry[entry]),
                int(self._entry_articles[entry]),
                int(outlets[entry]),
            )
            for entry in range(len(self.entries))
        ]

    def _per_entry(self, counts: NDArray[np.int64]) -> list[int]:
        """Return the number of spellings of each entry whose count, in any period, is not 0."""
        periods, spellings = np.nonzero(
            (self._entry_of >= 0) & (counts.reshape(self._entry_of.shape) > 0)
        )
        pairs = {
            (int(self._entry_of[period, spelling]), int(spelling))
            for period, spelling in zip(periods, spellings, strict=True)
        }
        numbers = np.array([entry for entry, _ in pairs], dtype=np.int64)
        return [int(n) for n in np.bincount(numbers, minlength=len(self.entries))]

    def usage(self) -> LexiconUsage:
        """Return the counts of categories and outlets, and a sample of hits."""
        sample = [self._in_context(row) for kept in self._kept for row in sorted(kept)[::-1]]
        return LexiconUsage(
            len(self._articles),
            self._naming,
            tuple(self._categories()),
            tuple(self._outlet_hits()),
            tuple(sample),
        )

    def _categories(self) -> list[CategoryHits]:
        entry_category = [name for name, _ in self.entries]
        found = []
        for number, (name, category) in enumerate(self._lexicon.categories.items()):
            own = [i for i, other in enumerate(entry_category) if other == name]
            counts = self._by_entry[own].sum(axis=0)
            row = self._by_outlet[number]
            by_outlet = {
                outlet: int(row[place])
                for outlet, place in self._outlets.items()
                if outlet is not None and row[place]
            }
            ordered = dict(sorted(by_outlet.items(), key=lambda item: (-item[1], item[0])))
            found.append(
                CategoryHits(
                    name,
                    category.actor,
                    category.side,
                    len(own),
                    int(self._by_entry[own].any(axis=1).sum()),
                    _voice_counts(counts),
                    int(self._category_articles[number]),
                    len(by_outlet),
                    ordered,
                )
            )
        return found

    def _outlet_hits(self) -> list[OutletHits]:
        articles = np.bincount(self._outlet_of, minlength=len(self._outlets))
        hits = self._by_outlet.sum(axis=0)
        found = [
            OutletHits(name, int(articles[place]), int(self._words[place]), int(hits[place]))
            for name, place in self._outlets.items()
        ]
        return sorted(found, key=lambda one: (-one.articles, one.outlet or ""))

    def _in_context(self, hit: _KeptHit) -> HitInContext:
        """Return a hit with the text around it."""
        _, entry, article, start, end, voice = hit
        (one,) = model_inputs([self._articles[article]], title=True)
        spans = word_spans(one.text, self._table)
        first, last = spans[start][0], spans[end - 1][1]
        name, place = self.entries[entry]
        return HitInContext(
            name,
            self._lexicon.categories[name].terms[place].term,
            self._articles[article].id,
            self._articles[article].outlet,
            VOICES[voice],
            _whole_words(one.text[:first], last=True),
            " ".join(one.text[first:last].split()),
            _whole_words(one.text[last:], last=False),
        )


def _n_rows(numbers: NDArray[np.int64], rows: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Return in how many rows of a batch each number is, shape (n,)."""
    return np.bincount(np.unique(numbers * BATCH + rows) // BATCH, minlength=n)


def _voice_counts(row: NDArray[np.int64]) -> VoiceCounts:
    return VoiceCounts(
        own=int(row[Voice.OWN]), scare=int(row[Voice.SCARE]), speech=int(row[Voice.SPEECH])
    )


def _whole_words(text: str, *, last: bool) -> str:
    """Return the last, or the first, words of a text up to `CONTEXT` letters, in one line."""
    part = text[-2 * CONTEXT :] if last else text[: 2 * CONTEXT]
    line = _WHITE.sub(" ", part)
    if len(line) <= CONTEXT:
        return line
    if last:
        return f"…{line[-CONTEXT:].partition(' ')[2]}"
    return f"{line[:CONTEXT].rpartition(' ')[0]}…"
