"""How much more often a word occurs in a corpus than in news about other subjects.

The texts about other subjects (sport, health, technology, economy, culture and
more) and the list of common words were written for this project: they are in
``other_subjects.tsv``, one text per line after its subject and a tab.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.features.familiarity import arabic_words, count_terms
from stance.features.folding import word_folding
from stance.features.word_reading import read_batch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stance.features.block import WordBlock
    from stance.text.normalization_table import NormalizationTable

_FILE = Path(__file__).with_name("other_subjects.tsv")
_COMMON = "common"

# Conjunctions that are written together with the next word.
_CONJUNCTIONS = ("", "و", "ف")

# Added to document frequencies, so that the logarithm of zero is not needed.
SMOOTHING = 0.3

# The log ratio that an unknown word counts as, and the largest and smallest of a known one.
# A contrast is 0 for an unknown word and 1 for one with the largest ratio.
UNKNOWN = -1.0
LARGEST, SMALLEST = 4.0, -4.0


class OtherSubjects(NamedTuple):
    """What is known of a block's terms from texts about other subjects.

    Parameters
    ----------
    log_share : ndarray of float64, shape (n_terms,)
        The logarithm of the smoothed share of these texts that contain a term.
    is_common : ndarray of bool, shape (n_terms,)
        Whether a term is a common word, whatever the subject.
    is_word : ndarray of bool, shape (n_terms,)
        Whether a term is a single word with an Arabic letter.
    """

    log_share: NDArray[np.float64]
    is_common: NDArray[np.bool_]
    is_word: NDArray[np.bool_]

    @classmethod
    def of(cls, block: WordBlock, table: NormalizationTable) -> OtherSubjects:
        """Look a block's terms up in the texts, normalised as the model's words are."""
        folding = word_folding(table)
        texts, common = _read_file()
        counts, _ = count_terms(block, read_batch(texts, folding))
        frequency = np.bincount(counts.indices, minlength=len(block.terms))
        words = read_batch([common], folding).types
        everywhere = {start + word for word in words for start in _CONJUNCTIONS}
        return cls(
            _log_share(frequency, len(texts)),
            np.array([term in everywhere for term in block.terms], dtype=np.bool_),
            arabic_words(block.terms),
        )

    def part(self, terms: NDArray[np.int32]) -> OtherSubjects:
        """Return what is known of some of the terms."""
        return OtherSubjects(self.log_share[terms], self.is_common[terms], self.is_word[terms])

    def contrast(self, frequency: NDArray[np.int64], n_texts: int) -> NDArray[np.float64]:
        """Return the contrast of terms with a document frequency in a corpus.

        Parameters
        ----------
        frequency : ndarray of int, shape (n_terms,)
            Zero for a term that is not to be known.
        n_texts : int
            Number of texts of the corpus.

        Returns
        -------
        ndarray of float64, shape (n_terms,)
            At most 1; 0 for unknown words and for terms that are no single Arabic
            words; below 0 for words that are more typical of other subjects than an
            unknown word.
        """
        ratio = np.clip(_log_share(frequency, n_texts) - self.log_share, SMALLEST, LARGEST)
        # A common word is no sign of the corpus's subject, however often it occurs there.
        ratio = np.where(self.is_common, np.minimum(ratio, 0.0), ratio)
        known = self.is_word & (frequency > 0)
        return np.where(known, (ratio - UNKNOWN) / (LARGEST - UNKNOWN), 0.0)


def _log_share(frequency: NDArray[np.int64], n_texts: int) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.log((frequency + SMOOTHING) / (n_texts + 2 * SMOOTHING))
    return found


@cache
def _read_file() -> tuple[tuple[str, ...], str]:
    """Return the texts about other subjects, and the common words."""
    rows = [line.split("\t") for line in _FILE.read_text("utf-8").splitlines()]
    texts = tuple(text for subject, text in rows if subject != _COMMON)
    return texts, " ".join(text for subject, text in rows if subject == _COMMON)
