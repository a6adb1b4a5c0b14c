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
    """Return the number of outlets with a positive value in each column."""
    outlets = check_outlets(outlets, counts.shape[0])
    from scipy import sparse

    names = {name: number for number, name in enumerate(dict.fromkeys(outlets))}
    rows = np.array([names[name] for name in outlets], dtype=np.int64)
    membership = sparse.csr_array(
        (np.ones(len(rows), dtype=np.int32), (rows, np.arange(len(rows)))),
        shape=(len(names), len(rows)),
    )
    by_outlet = membership @ (counts > 0).astype(np.int32)
    return np.bincount(by_outlet.indices, minlength=counts.shape[1])
