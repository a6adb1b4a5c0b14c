"""Text preparation: removal of boilerplate, and removal or marking of quoted speech.

The result depends only on the text and on the stored model, so an article is
prepared in the same way alone and in a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stance.errors import ModelError
from stance.text.quotation import Voice, voices
from stance.text.tokenization import locate_words, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stance.text.normalization_table import NormalizationTable
    from stance.text.tokenization import Word

# Bylines, datelines and signatures are within this many words of either end of an article.
EDGE = 12

# Prefix that makes a word of quoted speech a separate word: a letter that news texts do not use.
# It is the Unicode character LATIN LETTER SINOLOGICAL DOT.
QUOTED = "\ua78f"

Quotations = Literal["keep", "drop", "apart"]
Phrase = tuple[str, ...]

# ``text[start:end]`` is replaced by the new text.
Edit = tuple[int, int, str]


class _StoredPreparation(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    lines: list[Annotated[str, Field(min_length=1)]]
    phrases: list[Annotated[str, Field(min_length=1)]]
    quotations: Quotations


class PreparedText(NamedTuple):
    """A prepared text; character i is from the original at ``places[i]``.

    A character that was inserted has the place of the one after it.
    """

    text: str
    places: Sequence[int]

    def edited(self, edits: Iterable[Edit]) -> PreparedText:
        """Return the text with each edit, in order, made."""
        parts: list[str] = []
        places: list[int] = []
        position = 0
        for start, end, new in edits:
            parts += [self.text[position:start], new]
            places += self.places[position:start]
            at = self.places[start] if start < len(self.places) else self._end
            places += [at] * len(new)
            position = end
        parts.append(self.text[position:])
        places += self.places[position:]
        return PreparedText("".join(parts), places)

    @property
    def _end(self) -> int:
        return self.places[-1] + 1 if self.places else 0


@dataclass(frozen=True)
class Preparation:
    """Removes lines and phrases from texts, and removes or marks quoted speech.

    Parameters
    ----------
    table : NormalizationTable
    lines : frozenset of tuple of str
        The normalised words of lines to remove: menus, footers.
    phrases : frozenset of tuple of str
        Normalised words to remove among the first and last twelve words of a
        text: bylines, datelines.
    quotations : {"keep", "drop", "apart"}
        Whether quotations of more than three words are kept, removed, or
        marked so that their words are separate from the outlet's own words.

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
        """Return the prepared text."""
        if self.lines:
            text = self._without_lines(text)
        if self.phrases:
            text = _remove_spans(text, self._edge_matches(text))
        if self.quotations == "drop":
            text = _remove_spans(text, _speech_spans(text))
        elif self.quotations == "apart":
            text = self._mark_speech(text)
        return text

    def with_places(self, text: str) -> PreparedText:
        """Return the prepared text with the place of each character in the original."""
        found = PreparedText(text, range(len(text)))
        if self.lines:
            found = found.edited(self._line_edits(found.text))
        if self.phrases:
            found = found.edited((*span, " ") for span in self._edge_matches(found.text))
        if self.quotations == "drop":
            found = found.edited((*span, " ") for span in _speech_spans(found.text))
        elif self.quotations == "apart":
            places = self._speech_words(found.text)
            found = found.edited((place, place, QUOTED) for place in places)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return all but the table as JSON-serialisable values, in a stable order."""
        return {
            "lines": sorted(map(" ".join, self.lines)),
            "phrases": sorted(map(" ".join, self.phrases)),
            "quotations": self.quotations,
        }

    @classmethod
    def from_dict(cls, data: object, table: NormalizationTable) -> Self:
        """Build a preparation from the output of `to_dict`.

        Raises
        ------
        ModelError
            If the data is malformed.
        """
        try:
            stored = _StoredPreparation.model_validate(data)
        except ValidationError as error:
            raise ModelError(
                f"Got a malformed preparation ({error.errors()[0]['msg']}). The model is "
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

    def _line_edits(self, text: str) -> Iterator[Edit]:
        """Yield what turns a text into that of `_without_lines`."""
        position, is_first = 0, True
        for line in text.splitlines(keepends=True):
            end = position + len(line)
            content = line.splitlines()[0]
            if tuple(words(content, self.table)) in self.lines:
                yield position, end, ""
            else:
                if not is_first:
                    yield position, position, "\n"
                yield position + len(content), end, ""
                is_first = False
            position = end

    def _mark_speech(self, text: str) -> str:
        """Mark the words of quoted speech."""
        parts, position = [], 0
        for place in self._speech_words(text):
            parts += [text[position:place], QUOTED]
            position = place
        return "".join([*parts, text[position:]])

    def _speech_words(self, text: str) -> Iterator[int]:
        """Yield the start of each word of quoted speech."""
        for start, end in _speech_spans(text):
            # One character may be several words, which begin at the same place.
            places = {start + word.start for word in locate_words(text[start:end], self.table)}
            yield from sorted(places)

    def _edge_matches(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the spans of known phrases at either end, in order, longest match first."""
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


def _speech_spans(text: str) -> Iterator[tuple[int, int]]:
    return ((start, end) for start, end, voice in voices(text) if voice == Voice.SPEECH)


def _remove_spans(text: str, spans: Iterator[tuple[int, int]]) -> str:
    """Replace each span by a space."""
    parts, position = [], 0
    for start, end in spans:
        parts += [text[position:start], " "]
        position = end
    return "".join([*parts, text[position:]])
