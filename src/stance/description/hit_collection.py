"""The hits of a query in a stream of articles: counts of all, and lines of those that are kept."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from stance.corpus.article import as_json
from stance.corpus.keys import Spellings, canonical
from stance.description.context import VOICES, ContextLine, TextWords
from stance.description.word_query import as_published
from stance.description.word_search import WordSearch
from stance.errors import ConfigError

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Executor, Future

    from stance.corpus.article import Article
    from stance.description.date_range import DateRange
    from stance.description.word_query import WordQuery
    from stance.description.word_search import Matches
    from stance.text.normalization_table import NormalizationTable

SORTS = ("position", "before", "after", "hit", "date", "outlet")

# Words that are compared on one side of a hit.
SORTED_WORDS = 5
SIMILAR = 5
FIELDS = ("title", "text")


def check_choice(name: str, value: str, known: Sequence[str]) -> None:
    """Refuse a value that is not one of the known ones."""
    if value not in known:
        raise ConfigError(f"Got {name} {value!r}, but expected one of {', '.join(known)}.")


@dataclass
class OutletHits:
    """What was found in the articles of one outlet.

    Parameters
    ----------
    outlet : str, optional
        None for the articles without one.
    n_articles, n_words : int
        Articles that were searched, and their words.
    n_hits, n_with_hit : int
        Hits, and articles with a hit.
    """

    outlet: str | None
    n_articles: int = 0
    n_words: int = 0
    n_hits: int = 0
    n_with_hit: int = 0

    @property
    def per_million(self) -> float:
        """Hits per million words."""
        return 1_000_000 * self.n_hits / max(self.n_words, 1)

    def to_row(self) -> dict[str, Any]:
        """Return the counts as JSON-serialisable values."""
        return {
            "outlet": as_json(self.outlet),
            "articles": self.n_articles,
            "words": self.n_words,
            "hits": self.n_hits,
            "articles_with_hit": self.n_with_hit,
            "hits_per_million_words": self.per_million,
        }


class _Text(NamedTuple):
    """A title or a body that is searched."""

    article: Article
    field: str
    text: str
    counts: OutletHits


class _Hit(NamedTuple):
    """A hit in a batch: the words from ``first`` to ``last`` of one of its texts."""

    text: int
    first: int
    last: int
    voice: str


@dataclass(slots=True)
class _Candidate:
    """A hit that may be kept.

    Parameters
    ----------
    rank : tuple
        The hits with the lowest are kept.
    order : tuple
        In which lines are sorted.
    hit : _Hit
        Refers to the batch; its line is made at the end of the batch.
    """

    rank: tuple[Any, ...]
    order: tuple[Any, ...]
    hit: _Hit
    line: ContextLine | None = field(default=None)


class HitCollector:
    """Collects the hits of a query, batch by batch.

    Parameters
    ----------
    query : WordQuery
    table : NormalizationTable
    dates : DateRange
    voices : frozenset of str
        The voices of hits that count.
    context : int
        Words on either side of a hit.
    sort : str
        One of `SORTS`.
    limit : int, optional
        Number of lines to keep; None for all.
    sampler : random.Random, optional
        Draws a number for each hit: those with the lowest are the sample.
    executor : Executor
        Runs the compiled pass over a batch.

    Attributes
    ----------
    voices, forms : Counter
        Hits by their voice, and by their normalised words.
    """

    def __init__(
        self,
        query: WordQuery,
        table: NormalizationTable,
        dates: DateRange,
        *,
        voices: frozenset[str],
        context: int,
        sort: str,
        limit: int | None,
        sampler: random.Random | None,
        executor: Executor,
    ) -> None:
        self._query, self._table, self._dates = query, table, dates
        self._search = WordSearch(query, table)
        self._wanted = voices
        self._context, self._sort, self._limit = context, sort, limit
        self._sampler, self._executor = sampler, executor
        self._begun: tuple[list[_Text], Future[Matches]] | None = None
        self._kept: list[_Candidate] = []
        # The highest rank of the hits that are kept, as soon as the limit is reached.
        self._highest: tuple[Any, ...] | None = None
        self._by_outlet: dict[str | None, OutletHits] = {}
        self._by_spelling: dict[str | None, OutletHits] = {}
        self._spellings: Counter[str | None] = Counter()
        self._n_hits = 0
        self._last_with_hit: Article | None = None
        self.voices: Counter[str] = Counter()
        self.forms: Counter[str] = Counter()

    def add(self, articles: Sequence[Article]) -> None:
        """Begin to search a batch of articles, after the one before it has been searched.

        The compiled pass runs in a thread, while the caller reads the next
        batch.
        """
        self.finish()
        texts = list(self._texts(articles))
        # The thread has the context of the caller, which says whether messages are shown.
        find = copy_context().run
        found = self._executor.submit(find, self._search.find, [one.text for one in texts])
        self._begun = texts, found

    def finish(self) -> None:
        """Collect the hits of the batch whose search was begun."""
        if self._begun is None:
            return
        texts, found = self._begun
        matches = found.result()
        self._begun = None
        offsets = matches.offsets.tolist()
        for i, one in enumerate(texts):
            one.counts.n_words += offsets[i + 1] - offsets[i]
        words: dict[int, TextWords] = {}

        def words_of(i: int) -> TextWords:
            if i not in words:
                n_words = offsets[i + 1] - offsets[i]
                words[i] = TextWords.of(texts[i].text, self._table, n_words)
            return words[i]

        n_before = len(self._kept)
        for hit, phrase in self._hits(matches):
            if self._query.is_exact and not self._is_written(words_of(hit.text), hit, phrase):
                continue
            self._count(texts[hit.text], hit, offsets)
            self._offer(texts[hit.text], hit, offsets)
        self._trim()
        for kept in self._kept[0 if self._limit else n_before :]:
            if kept.line is None:
                text = kept.hit.text
                kept.line = self._line(texts[text], words_of(text), kept.hit)

    def lines(self) -> list[ContextLine]:
        """Return the lines of the hits that are kept, sorted."""
        ordered = sorted(self._kept, key=lambda one: one.order)
        return [one.line for one in ordered if one.line is not None]

    def outlets(self) -> list[OutletHits]:
        """Return the counts of each outlet, the one with most hits first."""
        spellings = Spellings()
        for spelling, n in self._spellings.items():
            if spelling:
                spellings.counts.setdefault(canonical(spelling), Counter())[spelling] = n
        shown = spellings.display()
        for key, one in self._by_outlet.items():
            one.outlet = None if key is None else shown[key]
        return sorted(
            self._by_outlet.values(),
            key=lambda one: (-one.n_hits, -one.n_articles, one.outlet or ""),
        )

    def similar(self) -> list[str]:
        """Return some words of the corpus that contain the only word of an alternative."""
        phrases = [phrase.words for phrase in self._query.phrases if len(phrase.words) == 1]
        cores = [max(pattern.cores, key=len) for (pattern,) in phrases]
        found = (word for core in cores if core for word in self._search.known_words(core, SIMILAR))
        return list(dict.fromkeys(found))[:SIMILAR]

    def _texts(self, articles: Sequence[Article]) -> Iterator[_Text]:
        """Yield the titles and bodies of the articles in the range of dates."""
        for article in articles:
            if not self._dates.is_open and not self._dates.has(
                self._dates.date_of(article.published)
            ):
                continue
            counts = self._counts_of(article.outlet)
            counts.n_articles += 1
            for name, text in zip(FIELDS, (article.title, article.text), strict=True):
                if text:
                    yield _Text(article, name, text, counts)

    def _counts_of(self, outlet: str | None) -> OutletHits:
        self._spellings[outlet] += 1
        found = self._by_spelling.get(outlet)
        if found is None:
            key = canonical(outlet) if outlet else None
            found = self._by_outlet.setdefault(key, OutletHits(None))
            self._by_spelling[outlet] = found
        return found

    def _hits(self, matches: Matches) -> Iterator[tuple[_Hit, int]]:
        """Yield the hits in the wanted voices, each with the number of its phrase."""
        begins = matches.offsets[matches.texts]
        columns = (
            matches.texts,
            matches.starts - begins,
            matches.ends - begins,
            matches.voices,
            matches.phrases,
        )
        for text, first, last, voice, phrase in zip(*(c.tolist() for c in columns), strict=True):
            if VOICES[voice] in self._wanted:
                yield _Hit(text, first, last, VOICES[voice]), phrase

    def _is_written(self, words: TextWords, hit: _Hit, phrase: int) -> bool:
        """Return whether a hit is written as the query."""
        written = words.written(hit.first, hit.last)
        patterns = self._query.phrases[phrase].written
        pairs = zip(patterns, written, strict=True)
        return all(pattern.fullmatch(as_published(word)) for pattern, word in pairs)

    def _count(self, text: _Text, hit: _Hit, offsets: Sequence[int]) -> None:
        begin = offsets[hit.text]
        self.forms[" ".join(self._search.words(begin + hit.first, begin + hit.last))] += 1
        self.voices[hit.voice] += 1
        self._n_hits += 1
        text.counts.n_hits += 1
        if text.article is not self._last_with_hit:
            self._last_with_hit = text.article
            text.counts.n_with_hit += 1

    def _offer(self, text: _Text, hit: _Hit, offsets: Sequence[int]) -> None:
        """Keep a hit for now, unless it is sure to be dropped."""
        order = (self._order(text, hit, offsets), self._n_hits)
        rank = order if self._sampler is None else (self._sampler.random(), self._n_hits)
        if self._highest is None or rank < self._highest:
            self._kept.append(_Candidate(rank, order, hit))

    def _order(self, text: _Text, hit: _Hit, offsets: Sequence[int]) -> tuple[Any, ...]:
        """Return by what a line is sorted, before its position."""
        begin, end = offsets[hit.text], offsets[hit.text + 1]
        first, last = begin + hit.first, begin + hit.last
        match self._sort:
            case "before":
                return tuple(self._search.words(max(begin, first - SORTED_WORDS), first)[::-1])
            case "after":
                return tuple(self._search.words(last, min(end, last + SORTED_WORDS)))
            case "hit":
                return tuple(self._search.words(first, last))
            case "date":
                date = self._dates.date_of(text.article.published)
                return (date.first_day if date else dt.date.max,)
            case "outlet":
                outlet = text.article.outlet
                return (outlet is None, canonical(outlet or ""))
        return ()

    def _trim(self) -> None:
        """Drop the hits with the highest ranks beyond the limit."""
        if self._limit is not None and len(self._kept) >= self._limit:
            self._kept.sort(key=lambda one: one.rank)
            del self._kept[self._limit :]
            self._highest = self._kept[-1].rank

    def _line(self, text: _Text, words: TextWords, hit: _Hit) -> ContextLine:
        found = words.around(hit.first, hit.last, self._context)
        article = text.article
        date = self._dates.date_of(article.published)
        return ContextLine(
            id=article.id,
            outlet=article.outlet,
            label=article.label,
            published=article.published if date is None else date.isoformat(),
            field=text.field,
            start=found.start,
            end=found.end,
            voice=hit.voice,
            before=found.before,
            hit=found.hit,
            after=found.after,
        )
