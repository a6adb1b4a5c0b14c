"""Familiarity of an article's words, for detecting articles out of domain.

The familiarity of a word that occurs in ``df`` of ``n`` training texts is
``ln(1 + df) / ln(1 + n)``: 0 for a word of no training text, 1 for a word of all.
The familiarity of an article is the mean over its words. Words without an Arabic
letter have familiarity 0, so a text of numbers or Latin names is out of domain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.features.counting import count_batch
from stance.features.folding import N_CODE_POINTS, word_folding
from stance.features.units import code_points
from stance.features.word_reading import read_batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.features.batches import Batch
    from stance.features.block import WordBlock
    from stance.features.tokens import TokenBatch

# The letters of the Arabic blocks, without their digits, marks and punctuation.
ARABIC_LETTERS = (
    (0x0620, 0x063F),
    (0x0641, 0x064A),
    (0x066E, 0x066F),
    (0x0671, 0x06D3),
    (0x06FA, 0x06FF),
    (0x0750, 0x077F),
    (0x0870, 0x08C9),
    (0xFB50, 0xFDFB),
    (0xFE80, 0xFEFC),
)

# Classes of the characters of a term, as bit flags.
ARABIC = 1
SPACE = 2


def arabic_words(terms: Sequence[str]) -> NDArray[np.bool_]:
    """Return which terms are single words with an Arabic letter, shape (n_terms,).

    Examples
    --------
    >>> arabic_words(["قسد", "قوات قسد", "ypg", "2019", "الـypg"]).tolist()
    [True, False, False, False, True]
    """
    kinds = np.zeros(N_CODE_POINTS, dtype=np.uint8)
    for first, last in ARABIC_LETTERS:
        kinds[first : last + 1] = ARABIC
    kinds[ord(" ")] = SPACE
    units, offsets = code_points(terms)
    # The extra code point is for terms without a letter.
    found = np.bitwise_or.reduceat(np.append(kinds[units], np.uint8(0)), offsets[:-1])
    alone: NDArray[np.bool_] = (found == ARABIC) & (offsets[1:] > offsets[:-1])
    return alone


def term_familiarity(block: WordBlock, n_texts: int) -> NDArray[np.float64]:
    """Return the familiarity of each term, in [0, 1]; 0 for all but single Arabic words.

    Parameters
    ----------
    block : WordBlock
        The document frequencies are computed from its idf.
    n_texts : int
        Number of training texts, at least 1.
    """
    found = 1.0 - (block.idf - 1.0) / np.log1p(max(n_texts, 1))
    return np.where(arabic_words(block.terms), np.clip(found, 0.0, 1.0), 0.0)


def count_terms(block: WordBlock, words: TokenBatch) -> tuple[sparse.csr_array, NDArray[np.int64]]:
    """Count a block's terms in texts with compiled loops.

    Returns
    -------
    counts : csr_array of int32, shape (n_texts, n_terms)
    n_words : ndarray of int64, shape (n_texts,)
        Number of words of each text, including unknown words.
    """
    return count_batch(block.ngrams, words), words.lengths


def plain_words(batch: Batch) -> TokenBatch:
    """Return the words of the inputs as prediction reads them, without voices."""

    def read(batch: Batch) -> TokenBatch:
        return read_batch([one.text for one in batch.inputs], word_folding(batch.table))

    return batch.counted("plain words", read)
