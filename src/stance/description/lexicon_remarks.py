"""What is allowed in a lexicon, but may not be what its author meant."""

from __future__ import annotations

import difflib
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from stance.description.lexicon_records import Ambiguity
from stance.features.lexicon import TermFault
from stance.features.lexicon_matching import ARTICLE, PARTICLES, WordForms
from stance.text.tokenization import words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from stance.features.lexicon import Category, Lexicon, Term
    from stance.features.lexicon_matching import LexiconMatcher
    from stance.text.normalization_table import NormalizationTable

# Two particles may be before a word: و or ف, then ب, ك or ل.
FIRST_PARTICLES, SECOND_PARTICLES = PARTICLES[:2], PARTICLES[2:]


class Repetitions(NamedTuple):
    """Terms that are there twice: at the same time, and on different days."""

    at_once: list[TermFault]
    on_other_days: list[TermFault]


def category_remarks(lexicon: Lexicon, labels: Collection[str] = ()) -> Iterator[TermFault]:
    """Yield what may not be meant in a category, such as a side that is no label.

    Parameters
    ----------
    lexicon : Lexicon
    labels : collection of str
        Those of a corpus, if it has any.
    """
    sides: dict[str, list[tuple[str | int, ...]]] = {}
    for name, category in lexicon.categories.items():
        path = ("categories", name)
        if category.naming and not category.actor:
            told = "naming = true without an actor: the shares are those of all such categories"
            yield TermFault(path, told)
        if not category.terms:
            yield TermFault(path, "the category has no terms")
        for side, key in _sides(category):
            sides.setdefault(side, []).append((*path, *key))
    for side, places in sides.items():
        if labels and side not in labels:
            near = difflib.get_close_matches(side, labels, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"It has {', '.join(sorted(labels))}"
            more = f" and {len(places) - 1} more times" if len(places) > 2 else ""
            more = " and once more" if len(places) == 2 else more
            told = f"the side {side!r}, here{more}, is no label of the corpus. {hint}"
            yield TermFault(places[0], told)


def _sides(category: Category) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Yield the sides of a category and of its terms, with their keys."""
    if category.side:
        yield category.side, ("side",)
    for place, term in enumerate(category.terms):
        if term.side:
            yield term.side, ("terms", place, "side")


def repetitions(lexicon: Lexicon, table: NormalizationTable) -> Repetitions:
    """Return terms that an earlier entry has already, or another category on other days."""
    found = Repetitions([], [])
    first: dict[tuple[str, ...], tuple[str, int, Term]] = {}
    forms = WordForms(lexicon, table)
    for name, category in lexicon.categories.items():
        for place, term in enumerate(category.terms):
            path = ("categories", name, "terms", place)
            for spelling in term.spellings:
                key = tuple(map(forms.canonical, words(spelling, table)))
                earlier, number, other = first.setdefault(key, (name, place, term))
                there = ("categories", earlier, "terms", number)
                if there == path:
                    continue
                if earlier != name:
                    told = f"{spelling!r} is in {earlier!r} too, on other days"
                    found.on_other_days.append(TermFault(path, told, there))
                elif category.validity(term) != category.validity(other):
                    told = f"{spelling!r} is in {name!r} twice, on other days"
                    found.on_other_days.append(TermFault(path, told, there))
                else:
                    told = f"{spelling!r} is in {name!r} twice; the first entry counts it"
                    found.at_once.append(TermFault(path, told, there))
    return found


def ambiguities(
    lexicon: Lexicon, matcher: LexiconMatcher, table: NormalizationTable
) -> list[Ambiguity]:
    """Return spellings that another category reads behind a particle or an article.

    A word may be read with و ف ب ك ل before it, and each word of a term with ال.
    So «وفد» is also «فد» behind و. The spelling as it is takes precedence.
    """
    numbers = {path: number for number, path in enumerate(matcher.paths)}
    written = _written(lexicon, table)
    found = []
    for path, number in numbers.items():
        for other, reason in _readings(path.split()):
            rival = numbers.get(other)
            if rival is None:
                continue
            for mine, its in zip(
                matcher.term_categories[:, number], matcher.term_categories[:, rival], strict=True
            ):
                if mine >= 0 and its >= 0 and mine != its:
                    pair = (matcher.categories[mine], matcher.categories[its])
                    shown = (written[path], written[other])
                    found.append(Ambiguity(shown[0], pair[0], shown[1], pair[1], reason))
    return list(dict.fromkeys(found))


def _written(lexicon: Lexicon, table: NormalizationTable) -> dict[str, str]:
    """Return the first spelling, as it was written, for the forms of its words."""
    forms, found = WordForms(lexicon, table), dict[str, str]()
    for category in lexicon.categories.values():
        for term in category.terms:
            for spelling in term.spellings:
                path = " ".join(map(forms.canonical, words(spelling, table)))
                found.setdefault(path, spelling)
    return found


def _readings(forms: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the other terms that the words of a term could be, and why."""
    choices = [_without_article(form) for form in forms]
    for chosen in product(*choices):
        if list(chosen) != forms:
            yield " ".join(chosen), "article"
    for beginning in _without_particles(forms[0]):
        for first in _without_article(beginning):
            for others in product(*choices[1:]):
                yield " ".join((first, *others)), "particle"


def _without_article(form: str) -> list[str]:
    bare = form.removeprefix(ARTICLE)
    return [form, bare] if bare and bare != form else [form]


def _without_particles(form: str) -> Iterator[str]:
    """Yield a word without the particles that its first letters could be."""
    begins = [form]
    if form[0] in FIRST_PARTICLES and len(form) > 1:
        begins.append(form[1:])
        yield form[1:]
    for begin in begins:
        if begin[0] in SECOND_PARTICLES and len(begin) > 1:
            yield begin[1:]
            if begin.startswith("لل") and len(begin) > 2:
                yield f"ا{begin[1:]}"
