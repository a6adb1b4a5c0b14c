"""Out-of-domain threshold, learned from the training articles.

Each training article is scored as if it, or its whole outlet, were not in the
corpus. The vocabulary and counts without it follow from the counts with it, so
nothing is fitted again. 2 % of articles of the same kind are expected to be
flagged.

References
----------
Bates, Candès, Lei, Romano, Sesia: Testing for outliers with conformal
p-values, Annals of Statistics 51 (2023).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
from scipy import sparse

from stance.corpus.protocol_choice import GroupCoverage
from stance.corpus.splitting import group_numbers
from stance.features.familiarity import arabic_words, count_terms, plain_words
from stance.model.record import Domain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stance.features.block import WordBlock
    from stance.features.stack import FeatureStack
    from stance.model.fitted_features import FittedFeatures
    from stance.model.learning_corpus import LabelledCorpus

# Expected share of flagged articles among those of the training corpus's kind.
FLAGGED = 0.02

# Sample size; enough to estimate a 2 % quantile of a corpus of any size.
MOST_HELD_OUT = 2_000

# The precision of written rows, so that a written score agrees with its flag.
DECIMALS = 6


def learn_domain(fitted: FittedFeatures) -> Domain | None:
    """Learn the threshold below which articles are out of a model's domain.

    Parameters
    ----------
    fitted : FittedFeatures

    Returns
    -------
    Domain or None
        None if the features have no single words.
    """
    corpus, features = fitted.corpus, fitted.features
    block = features.word_block()
    if block is None:
        return None
    left_out = _LeaveOneOut.of(corpus, block, _values_of(block, features, fitted.matrix.articles))
    chosen = _sample(len(corpus.articles), fitted.config.seed)
    words = plain_words(fitted.batch.part(chosen))
    scores = left_out.familiarity(chosen, *count_terms(block, words))
    return Domain(
        threshold=round(float(conformal_bound(scores, FLAGGED)), DECIMALS),
        usual=round(float(np.median(scores)), DECIMALS),
        n_held_out=len(chosen),
        protocol=f"each {'outlet' if left_out.by_outlet else 'article'} left out in turn",
    )


def conformal_bound(scores: NDArray[np.float64], share: float) -> float:
    """Return a threshold that a new score is below with at most a given probability.

    It is the k-th smallest of n scores, k = share * (n + 1), if the new score is
    exchangeable with them. If n is too small for that, it is the smallest
    score; a new one is below it with probability 1 / (n + 1).

    Examples
    --------
    >>> float(conformal_bound(np.arange(1000.0), 0.01))
    9.0
    """
    rank = max(int(share * (len(scores) + 1)), 1)
    return float(np.partition(scores, rank - 1)[rank - 1])


def _sample(n_articles: int, seed: int) -> NDArray[np.int64]:
    if n_articles <= MOST_HELD_OUT:
        return np.arange(n_articles)
    generator = np.random.default_rng(seed)
    return np.sort(generator.choice(n_articles, MOST_HELD_OUT, replace=False))


@dataclass(frozen=True)
class _LeaveOneOut:
    """Document frequencies of a vocabulary without one group of articles.

    Parameters
    ----------
    block : WordBlock
    groups : ndarray of int, shape (n_articles,)
        The outlet of each article, or each article's own number.
    presence : csr_array of int, shape (n_groups, n_terms)
        In how many articles of each group a term occurs.
    n_named : int or None
        Number of named outlets, if the groups are outlets. The remaining groups
        are single articles without an outlet; together they count as one
        outlet, as in the vocabulary.
    """

    block: WordBlock
    groups: NDArray[np.int64]
    presence: sparse.csr_array
    n_named: int | None

    @property
    def by_outlet(self) -> bool:
        """Whether the groups are outlets."""
        return self.n_named is not None

    @classmethod
    def of(cls, corpus: LabelledCorpus, block: WordBlock, values: sparse.csr_array) -> Self:
        """Group a corpus by outlet if outlets can be held out, else by article."""
        n_articles = len(corpus.articles)
        ones = np.ones(values.nnz, dtype=np.int32)
        present = sparse.csr_array((ones, values.indices, values.indptr), values.shape)
        if GroupCoverage.of(corpus.articles, "outlet").obstacle is not None:
            return cls(block, np.arange(n_articles), present, n_named=None)
        groups, names = group_numbers(corpus.articles, "outlet")
        places = (groups, np.arange(n_articles))
        membership = sparse.csr_array((np.ones(n_articles, dtype=np.int32), places))
        return cls(block, groups, sparse.csr_array(membership @ present), n_named=len(names))

    def familiarity(
        self, chosen: NDArray[np.int64], counts: sparse.csr_array, n_words: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return the domain scores of some articles, each without its group, shape (n_chosen,).

        Parameters
        ----------
        chosen : ndarray of int, shape (n_chosen,)
        counts : csr_array, shape (n_chosen, n_terms)
        n_words : ndarray of int, shape (n_chosen,)
        """
        found = np.zeros(len(chosen))
        groups, sizes = self.groups[chosen], np.bincount(self.groups)
        lost = np.zeros(counts.shape[1], dtype=np.int64)
        for group in np.unique(groups).tolist():
            own, of_own = _row(self.presence, group)
            lost[own] = of_own
            n_left = len(self.groups) - int(sizes[group])
            for row in np.flatnonzero(groups == group).tolist():
                terms, times = _row(counts, row)
                found[row] = times @ self._term_familiarity(terms, lost[terms], n_left, group)
            lost[own] = 0
        return found / np.maximum(n_words, 1)

    def _term_familiarity(
        self, terms: NDArray[np.int32], lost: NDArray[np.int64], n_left: int, group: int
    ) -> NDArray[np.float64]:
        """Return the familiarity of terms after a group's articles are removed."""
        left = self._frequency[terms] - lost
        known = self._is_arabic_word[terms] & (left >= self.block.options.min_df)
        if self.n_named is not None:
            named, unnamed = self._named_spread[terms], self._unnamed_spread[terms]
            is_named = group < self.n_named
            spread = named - (is_named & (lost > 0)) + (unnamed - (0 if is_named else lost) > 0)
            known &= spread >= self.block.options.min_outlets
        logs = np.where(known, np.log1p(left), 0.0)
        familiarity: NDArray[np.float64] = logs / np.log1p(max(n_left, 1))
        return familiarity

    @cached_property
    def _frequency(self) -> NDArray[np.int64]:
        """Document frequency of each term."""
        n_terms = len(self.block.terms)
        return np.bincount(self.presence.indices, self.presence.data, n_terms).astype(np.int64)

    @cached_property
    def _named_spread(self) -> NDArray[np.int64]:
        """Number of named outlets in which each term occurs."""
        named = self.presence[: self.n_named]
        return np.bincount(named.indices, minlength=len(self.block.terms))

    @cached_property
    def _unnamed_spread(self) -> NDArray[np.int64]:
        """Number of articles without an outlet in which each term occurs."""
        unnamed = self.presence[self.n_named :]
        return np.bincount(unnamed.indices, minlength=len(self.block.terms))

    @cached_property
    def _is_arabic_word(self) -> NDArray[np.bool_]:
        return arabic_words(self.block.terms)


def _row(matrix: sparse.csr_array, row: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the columns and values of a row."""
    place = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[place], matrix.data[place]


def _values_of(
    block: WordBlock, features: FeatureStack, values: sparse.csr_array
) -> sparse.csr_array:
    """Return a block's columns of a matrix."""
    own = next(place for part, place in features.columns() if part.block is block)
    return values[:, own]
