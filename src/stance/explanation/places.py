"""The words of a model's input, located in the article as published."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from stance.explanation.records import Place
from stance.features.model_input import model_inputs
from stance.text.quotation import Segment, Voice, voices
from stance.text.tokenization import surface_spans, word_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.corpus.article import Article
    from stance.features.preparation import Preparation
    from stance.text.normalization_table import AlignedText, NormalizationTable

    Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class PublishedText:
    """An article's text as its model reads it, with the places of the original.

    Parameters
    ----------
    article : Article
    text : str
        The prepared input.
    table : NormalizationTable
    title : bool
        Whether the input begins with the title.
    preparation : Preparation, optional
        How the text was prepared.
    """

    article: Article
    text: str
    table: NormalizationTable
    title: bool
    preparation: Preparation | None = None

    def words(self, n_words: int, *, by_voice: bool) -> Spans:
        """Return the span of each word in ``text``.

        Parameters
        ----------
        n_words : int
            Their number. Where quotation marks are part of words, it tells that
            the text was cut at the marks.
        by_voice : bool
            Whether the text was cut into segments of one voice.
        """
        spans = word_spans(self.text, self.table)
        if not by_voice or len(spans) == n_words:
            return spans
        return [
            (first + start, first + end)
            for first, last, _ in voices(self.text)
            for start, end in word_spans(self.text[first:last], self.table)
        ]

    @cached_property
    def surface(self) -> Spans:
        """The span of each word as published, in ``text``."""
        return surface_spans(self.text)

    @cached_property
    def _segments(self) -> tuple[list[int], list[int]]:
        segments = voices(self.text) or [Segment(0, 0, Voice.OWN)]
        return [one[0] for one in segments], [int(one[2]) for one in segments]

    def voice(self, place: int) -> int:
        """Return the `stance.text.quotation.Voice` at a place of ``text``."""
        starts, voice = self._segments
        return voice[max(bisect_right(starts, place) - 1, 0)]

    @cached_property
    def _original(self) -> Sequence[int] | None:
        """The place of each character in the input before its preparation."""
        if self.preparation is None:
            return None
        (before,) = model_inputs([self.article], title=self.title)
        return self.preparation.with_places(before.text).places

    @cached_property
    def _alignments(self) -> dict[tuple[int, int], AlignedText]:
        """The letters of words that were asked for; a long word has thousands of n-grams."""
        return {}

    @cached_property
    def _shift(self) -> int:
        """Length of the title and the line break after it."""
        title = self.article.title
        return len(title) + 1 if self.title and title else 0

    def places(self, start: int, end: int) -> list[Place]:
        """Return where ``text[start:end]`` is in the article: in two fields if it spans them."""
        if self.preparation is not None and self._original is not None:
            start, end = self._original[start], self._original[end - 1] + 1
        shift = self._shift
        if start >= shift:
            return [Place("text", start - shift, end - shift)]
        if end < shift:
            return [Place("title", start, end)]
        parts = [Place("title", start, shift - 1), Place("text", 0, end - shift)]
        return [part for part in parts if part.end > part.start]

    def letters(self, span: tuple[int, int], word: str, start: int, end: int) -> tuple[int, int]:
        """Return where ``word[start:end]`` is in ``text``, with all marks of its letters.

        Parameters
        ----------
        span : tuple of int
            The word in ``text``.
        word : str
            The word as it is counted: normalised, or as published.
        """
        first, last = span
        written = self.text[first:last]
        if written != word:
            aligned = self._alignments.get(span)
            if aligned is None:
                aligned = self._alignments[span] = self.table.align(written)
            base = aligned.text.find(word)
            if base < 0:
                return span
            start, end = aligned.starts[base + start], aligned.ends[base + end - 1]
        while start > 0 and unicodedata.category(written[start])[0] == "M":
            start -= 1
        while end < len(written) and unicodedata.category(written[end])[0] == "M":
            end += 1
        return first + start, first + end
