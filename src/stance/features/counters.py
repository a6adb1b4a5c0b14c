"""Counters of known n-grams: their interface, and the code that they share.

A table is built once from a block's terms and is read-only afterwards. A counter
is created from a table, belongs to one thread, and caches the n-grams of the
words that it has seen.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from stance.features.matrices import compact, csr
from stance.features.word_reading import FEW_WORDS, Tokens, n_slots, resized

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from scipy import sparse

    _Array = NDArray[Any]


# Weights of counts below this are looked up; larger ones need a logarithm.
COMMON_COUNTS = 4096


class Words(Protocol):
    """A growing list of words: ``units[offsets[i]:offsets[i + 1]]`` is word i."""

    @property
    def units(self) -> NDArray[np.int32]:
        """All letters."""
        ...

    @property
    def offsets(self) -> NDArray[np.int64]:
        """The start of each word in ``units``."""
        ...


class Weights(NamedTuple):
    """The idf and the label weights of a block's features.

    Parameters
    ----------
    rows : ndarray of float32, shape (n_features, 1 + n_labels)
        The square of each feature's idf, then its weight for each label times
        its idf: in one row, so that a feature costs one memory access.
    sublinear : bool
        Whether the weight of a count is ``1 + ln(count)``.
    binary : bool
        Whether the weight of every count is one.
    """

    rows: NDArray[np.float32]
    sublinear: bool
    binary: bool = False

    @property
    def common(self) -> NDArray[np.float64]:
        """The weight of each small count; see `common_weights`."""
        return common_weights(self.sublinear, self.binary)


@lru_cache(maxsize=4)
def common_weights(sublinear: bool, binary: bool) -> NDArray[np.float64]:
    """Return the lookup table of the weights of small counts."""
    counts = np.arange(COMMON_COUNTS, dtype=np.float64)
    if binary:
        counts[1:] = 1.0
    elif sublinear:
        counts[1:] = np.log(counts[1:]) + 1.0
    return counts


class Counts(NamedTuple):
    """Feature counts of texts in a sparse layout.

    Text i has ``features[offsets[i]:offsets[i + 1]]``, and the count of each is in
    ``times`` at the same place.
    """

    features: NDArray[np.int32]
    times: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def matrix(self, order: NDArray[np.int64]) -> sparse.csr_array:
        """Return counts of shape (n_texts, n_terms); feature i is column ``order[i]``."""
        return compact(csr(self.times, order[self.features], self.offsets, len(order)))


class Counter(Protocol):
    """Counts known n-grams; not thread-safe."""

    def learn(self, words: Words, n_words: int) -> None:
        """Register the words added since the last call."""
        ...

    def forget(self) -> None:
        """Forget all words, but keep the allocated memory."""
        ...

    def score(self, tokens: Tokens, weights: Weights, scores: NDArray[np.float64]) -> None:
        """Add the n-grams' contribution to ``scores``, shape (n_texts, n_labels)."""
        ...

    def counts(self, tokens: Tokens) -> Counts:
        """Return the feature counts of each text."""
        ...


class NgramTable(Protocol):
    """A block's terms, indexed for counting.

    Counters number the features by rarity: feature i is column ``order[i]``.
    """

    order: NDArray[np.int64]

    def counter(self, room: int = FEW_WORDS) -> Counter:
        """Return a counter of these terms, with an initial capacity of ``room`` words."""
        ...


def ngram_tree(
    paths: Tokens, order: NDArray[np.int64], alone: NDArray[np.int32] | None = None
) -> NDArray[np.int64]:
    """Build the tree of n-gram paths; with ``alone``, a path's first step is its root."""
    from stance.features.compiled.arrays import EMPTY
    from stance.features.compiled.trees import ROOT, count_branches, grow_tree

    steps, offsets = paths
    features = np.empty_like(order)
    features[order] = np.arange(len(order))
    roots = 0 if alone is None else 1
    n_branches = int(count_branches(steps, offsets, roots))
    tree = np.full(2 * n_slots(n_branches), EMPTY, dtype=np.int64)
    longest = int(np.diff(offsets).max(initial=0))
    nodes = np.zeros(longest + 2, dtype=np.int64)
    own = np.empty(0, dtype=np.int32) if alone is None else alone
    n_nodes = ROOT + 1 if alone is None else len(alone)
    grow_tree(steps, offsets, features, roots, n_nodes, nodes, own, tree)
    return tree


class CounterMemory:
    """Base class of the counters: the output arrays for counts."""

    def __init__(self, n_features: int) -> None:
        self._n_words = 0
        self._seen = np.empty(n_features + 1, dtype=np.uint32)

    def forget(self) -> None:
        """Forget all words, but keep the allocated memory."""
        self._n_words = 0

    def _listed(
        self,
        n_texts: int,
        write: Callable[[int, NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]], int],
    ) -> Counts:
        """Run a counting kernel, and enlarge its output arrays whenever it stops."""
        features = np.empty(1 << 12, dtype=np.int32)
        times = np.empty_like(features)
        offsets = np.zeros(n_texts + 1, dtype=np.int64)
        done = write(0, features, times, offsets)
        while done < n_texts:
            features, times = (resized(a, 2 * len(a)) for a in (features, times))
            done = write(done, features, times, offsets)
        return Counts(features[: offsets[-1]], times[: offsets[-1]], offsets)
