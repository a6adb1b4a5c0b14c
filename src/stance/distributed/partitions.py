"""Cutting a task into partitions that workers read and label independently."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stance.errors import DamagedFileError
from stance.formats.byte_ranges import can_be_cut, cut
from stance.formats.cursor import ByteRange, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stance.formats.inputs import PlannedInput
    from stance.labelling.entries import InputPosition

# Small files share a partition, because submitting one costs as much as labelling a few articles.
MOST_FILES = 256


@dataclass(frozen=True)
class Partition:
    """A series of whole inputs, or a byte range of one.

    Parameters
    ----------
    n_input : int
        The first input.
    n_end : int
        The input before which to stop.
    place : Place
        The place in the first input at which to start.
    byte_range : ByteRange, optional
        The part of a file that was cut.
    """

    n_input: int
    n_end: int
    place: Place
    byte_range: ByteRange | None = None

    def after(self, position: InputPosition) -> Partition:
        """Return the part of it after a position."""
        place = position.position.place()
        if self.byte_range is None:
            return replace(self, n_input=position.n_input, place=place)
        return replace(self, place=place, byte_range=ByteRange(place, self.byte_range.end))

    def before(self, position: InputPosition) -> Partition:
        """Return the part of it before a position."""
        if self.byte_range is None or position.n_input != self.n_input:
            return self
        return replace(self, byte_range=ByteRange(self.byte_range.start, position.position.place()))


@dataclass(frozen=True)
class LastPartition:
    """Marks that all partitions of an input that was cut have been submitted.

    Parameters
    ----------
    n_input : int
    n_bytes : int
    sha256 : str
        Hash of the whole file.
    """

    n_input: int
    n_bytes: int
    sha256: str


def partitions(
    inputs: Sequence[PlannedInput], n_input: int, place: Place, size: int
) -> Iterator[Partition | LastPartition]:
    """Cut inputs into partitions, in their order.

    Parameters
    ----------
    inputs : sequence of PlannedInput
    n_input : int
        The first input.
    place : Place
        The place in it at which to start.
    size : int
        Approximate bytes of a partition.

    Raises
    ------
    CorpusError
        If a file cannot be read, or has changed.
    """
    first, weight = n_input, 0

    def whole(n_end: int) -> Partition:
        return Partition(first, n_end, place if first == n_input else Place())

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
) -> Iterator[Partition | LastPartition] | None:
    """Cut a file, if it can be cut."""
    if planned.file is None or planned.is_live or not can_be_cut(planned.file):
        return None
    byte_ranges = cut(planned.file, place, size)
    try:
        first = next(byte_ranges)
    except DamagedFileError:
        return None
    return _numbered(n, first, byte_ranges)


def _numbered(
    n: int, byte_range: ByteRange, more: Iterator[ByteRange]
) -> Iterator[Partition | LastPartition]:
    while True:
        if (byte_range.start.row, byte_range.start.offset) != (
            byte_range.end.row,
            byte_range.end.offset,
        ):
            yield Partition(n, n + 1, byte_range.start, byte_range)
        following = next(more, None)
        if following is None:
            yield LastPartition(n, byte_range.end.n_bytes, byte_range.end.sha256)
            return
        byte_range = following
