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
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numba import njit
from numba.np import linalg

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Units = NDArray[np.uint16] | NDArray[np.int32]
    Numbers = NDArray[np.uint32]  # of words and features; none is ever below zero
    Int32s = NDArray[np.int32]
    Int64s = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Tallies = NDArray[np.int32]  # shape (n_nodes, N_TALLIES)

    Function = TypeVar("Function", bound=Callable[..., object])

# What becomes of a letter, where it is not one other letter.
DROPPED = -1
SEPARATOR = -2
SPELLED_OUT = -3  # and below: the number of a replacement of several letters

SPACE = 32
EMPTY = -1

# Codes of letters, for looking up a run of them: none, those between, and what has no code.
BREAK = 0
CODED = 127
CODE_BITS = 7
HEAD_BITS = 8 * CODE_BITS
TAIL_BITS = 4 * CODE_BITS
MEMO_FACTORS = (0x1E3779B1, 0x25EBCA77, 0x42B2AE3D)  # odd; no product leaves 63 bits
MEMO_SHIFT = 24

FULL = -1

HIGH_SURROGATES = 0xD800 >> 10
FIRST_PAIRED = 0x10000

ROOT = 0
NOWHERE = -1
LOW_HALF = (1 << 32) - 1
UNKNOWN = -1 << 32  # a word that is in no n-gram
PLACE = 1 << 32
CHUNK = 32  # n-grams

RADIX_BITS = 11
RADIX_MASK = (1 << RADIX_BITS) - 1

# What a tally holds; the last text and outlet as one more than their number.
TOTAL, DOCUMENTS, OUTLETS, LAST_TEXT, LAST_OUTLET = range(5)
N_TALLIES = 8  # so that a row is half a line of the processor's cache
ONE = np.uint32(1)

BIT_OF_BYTE = 3
BIT_MASK = 7
MIX_FACTORS = (0x2C1B3C6D, 0x297A2D39)
MIX_SHIFT = 19

HASH_MASK = (1 << 38) - 1
HASH_FACTOR = 0x9E3779  # odd, of 24 bits: times a hash of 38 bits it stays within 63
NUMBER_BITS = 25
LARGEST_NUMBER = (1 << NUMBER_BITS) - 1


def _load_without_blas() -> None:
    """Load what numba needs to run kernels, but not SciPy's linear algebra.

    numba looks for it when it first loads a kernel, which takes a sixth of a
    second. No kernel here needs it; where another's does, it is looked for then.
    """
    ask = linalg.ensure_blas
    linalg.ensure_blas = lambda: None
    try:
        from numba.np import arraymath

        vars(arraymath)["ensure_blas"] = ask
    finally:
        linalg.ensure_blas = ask


_load_without_blas()


def compiled(function: Function) -> Function:
    """Compile on first call, without the interpreter's lock, and keep the result on disk.

    Beside this file, or in the user's cache folder where that is read-only;
    with no folder to write in, every process compiles anew.
    """
    try:
        made: Any = njit(function, nogil=True, cache=True)
    except RuntimeError:
        made = njit(function, nogil=True)
        return cast("Function", made)
    if hasattr(made, "_cache"):  # not where compiling is switched off
        made._cache = _ForgivingCache(made._cache)
    return cast("Function", made)


class _ForgivingCache:
    """What numba keeps on disk of a kernel; what of it is damaged is compiled anew.

    numba itself passes over a cache that cannot be read for want of rights, but
    not over one that was cut short or overwritten.
    """

    def __init__(self, kept: Any) -> None:
        self._kept = kept

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kept, name)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """Return a compiled version, None where there is none that can be used."""
        try:
            return self._kept.load_overload(signature, context)
        except Exception:
            # Unpickling bytes of any kind raises errors of any kind.
            self._kept.flush()
            return None


@compiled
def _step(hashed: int, unit: int, hash_mask: int) -> int:
    """Take one more letter into a hash."""
    return ((hashed ^ int(unit)) * HASH_FACTOR) & hash_mask


@compiled
def _place(hashed: int, size: int) -> int:
    """Return where the search for a hash begins; the high bits are the better mixed."""
    return (hashed ^ (hashed >> 19)) & (size - 1)


@compiled
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


@compiled
def reindex(old: Int64s, slots: Int64s) -> None:
    """Enter what stands in some slots into more of them, which are empty."""
    for entry in old:
        if entry != EMPTY:
            _enter(entry, slots)


@compiled
def _enter(entry: int, slots: Int64s) -> None:
    at = _place(entry >> NUMBER_BITS, len(slots))
    while slots[at] != EMPTY:
        at = (at + 1) & (len(slots) - 1)
    slots[at] = entry


@compiled
def mark_texts(units: Units, text_offsets: Int64s, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which texts hold a wanted letter, shape (n_texts,)."""
    found = np.zeros(len(text_offsets) - 1, dtype=np.bool_)
    for text in range(len(text_offsets) - 1):
        for i in range(text_offsets[text], text_offsets[text + 1]):
            if wanted[units[i]]:
                found[text] = True
                break
    return found


@compiled
def read_runs(  # noqa: C901, PLR0912 - one loop that knows its place in every state
    units: NDArray[np.uint16],
    text_offsets: Int64s,
    first_text: int,
    codes: NDArray[np.uint8],
    memo: Int64s,
    folding: Int32s,
    spelled: Int32s,
    spelled_offsets: Int64s,
    slots: Int64s,
    offsets: Int64s,
    stored: Int32s,
    n_words: Int64s,
    tokens: Numbers,
    token_offsets: Int64s,
    hash_mask: int,
) -> int:
    """Split texts in UTF-16 into words and number them; see `read_letters`.

    A run of letters as published nearly always is one that was met before. So
    it is looked up whole in ``memo``, if it is of at most twelve letters that
    all have a code. A row of the memo is the first eight codes as one number,
    and the other four with what became of the run above them: one more than
    the word's number, or zero where nothing is left. A run may stand in either
    of two neighbouring rows; what comes last moves into the first of them.
    """
    for text in range(first_text, len(text_offsets) - 1):
        n_tokens = token_offsets[text]
        i, last = text_offsets[text], text_offsets[text + 1]
        while i < last:
            begin = i
            code = int(codes[units[i]])
            head = tail = 0
            shift = 0
            while CODED > code > BREAK and shift < HEAD_BITS and i < last:
                head |= code << shift
                shift += CODE_BITS
                i += 1
                code = int(codes[units[i]])
            if CODED > code > BREAK and i < last:
                shift = 0
                while CODED > code > BREAK and shift < TAIL_BITS and i < last:
                    tail |= code << shift
                    shift += CODE_BITS
                    i += 1
                    code = int(codes[units[i]])
            if i == begin and code == BREAK:
                i += 1
                continue
            row = -1
            if code == BREAK or i == last:
                row = _memo_row(head, tail, len(memo))
                known = int(memo[row, 1])
                if memo[row, 0] != head or known & LOW_HALF != tail:
                    known = int(memo[row + 1, 1]) if memo[row + 1, 0] == head else ~tail
                if known & LOW_HALF == tail:
                    if n_tokens == len(tokens):
                        return text
                    tokens[n_tokens] = (known >> 32) - 1
                    n_tokens += int(known >> 32 != 0)
                    continue
            while i < last and codes[units[i]] != BREAK:
                i += 1
            before = n_tokens
            n_tokens = _read_letters(
                units,
                begin,
                i,
                True,
                folding,
                spelled,
                spelled_offsets,
                slots,
                offsets,
                stored,
                n_words,
                tokens,
                n_tokens,
                hash_mask,
            )
            if n_tokens < 0:
                return text
            if row >= 0:
                memo[row + 1, 0], memo[row + 1, 1] = memo[row, 0], memo[row, 1]
                memo[row, 0] = head
                memo[row, 1] = (int(tokens[before] + 1) << 32 if n_tokens > before else 0) | tail
        token_offsets[text + 1] = n_tokens
    return len(text_offsets) - 1


@compiled
def _memo_row(head: int, tail: int, size: int) -> int:
    """Return the first of the two rows of a run, by its codes."""
    mixed = (head & LOW_HALF) * MEMO_FACTORS[0] ^ (head >> 32) * MEMO_FACTORS[1]
    mixed ^= tail * MEMO_FACTORS[2]
    return (mixed >> MEMO_SHIFT) & (size - 2)


@compiled
def read_letters(
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
    tokens: Numbers,
    token_offsets: Int64s,
    hash_mask: int,
) -> int:
    """Split texts in code points into words and number them, new words into the table.

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
        n_tokens = _read_letters(
            units,
            text_offsets[text],
            text_offsets[text + 1],
            False,
            folding,
            spelled,
            spelled_offsets,
            slots,
            offsets,
            stored,
            n_words,
            tokens,
            token_offsets[text],
            hash_mask,
        )
        if n_tokens < 0:
            return text
        token_offsets[text + 1] = n_tokens
    return len(text_offsets) - 1


@compiled
def _read_letters(  # noqa: C901 - one loop that knows its place in every state
    units: Units,
    first: int,
    last: int,
    paired: bool,
    folding: Int32s,
    spelled: Int32s,
    spelled_offsets: Int64s,
    slots: Int64s,
    offsets: Int64s,
    stored: Int32s,
    n_words: Int64s,
    tokens: Numbers,
    n_tokens: int,
    hash_mask: int,
) -> int:
    """Read the words of ``units[first:last]``; return how many tokens there are then, or FULL.

    ``paired`` units are UTF-16, in which two surrogates are one letter.
    """
    known = n_words[0]
    begin = at = offsets[known]
    i = first
    piece = last_piece = hashed = 0
    while i <= last:
        if piece < last_piece:
            letter = spelled[piece]
            piece += 1
        elif i == last:
            letter = SEPARATOR
            i += 1
        else:
            point = int(units[i])
            i += 1
            if paired and (point >> 10) == HIGH_SURROGATES:
                point = FIRST_PAIRED + ((point & 1023) << 10) + (int(units[i]) & 1023)
                i += 1
            letter = folding[point]
            if letter <= SPELLED_OUT:
                piece = spelled_offsets[SPELLED_OUT - letter]
                last_piece = spelled_offsets[SPELLED_OUT - letter + 1]
                continue
        if letter >= 0:
            if at == len(stored):
                return FULL
            stored[at] = letter
            at += 1
            hashed = _step(hashed, letter, hash_mask)
        elif letter == SEPARATOR and at > begin:
            if n_tokens == len(tokens):
                return FULL
            number = _find(stored, begin, at, hashed, slots, offsets, stored)
            if number < 0:
                if known == len(offsets) - 1 or 2 * known >= len(slots):
                    return FULL
                slots[~number] = (hashed << NUMBER_BITS) | known
                number = known
                known += 1
                offsets[known] = begin = at
                n_words[0] = known
            at = begin
            hashed = 0
            tokens[n_tokens] = number
            n_tokens += 1
    return n_tokens


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
    """Look words up in a table; -1 for a word that is not there."""
    for word in range(first_word, n_words):
        begin, end = offsets[word], offsets[word + 1]
        hashed = 0
        for i in range(begin, end):
            hashed = _step(hashed, units[i], hash_mask)
        found = _find(units, begin, end, hashed, slots, known_offsets, known_units)
        numbers[word] = max(found, -1)


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
    """List the known character n-grams of words, one for each place where it stands.

    ``padded`` has room for the longest word with a space on either side. Word
    i has ``ngrams[ngram_offsets[i]:ngram_offsets[i + 1]]``; behind the last one
    some room is left, so that loops may look beyond it.

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
                branch = _branch(node, padded[end - 1], tree)
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
def count_branches(paths: Numbers, path_offsets: Int64s, roots: int) -> int:
    """Return how many branches a tree of these paths has at most; just so many, if in order."""
    n_branches = 0
    for path in range(len(path_offsets) - 1):
        length = path_offsets[path + 1] - path_offsets[path]
        n_branches += max(length - max(_shared(paths, path_offsets, path), roots), 0)
    return n_branches


@compiled
def _shared(paths: Numbers, path_offsets: Int64s, path: int) -> int:
    """Return how many steps a path shares with the one before it."""
    if path == 0:
        return 0
    begin, before = path_offsets[path], path_offsets[path - 1]
    length = min(path_offsets[path + 1] - begin, begin - before)
    steps = 0
    while steps < length and paths[begin + steps] == paths[before + steps]:
        steps += 1
    return int(steps)


@compiled
def grow_tree(
    paths: Numbers,
    path_offsets: Int64s,
    features: Int64s,
    roots: int,
    n_nodes: int,
    nodes: Int64s,
    alone: Int32s,
    tree: Int64s,
) -> None:
    """Enter n-grams into a tree: a path from its root, by letters or words, is a feature.

    A branch is two entries side by side: the node it grows from with the
    letter or word that it adds, and the node it leads to with one more than
    its feature, or zero where the path is only the beginning of others. With
    ``roots=1`` each word is a root, whose node is the word's number, and whose
    feature goes into ``alone``; new nodes are numbered from ``n_nodes``.
    ``nodes`` has room for the steps of the longest path, and one more.
    """
    nodes[0] = ROOT
    for path in range(len(path_offsets) - 1):
        begin = path_offsets[path]
        length = path_offsets[path + 1] - begin
        step = _shared(paths, path_offsets, path)
        if step < roots:
            step = roots
            nodes[step] = paths[begin]
        if length == roots:
            alone[paths[begin]] = features[path]
            continue
        step = min(step, length - 1)
        at = 0
        while step < length:
            node = nodes[step]
            at = _branch_place(node, paths[begin + step], tree)
            if tree[2 * at] == EMPTY:
                tree[2 * at] = (node << 32) | int(paths[begin + step])
                tree[2 * at + 1] = int(n_nodes) << 32
                n_nodes += 1
            step += 1
            nodes[step] = tree[2 * at + 1] >> 32
        tree[2 * at + 1] |= features[path] + 1


@compiled
def _mix(node: int, added: int) -> int:
    """Return a number that looks random in its lowest bits."""
    mixed = (int(node) * MIX_FACTORS[0]) ^ (int(added) * MIX_FACTORS[1])
    return mixed ^ (mixed >> MIX_SHIFT)


@compiled
def _branch_place(node: int, added: int, tree: Int64s) -> int:
    """Return where a branch stands, or the empty place where it would stand."""
    key = (int(node) << 32) | int(added)
    size = len(tree) >> 1
    at = (_mix(node, added) >> BIT_OF_BYTE) & (size - 1)
    while True:
        found = tree[2 * at]
        if found in (key, EMPTY):
            return at
        at = (at + 1) & (size - 1)


@compiled
def _branch(node: int, added: int, tree: Int64s) -> int:
    """Return the node and the feature that a branch leads to, or NOWHERE."""
    at = _branch_place(node, added, tree)
    return NOWHERE if tree[2 * at] == EMPTY else int(tree[2 * at + 1])


@compiled
def plant_words(
    numbers: Int32s, first_word: int, n_words: int, alone: Int32s, branches: Int64s
) -> None:
    """Note each word's node, which is its number, with one more than its own feature, if any."""
    for word in range(first_word, n_words):
        number = int(numbers[word])
        branches[word] = (number << 32) | (int(alone[number]) + 1) if number >= 0 else UNKNOWN


@compiled
def _add(feature: int, times: int, counts: Int32s, seen: Numbers, n_seen: int) -> int:
    """Count a feature of the text at hand, and list it when it is new there.

    Without a branch, since nobody can foretell which feature is new: it is
    written behind the list in any case, and the list grows only if it is. So
    ``seen`` has one place more than there are features.
    """
    before = counts[feature]
    counts[feature] = before + times
    seen[n_seen] = feature
    return n_seen + int(before == 0)


@compiled
def sum_ngrams(
    ngrams: Numbers,
    ngram_offsets: Int64s,
    first_word: int,
    n_words: int,
    rows: NDArray[np.float32],
    sums: Floats,
) -> None:
    """Add up the rows of each word's n-grams, shape (n_words, 1 + n_labels)."""
    for word in range(first_word, n_words):
        sums[word] = 0.0
        for place in range(ngram_offsets[word], ngram_offsets[word + 1]):
            row = rows[ngrams[place]]
            for column in range(sums.shape[1]):
                sums[word, column] += row[column]


@compiled
def _distinct_words(
    tokens: Numbers,
    ngram_offsets: Int64s,
    word_counts: Int32s,
    words: Numbers,
) -> tuple[int, int]:
    """List the different words of one text.

    Returns
    -------
    n_words : int
        How many there are in ``words``.
    n_places : int
        How many n-grams they have together.
    """
    n_words = 0
    for token in tokens:
        n_words = _add(token, 1, word_counts, words, n_words)
    n_places = 0
    for i in range(n_words):
        n_places += ngram_offsets[words[i] + ONE] - ngram_offsets[words[i]]
    return n_words, n_places


@compiled
def _count_chars(
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
    """Count the character n-grams of one text, and list those that come at least so often.

    A tally is an n-gram's count, and above it the number of places in
    different words where it stands. The n-grams of words that come once are
    first brought together in ``places``: short loops over them, one for each
    word, would keep the processor guessing where the next one ends.

    Returns
    -------
    int
        How many n-grams are listed in ``seen`` and ``tallies``.
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
        tally = counts[feature]
        counts[feature] = 0
        seen[n_seen] = feature
        tallies[n_seen] = tally
        n_seen += int(tally & LOW_HALF >= least)
    return n_seen


@compiled
def _copy_ngrams(
    word: int, ngrams: Numbers, ngram_offsets: Int64s, places: Numbers, n_places: int
) -> int:
    """Copy a word's n-grams; return how many there are then.

    As many as nearly all words have at the most are copied in any case.
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
def _count_words(
    tokens: Numbers,
    begin: int,
    end: int,
    max_n: int,
    branches: Int64s,
    tree: Int64s,
    bits: NDArray[np.uint8],
    numbers: Int32s,
    nodes: Int32s,
    places: Int32s,
    counts: Int32s,
    seen: Numbers,
) -> int:
    """Count the word n-grams of one text; return how many different ones there are.

    All n-grams of one length come before those of the next. ``numbers``,
    ``nodes`` and ``places`` have room for the text's words.
    """
    n_seen = n_alive = 0
    for i in range(begin, end):
        branch = int(branches[tokens[i]])
        numbers[i - begin] = nodes[n_alive] = branch >> 32
        places[n_alive] = i - begin + 1
        n_alive += int(branch != UNKNOWN)
        if branch & LOW_HALF:
            n_seen = _add((branch & LOW_HALF) - 1, 1, counts, seen, n_seen)
    for _ in range(1, max_n):
        n_alive = _possible(numbers, end - begin, bits, nodes, places, n_alive)
        n_next = 0
        for i in range(n_alive):
            branch = _branch(nodes[i], numbers[places[i]], tree)
            if branch != NOWHERE:
                nodes[n_next] = branch >> 32
                places[n_next] = places[i] + 1
                n_next += 1
                if branch & LOW_HALF:
                    n_seen = _add((branch & LOW_HALF) - 1, 1, counts, seen, n_seen)
        n_alive = n_next
    return n_seen


@compiled
def _possible(
    numbers: Int32s,
    n_tokens: int,
    bits: NDArray[np.uint8],
    nodes: Int32s,
    places: Int32s,
    n_alive: int,
) -> int:
    """Keep the nodes from which the next word may branch off; return how many there are.

    A bit for each branch that there is tells of nearly all that there are not,
    from the processor's cache and without a jump that nobody can foretell.
    """
    n_kept = 0
    for i in range(n_alive):
        node, place = nodes[i], places[i]
        if place == n_tokens:
            continue
        bit = _mix(node, numbers[place]) & ((len(bits) << BIT_OF_BYTE) - 1)
        nodes[n_kept] = node
        places[n_kept] = place
        there = (int(bits[bit >> BIT_OF_BYTE]) >> (bit & BIT_MASK)) & 1
        n_kept += there & int(numbers[place] >= 0)
    return n_kept


@compiled
def mark_branches(tree: Int64s, bits: NDArray[np.uint8]) -> None:
    """Set the bit of each branch of a tree."""
    for i in range(0, len(tree), 2):
        if tree[i] != EMPTY:
            bit = _mix(tree[i] >> 32, tree[i] & LOW_HALF) & ((len(bits) << BIT_OF_BYTE) - 1)
            bits[bit >> BIT_OF_BYTE] |= 1 << (bit & BIT_MASK)


@compiled
def _weight_of(count: int, tf: Floats, sublinear: bool, binary: bool) -> np.float64:
    """Return the weight of a count: looked up, where it is not a very large one."""
    weight = np.float64(count)
    if count < len(tf):
        weight = tf[count]
    elif binary:
        weight = np.float64(1.0)
    elif sublinear:
        weight = np.float64(1.0 + math.log(count))
    return weight


@compiled
def _add_normalised(sums: Floats, scores: Floats) -> None:
    """Add sums of rows, divided by the length of the text's vector, to its scores."""
    if sums[0] > 0.0:
        norm = math.sqrt(sums[0])
        for label in range(len(scores)):
            scores[label] += sums[label + 1] / norm


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
    rows: NDArray[np.float32],
    word_sums: Floats,
    scores: Floats,
) -> None:
    """Add what character n-grams say to the scores of texts, shape (n_texts, n_labels).

    A feature's row is the square of its idf, then its weight for each label
    times its idf. ``word_sums`` are the rows of each word's n-grams added up:
    what they say if each stands once. Only those that come more often, a third
    of a text's, are looked at one by one. The sum runs in the order of the
    text, so it depends on nothing else.
    """
    width = rows.shape[1]
    sums = np.empty(width, dtype=np.float64)
    places = np.empty(CHUNK, dtype=np.uint32)
    for text in range(len(token_offsets) - 1):
        own = tokens[token_offsets[text] : token_offsets[text + 1]]
        n_words, n_places = _distinct_words(own, ngram_offsets, word_counts, words)
        if n_places + CHUNK > len(places):
            places = np.empty(2 * n_places + CHUNK, dtype=np.uint32)
        n_seen = _count_chars(
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
            value = _weight_of(tallies[i] & LOW_HALF, tf, sublinear, binary)
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
    bits: NDArray[np.uint8],
    numbers: Int32s,
    nodes: Int32s,
    places: Int32s,
    counts: Int32s,
    seen: Numbers,
    tf: Floats,
    sublinear: bool,
    binary: bool,
    rows: NDArray[np.float32],
    scores: Floats,
) -> None:
    """Add what word n-grams say to the scores of texts; see `score_chars`."""
    width = rows.shape[1]
    sums = np.empty(width, dtype=np.float64)
    for text in range(len(token_offsets) - 1):
        begin, end = token_offsets[text], token_offsets[text + 1]
        n_seen = _count_words(
            tokens, begin, end, max_n, branches, tree, bits, numbers, nodes, places, counts, seen
        )
        sums[:] = 0.0
        for i in range(n_seen):
            feature = seen[i]
            value = _weight_of(counts[feature], tf, sublinear, binary)
            counts[feature] = 0
            row = rows[feature]
            sums[0] += value * value * row[0]
            for column in range(1, width):
                sums[column] += value * row[column]
        _add_normalised(sums, scores[text])


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
    """Write down the counts of character n-grams; return how many texts are done."""
    places = np.empty(CHUNK, dtype=np.uint32)
    for text in range(first_text, len(token_offsets) - 1):
        own = tokens[token_offsets[text] : token_offsets[text + 1]]
        n_words, n_places = _distinct_words(own, ngram_offsets, word_counts, words)
        if n_places + CHUNK > len(places):
            places = np.empty(2 * n_places + CHUNK, dtype=np.uint32)
        n_seen = _count_chars(
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
    bits: NDArray[np.uint8],
    numbers: Int32s,
    nodes: Int32s,
    places: Int32s,
    counts: Int32s,
    seen: Numbers,
    columns: Int32s,
    values: Int32s,
    row_offsets: Int64s,
) -> int:
    """Write down the counts of word n-grams; return how many texts are done."""
    for text in range(first_text, len(token_offsets) - 1):
        begin, end = token_offsets[text], token_offsets[text + 1]
        n_seen = _count_words(
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


@compiled
def average_words(
    tokens: Numbers,
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
            if branch & LOW_HALF:
                total += values[(branch & LOW_HALF) - 1]
        averages[text] = total / max(end - begin, 1)


@compiled
def score_values(values: NDArray[np.float32], weights: NDArray[np.float32], scores: Floats) -> None:
    """Add values of shape (n_texts, n_columns) times their weights to the scores of texts."""
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
    scale: NDArray[np.float32],
    weights: NDArray[np.float32],
    rows: NDArray[np.float32],
) -> None:
    """Put what features weigh side by side, in an order; see `score_chars`."""
    for row in range(len(order)):
        column = order[row]
        factor = idf[column] * scale[column]
        rows[row, 0] = idf[column] * idf[column]
        for label in range(weights.shape[1]):
            rows[row, label + 1] = factor * weights[column, label]


@compiled
def weigh(
    columns: Int32s,
    values: Int32s,
    row_offsets: Int64s,
    order: Int64s,
    idf: Floats,
    tf: Floats,
    sublinear: bool,
    binary: bool,
    sorted_columns: Int32s,
    weights: NDArray[np.float32],
) -> None:
    """Turn counts into TF-IDF values, each row of unit length and in the order of its columns.

    Feature i of the counts is column ``order[i]``.
    """
    longest = 0
    for row in range(len(row_offsets) - 1):
        longest = max(longest, row_offsets[row + 1] - row_offsets[row])
    keys, spare = np.empty(longest, dtype=np.int64), np.empty(longest, dtype=np.int64)
    sizes = np.empty(1 << RADIX_BITS, dtype=np.int64)
    products = np.empty(longest, dtype=np.float64)
    for row in range(len(row_offsets) - 1):
        begin = row_offsets[row]
        size = row_offsets[row + 1] - begin
        for i in range(size):
            keys[i] = (order[columns[begin + i]] << 32) | values[begin + i]
        _sort_by_column(keys, spare, sizes, size, len(order))
        squares = 0.0
        for i in range(size):
            column = keys[i] >> 32
            product = _weight_of(keys[i] & LOW_HALF, tf, sublinear, binary) * idf[column]
            products[i] = product
            squares += product * product
            sorted_columns[begin + i] = column
        norm = math.sqrt(squares) if squares > 0.0 else 1.0
        for i in range(size):
            weights[begin + i] = products[i] / norm


@compiled
def _sort_by_column(
    keys: Int64s, spare: Int64s, sizes: Int64s, n_keys: int, n_columns: int
) -> None:
    """Sort keys by their high halves, a few bits at a time (LSD radix sort)."""
    shift = 32
    while (n_columns - 1) >> (shift - 32) > 0:
        sizes[:] = 0
        for i in range(n_keys):
            sizes[(keys[i] >> shift) & RADIX_MASK] += 1
        before = 0
        for digit in range(len(sizes)):
            size = sizes[digit]
            sizes[digit] = before
            before += size
        for i in range(n_keys):
            digit = (keys[i] >> shift) & RADIX_MASK
            spare[sizes[digit]] = keys[i]
            sizes[digit] += 1
        keys[:n_keys] = spare[:n_keys]
        shift += RADIX_BITS


@compiled
def _tally(node: int, times: int, text: int, outlet: int, tallies: Tallies) -> None:
    """Count an n-gram of a text of an outlet; texts come outlet by outlet."""
    tally = tallies[node]
    tally[TOTAL] += times
    if tally[LAST_TEXT] != text + 1:
        tally[LAST_TEXT] = text + 1
        tally[DOCUMENTS] += 1
        if tally[LAST_OUTLET] != outlet + 1:
            tally[LAST_OUTLET] = outlet + 1
            tally[OUTLETS] += 1


@compiled
def _grow_branch(node: int, added: int, n_nodes: Int64s, tree: Int64s) -> int:
    """Return the node that a branch leads to; a new one, where there is no such branch yet."""
    at = _branch_place(node, added, tree)
    if tree[2 * at] == EMPTY:
        tree[2 * at] = (int(node) << 32) | int(added)
        tree[2 * at + 1] = n_nodes[0]
        n_nodes[0] += 1
    return int(tree[2 * at + 1])


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
    tallies: Tallies,
) -> int:
    """Count all word n-grams of texts, and in how many texts and outlets they occur.

    ``texts`` are numbers of texts, outlet by outlet. A word's node is its
    number. Returns how many texts are done; fewer than all where the tree or
    the tallies might have no room for the next.
    """
    for i in range(first, len(texts)):
        text = texts[i]
        begin, end = token_offsets[text], token_offsets[text + 1]
        if not _has_room((end - begin) * (max_n - 1), n_nodes, tree, tallies):
            return i
        for start in range(begin, end):
            node = int(tokens[start])
            if min_n == 1:
                _tally(node, 1, text, outlets[text], tallies)
            for at in range(start + 1, min(start + max_n, end)):
                node = _grow_branch(node, tokens[at], n_nodes, tree)
                if at - start >= min_n - 1:
                    _tally(node, 1, text, outlets[text], tallies)
    return len(texts)


@compiled
def _has_room(n_new: int, n_nodes: Int64s, tree: Int64s, tallies: Tallies) -> bool:
    """Tell whether so many branches more leave half of the tree empty."""
    n_then = n_nodes[0] + n_new
    return bool(n_then <= len(tallies) and 4 * n_then <= len(tree))


@compiled
def replant_tree(old: Int64s, tree: Int64s) -> None:
    """Enter all branches of a tree into an empty one of another size."""
    for i in range(0, len(old), 2):
        if old[i] != EMPTY:
            at = _branch_place(old[i] >> 32, old[i] & LOW_HALF, tree)
            tree[2 * at] = old[i]
            tree[2 * at + 1] = old[i + 1]


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
    """List all character n-grams of words, as nodes of a tree that grows; see `list_ngrams`."""
    for word in range(first_word, n_words):
        size = offsets[word + 1] - offsets[word] + 2
        padded[0] = padded[size - 1] = SPACE
        padded[1 : size - 1] = units[offsets[word] : offsets[word + 1]]
        n_found = ngram_offsets[word]
        shortest = min(min_n, size)
        longest = min(max(max_n, shortest), size)
        if n_found + size * longest > len(ngrams) or 4 * (n_nodes[0] + size * longest) > len(tree):
            return word
        for start in range(size - shortest + 1):
            node = ROOT
            for end in range(start + 1, min(start + longest, size) + 1):
                node = _grow_branch(node, padded[end - 1], n_nodes, tree)
                if end - start >= shortest:
                    ngrams[n_found] = node
                    n_found += 1
        ngram_offsets[word + 1] = n_found
    return n_words


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
    tallies: Tallies,
) -> None:
    """Count all character n-grams of texts; see `tally_words`."""
    for text in texts:
        own = tokens[token_offsets[text] : token_offsets[text + 1]]
        n_words, _ = _distinct_words(own, ngram_offsets, word_counts, words)
        for i in range(n_words):
            word = words[i]
            for place in range(ngram_offsets[word], ngram_offsets[word + ONE]):
                _tally(ngrams[place], word_counts[word], text, outlets[text], tallies)
            word_counts[word] = 0


@compiled
def spell(nodes: Int64s, tree: Int64s, n_roots: int, n_nodes: int, paths: Int32s) -> None:
    """Write down the steps that lead to nodes, each in a row of ``paths``, and -1 behind them.

    The first ``n_roots`` nodes are reached in one step, which is their number.
    """
    parents = np.full(n_nodes, EMPTY, dtype=np.int64)
    steps = np.arange(n_nodes)
    for i in range(0, len(tree), 2):
        if tree[i] != EMPTY:
            parents[tree[i + 1]] = tree[i] >> 32
            steps[tree[i + 1]] = tree[i] & LOW_HALF
    for i in range(len(nodes)):
        node = nodes[i]
        n_steps = 0
        while node != EMPTY and (n_roots > 0 or node != ROOT):
            n_steps += 1
            node = parents[node]
        paths[i, n_steps:] = -1
        node = nodes[i]
        for step in range(n_steps - 1, -1, -1):
            paths[i, step] = steps[node]
            node = parents[node]
