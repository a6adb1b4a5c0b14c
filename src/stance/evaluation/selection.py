"""Choosing settings on training articles alone, as a nested cross-validation needs it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.errors import ConfigError, CorpusError
from stance.evaluation.confusion import Metric
from stance.evaluation.fold_fitting import predict_fold_by_each
from stance.model.config import settings
from stance.model.corpus_folds import usable_folds
from stance.model.macro_f1 import confusion_matrix, first_of_ties
from stance.model.resolve_auto import resolve_auto_of_each, with_each_penalty

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stance.corpus.splitting import By, Fold
    from stance.model.config import TrainingConfig
    from stance.model.learning_corpus import LabelledCorpus
    from stance.model.resolve_auto import ResolvedConfig


@dataclass(frozen=True)
class Choice:
    """What was chosen for one fold.

    Parameters
    ----------
    fold : str
        What was held out from the choice.
    settings : dict of str to value
        Those in which the candidates differ.
    macro_f1 : float
        On the inner folds; it was chosen for being high there, so it is no
        estimate.
    """

    fold: str
    settings: dict[str, Any]
    macro_f1: float


@dataclass(frozen=True)
class Selection:
    """Candidates, and how one is chosen.

    Parameters
    ----------
    candidates : sequence of TrainingConfig
        The simpler before the more intricate. What they leave to the corpus
        is resolved on the training articles; a penalty left open is a
        candidate in each strength.
    by : {"outlet", "event", "time", "random"}
        What inner training and test may not share; the same as outside.
    """

    candidates: tuple[TrainingConfig, ...]
    by: By

    def choose(self, corpus: LabelledCorpus, fold: str) -> tuple[ResolvedConfig, Choice | None]:
        """Choose by macro-F1 on inner folds of the corpus.

        The first candidate wins whose macro-F1 is within half a point of the
        best: ties go to the simpler candidate.

        Parameters
        ----------
        corpus : LabelledCorpus
            Training articles alone.
        fold : str
            Their fold, for messages.

        Returns
        -------
        resolved : ResolvedConfig
        choice : Choice or None
            None where there was nothing to choose.

        Raises
        ------
        CorpusError
            If the articles cannot be divided again.
        """
        candidates = _resolved(corpus, self.candidates)
        if len(candidates) == 1:
            return candidates[0], None
        scores = _macro_f1(corpus, candidates, self._inner_folds(corpus, fold))
        place = first_of_ties(scores)
        return candidates[place], Choice(fold, _differing(candidates)[place], scores[place])

    def _inner_folds(self, corpus: LabelledCorpus, fold: str) -> Sequence[Fold]:
        first = self.candidates[0]
        try:
            wanted = first.calibration.folds
            return usable_folds(corpus, self.by, wanted, seed=first.seed).folds
        except (CorpusError, ConfigError) as error:
            raise CorpusError(
                f"Got the fold {fold!r}, whose training articles cannot be divided again to choose "
                f"settings: {error} Or choose nothing inside the folds."
            ) from error


def grid(choices: Iterable[str]) -> list[list[str]]:
    """Combine the values of several settings, each with each.

    Parameters
    ----------
    choices : iterable of str
        ``KEY=VALUE``, with the same key for each value of a setting.

    Returns
    -------
    list of list of str
        Overrides as `stance.model.config.load_config` takes them; the last
        setting varies fastest.

    Raises
    ------
    ConfigError
        If a choice has no key or no value, or several values.

    Examples
    --------
    >>> grid(["features.word.max_n=1", "features.word.max_n=2", "seed=5"])
    [['features.word.max_n=1', 'seed=5'], ['features.word.max_n=2', 'seed=5']]
    """
    axes: dict[str, list[str]] = {}
    for choice in choices:
        key, equals, value = choice.partition("=")
        if not (key and equals and value):
            raise ConfigError(
                f"Got the grid {choice!r}, but expected KEY=VALUE such as features.word.max_n=2."
            )
        if "," in value:
            each = " ".join(f"--grid {key}={one.strip()}" for one in value.split(","))
            raise ConfigError(
                f"Got the grid {choice!r}, but expected one value. Repeat the option: {each}"
            )
        axes.setdefault(key, []).append(choice)
    return [list(combination) for combination in product(*axes.values())]


def _resolved(corpus: LabelledCorpus, candidates: Sequence[TrainingConfig]) -> list[ResolvedConfig]:
    """Resolve what the candidates leave to the corpus; an open penalty becomes several of them.

    Of candidates that come to the same settings the first one stays.
    """
    found: dict[TrainingConfig, ResolvedConfig] = {}
    for resolved in resolve_auto_of_each(corpus, candidates):
        for config in with_each_penalty(resolved.config):
            found.setdefault(config, replace(resolved, config=config))
    return list(found.values())


def _differing(candidates: Sequence[ResolvedConfig]) -> list[dict[str, Any]]:
    """Return, for each configuration, the settings in which they are not all the same."""
    values = [{key: value for key, value, _ in settings(one.config)} for one in candidates]
    keys = [key for key in values[0] if len({repr(found[key]) for found in values}) > 1]
    return [{key: found[key] for key in keys} for found in values]


def _macro_f1(
    corpus: LabelledCorpus, candidates: Sequence[ResolvedConfig], folds: Sequence[Fold]
) -> list[float]:
    """Return the macro-F1 of each configuration, pooled over the folds."""
    y_true = np.concatenate([corpus.y_true[fold.test] for fold in folds])
    of_folds = [predict_fold_by_each(corpus, fold, candidates) for fold in folds]
    confusions = np.stack(
        [
            confusion_matrix(y_true, np.concatenate(predicted), len(corpus.labels))
            for predicted in zip(*of_folds, strict=True)
        ]
    )
    scores: list[float] = Metric().score(confusions[:, None].astype(float), corpus.labels).tolist()
    return scores
