"""Finding the terms of a lexicon in texts.

A term is found as whole words: its first word also behind the attached
particles و ف ب ك ل, every word also with the article ال, and whatever the case
ending (مقاتلون, مقاتلين). At each place the longest term wins; one pass over
the words finds them all, however many there are.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.errors import CorpusError
from stance.text.tokenization import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from stance.features.lexicon import Category, Lexicon
    from stance.features.tokens import TokenBatch
    from stance.text.normalization_table import NormalizationTable

ARTICLE = "ال"
CONJUNCTIONS = ("و", "ف")
PREPOSITIONS = ("ب", "ك", "ل")


def bare_forms(word: str) -> list[str]:
    """Return a normalised word, and what is left of it behind attached particles.

    Examples
    --------
    >>> bare_forms("وللميليشيا")
    ['وللميليشيا', 'للميليشيا', 'الميليشيا', 'لميليشيا', 'ميليشيا']
    """
    forms = [word]
    if word.startswith(CONJUNCTIONS):
        forms.append(word[1:])
    for form in tuple(forms):
        if form.startswith("لل"):
            # ل and ال melt into لل.
            forms.append(ARTICLE + form[2:])
        if form.startswith(PREPOSITIONS):
            forms.append(form[1:])
    forms.extend([form[2:] for form in forms if form.startswith(ARTICLE)])
    return [form for form in dict.fromkeys(forms) if form]


class Match(NamedTuple):
    """A term found at ``tokens[start:end]`` of a batch.

    ``category`` and ``side`` are places in the lexicon's ``categories`` and
    ``sides``; a term that no side owns has side -1.
    """

    start: int
    end: int
    category: int
    side: int


class _Entry(NamedTuple):
    """What a term asks for behind its first word, and what it means."""

    rest: tuple[str, ...]
    category: int
    side: int


@dataclass(frozen=True)
class _Begun:
    """The terms that begin with a word, by the word that follows it.

    Names of many words begin alike («قوات» begins a hundred), and few go on as
    the text does.
    """

    alone: _Entry | None
    longer: dict[str, list[tuple[int, _Entry]]]

    @classmethod
    def by(cls, entries: Iterable[_Entry]) -> _Begun:
        """Sort terms by their second word, and rank them: the longest first."""
        alone, longer = None, defaultdict[str, list[tuple[int, _Entry]]](list)
        for rank, entry in enumerate(sorted(entries, key=lambda entry: -len(entry.rest))):
            if entry.rest:
                longer[entry.rest[0]].append((rank, entry))
            else:
                alone = alone or entry
        return cls(alone, dict(longer))

    def going_on(self, plain: str, bare: str) -> list[tuple[int, _Entry]]:
        """Return the terms that go on with a word, or with it without its article, by rank."""
        found = self.longer.get(plain, [])
        if bare == plain or bare not in self.longer:
            return found
        return sorted([*found, *self.longer[bare]])


class LexiconMatcher:
    """Finds a lexicon's terms in batches of words.

    Parameters
    ----------
    lexicon : Lexicon
    table : NormalizationTable
        Terms are normalised with it, as the texts were.

    Raises
    ------
    CorpusError
        If one spelling stands in two categories, or holds no word.
    """

    def __init__(self, lexicon: Lexicon, table: NormalizationTable) -> None:
        self.categories = list(lexicon.categories)
        self._levelling = _WordForms(lexicon, table)
        self._terms = _index_terms(lexicon, table, self._levelling)
        self._known: dict[str, _Begun | None] = {}

    def find(self, batch: TokenBatch) -> Iterator[Match]:
        """Yield the terms in a batch, left to right, none overlapping another."""
        plain = list(map(self._levelling.level, batch.types))
        bare = [self._levelling.level(word.removeprefix(ARTICLE)) for word in batch.types]
        begun = list(map(self._begun_by, batch.types))
        begins = np.fromiter((found is not None for found in begun), np.bool_, len(begun))
        tokens, text_end = batch.tokens, batch.offsets[1:].tolist()
        text_of, stream = batch.text_of_token, tokens.tolist()

        def goes_on(entry: _Entry, start: int) -> bool:
            """Tell whether the words behind the second are those of a term."""
            end = start + 1 + len(entry.rest)
            return end <= text_end[text_of[start]] and all(
                word in (plain[token], bare[token])
                for word, token in zip(entry.rest[1:], stream[start + 2 : end], strict=True)
            )

        free = 0
        for start in np.flatnonzero(begins[tokens]).tolist():
            found = begun[stream[start]]
            if start < free or found is None:
                continue
            entry = found.alone
            if found.longer and start + 1 < len(stream):
                second = stream[start + 1]
                longer = found.going_on(plain[second], bare[second])
                entry = next((other for _, other in longer if goes_on(other, start)), entry)
            if entry is not None:
                free = start + 1 + len(entry.rest)
                yield Match(start, free, entry.category, entry.side)

    def _begun_by(self, word: str) -> _Begun | None:
        """Return the terms that a word begins, if there are any."""
        if word not in self._known:
            if len(self._known) > 200_000:
                self._known = {}
            forms = dict.fromkeys(map(self._levelling.level, bare_forms(word)))
            entries = [entry for form in forms for entry in self._terms.get(form, ())]
            self._known[word] = _Begun.by(entries) if entries else None
        return self._known[word]


class _WordForms:
    """Brings the spellings and the case endings of a word to one form.

    The sound plural ends in ون or ين, and in و or ي before a genitive; which
    one depends on the sentence, not on the outlet.
    """

    ENDINGS = (("ون", "ين"), ("و", "ي"))
    SHORTEST = 5

    def __init__(self, lexicon: Lexicon, table: NormalizationTable) -> None:
        self._word: dict[str, str] = {}
        for spelling, word in lexicon.spellings.items():
            other, one = _single_word(spelling, table), _single_word(word, table)
            self._word.update({other: one, ARTICLE + other: ARTICLE + one})

    def level(self, word: str) -> str:
        found = self._word.get(word, word)
        if len(found) >= self.SHORTEST:
            for ending, other in self.ENDINGS:
                if found.endswith(ending):
                    return found[: -len(ending)] + other
        return found


def _single_word(spelling: str, table: NormalizationTable) -> str:
    found = words(spelling, table)
    if len(found) != 1:
        raise CorpusError(
            f"Got the spelling {spelling!r} of {len(found)} words, but expected one word. "
            "List longer ones as variants of their term."
        )
    return found[0]


def _index_terms(
    lexicon: Lexicon, table: NormalizationTable, levelling: _WordForms
) -> dict[str, list[_Entry]]:
    """Map a term's first word to the terms that begin with it."""
    owner: dict[tuple[str, ...], str] = {}
    index: defaultdict[str, list[_Entry]] = defaultdict(list)
    sides = {side: number for number, side in enumerate(lexicon.sides)}
    for number, (name, category) in enumerate(lexicon.categories.items()):
        for spelling, side in _spellings_and_sides(category, sides):
            parts = tuple(map(levelling.level, words(spelling, table)))
            if not parts:
                raise CorpusError(
                    f"Got the term {spelling!r} in {name!r}, but expected a word in it."
                )
            if parts not in owner:
                owner[parts] = name
                index[parts[0]].append(_Entry(parts[1:], number, side))
            elif owner[parts] != name:
                raise CorpusError(
                    f"Got the term {spelling!r} in {name!r} and in {owner[parts]!r}, but expected "
                    "it in one category. Remove it from one of the two."
                )
    return dict(index)


def _spellings_and_sides(category: Category, sides: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    for term in category.terms:
        side = term.side or category.side
        number = sides[side] if side else -1
        for spelling in term.spellings:
            yield spelling, number
