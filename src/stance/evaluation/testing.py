"""Evaluation of a trained model on a test corpus."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from stance.corpus.article import check_articles
from stance.corpus.keys import by_canonical, canonical
from stance.corpus.labels import require_labels
from stance.errors import CorpusError
from stance.evaluation.baseline import most_frequent, most_frequent_label
from stance.evaluation.fold_fitting import BATCH_SIZE, assess_articles
from stance.evaluation.metrics import Evaluation, evaluate
from stance.evaluation.scored import Scored
from stance.evaluation.slices import slice_scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.evaluation.baseline import Source
    from stance.model.record import Model


def evaluate_model(
    model: Model,
    articles: Sequence[Article],
    *,
    batch_size: int = BATCH_SIZE,
    slices: Mapping[str, Sequence[str | None]] | None = None,
) -> Evaluation:
    """Evaluate a model on labelled articles.

    Parameters
    ----------
    model : Model
    articles : sequence of Article
        Each with a label that the model knows.
    batch_size : int
        Number of articles vectorised at once.
    slices : mapping of str to sequence of str or None, optional
        For each field, the value of each article; each value is scored
        separately.

    Returns
    -------
    Evaluation

    Raises
    ------
    CorpusError
        If there are no articles, one has no label, or a label is unknown to
        the model.
    """
    y_true = _true_labels(model, articles)
    assessed = assess_articles(model, articles, batch_size)
    outlets = [article.outlet for article in articles]
    scored = Scored(model.labels, y_true, assessed.probabilities, outlets, assessed.out_of_domain)
    found = evaluate(scored, protocol="test corpus", one_label=_one_label(model, y_true))
    return replace(found, slices=slice_scores(scored, slices or {}))


def _one_label(model: Model, y_true: NDArray[np.int64]) -> dict[Source, NDArray[np.int64]]:
    """Return the labels of the baselines: most frequent in training and in the test corpus.

    There is only one baseline if both are the same label.
    """
    counts = {label: model.record.label_counts.get(label, 0) for label in model.labels}
    learned = model.labels.index(most_frequent_label(counts))
    here = most_frequent(y_true, len(model.labels))
    found: dict[Source, NDArray[np.int64]] = {"training": np.full_like(y_true, learned)}
    if here != learned:
        found["test"] = np.full_like(y_true, here)
    return found


def predicted_labels(model: Model, articles: Sequence[Article]) -> list[str]:
    """Return the predicted label of each of some labelled articles.

    Raises
    ------
    CorpusError
        As for `evaluate_model`.
    """
    _true_labels(model, articles)
    best = assess_articles(model, articles).probabilities.argmax(axis=1)
    return [model.labels[number] for number in best.tolist()]


def _true_labels(model: Model, articles: Sequence[Article]) -> NDArray[np.int64]:
    if not check_articles(articles):
        raise CorpusError("Got no articles, but expected labelled ones to test on.")
    require_labels(articles)
    known = by_canonical(model.labels)
    labels = [str(article.label) for article in articles]
    unknown = sorted({label for label in labels if canonical(label) not in known})
    if unknown:
        raise CorpusError(
            f"Got articles labelled {', '.join(map(repr, unknown))}, but the model knows only "
            f"{', '.join(map(repr, model.labels))}. Choose another model or label field."
        )
    numbers = {label: number for number, label in enumerate(model.labels)}
    return np.array([numbers[known[canonical(label)]] for label in labels])
