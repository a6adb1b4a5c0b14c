"""The model's view of an article: text, target and second text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stance.corpus.article import Article


@dataclass(frozen=True, slots=True)
class ModelInput:
    """The input of a model for one article.

    Parameters
    ----------
    text : str
        The body, preceded by the headline if the model reads headlines.
    target : str, optional
        The target of the stance: a person, a group or a topic.
    second : str, optional
        The second text of a pair.
    published : str, optional
        The date of publication, as the corpus gives it.
    """

    text: str
    target: str | None = None
    second: str | None = None
    published: str | None = None


def model_inputs(articles: Iterable[Article], *, title: bool) -> list[ModelInput]:
    """Return the model inputs of articles.

    Parameters
    ----------
    articles : iterable of Article
    title : bool
        Whether the model reads headlines: the setting ``text.title``.

    Examples
    --------
    >>> from stance.corpus.article import Article
    >>> article = Article("1", "دخلت قسد المدينة", title="الرقة")
    >>> model_inputs([article], title=True)[0].text.splitlines()
    ['الرقة', 'دخلت قسد المدينة']
    """
    return [_model_input(article, title=title) for article in articles]


def _model_input(a: Article, *, title: bool) -> ModelInput:
    text = f"{a.title}\n{a.text}" if title and a.title else a.text
    return ModelInput(text, a.target, published=a.published)


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
    """Return model inputs that consist of a text only."""
    return list(map(ModelInput, texts))
