"""Passages that articles share, and the words that were changed in them.

Outlets print the same agency sentence with different names: «الدولة الإسلامية»
in one, “داعش” in another. The unchanged words show where the sentence came
from; the changed ones are the outlet's framing.
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

# Half of the word bigrams in common. Replacing one name changes a tenth of them in a sentence of
# thirty words.
THRESHOLD = 0.5
SHINGLE = 2
# Shorter sentences recur by chance.
SHORTEST = 8


@dataclass(frozen=True, slots=True, order=True)
class PassagePlace:
    """The place of a passage: the characters ``[start, end)`` of an article's text."""

    article: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Edit:
    """The difference between two versions of a passage.

    Parameters
    ----------
    before, after : str
        The words as published; empty if words were only inserted or deleted.
    before_place, after_place : PassagePlace
        Their places; an empty place is the point of insertion or deletion.
    """

    before: str
    after: str
    before_place: PassagePlace
    after_place: PassagePlace


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence that occurs in two or more articles.

    Parameters
    ----------
    places : tuple of PassagePlace
        In the order of the articles.
    versions : tuple of int
        For each place, the index of the first place with the same words,
        ignoring spelling and punctuation.
    """

    places: tuple[PassagePlace, ...]
    versions: tuple[int, ...]

    @property
    def articles(self) -> tuple[int, ...]:
        """The distinct indices of the articles, in order."""
        return tuple(sorted({place.article for place in self.places}))

    @property
    def was_edited(self) -> bool:
        """Whether it occurs in more than one version."""
        return len(set(self.versions)) > 1


def reused_passages(
    texts: Sequence[str], *, threshold: float = THRESHOLD, shortest: int = SHORTEST
) -> list[Passage]:
    r"""Find the sentences that occur in several texts, verbatim or edited.

    Parameters
    ----------
    texts : sequence of str
    threshold : float
        Minimum Jaccard similarity of the word bigrams of two versions, in
        (0, 1].
    shortest : int
        Minimum length of a sentence in words.

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
    # Three numbers for each sentence instead of an object: a large corpus has millions.
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
    """Return for each place the index of the first place with the same version."""
    first: dict[int, int] = {}
    return tuple(first.setdefault(version, order) for order, version in enumerate(same))


def edits(passage: Passage, texts: Sequence[str]) -> list[Edit]:
    """Compare each version of a passage with its most common one.

    Parameters
    ----------
    passage : Passage
    texts : sequence of str
        The texts in which it was found.

    Returns
    -------
    list of Edit
        Each version once; if two are equally common, the earlier one is the
        reference. Changes of spelling, diacritics and punctuation do not count.
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
    """Align the words of two places and yield the differences."""
    old, new = _words(before, texts), _words(after, texts)
    matcher = difflib.SequenceMatcher(
        a=[word.text for word in old], b=[word.text for word in new], autojunk=False
    )
    for kind, old_first, old_last, new_first, new_last in matcher.get_opcodes():
        if kind != "equal":
            left = _place_of_words(before, old, old_first, old_last)
            right = _place_of_words(after, new, new_first, new_last)
            yield Edit(_shown(left, texts), _shown(right, texts), left, right)


def _words(place: PassagePlace, texts: Sequence[str]) -> list[Word]:
    return locate_words(texts[place.article][place.start : place.end], arabic_normalization())


def _place_of_words(place: PassagePlace, found: list[Word], first: int, last: int) -> PassagePlace:
    """Return the place of a range of words; a point between words if it is empty."""
    if first < last:
        start, end = found[first].start, found[last - 1].end
    else:
        start = end = found[first - 1].end if first else 0
    return PassagePlace(place.article, place.start + start, place.start + end)


def _shown(place: PassagePlace, texts: Sequence[str]) -> str:
    return texts[place.article][place.start : place.end]
