"""Analyzers: word n-grams, and character n-grams inside words."""

from __future__ import annotations

from typing import NamedTuple


def char_ngrams(word: str, min_n: int, max_n: int) -> list[str]:
    """Return the character n-grams of one word, padded with a space on either side.

    Equal to scikit-learn's ``char_wb`` analyzer: a word that is too short for
    ``min_n`` counts once, as a whole.

    Examples
    --------
    >>> char_ngrams("قسد", 3, 4)
    [' قس', 'قسد', 'سد ', ' قسد', 'قسد ']
    """
    padded = f" {word} "
    size = len(padded)
    if size < min_n:
        return [padded]
    return [
        padded[start : start + n]
        for n in range(min_n, min(max_n, size) + 1)
        for start in range(size - n + 1)
    ]


class WordNgrams(NamedTuple):
    """Word n-grams of ``min_n`` to ``max_n`` words, joined by one space."""

    min_n: int
    max_n: int


class CharNgrams(NamedTuple):
    """Character n-grams inside words, of ``min_n`` to ``max_n`` characters."""

    min_n: int
    max_n: int
