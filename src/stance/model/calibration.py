"""Choice of the penalty and calibration of probabilities on held-out folds.

The folds are by outlet if enough outlets are named, so both are chosen for
unseen outlets.
"""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.corpus.fold_plan import choose_protocol
from stance.corpus.protocol_choice import FEWEST_LABELS, GroupCoverage
from stance.model.classifiers import TRIAL_TOLERANCE
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
    from stance.model.learning_matrix import LearningRows

# The penalty where nothing can be held out.
USUAL_PENALTY = 3.0

# A label missing from a fold's training articles has a score of -1e6 there. Scores are clipped to
# this distance from the best, since such a value would dominate the log loss.
LARGEST_DEFICIT = 50.0


# Number of values of a matrix from which folds are fitted at the same time, and copies of them are
# not kept.
LARGE = 1 << 22


class HeldOutTrial:
    """Scores of held-out articles, to choose the penalty and the temperature by.

    The features are learned once, from all articles; only the classifier is
    fitted again in each fold. For the classifier of one kind of document, only
    articles of that kind are held out.

    Parameters
    ----------
    fitted : FittedFeatures
    """

    def __init__(self, fitted: FittedFeatures) -> None:
        self._fitted = fitted
        self._corpus = fitted.corpus
        self._config = fitted.config
        self._scores: dict[TrainingConfig, NDArray[np.float64]] = {}
        self._kept_rows: dict[int, LearningRows] = {}

    @cached_property
    def _folds(self) -> tuple[list[Fold], str]:
        folds, protocol = held_out_folds(self._corpus, self._config.calibration, self._config.seed)
        tested = [replace(fold, test=fold.test[self._is_own[fold.test]]) for fold in folds]
        return [fold for fold in tested if len(fold.test)], protocol

    @cached_property
    def _is_own(self) -> NDArray[np.bool_]:
        """Which articles are of the kind that the classifier is for."""
        kind = self._fitted.kind
        return np.ones(len(self._corpus.articles), dtype=bool) if kind is None else kind.is_own

    @cached_property
    def _y_true(self) -> NDArray[np.int64]:
        held_out = np.concatenate([fold.test for fold in self._folds[0]])
        y_true: NDArray[np.int64] = self._fitted.y_true[held_out]
        return y_true

    def choose_penalty(self) -> TrainingConfig:
        """Resolve ``classifier.logistic.C`` if it is "auto".

        Penalties are tried from the strongest to the weakest while the macro-F1 on
        the held-out articles rises: the weakest take by far the longest. Of these
        the strongest is chosen whose score is within 0.005 of the best: ties go to
        the simpler model.
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
        scores: list[float] = []
        for config in candidates:
            score = self._macro_f1(config)
            if score <= max(scores, default=-1.0):
                break
            scores.append(score)
        return candidates[first_of_ties(scores)]

    def _macro_f1(self, config: TrainingConfig) -> float:
        return macro_f1(self._y_true, self._y_pred(config), len(self._corpus.labels))

    def _y_pred(self, config: TrainingConfig) -> NDArray[np.int64]:
        y_pred: NDArray[np.int64] = self._scores_at(config).argmax(axis=1)
        return y_pred

    def _scores_at(self, config: TrainingConfig) -> NDArray[np.float64]:
        """Return decision values of the held-out articles, in the order of the folds."""
        if config not in self._scores:
            articles, folds = self._fitted.matrix.articles, self._folds[0]

            def scores_of(number: int) -> NDArray[np.float64]:
                rows = self._rows(config, number)
                model, _ = self._fitted.fit_on(rows, config.classifier, TRIAL_TOLERANCE)
                return model.scores_of(articles, folds[number].test)

            with ThreadPoolExecutor(os.cpu_count() if self._is_large else 1) as pool:
                scores = np.concatenate(list(pool.map(scores_of, range(len(folds)))))
            floor = scores.max(axis=1, keepdims=True) - LARGEST_DEFICIT
            self._scores[config] = np.maximum(scores, floor)
        return self._scores[config]

    def _rows(self, config: TrainingConfig, number: int) -> LearningRows:
        """Return what is learned from in a fold; kept for the next penalty if it is small."""
        if number in self._kept_rows:
            return self._kept_rows[number]
        rows = self._fitted.rows(config.classifier, self._folds[0][number].train)
        if not self._is_large:
            self._kept_rows[number] = rows
        return rows

    @property
    def _is_large(self) -> bool:
        return bool(self._fitted.matrix.articles.nnz >= LARGE)

    def temperature(self) -> float:
        """Return the temperature fitted on held-out articles; one if there are none."""
        if not self._folds[0]:
            return 1.0
        return fit_temperature(self._scores_at(self._config), self._y_true)

    @property
    def notes(self) -> list[str]:
        """Explain why nothing was held out, or why folds are random despite named outlets."""
        folds, protocol = self._folds
        if not folds:
            return [f"not calibrated: {protocol}"]
        outlets = choose_protocol(self._corpus.articles, None, self._corpus.always_train).outlets
        if not outlets.n_groups or "outlets" in protocol:
            return self._never_held_out()
        why = why_not_outlets(outlets, self._config.calibration.folds)
        why = why or "with these few folds, a label would lose all of its outlets at once"
        note = f"calibrated on random folds, not on held-out outlets: {why}"
        return [note, *self._never_held_out()]

    def _never_held_out(self) -> list[str]:
        """Name the labels that are in no fold because they cannot be learned without them."""
        held_out = np.concatenate([fold.test for fold in self._folds[0]])
        left_out = self._is_own & is_held_out_ever(self._corpus)
        left_out[held_out] = False
        left = Counter(self._fitted.y_true[left_out].tolist())
        return [
            f"no held-out score for label {self._corpus.labels[number]!r}: without "
            f"{'its one article' if n == 1 else f'{n} of its articles'} it cannot be learned"
            for number, n in sorted(left.items())
        ]

    def scores(self) -> dict[str, Any]:
        """Return accuracy and macro-F1 on the held-out articles, and the protocol.

        ``baseline`` has the scores of always giving the most frequent label of
        the corpus.
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
    """Choose held-out folds: by outlet if enough outlets are named, else at random.

    No near-duplicates are in both training and test. Articles whose label has
    only one outlet, or one article, are used for training but are in no fold; so
    are those that are always trained on.

    Returns
    -------
    folds : list of Fold
        Empty if the corpus is too small.
    protocol : str
        Description of what was held out.
    """
    wanted = config.folds
    always = corpus.always_train
    choice = choose_protocol(corpus.articles, None, always)
    if why_not_outlets(choice.outlets, wanted) is None:
        by_outlet = replace(choice, by="outlet")
        plan = plan_corpus_folds(corpus, by_outlet, wanted, seed=seed, always_train=always)
        # With few folds, all outlets of a label may be in the same one.
        if not {part.why for part in plan.not_tested} & {"not_learned", "one_label_left"}:
            return list(
                plan.folds
            ), f"{wanted} folds of held-out outlets, features learned from all"
    sizes = np.bincount(corpus.y_true[is_held_out_ever(corpus)])
    several = sizes[sizes > 1]
    if len(several) < FEWEST_LABELS:
        return [], "fewer than two labels have more than a single article"
    n_folds = min(wanted, int(several.min()))
    at_random = replace(choice, by="random")
    plan = plan_corpus_folds(corpus, at_random, n_folds, seed=seed, always_train=always)
    if len(plan.tested_labels) < FEWEST_LABELS:
        return [], "without near-duplicates a label has a single article"
    return list(plan.folds), f"{n_folds} random folds, features learned from all"


def is_held_out_ever(corpus: LabelledCorpus) -> NDArray[np.bool_]:
    """Return which articles may be held out, shape (n_articles,)."""
    if corpus.always_train is None:
        return np.ones(len(corpus.articles), dtype=bool)
    return ~corpus.always_train


def why_not_outlets(outlets: GroupCoverage, wanted: int) -> str | None:
    """Explain why outlets are not held out for calibration; None if they are.

    Parameters
    ----------
    outlets : GroupCoverage
    wanted : int
        Number of folds.
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
