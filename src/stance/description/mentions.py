"""Mentions of a lexicon's actors in articles: which name, and in whose voice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from stance.errors import CorpusError, ModelError
from stance.features.batches import InputBatch
from stance.features.lexicon_block import LexiconBlock
from stance.features.lexicon_counting import found_in_batch
from stance.features.lexicon_places import term_voices
from stance.features.model_input import ArticleInputs
from stance.features.periods import SOURCES, TextPeriods
from stance.text.tokenization import words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.features.lexicon import Lexicon, Term
    from stance.features.lexicon_matching import LexiconMatcher
    from stance.model.record import Model
    from stance.text.normalization_table import NormalizationTable

Level = Literal["term", "category"]

# Articles tokenised at once: the loops are fast from a few hundred on, and memory stays small.
BATCH = 2_000

NO_NAME = -1
BY_WORDS = SOURCES.index("words")


@dataclass(frozen=True)
class Name:
    """A name of an actor.

    Parameters
    ----------
    actor : str
    name : str
        A term of the lexicon as it is written there, or a category.
    categories : tuple of str
        The categories that list the term; several if it moves between them on a
        day.
    sides : tuple of str
        The labels of the outlets that tend to use it, according to the lexicon.
    """

    actor: str
    name: str
    categories: tuple[str, ...]
    sides: tuple[str, ...]


class Mentions(NamedTuple):
    """The mentions of actors in articles.

    Parameters
    ----------
    articles : ndarray of int64, shape (n_mentions,)
        Index of the article of each mention, ascending.
    names : ndarray of int64, shape (n_mentions,)
        Index of the name.
    voices : ndarray of int8, shape (n_mentions,)
        Its `stance.text.quotation.Voice`.
    periods : TextPeriods
        The periods of the articles.
    assumed : int
        The period of articles whose date and words do not decide.
    """

    articles: NDArray[np.int64]
    names: NDArray[np.int64]
    voices: NDArray[np.int8]
    periods: TextPeriods
    assumed: int


class NameIndex:
    """The names of the actors of a lexicon, and the name of each of its terms.

    An actor is the ``actor`` of a term or of its category. Its names are the terms
    of the categories with ``naming = true``; a term in several of them is one name.

    Parameters
    ----------
    lexicon : Lexicon
    matcher : LexiconMatcher
        Its terms, indexed for matching.
    table : NormalizationTable
        The normalisation of the terms and the texts.
    level : {"term", "category"}
        Whether a name is a term or a whole category.

    Raises
    ------
    CorpusError
        If no term names an actor.

    Attributes
    ----------
    names : list of Name
    of_term : ndarray of int64, shape (n_periods, n_terms)
        The index of each term's name in each period; -1 for a term that names no
        actor or is not valid in the period.
    without_actor : tuple of str
        Naming categories with a term that has no actor.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        matcher: LexiconMatcher,
        table: NormalizationTable,
        level: Level = "term",
    ) -> None:
        self.matcher, self.table, self._level = matcher, table, level
        self._found: dict[tuple[str, ...], tuple[int, list[str], list[str]]] = {}
        self._shown: list[tuple[str, str]] = []
        self.of_term = np.full(matcher.term_categories.shape, NO_NAME, dtype=np.int64)
        nameless: dict[str, None] = {}
        categories = [(name, lexicon.categories[name]) for name in matcher.categories]
        for period, term in np.argwhere(matcher.term_categories >= 0).tolist():
            place = int(matcher.term_categories[period, term])
            name, category = categories[place]
            if not category.naming:
                continue
            entry = matcher.entries[term][place]
            # An entry may be listed again with other dates, for another side.
            side = int(matcher.term_sides[period, term])
            if actor := entry.actor or category.actor:
                number = self._number(actor, name, entry, lexicon.sides[side] if side >= 0 else "")
                self.of_term[period, term] = number
            else:
                nameless[name] = None
        self.without_actor = tuple(nameless)
        if not self._found:
            raise CorpusError(_no_actor(lexicon))
        self.names = [
            Name(actor, name, tuple(found[1]), tuple(found[2]))
            for (actor, name), found in zip(self._shown, self._found.values(), strict=True)
        ]

    def _number(self, actor: str, name: str, entry: Term, side: str) -> int:
        """Return the number of the name of a term, a new one if it is the first of its name."""
        # A term is one name in whatever category it is, and however it is vocalised there.
        is_term = self._level == "term"
        key = (actor, *(words(entry.term, self.table) if is_term else [name]))
        shown = entry.term if is_term else name
        if key not in self._found:
            self._found[key] = (len(self._found), [], [])
            self._shown.append((actor, shown))
        number, categories, sides = self._found[key]
        if name not in categories:
            categories.append(name)
        if side and side not in sides:
            sides.append(side)
        return number


def _no_actor(lexicon: Lexicon) -> str:
    return (
        f"Got a lexicon of {len(lexicon.categories):,} categories that names no actor, but "
        'expected categories with naming = true and an actor, such as actor = "army", or with '
        "terms that have one. Add both keys to the categories whose terms are names of an actor."
    )


def lexicon_of(model: Model) -> LexiconBlock:
    """Return the lexicon of a model.

    Raises
    ------
    ModelError
        If it has none.
    """
    for part in model.features.blocks:
        if isinstance(part.block, LexiconBlock):
            return part.block
    raise ModelError(
        "Got a model that was trained without a lexicon, so it knows no names of actors. Give a "
        "lexicon instead (--lexicon FILE), or leave the model out to use the shipped lexicon."
    )


def find_mentions(
    index: NameIndex,
    articles: Sequence[Article],
    *,
    assumed: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Mentions:
    """Find the names of actors in articles, in their headlines too.

    Parameters
    ----------
    index : NameIndex
    articles : sequence of Article
        At least one.
    assumed : int, optional
        The period of an article whose date and words do not decide; by default the
        most frequent period of the dated articles, or, if none has a date, of those
        whose words decide.
    progress : callable
        Called with the number of articles that are done, and of all.
    """
    periods = index.matcher.periods
    possible = periods.possible(one.published for one in articles)
    is_open = assumed is None and not (possible[:, 0] == possible[:, 1]).any()
    if assumed is None:
        assumed = periods.most_frequent(possible)
    found = _find(index, articles, possible, assumed, progress)
    if not is_open:
        return found
    by_words = found.periods.numbers[found.periods.sources == BY_WORDS]
    frequent = int(np.bincount(by_words, minlength=len(periods))[::-1].argmax())
    frequent = len(periods) - 1 - frequent
    if frequent == assumed:
        return found
    return _find(index, articles, possible, frequent, progress)


def _find(
    index: NameIndex,
    articles: Sequence[Article],
    possible: NDArray[np.int32],
    assumed: int,
    progress: Callable[[int, int], None],
) -> Mentions:
    parts, periods = [], []
    for first in range(0, len(articles), BATCH):
        chosen = articles[first : first + BATCH]
        batch = InputBatch(ArticleInputs(chosen, title=True), index.table, by_voice=True).words
        found = found_in_batch(index.matcher, batch, possible[first : first + BATCH], assumed)
        starts, ends, terms = found.matches.T
        texts = np.searchsorted(batch.offsets, starts, side="right") - 1
        names = index.of_term[found.periods.numbers[texts], terms]
        kept = names != NO_NAME
        voices = term_voices(batch.voices, starts, ends)
        parts.append((texts[kept] + first, names[kept], voices[kept]))
        periods.append(found.periods)
        progress(first + len(chosen), len(articles))
    articles_of, names_of, voices_of = map(np.concatenate, zip(*parts, strict=True))
    numbers, sources = map(np.concatenate, zip(*periods, strict=True))
    return Mentions(articles_of, names_of, voices_of, TextPeriods(numbers, sources), assumed)
