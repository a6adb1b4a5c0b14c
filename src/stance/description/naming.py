"""Who names an actor how: the shares of its names in groups of articles."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Literal

import numpy as np

from stance.corpus.article import check_articles
from stance.corpus.duplicates import near_duplicate_articles
from stance.description.article_groups import TEMPORAL, in_time, is_ordered_by_time, values_of
from stance.description.mentions import NameIndex, find_mentions, lexicon_of
from stance.description.naming_records import ActorNaming, Naming, NamingGroup
from stance.description.naming_shares import Grouping, NameMentions, group_shares
from stance.description.word_streams import stream_words
from stance.errors import ConfigError, CorpusError
from stance.features.lexicon import Lexicon
from stance.features.lexicon_matching import LexiconMatcher
from stance.features.periods import SOURCES
from stance.resources import LEXICONS
from stance.text.normalization import arabic_normalization
from stance.text.quotation import Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.description.mentions import Level, Mentions, Name
    from stance.model.record import Model

Voices = Literal["own", "speech", "both", "all"]

# The voices that are counted apart for each choice.
VOICES: dict[str, tuple[str, ...]] = {
    "own": ("own",),
    "speech": ("speech",),
    "both": ("own", "speech"),
    "all": ("all",),
}
IN_WORDS = {"own": "in the outlet's own voice", "speech": "in quoted speech", "all": "anywhere"}


def naming(
    articles: Sequence[Article],
    lexicon: Lexicon | str | Path | None = None,
    *,
    model: Model | None = None,
    by: str | Mapping[str, Sequence[str | None]] | None = None,
    voice: Voices = "own",
    level: Level = "term",
    actors: Sequence[str] = (),
    assumed_date: str | None = None,
    ignore_duplicates: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Naming:
    """Compute the shares of each actor's names in groups of articles.

    Parameters
    ----------
    articles : sequence of Article
    lexicon : Lexicon, str or Path, optional
        The names, or the file or folder that has them; by default the shipped
        lexicon, or the one of `model`.
    model : Model, optional
        Take the lexicon that it was trained with.
    by : str or mapping, optional
        The field by which articles are grouped: outlet, label, event, target,
        year, month or kind; or a name with the value of each article, None for
        none. By default the outlet, or the label if no article names its outlet,
        or nothing if none has either.
    voice : {"own", "speech", "both", "all"}
        Which mentions count: in the outlet's own voice, scare quotes among them;
        in quoted speech; each of the two apart; or all.
    level : {"term", "category"}
        Whether a name is a term of the lexicon or a category of them.
    actors : sequence of str, optional
        Only these actors.
    assumed_date : str, optional
        A day of the period of articles whose date and words do not decide, if terms
        have dates; see `stance.description.mentions.find_mentions`.
    ignore_duplicates : bool
        Count near-duplicates like any other articles, instead of once in a group.
    progress : callable
        Called with the number of articles that are read, and of all.

    Returns
    -------
    Naming

    Raises
    ------
    ConfigError
        If a choice is unknown, or `lexicon` and `model` are both given.
    CorpusError
        If no article has the field of `by`, the lexicon names no actor, or no
        article names one.
    ModelError
        If the model has no lexicon.

    Notes
    -----
    An article counts the shares of its names: with ``m_an`` mentions of an actor by
    the name ``n`` in article ``a``, the share in a group ``G`` is::

        sum_{a in G} (m_an / sum_n m_an) / |G|

    over its articles that name the actor. So a long article weighs as much as a
    short one. Near-duplicates in one group count together as one article, with
    the mean of their shares. For intervals see
    `stance.description.naming_shares`.

    Examples
    --------
    >>> from stance import Article
    >>> wire = Article("1", "قال المتحدث إن قسد انسحبت من القرية", outlet="الوكالة")
    >>> paper = Article("2", "ميليشيا قسد تقصف القرية", outlet="الجريدة")
    >>> found = naming([wire, paper])
    >>> for row in found.rows():
    ...     if row["group"] and row["share"]:
    ...         print(row["group"], row["actor"], row["name"], row["share"])
    الجريدة sdf ميليشيا قسد 1.0
    الوكالة sdf قسد 1.0
    """
    articles = check_articles(articles)
    if voice not in VOICES:
        raise ConfigError(f"Got voice={voice!r}, but expected one of {', '.join(VOICES)}.")
    if level not in {"term", "category"}:
        raise ConfigError(f"Got level={level!r}, but expected term or category.")
    if not articles:
        raise CorpusError("Got no article, but expected at least one to count names in.")
    index, assumed = _index(lexicon, model, level)
    periods = index.matcher.periods
    if assumed_date is not None:
        assumed = periods.number(_day(assumed_date))
    field, values = values_of(articles, by)
    chosen = _chosen(index, actors)
    mentions = find_mentions(index, articles, assumed=assumed, progress=progress)
    mentions = _only(mentions, np.array([one.actor in chosen for one in index.names]))
    _require_mentions(mentions, VOICES[voice], len(articles), chosen)
    units = _units(articles, mentions, ignore_duplicates=ignore_duplicates)
    counter = _Counter(index.names, mentions, units, Grouping.of(values) if field else None)
    by_time = is_ordered_by_time(field)
    parts = (counter.actor(actor, VOICES[voice], by_time=by_time) for actor in chosen)
    found = sorted(filter(None, parts), key=lambda one: (-one.n_naming, one.actor))
    named = np.unique(mentions.articles)
    return Naming(
        actors=tuple(found),
        by=field,
        level=level,
        voice=voice,
        n_articles=len(articles),
        n_naming=len(named),
        n_distinct=len(np.unique(units[named])),
        absent=tuple(sorted(chosen - {one.actor for one in found})),
        without_actor=index.without_actor,
        period_sources=_period_sources(mentions) if periods.names else {},
        assumed_period=periods.names[mentions.assumed] if periods.names else None,
        is_temporal=field in TEMPORAL,
    )


def _index(
    lexicon: Lexicon | str | Path | None, model: Model | None, level: Level
) -> tuple[NameIndex, int | None]:
    """Return the names of a lexicon, and the period of undated articles if a model has one."""
    if lexicon is not None and model is not None:
        raise ConfigError("Got a lexicon and a model, but expected one of them. Leave one out.")
    if model is not None:
        block = lexicon_of(model)
        return NameIndex(block.lexicon, block.matcher, model.features.table, level), block.assumed
    if not isinstance(lexicon, Lexicon):
        lexicon = Lexicon.read(lexicon or LEXICONS)
    table = arabic_normalization()
    return NameIndex(lexicon, LexiconMatcher(lexicon, table), table, level), None


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"Got {text!r}, but expected a date such as 2024-12-08.") from None


def _period_sources(mentions: Mentions) -> dict[str, int]:
    counts = np.bincount(mentions.periods.sources, minlength=len(SOURCES))
    return dict(zip(SOURCES, counts.tolist(), strict=True))


def _chosen(index: NameIndex, actors: Sequence[str]) -> set[str]:
    """Return the actors to count.

    Raises
    ------
    ConfigError
        If the lexicon does not name one of them.
    """
    known = {one.actor for one in index.names}
    if unknown := [one for one in actors if one not in known]:
        raise ConfigError(
            f"Got the actor {unknown[0]!r}, which the lexicon does not name, but expected one of "
            f"{', '.join(sorted(known))}."
        )
    return set(actors) or known


def _only(mentions: Mentions, is_wanted: NDArray[np.bool_]) -> Mentions:
    kept = is_wanted[mentions.names]
    return mentions._replace(
        articles=mentions.articles[kept], names=mentions.names[kept], voices=mentions.voices[kept]
    )


def _in_voice(mentions: Mentions, voice: str) -> NDArray[np.bool_]:
    if voice == "all":
        return np.ones(len(mentions.voices), dtype=np.bool_)
    return np.asarray((mentions.voices == Voice.SPEECH) == (voice == "speech"))


def _require_mentions(
    mentions: Mentions, voices: Sequence[str], n_articles: int, actors: set[str]
) -> None:
    """Refuse a corpus in which no actor is named.

    Raises
    ------
    CorpusError
        If there is no mention in the chosen voices.
    """
    if any(_in_voice(mentions, voice).any() for voice in voices):
        return
    named = ", ".join(sorted(actors))
    where = " or ".join(IN_WORDS[voice] for voice in voices)
    if len(mentions.names):
        raise CorpusError(
            f"Got no article that names an actor ({named}) {where} among {n_articles:,}, but "
            f"expected some. There are {len(mentions.names):,} mentions in other voices: --voice "
            "all counts them."
        )
    raise CorpusError(
        f"Got no article that names an actor of the lexicon ({named}) among {n_articles:,}, but "
        "expected some. Check that the lexicon is about the subject of the articles, and that the "
        "text field is the right one."
    )


def _units(
    articles: Sequence[Article], mentions: Mentions, *, ignore_duplicates: bool
) -> NDArray[np.int64]:
    """Return a number for each article, the same for near-duplicates."""
    if ignore_duplicates:
        return np.arange(len(articles))
    return near_duplicate_articles(articles, stream=stream_words)


class _Counter:
    """Shares of names in groups of articles.

    Parameters
    ----------
    names : sequence of Name
    mentions : Mentions
    units : ndarray of int64, shape (n_articles,)
        The group of near-duplicates of each article.
    grouping : Grouping, optional
        None if articles are not grouped.
    """

    def __init__(
        self,
        names: Sequence[Name],
        mentions: Mentions,
        units: NDArray[np.int64],
        grouping: Grouping | None,
    ) -> None:
        self._names, self._mentions, self._units = names, mentions, units
        self._actors = np.array([one.actor for one in names])
        self._together, self._grouping = Grouping.of([None] * len(units)), grouping

    def actor(self, actor: str, voices: Sequence[str], *, by_time: bool) -> ActorNaming | None:
        """Return the shares of an actor's names; None if no article names it."""
        is_named = (self._actors == actor)[self._mentions.names]
        names = np.unique(self._mentions.names[is_named])
        overall, groups = [], []
        for voice in voices:
            chosen = is_named & _in_voice(self._mentions, voice)
            overall += self._shares(chosen, names, voice, self._together)
            if self._grouping:
                groups += self._shares(chosen, names, voice, self._grouping)
        if not overall:
            return None

        sizes: Counter[str | None] = Counter()
        for group in groups:
            sizes[group.value] += 0 if by_time else group.n

        def order(group: NamingGroup) -> tuple[bool, int, str]:
            return group.value is None, -sizes[group.value], in_time(group.value or "")

        found = tuple(self._names[name] for name in names.tolist())
        return ActorNaming(actor, found, tuple(overall), tuple(sorted(groups, key=order))).ranked()

    def _shares(
        self,
        chosen: NDArray[np.bool_],
        names: NDArray[np.int64],
        voice: str,
        grouping: Grouping,
    ) -> list[NamingGroup]:
        """Return the groups that name an actor in a voice."""
        if not chosen.any():
            return []
        mentions = NameMentions(
            self._mentions.articles[chosen],
            np.searchsorted(names, self._mentions.names[chosen]),
            self._mentions.voices[chosen] == Voice.SCARE,
            len(names),
        )
        found = group_shares(mentions, grouping, self._units)
        return [
            NamingGroup(value, voice, size, *part)
            for value, size, part in zip(grouping.values, grouping.sizes, found, strict=True)
            if part.n
        ]
