"""Kernels that count n-grams in a corpus: total, document and outlet frequency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.features.compiled.arrays import ONE
from stance.features.compiled.compilation import compiled
from stance.features.compiled.counting import distinct_words
from stance.features.compiled.trees import grow_branch

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Int32s, Int64s, Numbers

# Columns of the tallies; the last text and outlet are stored plus one.
TOTAL, DOCUMENTS, OUTLETS, LAST_TEXT, LAST_OUTLET = range(5)
N_TALLIES = 8  # so that a row is half a cache line


@compiled
def _count_node(node: int, times: int, text: int, outlet: int, tallies: Int32s) -> None:
    """Count an n-gram of a text; texts must be grouped by outlet."""
    row = tallies[node]
    row[TOTAL] += times
    if row[LAST_TEXT] != text + 1:
        row[LAST_TEXT] = text + 1
        row[DOCUMENTS] += 1
        if row[LAST_OUTLET] != outlet + 1:
            row[LAST_OUTLET] = outlet + 1
            row[OUTLETS] += 1


@compiled
def tally_words(
    tokens: Int32s,
    token_offsets: Int64s,
    texts: Int64s,
    first: int,
    outlets: Int64s,
    min_n: int,
    max_n: int,
    n_nodes: Int64s,
    tree: Int64s,
    tallies: Int32s,
) -> int:
    """Count all word n-grams of texts: total, document and outlet frequency.

    ``texts`` are text numbers, grouped by outlet. A word's node is its number.
    Returns the number of finished texts; less than all if the next one might not
    fit in the tree or the tallies.
    """
    for i in range(first, len(texts)):
        text = texts[i]
        begin, end = token_offsets[text], token_offsets[text + 1]
        if not _has_room((end - begin) * (max_n - 1), n_nodes, tree, tallies):
            return i
        for start in range(begin, end):
            node = int(tokens[start])
            if min_n == 1:
                _count_node(node, 1, text, outlets[text], tallies)
            for at in range(start + 1, min(start + max_n, end)):
                node = grow_branch(node, tokens[at], n_nodes, tree)
                if at - start >= min_n - 1:
                    _count_node(node, 1, text, outlets[text], tallies)
    return len(texts)


@compiled
def _has_room(n_new: int, n_nodes: Int64s, tree: Int64s, tallies: Int32s) -> bool:
    """Return whether the tree is at most half full with ``n_new`` more branches."""
    n_then = n_nodes[0] + n_new
    return bool(n_then <= len(tallies) and 4 * n_then <= len(tree))


@compiled
def tally_chars(
    tokens: Numbers,
    token_offsets: Int64s,
    texts: Int64s,
    outlets: Int64s,
    ngrams: Numbers,
    ngram_offsets: Int64s,
    word_counts: Int32s,
    words: Numbers,
    tallies: Int32s,
) -> None:
    """Count all character n-grams of texts; see `tally_words`."""
    for text in texts:
        own = tokens[token_offsets[text] : token_offsets[text + 1]]
        n_words, _ = distinct_words(own, ngram_offsets, word_counts, words)
        for i in range(n_words):
            word = words[i]
            for place in range(ngram_offsets[word], ngram_offsets[word + ONE]):
                _count_node(ngrams[place], word_counts[word], text, outlets[text], tallies)
            word_counts[word] = 0
