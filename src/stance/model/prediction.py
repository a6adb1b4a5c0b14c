"""Labelling a stream of articles, a batch at a time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from stance.corpus.article import check_articles, refuse_tables
from stance.errors import ConfigError
from stance.tabular import arrow_schema, flatten

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from concurrent.futures import Future

    from stance.corpus.article import Article
    from stance.model.record import Assessment, Model

# Large enough for the tables to stay in the processor's cache while a batch goes through each;
# larger ones take no less time, and 15 MB more for each thread.
BATCH_SIZE = 512

# Enough to tell any two apart that a reader would; keeps a million rows readable.
DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Prediction:
    """One article's label.

    Parameters
    ----------
    article : Article
    label : str or None
        The most probable label; None where its probability is too low to say.
    probability : float
        That of the most probable label, in [0, 1].
    probabilities : dict of str to float
        The probability of every label; they sum to one.
    out_of_domain : bool or None
        Whether the article's vocabulary is unlike the training corpus; None if
        the model does not know its domain.
    domain_score : float or None
        How familiar the article's words are to the model, in [0, 1]; None
        where the model looks at no words.
    """

    article: Article
    label: str | None
    probability: float
    probabilities: dict[str, float]
    out_of_domain: bool | None = None
    domain_score: float | None = None

    def to_row(self) -> dict[str, Any]:
        """Return the row that is written out."""
        return {
            "id": self.article.id,
            "label": self.label,
            "probability": self.probability,
            "probabilities": self.probabilities,
            "out_of_domain": self.out_of_domain,
            "domain_score": self.domain_score,
        }


class Predictions(Iterator[Prediction]):
    """Predictions as they are made, one after the other.

    Parameters
    ----------
    labels : sequence of str
        All labels of the model.
    stream : generator of Prediction
    """

    def __init__(self, labels: Sequence[str], stream: Generator[Prediction]) -> None:
        self._labels = labels
        self._stream = stream

    def __next__(self) -> Prediction:
        return next(self._stream)

    def close(self) -> None:
        """Make no more predictions, and end the threads that do."""
        self._stream.close()

    def to_arrow(self) -> Any:
        """Return the predictions that are left as an Arrow table.

        Returns
        -------
        pyarrow.Table
            The columns of ``stance predict``'s CSV and Parquet files;
            ``pandas.DataFrame.from_arrow`` and ``polars.from_arrow`` read it.
        """
        import pyarrow as pa

        schema = arrow_schema(*row_columns(self._labels))
        batches = iter(lambda: [flatten(p.to_row()) for p in islice(self, BATCH_SIZE)], [])
        found = [pa.RecordBatch.from_pylist(rows, schema=schema) for rows in batches]
        return pa.Table.from_batches(found, schema=schema)


def predict(
    model: Model,
    articles: Iterable[Article],
    *,
    batch_size: int = BATCH_SIZE,
    jobs: int = 1,
    min_probability: float = 0.0,
) -> Predictions:
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
    min_probability : float
        In [0, 1]; an article whose best label has a lower probability gets
        none.

    Returns
    -------
    Predictions
        An iterator of `Prediction`; its ``to_arrow()`` gives all of them as a
        table.

    Raises
    ------
    ConfigError
        If `batch_size` is below one, `jobs` is neither -1 nor at least one,
        or `min_probability` is not in [0, 1].
    CorpusError
        If something else than articles came.
    """
    if batch_size < 1:
        raise ConfigError(f"Got batch_size={batch_size}, but expected at least 1.")
    check_min_probability(min_probability)
    refuse_tables(articles)
    return Predictions(
        model.labels, _predict(model, articles, batch_size, n_threads(jobs), min_probability)
    )


def _predict(
    model: Model, articles: Iterable[Article], batch_size: int, jobs: int, min_probability: float
) -> Generator[Prediction]:
    stream = iter(articles)
    batches = iter(lambda: list(check_articles(islice(stream, batch_size))), [])
    for batch, assessment in _scored(model, batches, jobs):
        yield from _label(model, batch, assessment, min_probability)


def check_min_probability(min_probability: float) -> None:
    """Refuse what is no probability.

    Raises
    ------
    ConfigError
        If it is not in [0, 1].
    """
    if not 0.0 <= min_probability <= 1.0:
        raise ConfigError(
            f"Got min_probability={min_probability}, but expected a probability in [0, 1]."
        )


def n_threads(jobs: int) -> int:
    """Return how many threads `jobs` stands for; -1 is one for each core.

    Raises
    ------
    ConfigError
        If it is neither -1 nor at least one.
    """
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
) -> Iterator[tuple[list[Article], Assessment]]:
    """Score batches in threads, and hand them on in their order.

    Not more than one batch for each thread is waiting while the next is read.
    """
    if n_threads == 1:
        for batch in batches:
            yield batch, model.assess(batch)
        return
    from concurrent.futures import ThreadPoolExecutor

    _ = model.scorer  # made once, before several threads ask for it
    pool = ThreadPoolExecutor(n_threads, thread_name_prefix="stance")
    waiting: deque[tuple[list[Article], Future[Assessment]]] = deque()
    try:
        for batch in batches:
            waiting.append((batch, pool.submit(model.assess, batch)))
            if len(waiting) > n_threads:
                first, scores = waiting.popleft()
                yield first, scores.result()
        for last, scores in waiting:
            yield last, scores.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _label(
    model: Model, articles: Sequence[Article], assessment: Assessment, min_probability: float
) -> Iterator[Prediction]:
    table, domain_scores = assessment
    best = table.argmax(axis=1).tolist()
    rows = table.round(DECIMALS).tolist()
    unknown = [None] * len(rows)
    familiar = unknown if domain_scores is None else domain_scores.round(DECIMALS).tolist()
    for article, row, winner, score in zip(articles, rows, best, familiar, strict=True):
        probability = row[winner]
        yield Prediction(
            article=article,
            label=model.labels[winner] if probability >= min_probability else None,
            probability=probability,
            probabilities=dict(zip(model.labels, row, strict=True)),
            out_of_domain=None if model.domain is None else score < model.domain.threshold,
            domain_score=score,
        )


def label_batch(
    model: Model, articles: Sequence[Article], *, min_probability: float = 0.0
) -> list[Prediction]:
    """Label some articles at once."""
    return list(_label(model, articles, model.assess(articles), min_probability))


class RowColumns(NamedTuple):
    """The flat columns of prediction rows, and those of them that are no text."""

    names: list[str]
    numbers: list[str]
    flags: list[str]


def row_columns(labels: Sequence[str]) -> RowColumns:
    """Return the flat columns of prediction rows for some labels."""
    probabilities = ["probability", *(f"probabilities.{label}" for label in labels)]
    flags, scores = ["out_of_domain"], ["domain_score"]
    names = ["id", "label", *probabilities, *flags, *scores]
    return RowColumns(names, probabilities + scores, flags)
