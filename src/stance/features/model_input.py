"""What a model reads of an article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

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
    return [_model_input(article, title=title) for article in articles]


def _model_input(a: Article, *, title: bool) -> ModelInput:
    return ModelInput(f"{a.title}\n{a.text}" if title and a.title else a.text, a.target)


@dataclass(frozen=True)
class ArticleInputs(Sequence[ModelInput]):
    """What a model reads of articles, each made when it is asked for.

    A headline and its text are a new string: those of a corpus that stays in
    memory would be its texts once more.

    Parameters
    ----------
    articles : sequence of Article
    title : bool
        As for `model_inputs`.
    """

    articles: Sequence[Article]
    title: bool

    def __len__(self) -> int:
        return len(self.articles)

    @overload
    def __getitem__(self, place: int) -> ModelInput: ...
    @overload
    def __getitem__(self, place: slice) -> list[ModelInput]: ...
    def __getitem__(self, place: int | slice) -> ModelInput | list[ModelInput]:
        if isinstance(place, slice):
            return model_inputs(self.articles[place], title=self.title)
        return _model_input(self.articles[place], title=self.title)


def text_inputs(texts: Iterable[str]) -> list[ModelInput]:
    """Return inputs of nothing but texts."""
    return list(map(ModelInput, texts))
