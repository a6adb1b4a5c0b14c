"""Kernels that look up the n-grams of words in a tree, or add them to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.features.compiled.arrays import LOW_HALF
from stance.features.compiled.compilation import compiled
from stance.features.compiled.string_tables import extended_hash, find_string
from stance.features.compiled.trees import NOWHERE, ROOT, branch_from, grow_branch

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Int32s, Int64s, Numbers

SPACE = 32
UNKNOWN = -1 << 32  # a word of no n-gram
CHUNK = 32  # n-grams


@compiled
def number_words(
    units: Int32s,
    offsets: Int64s,
    first_word: int,
    n_words: int,
    slots: Int64s,
    known_offsets: Int64s,
    known_units: Int32s,
    numbers: Int32s,
    hash_mask: int,
) -> None:
    """Look up words in a string table; -1 for an unknown word."""
    for word in range(first_word, n_words):
        begin, end = offsets[word], offsets[word + 1]
        hashed = 0
        for i in range(begin, end):
            hashed = extended_hash(hashed, units[i], hash_mask)
        found = find_string(units, begin, end, hashed, slots, known_offsets, known_units)
        numbers[word] = max(found, -1)


@compiled
def plant_words(
    numbers: Int32s, first_word: int, n_words: int, alone: Int32s, branches: Int64s
) -> None:
    """Store each word's node (its number), with the number of its feature plus one, or 0."""
    for word in range(first_word, n_words):
        number = int(numbers[word])
        branches[word] = (number << 32) | (int(alone[number]) + 1) if number >= 0 else UNKNOWN


@compiled
def list_ngrams(
    units: Int32s,
    offsets: Int64s,
    first_word: int,
    n_words: int,
    padded: Int32s,
    min_n: int,
    max_n: int,
    tree: Int64s,
    ngrams: Numbers,
    ngram_offsets: Int64s,
) -> int:
    """List the known character n-grams of words, one entry per occurrence.

    ``padded`` must fit the longest word with a space on either side. Word i has
    ``ngrams[ngram_offsets[i]:ngram_offsets[i + 1]]``; some entries after the last
    one stay free, so that loops may read past it.

    Returns
    -------
    int
        Number of finished words; less than all if ``ngrams`` is full.
    """
    for word in range(first_word, n_words):
        size = offsets[word + 1] - offsets[word] + 2
        padded[0] = padded[size - 1] = SPACE
        for i in range(size - 2):
            padded[i + 1] = units[offsets[word] + i]
        n_found = ngram_offsets[word]
        # A word that is too short for the shortest n-gram counts once, as a whole.
        shortest = min(min_n, size)
        longest = max(max_n, shortest)
        for start in range(size - shortest + 1):
            node = ROOT
            for end in range(start + 1, min(start + longest, size) + 1):
                branch = branch_from(node, padded[end - 1], tree)
                if branch == NOWHERE:
                    break
                node = branch >> 32
                feature = (branch & LOW_HALF) - 1
                if feature >= 0 and end - start >= shortest:
                    if n_found >= len(ngrams) - CHUNK:
                        return word
                    ngrams[n_found] = feature
                    n_found += 1
        ngram_offsets[word + 1] = n_found
    return n_words


@compiled
def split_words(
    units: Int32s,
    offsets: Int64s,
    first_word: int,
    n_words: int,
    padded: Int32s,
    min_n: int,
    max_n: int,
    n_nodes: Int64s,
    tree: Int64s,
    ngrams: Numbers,
    ngram_offsets: Int64s,
) -> int:
    """Add all character n-grams of words to a tree and list their nodes; see `list_ngrams`."""
    for word in range(first_word, n_words):
        size = offsets[word + 1] - offsets[word] + 2
        padded[0] = padded[size - 1] = SPACE
        for i in range(size - 2):
            padded[i + 1] = units[offsets[word] + i]
        n_found = ngram_offsets[word]
        shortest = min(min_n, size)
        longest = min(max(max_n, shortest), size)
        if n_found + size * longest > len(ngrams) or 4 * (n_nodes[0] + size * longest) > len(tree):
            return word
        for start in range(size - shortest + 1):
            node = ROOT
            for end in range(start + 1, min(start + longest, size) + 1):
                node = grow_branch(node, padded[end - 1], n_nodes, tree)
                if end - start >= shortest:
                    ngrams[n_found] = node
                    n_found += 1
        ngram_offsets[word + 1] = n_found
    return n_words
