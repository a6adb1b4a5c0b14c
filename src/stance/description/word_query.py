"""The query of a concordance: words and phrases, with ``*`` for any letters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from stance.errors import ConfigError
from stance.features.lexicon_matching import ARTICLE, WordForms
from stance.text.normalization import BIDI_CONTROLS, ZERO_WIDTH
from stance.text.tokenization import locate_words

if TYPE_CHECKING:
    from stance.features.lexicon import Lexicon
    from stance.text.normalization_table import NormalizationTable
    from stance.text.tokenization import Word

WILDCARD = "*"
# Between alternatives: «قسد|قوات سوريا الديمقراطية».
OR = "|"

# A letter of no language of the news takes the place of each `*`, so that it stays in its word.
_ANY = "\ua000"
_INVISIBLE = dict.fromkeys(map(ord, BIDI_CONTROLS + ZERO_WIDTH))

# What may be written together with the first word; لل is for ل and the article.
_PREFIXES = "[وف]?(?:[بكل]?(?:ال)?|لل)"
_BEFORE_MELTED = "[وف]?ل"
_PARTICLES = re.compile("[وف]?(?:[بكل]?(?:ال)?|لل)")


class WordPattern(NamedTuple):
    """Which normalised words match a word of a query.

    Parameters
    ----------
    pattern : re.Pattern
        Matches the whole word.
    cores : tuple of str
        Each word that matches contains one of these; empty strings match all.
    """

    pattern: re.Pattern[str]
    cores: tuple[str, ...]

    @property
    def is_any(self) -> bool:
        """Whether every word matches."""
        return "" in self.cores and self.pattern.fullmatch("") is not None


class Phrase(NamedTuple):
    """One alternative of a query.

    Parameters
    ----------
    text : str
        As given, with single blanks.
    words : tuple of WordPattern
        One for each word in a row.
    written : tuple of re.Pattern
        The words as published, for `as_published`; empty unless the query is
        exact.
    """

    text: str
    words: tuple[WordPattern, ...]
    written: tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class WordQuery:
    """Words and phrases to look for.

    Parameters
    ----------
    text : str
        As given.
    phrases : tuple of Phrase
        The alternatives.
    is_exact : bool
        Whether only the spelling that was given matches, without particles.
    """

    text: str
    phrases: tuple[Phrase, ...]
    is_exact: bool

    @classmethod
    def parse(
        cls,
        text: str,
        table: NormalizationTable,
        lexicon: Lexicon,
        *,
        exact: bool = False,
    ) -> WordQuery:
        """Read a query.

        Parameters
        ----------
        text : str
            One word or several in a row; ``*`` for any letters, also none;
            ``|`` between alternatives.
        table : NormalizationTable
        lexicon : Lexicon
            Its spellings count as one word.
        exact : bool
            Whether words must be written as given. Otherwise they are found as
            the terms of a lexicon are: in any spelling, the first one behind
            particles, all with the article too.

        Raises
        ------
        ConfigError
            If an alternative has no word, or only particles.
        """
        forms = WordForms(lexicon, table)
        parts = [" ".join(part.split()) for part in text.split(OR)]
        phrases = tuple(_phrase(part, text, table, forms, exact=exact) for part in parts)
        return cls(text, phrases, exact)


def as_published(word: str) -> str:
    """Return a word in the form in which spellings are compared: NFKC, no invisible marks.

    Examples
    --------
    >>> as_published("ﻗﺴﺪ\u200f") == "قسد"
    True
    """
    return unicodedata.normalize("NFKC", word.translate(_INVISIBLE))


def _phrase(
    part: str, text: str, table: NormalizationTable, forms: WordForms, *, exact: bool
) -> Phrase:
    replaced = part.replace(WILDCARD, _ANY)
    found = [word for word in locate_words(replaced, table) if word.text]
    letters = [word.text.replace(_ANY, "") for word in found]
    if not any(letters):
        raise ConfigError(
            f"Got the query {text!r}, but expected at least one word{_of_each(text)}, such as "
            "'قسد' or 'قوات سوريا الديمقراطية'. Signs and blanks are not looked for."
        )
    if not exact and all(map(_PARTICLES.fullmatch, letters)) and _ANY not in replaced:
        raise ConfigError(
            f"Got the query {text!r} with only particles in {part!r}, which are written as a part "
            "of the next word. Give that word: it is found behind particles too. With "
            f"'{letters[0]}*' you find every word that begins with these letters, with --exact "
            "(exact=True) the word that is written alone."
        )
    if exact:
        words = tuple(_literally(word.text) for word in found)
        written = tuple(_written(replaced[word.start : word.end]) for word in found)
        return Phrase(part, words, written)
    first, *others = found
    patterns = (_first(first, forms), *(_later(word, forms) for word in others))
    return Phrase(part, patterns, ())


def _of_each(text: str) -> str:
    return f" on each side of {OR!r}" if OR in text else ""


def _first(word: Word, forms: WordForms) -> WordPattern:
    """Match a word alone, behind particles and with the article.

    The rules are those of `stance.features.compiled.lexicon`.
    """
    spellings = _spellings(word.text, forms)
    parts = [_PREFIXES + _with_wildcards(one) for one in spellings]
    melted = [one[1:] for one in spellings if one.startswith(ARTICLE)]
    parts += [_BEFORE_MELTED + _with_wildcards(one) for one in melted]
    return _pattern(parts, [*spellings, *melted])


def _later(word: Word, forms: WordForms) -> WordPattern:
    """Match a word alone and with the article."""
    spellings = _spellings(word.text, forms)
    return _pattern([f"(?:{ARTICLE})?{_with_wildcards(one)}" for one in spellings], spellings)


def _literally(word: str) -> WordPattern:
    return _pattern([_with_wildcards(word)], [word])


def _pattern(parts: list[str], spellings: list[str]) -> WordPattern:
    cores = {max(one.split(_ANY), key=len) for one in spellings}
    return WordPattern(re.compile("|".join(parts), re.DOTALL), tuple(sorted(cores)))


def _written(word: str) -> re.Pattern[str]:
    return re.compile(_with_wildcards(as_published(word)), re.DOTALL)


def _with_wildcards(word: str) -> str:
    return ".*".join(map(re.escape, word.split(_ANY)))


def _spellings(word: str, forms: WordForms) -> list[str]:
    """Return the spellings that have the canonical form of a word, itself among them."""
    if _ANY in word:
        return [word]
    canonical = forms.canonical(word)
    known = {word, canonical, *forms.usual, *forms.usual.values()}
    for ending, other in WordForms.ENDINGS:
        if canonical.endswith(other):
            known.add(canonical[: -len(other)] + ending)
    return sorted(one for one in known if forms.canonical(one) == canonical)
