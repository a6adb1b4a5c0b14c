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
    from stance.model.headlines import KindWeights
    from stance.model.learning_corpus import LabelledCorpus


def article_weights(
    corpus: LabelledCorpus, config: ClassifierConfig, kind: KindWeights | None = None
) -> NDArray[np.float64]:
    """Return the sample weight of each training article; the mean is one.

    With ``balance_outlets``, an outlet with many articles of a label does not
    dominate that label; with ``balance_classes``, all labels have the same total
    weight, multiplied by their ``label_weights``. For the classifier of one ``kind`` of
    document, an outlet's headlines and articles are counted apart.
    """
    y_true = corpus.y_true
    weights = np.ones(len(y_true))
    power = {"none": 0.0, "sqrt": 0.5, "full": 1.0}[config.balance_outlets]
    if corpus.outlets and power:
        kinds = np.zeros(len(y_true)) if kind is None else kind.is_own
        groups = list(zip(y_true.tolist(), corpus.outlets, kinds.tolist(), strict=True))
        sizes = Counter(groups)
        # Articles without an outlet are not grouped into one large outlet.
        weights = np.array([1.0 if one[1] is None else sizes[one] ** -power for one in groups])
    if corpus.always_train is not None:
        own = None if kind is None else kind.always_train
        factor = config.always_train_weight if own is None else own
        weights = np.where(corpus.always_train, weights * factor, weights)
    if kind is not None:
        weights = np.where(kind.is_own, weights, weights * kind.others)
    totals = np.bincount(y_true, weights).astype(np.float64)
    wanted = _wanted_totals(y_true, totals, config, kind)
    if config.label_weights:
        wanted = wanted * _label_weights(corpus, config.label_weights)
        wanted *= len(y_true) / wanted.sum()
    balanced: NDArray[np.float64] = weights * (wanted / totals)[y_true]
    return balanced


def _wanted_totals(
    y_true: NDArray[np.int64],
    totals: NDArray[np.float64],
    config: ClassifierConfig,
    kind: KindWeights | None,
) -> NDArray[np.float64]:
    """Return the total weight that each label shall have; their sum is the number of articles."""
    if kind is not None and kind.balance is not None:
        wanted: NDArray[np.float64] = totals ** (1.0 - kind.balance)
        wanted *= len(y_true) / wanted.sum()
        return wanted
    if config.balance_classes:
        return np.full(len(totals), len(y_true) / len(totals))
    return np.bincount(y_true).astype(np.float64)


def _label_weights(corpus: LabelledCorpus, weights: Mapping[str, float]) -> NDArray[np.float64]:
    if unknown := sorted(set(weights) - set(corpus.labels)):
        raise ConfigError(
            f"Got classifier.label_weights for {unknown[0]!r}, but the labels of the corpus are "
            f"{', '.join(map(repr, corpus.labels))}. Name one of them."
        )
    return np.array([weights.get(label, 1.0) for label in corpus.labels])
