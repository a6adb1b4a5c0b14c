"""Kernels that count the n-grams of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.features.compiled.arrays import LOW_HALF, ONE
from stance.features.compiled.compilation import compiled
from stance.features.compiled.ngrams import CHUNK, UNKNOWN
from stance.features.compiled.trees import NOWHERE, branch_from, keep_possible

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Bits, Int32s, Int64s, Numbers

PLACE = 1 << 32


@compiled
def count_feature(feature: int, times: int, counts: Int32s, seen: Numbers, n_seen: int) -> int:
    """Count a feature of the current text, and append it to ``seen`` if it is new.

    The code is branch-free, because new features are unpredictable: the feature is
    always written after the end of the list, and the length grows only if it is
    new. So ``seen`` needs one entry more than there are features.
    """
    before = counts[feature]
    counts[feature] = before + times
    seen[n_seen] = feature
    return n_seen + int(before == 0)


@compiled
def distinct_words(
    tokens: Numbers,
    ngram_offsets: Int64s,
    word_counts: Int32s,
    words: Numbers,
) -> tuple[int, int]:
    """List the distinct words of one text.

    Returns
    -------
    n_words : int
        Number of distinct words in ``words``.
    n_places : int
        Number of n-grams of all these words.
    """
    n_words = 0
    for token in tokens:
        n_words = count_feature(token, 1, word_counts, words, n_words)
    n_places = 0
    for i in range(n_words):
        n_places += ngram_offsets[words[i] + ONE] - ngram_offsets[words[i]]
    return n_words, n_places


@compiled
def count_chars(
    words: Numbers,
    ngrams: Numbers,
    ngram_offsets: Int64s,
    word_counts: Int32s,
    places: Numbers,
    counts: Int64s,
    seen: Numbers,
    tallies: Int64s,
    least: int,
) -> int:
    """Count the character n-grams of one text, and list those with ``least`` or more.

    A tally is an n-gram's count in the low half, and in the high half the number
    of its places in distinct words. The n-grams of words that occur once are first
    collected in ``places``, because the ends of many short loops, one per word,
    are hard to predict for the processor.

    Returns
    -------
    int
        Number of n-grams in ``seen`` and ``tallies``.
    """
    n_places = 0
    for word in words:
        if word_counts[word] == 1:
            n_places = _copy_ngrams(word, ngrams, ngram_offsets, places, n_places)
    for i in range(n_places):
        counts[places[i]] += PLACE + 1
    for word in words:
        if word_counts[word] > 1:
            begin = n_places
            once_more = PLACE + int(word_counts[word])
            n_places = _copy_ngrams(word, ngrams, ngram_offsets, places, n_places)
            for i in range(begin, n_places):
                counts[places[i]] += once_more
        word_counts[word] = 0
    n_seen = 0
    for i in range(n_places):
        feature = places[i]
        count_and_places = counts[feature]
        counts[feature] = 0
        seen[n_seen] = feature
        tallies[n_seen] = count_and_places
        n_seen += int(count_and_places & LOW_HALF >= least)
    return n_seen


@compiled
def _copy_ngrams(
    word: int, ngrams: Numbers, ngram_offsets: Int64s, places: Numbers, n_places: int
) -> int:
    """Append a word's n-grams to ``places``; return the new length.

    At least `CHUNK` entries are always copied, which is enough for nearly all words.
    """
    begin = ngram_offsets[word]
    size = ngram_offsets[word + ONE] - begin
    source, target = ngrams[begin : begin + CHUNK], places[n_places : n_places + CHUNK]
    for i in range(CHUNK):
        target[i] = source[i]
    for i in range(CHUNK, size):
        places[n_places + i] = ngrams[begin + i]
    return int(n_places + size)


@compiled
def count_words(
    tokens: Numbers,
    begin: int,
    end: int,
    max_n: int,
    branches: Int64s,
    tree: Int64s,
    bits: Bits,
    numbers: Int32s,
    nodes: Int32s,
    places: Int32s,
    counts: Int32s,
    seen: Numbers,
) -> int:
    """Count the word n-grams of one text; return the number of distinct ones.

    N-grams are counted in order of their length. ``numbers``, ``nodes`` and
    ``places`` have at least one entry per word of the text.
    """
    n_seen = n_alive = 0
    for i in range(begin, end):
        branch = int(branches[tokens[i]])
        numbers[i - begin] = nodes[n_alive] = branch >> 32
        places[n_alive] = i - begin + 1
        n_alive += int(branch != UNKNOWN)
        if branch & LOW_HALF:
            n_seen = count_feature((branch & LOW_HALF) - 1, 1, counts, seen, n_seen)
    for _ in range(1, max_n):
        n_alive = keep_possible(numbers, end - begin, bits, nodes, places, n_alive)
        n_next = 0
        for i in range(n_alive):
            branch = branch_from(nodes[i], numbers[places[i]], tree)
            if branch != NOWHERE:
                nodes[n_next] = branch >> 32
                places[n_next] = places[i] + 1
                n_next += 1
                if branch & LOW_HALF:
                    n_seen = count_feature((branch & LOW_HALF) - 1, 1, counts, seen, n_seen)
        n_alive = n_next
    return n_seen


@compiled
def list_chars(
    tokens: Numbers,
    token_offsets: Int64s,
    first_text: int,
    ngrams: Numbers,
    ngram_offsets: Int64s,
    word_counts: Int32s,
    words: Numbers,
    counts: Int64s,
    seen: Numbers,
    tallies: Int64s,
    columns: Int32s,
    values: Int32s,
    row_offsets: Int64s,
) -> int:
    """Write the counts of character n-grams; return the number of finished texts."""
    places = np.empty(CHUNK, dtype=np.uint32)
    for text in range(first_text, len(token_offsets) - 1):
        own = tokens[token_offsets[text] : token_offsets[text + 1]]
        n_words, n_places = distinct_words(own, ngram_offsets, word_counts, words)
        if n_places + CHUNK > len(places):
            places = np.empty(2 * n_places + CHUNK, dtype=np.uint32)
        n_seen = count_chars(
            words[:n_words],
            ngrams,
            ngram_offsets,
            word_counts,
            places,
            counts,
            seen,
            tallies,
            1,
        )
        at = row_offsets[text]
        if at + n_seen > len(columns):
            return text
        for i in range(n_seen):
            columns[at + i] = seen[i]
            values[at + i] = tallies[i] & LOW_HALF
        row_offsets[text + 1] = at + n_seen
    return len(token_offsets) - 1


@compiled
def list_words(
    tokens: Numbers,
    token_offsets: Int64s,
    first_text: int,
    max_n: int,
    branches: Int64s,
    tree: Int64s,
    bits: Bits,
    numbers: Int32s,
    nodes: Int32s,
    places: Int32s,
    counts: Int32s,
    seen: Numbers,
    columns: Int32s,
    values: Int32s,
    row_offsets: Int64s,
) -> int:
    """Write the counts of word n-grams; return the number of finished texts."""
    for text in range(first_text, len(token_offsets) - 1):
        begin, end = token_offsets[text], token_offsets[text + 1]
        n_seen = count_words(
            tokens, begin, end, max_n, branches, tree, bits, numbers, nodes, places, counts, seen
        )
        at = row_offsets[text]
        fits = at + n_seen <= len(columns)
        for i in range(n_seen):
            feature = seen[i]
            if fits:
                columns[at + i] = feature
                values[at + i] = counts[feature]
            counts[feature] = 0
        if not fits:
            return text
        row_offsets[text + 1] = at + n_seen
    return len(token_offsets) - 1
