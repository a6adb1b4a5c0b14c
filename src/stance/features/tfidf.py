"""TF-IDF over a pruned vocabulary of n-grams.

A value is ``tf * idf``, each text's row scaled to unit length, with
``tf = 1 + ln(count)`` (or the plain count, or one) and
``idf = ln((1 + n_texts) / (1 + df)) + 1``: scikit-learn's formula, in its
order of features.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from stance.errors import ConfigError, CorpusError
from stance.features.counting import NgramTable, ngram_table, weigh_batch
from stance.features.ngrams import CharNgrams, WordNgrams
from stance.features.vocabulary import Pruning, learn_vocabulary

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

    def __repr__(self) -> str:
        return f"TfidfBlock({self.options!r}, {len(self.terms):,} terms)"

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
        options = self.options
        return weigh_batch(
            self.ngrams,
            batch,
            self.idf,
            sublinear=options.sublinear_tf,
            binary=options.binary,
        )


def fit_tfidf(
    batch: TokenBatch,
    options: TfidfOptions,
    outlets: Sequence[str | None] | None = None,
    *,
    else_min_outlets: Sequence[int] = (),
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
    else_min_outlets : sequence of int
        Values of ``options.min_outlets`` to take instead where no n-gram is
        left, one after the other; the options of the block say which.

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
    analyzer = options.counter()
    lower = (least for least in else_min_outlets if least < options.min_outlets)
    for least in (options.min_outlets, *lower):
        pruning = Pruning(options.min_df, least, options.max_features)
        by_outlet = _check_outlets(outlets, len(batch)) if least > 1 else None
        found = learn_vocabulary(batch, analyzer, pruning, by_outlet)
        terms, document_frequency, n_candidates = found
        if terms:
            options = replace(options, min_outlets=least)
            break
    else:
        raise CorpusError(_nothing_left(n_candidates, options))
    idf = np.log((1 + len(batch)) / (1 + document_frequency)) + 1.0
    block = TfidfBlock(options=options, terms=terms, idf=idf)
    return block, block.transform(batch)


def _check_outlets(outlets: Sequence[str | None] | None, n_texts: int) -> Sequence[str | None]:
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
    """Return in how many outlets each column occurs."""
    outlets = _check_outlets(outlets, counts.shape[0])
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
