"""The lines of a concordance: a hit with the words before and after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from stance.corpus.article import as_json
from stance.tabular import arrow_table
from stance.text.letter_clusters import whole_clusters
from stance.text.quotation import Voice, voices
from stance.text.tokenization import word_spans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stance.text.normalization_table import NormalizationTable

VOICES = tuple(voice.name.lower() for voice in Voice)

COLUMNS: Mapping[str, type] = {
    **dict.fromkeys(("id", "outlet", "label", "published", "field"), str),
    **dict.fromkeys(("start", "end"), int),
    **dict.fromkeys(("voice", "before", "hit", "after"), str),
}

_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class ContextLine:
    """One hit in its context.

    Parameters
    ----------
    id : str
        The article's.
    outlet, label : str, optional
    published : str, optional
        As ISO 8601 if the date can be read, else as published.
    field : {"title", "text"}
    start, end : int
        The hit is at ``getattr(article, field)[start:end]``, in code points.
    voice : {"own", "speech", "scare"}
        Whose words the hit is: the outlet's, quoted speech, or scare quotes.
    before, hit, after : str
        As published, except that white space is a single blank. They are in
        reading order: `before` is read before the hit, so it is on its right
        in Arabic.
    """

    id: str
    outlet: str | None
    label: str | None
    published: str | None
    field: str
    start: int
    end: int
    voice: str
    before: str
    hit: str
    after: str

    def to_row(self) -> dict[str, Any]:
        """Return the line as JSON-serialisable values."""
        return {name: as_json(getattr(self, name)) for name in COLUMNS}


class Context(NamedTuple):
    """A hit and what is written around it, in one line each."""

    start: int
    end: int
    before: str
    hit: str
    after: str


@dataclass(frozen=True)
class TextWords:
    """A published text and where its words are.

    Parameters
    ----------
    text : str
    spans : sequence of (start, end)
    """

    text: str
    spans: Sequence[tuple[int, int]]

    @classmethod
    def of(cls, text: str, table: NormalizationTable, n_words: int) -> TextWords:
        """Find the words of a text that was read by voice as some number of words."""
        spans = word_spans(text, table)
        if len(spans) != n_words:
            # A quotation mark that is a part of a word divided it.
            spans = [
                (first + start, first + end)
                for first, last, _ in voices(text)
                for start, end in word_spans(text[first:last], table)
            ]
        return cls(text, spans)

    def written(self, first: int, last: int) -> list[str]:
        """Return some words as published."""
        return [self.text[start:end] for start, end in self.spans[first:last]]

    def around(self, first: int, last: int, n_words: int) -> Context:
        """Return the words from ``first`` to ``last`` with ``n_words`` on either side.

        Punctuation belongs to the word that it is attached to.
        """
        start, end = whole_clusters(self.text, self.spans[first][0], self.spans[last - 1][1])
        begin = self._begin(first - n_words) if n_words else start
        finish = self._finish(last + n_words) if n_words else end
        parts = (self.text[min(begin, start) : start], self.text[end : max(finish, end)])
        before, after = (" ".join(part.split()) for part in parts)
        return Context(start, end, before, " ".join(self.text[start:end].split()), after)

    def _begin(self, word: int) -> int:
        """Return where the context begins, with the signs attached before its first word."""
        if word <= 0:
            return 0
        behind, at = self.spans[word - 1][1], self.spans[word][0]
        spaces = [found.end() for found in _SPACE.finditer(self.text, behind, at)]
        return max([behind, *spaces])

    def _finish(self, word: int) -> int:
        """Return where the context ends, with the signs attached behind its last word."""
        if word >= len(self.spans):
            return len(self.text)
        behind, at = self.spans[word - 1][1], self.spans[word][0]
        found = _SPACE.search(self.text, behind, at)
        return found.start() if found else at


def lines_to_arrow(lines: Sequence[ContextLine]) -> Any:
    """Return lines as an Arrow table."""
    return arrow_table((line.to_row() for line in lines), COLUMNS)
