"""The validated training corpus."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from stance.corpus.article import check_articles
from stance.corpus.duplicates import near_duplicate_articles, without_repeats
from stance.corpus.labels import require_labels
from stance.corpus.protocol_choice import GroupCoverage
from stance.errors import CorpusError
from stance.features.word_streams import stream_words
from stance.model.unread_fields import refuse_contradictions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.features.counted import CountedInputs


@dataclass(frozen=True)
class LabelledCorpus:
    """A validated training corpus, in which every article has a label.

    Parameters
    ----------
    articles : sequence of Article
    known_duplicates : sequence of int, optional
        The near-duplicate group of each article, if already known.
    auxiliary : sequence of Article
        Additional training articles that were labelled for another question;
        none is a near-duplicate of one of `articles`.
    n_repeats : int
        Number of auxiliary articles removed as near-duplicates.
    always_train : ndarray of bool, shape (n_articles,), optional
        Which articles cross-validation never tests; by default none.
    origin : (LabelledCorpus, ndarray of int64), optional
        The corpus that these articles are part of, and their indices in it.

    Raises
    ------
    CorpusError
        If there are no articles, an article has no label, or there is only one
        label; auxiliary articles, if any, must meet the same conditions.
    """

    articles: Sequence[Article]
    known_duplicates: Sequence[int] | NDArray[np.int64] | None = None
    auxiliary: Sequence[Article] = ()
    n_repeats: int = 0
    always_train: NDArray[np.bool_] | None = None
    origin: tuple[LabelledCorpus, NDArray[np.int64]] | None = field(
        default=None, repr=False, compare=False
    )

    @classmethod
    def with_auxiliary(
        cls,
        articles: Sequence[Article],
        auxiliary: Sequence[Article],
        always_train: Sequence[Article] = (),
    ) -> Self:
        """Return a corpus with those auxiliary articles that are not near-duplicates of its own.

        A near-duplicate would reveal the label of an article of the corpus. The
        articles of `always_train` come last.

        Raises
        ------
        CorpusError
            If all of them are near-duplicates, or if the same text of the corpus
            has different labels for different targets, which models do not read.
        """
        tested, auxiliary = check_articles(articles), check_articles(auxiliary)
        added = check_articles(always_train)
        articles = [*tested, *added] if added else tested
        refuse_contradictions(articles)
        left = without_repeats(auxiliary, articles)
        if auxiliary and not left:
            raise CorpusError(
                f"Got {len(auxiliary):,} auxiliary articles that all repeat articles of the "
                "corpus, but expected some that differ. Train without them."
            )
        mask = np.arange(len(articles)) >= len(tested) if added else None
        n_repeats = len(auxiliary) - len(left)
        return cls(articles, auxiliary=left, n_repeats=n_repeats, always_train=mask)

    def __post_init__(self) -> None:
        if self.auxiliary:
            self._check_auxiliary()
        if not self.articles:
            raise CorpusError("Got no articles, but expected labelled ones to train on.")
        require_labels(self.articles)
        if len(self.labels) < 2:
            raise CorpusError(
                f"Got the single label {self.labels[0]!r}, but expected at least two."
            )

    def _check_auxiliary(self) -> None:
        try:
            LabelledCorpus(self.auxiliary)
        except CorpusError as error:
            raise CorpusError(f"Among the auxiliary articles: {error}") from error

    @property
    def labels(self) -> list[str]:
        """The labels, sorted."""
        return sorted({str(article.label) for article in self.articles})

    @property
    def y_true(self) -> NDArray[np.int64]:
        """The number of each article's label, shape (n_articles,)."""
        numbers = {label: number for number, label in enumerate(self.labels)}
        return np.array([numbers[str(article.label)] for article in self.articles])

    @property
    def outlets(self) -> list[str | None] | None:
        """The outlet of each article, or None where no article has one."""
        found = [article.outlet for article in self.articles]
        return found if any(found) else None

    @cached_property
    def duplicates(self) -> NDArray[np.int64]:
        """The near-duplicate group of each article, shape (n_articles,)."""
        if self.known_duplicates is not None:
            return np.asarray(self.known_duplicates)
        return near_duplicate_articles(self.articles, stream=stream_words)

    def part(self, places: NDArray[np.int64]) -> Self:
        """Return a subset of the articles, with its near-duplicate groups."""
        return type(self)(
            [self.articles[i] for i in places.tolist()],
            self.duplicates[places],
            self.auxiliary,
            self.n_repeats,
            None if self.always_train is None else self.always_train[places],
            (self, places) if self.origin is None else (self.whole, self.origin[1][places]),
        )

    @property
    def whole(self) -> LabelledCorpus:
        """The corpus that these articles are part of; itself if it is not a part."""
        return self if self.origin is None else self.origin[0]

    @cached_property
    def readings(self) -> dict[object, CountedInputs]:
        """Cache of the tokens and counts that its parts have used, by what they read."""
        return {}

    def __getstate__(self) -> dict[str, object]:
        """Omit cached tokens and counts, which each process computes itself."""
        return {key: value for key, value in vars(self).items() if key != "readings"}

    @property
    def outlet_coverage(self) -> GroupCoverage:
        """How many articles name an outlet, and whether outlets can be held out."""
        return GroupCoverage.of(self.articles, "outlet")

    def fingerprint(self) -> str:
        """Return a hash of the training data: ids, titles, texts, labels, outlets."""
        digest = hashlib.sha256()
        for part in (self.articles, self.auxiliary):
            for a in part:
                for value in (a.id, a.title, a.text, a.label, a.outlet):
                    data = (value or "").encode("utf-8", "surrogatepass")
                    digest.update(len(data).to_bytes(8, "big") + data)
            if self.auxiliary:
                digest.update(b"auxiliary")
        return digest.hexdigest()
