"""The interface of a feature block.

A block is one fitted kind of features. `stance.features.registry` lists the
blocks, and no other code branches on the kind of block. To add one, write a class
that implements this interface and its settings, and register it there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, Self

import numpy as np

from stance.features.matrices import csr
from stance.features.occurrences import ExplainedBlock, PlainExplanation
from stance.features.word_counting import WordCounter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.features.batches import Batch
    from stance.features.counters import Counter, NgramTable, Weights, Words
    from stance.features.periods import PeriodLabel
    from stance.features.tfidf import TfidfOptions
    from stance.features.word_reading import Tokens
    from stance.text.normalization_table import NormalizationTable


class Groups(NamedTuple):
    """The outlets of the training articles.

    Parameters
    ----------
    outlets : sequence of str or None, optional
        The outlet of each article; None if no article names one.
    else_min_outlets : sequence of int
        Fallback values of ``min_outlets``, tried in order if no feature is left.
    of_corpus : sequence of str or None, optional
        The outlet of each article of the corpus that contains the training
        articles; by default that of each training article.
    """

    outlets: Sequence[str | None] | None = None
    else_min_outlets: Sequence[int] = ()
    of_corpus: Sequence[str | None] | None = None


class Fitted(NamedTuple):
    """A block fitted on a batch, with the values of the batch.

    Parameters
    ----------
    block : Block
    scale : ndarray of float32, shape (n_columns,)
        The factor of each column.
    values : csr_array of float32, shape (n_rows, n_columns)
        Equal to ``block.transform(batch)``, before scaling.
    """

    block: Block
    scale: NDArray[np.float32]
    values: sparse.csr_array


class BlockFiles(NamedTuple):
    """The files and tensors of a block in a model folder.

    Parameters
    ----------
    files : dict of str to bytes
        By name: the files that the registry lists for the block.
    tensors : dict of str to ndarray
        By name, each ``SECTION.something``.
    """

    files: dict[str, bytes]
    tensors: dict[str, NDArray[Any]]


class StoredFiles(Protocol):
    """The files of a model folder, validated on reading."""

    def json(self, name: str) -> Any:
        """Return the contents of a JSON file."""
        ...

    def terms(self, name: str) -> list[str]:
        """Return the lines of a file of terms: unique and sorted by code point."""
        ...

    def tensor(self, name: str, dtype: type[np.generic], shape: tuple[int, ...]) -> NDArray[Any]:
        """Return a tensor of the given type and shape."""
        ...


class Texts(NamedTuple):
    """The words of some texts, as scorers read them.

    Parameters
    ----------
    tokens : Tokens
        Numbers of words passed to `TextScorer.learn`.
    voices : ndarray of int8, shape (n_tokens,)
        The voice of each token.
    published : sequence of str or None
        The date of each text.
    """

    tokens: Tokens
    voices: NDArray[np.int8]
    published: Sequence[str | None]


class TextScorer(Protocol):
    """Scores texts with one block in compiled loops; not thread-safe."""

    def learn(self, words: Words, n_words: int) -> None:
        """Register the words added since the last call."""
        ...

    def forget(self) -> None:
        """Forget all words, but keep the allocated memory."""
        ...

    def score(self, texts: Texts, scores: NDArray[np.float64]) -> Sequence[PeriodLabel]:
        """Add the block's part of the decision values to ``scores``, (n_texts, n_labels).

        Returns
        -------
        sequence of PeriodLabel
            The period of each text; empty if the block has none.
        """
        ...


class CompiledBlock(Protocol):
    """A block and its weights, prepared for compiled scoring; shared by all threads."""

    @property
    def surface(self) -> bool:
        """Whether the block reads words as published."""
        ...

    def scorer(self, room: int) -> TextScorer:
        """Return a scorer for one thread, with an initial capacity of ``room`` words."""
        ...


class CompiledNgrams(NamedTuple):
    """Known n-grams and their weights, prepared for compiled scoring.

    Parameters
    ----------
    ngrams : NgramTable
    weights : Weights
    surface : bool
        Whether the n-grams are from words as published.
    """

    ngrams: NgramTable
    weights: Weights
    surface: bool

    def scorer(self, room: int) -> NgramScorer:
        """Return a scorer for one thread, with an initial capacity of ``room`` words."""
        return NgramScorer(self.ngrams.counter(room), self.weights)


class NgramScorer(NamedTuple):
    """Scores texts by their n-grams; see `TextScorer`."""

    counter: Counter
    weights: Weights

    def learn(self, words: Words, n_words: int) -> None:
        """Look up the words added since the last call."""
        self.counter.learn(words, n_words)

    def forget(self) -> None:
        """Forget all words, but keep the allocated memory."""
        self.counter.forget()

    def score(self, texts: Texts, scores: NDArray[np.float64]) -> Sequence[PeriodLabel]:
        """Add the n-grams' contribution to ``scores``, whatever the voice."""
        self.counter.score(texts.tokens, self.weights, scores)
        return ()

    def average(self, tokens: Tokens, values: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return the mean value of each text's words; None without word features."""
        counter = self.counter
        return counter.average(tokens, values) if isinstance(counter, WordCounter) else None


class Block(ExplainedBlock, Protocol):
    """Fitted features of one kind."""

    # Whether the block distinguishes the outlet's own words from quoted ones.
    reads_voices: ClassVar[bool]

    @classmethod
    def fit(cls, batch: Batch, settings: Any, groups: Groups) -> Fitted:
        """Learn the block from training articles.

        Parameters
        ----------
        batch : Batch
        settings : BlockSettings
            The settings class that the registry names for the block; no "auto" left.
        groups : Groups

        Raises
        ------
        CorpusError
            If no feature can be learned from the batch.
        """
        ...

    @classmethod
    def suits(cls, batch: Batch, settings: Any) -> bool:
        """Return whether to use the block on a corpus; resolves ``enabled = "auto"``."""
        ...

    @classmethod
    def from_files(
        cls, name: str, files: StoredFiles, settings: Any, table: NormalizationTable
    ) -> Self:
        """Build the block of a settings section from the output of `to_files`.

        Raises
        ------
        ModelError
            If a file or tensor is missing or malformed.
        """
        ...

    def to_files(self, name: str) -> BlockFiles:
        """Return the files and tensors of the block of a settings section."""
        ...

    @property
    def terms(self) -> list[str]:
        """Names of the columns."""
        ...

    @property
    def single_words(self) -> WordBlock | None:
        """The block itself if it has the document frequency of single words, else None."""
        ...

    @property
    def periods(self) -> Sequence[str]:
        """The periods in which the values of the same text differ; empty if there are none."""
        ...

    def transform(self, batch: Batch) -> sparse.csr_array:
        """Return values, CSR float32 of shape (n_rows, n_columns)."""
        ...

    def fitted_settings(self) -> dict[str, Any]:
        """Return the final values of settings that fitting may have lowered."""
        ...

    def examples(self, column: str, n: int) -> list[str]:
        """Return at most n terms that a column counts; empty if its name is the term."""
        ...

    def compile(
        self, scale: NDArray[np.float32], weights: NDArray[np.float32]
    ) -> CompiledBlock | None:
        """Return the block prepared for compiled scoring; None to use `score` instead.

        Parameters
        ----------
        scale : ndarray of float32, shape (n_columns,)
        weights : ndarray of float32, shape (n_columns, n_labels)
        """
        ...

    def score(
        self,
        batch: Batch,
        scale: NDArray[np.float32],
        weights: NDArray[np.float32],
        scores: NDArray[np.float64],
    ) -> None:
        """Add the block's part of the decision values to ``scores``, (n_rows, n_labels)."""
        ...

    def contributions(
        self, batch: Batch, scale: NDArray[np.float32], weights: NDArray[np.float32]
    ) -> sparse.csr_array:
        """Return the contribution of each column to the decision value of one label.

        Parameters
        ----------
        batch : Batch
        scale, weights : ndarray of float32, shape (n_columns,)

        Returns
        -------
        csr_array of float64, shape (n_rows, n_columns)
            The sum of a row is the block's part of the decision value.
        """
        ...


class PlainBlock(PlainExplanation):
    """Default implementation of `Block`: always used, no word columns, not compiled."""

    reads_voices: ClassVar[bool] = False

    @classmethod
    def suits(cls, batch: Batch, settings: Any) -> bool:
        """Return True: the block is used on any corpus."""
        return True

    @property
    def single_words(self) -> WordBlock | None:
        """None: the block has no single words."""
        return None

    @property
    def periods(self) -> Sequence[str]:
        """Empty: the values of a text do not depend on its date."""
        return ()

    def transform(self, batch: Batch) -> sparse.csr_array:
        """Return values, CSR float32 of shape (n_rows, n_columns)."""
        raise NotImplementedError

    def fitted_settings(self) -> dict[str, Any]:
        """Return an empty dict: fitting changes no setting."""
        return {}

    def examples(self, column: str, n: int) -> list[str]:
        """Return an empty list: the name of a column is the term itself."""
        return []

    def compile(
        self, scale: NDArray[np.float32], weights: NDArray[np.float32]
    ) -> CompiledBlock | None:
        """Return None: texts are scored from their feature values."""
        return None

    def score(
        self,
        batch: Batch,
        scale: NDArray[np.float32],
        weights: NDArray[np.float32],
        scores: NDArray[np.float64],
    ) -> None:
        """Add values times weights to ``scores``, shape (n_rows, n_labels)."""
        scaled = (weights * scale[:, None]).astype(np.float64)
        scores += self.transform(batch).astype(np.float64) @ scaled

    def contributions(
        self, batch: Batch, scale: NDArray[np.float32], weights: NDArray[np.float32]
    ) -> sparse.csr_array:
        """Return values times weights, CSR float64 of shape (n_rows, n_columns)."""
        values = self.linear_values(batch)
        factors = self.factors(scale, weights[:, None])[values.indices, 0]
        return csr(values.data * factors, values.indices, values.indptr, values.shape[1])


class WordBlock(Block, Protocol):
    """A block whose columns include single words."""

    @property
    def options(self) -> TfidfOptions:
        """Counting and pruning options of the block."""
        ...

    @property
    def idf(self) -> NDArray[np.float64]:
        """The inverse document frequency of each column, shape (n_columns,)."""
        ...

    @property
    def ngrams(self) -> NgramTable:
        """The terms, indexed for counting."""
        ...
