"""Kernels that score texts from their n-grams."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from stance.features.compiled.arrays import LOW_HALF
from stance.features.compiled.compilation import compiled
from stance.features.compiled.counting import count_chars, count_words, distinct_words
from stance.features.compiled.ngrams import CHUNK
from stance.features.compiled.weighting import weight_of

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Bits, Float32s, Floats, Int32s, Int64s, Numbers


@compiled
def sum_ngrams(
    ngrams: Numbers,
    ngram_offsets: Int64s,
    first_word: int,
    n_words: int,
    rows: Float32s,
    sums: Floats,
) -> None:
    """Sum the rows of each word's n-grams, shape (n_words, 1 + n_labels)."""
    for word in range(first_word, n_words):
        sums[word] = 0.0
        for place in range(ngram_offsets[word], ngram_offsets[word + 1]):
            row = rows[ngrams[place]]
            for column in range(sums.shape[1]):
                sums[word, column] += row[column]


@compiled
def score_chars(
    tokens: Numbers,
    token_offsets: Int64s,
    ngrams: Numbers,
    ngram_offsets: Int64s,
    word_counts: Int32s,
    words: Numbers,
    counts: Int64s,
    seen: Numbers,
    tallies: Int64s,
    tf: Floats,
    sublinear: bool,
    binary: bool,
    rows: Float32s,
    word_sums: Floats,
    scores: Floats,
) -> None:
    """Add the contribution of character n-grams to ``scores``, (n_texts, n_labels).

    A feature's row is the square of its idf, then its weight for each label times
    its idf. ``word_sums`` are the sums of the rows of each word's n-grams: their
    contribution if each occurs once. Only n-grams that occur more than once, about
    a third in a text, are visited one by one. The sum runs in the order of the
    text, so it depends on the text alone.
    """
    width = rows.shape[1]
    sums = np.empty(width, dtype=np.float64)
    places = np.empty(CHUNK, dtype=np.uint32)
    for text in range(len(token_offsets) - 1):
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
            2,
        )
        sums[:] = 0.0
        for i in range(n_words):
            row = word_sums[words[i]]
            for column in range(width):
                sums[column] += row[column]
        for i in range(n_seen):
            again = tallies[i] >> 32
            value = weight_of(tallies[i] & LOW_HALF, tf, sublinear, binary)
            row32 = rows[seen[i]]
            sums[0] += (value * value - again) * row32[0]
            value -= again
            for column in range(1, width):
                sums[column] += value * row32[column]
        _add_normalised(sums, scores[text])


@compiled
def score_words(
    tokens: Numbers,
    token_offsets: Int64s,
    max_n: int,
    branches: Int64s,
    tree: Int64s,
    bits: Bits,
    numbers: Int32s,
    nodes: Int32s,
    places: Int32s,
    counts: Int32s,
    seen: Numbers,
    tf: Floats,
    sublinear: bool,
    binary: bool,
    rows: Float32s,
    scores: Floats,
) -> None:
    """Add the contribution of word n-grams to ``scores``; see `score_chars`."""
    width = rows.shape[1]
    sums = np.empty(width, dtype=np.float64)
    for text in range(len(token_offsets) - 1):
        begin, end = token_offsets[text], token_offsets[text + 1]
        n_seen = count_words(
            tokens, begin, end, max_n, branches, tree, bits, numbers, nodes, places, counts, seen
        )
        sums[:] = 0.0
        for i in range(n_seen):
            feature = seen[i]
            value = weight_of(counts[feature], tf, sublinear, binary)
            counts[feature] = 0
            row = rows[feature]
            sums[0] += value * value * row[0]
            for column in range(1, width):
                sums[column] += value * row[column]
        _add_normalised(sums, scores[text])


@compiled
def _add_normalised(sums: Floats, scores: Floats) -> None:
    """Add the sums of rows, divided by the norm of the text's vector, to its scores."""
    if sums[0] > 0.0:
        norm = math.sqrt(sums[0])
        for label in range(len(scores)):
            scores[label] += sums[label + 1] / norm


@compiled
def average_words(
    tokens: Numbers,
    token_offsets: Int64s,
    branches: Int64s,
    values: Floats,
    averages: Floats,
) -> None:
    """Write the mean value of each text's single words.

    ``values`` has one value per feature. A word that is not a feature has value 0,
    and so has a text without words. The sum runs in the order of the text.
    """
    for text in range(len(token_offsets) - 1):
        begin, end = token_offsets[text], token_offsets[text + 1]
        total = 0.0
        for i in range(begin, end):
            branch = branches[tokens[i]]
            if branch & LOW_HALF:
                total += values[(branch & LOW_HALF) - 1]
        averages[text] = total / max(end - begin, 1)


@compiled
def score_values(values: Float32s, weights: Float32s, scores: Floats) -> None:
    """Add values, shape (n_texts, n_columns), times their weights to ``scores``."""
    for text in range(len(values)):
        for column in range(values.shape[1]):
            value = np.float64(values[text, column])
            if value != 0.0:
                for label in range(scores.shape[1]):
                    scores[text, label] += value * weights[column, label]


@compiled
def interleave(
    order: Int64s,
    idf: Floats,
    scale: Float32s,
    weights: Float32s,
    rows: Float32s,
) -> None:
    """Write each feature's row of weights in a given order; see `score_chars`."""
    for row in range(len(order)):
        column = order[row]
        factor = idf[column] * scale[column]
        rows[row, 0] = idf[column] * idf[column]
        for label in range(weights.shape[1]):
            rows[row, label + 1] = factor * weights[column, label]
