"""Matching of a lexicon's terms in numbered words.

A term matches whole words. Its first word may have the attached particles
و ف ب ك ل, each word may have the article ال, and the case ending is ignored
(مقاتلون, مقاتلين). At each place the longest term wins. The forms of a word are
looked up once per distinct word, so the time does not depend on the number of
terms. A term with dates is matched only in texts of the periods in which it is
valid.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.errors import CorpusError
from stance.features.counters import ngram_tree
from stance.features.folding import term_folding
from stance.features.lexicon import TermFault, located
from stance.features.periods import Periods
from stance.features.units import code_units
from stance.features.word_reading import WordReader
from stance.text.tokenization import words
from stance.toml_files.faults import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from stance.features.lexicon import Category, Lexicon, Term
    from stance.features.word_reading import StringTable
    from stance.text.normalization_table import NormalizationTable

ARTICLE = "ال"
# Written together with the next word.
PARTICLES = "وفبكل"

# Missing value for the category or the side of a term.
NONE = -1


class IndexedTerms(NamedTuple):
    """Index of a lexicon's terms for compiled loops.

    Parameters
    ----------
    tree : ndarray of int64
        The terms as paths of forms; see `stance.features.compiled.trees`.
    strings : StringTable
        The forms of words, followed by other spellings.
    respelled : ndarray of int32, shape (n_strings,)
        The form of each other spelling, or -1 if no term contains it; -2 for a
        string that is not an other spelling.
    longest : int
        The length of the longest string.
    inner : ndarray of uint8, shape (n_forms,)
        Which forms occur after the first word of a term.
    """

    tree: NDArray[np.int64]
    strings: StringTable
    respelled: NDArray[np.int32]
    longest: int
    inner: NDArray[np.uint8]


class LexiconMatcher:
    """The terms of a lexicon, indexed for matching.

    Parameters
    ----------
    lexicon : Lexicon
    table : NormalizationTable
        The normalisation of the terms; the same as that of the texts.

    Attributes
    ----------
    categories : list of str
    periods : Periods
        The periods of the lexicon; only one if it has no dates.
    term_categories, term_sides : ndarray of int32, shape (n_periods, n_terms)
        In each period, the index of each term's category in ``categories``, and
        of its side in the lexicon's ``sides``; -1 for a term without a side, or
        one that is not valid in the period.
    term_entries : ndarray of int32, shape (n_periods, n_terms)
        In each period, the number of each term's entry in its category; -1 for a
        term that is not valid in the period.
    valid : ndarray of uint8, shape (n_rows, n_terms)
        Which terms are valid in each period. If there are several periods, the
        last row has the terms of all.
    paths : list of str
        The canonical forms of the words of each term.
    entries : list of dict of int to Term
        The lexicon's entry of each term in each category that lists it.
    is_evidence : ndarray of uint8, shape (n_terms,)
        Which terms are not valid in every period, and so tell the period of a
        text.

    Raises
    ------
    CorpusError
        If a spelling is in two categories in the same period, or contains no
        word. The message lists all of them.
    """

    def __init__(self, lexicon: Lexicon, table: NormalizationTable) -> None:
        self.categories = list(lexicon.categories)
        self.n_sides = len(lexicon.sides)
        self._word_forms = WordForms(lexicon, table)
        self.periods = Periods(lexicon)
        owners = _owned(lexicon, self.periods, table, self._word_forms)
        if faults := [*self._word_forms.faults, *owners.faults]:
            raise CorpusError(listed("the lexicon", lexicon.name, located(lexicon, faults)))
        self.paths = [" ".join(forms) for forms in owners.found]
        self.entries = list(owners.entries.values())
        self.term_categories, self.term_sides = owners.arrays()
        self.term_entries = owners.entry_numbers()
        is_valid = self.term_categories != NONE
        in_any = [is_valid.any(axis=0)] if len(self.periods) > 1 else []
        self.valid = np.vstack([is_valid, *in_any]).astype(np.uint8)
        self.is_evidence = (~is_valid.all(axis=0)).astype(np.uint8)

    def __getstate__(self) -> dict[str, object]:
        """Leave out the tables that are rebuilt from the terms on demand."""
        return {name: value for name, value in vars(self).items() if name != "index"}

    @property
    def n_terms(self) -> int:
        """Number of distinct terms; spellings with the same word forms count as one."""
        return len(self.paths)

    @cached_property
    def index(self) -> IndexedTerms:
        """The index of the terms for compiled loops."""
        from stance.features.compiled.lexicon import NO_SPELLING, NONE
        from stance.features.compiled.string_tables import HASH_MASK

        reader = WordReader(term_folding(), HASH_MASK)
        paths = reader.read(self.paths, code_units(self.paths))
        tree = ngram_tree(paths, np.arange(self.n_terms))
        inner = np.zeros(reader.n_words, dtype=np.uint8)
        after_first = np.ones(paths.offsets[-1], dtype=np.bool_)
        after_first[paths.offsets[:-1]] = False
        inner[paths.numbers[: paths.offsets[-1]][after_first]] = 1
        others = list(self._word_forms.usual)
        strings = [*others, *map(self._word_forms.canonical, others)]
        numbers = reader.read(strings, code_units(strings)).numbers[: len(strings)]
        others_numbers, usual = numbers.reshape(2, -1).astype(np.int32)
        respelled = np.full(reader.n_words, NO_SPELLING, dtype=np.int32)
        respelled[others_numbers] = np.where(usual < len(inner), usual, NONE)
        known = reader.table()
        longest = int(np.diff(known.offsets).max(initial=0))
        return IndexedTerms(tree, known, respelled, longest, inner)


def term_faults(lexicon: Lexicon, table: NormalizationTable) -> list[TermFault]:
    """Return everything for which `LexiconMatcher` refuses a lexicon."""
    forms = WordForms(lexicon, table)
    return [*forms.faults, *_owned(lexicon, Periods(lexicon), table, forms).faults]


class WordForms:
    """Maps the spellings and case endings of a word to one canonical form.

    The sound plural ends in ون or ين, and in و or ي before a genitive. The
    choice depends on the syntax, not on the outlet.

    Attributes
    ----------
    usual : dict of str to str
        Each other spelling and the usual one, without and with the article.
    faults : list of TermFault
        Spellings that are not one word.
    """

    ENDINGS = (("ون", "ين"), ("و", "ي"))
    SHORTEST = 5

    def __init__(self, lexicon: Lexicon, table: NormalizationTable) -> None:
        self.usual: dict[str, str] = {}
        self.faults: list[TermFault] = []
        for family in lexicon.families:
            for word, others in family.spellings.items():
                self._add(word, others, table)

    def _add(self, word: str, others: Sequence[str], table: NormalizationTable) -> None:
        usual, *found = (words(one, table) for one in (word, *others))
        for spelling, one in zip((word, *others), (usual, *found), strict=True):
            if len(one) != 1:
                message = (
                    f"got the spelling {spelling!r} of {len(one)} words, but expected one word. "
                    "List longer ones as variants of their term"
                )
                self.faults.append(TermFault(("spellings", word), message))
                return
        for (other,) in found:
            self.usual.update({other: usual[0], ARTICLE + other: ARTICLE + usual[0]})

    def canonical(self, word: str) -> str:
        """Return the canonical form of a word; compiled: `_form_number`."""
        found = self.usual.get(word, word)
        if len(found) >= self.SHORTEST:
            for ending, other in self.ENDINGS:
                if found.endswith(ending):
                    return found[: -len(ending)] + other
        return found


class Owner(NamedTuple):
    """The category and the side of a term, as numbers."""

    category: int
    side: int


def _owned(
    lexicon: Lexicon, periods: Periods, table: NormalizationTable, forms: WordForms
) -> _OwnedTerms:
    owners = _OwnedTerms(lexicon, periods)
    for name in lexicon.categories:
        owners.add(name, table, forms)
    return owners


class _OwnedTerms:
    """The terms of a lexicon by the forms of their words, each with its owners.

    Parameters
    ----------
    lexicon : Lexicon
    periods : Periods

    Attributes
    ----------
    found : dict of tuple of str to list of Owner
        An owner for each period; -1 and -1 if the term is not valid in it.
    entries : dict of tuple of str to dict of int to Term
        The entries of the lexicon, by the number of their category.
    faults : list of TermFault
    """

    def __init__(self, lexicon: Lexicon, periods: Periods) -> None:
        self._categories = lexicon.categories
        self._names = list(lexicon.categories)
        self._sides = {side: number for number, side in enumerate(lexicon.sides)}
        self._periods = periods
        self.found: dict[tuple[str, ...], list[Owner]] = {}
        self.entries: dict[tuple[str, ...], dict[int, Term]] = {}
        self.faults: list[TermFault] = []
        # The keys of the first entry of a term in each period.
        self._first: dict[tuple[tuple[str, ...], int], tuple[str | int, ...]] = {}

    def add(self, name: str, table: NormalizationTable, word_forms: WordForms) -> None:
        """Add the terms of a category."""
        number = self._names.index(name)
        for entry, spelling, side in self._spellings(self._categories[name]):
            term = self._categories[name].terms[entry]
            path = ("categories", name, "terms", entry)
            forms = tuple(map(word_forms.canonical, words(spelling, table)))
            if not forms:
                message = f"got the term {spelling!r}, but expected at least one word in it"
                self.faults.append(TermFault(path, message))
                continue
            owner = Owner(number, side)
            owners = self.found.setdefault(forms, [Owner(NONE, NONE)] * len(self._periods))
            self.entries.setdefault(forms, {}).setdefault(number, term)
            for period in self._periods.numbers(self._categories[name].validity(term)):
                if owners[period].category == NONE:
                    owners[period] = owner
                first = self._first.setdefault((forms, period), path)
                if message := self._conflict(owners[period], owner, spelling):
                    self.faults.append(TermFault(path, message, first))
                    break

    def arrays(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the categories and the sides, int32 of shape (n_periods, n_terms)."""
        owned = np.array(list(self.found.values()), dtype=np.int32)
        owned = owned.reshape(-1, len(self._periods), 2)
        categories, sides = (np.ascontiguousarray(owned[:, :, i].T) for i in range(2))
        return categories, sides

    def entry_numbers(self) -> NDArray[np.int32]:
        """Return the entry of each term in its category, int32 of shape (n_periods, n_terms)."""
        numbers = np.full((len(self._periods), len(self.found)), NONE, dtype=np.int32)
        for term, forms in enumerate(self.found):
            for period in range(len(self._periods)):
                if path := self._first.get((forms, period)):
                    numbers[period, term] = path[-1]
        return numbers

    def _conflict(self, known: Owner, other: Owner, spelling: str) -> str:
        """Return why a term cannot have two owners in one period; empty if it can."""
        name, before = self._names[other.category], self._names[known.category]
        advice = "or give both dates that do not overlap"
        if known.category != other.category:
            return (
                f"got the term {spelling!r} in {name!r} and in {before!r}, but expected it in one "
                f"category at a time. Remove it from one of the two, {advice}"
            )
        if known.side != other.side and len(self._periods) > 1:
            return (
                f"got the term {spelling!r} twice in {name!r}, with different sides, but expected "
                f"one side at a time. Remove one of the two, {advice}"
            )
        return ""

    def _spellings(self, category: Category) -> Iterator[tuple[int, str, int]]:
        """Yield the number of the entry, and the side, of each spelling."""
        for entry, term in enumerate(category.terms):
            side = term.side or category.side
            for spelling in term.spellings:
                yield entry, spelling, self._sides[side] if side else NONE
