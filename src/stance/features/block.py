"""The contract of a feature block: what the other rooms may ask of it.

A block is a fitted kind of features. `stance.features.registry` lists them, and
nothing else branches on which one is at hand: adding one takes a class that
meets this contract, its settings, and a line there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, Self

import numpy as np

from stance.features.matrices import csr
from stance.features.word_counting import WordCounter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.features.batches import Batch
    from stance.features.counters import Counter, NgramTable, Weights, Words
    from stance.features.tfidf import TfidfOptions
    from stance.features.word_reading import Tokens
    from stance.text.normalization_table import NormalizationTable


class Groups(NamedTuple):
    """Where the training articles come from.

    Parameters
    ----------
    outlets : sequence of str or None, optional
        The outlet of each article; None where no article names one.
    else_min_outlets : sequence of int
        Values of ``min_outlets`` to take instead where no feature is left, one
        after the other.
    of_corpus : sequence of str or None, optional
        The outlet of each article of the corpus that the training articles are
        part of; those of the training articles by default.
    """

    outlets: Sequence[str | None] | None = None
    else_min_outlets: Sequence[int] = ()
    of_corpus: Sequence[str | None] | None = None


class Fitted(NamedTuple):
    """A block learned from a batch.

    Parameters
    ----------
    block : Block
    scale : ndarray of float32, shape (n_columns,)
        What its columns are multiplied with.
    values : csr_array of float32, shape (n_rows, n_columns)
        The same as ``block.transform(batch)``: not scaled.
    """

    block: Block
    scale: NDArray[np.float32]
    values: sparse.csr_array


class BlockFiles(NamedTuple):
    """What a model folder keeps of a block.

    Parameters
    ----------
    files : dict of str to bytes
        By name; those that the registry lists for the block.
    tensors : dict of str to ndarray
        By name, each ``SECTION.something``.
    """

    files: dict[str, bytes]
    tensors: dict[str, NDArray[Any]]


class StoredFiles(Protocol):
    """The files of a model folder, each checked as it is taken."""

    def json(self, name: str) -> Any:
        """Return what a JSON file holds."""
        ...

    def terms(self, name: str) -> list[str]:
        """Return the lines of a file of terms, sorted by code point, none twice."""
        ...

    def tensor(self, name: str, dtype: type[np.generic], shape: tuple[int, ...]) -> NDArray[Any]:
        """Return a tensor of that type and shape."""
        ...


class TextScorer(Protocol):
    """Scores texts by one block in compiled loops; not for two threads at once."""

    def learn(self, words: Words, n_words: int) -> None:
        """Take note of the words that are new since the last call."""
        ...

    def forget(self) -> None:
        """Forget all words, and keep the memory for others."""
        ...

    def score(self, tokens: Tokens, voices: NDArray[np.int8], scores: NDArray[np.float64]) -> None:
        """Add the block's part of the decision values to scores of shape (n_texts, n_labels).

        Parameters
        ----------
        tokens : Tokens
            Words that were learned.
        voices : ndarray of int8, shape (n_tokens,)
            The voice of each token, where the block reads voices.
        scores : ndarray of float64, shape (n_texts, n_labels)
        """
        ...


class CompiledBlock(Protocol):
    """A block and its weights, as compiled loops score them; shared by all threads."""

    @property
    def surface(self) -> bool:
        """Whether it reads words as published."""
        ...

    def scorer(self, room: int) -> TextScorer:
        """Return a scorer for one thread, at first with room for so many words."""
        ...


class CompiledNgrams(NamedTuple):
    """N-grams that compiled loops find in texts and score.

    Parameters
    ----------
    ngrams : NgramTable
    weights : Weights
    surface : bool
        Whether they are n-grams of words as published.
    """

    ngrams: NgramTable
    weights: Weights
    surface: bool

    def scorer(self, room: int) -> NgramScorer:
        """Return a scorer for one thread, at first with room for so many words."""
        return NgramScorer(self.ngrams.counter(room), self.weights)


class NgramScorer(NamedTuple):
    """Scores texts by their n-grams; see `TextScorer`."""

    counter: Counter
    weights: Weights

    def learn(self, words: Words, n_words: int) -> None:
        """Look up the words that are new since the last call."""
        self.counter.learn(words, n_words)

    def forget(self) -> None:
        """Forget all words, and keep the memory for others."""
        self.counter.forget()

    def score(self, tokens: Tokens, voices: NDArray[np.int8], scores: NDArray[np.float64]) -> None:
        """Add what the n-grams say to scores, whoever speaks."""
        self.counter.score(tokens, self.weights, scores)

    def average(self, tokens: Tokens, values: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return the mean worth of each text's words; None where single words are unknown."""
        counter = self.counter
        return counter.average(tokens, values) if isinstance(counter, WordCounter) else None


class Block(Protocol):
    """Fitted features of one kind."""

    # Whether it needs the outlet's own words told from quoted ones.
    reads_voices: ClassVar[bool]

    @classmethod
    def fit(cls, batch: Batch, settings: Any, groups: Groups) -> Fitted:
        """Learn the block from training articles.

        Parameters
        ----------
        batch : Batch
        settings : BlockSettings
            Those that the registry names for the block, without any "auto".
        groups : Groups

        Raises
        ------
        CorpusError
            If nothing can be learned from the batch.
        """
        ...

    @classmethod
    def suits(cls, batch: Batch, settings: Any) -> bool:
        """Tell whether the block is of use on a corpus: decides an open ``enabled``."""
        ...

    @classmethod
    def from_files(
        cls, name: str, files: StoredFiles, settings: Any, table: NormalizationTable
    ) -> Self:
        """Build the block of a settings' section from what `to_files` returned.

        Raises
        ------
        ModelError
            If something is missing or of another shape.
        """
        ...

    def to_files(self, name: str) -> BlockFiles:
        """Return what a model folder keeps of the block of a settings' section."""
        ...

    @property
    def terms(self) -> list[str]:
        """Names of the columns."""
        ...

    @property
    def single_words(self) -> WordBlock | None:
        """The block itself, where it knows in how many texts single words occur."""
        ...

    def transform(self, batch: Batch) -> sparse.csr_array:
        """Return values, CSR float32 of shape (n_rows, n_columns)."""
        ...

    def fitted_settings(self) -> dict[str, Any]:
        """Return the settings that fitting may have lowered, as they were in the end."""
        ...

    def examples(self, column: str, n: int) -> list[str]:
        """Return at most n terms that a column counts; none where its name is the term."""
        ...

    def compile(
        self, scale: NDArray[np.float32], weights: NDArray[np.float32]
    ) -> CompiledBlock | None:
        """Return what compiled loops score texts by; None where `score` is to be called.

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
        """Add the block's part of the decision values to scores of shape (n_rows, n_labels)."""
        ...

    def contributions(
        self, batch: Batch, scale: NDArray[np.float32], weights: NDArray[np.float32]
    ) -> sparse.csr_array:
        """Return what each column adds to the decision value of one label.

        Parameters
        ----------
        batch : Batch
        scale, weights : ndarray of float32, shape (n_columns,)

        Returns
        -------
        csr_array of float64, shape (n_rows, n_columns)
            Rows add up to the block's part of the decision value.
        """
        ...


class PlainBlock:
    """What most blocks answer: nothing is open, known of words or compiled; see `Block`."""

    reads_voices: ClassVar[bool] = False

    @classmethod
    def suits(cls, batch: Batch, settings: Any) -> bool:
        """Tell that the block is of use on any corpus."""
        return True

    @property
    def single_words(self) -> WordBlock | None:
        """None: it knows no words."""
        return None

    def transform(self, batch: Batch) -> sparse.csr_array:
        """Return values, CSR float32 of shape (n_rows, n_columns)."""
        raise NotImplementedError

    def fitted_settings(self) -> dict[str, Any]:
        """Return nothing: fitting keeps to the settings."""
        return {}

    def examples(self, column: str, n: int) -> list[str]:
        """Return nothing: columns are named by what they count."""
        return []

    def compile(
        self, scale: NDArray[np.float32], weights: NDArray[np.float32]
    ) -> CompiledBlock | None:
        """Return None: texts are scored by their values."""
        return None

    def score(
        self,
        batch: Batch,
        scale: NDArray[np.float32],
        weights: NDArray[np.float32],
        scores: NDArray[np.float64],
    ) -> None:
        """Add values times weights to scores of shape (n_rows, n_labels)."""
        scaled = (weights * scale[:, None]).astype(np.float64)
        scores += self.transform(batch).astype(np.float64) @ scaled

    def contributions(
        self, batch: Batch, scale: NDArray[np.float32], weights: NDArray[np.float32]
    ) -> sparse.csr_array:
        """Return values times weights, CSR float64 of shape (n_rows, n_columns)."""
        values = self.transform(batch)
        worth = (weights * scale).astype(np.float64)[values.indices]
        return csr(values.data * worth, values.indices, values.indptr, values.shape[1])


class WordBlock(Block, Protocol):
    """A block with single words among its columns."""

    @property
    def options(self) -> TfidfOptions:
        """How words were counted and pruned."""
        ...

    @property
    def idf(self) -> NDArray[np.float64]:
        """The inverse document frequency of each column, shape (n_columns,)."""
        ...

    @property
    def ngrams(self) -> NgramTable:
        """The terms, ready to be found."""
        ...
