"""Compiled loops over letters, words and n-grams: arrays in, arrays out.

Letters are code points as int32. Strings lie in tables: all of them joined
(``units``), where each begins (``offsets``, one more than there are strings),
and an open-addressing index (``slots``), whose entries hold a string's hash
and its number. A hash only says where to look; a string is found when its
letters are the same, so two strings with one hash are two strings.

Kernels that write into arrays of a fixed size stop before what has no room
and return how far they came; the caller makes room and calls again. None of
them holds the interpreter's lock. With ``NUMBA_DISABLE_JIT=1`` they run as
plain Python; so that both ways agree, no sum or product leaves 64 bits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Int32s = NDArray[np.int32]
    Int64s = NDArray[np.int64]
    Floats = NDArray[np.float64]

    Function = TypeVar("Function", bound=Callable[..., object])

# What becomes of a letter, where it is not one other letter.
DROPPED = -1
SEPARATOR = -2
SPELLED_OUT = -3  # and below: the number of a replacement of several letters

SPACE = 32
EMPTY = -1

ROOT = 0
NOWHERE = -1
LOW_HALF = (1 << 32) - 1

HASH_MASK = (1 << 38) - 1
HASH_FACTOR = 0x9E3779  # odd, of 24 bits: times a hash of 38 bits it stays within 63
NUMBER_BITS = 25
LARGEST_NUMBER = (1 << NUMBER_BITS) - 1


def _compiled(function: Function) -> Function:
    """Compile on first call, without the interpreter's lock, and keep the result on disk.

    Beside this file, or in the user's cache folder where that is read-only;
    with no folder to write in, every process compiles anew.
    """
    try:
        made: Function = njit(function, nogil=True, cache=True)
    except RuntimeError:
        made = njit(function, nogil=True)
    return made


@_compiled
def _step(hashed: int, unit: int, hash_mask: int) -> int:
    """Take one more letter into a hash."""
    return ((hashed ^ int(unit)) * HASH_FACTOR) & hash_mask


@_compiled
def _place(hashed: int, size: int) -> int:
    """Return where the search for a hash begins; the high bits are the better mixed."""
    return (hashed ^ (hashed >> 19)) & (size - 1)


@_compiled
def _find(
    units: Int32s,
    begin: int,
    end: int,
    hashed: int,
    slots: Int64s,
    offsets: Int64s,
    stored: Int32s,
) -> int:
    """Return the number of the string ``units[begin:end]``, or ~slot where it would stand."""
    at = _place(hashed, len(slots))
    while slots[at] != EMPTY:
        if slots[at] >> NUMBER_BITS == hashed:
            number = slots[at] & LARGEST_NUMBER
            first = offsets[number]
            length = offsets[number + 1] - first
            if length == end - begin:
                same = 0
                while same < length and stored[first + same] == units[begin + same]:
                    same += 1
                if same == length:
                    return int(number)
        at = (at + 1) & (len(slots) - 1)
    return ~at


@_compiled
def reindex(old: Int64s, slots: Int64s) -> None:
    """Enter what stands in some slots into more of them, which are empty."""
    for entry in old:
        if entry != EMPTY:
            _enter(entry, slots)


@_compiled
def _enter(entry: int, slots: Int64s) -> None:
    at = _place(entry >> NUMBER_BITS, len(slots))
    while slots[at] != EMPTY:
        at = (at + 1) & (len(slots) - 1)
    slots[at] = entry


@_compiled
def mark_texts(units: Int32s, text_offsets: Int64s, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which texts hold a wanted letter, shape (n_texts,)."""
    found = np.zeros(len(text_offsets) - 1, dtype=np.bool_)
    for text in range(len(text_offsets) - 1):
        for i in range(text_offsets[text], text_offsets[text + 1]):
            if wanted[units[i]]:
                found[text] = True
                break
    return found


@_compiled
def read_words(  # noqa: C901 - one loop that knows its place in every state
    units: Int32s,
    text_offsets: Int64s,
    first_text: int,
    folding: Int32s,
    spelled: Int32s,
    spelled_offsets: Int64s,
    slots: Int64s,
    offsets: Int64s,
    stored: Int32s,
    n_words: Int64s,
    tokens: Int32s,
    token_offsets: Int64s,
    hash_mask: int,
) -> int:
    """Split texts into words and number them, new words into the table.

    ``folding`` says for each code point which letter it becomes, or that it is
    dropped, separates words, or is spelled out by several letters.
    ``n_words[0]`` counts the words of the table. Text i has
    ``tokens[token_offsets[i]:token_offsets[i + 1]]``.

    Returns
    -------
    int
        How many texts are done; fewer than all where the table or the tokens
        are full.
    """
    for text in range(first_text, len(text_offsets) - 1):
        known = n_words[0]
        n_tokens = token_offsets[text]
        begin = at = offsets[known]
        i, last = text_offsets[text], text_offsets[text + 1]
        piece = last_piece = hashed = 0
        while i <= last:
            if piece < last_piece:
                letter = spelled[piece]
                piece += 1
            elif i == last:
                letter = SEPARATOR
                i += 1
            else:
                letter = folding[units[i]]
                i += 1
                if letter <= SPELLED_OUT:
                    piece = spelled_offsets[SPELLED_OUT - letter]
                    last_piece = spelled_offsets[SPELLED_OUT - letter + 1]
                    continue
            if letter >= 0:
                if at == len(stored):
                    return text
                stored[at] = letter
                at += 1
                hashed = _step(hashed, letter, hash_mask)
            elif letter == SEPARATOR and at > begin:
                if n_tokens == len(tokens):
                    return text
                number = _find(stored, begin, at, hashed, slots, offsets, stored)
                if number < 0:
                    if known == len(offsets) - 1 or 2 * known >= len(slots):
                        return text
                    slots[~number] = (hashed << NUMBER_BITS) | known
                    number = known
                    known += 1
                    offsets[known] = begin = at
                    n_words[0] = known
                at = begin
                hashed = 0
                tokens[n_tokens] = number
                n_tokens += 1
        token_offsets[text + 1] = n_tokens
    return len(text_offsets) - 1


@_compiled
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
    """Look words up in a table; -1 for a word that is not there."""
    for word in range(first_word, n_words):
        begin, end = offsets[word], offsets[word + 1]
        hashed = 0
        for i in range(begin, end):
            hashed = _step(hashed, units[i], hash_mask)
        found = _find(units, begin, end, hashed, slots, known_offsets, known_units)
        numbers[word] = max(found, -1)


@_compiled
def list_ngrams(
    units: Int32s,
    offsets: Int64s,
    first_word: int,
    n_words: int,
    padded: Int32s,
    min_n: int,
    max_n: int,
    tree: Int64s,
    ngrams: Int32s,
    ngram_offsets: Int64s,
) -> int:
    """List the known character n-grams of words, one for each place where it stands.

    ``padded`` has room for the longest word with a space on either side. Word
    i has ``ngrams[ngram_offsets[i]:ngram_offsets[i + 1]]``.

    Returns
    -------
    int
        How many words are done; fewer than all where ``ngrams`` is full.
    """
    for word in range(first_word, n_words):
        size = offsets[word + 1] - offsets[word] + 2
        padded[0] = padded[size - 1] = SPACE
        padded[1 : size - 1] = units[offsets[word] : offsets[word + 1]]
        n_found = ngram_offsets[word]
        # A word too short for the shortest n-gram counts once, whole.
        shortest = min(min_n, size)
        longest = max(max_n, shortest)
        for start in range(size - shortest + 1):
            node = ROOT
            for end in range(start + 1, min(start + longest, size) + 1):
                branch = _branch(node, int(padded[end - 1]), tree)
                if branch == NOWHERE:
                    break
                node = branch >> 32
                feature = (branch & LOW_HALF) - 1
                if feature >= 0 and end - start >= shortest:
                    if n_found == len(ngrams):
                        return word
                    ngrams[n_found] = feature
                    n_found += 1
        ngram_offsets[word + 1] = n_found
    return n_words


@_compiled
def grow_tree(
    paths: Int32s,
    path_offsets: Int64s,
    order: Int64s,
    first: int,
    n_nodes: Int64s,
    tree: Int64s,
) -> int:
    """Enter n-grams into a tree: a path from the root, by letters or words, is a feature.

    Feature i is path ``order[i]``. A branch is two entries side by side: the
    node it grows from with the letter or word that it adds, and the node it
    leads to with one more than its feature, or zero where the path is only
    the beginning of others. ``n_nodes[0]`` counts the nodes.

    Returns
    -------
    int
        How many features are done; fewer than all where half of the tree is
        taken.
    """
    for feature in range(first, len(order)):
        node = ROOT
        at = 0
        for i in range(path_offsets[order[feature]], path_offsets[order[feature] + 1]):
            added = int(paths[i])
            at = _branch_place(node, added, tree)
            if tree[2 * at] == EMPTY:
                if 4 * n_nodes[0] > len(tree):
                    return feature
                tree[2 * at] = (node << 32) | added
                tree[2 * at + 1] = int(n_nodes[0]) << 32
                n_nodes[0] += 1
            node = int(tree[2 * at + 1] >> 32)
        tree[2 * at + 1] |= feature + 1
    return len(order)


@_compiled
def replant_tree(old: Int64s, tree: Int64s) -> None:
    """Enter all branches of a tree into an empty one of another size."""
    for i in range(0, len(old), 2):
        if old[i] != EMPTY:
            at = _branch_place(int(old[i] >> 32), int(old[i] & LOW_HALF), tree)
            tree[2 * at] = old[i]
            tree[2 * at + 1] = old[i + 1]


@_compiled
def _branch_place(node: int, added: int, tree: Int64s) -> int:
    """Return where a branch stands, or the empty place where it would stand."""
    key = (node << 32) | added
    size = len(tree) >> 1
    at = _place(_step(_step(0, node, HASH_MASK), added, HASH_MASK), size)
    while True:
        found = tree[2 * at]
        if found in (key, EMPTY):
            return at
        at = (at + 1) & (size - 1)


@_compiled
def _branch(node: int, added: int, tree: Int64s) -> int:
    """Return the node and the feature that a branch leads to, or NOWHERE."""
    at = _branch_place(node, added, tree)
    return NOWHERE if tree[2 * at] == EMPTY else int(tree[2 * at + 1])


@_compiled
def plant_words(
    numbers: Int32s, first_word: int, n_words: int, tree: Int64s, branches: Int64s
) -> None:
    """Take the first step into the tree for each word; NOWHERE for one that is not known."""
    for word in range(first_word, n_words):
        number = int(numbers[word])
        branches[word] = _branch(ROOT, number, tree) if number >= 0 else NOWHERE


@_compiled
def _add(feature: int, times: int, counts: Int32s, seen: Int32s, n_seen: int) -> int:
    """Count a feature of the text at hand, and list it when it is new there.

    Without a branch, since nobody can foretell which feature is new: it is
    written behind the list in any case, and the list grows only if it is. So
    ``seen`` has one place more than there are features.
    """
    before = counts[feature]
    counts[feature] = before + times
    seen[n_seen] = feature
    return n_seen + int(before == 0)


@_compiled
def _count_chars(
    tokens: Int32s,
    begin: int,
    end: int,
    ngrams: Int32s,
    ngram_offsets: Int64s,
    word_counts: Int32s,
    words: Int32s,
    counts: Int32s,
    seen: Int32s,
) -> int:
    """Count the character n-grams of one text; return how many different ones there are.

    Words are counted first, so that a word's n-grams are walked once.
    """
    n_words = 0
    for i in range(begin, end):
        n_words = _add(tokens[i], 1, word_counts, words, n_words)
    n_seen = 0
    for i in range(n_words):
        word = words[i]
        times = word_counts[word]
        word_counts[word] = 0
        for place in range(ngram_offsets[word], ngram_offsets[word + 1]):
            n_seen = _add(ngrams[place], times, counts, seen, n_seen)
    return n_seen


@_compiled
def _count_words(
    tokens: Int32s,
    begin: int,
    end: int,
    numbers: Int32s,
    branches: Int64s,
    tree: Int64s,
    max_n: int,
    counts: Int32s,
    seen: Int32s,
) -> int:
    """Count the word n-grams of one text; return how many different ones there are."""
    n_seen = 0
    for start in range(begin, end):
        branch = int(branches[tokens[start]])
        if branch == NOWHERE:
            continue
        if branch & LOW_HALF:
            n_seen = _add((branch & LOW_HALF) - 1, 1, counts, seen, n_seen)
        for i in range(start + 1, min(start + max_n, end)):
            word = int(numbers[tokens[i]])
            if word < 0:
                break
            branch = _branch(branch >> 32, word, tree)
            if branch == NOWHERE:
                break
            if branch & LOW_HALF:
                n_seen = _add((branch & LOW_HALF) - 1, 1, counts, seen, n_seen)
    return n_seen


@_compiled
def _weigh(
    seen: Int32s,
    n_seen: int,
    counts: Int32s,
    tf: Floats,
    sublinear: bool,
    binary: bool,
    rows: NDArray[np.float32],
    scores: Floats,
) -> None:
    """Add a text's part of the scores, and set its counts back to zero.

    A feature's row holds its idf, then its weight for each label. The sum runs
    in the order in which the text shows its features, so it depends on
    nothing but the text.
    """
    n_labels = len(scores)
    sums = np.zeros(n_labels, dtype=np.float64)
    squares = 0.0
    for i in range(n_seen):
        feature = seen[i]
        count = counts[feature]
        counts[feature] = 0
        if count < len(tf):
            value = tf[count]
        elif binary:
            value = 1.0
        elif sublinear:
            value = np.float64(1.0 + math.log(count))
        else:
            value = np.float64(count)
        row = rows[feature]
        value *= row[0]
        squares += value * value
        for label in range(n_labels):
            sums[label] += value * row[label + 1]
    if squares > 0.0:
        norm = math.sqrt(squares)
        for label in range(n_labels):
            scores[label] += sums[label] / norm


@_compiled
def _list(
    seen: Int32s, n_seen: int, counts: Int32s, columns: Int32s, values: Int32s, at: int
) -> int:
    """Write a text's counts down, if there is room, and set them back to zero."""
    fits = at + n_seen <= len(columns)
    for i in range(n_seen):
        feature = seen[i]
        if fits:
            columns[at + i] = feature
            values[at + i] = counts[feature]
        counts[feature] = 0
    return at + n_seen if fits else -1


@_compiled
def score_chars(
    tokens: Int32s,
    token_offsets: Int64s,
    ngrams: Int32s,
    ngram_offsets: Int64s,
    word_counts: Int32s,
    words: Int32s,
    counts: Int32s,
    seen: Int32s,
    tf: Floats,
    sublinear: bool,
    binary: bool,
    rows: NDArray[np.float32],
    scores: Floats,
) -> None:
    """Add what character n-grams say to the scores of texts, shape (n_texts, n_labels)."""
    for text in range(len(token_offsets) - 1):
        begin, end = token_offsets[text], token_offsets[text + 1]
        n_seen = _count_chars(
            tokens, begin, end, ngrams, ngram_offsets, word_counts, words, counts, seen
        )
        _weigh(seen, n_seen, counts, tf, sublinear, binary, rows, scores[text])


@_compiled
def score_words(
    tokens: Int32s,
    token_offsets: Int64s,
    numbers: Int32s,
    branches: Int64s,
    tree: Int64s,
    max_n: int,
    counts: Int32s,
    seen: Int32s,
    tf: Floats,
    sublinear: bool,
    binary: bool,
    rows: NDArray[np.float32],
    scores: Floats,
) -> None:
    """Add what word n-grams say to the scores of texts, shape (n_texts, n_labels)."""
    for text in range(len(token_offsets) - 1):
        begin, end = token_offsets[text], token_offsets[text + 1]
        n_seen = _count_words(tokens, begin, end, numbers, branches, tree, max_n, counts, seen)
        _weigh(seen, n_seen, counts, tf, sublinear, binary, rows, scores[text])


@_compiled
def list_chars(
    tokens: Int32s,
    token_offsets: Int64s,
    first_text: int,
    ngrams: Int32s,
    ngram_offsets: Int64s,
    word_counts: Int32s,
    words: Int32s,
    counts: Int32s,
    seen: Int32s,
    columns: Int32s,
    values: Int32s,
    row_offsets: Int64s,
) -> int:
    """Write down the counts of character n-grams; return how many texts are done."""
    for text in range(first_text, len(token_offsets) - 1):
        begin, end = token_offsets[text], token_offsets[text + 1]
        n_seen = _count_chars(
            tokens, begin, end, ngrams, ngram_offsets, word_counts, words, counts, seen
        )
        at = _list(seen, n_seen, counts, columns, values, row_offsets[text])
        if at < 0:
            return text
        row_offsets[text + 1] = at
    return len(token_offsets) - 1


@_compiled
def list_words(
    tokens: Int32s,
    token_offsets: Int64s,
    first_text: int,
    numbers: Int32s,
    branches: Int64s,
    tree: Int64s,
    max_n: int,
    counts: Int32s,
    seen: Int32s,
    columns: Int32s,
    values: Int32s,
    row_offsets: Int64s,
) -> int:
    """Write down the counts of word n-grams; return how many texts are done."""
    for text in range(first_text, len(token_offsets) - 1):
        begin, end = token_offsets[text], token_offsets[text + 1]
        n_seen = _count_words(tokens, begin, end, numbers, branches, tree, max_n, counts, seen)
        at = _list(seen, n_seen, counts, columns, values, row_offsets[text])
        if at < 0:
            return text
        row_offsets[text + 1] = at
    return len(token_offsets) - 1


@_compiled
def average_words(
    tokens: Int32s,
    token_offsets: Int64s,
    branches: Int64s,
    values: Floats,
    averages: Floats,
) -> None:
    """Write down, for each text, the mean of what its words are worth alone.

    ``values`` has a worth for each feature; a word that is no feature is
    worth nothing, and so is a text without words. The sum runs in the order
    of the text.
    """
    for text in range(len(token_offsets) - 1):
        begin, end = token_offsets[text], token_offsets[text + 1]
        total = 0.0
        for i in range(begin, end):
            branch = branches[tokens[i]]
            if branch != NOWHERE and branch & LOW_HALF:
                total += values[(branch & LOW_HALF) - 1]
        averages[text] = total / max(end - begin, 1)
