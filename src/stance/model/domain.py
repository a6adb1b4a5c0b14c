"""Out-of-domain thresholds, learned from the training articles.

The domain score of a text is the mean contrast of its words with other subjects
(`stance.features.other_subjects`). Each training article is scored as if it, or
its whole outlet, were not in the corpus. The vocabulary and counts without it
follow from the counts with it, so nothing is fitted again. Thresholds are learned
for each class of lengths, because the mean over few words varies more: 3 % of
texts of the same kind and length are expected to be flagged.

References
----------
Bates, Candès, Lei, Romano, Sesia: Testing for outliers with conformal
p-values, Annals of Statistics 51 (2023).

Vovk: Conditional validity of inductive conformal predictors, ACML 2012.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from scipy import sparse

from stance.corpus.protocol_choice import GroupCoverage
from stance.corpus.splitting import group_numbers
from stance.features.familiarity import count_terms, plain_words
from stance.features.numbers import without_numbers
from stance.features.other_subjects import OtherSubjects
from stance.model.domain_check import SHORTEST
from stance.model.record import Domain, LengthBound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from stance.features.block import WordBlock
    from stance.features.stack import FeatureStack
    from stance.features.tokens import TokenBatch
    from stance.model.fitted_features import FittedFeatures
    from stance.model.learning_corpus import LabelledCorpus

# Expected share of flagged articles among those of the training corpus's kind.
FLAGGED = 0.03

# Sample size; enough to estimate a 3 % quantile of each length in a corpus of any size.
MOST_HELD_OUT = 5_000

# The precision of written rows, so that a written score agrees with its flag.
DECIMALS = 6

# The first number of words of each class of lengths.
LENGTHS = (SHORTEST, 6, 8, 11, 15, 21, 31, 41, 61, 81, 121, 161, 241, 321)

# Shorter texts are headlines. If a corpus has enough of them, they alone decide, because the
# beginning of an article, often a date line or the links of a page, is no headline.
FIRST_OF_ARTICLES = 21
ENOUGH = 200

# Expected share of articles that know fewer words than is required of unusual letters.
FEWEST_KNOWN = 0.05

# With fewer scores a 3 % quantile is no more than the smallest score.
FEWEST = 100


class _HeldOutScores(NamedTuple):
    """The domain scores of held-out texts, and the share of their words that is known."""

    scores: NDArray[np.float64]
    known_shares: NDArray[np.float64]


class LearnedDomain(NamedTuple):
    """The thresholds of a model, and the contrast of its words.

    Parameters
    ----------
    domain : Domain
    contrast : ndarray of float32, shape (n_terms,)
    """

    domain: Domain
    contrast: NDArray[np.float32]


def learn_domain(fitted: FittedFeatures) -> LearnedDomain | None:
    """Learn the thresholds below which texts are out of a model's domain.

    Parameters
    ----------
    fitted : FittedFeatures

    Returns
    -------
    LearnedDomain or None
        None if the features have no single words.
    """
    corpus, features = fitted.corpus, fitted.features
    block = features.word_block()
    if block is None:
        return None
    other = OtherSubjects.of(block, features.table)
    values = _values_of(block, features, fitted.matrix.articles)
    left_out = _LeaveOneOut.of(corpus, block, other, values)
    chosen = _sample(len(corpus.articles), fitted.config.seed)
    words = without_numbers(plain_words(fitted.batch.part(chosen)))
    scores, known_shares = left_out.scores(chosen, words)
    threshold = conformal_bound(scores, FLAGGED)
    bounds = _length_bounds(left_out, chosen, words, scores)
    domain = Domain(
        threshold=_rounded(threshold),
        usual=_rounded(float(np.median(scores))),
        n_held_out=len(chosen),
        protocol=f"each {'outlet' if left_out.by_outlet else 'article'} left out in turn",
        measure="contrast",
        known_share=_rounded(conformal_bound(known_shares, FEWEST_KNOWN)),
        by_length=[
            LengthBound(min_words=first, threshold=_rounded(min(bound, threshold)))
            for first, bound in zip(LENGTHS, bounds, strict=True)
        ],
    )
    contrast = other.contrast(left_out.frequency, len(corpus.articles))
    return LearnedDomain(domain, contrast.astype(np.float32))


def _rounded(score: float) -> float:
    return round(max(score, 0.0), DECIMALS)


def _length_bounds(
    left_out: _LeaveOneOut,
    chosen: NDArray[np.int64],
    words: TokenBatch,
    scores: NDArray[np.float64],
) -> Iterator[float]:
    """Yield the bound of each class of lengths; with too few scores that of the class before."""
    lengths = words.lengths
    classes = np.searchsorted(LENGTHS, lengths, side="right") - 1
    headlines = np.flatnonzero((lengths >= SHORTEST) & (lengths < FIRST_OF_ARTICLES))
    bound = np.inf
    for number, first in enumerate(LENGTHS):
        found = scores[classes == number]
        if first < FIRST_OF_ARTICLES and len(headlines) >= ENOUGH:
            if len(found) < ENOUGH:
                found = scores[headlines[_nearest(lengths[headlines], first)]]
        else:
            longer = np.flatnonzero(classes > number)
            beginnings = _beginnings(words[longer], first)
            found = np.concatenate([found, left_out.scores(chosen[longer], beginnings).scores])
        if len(found) >= FEWEST:
            bound = conformal_bound(found, FLAGGED)
        yield bound


def _nearest(lengths: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Return the places of the lengths that are nearest to one by their ratio to it."""
    return np.argsort(np.abs(np.log(lengths / length)), kind="stable")[:ENOUGH]


def _beginnings(words: TokenBatch, n_words: int) -> TokenBatch:
    """Return the first words of texts that have more."""
    places = (words.offsets[:-1, None] + np.arange(n_words)).ravel()
    return replace(
        words,
        tokens=words.tokens[places],
        offsets=np.arange(len(words) + 1) * n_words,
        voices=words.voices[places],
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
    other : OtherSubjects
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
    other: OtherSubjects
    groups: NDArray[np.int64]
    presence: sparse.csr_array
    n_named: int | None

    @property
    def by_outlet(self) -> bool:
        """Whether the groups are outlets."""
        return self.n_named is not None

    @classmethod
    def of(
        cls,
        corpus: LabelledCorpus,
        block: WordBlock,
        other: OtherSubjects,
        values: sparse.csr_array,
    ) -> Self:
        """Group a corpus by outlet if outlets can be held out, else by article."""
        n_articles = len(corpus.articles)
        ones = np.ones(values.nnz, dtype=np.int32)
        present = sparse.csr_array((ones, values.indices, values.indptr), values.shape)
        if GroupCoverage.of(corpus.articles, "outlet").obstacle is not None:
            return cls(block, other, np.arange(n_articles), present, n_named=None)
        groups, names = group_numbers(corpus.articles, "outlet")
        places = (groups, np.arange(n_articles))
        membership = sparse.csr_array((np.ones(n_articles, dtype=np.int32), places))
        by_group = sparse.csr_array(membership @ present)
        return cls(block, other, groups, by_group, n_named=len(names))

    def scores(self, chosen: NDArray[np.int64], words: TokenBatch) -> _HeldOutScores:
        """Return the scores of some articles, each without its group.

        Parameters
        ----------
        chosen : ndarray of int, shape (n_chosen,)
        words : TokenBatch
            The words of each, or some of them.
        """
        counts, n_words = count_terms(self.block, words)
        sums = np.zeros((len(chosen), 2))
        groups, sizes = self.groups[chosen], np.bincount(self.groups)
        lost = np.zeros(counts.shape[1], dtype=np.int64)
        # The contrast of each term, and 1 for known words.
        values = np.zeros((counts.shape[1], 2))
        for group in np.unique(groups).tolist():
            own, of_own = _row(self.presence, group)
            lost[own] = of_own
            n_left = len(self.groups) - int(sizes[group])
            rows = np.flatnonzero(groups == group)
            part = counts[rows]
            terms = np.unique(part.indices)
            left = self._frequency_without(terms, lost[terms], group)
            other = self.other.part(terms)
            values[terms, 0] = other.contrast(left, n_left)
            values[terms, 1] = other.is_word & (left > 0)
            sums[rows] = part @ values
            lost[own] = 0
        means = np.clip(sums / np.maximum(n_words, 1)[:, None], 0.0, 1.0)
        return _HeldOutScores(means[:, 0], means[:, 1])

    def _frequency_without(
        self, terms: NDArray[np.int32], lost: NDArray[np.int64], group: int
    ) -> NDArray[np.int64]:
        """Return the document frequency of terms without a group; 0 if they become too rare."""
        left = self.frequency[terms] - lost
        known = left >= self.block.options.min_df
        if self.n_named is not None:
            named, unnamed = self._named_spread[terms], self._unnamed_spread[terms]
            is_named = group < self.n_named
            spread = named - (is_named & (lost > 0)) + (unnamed - (0 if is_named else lost) > 0)
            known &= spread >= self.block.options.min_outlets
        return np.where(known, left, 0)

    @cached_property
    def frequency(self) -> NDArray[np.int64]:
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
