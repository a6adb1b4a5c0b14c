"""Passages that articles share, and the words that were changed in them.

Outlets print the same agency sentence with one name in place of another:
«الدولة الإسلامية» here, “داعش” there. What was kept says where the sentence
came from; what was changed is the outlet's framing.
"""

from __future__ import annotations

import difflib
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stance.corpus.duplicates import members
from stance.corpus.shingles import stream_words
from stance.corpus.similarity import similar_groups
from stance.text.normalization import arabic_normalization
from stance.text.sentences import sentences
from stance.text.tokenization import locate_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stance.text.tokenization import Word

# Half of all pairs of neighbouring words in common. One name changed for another costs a sentence
# of thirty words a tenth of them.
THRESHOLD = 0.5
SHINGLE = 2
# Shorter sentences recur by chance.
SHORTEST = 8


@dataclass(frozen=True, slots=True, order=True)
class PassagePlace:
    """Where a passage stands: the characters ``[start, end)`` of an article's text."""

    article: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Edit:
    """What one version of a passage has in place of another's words.

    Parameters
    ----------
    before, after : str
        The words as published, empty where some were only added or left out.
    before_place, after_place : PassagePlace
        Where they stand; an empty place is where they would.
    """

    before: str
    after: str
    before_place: PassagePlace
    after_place: PassagePlace


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence in two or more articles.

    Parameters
    ----------
    places : tuple of PassagePlace
        In the order of the articles.
    versions : tuple of int
        For each place, the first of `places` that has the same words,
        spelling and punctuation aside.
    """

    places: tuple[PassagePlace, ...]
    versions: tuple[int, ...]

    @property
    def articles(self) -> tuple[int, ...]:
        """The numbers of the articles, each once, in order."""
        return tuple(sorted({place.article for place in self.places}))

    @property
    def was_edited(self) -> bool:
        """Whether it stands in more than one version."""
        return len(set(self.versions)) > 1


def reused_passages(
    texts: Sequence[str], *, threshold: float = THRESHOLD, shortest: int = SHORTEST
) -> list[Passage]:
    r"""Find the sentences that stand in several texts, word for word or edited.

    Parameters
    ----------
    texts : sequence of str
    threshold : float
        Least share of pairs of neighbouring words that two versions have in
        common, of all that either has, in (0, 1].
    shortest : int
        Words that a sentence must have.

    Returns
    -------
    list of Passage
        In the order of their first places.

    Examples
    --------
    >>> first = "وأضاف أن هزيمة الدولة الإسلامية في البلدة تنهي سيطرة التنظيم على ضفة النهر."
    >>> again = "عاجل.\nوأضاف أن هزيمة “داعش” في البلدة تنهي سيطرة التنظيم على ضفة النهر!"
    >>> (passage,) = reused_passages([first, again])
    >>> passage.articles
    (0, 1)
    >>> [(edit.before, edit.after) for edit in edits(passage, [first, again])]
    [('الدولة الإسلامية', 'داعش')]
    """
    # Three numbers a sentence, and not an object: a large corpus has millions.
    numbers, begins, ends = array("l"), array("l"), array("l")
    for number, text in enumerate(texts):
        for start, end in sentences(text):
            numbers.append(number)
            begins.append(start)
            ends.append(end)
    spans = np.array([numbers, begins, ends], np.int64)
    stream = stream_words(texts[number][start:end] for number, start, end in spans.T)
    long_enough = np.flatnonzero(np.diff(stream.starts) >= shortest)
    spans, stream = spans[:, long_enough], stream.only(long_enough)
    groups = similar_groups(stream.shingles(SHINGLE), threshold)
    same = stream.equal()
    found = []
    for group in members(groups):
        if len(set(spans[0, group].tolist())) > 1:
            places = tuple(PassagePlace(*spans[:, sentence].tolist()) for sentence in group)
            found.append(Passage(places, _versions(same[group].tolist())))
    return found


def _versions(same: Sequence[int]) -> tuple[int, ...]:
    """Name each version by the first of the places that has it."""
    first: dict[int, int] = {}
    return tuple(first.setdefault(version, order) for order, version in enumerate(same))


def edits(passage: Passage, texts: Sequence[str]) -> list[Edit]:
    """Compare each version of a passage with its most common one.

    Parameters
    ----------
    passage : Passage
    texts : sequence of str
        The texts that it was found in.

    Returns
    -------
    list of Edit
        Once for each version; ties go to the earlier version. Spelling,
        diacritics and punctuation are no edits.
    """
    count = {version: passage.versions.count(version) for version in passage.versions}
    usual = max(count, key=lambda version: (count[version], -version))
    return [
        edit
        for version in count
        if version != usual
        for edit in compare(passage.places[usual], passage.places[version], texts)
    ]


def compare(before: PassagePlace, after: PassagePlace, texts: Sequence[str]) -> Iterator[Edit]:
    """Align the words of two places and yield where they differ."""
    old, new = _words(before, texts), _words(after, texts)
    matcher = difflib.SequenceMatcher(
        a=[word.text for word in old], b=[word.text for word in new], autojunk=False
    )
    for kind, old_first, old_last, new_first, new_last in matcher.get_opcodes():
        if kind != "equal":
            left = _stretch(before, old, old_first, old_last)
            right = _stretch(after, new, new_first, new_last)
            yield Edit(_shown(left, texts), _shown(right, texts), left, right)


def _words(place: PassagePlace, texts: Sequence[str]) -> list[Word]:
    return locate_words(texts[place.article][place.start : place.end], arabic_normalization())


def _stretch(place: PassagePlace, found: list[Word], first: int, last: int) -> PassagePlace:
    """Return where some words stand in their text; between words if there are none."""
    if first < last:
        start, end = found[first].start, found[last - 1].end
    else:
        start = end = found[first - 1].end if first else 0
    return PassagePlace(place.article, place.start + start, place.start + end)


def _shown(place: PassagePlace, texts: Sequence[str]) -> str:
    return texts[place.article][place.start : place.end]
