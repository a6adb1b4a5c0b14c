"""A lexicon's terms found, counted and scored in plain Python, word by word."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import product

import numpy as np

from stance.text.quotation import Voice
from stance.text.tokenization import words
from tests.features.oracle import words_by_voice

ARTICLE = "ال"
ENDINGS = (("ون", "ين"), ("و", "ي"))


def bare_forms(word):
    """Return a normalised word, and what is left of it behind attached particles."""
    forms = [word]
    if word.startswith(("و", "ف")):
        forms.append(word[1:])
    for form in tuple(forms):
        if form.startswith("لل"):
            forms.append(ARTICLE + form[2:])
        if form.startswith(("ب", "ك", "ل")):
            forms.append(form[1:])
    forms.extend([form[2:] for form in forms if form.startswith(ARTICLE)])
    return [form for form in dict.fromkeys(forms) if form]


def days_of(category, term):
    """Return the first and the last day of a term as numbers of days."""
    first, last = term.valid_from or category.valid_from, term.until or category.until
    return (first or dt.date.min).toordinal(), (last or dt.date.max).toordinal()


class PythonMatcher:
    """Finds terms by the forms of their first word, the longest valid one first.

    A day stands for its period: the first of the period, but the last of the first one.
    """

    def __init__(self, lexicon, table):
        self.table = table
        self.usual = {}
        for (spelling, word), article in product(lexicon.spellings.items(), ("", ARTICLE)):
            other, one = (article + words(text, table)[0] for text in (spelling, word))
            self.usual[other] = one
        self.terms = defaultdict(dict)
        starts = set()
        for name, category in lexicon.categories.items():
            for term, spelling in ((t, s) for t in category.terms for s in t.spellings):
                first, *rest = map(self.level, words(spelling, table))
                side, days = term.side or category.side, days_of(category, term)
                self.terms[first].setdefault(tuple(rest), []).append((name, side, *days))
                starts |= {days[0], days[1] + 1}
        starts -= {dt.date.min.toordinal(), dt.date.max.toordinal() + 1}
        self.days = [min(starts, default=dt.date.max.toordinal()) - 1, *sorted(starts)]

    def level(self, word):
        """Bring the spellings and the case endings of a word to one form."""
        word = self.usual.get(word, word)
        for ending, other in ENDINGS if len(word) >= 5 else ():
            if word.endswith(ending):
                return word.removesuffix(ending) + other
        return word

    def meaning(self, owners, day):
        """Return the category and the side of a term on a day; None if it is not valid then."""
        found = (
            (name, side)
            for name, side, first, last in owners
            if day is None or first <= day <= last
        )
        return next(found, None)

    def in_period(self, day):
        """Return the day that stands for the period of another."""
        return max((one for one in self.days[1:] if one <= day), default=self.days[0])

    def day_of(self, tokens, possible, assumed):
        """Return the day of a text's period: the possible day for which most terms speak."""
        first, last = map(self.in_period, possible)
        days = [day for day in self.days if first <= day <= last]
        votes = dict.fromkeys(self.days, 0)
        for _, _, owners in self.matches(tokens, None):
            valid = [day for day in self.days if self.meaning(owners, day)]
            if len(valid) < len(self.days):
                for day in valid:
                    votes[day] += 1
        best = [day for day in days if votes[day] == max(votes[day] for day in days)]
        place = self.days.index
        chosen = min(best, key=lambda day: (abs(place(day) - place(assumed)), -day))
        if len(days) == 1:
            return chosen, "published"
        return chosen, "assumed" if len(best) == len(days) else "words"

    def find(self, tokens, day=None):
        """Return ``(start, end, category, side)`` of the terms in a text's words."""
        day = self.days[-1] if day is None else day
        return [
            (start, end, *self.meaning(owners, day))
            for start, end, owners in self.matches(tokens, day)
        ]

    def matches(self, tokens, day):
        """Return ``(start, end, owners)`` of the terms that are valid on a day, or on any."""
        plain = [self.level(word) for word in tokens]
        bare = [self.level(word.removeprefix(ARTICLE)) for word in tokens]
        found, start = [], 0
        while start < len(tokens):
            forms = dict.fromkeys(map(self.level, bare_forms(tokens[start])))
            best = None
            for preference, form in enumerate(forms):
                for rest, owners in self.terms.get(form, {}).items():
                    if not self.meaning(owners, day):
                        continue
                    behind = range(start + 1, start + 1 + len(rest))
                    if behind.stop > len(tokens):
                        continue
                    pairs = list(zip(rest, behind, strict=True))
                    if all(word in (plain[i], bare[i]) for word, i in pairs):
                        # The longest; then the preferred form of each word, in their order.
                        stripped = [word != plain[i] for word, i in pairs]
                        rank = (-len(rest), preference, stripped)
                        if best is None or rank < best[0]:
                            best = (rank, len(rest), owners)
            if best is None:
                start += 1
                continue
            end = start + 1 + best[1]
            found.append((start, end, best[2]))
            start = end
        return found

    def counts(self, lexicon, text, day=None):
        """Return counts in own words, between scare quotes, of sides; and words not in speech."""
        spoken = words_by_voice(text, self.table)
        names, sides = list(lexicon.categories), lexicon.sides
        own, scare, sided = (np.zeros(len(of)) for of in (names, names, sides))
        for start, end, name, side in self.find([word for word, _ in spoken], day):
            heard = {voice for _, voice in spoken[start:end]}
            if Voice.SPEECH in heard:
                continue
            (scare if Voice.SCARE in heard else own)[names.index(name)] += 1
            if side and heard == {Voice.OWN}:
                sided[sides.index(side)] += 1
        return own, scare, sided, sum(voice != Voice.SPEECH for _, voice in spoken)


def python_rates(block, matcher, text, day=None):
    """Return the columns of a text in the order of the block, in double precision."""
    lexicon = block.lexicon
    own, scare, sided, n_words = matcher.counts(lexicon, text, day)
    n_words = max(n_words, 1)
    categories = list(lexicon.categories.values())
    mentions = own + scare
    columns = [n * 1000 / n_words for n, c in zip(own, categories, strict=True) if not c.plain]
    columns += [n * 1000 / n_words for n in scare]
    if block.log_rates:
        columns = [np.log1p(value) for value in columns]
    for n, category in zip(mentions, categories, strict=True):
        if category.naming and not category.plain:
            same = [c.naming and (c.actor or "") == (category.actor or "") for c in categories]
            columns.append(n / max(mentions[same].sum(), 1))
    rates = sided * 1000 / n_words
    if block.sides == "rate":
        return np.array([*columns, *rates])
    return np.array([*columns, *np.log1p(rates), *(sided / max(sided.sum(), 1))])
