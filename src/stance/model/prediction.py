"""Labelling a stream of articles, a batch at a time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stance.corpus.article import Article
    from stance.model.record import Model

BATCH_SIZE = 256

# Enough to tell any two apart that a reader would; keeps a million rows readable.
DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Prediction:
    """One article's label.

    Parameters
    ----------
    article : Article
    label : str
        The most probable label.
    probability : float
        Its probability, in [0, 1].
    probabilities : dict of str to float
        The probability of every label; they sum to one.
    """

    article: Article
    label: str
    probability: float
    probabilities: dict[str, float]

    def to_row(self) -> dict[str, Any]:
        """Return the row that is written out."""
        return {
            "id": self.article.id,
            "label": self.label,
            "probability": self.probability,
            "probabilities": self.probabilities,
        }


def predict(
    model: Model, articles: Iterable[Article], *, batch_size: int = BATCH_SIZE
) -> Iterator[Prediction]:
    """Label articles as they come, in their order.

    Parameters
    ----------
    model : Model
    articles : iterable of Article
        Read one batch at a time; memory does not grow with their number.
    batch_size : int
        How many articles are held at once; it does not change the labels.

    Yields
    ------
    Prediction

    Raises
    ------
    ConfigError
        If `batch_size` is below one.
    """
    if batch_size < 1:
        raise ConfigError(f"Got batch_size={batch_size}, but expected at least 1.")
    stream = iter(articles)
    while batch := list(islice(stream, batch_size)):
        yield from predict_batch(model, batch)


def predict_batch(model: Model, articles: Sequence[Article]) -> list[Prediction]:
    """Label articles that are at hand."""
    table = model.probabilities(articles)
    best = table.argmax(axis=1).tolist()
    predictions = []
    for article, row, winner in zip(articles, table.round(DECIMALS).tolist(), best, strict=True):
        probabilities = dict(zip(model.labels, row, strict=True))
        predictions.append(Prediction(article, model.labels[winner], row[winner], probabilities))
    return predictions


def row_columns(labels: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the flat columns of prediction rows, and those of them that are numbers."""
    numbers = ["probability", *(f"probabilities.{label}" for label in labels)]
    return ["id", "label", *numbers], numbers
