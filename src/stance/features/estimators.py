"""The features as scikit-learn transformers, for notebooks and pipelines.

They use the same fitted blocks as the models. Only this module and training
import scikit-learn, so prediction does not need it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from stance.errors import CorpusError
from stance.features.batches import InputBatch
from stance.features.lexicon import Lexicon
from stance.features.lexicon_block import LexiconBlock
from stance.features.model_input import text_inputs
from stance.features.tfidf import TfidfOptions, fit_tfidf
from stance.text.normalization import arabic_normalization

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.text.normalization_table import NormalizationTable


def check_texts(texts: Iterable[str]) -> list[str]:
    """Return texts as a list.

    Raises
    ------
    CorpusError
        If ``texts`` is a single string or contains anything but strings.
    """
    if isinstance(texts, str):
        raise CorpusError("Got a single string, but expected an iterable of texts.")
    found = list(texts)
    for place, text in enumerate(found):
        if not isinstance(text, str):
            raise CorpusError(
                f"Got {type(text).__name__} at place {place}, but expected texts (str)."
            )
    return found


class _TextTransformer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Base class of the transformers: texts in, named columns out."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the columns, shape (n_features,)."""
        check_is_fitted(self, "block_")
        return np.array(self.block_.terms, dtype=object)

    def _table(self, given: NormalizationTable | None) -> NormalizationTable:
        return arabic_normalization() if given is None else given


class TfidfFeatures(_TextTransformer):
    """TF-IDF of word n-grams, or of character n-grams inside words.

    Words are normalised, and not split at diacritics. Values are ``tf * idf`` with
    rows of unit length, as in scikit-learn.

    Parameters
    ----------
    analyzer : {"word", "char", "surface"}
        Word n-grams; character n-grams inside words; or character n-grams of
        the text as published, including punctuation.
    min_n, max_n : int
        Shortest and longest n-gram.
    min_df : int
        Minimum document frequency of an n-gram.
    min_outlets : int
        Minimum number of outlets with an n-gram.
    max_features : int
        Maximum number of n-grams, the most frequent; 0 keeps all.
    sublinear_tf : bool
        Use ``1 + ln(count)`` instead of the count.
    binary : bool
        Count an n-gram at most once per text.
    normalization : NormalizationTable, optional
        Default: Arabic normalisation with all its steps.

    Attributes
    ----------
    block_ : TfidfBlock
        The fitted block: terms and their idf.
    n_features_in_ : int
        Always one: the text.

    Examples
    --------
    >>> features = TfidfFeatures(max_n=1)
    >>> features.fit_transform(["قوات قسد", "قسد والتحالف"]).shape
    (2, 3)
    >>> features.get_feature_names_out().tolist()
    ['قسد', 'قوات', 'والتحالف']
    """

    def __init__(
        self,
        analyzer: str = "word",
        *,
        min_n: int = 1,
        max_n: int = 2,
        min_df: int = 1,
        min_outlets: int = 1,
        max_features: int = 0,
        sublinear_tf: bool = True,
        binary: bool = False,
        normalization: NormalizationTable | None = None,
    ) -> None:
        self.analyzer = analyzer
        self.min_n = min_n
        self.max_n = max_n
        self.min_df = min_df
        self.min_outlets = min_outlets
        self.max_features = max_features
        self.sublinear_tf = sublinear_tf
        self.binary = binary
        self.normalization = normalization

    def fit(
        self,
        X: Iterable[str],
        y: object = None,
        outlets: Sequence[str | None] | None = None,
    ) -> Self:
        """Learn the vocabulary.

        Parameters
        ----------
        X : iterable of str
        y : ignored
        outlets : sequence of str or None, optional
            The outlet of each text; required if ``min_outlets`` is above 1.

        Returns
        -------
        TfidfFeatures

        Raises
        ------
        CorpusError
            If no n-gram is left.
        ConfigError
            If an option is out of its range.
        """
        self.fit_transform(X, y, outlets)
        return self

    def fit_transform(
        self,
        X: Iterable[str],
        y: object = None,
        outlets: Sequence[str | None] | None = None,
    ) -> sparse.csr_array:
        """Learn the vocabulary and return the TF-IDF values; see `fit`, `transform`."""
        options = TfidfOptions(
            analyzer=self.analyzer,
            min_n=self.min_n,
            max_n=self.max_n,
            min_df=self.min_df,
            min_outlets=self.min_outlets,
            max_features=self.max_features,
            sublinear_tf=self.sublinear_tf,
            binary=self.binary,
        )
        self.table_ = self._table(self.normalization)
        self.block_, values = fit_tfidf(options.tokens_of(self._batch(X)), options, outlets)
        self.n_features_in_ = 1
        return values

    def transform(self, X: Iterable[str]) -> sparse.csr_array:
        """Return TF-IDF values, CSR float32 of shape (n_texts, n_features)."""
        check_is_fitted(self, "block_")
        return self.block_.transform(self._batch(X))

    def _batch(self, X: Iterable[str]) -> InputBatch:
        return InputBatch(text_inputs(check_texts(X)), self.table_, by_voice=False)


class LexiconFeatures(_TextTransformer):
    """Rates of a lexicon's categories per 1,000 words, and naming shares.

    Texts have no dates here. If the lexicon has, the words of a text decide its
    period, and the last period is that of texts whose words do not.

    Parameters
    ----------
    lexicon : Lexicon or path, optional
        A TOML file or a folder of them; default: the shipped lexicon.
    normalization : NormalizationTable, optional
        Default: Arabic normalisation with all its steps.

    Attributes
    ----------
    block_ : LexiconBlock
        The lexicon, indexed for matching.
    n_features_in_ : int
        Always one: the text.
    """

    def __init__(
        self,
        lexicon: Lexicon | str | None = None,
        *,
        normalization: NormalizationTable | None = None,
    ) -> None:
        self.lexicon = lexicon
        self.normalization = normalization

    def fit(self, X: Iterable[str], y: object = None) -> Self:
        """Read the lexicon; nothing is learned from the texts.

        Raises
        ------
        CorpusError
            If the lexicon cannot be read, or ``X`` is not an iterable of strings.
        """
        from stance import resources

        check_texts(X)
        lexicon = self.lexicon
        if not isinstance(lexicon, Lexicon):
            lexicon = Lexicon.read(lexicon or resources.LEXICONS)
        self.table_ = self._table(self.normalization)
        self.block_ = LexiconBlock.of(lexicon, self.table_)
        self.n_features_in_ = 1
        return self

    def fit_transform(self, X: Iterable[str], y: object = None) -> sparse.csr_array:
        """Read the lexicon and return rates and shares; see `fit`, `transform`."""
        texts = check_texts(X)
        return self.fit(texts).transform(texts)

    def transform(self, X: Iterable[str]) -> sparse.csr_array:
        """Return rates and shares, CSR float32 of shape (n_texts, n_features)."""
        check_is_fitted(self, "block_")
        batch = InputBatch(text_inputs(check_texts(X)), self.table_, by_voice=True)
        return self.block_.transform(batch)
