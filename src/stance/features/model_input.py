"""What a model reads of an article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stance.corpus.article import Article


@dataclass(frozen=True, slots=True)
class ModelInput:
    """What every feature block reads.

    Parameters
    ----------
    text : str
        The body, with the headline before it where the model reads headlines.
    target : str, optional
        Whom or what the stance is toward.
    second : str, optional
        The other text of a pair.
    """

    text: str
    target: str | None = None
    second: str | None = None


def model_inputs(articles: Iterable[Article], *, title: bool) -> list[ModelInput]:
    """Return what a model reads of articles.

    Parameters
    ----------
    articles : iterable of Article
    title : bool
        Whether headlines are read: the setting ``text.title``.

    Examples
    --------
    >>> from stance.corpus.article import Article
    >>> article = Article("1", "دخلت قسد المدينة", title="الرقة")
    >>> model_inputs([article], title=True)[0].text.splitlines()
    ['الرقة', 'دخلت قسد المدينة']
    """
    return [
        ModelInput(f"{a.title}\n{a.text}" if title and a.title else a.text, a.target)
        for a in articles
    ]


def text_inputs(texts: Iterable[str]) -> list[ModelInput]:
    """Return inputs of nothing but texts."""
    return list(map(ModelInput, texts))
