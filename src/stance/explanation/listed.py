"""The features that explanations list, with their occurrences, for a batch at once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.explanation.records import MIXED, VOICES, Contribution, Place, Rest, TermPlace
from stance.features.occurrences import NO_TERM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from stance.explanation.attribution import Attribution, BlockEvidence
    from stance.explanation.places import PublishedText

    Ints = NDArray[np.int64]

# Names of voices by number, and of words in several voices after them.
VOICE_NAMES = (*VOICES, MIXED)


class Occurrence(NamedTuple):
    """An occurrence of a listed feature.

    Parameters
    ----------
    start : int
        Its first token.
    n_tokens : int
    term : int
        See `Occurrences.terms`.
    first, last : int
        Its words are at ``text[first:last]``.
    voice : int
    """

    start: int
    n_tokens: int
    term: int
    first: int
    last: int
    voice: int


class ListedBlock:
    """The listed features of one block, in the order of articles.

    Parameters
    ----------
    found : Attribution
    block : BlockEvidence
    rows : ndarray of int64, shape (n_listed,)
        The article of each, ascending.
    entries : ndarray of int64, shape (n_listed,)
        The value of each in the block's matrix.
    """

    def __init__(self, found: Attribution, block: BlockEvidence, rows: Ints, entries: Ints) -> None:
        self._found = found
        self._block = block
        self._rows = rows.tolist()
        columns = block.values.indices[entries].astype(np.int64)
        self._columns = columns.tolist()
        self._weights = block.weights[entries].tolist()
        self._values = block.values.data[entries].tolist()
        self._contributions = block.contributions[entries].tolist()
        self._occurrences, self._bounds = self._list(rows, columns)

    def _list(self, rows: Ints, columns: Ints) -> tuple[list[list[int]], list[int]]:
        """Return the occurrences of all listed features, and where those of each begin.

        They are a list for each field of `Occurrence`: lists of numbers cost the
        garbage collector nothing.
        """
        from stance.features.compiled.attribution import list_chosen

        block, occurrences = self._block, self._block.occurrences
        room = len(occurrences.columns)
        chosen, places = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
        unmarked = np.full(block.values.shape[1], -1, dtype=np.int64)
        n = list_chosen(block.bounds, occurrences.columns, rows, columns, unmarked, chosen, places)
        order = np.argsort(chosen[:n], kind="stable")
        chosen, places = chosen[:n][order], places[:n][order]
        bounds = np.concatenate([[0], np.cumsum(np.bincount(chosen, minlength=len(rows)))])
        starts, ends = occurrences.starts[places], occurrences.ends[places]
        if occurrences.surface:
            located = self._on_surface(rows[chosen], starts)
        else:
            spans = self._found.spans
            voices = _voices(self._found.voices, starts, ends)
            located = (spans.starts[starts], spans.ends[ends - 1], voices)
        fields = (starts, ends - starts, occurrences.terms[places], *located)
        return [field.tolist() for field in fields], bounds.tolist()

    def _on_surface(self, rows: Ints, starts: Ints) -> tuple[Ints, Ints, Ints]:
        """Return the places and voices of words as published."""
        offsets, texts = self._found.batch.surface.offsets, self._found.texts
        within = (starts - offsets[rows]).tolist()
        spans = [texts[r].surface[i] for r, i in zip(rows.tolist(), within, strict=True)]
        voices = [texts[r].voice(span[0]) for r, span in zip(rows.tolist(), spans, strict=True)]
        first, last = np.array(spans, dtype=np.int64).reshape(-1, 2).T
        return first, last, np.array(voices, dtype=np.int64)

    def contribution(self, i: int) -> Contribution:
        """Return listed feature i."""
        source, column = self._block.source, self._columns[i]
        places, voices, terms = self._located(i)
        return Contribution(
            source.name,
            source.terms[column],
            self._weights[i],
            self._values[i],
            self._contributions[i],
            None if source.outlets is None else source.outlets[column],
            one_of(voices),
            places,
            terms,
        )

    def _located(self, i: int) -> tuple[list[Place], set[str], list[TermPlace]]:
        """Return the places, voices and terms of a feature."""
        text = self._found.texts[self._rows[i]]
        places: list[Place] = []
        voices: set[str] = set()
        terms: dict[tuple[int, str], list[Place]] = {}
        # A character n-gram occurs several times in a word, whose letters are listed once.
        own = slice(self._bounds[i], self._bounds[i + 1])
        fields = (field[own] for field in self._occurrences)
        for one in dict.fromkeys(map(Occurrence, *fields)):
            located = self._places(text, self._columns[i], one)
            places += located
            voice = VOICE_NAMES[one.voice]
            voices.add(voice)
            if one.term != NO_TERM:
                terms.setdefault((one.term, voice), []).extend(located)
        return places, voices, list(self._terms(terms)) if terms else []

    def _places(self, text: PublishedText, column: int, one: Occurrence) -> list[Place]:
        span = one.first, one.last
        if one.n_tokens > 1:
            return text.places(*span)
        if self._block.occurrences.surface:
            word = text.text[slice(*span)]
        else:
            words = self._found.batch.words
            word = words.types[words.tokens[one.start]]
        found: list[Place] = []
        for letters in self._block.source.block.letters(column, word):
            cut = span if letters == (0, len(word)) else text.letters(span, word, *letters)
            found += text.places(*cut)
        return found

    def _terms(self, places: dict[tuple[int, str], list[Place]]) -> Iterator[TermPlace]:
        for (number, voice), its in places.items():
            term = self._block.source.term(number)
            yield TermPlace(term.term, term.category, term.actor, term.side, voice, its)


class Listed:
    """The features that are listed for each article of a batch.

    Parameters
    ----------
    found : Attribution
    top : int, optional
        How many for each article; None for all.
    """

    def __init__(self, found: Attribution, top: int | None) -> None:
        self._found = found
        parts = [(one.values.indptr.tolist(), one.contributions) for one in found.blocks]
        joined = [
            np.concatenate([part[of[row] : of[row + 1]] for of, part in parts])
            for row in range(len(found.texts))
        ]
        bounds = np.concatenate([[0], np.cumsum(list(map(len, joined)))]).astype(np.int64)
        orders = largest(np.concatenate(joined), bounds, top)
        self._rests: list[Rest] = []
        for others, order in zip(joined, orders, strict=True):
            others[order] = 0.0
            self._rests.append(Rest(int(np.count_nonzero(others)), float(others.sum())))
        sizes = [len(order) for order in orders]
        self._bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64).tolist()
        rows = np.repeat(np.arange(len(orders)), sizes)
        self._blocks, self._numbers = self._divide(rows, np.concatenate(orders))

    def _divide(self, rows: Ints, places: Ints) -> tuple[list[ListedBlock], list[tuple[int, int]]]:
        """Return the blocks' listed features, and of each feature its block and number there."""
        numbers = np.empty((len(rows), 2), dtype=np.int64)
        blocks = []
        for b, block in enumerate(self._found.blocks):
            indptr = block.values.indptr.astype(np.int64)
            n_own = np.diff(indptr)[rows]
            own = np.flatnonzero((places >= 0) & (places < n_own))
            entries = indptr[rows[own]] + places[own]
            blocks.append(ListedBlock(self._found, block, rows[own], entries))
            numbers[own, 0], numbers[own, 1] = b, np.arange(len(own))
            places = places - n_own
        return blocks, [(block, number) for block, number in numbers.tolist()]

    def of(self, row: int) -> tuple[list[Contribution], Rest]:
        """Return the listed features of an article, the largest first, and the rest."""
        own = self._numbers[self._bounds[row] : self._bounds[row + 1]]
        return [self._blocks[block].contribution(i) for block, i in own], self._rests[row]


def _voices(voices: NDArray[np.int8], starts: Ints, ends: Ints) -> NDArray[np.int64]:
    """Return the voice of n-grams; the number after the last one if there are several."""
    found = voices[starts].astype(np.int64)
    lengths = ends - starts
    for place in range(1, int(lengths.max(initial=0))):
        longer = np.flatnonzero(lengths > place)
        differs = voices[starts[longer] + place] != voices[starts[longer]]
        found[longer[differs]] = len(VOICES)
    return found


def one_of(voices: set[str]) -> str | None:
    """Return the only voice, ``mixed`` if there are several, None if there is none."""
    return MIXED if len(voices) > 1 else next(iter(voices), None)


def largest(amounts: NDArray[np.float64], bounds: Ints, n: int | None) -> list[Ints]:
    """Return the places of the n largest amounts of each article, the largest first.

    Parameters
    ----------
    amounts : ndarray of float64
        Article i has ``amounts[bounds[i]:bounds[i + 1]]``. Their sign does not
        matter, and those that are zero are left out.
    bounds : ndarray of int64, shape (n_articles + 1,)
    n : int, optional
        All of them if None.
    """
    from stance.features.compiled.attribution import list_largest

    most = int(np.diff(bounds).max(initial=0))
    room = most if n is None else min(n, most)
    places = np.empty(max(len(bounds) - 1, 1) * room, dtype=np.int64)
    n_listed = np.empty(len(bounds) - 1, dtype=np.int64)
    if n is not None and room:
        list_largest(amounts, bounds, room, places, n_listed)
        return [places[i * room : i * room + k] for i, k in enumerate(n_listed.tolist())]
    found = []
    for own in pairwise(bounds.tolist()):
        size = np.abs(amounts[slice(*own)])
        order = np.argsort(-size, kind="stable")
        found.append(order[size[order] > 0])
    return found
