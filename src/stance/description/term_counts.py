"""How often words and pairs of words occur in each article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stance.features.counting import count_in_order, ngram_table
from stance.features.matrices import csr
from stance.features.ngrams import WordNgrams
from stance.features.vocabulary import Pruning, learn_vocabulary

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from stance.description.article_words import ArticleWords

WORD, PAIR = 0, 1


@dataclass(frozen=True)
class TermCounts:
    """Counts of the words and pairs that occur in enough articles.

    Parameters
    ----------
    terms : list of str
        Normalised words, sorted, then pairs of words joined by a space, sorted.
    n_words : int
        How many of the terms are words.
    matrix : csr_array of int32, shape (n_articles, n_terms)
    sizes : ndarray of int64, shape (n_articles, 2)
        The number of all words and of all pairs of each article.
    """

    terms: list[str]
    n_words: int
    matrix: sparse.csr_array
    sizes: NDArray[np.int64]

    @property
    def kinds(self) -> NDArray[np.int64]:
        """`WORD` or `PAIR` for each term."""
        kinds = np.full(len(self.terms), PAIR)
        kinds[: self.n_words] = WORD
        return kinds


def count_terms(words: ArticleWords, *, min_articles: int, pairs: bool) -> TermCounts:
    """Count words and pairs of adjacent words in articles.

    Parameters
    ----------
    words : ArticleWords
    min_articles : int
        Minimum document frequency of a term.
    pairs : bool
        Whether to count pairs too. No pair spans the headline and the text, or words on both
        sides of a voice that was left out.
    """
    batch = words.normalised
    analyzer = WordNgrams(1, 2 if pairs else 1)
    # A term is in at least as many passages as articles, so none that is frequent enough is lost.
    terms, frequency, _ = learn_vocabulary(batch, analyzer, Pruning(min_articles))
    rarity = np.log((1 + len(batch)) / (1 + frequency))
    found = count_in_order(ngram_table(terms, analyzer, rarity), batch)
    starts = words.first_passages
    if len(starts) - 1 != len(batch) or (np.diff(starts) != 1).any():
        # The passages of an article become one row.
        found = csr(found.data, found.indices, found.indptr[starts].astype(np.int64), len(terms))
        found.sum_duplicates()
    documents = np.bincount(found.indices, minlength=len(terms))
    is_pair = np.array([" " in term for term in terms], dtype=np.bool_)
    kept = np.flatnonzero(documents >= min_articles)
    kept = kept[np.argsort(is_pair[kept], kind="stable")]
    return TermCounts(
        [terms[place] for place in kept.tolist()],
        int(np.count_nonzero(~is_pair[kept])),
        _columns(found, kept),
        _sizes(words, starts),
    )


def _columns(matrix: sparse.csr_array, kept: NDArray[np.int64]) -> sparse.csr_array:
    """Return the chosen columns of a matrix, in their order."""
    place = np.full(matrix.shape[1], -1, dtype=np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    columns = place[matrix.indices]
    stays = columns >= 0
    before = np.concatenate([[0], np.cumsum(stays)])
    return csr(matrix.data[stays], columns[stays], before[matrix.indptr], len(kept))


def _sizes(words: ArticleWords, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    lengths = words.normalised.lengths
    both = np.stack([lengths, np.maximum(lengths - 1, 0)])
    before = np.concatenate([np.zeros((2, 1), np.int64), np.cumsum(both, axis=1)], axis=1)
    sizes: NDArray[np.int64] = np.diff(before[:, starts], axis=1).T
    return sizes
