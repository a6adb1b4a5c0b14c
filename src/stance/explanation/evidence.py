"""The evidence of an explanation in its article: the text as published, cut where marks begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stance.text.letter_clusters import whole_clusters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.explanation.records import Explanation


class Part(NamedTuple):
    """A part of a text, and what its word contributes; 0 for text without evidence."""

    text: str
    contribution: float


def evidence(found: Explanation) -> Iterator[tuple[str, list[Part]]]:
    """Yield the title and the body of an article with the words of an explanation.

    Yields
    ------
    field : {"title", "text"}
    parts : list of Part
        They join to the field as published; none divides a letter cluster.
    """
    for field, whole in (("title", found.article.title), ("text", found.article.text)):
        if whole:
            yield field, list(_parts(found, field, whole))


def _parts(found: Explanation, field: str, whole: str) -> Iterator[Part]:
    marks = sorted(
        (*whole_clusters(whole, place.start, place.end), word.contribution)
        for word in found.words
        for place in word.places
        if place.field == field
    )
    position = 0
    for begin, end, contribution in marks:
        start = max(begin, position)
        if start < end:
            if start > position:
                yield Part(whole[position:start], 0.0)
            yield Part(whole[start:end], contribution)
            position = end
    if position < len(whole):
        yield Part(whole[position:], 0.0)
