"""The words of articles in the voices that are asked for, normalised and as published."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from stance.corpus.shingles import WordStream
from stance.features.folding import published_folding, word_folding
from stance.features.tokens import TokenBatch
from stance.features.word_reading import read_batch
from stance.features.word_streams import hashed, stream_words
from stance.text.normalization import arabic_normalization
from stance.text.quotation import Voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article

# The voices of each choice: `quoted` is both kinds of quotations.
VOICES: dict[str, tuple[Voice, ...]] = {
    "all": tuple(Voice),
    "own": (Voice.OWN,),
    "quoted": (Voice.SPEECH, Voice.SCARE),
    "speech": (Voice.SPEECH,),
    "scare": (Voice.SCARE,),
}


@dataclass(frozen=True)
class ArticleWords:
    """Words of articles in passages: runs of words that follow each other in the text.

    A headline and its text are two passages, and a voice that is left out ends one.

    Parameters
    ----------
    normalised : TokenBatch
        A row for each passage.
    published : TokenBatch
        The same words with their letters as published, without vowel signs and tatweel.
    article_of : ndarray of int64, shape (n_passages,)
        The article of each passage, ascending.
    n_articles : int
    """

    normalised: TokenBatch
    published: TokenBatch
    article_of: NDArray[np.int64]
    n_articles: int

    @property
    def first_passages(self) -> NDArray[np.int64]:
        """The number of passages before each article and at the end, shape (n_articles + 1,)."""
        return np.searchsorted(self.article_of, np.arange(self.n_articles + 1))


@dataclass(frozen=True)
class ReadTexts:
    """Headlines and texts of articles, read once.

    Parameters
    ----------
    articles : sequence of Article
    normalised, published : TokenBatch
        A row for each headline and each text.
    article_of : ndarray of int64, shape (n_rows,)
    """

    articles: Sequence[Article]
    normalised: TokenBatch
    published: TokenBatch
    article_of: NDArray[np.int64]

    def words(self, chosen: NDArray[np.int64], voice: str) -> ArticleWords:
        """Return the words of the chosen articles.

        Parameters
        ----------
        chosen : ndarray of int64
            Ascending.
        voice : {"all", "own", "quoted", "speech", "scare"}
        """
        rows = np.flatnonzero(np.isin(self.article_of, chosen))
        article_of = np.searchsorted(chosen, self.article_of[rows])
        normalised, published = self.normalised[rows], self.published[rows]
        if voice == "all":
            return ArticleWords(normalised, published, article_of, len(chosen))
        kept = np.flatnonzero(np.isin(normalised.voices, VOICES[voice]))
        text_of = normalised.text_of_token[kept]
        is_first = (np.diff(kept, prepend=-2) != 1) | (np.diff(text_of, prepend=-1) != 0)
        begins = np.flatnonzero(is_first)
        return ArticleWords(
            _passages(normalised, kept, begins),
            _passages(published, kept, begins),
            article_of[text_of[begins]],
            len(chosen),
        )

    def stream(self, texts: Iterable[str]) -> WordStream:
        """Return the words of the articles' texts as `stance.corpus.shingles.stream_words` does.

        Only a text that is not that of its article, such as one without the lines of a site, is
        read again.
        """
        last_rows = np.searchsorted(self.article_of, np.arange(len(self.articles)), "right") - 1
        known = hashed(self.normalised[last_rows])
        changed = {
            place: text
            for place, (text, article) in enumerate(zip(texts, self.articles, strict=True))
            if text is not article.text
        }
        if not changed:
            return known
        again = stream_words(changed.values())
        parts = np.split(known.words, known.starts[1:-1])
        for place, part in zip(changed, np.split(again.words, again.starts[1:-1]), strict=True):
            parts[place] = part
        return WordStream(np.concatenate(parts), np.cumsum([0, *map(len, parts)]))


def read_texts(articles: Sequence[Article], *, by_voice: bool) -> ReadTexts:
    """Read the words of headlines and texts, normalised and as published.

    Parameters
    ----------
    articles : sequence of Article
    by_voice : bool
        Whether to tell the voices of words.
    """
    table = arabic_normalization()
    texts: list[str] = []
    owners: list[int] = []
    for number, article in enumerate(articles):
        found = [article.title, article.text] if article.title else [article.text]
        texts += found
        owners += [number] * len(found)
    foldings = (word_folding(table), published_folding(table))
    # Compiled loops read both at the same time.
    with ThreadPoolExecutor(len(foldings)) as pool:
        normalised, published = pool.map(partial(read_batch, texts, by_voice=by_voice), foldings)
    return ReadTexts(articles, normalised, published, np.array(owners, dtype=np.int64))


def _passages(batch: TokenBatch, kept: NDArray[np.int64], begins: NDArray[np.int64]) -> TokenBatch:
    """Return the kept tokens, cut where passages begin."""
    offsets = np.append(begins, len(kept)).astype(np.int64)
    return TokenBatch(batch.types, batch.tokens[kept], offsets, batch.voices[kept])
