"""The most frequent published spelling of words and pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from stance.description.article_words import ArticleWords


def published_spellings(words: ArticleWords, terms: Collection[str]) -> dict[str, str]:
    """Return the most frequent published spelling of each term.

    Parameters
    ----------
    words : ArticleWords
    terms : collection of str
        Normalised words, and pairs joined by a space, that occur in the words.

    Returns
    -------
    dict of str to str
        Of equally frequent spellings, the one that occurs first.
    """
    wanted = {part for term in terms for part in term.split(" ")}
    numbers = {w: n for n, w in enumerate(words.normalised.types) if w in wanted}
    single = sorted({(numbers[term],) for term in terms if " " not in term})
    pairs = sorted({tuple(numbers[part] for part in term.split(" ")) for term in terms} - {*single})
    found: dict[str, str] = {}
    for chosen in (single, pairs):
        found |= _spelled(words, np.array(chosen, dtype=np.int64)) if chosen else {}
    return found


def _spelled(words: ArticleWords, chosen: NDArray[np.int64]) -> dict[str, str]:
    """Return the spellings of n-grams, shape (n_terms, n), sorted."""
    places, term = _occurrences(words, chosen)
    size = chosen.shape[1]
    types = words.published.types
    spelled = [words.published.tokens[places + step].astype(np.int64) for step in range(size)]
    # Sorted by term, then by spelling; each run is one spelling of a term.
    order = np.lexsort((*spelled[::-1], term))
    columns = [term[order], *(column[order] for column in spelled)]
    begins = np.flatnonzero(np.any([np.diff(c, prepend=-1) != 0 for c in columns], axis=0))
    times = np.diff(np.append(begins, len(order)))
    # Words are numbered in order of first occurrence, so this takes the first of equals.
    best = np.lexsort((begins, -times, columns[0][begins]))
    _, first = np.unique(columns[0][begins][best], return_index=True)
    names = words.normalised.types
    found = {}
    for at in begins[best[first]].tolist():
        key = " ".join(names[part] for part in chosen[columns[0][at]].tolist())
        found[key] = " ".join(types[column[at]] for column in columns[1:])
    return found


def _occurrences(
    words: ArticleWords, chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first token of each occurrence, and the number of its n-gram."""
    batch = words.normalised
    n_types, size = len(batch.types), chosen.shape[1]
    places = np.arange(len(batch.tokens))
    for step in range(size):
        possible = np.zeros(n_types, dtype=np.bool_)
        possible[chosen[:, step]] = True
        places = places[places + step < len(batch.tokens)]
        places = places[possible[batch.tokens[places + step]]]
    if size > 1:
        text_of = batch.text_of_token
        places = places[text_of[places] == text_of[places + size - 1]]
    key = np.zeros(len(places), dtype=np.int64)
    wanted = np.zeros(len(chosen), dtype=np.int64)
    for step in range(size):
        key = key * n_types + batch.tokens[places + step]
        wanted = wanted * n_types + chosen[:, step]
    term = np.minimum(np.searchsorted(wanted, key), len(wanted) - 1)
    there = wanted[term] == key
    return places[there], term[there]
