"""Labelling a stream of articles, a batch at a time."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Future

    import numpy as np
    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.model.record import Model

# Large enough for the tables to stay in the processor's cache while a batch goes through each.
BATCH_SIZE = 1024

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
    model: Model, articles: Iterable[Article], *, batch_size: int = BATCH_SIZE, jobs: int = 1
) -> Iterator[Prediction]:
    """Label articles as they come, in their order.

    Parameters
    ----------
    model : Model
    articles : iterable of Article
        Read a few batches at a time; memory does not grow with their number.
    batch_size : int
        How many articles are scored at once; it does not change the labels.
    jobs : int
        How many threads score; -1 for one on each core. It does not change
        the labels either.

    Yields
    ------
    Prediction

    Raises
    ------
    ConfigError
        If `batch_size` is below one, or `jobs` is neither -1 nor at least one.
    """
    if batch_size < 1:
        raise ConfigError(f"Got batch_size={batch_size}, but expected at least 1.")
    stream = iter(articles)
    batches = iter(lambda: list(islice(stream, batch_size)), [])
    for batch, table in _scored(model, batches, _n_threads(jobs)):
        yield from _label(model, batch, table)


def _n_threads(jobs: int) -> int:
    if jobs == -1:
        return (
            len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count() or 1
        )
    if jobs < 1:
        raise ConfigError(f"Got jobs={jobs}, but expected at least 1, or -1 for all cores.")
    return jobs


def _scored(
    model: Model, batches: Iterator[list[Article]], n_threads: int
) -> Iterator[tuple[list[Article], NDArray[np.float64]]]:
    """Score batches in threads, and hand them on in their order.

    Not more than one batch for each thread is waiting while the next is read.
    """
    if n_threads == 1:
        for batch in batches:
            yield batch, model.probabilities(batch)
        return
    from concurrent.futures import ThreadPoolExecutor

    _ = model.scorer  # made once, before several threads ask for it
    pool = ThreadPoolExecutor(n_threads, thread_name_prefix="stance")
    waiting: deque[tuple[list[Article], Future[NDArray[np.float64]]]] = deque()
    try:
        for batch in batches:
            waiting.append((batch, pool.submit(model.probabilities, batch)))
            if len(waiting) > n_threads:
                first, scores = waiting.popleft()
                yield first, scores.result()
        for last, scores in waiting:
            yield last, scores.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _label(
    model: Model, articles: Sequence[Article], table: NDArray[np.float64]
) -> Iterator[Prediction]:
    best = table.argmax(axis=1).tolist()
    for article, row, winner in zip(articles, table.round(DECIMALS).tolist(), best, strict=True):
        probabilities = dict(zip(model.labels, row, strict=True))
        yield Prediction(article, model.labels[winner], row[winner], probabilities)


def row_columns(labels: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the flat columns of prediction rows, and those of them that are numbers."""
    numbers = ["probability", *(f"probabilities.{label}" for label in labels)]
    return ["id", "label", *numbers], numbers
