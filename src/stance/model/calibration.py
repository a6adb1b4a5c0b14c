"""What held-out articles tell: how strong a penalty, how sure the probabilities.

The folds are by outlet wherever enough outlets are named, so both are chosen
for outlets that the model has never seen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.corpus.protocol_choice import FEWEST_LABELS, GroupCoverage, ProtocolChoice
from stance.model.corpus_folds import plan_corpus_folds
from stance.model.linear import fit_temperature
from stance.model.macro_f1 import first_of_ties, macro_f1
from stance.model.resolve_auto import with_each_penalty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.corpus.splitting import Fold
    from stance.model.config import CalibrationConfig, TrainingConfig
    from stance.model.fitted_features import FittedFeatures
    from stance.model.learning_corpus import LabelledCorpus

# Where nothing can be held out to choose by.
USUAL_PENALTY = 3.0

# A label missing from a fold's training articles has a score of -1e6 there. That says nothing of
# the label, and would drown all else.
LARGEST_DEFICIT = 50.0


class HeldOutTrial:
    """Fits a classifier without some articles, and looks at its scores of these.

    Features stay those learned from all articles; only the classifier is
    fitted anew.

    Parameters
    ----------
    fitted : FittedFeatures
    """

    def __init__(self, fitted: FittedFeatures) -> None:
        self._fitted = fitted
        self._corpus = fitted.corpus
        self._config = fitted.config
        self._scores: dict[TrainingConfig, NDArray[np.float64]] = {}

    @cached_property
    def _folds(self) -> tuple[list[Fold], str]:
        return held_out_folds(self._corpus, self._config.calibration, self._config.seed)

    @cached_property
    def _y_true(self) -> NDArray[np.int64]:
        held_out = np.concatenate([fold.test for fold in self._folds[0]])
        y_true: NDArray[np.int64] = self._fitted.y_true[held_out]
        return y_true

    def choose_penalty(self) -> TrainingConfig:
        """Resolve ``classifier.logistic.C`` where the configuration leaves it open.

        The strongest penalty wins whose macro-F1 on the held-out articles is
        within half a point of the best: of what ties, the simpler model is
        chosen.
        """
        candidates = with_each_penalty(self._config)
        if len(candidates) > 1:
            self._config = (
                self._best_of(candidates)
                if self._folds[0]
                else self._config.with_penalty(USUAL_PENALTY)
            )
        return self._config

    def _best_of(self, candidates: Sequence[TrainingConfig]) -> TrainingConfig:
        self._fit_and_score(candidates)
        scores = [self._macro_f1(config) for config in candidates]
        return candidates[first_of_ties(scores)]

    def _macro_f1(self, config: TrainingConfig) -> float:
        return macro_f1(self._y_true, self._y_pred(config), len(self._corpus.labels))

    def _y_pred(self, config: TrainingConfig) -> NDArray[np.int64]:
        y_pred: NDArray[np.int64] = self._scores_at(config).argmax(axis=1)
        return y_pred

    def _scores_at(self, config: TrainingConfig) -> NDArray[np.float64]:
        """Return decision values of the held-out articles, fold after fold."""
        if config not in self._scores:
            self._fit_and_score([config])
        return self._scores[config]

    def _fit_and_score(self, configs: Sequence[TrainingConfig]) -> None:
        """Find the decision values by several configurations, which differ in the penalty."""
        articles = self._fitted.matrix.articles
        classifiers = [config.classifier for config in configs]
        of_folds = []
        for fold in self._folds[0]:
            models = self._fitted.fit_each(classifiers, fold.train)
            of_folds.append([model.scores_of(articles, fold.test) for model, _ in models])
        for config, found in zip(configs, zip(*of_folds, strict=True), strict=True):
            scores = np.concatenate(found)
            floor = scores.max(axis=1, keepdims=True) - LARGEST_DEFICIT
            self._scores[config] = np.maximum(scores, floor)

    def temperature(self) -> float:
        """Return the temperature that held-out articles ask for; one if there are none."""
        if not self._folds[0]:
            return 1.0
        return fit_temperature(self._scores_at(self._config), self._y_true)

    @property
    def notes(self) -> list[str]:
        """Why nothing could be held out, or not outlets though some are named, if so."""
        folds, protocol = self._folds
        if not folds:
            return [f"not calibrated: {protocol}"]
        outlets = self._corpus.outlet_coverage
        if not outlets.n_groups or "outlets" in protocol:
            return self._never_held_out()
        why = why_not_outlets(outlets, self._config.calibration.folds)
        why = why or "in so few folds a label would lose all of its outlets at once"
        told = f"calibrated on random folds, not on held-out outlets: {why}"
        return [told, *self._never_held_out()]

    def _never_held_out(self) -> list[str]:
        """Say which articles are in no fold, since without them their label is not learned."""
        held_out = np.concatenate([fold.test for fold in self._folds[0]])
        left = Counter(np.delete(self._fitted.y_true, held_out).tolist())
        return [
            f"no held-out figure for label {self._corpus.labels[number]!r}: without "
            f"{'its one article' if n == 1 else f'{n} of its articles'} it cannot be learned"
            for number, n in sorted(left.items())
        ]

    def scores(self) -> dict[str, Any]:
        """Return accuracy and macro-F1 on the held-out articles, and the protocol.

        Under ``baseline`` are those of always giving the most frequent label
        of the corpus.
        """
        if not self._config.calibration.enabled or not self._folds[0]:
            return {}
        y_pred = self._y_pred(self._config)
        return {
            "protocol": self._folds[1],
            "n": len(y_pred),
            "accuracy": float(np.mean(y_pred == self._y_true)),
            "macro_f1": self._macro_f1(self._config),
            "baseline": self._baseline(),
        }

    def _baseline(self) -> dict[str, Any]:
        label = int(np.bincount(self._fitted.y_true).argmax())
        given = np.full_like(self._y_true, label)
        return {
            "labels": [self._corpus.labels[label]],
            "accuracy": float(np.mean(given == self._y_true)),
            "macro_f1": macro_f1(self._y_true, given, len(self._corpus.labels)),
        }


def holds_out(config: TrainingConfig) -> bool:
    """Tell whether a configuration asks for articles to be held out in training."""
    return config.calibration.enabled or len(with_each_penalty(config)) > 1


def held_out_folds(
    corpus: LabelledCorpus, config: CalibrationConfig, seed: int
) -> tuple[list[Fold], str]:
    """Choose held-out folds: by outlet where enough of them are named.

    No near-duplicate stands on both sides of any. A label of one outlet, or of
    one article, is learned from, but its articles are in no fold.

    Returns
    -------
    folds : list of Fold
        Empty where the corpus is too small for any.
    protocol : str
        What was held out, in words.
    """
    wanted = config.folds
    choice = ProtocolChoice.of(corpus.articles)
    if why_not_outlets(choice.outlets, wanted) is None:
        plan = plan_corpus_folds(corpus, replace(choice, by="outlet"), wanted, seed=seed)
        # Grouped into a few folds, a label of several outlets may lose all of them at once.
        if not {part.why for part in plan.not_tested} & {"not_learned", "one_label_left"}:
            return list(
                plan.folds
            ), f"{wanted} folds of held-out outlets, features learned from all"
    sizes = np.bincount(corpus.y_true)
    several = sizes[sizes > 1]
    if len(several) < FEWEST_LABELS:
        return [], "fewer than two labels have more than a single article"
    n_folds = min(wanted, int(several.min()))
    plan = plan_corpus_folds(corpus, replace(choice, by="random"), n_folds, seed=seed)
    if len(plan.tested_labels) < FEWEST_LABELS:
        return [], "without near-duplicates a label has a single article"
    return list(plan.folds), f"{n_folds} random folds, features learned from all"


def why_not_outlets(outlets: GroupCoverage, wanted: int) -> str | None:
    """Say why outlets are not held out to calibrate; None where they are.

    Parameters
    ----------
    outlets : GroupCoverage
    wanted : int
        How many folds.
    """
    if outlets.n_groups < 2 * wanted:
        return f"{outlets.n_groups} outlets are named, {2 * wanted} are needed"
    if not outlets.is_mostly_known:
        return (
            f"{outlets.n_unnamed:,} of {outlets.n_articles:,} articles name no outlet"
            if outlets.obstacle is None
            else "fewer than two labels are in several outlets"
        )
    return None
