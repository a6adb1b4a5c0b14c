"""Exact similarity join: all pairs of sets above a Jaccard threshold.

Two sets of sizes a and b with a Jaccard similarity of at least t share at least
t·a and t·b members. So a set is compared with others only if enough of its
members occur elsewhere, and a pair is compared only if it shares one of its
few rarest members (prefix filtering [1]_). Unlike with MinHash, the result is
exact and the same in every run.

References
----------
.. [1] Bayardo, Ma and Srikant (2007): Scaling Up All Pairs Similarity Search.
   WWW, 131-140.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from stance.corpus.shingles import ShingleSets

    Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]

# Pairs compared at once.
_CHUNK = 1_000_000
# Bits of a value by which most values that occur once are found: a table of eight million counts.
_MOST_BITS = 23
# Tolerance for rounding in t·a.
_ROUNDING = 1e-9


def similar_groups(sets: ShingleSets, threshold: float) -> NDArray[np.int64]:
    """Group sets that are connected by pairs of at least a given similarity.

    Parameters
    ----------
    sets : ShingleSets
    threshold : float
        Minimum Jaccard similarity of a pair, in (0, 1].

    Returns
    -------
    ndarray of int64, shape (n_sets,)
        The group of each set, given as the index of its first member. An empty
        set is a group of its own.

    Raises
    ------
    ConfigError
        If the threshold is out of its range.
    """
    if not 0 < threshold <= 1:
        raise ConfigError(f"Got threshold={threshold}, but expected a share in (0, 1].")
    group = _identical(sets)
    distinct = np.flatnonzero((group == np.arange(len(sets))) & (sets.sizes > 0))
    members, starts, owners = _candidates(sets, distinct, threshold)
    if len(owners):
        linked = _link(members, starts, sets.sizes[owners], threshold)
        group[owners] = owners[linked]
        group = group[group]
    return group


def _identical(sets: ShingleSets) -> NDArray[np.int64]:
    """Group equal sets, by size and sum of their shingles; empty sets are not grouped."""
    sums = np.zeros(len(sets), np.uint64)
    filled = np.flatnonzero(sets.sizes > 0)
    if len(filled):
        sums[filled] = np.add.reduceat(sets.values, sets.starts[filled])
    order = np.lexsort((np.arange(len(sets)), sets.sizes, sums))
    new = np.ones(len(sets), bool)
    new[1:] = (np.diff(sums[order]) != 0) | (np.diff(sets.sizes[order]) != 0)
    new |= sets.sizes[order] == 0
    group = np.empty(len(sets), np.int64)
    group[order] = order[np.maximum.accumulate(np.where(new, np.arange(len(sets)), 0))]
    return group


def _candidates(
    sets: ShingleSets, distinct: NDArray[np.int64], threshold: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Keep the sets with enough members that occur in other sets, and those members.

    Returns the members renumbered from the rarest on, the start of each set,
    and the original indices of the sets.
    """
    needed = np.ceil(threshold * sets.sizes - _ROUNDING)
    kept = np.zeros(len(sets), bool)
    kept[distinct] = True
    inside = kept[sets.owners]
    owner, values = sets.owners[inside], sets.values[inside]
    while True:
        shared = _occurs_again(values)
        owner, values = owner[shared], values[shared]
        counts = np.bincount(owner, minlength=len(sets))
        staying = kept & (counts >= needed) & (counts > 0)
        if (staying == kept).all():
            break
        kept = staying
        inside = kept[owner]
        owner, values = owner[inside], values[inside]
    owners = np.flatnonzero(kept)
    _, codes, frequency = np.unique(values, return_inverse=True, return_counts=True)
    rank = np.empty(len(frequency), np.int64)
    rank[np.argsort(frequency, kind="stable")] = np.arange(len(frequency))
    members = rank[codes]
    members = members[np.lexsort((members, owner))]
    starts = np.concatenate([[0], np.cumsum(counts[owners])])
    return members, starts, owners


def _occurs_again(values: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return which values occur more than once; a part at a time, which takes less memory."""
    again = np.zeros(len(values), bool)
    n_parts = len(values) // _CHUNK + 1
    borders = [np.uint64((part << 64) // n_parts) for part in range(1, n_parts)]
    for low, high in pairwise([None, *borders, None]):
        inside = np.ones(len(values), bool) if low is None else values >= low
        if high is not None:
            inside &= values < high
        places = np.flatnonzero(inside)
        again[places[_repeated(values[places])]] = True
    return again


def _repeated(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the places of the values that occur more than once."""
    found = np.arange(len(values))
    # A value whose bits no other has occurs once; only the few others need to be sorted.
    n_bits = len(values).bit_length() + 1
    for shift in range(0, 3 * n_bits, n_bits):
        bits = ((values[found] >> np.uint64(shift)) & np.uint64((1 << n_bits) - 1)).astype(np.int64)
        found = found[np.bincount(bits, minlength=1 << n_bits)[bits] > 1]
    left = values[found]
    order = np.argsort(left)
    ordered = left[order]
    same = ordered[1:] == ordered[:-1]
    repeated: NDArray[np.int64] = found[np.concatenate([order[1:][same], order[:-1][same]])]
    return repeated


def _link(
    members: NDArray[np.int64],
    starts: NDArray[np.int64],
    sizes: NDArray[np.int64],
    threshold: float,
) -> NDArray[np.int64]:
    """Return for each set the first set that it is connected to."""
    n_sets = len(sizes)
    shape = (n_sets, int(members.max()) + 1)
    rows = sparse.csr_array((np.ones(len(members), np.int32), members, starts), shape)
    group = np.arange(n_sets)
    for one, other in _pairs_sharing_a_rare_member(members, starts, sizes, threshold):
        unlinked = group[one] != group[other]
        left, right = _distinct_pairs(one[unlinked], other[unlinked], n_sets)
        similar = _jaccard(rows, sizes, left, right) >= threshold - _ROUNDING
        group = _merged(group, left[similar], right[similar])
    return group


def _pairs_sharing_a_rare_member(
    members: NDArray[np.int64],
    starts: NDArray[np.int64],
    sizes: NDArray[np.int64],
    threshold: float,
) -> Iterator[Pairs]:
    """Yield the pairs that share a member among the rarest of both.

    A similar set may lack up to a - ⌈t·a⌉ members of a set of size a, so that
    among any a - ⌈t·a⌉ + 1 of its members at least one is shared. Members that
    occur nowhere else count as the rarest and were removed before.
    """
    n_members = np.diff(starts)
    allowed = sizes - np.ceil(threshold * sizes - _ROUNDING).astype(np.int64) + 1
    prefix = np.clip(allowed - (sizes - n_members), 0, n_members)
    owner = np.repeat(np.arange(len(sizes)), prefix)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(prefix) - prefix, prefix)
    member = members[starts[:-1][owner] + within]
    order = np.lexsort((owner, member))
    owner, member = owner[order], member[order]
    # Index in the list of sets that share a member: each set is paired with those before it.
    first = np.flatnonzero(np.concatenate([[True], member[1:] != member[:-1]]))
    position = np.arange(len(member)) - np.repeat(first, np.diff(np.append(first, len(member))))
    ends = np.cumsum(position)
    begin = 0
    while begin < len(member):
        before = ends[begin - 1] if begin else 0
        end = max(int(np.searchsorted(ends, before + _CHUNK, side="right")), begin + 1)
        later = np.repeat(np.arange(begin, end), position[begin:end])
        back = np.arange(len(later)) - np.repeat(
            np.cumsum(position[begin:end]) - position[begin:end], position[begin:end]
        )
        yield owner[later - 1 - back], owner[later]
        begin = end


def _distinct_pairs(left: NDArray[np.int64], right: NDArray[np.int64], n_sets: int) -> Pairs:
    low, high = np.minimum(left, right), np.maximum(left, right)
    keys = np.unique(low * n_sets + high)
    return keys // n_sets, keys % n_sets


def _jaccard(
    rows: sparse.csr_array,
    sizes: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
) -> NDArray[np.float64]:
    parts = [np.zeros(0, np.int64)]
    for begin in range(0, len(left), _CHUNK // 100):
        part = slice(begin, begin + _CHUNK // 100)
        parts.append(np.asarray(rows[left[part]].multiply(rows[right[part]]).sum(axis=1)).ravel())
    shared = np.concatenate(parts)
    result: NDArray[np.float64] = shared / (sizes[left] + sizes[right] - shared)
    return result


def _merged(
    group: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Merge the groups of connected sets; a group is named by its first member."""
    n_sets = len(group)
    ones = np.ones(len(left), np.int8)
    graph = sparse.coo_array((ones, (group[left], group[right])), (n_sets, n_sets))
    _, component = connected_components(graph, directed=False)
    by_group = component[group]
    _, first = np.unique(by_group, return_index=True)
    smallest: NDArray[np.int64] = first[np.unique(by_group, return_inverse=True)[1]]
    return smallest
