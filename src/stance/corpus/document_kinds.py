"""Kinds of documents: headlines and articles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words

if TYPE_CHECKING:
    from stance.corpus.article import Article

DocumentKind = Literal["headline", "article"]

# The most words of a headline, title and text together.
HEADLINE_WORDS = 20


def document_kind(n_words: int) -> DocumentKind:
    """Return the kind of a text of some words.

    Parameters
    ----------
    n_words : int
        Number of words of title and text together.
    """
    return "headline" if n_words <= HEADLINE_WORDS else "article"


def kind_of(article: Article) -> DocumentKind:
    """Return the kind of an article by the words of its title and text.

    Examples
    --------
    >>> from stance.corpus.article import Article
    >>> kind_of(Article("1", "قتلى في قصف على السوق", title="إدلب"))
    'headline'
    """
    table = arabic_normalization()
    return document_kind(
        sum(len(words(part or "", table)) for part in (article.title, article.text))
    )
