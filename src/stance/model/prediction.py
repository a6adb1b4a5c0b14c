"""Batch-wise labelling of a stream of articles."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from stance.corpus.article import check_articles, refuse_tables
from stance.errors import ConfigError
from stance.model.domain_check import out_of_domain_reasons
from stance.tabular import arrow_schema, flatten

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from concurrent.futures import Future

    import numpy as np
    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.model.domain_check import Reason
    from stance.model.record import Assessment, Model

# Large enough that each lookup table stays in the processor's cache for a whole batch;
# larger batches are no faster, and need 15 MB more for each thread.
BATCH_SIZE = 512

# Decimals of written probabilities: precise enough, and short enough to read.
DECIMALS = 6

# Period and source of an article if the model has no periods.
NO_PERIOD = (None, None)


@dataclass(frozen=True, slots=True)
class Prediction:
    """The label of one article, with its probabilities.

    Parameters
    ----------
    article : Article
    label : str or None
        The most probable label; None if its probability is below the minimum.
    probability : float
        Probability of the most probable label, in [0, 1].
    probabilities : dict of str to float
        The probability of every label; they sum to one.
    out_of_domain : bool or None
        Whether the article is unlike the training corpus; None if the model has
        no domain threshold.
    domain_score : float or None
        How typical the article's words are of the training corpus, in [0, 1]; None
        if the model has no word features.
    period : str or None
        The period whose terms of the lexicon were used, an interval of ISO 8601
        such as ``2024-12-08/``; None if the lexicon of the model has no dates.
    period_source : {"published", "words", "assumed"} or None
        What decided the period: the date of the article, its words, or neither.
    out_of_domain_reason : str or None
        Why the article is out of domain: ``"unknown_words"``,
        ``"other_language"`` or ``"too_short"``; None if it is not.
    """

    article: Article
    label: str | None
    probability: float
    probabilities: dict[str, float]
    out_of_domain: bool | None = None
    domain_score: float | None = None
    period: str | None = None
    period_source: str | None = None
    out_of_domain_reason: Reason | None = None

    def to_row(self) -> dict[str, Any]:
        """Return the output row; without a period if the model has none."""
        row = {
            "id": self.article.id,
            "label": self.label,
            "probability": self.probability,
            "probabilities": self.probabilities,
            "out_of_domain": self.out_of_domain,
            "out_of_domain_reason": self.out_of_domain_reason,
            "domain_score": self.domain_score,
        }
        if self.period is not None:
            row |= {"period": self.period, "period_source": self.period_source}
        return row


class Predictions(Iterator[Prediction]):
    """Iterator of predictions, which are computed on demand.

    Parameters
    ----------
    columns : RowColumns
        The columns of the rows of the model.
    stream : generator of Prediction
    """

    def __init__(self, columns: RowColumns, stream: Generator[Prediction]) -> None:
        self._columns = columns
        self._stream = stream

    def __next__(self) -> Prediction:
        return next(self._stream)

    def close(self) -> None:
        """Stop predicting, and end the worker threads."""
        self._stream.close()

    def to_arrow(self) -> Any:
        """Return the remaining predictions as an Arrow table.

        Returns
        -------
        pyarrow.Table
            The columns of ``stance predict``'s CSV and Parquet files;
            ``pandas.DataFrame.from_arrow`` and ``polars.from_arrow`` read it.
        """
        import pyarrow as pa

        schema = arrow_schema(*self._columns)
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
    """Label a stream of articles, in its order.

    Parameters
    ----------
    model : Model
    articles : iterable of Article
        Read a few batches at a time; memory use does not depend on their number.
    batch_size : int
        Number of articles scored at once; it does not change the labels.
    jobs : int
        Number of threads; -1 for one per core. It does not change the labels.
    min_probability : float
        In [0, 1]; an article whose best label has a lower probability gets no
        label.

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
        If an item is not an `Article`.
    """
    if batch_size < 1:
        raise ConfigError(f"Got batch_size={batch_size}, but expected at least 1.")
    check_min_probability(min_probability)
    refuse_tables(articles)
    return Predictions(
        row_columns(model), _predict(model, articles, batch_size, n_threads(jobs), min_probability)
    )


def _predict(
    model: Model, articles: Iterable[Article], batch_size: int, jobs: int, min_probability: float
) -> Generator[Prediction]:
    stream = iter(articles)
    batches = iter(lambda: list(check_articles(islice(stream, batch_size))), [])
    for batch, assessment in _scored(model, batches, jobs):
        yield from _label(model, batch, assessment, min_probability)


def check_min_probability(min_probability: float) -> None:
    """Raise an error if a value is not a probability.

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
    """Return the number of threads; `jobs` of -1 means one per core.

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
    """Score batches in threads, and yield them in their order.

    At most one batch per thread is waiting while the next one is read.
    """
    if n_threads == 1:
        for batch in batches:
            yield batch, model.assess(batch)
        return
    from concurrent.futures import ThreadPoolExecutor

    _ = model.scorer  # cached before several threads use it
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
    table, evidence, periods = assessment
    best = table.argmax(axis=1).tolist()
    rows = table.round(DECIMALS).tolist()
    domain_scores: Sequence[float | None] = [None] * len(rows)
    reasons: Sequence[Reason | None] = [None] * len(rows)
    if evidence is not None:
        rounded = evidence.scores.round(DECIMALS)
        domain_scores = rounded.tolist()
        if model.domain is not None:
            reasons = out_of_domain_reasons(model.domain, evidence, rounded)
    given: Sequence[tuple[str | None, str | None]] = periods or [NO_PERIOD] * len(rows)
    labelled = zip(articles, rows, best, domain_scores, reasons, given, strict=True)
    for article, row, winner, score, reason, (period, source) in labelled:
        probability = row[winner]
        yield Prediction(
            article=article,
            label=model.labels[winner] if probability >= min_probability else None,
            probability=probability,
            probabilities=dict(zip(model.labels, row, strict=True)),
            out_of_domain=None if model.domain is None else reason is not None,
            domain_score=score,
            period=period,
            period_source=source,
            out_of_domain_reason=reason,
        )


def label_batch(
    model: Model, articles: Sequence[Article], *, min_probability: float = 0.0
) -> list[Prediction]:
    """Label one batch of articles."""
    return list(_label(model, articles, model.assess(articles), min_probability))


def out_of_domain(
    model: Model, articles: Sequence[Article], assessment: Assessment
) -> NDArray[np.bool_] | None:
    """Return which assessed articles are out of a model's domain; None if it has none.

    These are the flags of their predictions.
    """
    import numpy as np

    flags = [found.out_of_domain for found in _label(model, articles, assessment, 0.0)]
    return None if None in flags else np.array(flags, dtype=bool)


class RowColumns(NamedTuple):
    """The flat columns of prediction rows, and which of them are not text."""

    names: list[str]
    numbers: list[str]
    flags: list[str]


def row_columns(model: Model) -> RowColumns:
    """Return the flat columns of the prediction rows of a model."""
    probabilities = ["probability", *(f"probabilities.{label}" for label in model.labels)]
    flags, scores = ["out_of_domain"], ["domain_score"]
    periods = ["period", "period_source"] if model.periods else []
    names = ["id", "label", *probabilities, *flags, "out_of_domain_reason", *scores, *periods]
    return RowColumns(names, probabilities + scores, flags)
