"""Concordance: the places of a word or phrase in a corpus, each in its context (KWIC)."""

from __future__ import annotations

import random as random_numbers
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from stance.corpus.article import check_articles, refuse_tables
from stance.description.context import VOICES, lines_to_arrow
from stance.description.date_range import DateRange
from stance.description.hit_collection import SORTS, HitCollector, check_choice
from stance.description.word_query import WordQuery
from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from stance.corpus.article import Article
    from stance.description.context import ContextLine
    from stance.description.hit_collection import OutletHits
    from stance.features.lexicon import Lexicon

BATCH_SIZE = 1024
CONTEXT = 10
PER_MILLION = 1_000_000


@dataclass(frozen=True)
class Concordance:
    """The hits of a query in a corpus, and how many there are.

    Parameters
    ----------
    query : str
    is_exact : bool
    sort : str
    lines : sequence of ContextLine
        At most the requested number; the counts are of all hits.
    n_searched, n_words : int
        Articles that were searched, and their words.
    n_hits, n_articles, n_outlets : int
        Hits, and articles and outlets with a hit.
    voices : mapping of str to int
        Hits by voice.
    forms : mapping of str to int
        Hits by their normalised words, the most frequent first: what the query
        found, with particles and the article.
    outlets : sequence of OutletHits
        Of all outlets that were searched, the one with most hits first.
    n_undated, n_uncertain : int
        Articles left out of a range of dates because they have no date that can
        be read, or one that is only partly in the range.
    similar : sequence of str
        Words of the corpus that contain the word of the query, if it has no hit.
    """

    query: str
    is_exact: bool
    sort: str
    lines: Sequence[ContextLine]
    n_searched: int
    n_words: int
    n_hits: int
    n_articles: int
    n_outlets: int
    voices: Mapping[str, int]
    forms: Mapping[str, int]
    outlets: Sequence[OutletHits]
    n_undated: int
    n_uncertain: int
    similar: Sequence[str]

    def __iter__(self) -> Iterator[ContextLine]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def per_million(self) -> float:
        """Hits per million words."""
        return PER_MILLION * self.n_hits / max(self.n_words, 1)

    def to_arrow(self) -> Any:
        """Return the lines as an Arrow table.

        Returns
        -------
        pyarrow.Table
            ``pandas.DataFrame.from_arrow`` and ``polars.from_arrow`` read it.
        """
        return lines_to_arrow(self.lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts and the lines as JSON-serialisable values."""
        return {
            "query": self.query,
            "exact": self.is_exact,
            "sort": self.sort,
            "searched": {
                "articles": self.n_searched,
                "words": self.n_words,
                "undated": self.n_undated,
                "uncertain_date": self.n_uncertain,
            },
            "hits": self.n_hits,
            "hits_per_million_words": self.per_million,
            "articles": self.n_articles,
            "outlets": self.n_outlets,
            "voices": dict(self.voices),
            "forms": dict(self.forms),
            "by_outlet": [one.to_row() for one in self.outlets],
            "lines": [line.to_row() for line in self.lines],
        }


def concordance(
    articles: Iterable[Article],
    query: str,
    *,
    exact: bool = False,
    voices: Collection[str] = VOICES,
    since: str | None = None,
    until: str | None = None,
    date_order: str | None = None,
    context: int = CONTEXT,
    sort: str = "position",
    limit: int | None = None,
    random: bool = False,
    seed: int = 0,
    lexicon: Lexicon | None = None,
) -> Concordance:
    """Find a word or phrase, and show each hit with the words before and after it.

    Parameters
    ----------
    articles : iterable of Article
        Read a batch at a time: memory grows with the lines that are kept, not
        with the articles.
    query : str
        A word, or several in a row; ``*`` for any letters; ``|`` between
        alternatives. Words are found as the terms of a lexicon are: in any
        spelling of their letters, with either case ending, with the article,
        the first one also behind the particles و ف ب ك ل.
    exact : bool
        Whether words must be written as in the query: the same letters and
        marks, without particles or the article.
    voices : collection of {"own", "speech", "scare"}
        Only hits in these voices: the outlet's own, quoted speech, scare quotes.
    since, until : str, optional
        Only articles of these days, both inclusive. A month or a year is
        possible: ``until="2019-03"`` includes 31 March. An article whose date is
        a month or a year counts if all of its days are in the range.
    date_order : {"dmy", "mdy"}, optional
        How to read dates such as 03/04/2019.
    context : int
        Number of words on either side.
    sort : {"position", "before", "after", "hit", "date", "outlet"}
        ``before`` compares the nearest word before the hit first, then the one
        before that; ``after`` the words after it. Both are in reading order:
        before is on the right in Arabic.
    limit : int, optional
        Maximum number of lines; None for all.
    random : bool
        Whether the lines are a random sample of ``limit`` hits, not the first.
    seed : int
        The seed of the sample.
    lexicon : Lexicon, optional
        Its spellings count as one word; by default those of the one that ships
        with stance.

    Returns
    -------
    Concordance

    Raises
    ------
    ConfigError
        If the query has no word, or an option has an impossible value.
    CorpusError
        If an item is not an `Article`.

    Examples
    --------
    >>> from stance.corpus.article import Article
    >>> article = Article("1", "قال: «لن تنسحب قَسَد من هنا». وأعلنت دمشق لاحقا موقف قسد.")
    >>> found = concordance([article], "قسد", context=2)
    >>> [(line.before, line.hit, line.voice) for line in found]
    [('«لن تنسحب', 'قَسَد', 'speech'), ('لاحقا موقف', 'قسد', 'own')]
    >>> found.n_hits, found.n_articles, found.n_words
    (2, 1, 11)
    """
    from stance.text.normalization import arabic_normalization

    refuse_tables(articles)
    _check(voices, context, sort, limit, random=random)
    dates = DateRange(since, until, date_order)
    table = arabic_normalization()
    parsed = WordQuery.parse(query, table, lexicon or shipped_spellings(), exact=exact)
    with ThreadPoolExecutor(1, thread_name_prefix="stance") as executor:
        collector = HitCollector(
            parsed,
            table,
            dates,
            voices=frozenset(voices),
            context=context,
            sort=sort,
            limit=limit,
            sampler=random_numbers.Random(seed) if random else None,
            executor=executor,
        )
        stream = iter(articles)
        while batch := check_articles(list(islice(stream, BATCH_SIZE))):
            collector.add(batch)
        collector.finish()
    return _result(parsed, sort, collector, dates)


def shipped_spellings() -> Lexicon:
    """Return the spellings of words that ship with stance."""
    from stance import resources
    from stance.features.lexicon import Lexicon

    return Lexicon.read(resources.LEXICONS / "spellings.toml")


def _check(
    voices: Collection[str], context: int, sort: str, limit: int | None, *, random: bool
) -> None:
    for voice in voices:
        check_choice("voice", voice, VOICES)
    check_choice("sort", sort, SORTS)
    if context < 0:
        raise ConfigError(f"Got context={context}, but expected a number of words, at least 0.")
    if limit is not None and limit < 1:
        raise ConfigError(f"Got limit={limit}, but expected at least 1.")
    if random and limit is None:
        raise ConfigError(
            "Got random without a limit, but a sample needs a size. Give the number of lines too."
        )


def _result(query: WordQuery, sort: str, collector: HitCollector, dates: DateRange) -> Concordance:
    outlets = collector.outlets()
    return Concordance(
        query=query.text,
        is_exact=query.is_exact,
        sort=sort,
        lines=collector.lines(),
        n_searched=sum(one.n_articles for one in outlets),
        n_words=sum(one.n_words for one in outlets),
        n_hits=sum(one.n_hits for one in outlets),
        n_articles=sum(one.n_with_hit for one in outlets),
        n_outlets=sum(one.n_hits > 0 for one in outlets if one.outlet is not None),
        voices={voice: collector.voices[voice] for voice in VOICES},
        forms=dict(collector.forms.most_common()),
        outlets=outlets,
        n_undated=dates.n_undated,
        n_uncertain=dates.n_uncertain,
        similar=() if collector.forms else collector.similar(),
    )
