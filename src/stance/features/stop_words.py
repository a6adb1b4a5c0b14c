"""Stop words: words whose n-grams get no weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.features.lexicon_matching import ARTICLE, PARTICLES
from stance.text.tokenization import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from stance.text.normalization_table import NormalizationTable


def has_stop_word(
    terms: Sequence[str], stop_words: Iterable[str], table: NormalizationTable
) -> NDArray[np.bool_]:
    """Return which n-grams contain a stop word, shape (n_terms,).

    A stop word is also found behind one of the particles و ف ب ك ل, and with or
    without the article.

    Parameters
    ----------
    terms : sequence of str
        Normalised, their words divided by a blank.
    stop_words : iterable of str
        Of any spelling; they are normalised.
    table : NormalizationTable

    Examples
    --------
    >>> from stance.text.normalization import arabic_normalization
    >>> terms = ["قسد", "وقسد", "للجيش السوري", "جيشهم", "الليل"]
    >>> has_stop_word(terms, ["قسد", "الجيش"], arabic_normalization()).tolist()
    [True, True, True, False, False]
    """
    stopped = {_bare(word) for given in stop_words for word in words(given, table)}
    known: dict[str, bool] = {}
    for word in {word for term in terms for word in term.split()}:
        known[word] = not stopped.isdisjoint(_bare_forms(word))
    return np.array([any(known[word] for word in term.split()) for term in terms], dtype=np.bool_)


def _bare(word: str) -> str:
    return word.removeprefix(ARTICLE)


def _bare_forms(word: str) -> set[str]:
    """Return a word without the article, and so without a particle before it."""
    found = {_bare(word)}
    if word[:1] in PARTICLES:
        found.add(_bare(word[1:]))
    if word.startswith("لل"):
        found.add(word[2:])
    return found
