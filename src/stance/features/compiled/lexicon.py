"""Terms of a lexicon in numbered words: forms of words, matches, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.features.compiled.arrays import LOW_HALF
from stance.features.compiled.compilation import compiled
from stance.features.compiled.quotation import OWN, SCARE, SPEECH
from stance.features.compiled.string_tables import extended_hash, find_string
from stance.features.compiled.trees import NOWHERE, ROOT, branch_from

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Bits, Floats, Int8s, Int32s, Int64s, Numbers

    Known = tuple[Int32s, Int64s, Int64s, int, Int32s, int, Bits]

# Of the number of a form, and of the place of a word's branches: there is none.
NONE = -1
# Of another spelling's form: the string is no other spelling.
NO_SPELLING = -2

ALEF, BEH, FEH, KAF, LAM, NOON, WAW, YEH = (ord(letter) for letter in "ابفكلنوي")

# What is known of a word: the numbers of its form as it stands and without the article, or NONE
# where no term goes on with it; the term that it is by itself; and where the branches of the terms
# that it begins are listed.
PLAIN, BARE, ALONE, BEGINS = range(4)

# A word is at most so much longer than its last form: و, ب, ال.
PARTICLES = 4
MOST_FORMS = 12

# The shortest word whose ending depends on the case.
WITH_ENDING = 5


@compiled
def learn_forms(
    units: Int32s,
    offsets: Int64s,
    first_word: int,
    n_words: int,
    known: Known,
    tree: Int64s,
    letters: Int32s,
    starts: Int64s,
    forms: Int32s,
    branches: Int64s,
    n_branches: Int64s,
) -> int:
    """Look up the forms of words, and the terms that words begin.

    ``known`` are the forms and the other spellings of words: letters, offsets,
    slots and mask of hashes of their string table, the form of each other
    spelling, the length of the longest string, and which forms stand behind
    the first word of a term. The row of a word in ``forms``
    is written. ``branches[forms[word, BEGINS]:]``, up to `NOWHERE`, are those of
    the tree that the word begins, in the order in which they are preferred.
    ``letters`` has room for the longest string and its particles, ``starts``
    for all forms of a word.

    Returns
    -------
    int
        How many words are done; fewer than all where ``branches`` is full.
    """
    longest = known[5]
    found = np.empty(MOST_FORMS, dtype=np.int64)
    for word in range(first_word, n_words):
        n_found = n_branches[0]
        if n_found + MOST_FORMS >= len(branches):
            return word
        for column in range(forms.shape[1]):
            forms[word, column] = NONE
        begin, size = offsets[word], offsets[word + 1] - offsets[word]
        if size > longest + PARTICLES:
            continue
        for i in range(size):
            letters[i] = units[begin + i]
        n_forms = _list_forms(letters, size, starts, found, known)
        has_article = size > 1 and letters[0] == ALEF and letters[1] == LAM
        bare = _place_of(4, starts, n_forms) if has_article else 0
        forms[word, PLAIN] = _behind_others(found[0], known)
        forms[word, BARE] = _behind_others(found[bare], known)
        first = n_found
        for i in range(n_forms):
            branch = branch_from(ROOT, found[i], tree) if found[i] != NONE else NOWHERE
            if branch != NOWHERE and _place_of(found[i], found, i) == i:
                if forms[word, ALONE] == NONE:
                    forms[word, ALONE] = int(branch & LOW_HALF) - 1
                branches[n_found] = branch
                n_found += 1
        if n_found > first:
            forms[word, BEGINS] = first
            branches[n_found] = NOWHERE
            n_branches[0] = n_found + 1
    return n_words


@compiled
def _behind_others(form: int, known: Known) -> int:
    """Return a form that stands behind the first word of a term, or NONE."""
    return form if form != NONE and known[6][form] else NONE


@compiled
def _place_of(number: int, numbers: Int64s, size: int) -> int:
    """Return the first place of a number among the first of some; ``size`` where it is not."""
    i = 0
    while i < size and numbers[i] != number:
        i += 1
    return i


@compiled
def _list_forms(letters: Int32s, size: int, starts: Int64s, found: Int64s, known: Known) -> int:
    """Look up a word and what is left of it behind attached particles; return how many forms.

    The word comes first, then what is left behind و or ف, then behind ب, ك or
    ل, and then behind the article. An entry of ``starts`` is twice the place
    where a form begins, and one more where its first letter is to be ا: ل and
    ال melt into لل.
    """
    n_forms = _strip_particles(letters, size, starts)
    for i in range(n_forms):
        begin, melted = starts[i] >> 1, starts[i] & 1
        if melted:
            letters[begin] = ALEF
        found[i] = _form_number(letters, begin, size, known)
        if melted:
            letters[begin] = LAM
    return n_forms


@compiled
def _strip_particles(letters: Int32s, size: int, starts: Int64s) -> int:
    starts[0] = 0
    n_forms = 1
    if size > 0 and letters[0] in (WAW, FEH):
        starts[1] = 2
        n_forms = 2
    for i in range(n_forms):
        begin = starts[i] >> 1
        if begin + 1 < size and letters[begin] == LAM and letters[begin + 1] == LAM:
            starts[n_forms] = starts[i] | 1
            n_forms += 1
        if begin < size and letters[begin] in (BEH, KAF, LAM):
            starts[n_forms] = starts[i] + 2
            n_forms += 1
    for i in range(n_forms):
        begin, melted = starts[i] >> 1, starts[i] & 1
        has_alef = begin + 1 < size and letters[begin] == ALEF and letters[begin + 1] == LAM
        if melted or has_alef:
            starts[n_forms] = 2 * (begin + 2)
            n_forms += 1
    return n_forms


@compiled
def _form_number(letters: Int32s, begin: int, end: int, known: Known) -> int:
    """Return the number of a word's form: of its usual spelling, in one case."""
    respelled, longest, n_forms = known[4], known[5], len(known[6])
    if not 0 < end - begin <= longest:
        return NONE
    changed = NONE
    while True:
        number = _string_number(letters, begin, end, known)
        if changed != NONE:
            letters[changed] = WAW
            break
        if number >= 0 and respelled[number] != NO_SPELLING:
            return int(respelled[number])
        changed = _ending_to_change(letters, begin, end)
        if changed == NONE:
            break
        letters[changed] = YEH
    return number if 0 <= number < n_forms else NONE


@compiled
def _ending_to_change(letters: Int32s, begin: int, end: int) -> int:
    """Return the place of the و in the endings ون and و, which are ين and ي in other cases."""
    if end - begin < WITH_ENDING:
        return NONE
    if letters[end - 2] == WAW and letters[end - 1] == NOON:
        return end - 2
    return end - 1 if letters[end - 1] == WAW else NONE


@compiled
def _string_number(letters: Int32s, begin: int, end: int, known: Known) -> int:
    """Return the number of a known string; below zero where it is not known."""
    hashed = 0
    for i in range(begin, end):
        hashed = extended_hash(hashed, letters[i], known[3])
    return find_string(letters, begin, end, hashed, known[2], known[1], known[0])


@compiled
def find_terms(
    tokens: Numbers,
    token_offsets: Int64s,
    forms: Int32s,
    branches: Int64s,
    tree: Int64s,
    nodes: Int64s,
    matches: Int32s,
) -> int:
    """Find terms, left to right, none overlapping another; return how many there are.

    A match is a row: its first token, the one behind its last, and the term.
    ``nodes`` has two rows with room for all terms. At each place the longest
    term wins, then the form of its first word that is preferred, then the term
    that comes first.
    """
    n_matches = 0
    for text in range(len(token_offsets) - 1):
        i, end = token_offsets[text], token_offsets[text + 1]
        while i < end:
            term, place = int(forms[tokens[i], ALONE]), forms[tokens[i], BEGINS]
            behind = i if term == NONE else i + 1
            if place != NONE and i + 1 < end and _is_behind_others(tokens[i + 1], forms):
                while branches[place] != NOWHERE:
                    if _goes_on(branches[place], tokens[i + 1], forms, tree):
                        found = _longest_term(branches[place], tokens, i, end, forms, tree, nodes)
                        if found[0] > behind:
                            behind, term = found
                    place += 1
            if behind == i:
                i += 1
                continue
            matches[n_matches, 0], matches[n_matches, 1] = i, behind
            matches[n_matches, 2] = term
            n_matches += 1
            i = behind
    return n_matches


@compiled
def _is_behind_others(word: int, forms: Int32s) -> bool:
    """Tell whether some term goes on with a word; most words end the search."""
    return bool(forms[word, PLAIN] != NONE or forms[word, BARE] != NONE)


@compiled
def _goes_on(branch: int, word: int, forms: Int32s, tree: Int64s) -> bool:
    """Tell whether a branch goes on with a word."""
    node = branch >> 32
    for column in (PLAIN, BARE):
        form = forms[word, column]
        if form != NONE and branch_from(node, form, tree) != NOWHERE:
            return True
    return False


@compiled
def _longest_term(
    branch: int,
    tokens: Numbers,
    start: int,
    end: int,
    forms: Int32s,
    tree: Int64s,
    nodes: Int64s,
) -> tuple[int, int]:
    """Return the token behind the longest term on a branch beyond its first word, and the term."""
    behind, term = start, NONE
    nodes[0, 0] = branch >> 32
    n_nodes = 1
    row = 0
    for i in range(start + 1, end):
        found, n_next = NONE, 0
        token = tokens[i]
        n_choices = 1 if forms[token, BARE] == forms[token, PLAIN] else 2
        for k in range(n_nodes):
            for choice in range(n_choices):
                form = forms[token, PLAIN + choice]
                branch = branch_from(nodes[row, k], form, tree) if form != NONE else NOWHERE
                if branch == NOWHERE:
                    continue
                nodes[1 - row, n_next] = branch >> 32
                n_next += 1
                ends = int(branch & LOW_HALF) - 1
                if ends >= 0 and (found == NONE or ends < found):
                    found = ends
        if found != NONE:
            behind, term = i + 1, found
        if n_next == 0:
            break
        n_nodes = n_next
        row = 1 - row
    return behind, term


@compiled
def count_terms(
    matches: Int32s,
    token_offsets: Int64s,
    voices: Int8s,
    categories: Int32s,
    sides: Int32s,
    own: Floats,
    scare: Floats,
    sided: Floats,
    n_words: Int64s,
) -> None:
    """Count categories in own words and between scare quotes, and sides in own words.

    A term is in the least own voice of its words; those in speech do not count.
    ``categories`` and ``sides`` are those of each term. Counts have a row for
    each text; ``n_words`` are its words outside of speech.
    """
    match = 0
    for text in range(len(token_offsets) - 1):
        end = token_offsets[text + 1]
        for i in range(token_offsets[text], end):
            n_words[text] += int(voices[i] != SPEECH)
        while match < len(matches) and matches[match, 0] < end:
            voice = OWN
            for i in range(matches[match, 0], matches[match, 1]):
                if voices[i] != OWN and voice != SPEECH:
                    voice = int(voices[i])
            term = matches[match, 2]
            if voice == SCARE:
                scare[text, categories[term]] += 1.0
            elif voice == OWN:
                own[text, categories[term]] += 1.0
                if sides[term] >= 0:
                    sided[text, sides[term]] += 1.0
            match += 1
