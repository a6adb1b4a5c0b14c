"""Dividing an archive into strata that a sample can serve."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from stance.errors import ConfigError, CorpusError
from stance.estimation.allocation import allocate, allocation_weights
from stance.estimation.archive_columns import id_hashes, random_numbers
from stance.estimation.sample_design import SampleDesign, Stratum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.estimation.allocation import Allocation
    from stance.estimation.sampling_frame import Cell, SamplingFrame


def design_of(
    frame: SamplingFrame,
    n: int,
    fields: Sequence[str],
    *,
    seed: int,
    allocation: Allocation,
    minimum: int,
) -> tuple[SampleDesign, NDArray[np.int64]]:
    """Divide a frame into strata, and a sample among them.

    Parameters
    ----------
    frame : SamplingFrame
    n : int
        Articles to draw.
    fields : sequence of str
        The fields of the frame's cells.
    seed : int
    allocation : {"neyman", "proportional"}
    minimum : int
        Articles to draw of each stratum.

    Returns
    -------
    design : SampleDesign
    stratum : ndarray of int64, shape (n_cells,)
        Index of the stratum of each cell.

    Raises
    ------
    ConfigError
        If the sample is smaller than the minima of the labels.
    """
    merged = _merged(frame.cells, n, minimum)
    names = sorted(set(merged), key=lambda name: (name[0], name[1] is None, str(name[1])))
    place = {name: index for index, name in enumerate(names)}
    stratum = np.array([place[name] for name in merged], np.int64)
    sizes = np.bincount(stratum, [cell.n for cell in frame.cells]).astype(np.int64)
    left = np.bincount(stratum, [cell.errors.sum() for cell in frame.cells]) / sizes
    weights = allocation_weights(sizes, left if allocation == "neyman" else None)
    drawn = allocate(n, sizes, weights, minimum)
    numbers = _opaque_numbers([f"{label}\n{values}" for label, values in names], seed)
    strata = tuple(
        Stratum(
            numbers[index],
            label,
            None if values is None else dict(zip(fields, values, strict=True)),
            int(sizes[index]),
            int(drawn[index]),
            float(weights[index]),
        )
        for index, (label, values) in enumerate(names)
    )
    design = SampleDesign(
        seed=seed,
        n=n,
        frame=frame.record,
        labels=frame.labels,
        fields=tuple(fields),
        allocation=allocation,
        min_per_stratum=minimum,
        strata=strata,
    )
    return design, stratum


_Name = tuple[str, tuple[str | None, ...] | None]


def _merged(cells: Sequence[Cell], n: int, minimum: int) -> list[_Name]:
    """Return the stratum of each cell, with the smallest cells of a label as one stratum.

    Cells are merged, the smallest first, until the minima of the strata are no more than
    half of the sample, and none has fewer articles than the minimum unless its label has
    no more. The other half is for the allocation, which would have no choice otherwise.
    """
    names: list[_Name] = [(cell.label, cell.values) for cell in cells]
    rest: dict[str, int] = defaultdict(int)
    left: dict[str, int] = defaultdict(int)
    for cell in cells:
        left[cell.label] += 1
    needed = sum(min(cell.n, minimum) for cell in cells)
    for place in sorted(range(len(cells)), key=lambda place: (cells[place].n, place)):
        cell = cells[place]
        open_rest = 0 < rest[cell.label] < minimum
        is_alone = rest[cell.label] == 0 and left[cell.label] == 1
        if is_alone or not (needed > n // 2 or cell.n < minimum or open_rest):
            continue
        names[place] = (cell.label, None)
        needed -= min(cell.n, minimum) + min(rest[cell.label], minimum)
        rest[cell.label] += cell.n
        needed += min(rest[cell.label], minimum)
        left[cell.label] -= 1
    if needed > n:
        labels = len({cell.label for cell in cells})
        raise ConfigError(
            f"Got a sample of {n:,} articles, but expected at least {needed:,}: {minimum} for each "
            f"of the {labels} predicted labels. Draw more, or give a smaller --min-per-stratum."
        )
    return _without_lone_rests(names, cells)


def _without_lone_rests(names: list[_Name], cells: Sequence[Cell]) -> list[_Name]:
    """Return the strata; what was merged from a single cell keeps its values."""
    merged: dict[str, list[int]] = defaultdict(list)
    for place, (label, values) in enumerate(names):
        if values is None:
            merged[label].append(place)
    for label, places in merged.items():
        if len(places) == 1:
            names[places[0]] = (label, cells[places[0]].values)
    return names


def _opaque_numbers(names: Sequence[str], seed: int) -> list[int]:
    """Return numbers from 1 in a random order, so that a number does not tell the label."""
    order = np.argsort(random_numbers(id_hashes(names), seed), kind="stable")
    numbers = np.empty(len(names), np.int64)
    numbers[order] = np.arange(1, len(names) + 1)
    return [int(number) for number in numbers]


def extended(
    design: SampleDesign, frame: SamplingFrame, n: int
) -> tuple[SampleDesign, NDArray[np.int64]]:
    """Return the design of a larger sample with the same strata, and the stratum of each cell.

    Raises
    ------
    CorpusError
        If the frame is another one, or its articles have other predicted labels.
    ConfigError
        If the sample is not larger.
    """
    _check_frame(design, frame)
    if n <= design.n:
        raise ConfigError(
            f"Got a sample of {n:,} articles to extend one of {design.n:,}, but expected more: -n "
            "is the number of all articles, old and new."
        )
    place = {
        (one.label, None if one.values is None else tuple(one.values.values())): index
        for index, one in enumerate(design.strata)
    }
    stratum = np.array(
        [
            place[name if (name := (cell.label, cell.values)) in place else (cell.label, None)]
            for cell in frame.cells
        ],
        np.int64,
    )
    sizes = np.array([one.n for one in design.strata], np.int64)
    weights = np.array([one.weight for one in design.strata])
    drawn = allocate(n, sizes, weights, design.min_per_stratum)
    strata = tuple(
        Stratum(one.number, one.label, one.values, one.n, int(more), one.weight)
        for one, more in zip(design.strata, drawn, strict=True)
    )
    return (
        SampleDesign(
            **{name: getattr(design, name) for name in ("seed", "frame", "labels", "fields")},
            n=n,
            allocation=design.allocation,
            min_per_stratum=design.min_per_stratum,
            strata=strata,
            duplicates=design.duplicates,
        ),
        stratum,
    )


def _check_frame(design: SampleDesign, frame: SamplingFrame) -> None:
    before, now = design.frame, frame.record
    if before.ids != now.ids:
        raise CorpusError(
            f"Got an archive of {now.n:,} articles, but expected the {before.n:,} of the sample "
            "that is extended: their ids differ. Name the same files with the same --where, or "
            "draw a new sample of the articles that were added."
        )
    if before.labelled_ids != now.labelled_ids:
        raise CorpusError(
            "Got an archive whose predicted labels differ from those of the sample that is "
            "extended, though its articles are the same. Name the labels that the sample was drawn "
            "from: its strata depend on them."
        )
