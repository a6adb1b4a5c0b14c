"""A lexicon's terms found, counted and scored in plain Python, word by word."""

from __future__ import annotations

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


class PythonMatcher:
    """Finds terms by the forms of their first word, the longest first."""

    def __init__(self, lexicon, table):
        self.table = table
        self.usual = {}
        for (spelling, word), article in product(lexicon.spellings.items(), ("", ARTICLE)):
            other, one = (article + words(text, table)[0] for text in (spelling, word))
            self.usual[other] = one
        self.terms = defaultdict(dict)
        for name, category in lexicon.categories.items():
            for term, spelling in ((t, s) for t in category.terms for s in t.spellings):
                first, *rest = map(self.level, words(spelling, table))
                side = term.side or category.side
                self.terms[first].setdefault(tuple(rest), (name, side))

    def level(self, word):
        """Bring the spellings and the case endings of a word to one form."""
        word = self.usual.get(word, word)
        for ending, other in ENDINGS if len(word) >= 5 else ():
            if word.endswith(ending):
                return word.removesuffix(ending) + other
        return word

    def find(self, tokens):
        """Return ``(start, end, category, side)`` of the terms in a text's words."""
        plain = [self.level(word) for word in tokens]
        bare = [self.level(word.removeprefix(ARTICLE)) for word in tokens]
        found, start = [], 0
        while start < len(tokens):
            forms = dict.fromkeys(map(self.level, bare_forms(tokens[start])))
            best = None
            for form in forms:
                for rest, meaning in self.terms.get(form, {}).items():
                    behind = range(start + 1, start + 1 + len(rest))
                    if behind.stop <= len(tokens) and (best is None or len(rest) > best[0]):
                        pairs = zip(rest, behind, strict=True)
                        if all(word in (plain[i], bare[i]) for word, i in pairs):
                            best = (len(rest), meaning)
            if best is None:
                start += 1
                continue
            end = start + 1 + best[0]
            found.append((start, end, *best[1]))
            start = end
        return found

    def counts(self, lexicon, text):
        """Return counts in own words, between scare quotes, of sides; and words not in speech."""
        spoken = words_by_voice(text, self.table)
        names, sides = list(lexicon.categories), lexicon.sides
        own, scare, sided = (np.zeros(len(of)) for of in (names, names, sides))
        for start, end, name, side in self.find([word for word, _ in spoken]):
            heard = {voice for _, voice in spoken[start:end]}
            if Voice.SPEECH in heard:
                continue
            (scare if Voice.SCARE in heard else own)[names.index(name)] += 1
            if side and heard == {Voice.OWN}:
                sided[sides.index(side)] += 1
        return own, scare, sided, sum(voice != Voice.SPEECH for _, voice in spoken)


def python_rates(block, matcher, text):
    """Return the columns of a text in the order of the block, in double precision."""
    lexicon = block.lexicon
    own, scare, sided, n_words = matcher.counts(lexicon, text)
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
