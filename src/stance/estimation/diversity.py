"""Choosing texts that differ from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.corpus.shingles import stream_words
from stance.estimation.archive_columns import mixed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

DIMENSIONS = 512


def word_vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return a vector of unit length for each text, by its words without diacritics.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    ndarray of float32, shape (n_texts, 512)
        Words count once in a text, by their inverse document frequency, and are hashed
        to a column and a sign; so products of vectors approximate cosine similarities.

    References
    ----------
    K. Weinberger et al. (2009): Feature hashing for large scale multitask learning. ICML.
    """
    words = stream_words(texts).shingles(1)
    found, number, frequency = np.unique(words.values, return_inverse=True, return_counts=True)
    weight = np.log((len(texts) + 1) / frequency)
    hashed = mixed(found)
    column = (hashed % np.uint64(DIMENSIONS)).astype(np.int64)
    sign = np.where(hashed >> np.uint64(63), -1.0, 1.0)
    place = words.owners.astype(np.int64) * DIMENSIONS + column[number]
    flat = np.bincount(place, (sign * weight)[number], minlength=len(texts) * DIMENSIONS)
    table = flat.reshape(len(texts), DIMENSIONS).astype(np.float32)
    length = np.linalg.norm(table, axis=1, keepdims=True)
    return np.asarray(table / np.where(length > 0, length, 1), np.float32)


def farthest_first(
    vectors: NDArray[np.float32],
    chosen: Sequence[int],
    candidates: Sequence[int],
    n: int,
    is_allowed: Callable[[int], bool],
) -> list[int]:
    """Choose candidates one by one, each the least similar to all that are chosen.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n_texts, n_columns)
        Of unit length.
    chosen : sequence of int
        Texts that are chosen already.
    candidates : sequence of int
        The first one comes first, if nothing is chosen yet, and wins ties.
    n : int
        How many to choose.
    is_allowed : callable
        Called with the candidate that would be next; if it returns False, the candidate
        is left out.

    Returns
    -------
    list of int
        Fewer than `n` if too few candidates are allowed.

    References
    ----------
    T. F. Gonzalez (1985): Clustering to minimize the maximum intercluster distance.
    Theoretical Computer Science 38. O. Sener, S. Savarese (2018): Active learning for
    convolutional neural networks: a core-set approach. ICLR.
    """
    left = np.array(candidates, np.int64)
    if not len(left):
        return []
    pool = vectors[left]
    nearest = np.full(len(left), -1.0, np.float32)
    for one in chosen:
        np.maximum(nearest, pool @ vectors[one], out=nearest)
    found: list[int] = []
    while len(found) < n:
        place = int(nearest.argmin())
        if nearest[place] == np.inf:
            break
        one = int(left[place])
        if is_allowed(one):
            found.append(one)
            np.maximum(nearest, pool @ vectors[one], out=nearest)
        nearest[place] = np.inf
    return found
