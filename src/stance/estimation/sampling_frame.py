"""The articles that can be drawn, as arrays: one pass over an archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stance.errors import CorpusError
from stance.estimation.archive import LabelledArchive
from stance.estimation.archive_columns import random_numbers
from stance.estimation.sample_design import Frame
from stance.formats.input_file import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from stance.formats.inputs import PlannedInput
    from stance.formats.source import Source

Value = str | None

# Errors are summed as whole numbers of millionths: sums of other numbers depend on the order of
# the articles, and so would the sample.
EXACT = 1_000_000


@dataclass(frozen=True)
class Cell:
    """All articles with one predicted label and one value of each field.

    Parameters
    ----------
    label : str
    values : tuple of str or None
    n : int
    errors : ndarray of float64, shape (n_labels,)
        The sum over the articles of ``p_k * (1 - p_k)`` for each label of the archive, sorted;
        zeros without probabilities. Summed over labels it is that of ``1 - sum_k p_k ** 2``.
    """

    label: str
    values: tuple[Value, ...]
    n: int
    errors: NDArray[np.float64]


@dataclass(frozen=True)
class SamplingFrame:
    """The articles of an archive, divided into cells.

    Parameters
    ----------
    archive : LabelledArchive
    labels : tuple of str
        Sorted.
    cells : tuple of Cell
        Sorted.
    cell : ndarray of int64, shape (n,)
        Index of each article's cell.
    random : ndarray of uint64, shape (n,)
        The permanent random number of each article.
    """

    archive: LabelledArchive
    labels: tuple[str, ...]
    cells: tuple[Cell, ...]
    cell: NDArray[np.int64]
    random: NDArray[np.uint64]

    @property
    def record(self) -> Frame:
        """The size and the hashes of the frame."""
        frame = self.archive.frame
        return Frame(len(self.cell), frame.ids, frame.labelled_ids)


def refuse_standard_input(source: Source) -> None:
    """Refuse an archive that cannot be read twice."""
    if STDIN in source.files:
        raise CorpusError(
            "Got - as input, but a sample is drawn in two passes over the archive, and standard "
            "input can be read only once. Write it to a file and name that file."
        )


def read_frame(
    source: Source,
    fields: Sequence[str],
    seed: int,
    on_input: Callable[[PlannedInput], object] = lambda planned: None,
) -> SamplingFrame:
    """Read an archive once.

    Raises
    ------
    CorpusError
        If it comes from standard input, which cannot be read twice, or cannot be used.
    """
    refuse_standard_input(source)
    archive = LabelledArchive(source, fields, on_input)
    cells = _Cells()
    random, places = [], []
    for batch in archive.batches():
        random.append(random_numbers(batch.hashes, seed))
        key = np.column_stack([batch.label, *batch.fields.values()])
        p = batch.probabilities
        errors = np.zeros((len(batch), 0)) if p is None else np.rint(p * (1 - p) * EXACT)
        places.append(cells.add(key, errors))
    found, of_cell = cells.named(archive, tuple(dict.fromkeys(fields)))
    return SamplingFrame(
        archive,
        tuple(sorted({cell.label for cell in found})),
        found,
        of_cell[np.concatenate(places)],
        np.concatenate(random),
    )


class _Cells:
    """Sums over articles with the same numbers of their values, as they are read."""

    def __init__(self) -> None:
        self._places: dict[tuple[int, ...], int] = {}
        self._n: list[int] = []
        self._errors = np.zeros((0, 0))

    def add(self, key: NDArray[np.int64], errors: NDArray[np.float64]) -> NDArray[np.int32]:
        """Add articles, and return the index of the cell of each."""
        # One number for each row: np.unique of whole rows takes ten times as long.
        sizes = tuple((key.max(axis=0) + 2).tolist())
        joint = np.ravel_multi_index(tuple((key + 1).T), sizes)
        _, first, inverse = np.unique(joint, return_index=True, return_inverse=True)
        here = []
        for one, more in zip(map(tuple, key[first].tolist()), np.bincount(inverse), strict=True):
            place = self._places.setdefault(one, len(self._places))
            if place == len(self._n):
                self._n.append(0)
            self._n[place] += int(more)
            here.append(place)
        added = (len(self._n) - len(self._errors), errors.shape[1] - self._errors.shape[1])
        self._errors = np.pad(self._errors, ((0, added[0]), (0, added[1])))
        for label, column in enumerate(errors.T):
            self._errors[here, label] += np.bincount(inverse, column)
        return np.array(here, np.int32)[inverse]

    def named(
        self, archive: LabelledArchive, fields: tuple[str, ...]
    ) -> tuple[tuple[Cell, ...], NDArray[np.int64]]:
        """Return the cells by the values of their numbers, and the index of each in them."""
        labels = archive.labels
        groupings = [archive.grouping(field) for field in fields]
        names = []
        for label, *numbers in self._places:
            values = []
            for grouping, number in zip(groupings, numbers, strict=True):
                group = int(grouping.group[number])
                values.append(grouping.values[group] if group >= 0 else None)
            names.append((labels[label], tuple(values)))
        # Several numbers can have one value: spellings of an outlet, days of a month.
        order = sorted(set(names), key=_sorting)
        place = {name: index for index, name in enumerate(order)}
        of_cell = np.array([place[name] for name in names], np.int64)
        n = np.bincount(of_cell, self._n)
        errors = np.zeros((len(order), len(labels)))
        np.add.at(errors[:, : self._errors.shape[1]], of_cell, self._errors)
        errors /= EXACT
        # By name, as the numbers of labels depend on the order of the files.
        errors = errors[:, np.argsort(labels)]
        cells = tuple(
            Cell(label, values, int(size), left)
            for (label, values), size, left in zip(order, n, errors, strict=True)
        )
        return cells, of_cell


def _sorting(name: tuple[str, tuple[Value, ...]]) -> tuple[str, ...]:
    return name[0], *(value or "" for value in name[1])
