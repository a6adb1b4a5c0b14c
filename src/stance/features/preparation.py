"""What is left out of a text, or marked in it, before anything is read.

Only the text itself and what a model has stored decide, so an article that
comes alone is read as it would be in any company.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stance.errors import ModelError
from stance.text.quotation import Voice, voices
from stance.text.tokenization import locate_words, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stance.text.normalization_table import NormalizationTable
    from stance.text.tokenization import Word

# Bylines, datelines and signatures stand among so many words at either end of an article.
EDGE = 12

# Prefix that makes a word of quoted speech a separate word: a letter that news texts do not use.
# Unicode names it the sinological dot.
QUOTED = "\ua78f"

Quotations = Literal["keep", "drop", "apart"]
Phrase = tuple[str, ...]


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    lines: list[Annotated[str, Field(min_length=1)]]
    phrases: list[Annotated[str, Field(min_length=1)]]
    quotations: Quotations


@dataclass(frozen=True)
class Preparation:
    """Leaves lines, phrases and speech out of texts, or tells speech apart.

    Parameters
    ----------
    table : NormalizationTable
    lines : frozenset of tuple of str
        The normalised words of lines that are left out: menus, footers.
    phrases : frozenset of tuple of str
        Normalised words that are left out among the first and the last twelve
        of a text: bylines, datelines.
    quotations : {"keep", "drop", "apart"}
        Whether quotations of more than three words are read, left out, or
        read as words of their own: there a word is not the one that the
        outlet says itself.

    Examples
    --------
    >>> from stance.text.normalization import arabic_normalization
    >>> prepare = Preparation(arabic_normalization(), frozenset({("اقرا", "ايضا")}))
    >>> prepare("تقدم الجيش في المدينة" + chr(10) + "اقرأ أيضاً:")
    'تقدم الجيش في المدينة'
    """

    table: NormalizationTable
    lines: frozenset[Phrase] = frozenset()
    phrases: frozenset[Phrase] = frozenset()
    quotations: Quotations = "keep"

    def __repr__(self) -> str:
        return (
            f"Preparation({len(self.lines):,} lines, {len(self.phrases):,} phrases, "
            f"quotations={self.quotations!r})"
        )

    def __call__(self, text: str) -> str:
        """Return a text without what is left out of it, and with its speech marked."""
        if self.lines:
            text = self._without_lines(text)
        if self.phrases:
            text = _without(text, self._edge_matches(text))
        if self.quotations == "drop":
            text = _without(text, _speech(text))
        elif self.quotations == "apart":
            text = self._with_marks(text)
        return text

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the table as plain JSON values, in a stable order."""
        return {
            "lines": sorted(map(" ".join, self.lines)),
            "phrases": sorted(map(" ".join, self.phrases)),
            "quotations": self.quotations,
        }

    @classmethod
    def from_dict(cls, data: object, table: NormalizationTable) -> Self:
        """Build a preparation from what `to_dict` returned.

        Raises
        ------
        ModelError
            If the data has another shape.
        """
        try:
            stored = _Stored.model_validate(data)
        except ValidationError as error:
            raise ModelError(
                f"Got a preparation of an unknown shape ({error.errors()[0]['msg']}). The model is "
                "damaged: copy it again from its source."
            ) from error
        lines, phrases = (
            frozenset(tuple(one.split(" ")) for one in part)
            for part in (stored.lines, stored.phrases)
        )
        return cls(table, lines, phrases, stored.quotations)

    def _without_lines(self, text: str) -> str:
        kept = [
            line for line in text.splitlines() if tuple(words(line, self.table)) not in self.lines
        ]
        return "\n".join(kept)

    def _with_marks(self, text: str) -> str:
        """Mark the words of speech."""
        parts, position = [], 0
        for start, end in _speech(text):
            # One sign may be several words, which begin at the same place.
            places = {start + word.start for word in locate_words(text[start:end], self.table)}
            for place in sorted(places):
                parts += [text[position:place], QUOTED]
                position = place
        return "".join([*parts, text[position:]])

    def _edge_matches(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places of known phrases at either end, in order, the longest at each."""
        found = locate_words(text, self.table)
        edges = [found] if len(found) <= 2 * EDGE else [found[:EDGE], found[-EDGE:]]
        for edge in edges:
            yield from self._matches(edge)

    def _matches(self, edge: Sequence[Word]) -> Iterator[tuple[int, int]]:
        place, longest = 0, max(map(len, self.phrases))
        while place < len(edge):
            for size in range(min(longest, len(edge) - place), 0, -1):
                if tuple(word.text for word in edge[place : place + size]) in self.phrases:
                    yield edge[place].start, edge[place + size - 1].end
                    place += size
                    break
            else:
                place += 1


def _speech(text: str) -> Iterator[tuple[int, int]]:
    return ((start, end) for start, end, voice in voices(text) if voice == Voice.SPEECH)


def _without(text: str, spans: Iterator[tuple[int, int]]) -> str:
    """Cut stretches out; what stood on either side stays apart."""
    parts, position = [], 0
    for start, end in spans:
        parts += [text[position:start], " "]
        position = end
    return "".join([*parts, text[position:]])
