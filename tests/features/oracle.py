"""Slow, plain ways to the same numbers."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import product

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from stance.features.ngrams import CharNgrams, char_ngrams
from stance.text.normalization import arabic_normalization
from stance.text.quotation import Voice, voices
from stance.text.tokenization import words


def plain_tfidf(analyzer="word", *, min_n=1, max_n=2, min_df=1, sublinear_tf=True, binary=False):
    """scikit-learn's vectoriser over this project's words, or over the text as published."""
    table = arabic_normalization()
    shared = {
        "ngram_range": (min_n, max_n),
        "min_df": min_df,
        "sublinear_tf": sublinear_tf,
        "binary": binary,
        "lowercase": False,
    }
    if analyzer == "word":
        return TfidfVectorizer(
            tokenizer=lambda text: words(text, table), token_pattern=None, **shared
        )
    prepare = {
        "char": lambda text: " ".join(words(text, table)),
        "surface": lambda text: re.sub("[\ud800-\udfff]", "\ufffd", text),
    }
    return TfidfVectorizer(analyzer="char_wb", preprocessor=prepare[analyzer], **shared)


def split(text):
    """Return the normalised words of a text."""
    return words(text, arabic_normalization())


def plain_ngrams(analyzer, text, min_n, max_n):
    """Return the n-grams of a text, one for each place where it stands."""
    if analyzer is CharNgrams:
        return [gram for word in split(text) for gram in char_ngrams(word, min_n, max_n)]
    found = split(text)
    return [
        " ".join(found[start : start + n])
        for n in range(min_n, max_n + 1)
        for start in range(len(found) - n + 1)
    ]


def plain_scores(features, weights, texts):
    """Return decision values of a stack by scikit-learn's vectorisers, in double precision."""
    parts = []
    for _, block, scale, _ in features.blocks:
        theirs = plain_tfidf(
            block.options.analyzer,
            min_n=block.options.min_n,
            max_n=block.options.max_n,
            sublinear_tf=block.options.sublinear_tf,
            binary=block.options.binary,
        )
        theirs.vocabulary = block.terms
        theirs._validate_vocabulary()
        theirs.idf_ = block.idf
        parts.append(theirs.transform(texts).toarray() * scale.astype(np.float64))
    return np.hstack(parts) @ weights.astype(np.float64)


def words_by_voice(text, table=None):
    """Every word of a text with the voice it stands in."""
    table = table or arabic_normalization()
    return [
        (word, segment.voice)
        for segment in voices(text)
        for word in words(text[segment.start : segment.end], table)
    ]


class PlainMatcher:
    """Finds a lexicon's terms by trying each of them at every word."""

    def __init__(self, lexicon):
        table = arabic_normalization()
        self.other_spellings = {}
        for family in lexicon.families:
            for word, others in family.spellings.items():
                for other, article in product(others, ("", "ال")):
                    key, value = words(f"{article}{other}\n{article}{word}", table)
                    self.other_spellings[key] = value
        self.terms = [
            (words(spelling, table), name, term.side or category.side)
            for name, category in lexicon.categories.items()
            for term in category.terms
            for spelling in (term.term, *term.variants)
        ]

    def same(self, one, other):
        """Tell whether two words differ in nothing but spelling and case ending."""
        return self._level(one) == self._level(other)

    def _level(self, word):
        word = self.other_spellings.get(word, word)
        if len(word) < 5:
            return word
        return re.sub("(ون|ين|و|ي)$", lambda end: "ين" if len(end.group()) == 2 else "ي", word)

    def _fits(self, words_of_term, tokens):
        """Return how much of the first token the term takes up, 0 if it does not fit."""
        first, *rest = words_of_term
        behind = tokens[1 : len(words_of_term)]
        if len(behind) < len(rest) or not all(
            self.same(wanted, word) or self.same(wanted, word.removeprefix("ال"))
            for wanted, word in zip(rest, behind, strict=True)
        ):
            return 0
        return max(
            (len(form) for form in without_particles(tokens[0]) if self.same(first, form)),
            default=0,
        )

    def find(self, tokens):
        """Return ``(start, end, category, side)``, left to right, the longest at each place."""
        found, start = [], 0
        while start < len(tokens):
            fitting = [
                ((len(term), taken), name, side)
                for term, name, side in self.terms
                if (taken := self._fits(term, tokens[start:]))
            ]
            if not fitting:
                start += 1
                continue
            (length, _), name, side = max(fitting, key=lambda fit: fit[0])
            found.append((start, start + length, name, side))
            start += length
        return found


def without_particles(word):
    """Return a word, and what is left of it behind و or ف, then ب, ك or ل, then the article."""
    forms = {word}
    forms |= {form[1:] for form in forms if form.startswith(("و", "ف"))}
    forms |= {form[1:] for form in forms if form.startswith(("ب", "ك", "ل"))} | {
        "ال" + form[2:] for form in forms if form.startswith("لل")
    }
    forms |= {form[2:] for form in forms if form.startswith("ال")}
    return forms - {""}


def plain_rates(lexicon, text):
    """Return values by column name: own voice, ``scare.``, ``share.`` and the sides'."""
    spoken = words_by_voice(text)
    n_words = max(sum(voice != Voice.SPEECH for _, voice in spoken), 1)
    rates, mentions, sided = Counter(), Counter(), Counter()
    for start, end, name, side in PlainMatcher(lexicon).find([word for word, _ in spoken]):
        heard = {voice for _, voice in spoken[start:end]}
        if Voice.SPEECH in heard:
            continue
        mentions[name] += 1
        if Voice.SCARE in heard:
            rates[f"scare.{name}"] += 1000 / n_words
        elif not lexicon.categories[name].plain:
            rates[name] += 1000 / n_words
        if side and Voice.SCARE not in heard:
            sided[side] += 1
    naming = {name: c.actor for name, c in lexicon.categories.items() if c.naming}
    for name, actor in naming.items():
        if lexicon.categories[name].plain:
            continue
        total = sum(mentions[other] for other in naming if naming[other] == actor)
        rates[f"share.{name}"] = mentions[name] / total if total else 0.0
    for side, n in sided.items():
        rates[f"side.{side}"] = math.log1p(n * 1000 / n_words)
        rates[f"sideshare.{side}"] = n / sum(sided.values())
    return rates
