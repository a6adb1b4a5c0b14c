"""What held-out articles tell: how strong a penalty, how sure the probabilities.

The folds are by outlet wherever enough outlets are named, so both are settled
for outlets that the model has never seen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.corpus.fold_plan import FoldPlan
from stance.corpus.protocol_choice import FEWEST_LABELS, GroupCoverage, ProtocolChoice
from stance.model.learning_matrix import fit_linear
from stance.model.linear import fit_temperature

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stance.corpus.splitting import Fold
    from stance.model.config import TrainingConfig
    from stance.model.learning_corpus import LabelledCorpus
    from stance.model.learning_matrix import LearningMatrix

PENALTIES = (1.0, 3.0, 10.0, 30.0)
# Difference in macro-F1 that a few hundred articles cannot tell from none.
INDISTINCT = 0.005
# Where nothing can be held out to choose by.
USUAL_PENALTY = 3.0

# A label missing from a fold's training articles has a score of -1e6 there. That says nothing of
# the label, and would drown all else.
LARGEST_DEFICIT = 50.0


class HeldOutTrial:
    """Fits a classifier without some articles, and looks at its scores of these.

    Parameters
    ----------
    corpus : LabelledCorpus
    matrix : LearningMatrix
        Features learned from all articles; only the classifier is fitted anew.
    weights : ndarray of float64, shape (n_articles,)
    config : TrainingConfig
    """

    def __init__(
        self,
        corpus: LabelledCorpus,
        matrix: LearningMatrix,
        weights: NDArray[np.float64],
        config: TrainingConfig,
    ) -> None:
        self._corpus = corpus
        self._matrix = matrix
        self._weights = weights
        self._config = config
        self._scores_at = cache(self._fit_and_score)

    @cached_property
    def _folds(self) -> tuple[list[Fold], str]:
        return held_out_folds(self._corpus, self._config)

    @cached_property
    def _truth(self) -> NDArray[np.int64]:
        held_out = np.concatenate([fold.test for fold in self._folds[0]])
        truth: NDArray[np.int64] = self._corpus.truth[held_out]
        return truth

    def choose_penalty(self) -> TrainingConfig:
        """Settle ``classifier.logistic.C`` where the configuration leaves it open.

        The strongest penalty wins whose macro-F1 on the held-out articles is
        within half a point of the best: what they cannot tell apart, the
        simpler model decides.
        """
        classifier = self._config.classifier
        if classifier.kind == "logistic" and classifier.logistic.C == "auto":
            chosen = self._best_penalty() if self._folds[0] else USUAL_PENALTY
            self._config = self._config.with_penalty(chosen)
        return self._config

    def _best_penalty(self) -> float:
        found = {c: self._macro_f1(self._config.with_penalty(c)) for c in PENALTIES}
        return min(c for c, f1 in found.items() if f1 >= max(found.values()) - INDISTINCT)

    def _macro_f1(self, config: TrainingConfig) -> float:
        from sklearn.metrics import f1_score

        guess = self._scores_at(config).argmax(axis=1)
        return float(f1_score(self._truth, guess, average="macro"))

    def _fit_and_score(self, config: TrainingConfig) -> NDArray[np.float64]:
        """Return decision values of the held-out articles, fold after fold."""
        truth, tables = self._corpus.truth, []
        for fold in self._folds[0]:
            model, _ = fit_linear(
                self._matrix,
                truth,
                self._weights,
                self._corpus.outlets,
                places=fold.train,
                n_labels=len(self._corpus.labels),
                config=config,
            )
            tables.append(model.scores(self._matrix.articles[fold.test]))
        scores = np.concatenate(tables)
        floor = scores.max(axis=1, keepdims=True) - LARGEST_DEFICIT
        bounded: NDArray[np.float64] = np.maximum(scores, floor)
        return bounded

    def temperature(self) -> float:
        """Return the temperature that held-out articles ask for; one if there are none."""
        if not self._folds[0]:
            return 1.0
        return fit_temperature(self._scores_at(self._config), self._truth)

    @property
    def notes(self) -> list[str]:
        """Why nothing could be held out, or not outlets though some are named, if so."""
        folds, protocol = self._folds
        if not folds:
            return [f"not calibrated: {protocol}"]
        outlets = GroupCoverage.of(self._corpus.articles, "outlet")
        if not outlets.n_groups or "outlets" in protocol:
            return self._never_held_out()
        why = why_not_outlets(outlets, self._config.calibration.folds)
        why = why or "in so few folds a label would lose all of its outlets at once"
        told = f"calibrated on random folds, not on held-out outlets: {why}"
        return [told, *self._never_held_out()]

    def _never_held_out(self) -> list[str]:
        """Say which articles are in no fold, since without them their label is not learned."""
        held_out = np.concatenate([fold.test for fold in self._folds[0]])
        left = Counter(np.delete(self._corpus.truth, held_out).tolist())
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
        guess = self._scores_at(self._config).argmax(axis=1)
        return {
            "protocol": self._folds[1],
            "n": len(guess),
            "accuracy": float(np.mean(guess == self._truth)),
            "macro_f1": self._macro_f1(self._config),
            "baseline": self._baseline(),
        }

    def _baseline(self) -> dict[str, Any]:
        from sklearn.metrics import f1_score

        label = int(np.bincount(self._corpus.truth).argmax())
        given = np.full_like(self._truth, label)
        return {
            "labels": [self._corpus.labels[label]],
            "accuracy": float(np.mean(given == self._truth)),
            "macro_f1": float(f1_score(self._truth, given, average="macro", zero_division=0.0)),
        }


def held_out_folds(corpus: LabelledCorpus, config: TrainingConfig) -> tuple[list[Fold], str]:
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
    wanted = config.calibration.folds
    choice = ProtocolChoice.of(corpus.articles)
    if why_not_outlets(choice.outlets, wanted) is None:
        plan = _plan(corpus, replace(choice, by="outlet"), wanted, config.seed)
        # Grouped into a few folds, a label of several outlets may lose all of them at once.
        if not {part.why for part in plan.not_tested} & {"not_learned", "one_label_left"}:
            return list(
                plan.folds
            ), f"{wanted} folds of held-out outlets, features learned from all"
    sizes = np.bincount(corpus.truth)
    several = sizes[sizes > 1]
    if len(several) < FEWEST_LABELS:
        return [], "fewer than two labels have more than a single article"
    n_folds = min(wanted, int(several.min()))
    plan = _plan(corpus, replace(choice, by="random"), n_folds, config.seed)
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


def _plan(corpus: LabelledCorpus, choice: ProtocolChoice, n_folds: int, seed: int) -> FoldPlan:
    return FoldPlan.of(corpus.articles, choice, n_folds, seed=seed, duplicates=corpus.duplicates)
