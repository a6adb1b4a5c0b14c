"""A task cut into spans: what one worker reads and labels by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stance.errors import DamagedFileError
from stance.formats.byte_ranges import can_be_cut, cut
from stance.formats.cursor import Place, Stretch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stance.formats.inputs import PlannedInput
    from stance.labelling.entries import Spot

# Small files share a span, since giving one out costs as much as labelling a few articles.
MOST_FILES = 256


@dataclass(frozen=True)
class Span:
    """Whole inputs one after the other, or a stretch of one.

    Parameters
    ----------
    n_input : int
        The first input.
    n_end : int
        The first that is not to be read any more.
    place : Place
        Where to begin in the first.
    stretch : Stretch, optional
        What to read of a file that was cut.
    """

    n_input: int
    n_end: int
    place: Place
    stretch: Stretch | None = None

    def behind(self, spot: Spot) -> Span:
        """Return what is left of it behind a place within it."""
        place = spot.position.place()
        if self.stretch is None:
            return replace(self, n_input=spot.n_input, place=place)
        return replace(self, place=place, stretch=Stretch(place, self.stretch.end))

    def up_to(self, spot: Spot) -> Span:
        """Return what of it stands before a place within it."""
        if self.stretch is None or spot.n_input != self.n_input:
            return self
        return replace(self, stretch=Stretch(self.stretch.start, spot.position.place()))


@dataclass(frozen=True)
class LastOf:
    """All spans of an input that was cut have been given out.

    Parameters
    ----------
    n_input : int
    n_bytes : int
    sha256 : str
        Of the whole file.
    """

    n_input: int
    n_bytes: int
    sha256: str


def spans(
    inputs: Sequence[PlannedInput], n_input: int, place: Place, size: int
) -> Iterator[Span | LastOf]:
    """Cut inputs into spans, in their order.

    Parameters
    ----------
    inputs : sequence of PlannedInput
    n_input : int
        The input to begin with.
    place : Place
        Where in it to begin.
    size : int
        Bytes of a span, about.

    Raises
    ------
    CorpusError
        If a file that is to be cut cannot be read, or was changed.
    """
    first, weight = n_input, 0

    def whole(n_end: int) -> Span:
        return Span(first, n_end, place if first == n_input else Place())

    for n in range(n_input, len(inputs)):
        begin = place if n == n_input else Place()
        n_bytes = inputs[n].state().size
        pieces = _pieces(inputs[n], n, begin, size) if (n_bytes or 0) > size else None
        if pieces is not None:
            if first < n:
                yield whole(n)
            yield from pieces
            first, weight = n + 1, 0
            continue
        weight += size if n_bytes is None else n_bytes
        if weight >= size or n + 1 - first >= MOST_FILES:
            yield whole(n + 1)
            first, weight = n + 1, 0
    if first < len(inputs):
        yield whole(len(inputs))


def _pieces(
    planned: PlannedInput, n: int, place: Place, size: int
) -> Iterator[Span | LastOf] | None:
    """Cut a file, if it can be cut."""
    if planned.file is None or planned.is_live or not can_be_cut(planned.file):
        return None
    stretches = cut(planned.file, place, size)
    try:
        first = next(stretches)
    except DamagedFileError:
        return None
    return _numbered(n, first, stretches)


def _numbered(n: int, stretch: Stretch, more: Iterator[Stretch]) -> Iterator[Span | LastOf]:
    while True:
        if (stretch.start.row, stretch.start.offset) != (stretch.end.row, stretch.end.offset):
            yield Span(n, n + 1, stretch.start, stretch)
        following = next(more, None)
        if following is None:
            yield LastOf(n, stretch.end.n_bytes, stretch.end.sha256)
            return
        stretch = following
