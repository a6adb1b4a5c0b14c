"""Signs that a text was read with a wrong encoding, or is written unusually.

`ODDITIES` has one record for each kind: its name, how to find it, what to do.
Those that make a text unreadable come first.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from stance.text.letters import INVISIBLE_MARKS, LETTER_FORMS, QURANIC_MARKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from stance.corpus.article import Article

    Places = Iterable[tuple[int, int]]

# Characters of a sample before the finding, and in total.
BEFORE, SAMPLE = 8, 48

ARABIC_LETTERS = re.compile("[\u0621-\u063a\u0641-\u064a]")
MARKS = re.compile("[\u0640\u064b-\u0652\u0670]")
PRESENTATION_FORMS = "\ufb50-\ufd3d\ufd50-\ufdef\ufe70-\ufefc"  # without ligatures in use: ﷲ ﷺ

# A clean Arabic article has none of these twice.
FEWEST_WORDS = 2


class Oddity(NamedTuple):
    """One kind of oddity.

    ``find`` returns the ranges ``text[start:end]`` where it occurs, none in a
    text without it. ``garbled`` means that such a text is unreadable.
    """

    name: str
    find: Callable[[str], Places]
    advice: str
    garbled: bool = False


@dataclass(slots=True)
class OddityCount:
    """The number of articles with an oddity, and an example.

    Parameters
    ----------
    name : str
    advice : str
        What to do about it.
    garbled : bool
        Whether such articles are unreadable.
    articles : int
    first : str
        The id of the first such article.
    sample : str
        An excerpt of it around the first finding.
    characters : Counter of str
        Frequency of each character, if the findings are single characters.
    """

    name: str
    advice: str
    garbled: bool
    articles: int = 0
    first: str = ""
    sample: str = ""
    characters: Counter[str] = field(default_factory=Counter)

    def add(self, article: Article, places: Sequence[tuple[int, int]]) -> None:
        """Count an article with the oddity."""
        if not self.articles:
            self.first = article.id
            self.sample = _sample(article.text, places[0][0])
        self.articles += 1
        self.characters.update(article.text[a:b] for a, b in places if b - a == 1)


def find_oddities(articles: Iterable[Article]) -> tuple[list[OddityCount], int]:
    """Count the oddities of articles.

    Parameters
    ----------
    articles : iterable of Article

    Returns
    -------
    counts : list of OddityCount
        Counts of the oddities found, in the order of `ODDITIES`. An unreadable
        article counts only for the reason why it is unreadable.
    garbled : int
        Number of unreadable articles.

    Examples
    --------
    >>> from stance.corpus.article import Article
    >>> counts, garbled = find_oddities([Article("1", "وقال سکان فی کوبانی")])
    >>> counts[0].name, counts[0].characters["ی"], garbled
    ('Persian or Kurdish letter forms', 2, 0)
    """
    counts = [OddityCount(o.name, o.advice, o.garbled) for o in ODDITIES]
    n_garbled = 0
    for article in articles:
        for oddity, count in zip(ODDITIES, counts, strict=True):
            if places := list(oddity.find(article.text)):
                count.add(article, places)
                if oddity.garbled:
                    n_garbled += 1
                    break
    return [count for count in counts if count.articles], n_garbled


def _sample(text: str, start: int) -> str:
    begin = max(start - BEFORE, 0)
    cut = " ".join(text[begin : begin + SAMPLE].split())
    return cut.encode("utf-8", "replace").decode()  # a lone surrogate cannot be written


def _matching(pattern: str) -> Callable[[str], Places]:
    compiled = re.compile(pattern)
    return lambda text: (match.span() for match in compiled.finditer(text))


def _utf_8_read_as(encodings: Sequence[str], more: str = "") -> Callable[[str], Places]:
    """Find three consecutive Arabic letters of UTF-8 that were decoded with a one-byte encoding.

    The first byte of an Arabic letter is D8 to DB, the second 80 to BF.
    """
    leads, followers = (
        "".join(sorted({c for e in encodings for c in part.decode(e, "replace")}))
        for part in (bytes(range(0xD8, 0xDC)), bytes(range(0x80, 0xC0)))
    )
    return _matching(f"(?:[{leads}][{re.escape(followers)}]){{3,}}{more}")


# Each byte of UTF-8 that was read as Latin-1, saved as UTF-8 and read as Latin-1 again.
READ_TWICE = r"|(?:Ã[\x98-\x9b\u02dc\u2122\u0161\u203a][^ \n]{2,3}){3,}"

ARABIC_ENCODINGS = ("windows-1256", "iso-8859-6")


class _MisreadWords:
    """Finds words of an Arabic one-byte encoding that was read as Latin-1."""

    def __init__(self, encoding: str) -> None:
        upper = bytes(range(0xC1, 0x100))
        letters = "".join(
            chr(byte)
            for byte in upper
            if ARABIC_LETTERS.fullmatch(bytes([byte]).decode(encoding, "replace"))
        )
        self._runs = re.compile(f"[{letters}]{{4,}}")
        self._article = "ال".encode(encoding).decode("latin-1")

    def find(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in self._runs.finditer(text)]

    def n_definite(self, text: str) -> int:
        """Return the number of words that begin with the definite article."""
        return sum(text.startswith(self._article, start) for start, _ in self.find(text))


_MISREAD = {encoding: _MisreadWords(encoding) for encoding in ARABIC_ENCODINGS}


def _misread(encoding: str) -> Callable[[str], Places]:
    """Find text of an encoding read as Latin-1, if it fits better than the other encoding.

    The better fit is the one with more definite articles.
    """

    def find(text: str) -> Places:
        if text.isascii():
            return []
        places = _MISREAD[encoding].find(text)
        definite = {name: words.n_definite(text) for name, words in _MISREAD.items()}
        best = max(definite, key=lambda name: definite[name])
        enough = len(places) >= FEWEST_WORDS and definite[encoding] > 0
        return places if enough and best == encoding else []

    return find


_LOST_WORDS = re.compile(r"(?<![?\ufffd])[?\ufffd]{3,}(?:[\s،,.:]+[?\ufffd]{2,}){2,}")
_LOST_LETTERS = re.compile("(?<=[\u0621-\u064a])[?\ufffd](?=[\u0621-\u064a])")


def _lost(text: str) -> Places:
    """Find three consecutive words of question marks, or question marks within words."""
    if "?" not in text and "\ufffd" not in text:
        return []
    words = [match.span() for match in _LOST_WORDS.finditer(text)]
    letters = [match.start() for match in _LOST_LETTERS.finditer(text)]
    inside = len(letters) >= FEWEST_WORDS
    return words or ([(letters[0] - 1, letters[-1] + 2)] if inside else [])


# No word begins with either letter, but reversed words often do.
_FIRST_IS_LAST = re.compile(r"(?<!\w)[ةى]\w{2,}")
_LAST = re.compile(r"(?<=\w\w)[ةى](?!\w)")
_HAS_FORMS = re.compile(f"[{PRESENTATION_FORMS}]")


def _backwards(text: str) -> Iterator[tuple[int, int]]:
    """Find words that are stored in reverse order."""
    plain = unicodedata.normalize("NFKC", text) if _HAS_FORMS.search(text) else text
    plain = MARKS.sub("", plain)
    found = _FIRST_IS_LAST.findall(plain)
    if len(found) >= FEWEST_WORDS and len(found) > len(_LAST.findall(plain)):
        start = max(text.find(found[0]), 0)
        yield start, start + len(found[0])


def _characters(deviations: Iterable[str]) -> str:
    return f"[{re.escape(''.join(deviations))}]"


ODDITIES = (
    Oddity(
        "UTF-8 read as windows-1256",
        _utf_8_read_as(["windows-1256"]),
        "Read the file with --encoding utf-8, or save it again as UTF-8 from its source.",
        garbled=True,
    ),
    Oddity(
        "UTF-8 read as Latin-1",
        _utf_8_read_as(["latin-1", "windows-1252"], READ_TWICE),
        "Read the file with --encoding utf-8, or save it again as UTF-8 from its source.",
        garbled=True,
    ),
    Oddity(
        "windows-1256 read as Latin-1",
        _misread("windows-1256"),
        "Read its source with --encoding windows-1256, or save it again as UTF-8.",
        garbled=True,
    ),
    Oddity(
        "ISO-8859-6 read as Latin-1",
        _misread("iso-8859-6"),
        "Read its source with --encoding iso-8859-6, or save it again as UTF-8.",
        garbled=True,
    ),
    Oddity(
        "letters lost as question marks",
        _lost,
        "These letters are gone. Save the file again as UTF-8 from its source.",
        garbled=True,
    ),
    Oddity(
        "words stored backwards",
        _backwards,
        "The text is in visual order, as some PDF tools write it. Extract it again from its "
        "source with a tool that keeps the logical order.",
        garbled=True,
    ),
    Oddity(
        "replacement characters",
        _matching("\ufffd"),
        "These letters are gone. Save the file again as UTF-8 from its source.",
    ),
    Oddity(
        "presentation forms",
        _matching(f"[{PRESENTATION_FORMS}]"),
        "Nothing to do: they are folded onto plain letters (normalization.compatibility).",
    ),
    Oddity(
        "Persian or Kurdish letter forms",
        _matching(_characters(d.letters for d in LETTER_FORMS)),
        "Nothing to do: they are folded onto the Arabic letters (normalization.letter_forms).",
    ),
    Oddity(
        "rare Quranic marks",
        _matching(_characters(d.letters for d in (*QURANIC_MARKS, *INVISIBLE_MARKS))),
        "Nothing to do: they are removed (normalization.diacritics).",
    ),
    Oddity(
        "bidi controls or zero-width characters",
        _matching("[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"),
        "Nothing to do: they are removed (normalization.invisible).",
    ),
    Oddity(
        "HTML tags or entities",
        _matching(r"</?[a-zA-Z][^<>]{0,200}>|&(?:#\d+|[a-z]+);"),
        "Extract the plain text: tags and entities are read as words.",
    ),
)
