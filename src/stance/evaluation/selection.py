"""Selection of settings on training articles, for nested cross-validation."""

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
    """The settings chosen for one fold.

    Parameters
    ----------
    fold : str
        Name of the fold that was held out.
    settings : dict of str to value
        Only those in which the candidates differ.
    macro_f1 : float
        On the inner folds; optimistically biased, since it was used for
        selection.
    """

    fold: str
    settings: dict[str, Any]
    macro_f1: float


@dataclass(frozen=True)
class Selection:
    """Candidate configurations, and the protocol by which one is chosen.

    Parameters
    ----------
    candidates : sequence of TrainingConfig
        The simplest first. "auto" settings are resolved on the training
        articles; an "auto" penalty becomes a candidate for each strength.
    by : {"outlet", "event", "time", "random"}
        What inner training and test articles may not share; the same as for the
        outer folds.
    """

    candidates: tuple[TrainingConfig, ...]
    by: By

    def choose(self, corpus: LabelledCorpus, fold: str) -> tuple[ResolvedConfig, Choice | None]:
        """Choose a candidate by macro-F1 on inner folds of the corpus.

        The first candidate is chosen whose macro-F1 is within 0.005 of the best:
        ties go to the simpler candidate.

        Parameters
        ----------
        corpus : LabelledCorpus
            Only the training articles of the outer fold.
        fold : str
            Name of the outer fold, for messages.

        Returns
        -------
        resolved : ResolvedConfig
        choice : Choice or None
            None if there was only one candidate.

        Raises
        ------
        CorpusError
            If the articles cannot be divided into inner folds.
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
            return usable_folds(
                corpus, self.by, wanted, seed=first.seed, always_train=corpus.always_train
            ).folds
        except (CorpusError, ConfigError) as error:
            raise CorpusError(
                f"Got the fold {fold!r}, whose training articles cannot be divided into inner "
                f"folds: {error} Or run without --nested and --grid."
            ) from error


def grid(choices: Iterable[str]) -> list[list[str]]:
    """Return all combinations of the values of several settings.

    Parameters
    ----------
    choices : iterable of str
        ``KEY=VALUE``; the key is repeated for each value of a setting.

    Returns
    -------
    list of list of str
        Overrides for `stance.model.config.load_config`; the last setting varies
        fastest.

    Raises
    ------
    ConfigError
        If a choice has no key, no value, or several values.

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
    """Resolve the "auto" settings of candidates; an "auto" penalty becomes several candidates.

    Of candidates that resolve to the same settings, the first is kept.
    """
    found: dict[TrainingConfig, ResolvedConfig] = {}
    for resolved in resolve_auto_of_each(corpus, candidates):
        for config in with_each_penalty(resolved.config):
            found.setdefault(config, replace(resolved, config=config))
    return list(found.values())


def _differing(candidates: Sequence[ResolvedConfig]) -> list[dict[str, Any]]:
    """Return, for each configuration, the settings in which the configurations differ."""
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
