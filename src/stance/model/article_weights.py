"""Sample weights of training articles."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from stance.model.config import ClassifierConfig
    from stance.model.learning_corpus import LabelledCorpus


def article_weights(corpus: LabelledCorpus, config: ClassifierConfig) -> NDArray[np.float64]:
    """Return the sample weight of each training article; the mean is one.

    With ``balance_outlets``, an outlet with many articles of a label does not
    dominate that label; with ``balance_classes``, all labels have the same total
    weight, multiplied by their ``label_weights``.
    """
    y_true = corpus.y_true
    weights = np.ones(len(y_true))
    power = {"none": 0.0, "sqrt": 0.5, "full": 1.0}[config.balance_outlets]
    if corpus.outlets and power:
        pairs = list(zip(y_true.tolist(), corpus.outlets, strict=True))
        sizes = Counter(pairs)
        # Articles without an outlet are not grouped into one large outlet.
        weights = np.array([1.0 if pair[1] is None else sizes[pair] ** -power for pair in pairs])
    totals = np.bincount(y_true, weights)
    counts = np.bincount(y_true) if not config.balance_classes else None
    wanted = counts if counts is not None else np.full(len(totals), len(y_true) / len(totals))
    if config.label_weights:
        wanted = wanted * _label_weights(corpus, config.label_weights)
        wanted *= len(y_true) / wanted.sum()
    balanced: NDArray[np.float64] = weights * (wanted / totals)[y_true]
    return balanced


def _label_weights(corpus: LabelledCorpus, weights: Mapping[str, float]) -> NDArray[np.float64]:
    if unknown := sorted(set(weights) - set(corpus.labels)):
        raise ConfigError(
            f"Got classifier.label_weights for {unknown[0]!r}, but the labels of the corpus are "
            f"{', '.join(map(repr, corpus.labels))}. Name one of them."
        )
    return np.array([weights.get(label, 1.0) for label in corpus.labels])
