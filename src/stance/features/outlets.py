"""Outlet frequency: the number of outlets with a feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse


def check_outlets(outlets: Sequence[str | None] | None, n_texts: int) -> Sequence[str | None]:
    """Validate and return the outlets of texts.

    Raises
    ------
    CorpusError
        If there are no outlets, or their number differs from that of the texts.
    """
    if outlets is None:
        raise CorpusError(
            "Got min_outlets > 1 for articles without outlets, but expected the outlet of every "
            "article. Give the outlets, or set min_outlets = 1."
        )
    if len(outlets) != n_texts:
        raise CorpusError(
            f"Got {len(outlets)} outlets for {n_texts} texts, but expected one for each."
        )
    return outlets


def outlet_frequency(
    counts: sparse.csr_array, outlets: Sequence[str | None] | None
) -> NDArray[np.int64]:
    """Return the number of outlets with a positive value in each column.

    Article by article, since a matrix of the outlets takes several times the memory.
    """
    outlets = check_outlets(outlets, counts.shape[0])
    names = {name: number for number, name in enumerate(dict.fromkeys(outlets))}
    numbers = np.array([names[name] for name in outlets], dtype=np.int64)
    last_outlet = np.full(counts.shape[1], -1, dtype=np.int64)
    found = np.zeros(counts.shape[1], dtype=np.int64)
    offsets = counts.indptr.tolist()
    for row in np.argsort(numbers, kind="stable").tolist():
        place = slice(offsets[row], offsets[row + 1])
        columns = counts.indices[place][counts.data[place] > 0]
        new = columns[last_outlet[columns] != numbers[row]]
        last_outlet[new] = numbers[row]
        found[new] += 1
    return found
