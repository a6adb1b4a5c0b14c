"""Draws of training articles of growing sizes, each a part of the next larger one.

A draw is an order of the training articles of a fold; its first n articles are
the draw of size n.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Unit = Literal["article", "outlet"]

# Articles of each label that every draw has: with two, one can be held out to choose a penalty.
LEAST_OF_A_LABEL = 2
# How many times larger the largest default size is than the smallest.
RANGE = 16
LEAST_SIZE = 10
DEFAULT_SIZES = 8


def draw_order(
    y_true: NDArray[np.int64],
    duplicates: NDArray[np.int64],
    outlets: NDArray[np.int64] | None,
    random: np.random.Generator,
) -> NDArray[np.int64]:
    """Return a random order of training articles whose beginnings are the draws.

    Parameters
    ----------
    y_true : ndarray of int64, shape (n_articles,)
        Numbers of labels.
    duplicates : ndarray of int64, shape (n_articles,)
        The near-duplicate group of each article; articles of a group and a label
        follow each other within their label.
    outlets : ndarray of int64, shape (n_articles,), optional
        If they are given, whole outlets follow each other. Otherwise single articles
        do, with each label in proportion in every beginning.
    random : numpy.random.Generator

    Returns
    -------
    ndarray of int64, shape (n_articles,)
        Each beginning of at least two articles for each label has two of each
        label, or the only one.

    Examples
    --------
    >>> y_true = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1])
    >>> order = draw_order(y_true, np.arange(9), None, np.random.default_rng(0))
    >>> y_true[order[:4]].tolist().count(1)
    2
    """
    shuffled = _shuffled_groups(duplicates, random)
    if outlets is None:
        keys = _keys_in_proportion(y_true[shuffled], random)
    else:
        rank = random.permutation(int(outlets.max()) + 1)
        keys = rank[outlets[shuffled]].astype(np.float64)
    order = shuffled[np.argsort(keys, kind="stable")]
    return _with_every_label_first(order, y_true[order])


def _shuffled_groups(groups: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """Return the places in random order, those of a group together."""
    _, numbers = np.unique(groups, return_inverse=True)
    rank = random.permutation(int(numbers.max()) + 1)
    places = random.permutation(len(groups))
    shuffled: NDArray[np.int64] = places[np.argsort(rank[numbers[places]], kind="stable")]
    return shuffled


def _keys_in_proportion(
    labels: NDArray[np.int64], random: np.random.Generator
) -> NDArray[np.float64]:
    """Return keys in [0, 1) that spread the articles of each label evenly, in their order."""
    keys = np.empty(len(labels))
    for label in np.unique(labels).tolist():
        own = np.flatnonzero(labels == label)
        keys[own] = (np.arange(len(own)) + random.random()) / len(own)
    return keys


def _with_every_label_first(
    order: NDArray[np.int64], labels: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Move the first articles of each label to the beginning."""
    is_first = np.zeros(len(order), dtype=bool)
    for label in np.unique(labels).tolist():
        is_first[np.flatnonzero(labels == label)[:LEAST_OF_A_LABEL]] = True
    return np.concatenate([order[is_first], order[~is_first]])


def smallest_size(n_labels: int) -> int:
    """Return the smallest size of a draw, which has every label."""
    return max(LEAST_OF_A_LABEL * n_labels, LEAST_SIZE)


def geometric_sizes(smallest: int, largest: int, n_sizes: int = DEFAULT_SIZES) -> tuple[int, ...]:
    """Return ascending sizes with equal ratios, the largest last.

    Examples
    --------
    >>> geometric_sizes(10, 400, 5)
    (25, 50, 100, 200, 400)
    """
    first = max(smallest, round(largest / RANGE))
    return tuple(sorted({round(size) for size in np.geomspace(first, largest, n_sizes).tolist()}))
