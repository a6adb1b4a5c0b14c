"""Folds that hold whole groups, with each label in proportion.

The folds are those of scikit-learn's ``StratifiedGroupKFold`` with shuffling,
which the tests compare them with. Loading scikit-learn takes longer than
training on a few hundred articles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def stratified_group_folds(
    labels: Sequence[str | None], groups: NDArray[np.int64], n_folds: int, *, seed: int
) -> list[NDArray[np.int64]]:
    """Divide articles into test folds; no group is in two of them.

    Parameters
    ----------
    labels : sequence of str or None
    groups : ndarray of int64, shape (n_articles,)
        The group of each article.
    n_folds : int
        At most the number of groups.
    seed : int
        Of the order in which groups that are alike are given out.

    Returns
    -------
    list of ndarray of int64
        The places of each fold's articles, ascending; some folds may be empty.

    Notes
    -----
    Groups are given out one after the other, those of the most uneven labels
    first. Each goes to the fold that leaves the labels' shares most alike
    across folds; of folds that tie, to the smallest.

    Examples
    --------
    >>> folds = stratified_group_folds(["a", "a", "b", "b"], np.array([0, 1, 2, 3]), 2, seed=1)
    >>> [fold.tolist() for fold in folds]
    [[0, 3], [1, 2]]
    """
    _, label_of, label_sizes = np.unique(
        [str(label) for label in labels], return_inverse=True, return_counts=True
    )
    _, group_of = np.unique(groups, return_inverse=True)
    counts = np.zeros((int(group_of.max()) + 1, len(label_sizes)))
    np.add.at(counts, (group_of, label_of), 1)
    # numpy's older generator, as scikit-learn shuffles.
    order = np.arange(len(counts))
    np.random.RandomState(seed).shuffle(order)
    counts = counts[order]
    fold_of = np.empty(len(counts), dtype=np.int64)
    in_folds = np.zeros((n_folds, len(label_sizes)))
    for group in np.argsort(-counts.std(axis=1), kind="stable").tolist():
        best = _best_fold(in_folds, label_sizes, counts[group])
        in_folds[best] += counts[group]
        fold_of[order[group]] = best
    return [np.flatnonzero(fold_of[group_of] == fold) for fold in range(n_folds)]


def _best_fold(in_folds: Floats, label_sizes: NDArray[np.int64], added: Floats) -> int:
    """Return the fold to which a group is added."""
    n_folds = len(in_folds)
    tried = np.repeat(in_folds[None], n_folds, axis=0)
    tried[np.arange(n_folds), np.arange(n_folds)] += added
    unevenness = (tried / label_sizes).std(axis=1).mean(axis=1).tolist()
    sizes = in_folds.sum(axis=1).tolist()
    best, least, smallest = 0, np.inf, np.inf
    for fold, (value, size) in enumerate(zip(unevenness, sizes, strict=True)):
        # As close as numpy's `isclose` has it.
        ties = np.isfinite(least) and abs(value - least) <= 1e-8 + 1e-5 * abs(least)
        if value < least or (ties and size < smallest):
            best, least, smallest = fold, value, size
    return best
