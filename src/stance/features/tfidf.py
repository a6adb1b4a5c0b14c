"""TF-IDF over a pruned vocabulary of n-grams.

A value is ``tf * idf``, each text's row scaled to unit length, with
``tf = 1 + ln(count)`` (or the plain count, or one) and
``idf = ln((1 + n_texts) / (1 + df)) + 1``: scikit-learn's formula, in its
order of features.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from stance.errors import ConfigError, CorpusError
from stance.features.counting import NgramTable, count_batch, ngram_table
from stance.features.matrices import compact, csr
from stance.features.ngrams import CharNgrams, WordNgrams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.features.tokens import TokenBatch

ANALYZERS = ("word", "char", "surface")


@dataclass(frozen=True, slots=True)
class TfidfOptions:
    """How one block of TF-IDF features is counted and pruned.

    Parameters
    ----------
    analyzer : {"word", "char", "surface"}
        Word n-grams; character n-grams inside words; or character n-grams of
        the text as published, with its spelling and punctuation.
    min_n, max_n : int
        Shortest and longest n-gram, at least 1.
    min_df : int
        A feature must occur in at least so many articles.
    min_outlets : int
        A feature must occur in articles of at least so many outlets.
    max_features : int
        Keep only the most frequent features; 0 keeps all. Ties are broken in
        the order of code points.
    sublinear_tf : bool
        Use ``1 + ln(count)`` instead of the count.
    binary : bool
        Count a feature once, however often it stands in a text.
    """

    analyzer: str = "word"
    min_n: int = 1
    max_n: int = 2
    min_df: int = 1
    min_outlets: int = 1
    max_features: int = 0
    sublinear_tf: bool = True
    binary: bool = False

    @property
    def surface(self) -> bool:
        """Whether the block reads words as published."""
        return self.analyzer == "surface"

    def counter(self) -> WordNgrams | CharNgrams:
        """Return the analyzer that the options name.

        Raises
        ------
        ConfigError
            If an option is out of its range.
        """
        if self.analyzer not in ANALYZERS:
            raise ConfigError(
                f"Got analyzer={self.analyzer!r}, but expected one of {', '.join(ANALYZERS)}."
            )
        for name, least in (("min_df", 1), ("min_outlets", 1), ("max_features", 0)):
            value = getattr(self, name)
            if not isinstance(value, int | np.integer) or value < least:
                raise ConfigError(
                    f"Got {name}={value!r}, but expected a whole number of at least {least}."
                )
        if not 1 <= self.min_n <= self.max_n:
            raise ConfigError(
                f"Got n-grams from min_n={self.min_n} to max_n={self.max_n}, "
                "but expected 1 <= min_n <= max_n."
            )
        kind = WordNgrams if self.analyzer == "word" else CharNgrams
        return kind(self.min_n, self.max_n)


@dataclass(frozen=True)
class TfidfBlock:
    """A fitted block of TF-IDF features: nothing but its terms and their idf.

    Parameters
    ----------
    options : TfidfOptions
    terms : list of str
        The n-grams, sorted by code point; column i counts ``terms[i]``.
    idf : ndarray of float64, shape (n_terms,)
    """

    options: TfidfOptions
    terms: list[str]
    idf: NDArray[np.float64]

    @property
    def surface(self) -> bool:
        """Whether `transform` takes a batch of words as published."""
        return self.options.surface

    def __getstate__(self) -> dict[str, object]:
        """Leave out what is made from the terms when it is needed."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def ngrams(self) -> NgramTable:
        """The terms, ready to be found."""
        return ngram_table(self.terms, self.options.counter(), self.idf)

    def transform(self, batch: TokenBatch) -> sparse.csr_array:
        """Return TF-IDF values, CSR float32 of shape (n_texts, n_terms)."""
        return self._weigh(count_batch(self.ngrams, batch))

    def _weigh(self, counts: sparse.csr_array) -> sparse.csr_array:
        counts.sort_indices()
        values = counts.data.astype(np.float64)
        if self.options.binary:
            values = np.ones_like(values)
        elif self.options.sublinear_tf:
            values = np.log(values) + 1.0
        values *= self.idf[counts.indices]
        matrix = csr(values, counts.indices, counts.indptr, counts.shape[1])
        norms = np.sqrt((matrix * matrix).sum(axis=1))
        norms[norms == 0.0] = 1.0
        values /= np.repeat(norms, np.diff(matrix.indptr))
        return compact(matrix.astype(np.float32))


def fit_tfidf(
    batch: TokenBatch, options: TfidfOptions, outlets: Sequence[str | None] | None = None
) -> tuple[TfidfBlock, sparse.csr_array]:
    """Learn a block's terms from a batch and return it with the batch's values.

    Parameters
    ----------
    batch : TokenBatch
        The training texts.
    options : TfidfOptions
    outlets : sequence of str or None, optional
        The outlet of each text; needed where ``options.min_outlets`` is more
        than one. Texts without an outlet count as one outlet.

    Returns
    -------
    block : TfidfBlock
    values : csr_array of float32, shape (n_texts, n_terms)
        The same as ``block.transform(batch)``.

    Raises
    ------
    CorpusError
        If no n-gram is left.
    """
    candidates = options.counter().candidates(batch)
    counts = candidates.counts
    document_frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    kept = np.flatnonzero(document_frequency >= options.min_df)
    if options.min_outlets > 1:
        kept = kept[outlet_frequency(counts, outlets)[kept] >= options.min_outlets]
    terms = candidates.spell(kept.tolist())
    order = sorted(range(len(terms)), key=terms.__getitem__)
    if 0 < options.max_features < len(order):
        total = counts.sum(axis=0)
        frequent = sorted(order, key=lambda i: -total[kept[i]])[: options.max_features]
        order = sorted(frequent, key=terms.__getitem__)
    if not order:
        raise CorpusError(_nothing_left(counts.shape[1], options))
    columns = kept[order]
    block = TfidfBlock(
        options=options,
        terms=[terms[i] for i in order],
        idf=np.log((1 + len(batch)) / (1 + document_frequency[columns])) + 1.0,
    )
    return block, block._weigh(_select(counts, columns))


def _select(counts: sparse.csr_array, columns: NDArray[np.int64]) -> sparse.csr_array:
    """Take some columns, in the order given."""
    place = np.full(counts.shape[1], -1, dtype=np.int64)
    place[columns] = np.arange(len(columns))
    new = place[counts.indices]
    kept = new >= 0
    offsets = np.concatenate([[0], np.cumsum(kept)])[counts.indptr]
    return csr(counts.data[kept], new[kept], offsets, len(columns))


def outlet_frequency(
    counts: sparse.csr_array, outlets: Sequence[str | None] | None
) -> NDArray[np.int64]:
    """Return in how many outlets each column occurs."""
    if outlets is None:
        raise CorpusError(
            "Got min_outlets > 1 for articles without outlets, but expected the outlet of every "
            "article. Give the outlets, or set min_outlets = 1."
        )
    if len(outlets) != counts.shape[0]:
        raise CorpusError(
            f"Got {len(outlets)} outlets for {counts.shape[0]} texts, but expected one for each."
        )
    from scipy import sparse

    names = {name: number for number, name in enumerate(dict.fromkeys(outlets))}
    rows = np.array([names[name] for name in outlets], dtype=np.int64)
    membership = sparse.csr_array(
        (np.ones(len(rows), dtype=np.int32), (rows, np.arange(len(rows)))),
        shape=(len(names), len(rows)),
    )
    by_outlet = membership @ (counts > 0).astype(np.int32)
    return np.bincount(by_outlet.indices, minlength=counts.shape[1])


def _nothing_left(n_candidates: int, options: TfidfOptions) -> str:
    if not n_candidates:
        return (
            "Got texts without a single word, but expected words of letters or digits. "
            "Look at the text field: is it the right one?"
        )
    return (
        f"Got {n_candidates:,} different {options.analyzer} n-grams, but none of them occurs in "
        f"min_df={options.min_df} articles and min_outlets={options.min_outlets} outlets. "
        "Lower these settings or add articles."
    )
