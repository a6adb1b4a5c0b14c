"""Kernels for a lexicon's terms in numbered words: word forms, and counts of matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.features.compiled.arrays import LOW_HALF
from stance.features.compiled.compilation import compiled
from stance.features.compiled.quotation import OWN, SCARE, SPEECH
from stance.features.compiled.string_tables import extended_hash, find_string
from stance.features.compiled.trees import NOWHERE, ROOT, branch_from

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Bits, Floats, Int8s, Int32s, Int64s

    Known = tuple[Int32s, Int64s, Int64s, int, Int32s, int, Bits]

# Missing value for the number of a form and the place of a word's branches.
NONE = -1
# In the table of other spellings: the string is not an other spelling.
NO_SPELLING = -2

ALEF, BEH, FEH, KAF, LAM, NOON, WAW, YEH = (ord(letter) for letter in "ابفكلنوي")

# Columns of a word's row: the numbers of its form with and without the article, or NONE if no term
# continues with it; the place of the branches of the terms that it begins; and from ALONE on, for
# each row of ``valid``, the term that consists of this word alone.
PLAIN, BARE, BEGINS, ALONE = range(4)

# The maximum length of the attached particles of a word: و, ب, ال.
PARTICLES = 4
MOST_FORMS = 12

# The minimum length of a word whose ending depends on the case.
WITH_ENDING = 5


@compiled
def learn_forms(
    units: Int32s,
    offsets: Int64s,
    first_word: int,
    n_words: int,
    known: Known,
    tree: Int64s,
    valid: Bits,
    letters: Int32s,
    starts: Int64s,
    forms: Int32s,
    branches: Int64s,
    n_branches: Int64s,
) -> int:
    """Look up the forms of words, and the terms that each word begins.

    ``known`` has the forms and the other spellings of words: the letters, offsets,
    slots and hash mask of their string table, the form of each other spelling, the
    length of the longest string, and which forms occur after the first word of a
    term. ``valid``, shape (n_periods, n_terms), has the terms of each period. Writes
    the row of each word in ``forms``.
    ``branches[forms[word, BEGINS]:]``, up to `NOWHERE`, are the branches of the tree
    that the word begins, in order of preference. ``letters`` must fit the longest
    string and its particles, ``starts`` all forms of a word.

    Returns
    -------
    int
        Number of finished words; less than all if ``branches`` is full.
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
                _note_alone(forms[word], int(branch & LOW_HALF) - 1, valid)
                branches[n_found] = branch
                n_found += 1
        if n_found > first:
            forms[word, BEGINS] = first
            branches[n_found] = NOWHERE
            n_branches[0] = n_found + 1
    return n_words


@compiled
def _note_alone(row: Int32s, term: int, valid: Bits) -> None:
    """Write a term of one word to a word's row, for each period in which it is the first."""
    if term != NONE:
        for period in range(len(valid)):
            if row[ALONE + period] == NONE and valid[period, term]:
                row[ALONE + period] = term


@compiled
def _behind_others(form: int, known: Known) -> int:
    """Return a form if it occurs after the first word of a term, else NONE."""
    return form if form != NONE and known[6][form] else NONE


@compiled
def _place_of(number: int, numbers: Int64s, size: int) -> int:
    """Return the first index of a number in ``numbers[:size]``, or ``size``."""
    i = 0
    while i < size and numbers[i] != number:
        i += 1
    return i


@compiled
def _list_forms(letters: Int32s, size: int, starts: Int64s, found: Int64s, known: Known) -> int:
    """Look up a word with and without attached particles; return the number of forms.

    The order is: the word itself, the word without و or ف, then without ب, ك or ل,
    and then without the article. An entry of ``starts`` is twice the start of a
    form, plus one if its first letter must be read as ا, because ل and ال contract
    to لل.
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
    """Return the number of a word's canonical form: usual spelling, one case ending."""
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
    """Return the index of the و in the endings ون and و, which become ين and ي."""
    if end - begin < WITH_ENDING:
        return NONE
    if letters[end - 2] == WAW and letters[end - 1] == NOON:
        return end - 2
    return end - 1 if letters[end - 1] == WAW else NONE


@compiled
def _string_number(letters: Int32s, begin: int, end: int, known: Known) -> int:
    """Return the number of a known string; negative if it is unknown."""
    hashed = 0
    for i in range(begin, end):
        hashed = extended_hash(hashed, letters[i], known[3])
    return find_string(letters, begin, end, hashed, known[2], known[1], known[0])


@compiled
def count_terms(
    matches: Int32s,
    token_offsets: Int64s,
    voices: Int8s,
    periods: Int32s,
    categories: Int32s,
    sides: Int32s,
    own: Floats,
    scare: Floats,
    sided: Floats,
    n_words: Int64s,
) -> None:
    """Count categories in own words and between scare quotes, and sides in own words.

    A term with a word in speech does not count; any other term with a word between
    scare quotes counts as scare-quoted. ``categories`` and ``sides`` have a row
    per period with one entry per term. Counts have one row per text, and ``n_words``
    is the number of its words outside speech.
    """
    match = 0
    for text in range(len(token_offsets) - 1):
        end = token_offsets[text + 1]
        category_of, side_of = categories[periods[text]], sides[periods[text]]
        for i in range(token_offsets[text], end):
            n_words[text] += int(voices[i] != SPEECH)
        while match < len(matches) and matches[match, 0] < end:
            voice = OWN
            for i in range(matches[match, 0], matches[match, 1]):
                if voices[i] != OWN and voice != SPEECH:
                    voice = int(voices[i])
            term = matches[match, 2]
            if voice == SCARE:
                scare[text, category_of[term]] += 1.0
            elif voice == OWN:
                own[text, category_of[term]] += 1.0
                if side_of[term] >= 0:
                    sided[text, side_of[term]] += 1.0
            match += 1
