"""The places of a lexicon's terms in texts, and which columns count them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.features.occurrences import FoundTerm, Occurrences
from stance.text.quotation import Voice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from stance.features.lexicon import Lexicon
    from stance.features.lexicon_counting import FoundTerms
    from stance.features.lexicon_matching import LexiconMatcher
    from stance.features.tokens import TokenBatch


def term_places(
    matcher: LexiconMatcher,
    sides: Sequence[str],
    columns: Sequence[str],
    batch: TokenBatch,
    found: FoundTerms,
) -> Occurrences:
    """Return the places of terms, once for each column that counts them.

    Parameters
    ----------
    matcher : LexiconMatcher
    sides : sequence of str
        The sides of the lexicon.
    columns : sequence of str
        Names of the columns; see `stance.features.lexicon_block.LexiconBlock`.
    batch : TokenBatch
    found : FoundTerms
        The terms in it.
    """
    matches, periods = found
    starts, ends, terms = matches.T
    period = periods.numbers[np.searchsorted(batch.offsets, starts, side="right") - 1]
    category, side = matcher.term_categories[period, terms], matcher.term_sides[period, terms]
    voice = term_voices(batch.voices, starts, ends)
    numbers = (period * matcher.n_terms + terms).astype(np.int32)
    parts = []
    for prefix, names, owner, counted in (
        ("", matcher.categories, category, voice == Voice.OWN),
        ("scare.", matcher.categories, category, voice == Voice.SCARE),
        ("share.", matcher.categories, category, voice != Voice.SPEECH),
        ("side.", sides, side, (voice == Voice.OWN) & (side >= 0)),
        ("sideshare.", sides, side, (voice == Voice.OWN) & (side >= 0)),
    ):
        column = _numbers([f"{prefix}{name}" for name in names], columns)[owner]
        chosen = np.flatnonzero(counted & (column >= 0))
        parts.append((column[chosen], starts[chosen], ends[chosen], numbers[chosen]))
    column, start, end, number = (np.concatenate(one) for one in zip(*parts, strict=True))
    places = (start.astype(np.int64), end.astype(np.int64))
    return Occurrences(column, *places, number).by_place()


def found_term(lexicon: Lexicon, matcher: LexiconMatcher, number: int) -> FoundTerm:
    """Return a term by its number in the occurrences of `term_places`."""
    period, term = divmod(number, matcher.n_terms)
    place = int(matcher.term_categories[period, term])
    name, entry = matcher.categories[place], matcher.entries[term][place]
    category, side = lexicon.categories[name], int(matcher.term_sides[period, term])
    return FoundTerm(
        entry.term,
        matcher.paths[term].split()[0],
        name,
        entry.actor or category.actor,
        None if side < 0 else lexicon.sides[side],
        tuple(_other_names(lexicon, matcher, period, place)) if category.naming else (),
    )


def _other_names(
    lexicon: Lexicon, matcher: LexiconMatcher, period: int, place: int
) -> Iterator[str]:
    """Yield the first valid name of each other category that names the same actor."""
    own = lexicon.categories[matcher.categories[place]]
    for other, name in enumerate(matcher.categories):
        category = lexicon.categories[name]
        if other == place or not category.naming or category.actor != own.actor:
            continue
        valid = (
            t for t in category.terms if period in matcher.periods.numbers(category.validity(t))
        )
        first = next(valid, None)
        if first is not None:
            yield first.term


def _numbers(names: Sequence[str], columns: Sequence[str]) -> NDArray[np.int32]:
    """Return the column of each name, or -1; and -1 for the place of an owner of -1."""
    of_name = {name: column for column, name in enumerate(columns)}
    return np.array([*(of_name.get(name, -1) for name in names), -1], dtype=np.int32)


def term_voices(
    voices: NDArray[np.int8], starts: NDArray[np.int32], ends: NDArray[np.int32]
) -> NDArray[np.int8]:
    """Return the voice of terms: speech if a word is in speech, else scare, else own.

    Parameters
    ----------
    voices : ndarray of int8, shape (n_tokens,)
    starts, ends : ndarray of int32, shape (n_matches,)
        Each term is ``tokens[start:end]``.
    """
    found = np.full(len(starts), Voice.OWN, dtype=np.int8)
    for voice in (Voice.SCARE, Voice.SPEECH):
        before = np.concatenate([[0], np.cumsum(voices == voice)])
        found[before[ends] > before[starts]] = voice
    return found
