"""The time of training and labelling, relative to a reference workload.

Seconds depend on the machine. So they are divided by the time for counting the
words of the same articles in plain Python, measured on the same machine at the
same time.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from typing import TYPE_CHECKING

from stance.benchmarking.results import SpeedResult
from stance.model.learning_corpus import LabelledCorpus
from stance.model.resolve_auto import resolve_auto
from stance.model.training import train

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stance.benchmarking.preparing import Prepared
    from stance.benchmarking.suite import SpeedOptions, Suite
    from stance.corpus.article import Article

# Counting once is too short to be timed precisely.
COUNTED = 20


def measure_speed(suite: Suite, prepared: Prepared, options: SpeedOptions) -> SpeedResult:
    """Time training and labelling on a task's articles, alternating with the reference workload.

    Parameters
    ----------
    suite : Suite
    prepared : Prepared
        The task with the articles and settings.
    options : SpeedOptions
        The numbers of articles and rounds.

    Returns
    -------
    SpeedResult
        Medians of ratios of processor time.
    """
    articles = prepared.articles[: prepared.n_known][: options.articles]
    config = resolve_auto(LabelledCorpus(articles), suite.settings(prepared.task)).config
    model = train(articles, config)
    model.probabilities(articles)  # compile the kernels before timing
    rounds: dict[str, list[float]] = {"reference": [], "train": [], "label": []}
    for _ in range(options.rounds):
        reference = _processor_seconds(lambda: _count_words(articles)) / COUNTED
        rounds["reference"].append(reference)
        rounds["train"].append(_processor_seconds(lambda: train(articles, config)) / reference)
        labelling = _processor_seconds(lambda: model.probabilities(articles))
        rounds["label"].append(labelling / reference)
    return SpeedResult(
        task=prepared.name,
        articles=len(articles),
        rounds=options.rounds,
        train=round(statistics.median(rounds["train"]), 3),
        label=round(statistics.median(rounds["label"]), 3),
        reference_seconds=round(statistics.median(rounds["reference"]), 6),
    )


def _processor_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _count_words(articles: Sequence[Article]) -> None:
    """Run the reference workload."""
    for _ in range(COUNTED):
        counts: Counter[str] = Counter()
        for article in articles:
            counts.update(article.text.split())
