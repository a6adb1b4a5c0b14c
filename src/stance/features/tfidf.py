"""TF-IDF over a pruned vocabulary of n-grams.

A value is ``tf * idf``, each text's row scaled to unit length, with
``tf = 1 + ln(count)`` (or the plain count, or one) and
``idf = ln((1 + n_texts) / (1 + df)) + 1``: scikit-learn's formula, in its
order of features.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from stance.errors import ConfigError, CorpusError
from stance.features.block import BlockFiles, CompiledNgrams, Fitted, Groups, PlainBlock
from stance.features.char_counting import CharTable
from stance.features.counters import NgramTable, Weights
from stance.features.counting import (
    count_batch,
    count_in_order,
    learned,
    ngram_table,
    weigh_counts,
)
from stance.features.matrices import csr
from stance.features.ngram_counts import NgramCounts, count_ngrams, document_frequency
from stance.features.ngram_places import WordPlaces, char_places, letters_of
from stance.features.ngrams import CharNgrams, WordNgrams
from stance.features.stop_words import has_stop_word
from stance.features.vocabulary import Pruning

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.features.batches import Batch
    from stance.features.block import StoredFiles, WordBlock
    from stance.features.occurrences import Occurrences
    from stance.features.tfidf_settings import TfidfSettings
    from stance.features.tokens import TokenBatch
    from stance.text.normalization_table import NormalizationTable

ANALYZERS = ("word", "char", "surface")


@dataclass(frozen=True, slots=True)
class TfidfOptions:
    """Counting and pruning options of a TF-IDF block.

    Parameters
    ----------
    analyzer : {"word", "char", "surface"}
        Word n-grams; character n-grams inside words; or character n-grams of
        the text as published, with its spelling and punctuation.
    min_n, max_n : int
        Shortest and longest n-gram, at least 1.
    min_df : int
        Minimum document frequency of a feature.
    min_outlets : int
        Minimum number of outlets with a feature.
    max_features : int
        Maximum number of features, the most frequent; 0 keeps all. Ties are
        broken by code point order.
    sublinear_tf : bool
        Use ``1 + ln(count)`` instead of the count.
    binary : bool
        Count a feature at most once per text.
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

    def tokens_of(self, batch: Batch) -> TokenBatch:
        """Return the words to count: normalised, or as published."""
        return batch.surface if self.surface else batch.words

    def counter(self) -> WordNgrams | CharNgrams:
        """Return the analyzer of the options.

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
class TfidfBlock(PlainBlock):
    """A fitted block of TF-IDF features: its options, terms and idf.

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

    @classmethod
    def fit(cls, batch: Batch, settings: TfidfSettings, groups: Groups) -> Fitted:
        """Learn the vocabulary and the idf from training articles.

        N-grams with a stop word are counted, and known to the domain score, but
        their scale is 0.
        """
        options = settings.options()
        corpus_outlets = groups.outlets if groups.of_corpus is None else groups.of_corpus

        def counts(least: int) -> NgramCounts:
            def count(batch: Batch) -> NgramCounts:
                return count_ngrams(options.tokens_of(batch), options, least, corpus_outlets)

            key = (options.analyzer, options.min_n, options.max_n, options.min_df, least)
            return batch.counted(key, count)

        block, values = _fit(counts, options, groups)
        scale = np.full(len(block.terms), settings.weight, dtype=np.float32)
        if settings.unweighted:
            scale[has_stop_word(block.terms, settings.unweighted, batch.table)] = 0.0
        return Fitted(block, scale, values)

    @classmethod
    def from_files(
        cls, name: str, files: StoredFiles, settings: TfidfSettings, table: NormalizationTable
    ) -> Self:
        """Build the block from its terms and their idf."""
        terms = files.terms(f"{name}.txt")
        idf = files.tensor(f"{name}.idf", np.float64, (len(terms),))
        return cls(settings.options(), terms, idf)

    def to_files(self, name: str) -> BlockFiles:
        """Return the terms, one per line, and their idf."""
        lines = "".join(f"{term}\n" for term in self.terms)
        return BlockFiles({f"{name}.txt": lines.encode()}, {f"{name}.idf": self.idf})

    def __repr__(self) -> str:
        return f"TfidfBlock({self.options!r}, {len(self.terms):,} terms)"

    def __getstate__(self) -> dict[str, object]:
        """Leave out the tables that are rebuilt from the terms on demand."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def ngrams(self) -> NgramTable:
        """The terms, indexed for counting."""
        return ngram_table(self.terms, self.options.counter(), self.idf)

    @property
    def single_words(self) -> WordBlock | None:
        """The block itself if it counts single words, else None."""
        return self if self.options.analyzer == "word" and self.options.min_n == 1 else None

    def fitted_settings(self) -> dict[str, Any]:
        """Return the final value of ``min_outlets``."""
        return {"min_outlets": self.options.min_outlets}

    def transform(self, batch: Batch) -> sparse.csr_array:
        """Return TF-IDF values, CSR float32 of shape (n_texts, n_terms)."""
        return self.weigh(self.options.tokens_of(batch))

    def compile(self, scale: NDArray[np.float32], weights: NDArray[np.float32]) -> CompiledNgrams:
        """Return the terms and their weights, in the feature order of the table."""
        from stance.features.compiled.scoring import interleave

        options, rows = self.options, np.empty((len(weights), 1 + weights.shape[1]), np.float32)
        interleave(self.ngrams.order, self.idf, scale, weights, rows)
        weighed = Weights(rows, options.sublinear_tf, options.binary)
        return CompiledNgrams(self.ngrams, weighed, options.surface)

    def linear_values(self, batch: Batch) -> sparse.csr_array:
        """Return the term frequencies over the norm of their TF-IDF values.

        As in the compiled loops, the square of an idf is in single precision.
        """
        return self._frequencies(count_batch(self.ngrams, self.options.tokens_of(batch)))

    def _frequencies(self, counts: sparse.csr_array) -> sparse.csr_array:
        n_texts, n_terms = counts.shape
        text_of = np.repeat(np.arange(n_texts), np.diff(counts.indptr))
        tf = self._term_frequency(counts.data)
        square = (self.idf * self.idf).astype(np.float32)[counts.indices]
        norm = np.sqrt(np.bincount(text_of, tf * tf * square, n_texts))
        return csr(tf / norm[text_of], counts.indices, counts.indptr, n_terms)

    def factors(
        self, scale: NDArray[np.float32], weights: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return idf, scale and weight multiplied, in single precision as in compiled loops."""
        return ((self.idf * scale)[:, None] * weights).astype(np.float32)

    def values_and_occurrences(self, batch: Batch) -> tuple[sparse.csr_array, Occurrences]:
        """Return the values and the places of the known n-grams; words are looked up once."""
        words, table = self.options.tokens_of(batch), self.ngrams
        if not isinstance(table, CharTable):
            return self.linear_values(batch), self._places.find(words)
        counter = table.counter()
        tokens = learned(counter, words)
        values = self._frequencies(counter.counts(tokens).matrix(table.order))
        places = char_places(counter.of_words(), table.order, words)
        return values, places._replace(surface=self.options.surface)

    @cached_property
    def _places(self) -> WordPlaces:
        return WordPlaces(self.terms)

    def letters(self, column: int, word: str) -> list[tuple[int, int]]:
        """Return where a character n-gram is in a word; the whole word for word n-grams."""
        if self.options.analyzer == "word":
            return [(0, len(word))]
        return letters_of(self.terms[column], word)

    def _term_frequency(self, counts: NDArray[np.int32]) -> NDArray[np.float64]:
        if self.options.binary:
            return np.ones(len(counts))
        found = counts.astype(np.float64)
        return np.log(found) + 1.0 if self.options.sublinear_tf else found

    def weigh(self, batch: TokenBatch) -> sparse.csr_array:
        """Return TF-IDF values of words, CSR float32 of shape (n_texts, n_terms)."""
        counts = count_in_order(self.ngrams, batch)
        options = self.options
        return weigh_counts(counts, self.idf, sublinear=options.sublinear_tf, binary=options.binary)


def fit_tfidf(
    batch: TokenBatch,
    options: TfidfOptions,
    outlets: Sequence[str | None] | None = None,
    *,
    else_min_outlets: Sequence[int] = (),
) -> tuple[TfidfBlock, sparse.csr_array]:
    """Fit a TF-IDF block on a batch and return it with the values of the batch.

    Parameters
    ----------
    batch : TokenBatch
        The training texts.
    options : TfidfOptions
    outlets : sequence of str or None, optional
        The outlet of each text; required if ``options.min_outlets`` is above 1.
        Texts without an outlet count as one outlet.
    else_min_outlets : sequence of int
        Fallback values of ``options.min_outlets``, tried in order if no n-gram
        is left. The options of the returned block have the value used.

    Returns
    -------
    block : TfidfBlock
    values : csr_array of float32, shape (n_texts, n_terms)
        Equal to ``block.weigh(batch)``.

    Raises
    ------
    CorpusError
        If no n-gram is left.
    """
    groups = Groups(outlets, else_min_outlets)
    return _fit(lambda least: count_ngrams(batch, options, least, outlets), options, groups)


def _fit(
    counts_at: Callable[[int], NgramCounts], options: TfidfOptions, groups: Groups
) -> tuple[TfidfBlock, sparse.csr_array]:
    """Prune the counts for a given ``min_outlets`` and fit a block on the result."""
    lower = (least for least in groups.else_min_outlets if least < options.min_outlets)
    for least in (options.min_outlets, *lower):
        found = counts_at(least)
        pruning = Pruning(options.min_df, least, options.max_features)
        counts = found.pruned(pruning, groups.outlets)
        if counts.terms:
            options = replace(options, min_outlets=least)
            break
    else:
        raise CorpusError(_nothing_left(found.n_candidates, options))
    matrix = counts.matrix
    idf = np.log((1 + matrix.shape[0]) / (1 + document_frequency(matrix))) + 1.0
    block = TfidfBlock(options=options, terms=counts.terms, idf=idf)
    binary, sublinear = options.binary, options.sublinear_tf
    return block, weigh_counts(matrix, idf, sublinear=sublinear, binary=binary)


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
