"""Trees (tries) of n-grams: each path from a root is an n-gram of letters or words.

A tree is one hash table with open addressing. A branch takes two adjacent entries:
its parent node with the letter or word that it adds, and its child node. Keys are
exact, so there are no false matches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.features.compiled.arrays import EMPTY, LOW_HALF
from stance.features.compiled.compilation import compiled

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Bits, Int32s, Int64s, Numbers

ROOT = 0
NOWHERE = -1

BIT_OF_BYTE = 3
BIT_MASK = 7
MIX_FACTORS = (0x2C1B3C6D, 0x297A2D39)
MIX_SHIFT = 19


@compiled
def count_branches(paths: Numbers, path_offsets: Int64s, roots: int) -> int:
    """Return an upper bound on the branches of a tree; exact if the paths are sorted."""
    n_branches = 0
    for path in range(len(path_offsets) - 1):
        length = path_offsets[path + 1] - path_offsets[path]
        n_branches += max(length - max(_shared(paths, path_offsets, path), roots), 0)
    return n_branches


@compiled
def _shared(paths: Numbers, path_offsets: Int64s, path: int) -> int:
    """Return the length of the common prefix of a path and the one before it."""
    if path == 0:
        return 0
    begin, before = path_offsets[path], path_offsets[path - 1]
    length = min(path_offsets[path + 1] - begin, begin - before)
    steps = 0
    while steps < length and paths[begin + steps] == paths[before + steps]:
        steps += 1
    return int(steps)


@compiled
def grow_tree(
    paths: Numbers,
    path_offsets: Int64s,
    features: Int64s,
    roots: int,
    n_nodes: int,
    nodes: Int64s,
    alone: Int32s,
    tree: Int64s,
) -> None:
    """Add n-grams to a tree: each path of letters or words from a root is a feature.

    A branch takes two adjacent entries: its parent node with the letter or word
    that it adds, and its child node with its feature plus one, or zero if the path
    is only a prefix of others. With ``roots=1`` each word is a root, whose node is
    the word's number and whose feature is written to ``alone``; new nodes are
    numbered from ``n_nodes``. ``nodes`` needs one entry more than the longest path
    has steps.
    """
    nodes[0] = ROOT
    for path in range(len(path_offsets) - 1):
        begin = path_offsets[path]
        length = path_offsets[path + 1] - begin
        step = _shared(paths, path_offsets, path)
        if step < roots:
            step = roots
            nodes[step] = paths[begin]
        if length == roots:
            alone[paths[begin]] = features[path]
            continue
        step = min(step, length - 1)
        at = 0
        while step < length:
            node = nodes[step]
            at = _branch_place(node, paths[begin + step], tree)
            if tree[2 * at] == EMPTY:
                tree[2 * at] = (node << 32) | int(paths[begin + step])
                tree[2 * at + 1] = int(n_nodes) << 32
                n_nodes += 1
            step += 1
            nodes[step] = tree[2 * at + 1] >> 32
        tree[2 * at + 1] |= features[path] + 1


@compiled
def _mixed(node: int, added: int) -> int:
    """Return a hash of a branch whose low bits are well mixed."""
    mixed = (int(node) * MIX_FACTORS[0]) ^ (int(added) * MIX_FACTORS[1])
    return mixed ^ (mixed >> MIX_SHIFT)


@compiled
def _branch_place(node: int, added: int, tree: Int64s) -> int:
    """Return the index of a branch, or of the free entry to insert it at."""
    key = (int(node) << 32) | int(added)
    size = len(tree) >> 1
    at = (_mixed(node, added) >> BIT_OF_BYTE) & (size - 1)
    while True:
        found = tree[2 * at]
        if found in (key, EMPTY):
            return at
        at = (at + 1) & (size - 1)


@compiled
def branch_from(node: int, added: int, tree: Int64s) -> int:
    """Return the child node and the feature of a branch, or NOWHERE."""
    at = _branch_place(node, added, tree)
    return NOWHERE if tree[2 * at] == EMPTY else int(tree[2 * at + 1])


@compiled
def grow_branch(node: int, added: int, n_nodes: Int64s, tree: Int64s) -> int:
    """Return the child node of a branch; add the branch if it does not exist."""
    at = _branch_place(node, added, tree)
    if tree[2 * at] == EMPTY:
        tree[2 * at] = (int(node) << 32) | int(added)
        tree[2 * at + 1] = n_nodes[0]
        n_nodes[0] += 1
    return int(tree[2 * at + 1])


@compiled
def replant_tree(old: Int64s, tree: Int64s) -> None:
    """Copy all branches of a tree to an empty tree of another size."""
    for i in range(0, len(old), 2):
        if old[i] != EMPTY:
            at = _branch_place(old[i] >> 32, old[i] & LOW_HALF, tree)
            tree[2 * at] = old[i]
            tree[2 * at + 1] = old[i + 1]


@compiled
def mark_branches(tree: Int64s, bits: Bits) -> None:
    """Set the filter bit of each branch of a tree."""
    for i in range(0, len(tree), 2):
        if tree[i] != EMPTY:
            bit = _mixed(tree[i] >> 32, tree[i] & LOW_HALF) & ((len(bits) << BIT_OF_BYTE) - 1)
            bits[bit >> BIT_OF_BYTE] |= 1 << (bit & BIT_MASK)


@compiled
def keep_possible(
    numbers: Int32s,
    n_tokens: int,
    bits: Bits,
    nodes: Int32s,
    places: Int32s,
    n_alive: int,
) -> int:
    """Keep the nodes that may have a branch for the next word; return their number.

    The filter bits rule out nearly all missing branches. They fit the processor's
    cache, and the test has no unpredictable jump.
    """
    n_kept = 0
    for i in range(n_alive):
        node, place = nodes[i], places[i]
        if place == n_tokens:
            continue
        bit = _mixed(node, numbers[place]) & ((len(bits) << BIT_OF_BYTE) - 1)
        nodes[n_kept] = node
        places[n_kept] = place
        there = (int(bits[bit >> BIT_OF_BYTE]) >> (bit & BIT_MASK)) & 1
        n_kept += there & int(numbers[place] >= 0)
    return n_kept


@compiled
def spell(nodes: Int64s, tree: Int64s, n_roots: int, n_nodes: int, paths: Int32s) -> None:
    """Write the path to each node to a row of ``paths``, padded with -1.

    The path to each of the first ``n_roots`` nodes is one step, its number.
    """
    parents = np.full(n_nodes, EMPTY, dtype=np.int64)
    steps = np.arange(n_nodes)
    for i in range(0, len(tree), 2):
        if tree[i] != EMPTY:
            parents[tree[i + 1]] = tree[i] >> 32
            steps[tree[i + 1]] = tree[i] & LOW_HALF
    for i in range(len(nodes)):
        node = nodes[i]
        n_steps = 0
        while node != EMPTY and (n_roots > 0 or node != ROOT):
            n_steps += 1
            node = parents[node]
        paths[i, n_steps:] = -1
        node = nodes[i]
        for step in range(n_steps - 1, -1, -1):
            paths[i, step] = steps[node]
            node = parents[node]
