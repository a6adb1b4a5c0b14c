"""One numbering of labels for an archive and for what was labelled by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Self

import numpy as np

from stance.corpus.keys import Spellings, canonical
from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from stance.estimation.archive_cells import SummedArchive


@dataclass(frozen=True)
class LabelNumbering:
    """The labels of an archive, the most frequent first, then those given by hand alone.

    Parameters
    ----------
    labels : tuple of str
        As they are shown.
    keys : dict of str to int
        The number of each canonical form.
    added : tuple of str
        Labels given by hand that the archive does not know.
    """

    labels: tuple[str, ...]
    keys: Mapping[str, int]
    added: tuple[str, ...]

    @classmethod
    def of(cls, archive: SummedArchive, by_hand: Iterable[str]) -> tuple[Self, SummedArchive]:
        """Return numbers of the labels, and the archive with its columns in that order."""
        sizes = archive.population.counted.sum(axis=0)
        order = sorted(range(len(sizes)), key=lambda n: (-sizes[n], archive.label_keys[n]))
        keys = [archive.label_keys[n] for n in order]
        display = Spellings.of(by_hand).display()
        added = sorted(display.keys() - set(keys))
        numbering = cls(
            (*(archive.labels[n] for n in order), *(display[key] for key in added)),
            {key: number for number, key in enumerate([*keys, *added])},
            tuple(display[key] for key in added),
        )
        return numbering, _reordered(archive, np.array(order, np.int64), len(added))

    def number(self, label: str, option: str) -> int:
        """Return the number of a label that the user named.

        Raises
        ------
        ConfigError
            If it is unknown.
        """
        found = self.keys.get(canonical(label))
        if found is None:
            near = suggestion(label, self.labels)
            raise ConfigError(
                f"Got {option} {label!r}, a label that nobody coded and no article has, but "
                f"expected one of {', '.join(self.labels)}.{near} Check the spelling."
            )
        return found


def suggestion(value: str, known: Sequence[str]) -> str:
    """Return a sentence with the most similar known value, or nothing."""
    near = get_close_matches(value, known, n=1)
    return f" Perhaps {near[0]!r} is meant." if near else ""


def _reordered(archive: SummedArchive, order: NDArray[np.int64], n_added: int) -> SummedArchive:
    """Put the columns of labels into another order, and add columns of zeros."""

    def columns(table: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.pad(table[:, order], ((0, 0), (0, n_added)))

    population, part = archive.population, archive.posteriors
    return replace(
        archive,
        population=replace(
            population,
            predicted=columns(population.predicted),
            counted=columns(population.counted),
        ),
        found=replace(archive.found, predicted=columns(archive.found.predicted)),
        posteriors=part and replace(part, probabilities=columns(part.probabilities)),
    )
