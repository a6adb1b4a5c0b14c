"""Vocabulary selection: the n-grams of a training corpus that become features.

Compiled loops count every n-gram as a node of a tree. Only the n-grams that are
kept are converted to strings.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.features.ngrams import CharNgrams, WordNgrams
from stance.features.units import code_points
from stance.features.word_reading import aligned_zeros, n_slots, resized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.features.tokens import TokenBatch

FEW_NODES = 1 << 14


class Pruning(NamedTuple):
    """Thresholds for keeping an n-gram; see `stance.features.tfidf.TfidfOptions`."""

    min_df: int = 1
    min_outlets: int = 1
    max_features: int = 0


class Vocabulary(NamedTuple):
    """The n-grams that remain after pruning.

    Parameters
    ----------
    terms : list of str
        Sorted by code point.
    document_frequency : ndarray of int64, shape (n_terms,)
        Number of texts with each n-gram.
    n_candidates : int
        Number of distinct n-grams before pruning.
    """

    terms: list[str]
    document_frequency: NDArray[np.int64]
    n_candidates: int


def learn_vocabulary(
    batch: TokenBatch,
    analyzer: WordNgrams | CharNgrams,
    pruning: Pruning,
    outlets: Sequence[str | None] | None = None,
) -> Vocabulary:
    """Count all n-grams of a batch and keep those that are frequent enough.

    Parameters
    ----------
    batch : TokenBatch
    analyzer : WordNgrams or CharNgrams
    pruning : Pruning
    outlets : sequence of str or None, optional
        The outlet of each text; texts without an outlet count as one outlet.
    """
    tree = _WordTree(batch) if isinstance(analyzer, WordNgrams) else _CharTree(batch)
    tree.count(analyzer.min_n, analyzer.max_n, *_by_outlet(len(batch), outlets))
    return tree.prune(pruning, analyzer.max_n)


def _by_outlet(
    n_texts: int, outlets: Sequence[str | None] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the text numbers grouped by outlet, and the outlet number of each text."""
    if outlets is None:
        return np.arange(n_texts), np.zeros(n_texts, dtype=np.int64)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(outlets))}
    found = np.array([numbers[name] for name in outlets], dtype=np.int64)
    return np.argsort(found, kind="stable"), found


class _Tree:
    """A tree of n-grams with the counts of each node."""

    def __init__(self, batch: TokenBatch, n_roots: int) -> None:
        from stance.features.compiled.arrays import EMPTY
        from stance.features.compiled.vocabulary import N_TALLIES

        self._types = batch.types
        self._tokens = batch.tokens
        self._offsets = batch.offsets
        self._n_roots = n_roots
        self._n_nodes = np.array([max(n_roots, 1)], dtype=np.int64)
        room = n_slots(FEW_NODES + n_roots)
        self._branches = np.full(2 * room, EMPTY, dtype=np.int64)
        self._tallies = aligned_zeros((room, N_TALLIES), np.int32)

    def count(
        self, min_n: int, max_n: int, texts: NDArray[np.int64], outlets: NDArray[np.int64]
    ) -> None:
        """Count all n-grams; ``texts`` are text numbers, grouped by outlet."""
        raise NotImplementedError

    def _grow(self) -> None:
        from stance.features.compiled.arrays import EMPTY
        from stance.features.compiled.trees import replant_tree

        larger = np.full(2 * len(self._branches), EMPTY, dtype=np.int64)
        replant_tree(self._branches, larger)
        self._branches = larger

    def prune(self, pruning: Pruning, max_n: int) -> Vocabulary:
        """Return the n-grams that reach the thresholds."""
        from stance.features.compiled.trees import spell
        from stance.features.compiled.vocabulary import DOCUMENTS, OUTLETS, TOTAL

        n_nodes = int(self._n_nodes[0])
        tallies = self._tallies[:n_nodes]
        documents = tallies[:, DOCUMENTS]
        kept = np.flatnonzero(
            (documents >= pruning.min_df) & (tallies[:, OUTLETS] >= pruning.min_outlets)
        )
        paths = np.empty((len(kept), max_n), dtype=np.int32)
        spell(kept, self._branches, self._n_roots, n_nodes, paths)
        # Presorted by path, so that sorting the strings is fast.
        nearly = np.lexsort(self._ranked(paths).T[::-1])
        kept, paths = kept[nearly], paths[nearly]
        terms = self._spell(paths)
        order = sorted(range(len(terms)), key=terms.__getitem__)
        if 0 < pruning.max_features < len(order):
            totals = tallies[kept, TOTAL].tolist()
            frequent = sorted(order, key=lambda i: -totals[i])[: pruning.max_features]
            order = sorted(frequent, key=terms.__getitem__)
        found = documents[kept[order]].astype(np.int64)
        return Vocabulary([terms[i] for i in order], found, int(np.count_nonzero(documents)))

    def _ranked(self, paths: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return paths whose steps sort like their words or letters."""
        raise NotImplementedError

    def _spell(self, paths: NDArray[np.int32]) -> list[str]:
        """Return the n-grams of paths as strings."""
        raise NotImplementedError


class _WordTree(_Tree):
    """Word n-grams, joined by one space: a step is a word's number."""

    def __init__(self, batch: TokenBatch) -> None:
        super().__init__(batch, n_roots=len(batch.types))

    def count(
        self, min_n: int, max_n: int, texts: NDArray[np.int64], outlets: NDArray[np.int64]
    ) -> None:
        from stance.features.compiled.vocabulary import N_TALLIES, tally_words

        done = 0
        while True:
            done = tally_words(
                self._tokens,
                self._offsets,
                texts,
                done,
                outlets,
                min_n,
                max_n,
                self._n_nodes,
                self._branches,
                self._tallies,
            )
            if done == len(texts):
                return
            self._grow()
            larger = aligned_zeros((2 * len(self._tallies), N_TALLIES), np.int32)
            larger[: len(self._tallies)] = self._tallies
            self._tallies = larger

    def _ranked(self, paths: NDArray[np.int32]) -> NDArray[np.int32]:
        ranks = np.empty(len(self._types) + 1, dtype=np.int32)
        order = sorted(range(len(self._types)), key=self._types.__getitem__)
        ranks[order] = np.arange(len(order))
        ranks[-1] = -1
        return ranks[paths]

    def _spell(self, paths: NDArray[np.int32]) -> list[str]:
        types = self._types
        terms = [types[word] for word in paths[:, 0].tolist()]
        for column in paths.T[1:].tolist():
            terms = [
                term if word < 0 else f"{term} {types[word]}"
                for term, word in zip(terms, column, strict=True)
            ]
        return terms


class _CharTree(_Tree):
    """Character n-grams inside words: a step is a letter."""

    def __init__(self, batch: TokenBatch) -> None:
        super().__init__(batch, n_roots=0)

    def count(
        self, min_n: int, max_n: int, texts: NDArray[np.int64], outlets: NDArray[np.int64]
    ) -> None:
        from stance.features.compiled.vocabulary import N_TALLIES, tally_chars

        ngrams, offsets = self._split(min_n, max_n)
        self._tallies = aligned_zeros((int(self._n_nodes[0]), N_TALLIES), np.int32)
        n_words = len(self._types)
        tally_chars(
            self._tokens.view(np.uint32),
            self._offsets,
            texts,
            outlets,
            ngrams,
            offsets,
            np.zeros(n_words, dtype=np.int32),
            np.empty(n_words + 1, dtype=np.uint32),
            self._tallies,
        )

    def _split(self, min_n: int, max_n: int) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Return the n-grams of each word as nodes, and the offsets of the words."""
        from stance.features.compiled.ngrams import split_words

        units, offsets = code_points(self._types)
        padded = np.empty(int(np.diff(offsets).max(initial=0)) + 2, dtype=np.int32)
        ngrams = np.empty(FEW_NODES, dtype=np.uint32)
        ngram_offsets = np.zeros(len(offsets), dtype=np.int64)
        done = 0
        while True:
            done = split_words(
                units,
                offsets,
                done,
                len(self._types),
                padded,
                min_n,
                max_n,
                self._n_nodes,
                self._branches,
                ngrams,
                ngram_offsets,
            )
            if done == len(self._types):
                return ngrams, ngram_offsets
            # Each word has several n-grams, and few of them are new.
            ngrams = resized(ngrams, 2 * len(ngrams))
            if 8 * self._n_nodes[0] > len(self._branches) or len(ngrams) > len(self._branches):
                self._grow()

    def _ranked(self, paths: NDArray[np.int32]) -> NDArray[np.int32]:
        return paths

    def _spell(self, paths: NDArray[np.int32]) -> list[str]:
        text = paths[paths >= 0].astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        ends = np.cumsum((paths >= 0).sum(axis=1)).tolist()
        return [text[begin:end] for begin, end in pairwise([0, *ends])]
