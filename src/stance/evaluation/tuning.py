"""Tuning of settings on held-out articles within a time budget.

Each set of settings is tried on the same folds, with whole outlets held out if
outlets are named. Optuna proposes the next one from the scores of the previous
ones.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.corpus.protocol_choice import ProtocolChoice
from stance.distribution import install_command
from stance.errors import ConfigError
from stance.evaluation.fold_workers import LocalWorkers
from stance.evaluation.result_rows import TRIAL_COLUMNS, trial_rows
from stance.evaluation.search_space import search_space
from stance.model.config import (
    MIN_OUTLETS,
    TrainingConfig,
    explicit_settings,
    with_settings,
)
from stance.model.corpus_folds import usable_folds
from stance.model.learning_corpus import LabelledCorpus
from stance.model.macro_f1 import TIE, macro_f1
from stance.model.resolve_auto import ResolvedConfig, resolve_auto
from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from stance.corpus.article import Article
    from stance.corpus.fold_plan import FoldPlan
    from stance.corpus.splitting import By, Fold
    from stance.evaluation.fold_workers import FoldWorkers
    from stance.evaluation.search_space import SearchSpace

FOLDS = 5
# Random trials before Optuna's sampler uses the scores of previous ones.
RANDOM_TRIALS = 10
# Start value of an "auto" penalty.
FIRST_PENALTY = 10.0
# Stop after this many consecutive proposals that were already tried.
MOST_REPEATS = 100


@dataclass(frozen=True)
class Trial:
    """One set of settings and its score.

    Parameters
    ----------
    number : int
        From 0, which is the start configuration.
    settings : dict of str to value
        Only those that differ from the start configuration.
    macro_f1 : float
        Pooled over the folds.
    seconds : float
    """

    number: int
    settings: dict[str, Any]
    macro_f1: float
    seconds: float


@dataclass(frozen=True)
class Tuning:
    """The result of tuning: all trials and the chosen settings.

    Parameters
    ----------
    config : TrainingConfig
        The chosen settings, without "auto".
    trials : tuple of Trial
        In the order in which they were tried; the first is the start
        configuration.
    chosen : Trial
    by : {"outlet", "event", "time", "random"}
        What training and test articles did not share.
    n_folds : int
    plan : FoldPlan
        How and why the corpus is divided in this way, and which articles are not
        tested.
    """

    config: TrainingConfig
    trials: tuple[Trial, ...]
    chosen: Trial
    by: By
    n_folds: int
    plan: FoldPlan = field(repr=False, compare=False)

    def to_arrow(self) -> Any:
        """Return the trials as an Arrow table."""
        return arrow_table(trial_rows(self), TRIAL_COLUMNS)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the configuration as plain JSON values."""
        return {
            "by": self.by,
            "folds": self.n_folds,
            "division": self.plan.to_dict(),
            "chosen": self.chosen.number,
            "trials": [vars(trial) for trial in self.trials],
        }


def tune(
    articles: Sequence[Article],
    config: TrainingConfig | None = None,
    *,
    budget: float,
    by: By | None = None,
    folds: int = FOLDS,
    max_trials: int | None = None,
    auxiliary: Sequence[Article] = (),
    jobs: int = 1,
    workers: FoldWorkers | None = None,
    progress: Callable[[Sequence[Trial], float], None] = lambda trials, left: None,
) -> Tuning:
    """Search for settings with a high macro-F1 on held-out articles.

    Of all trials within 0.005 of the best, the one with the fewest changed settings
    is chosen. Its score is optimistically biased, since it was used for
    selection: test the settings on other articles.

    Parameters
    ----------
    articles : sequence of Article
        Each with a label.
    config : TrainingConfig, optional
        Settings that it sets explicitly are not changed.
    budget : float
        In seconds; a trial that is still running then is stopped.
    by : {"outlet", "event", "time", "random"}, optional
        What training and test articles may not share; by default the strictest
        protocol that the corpus allows. Near-duplicates are never in both.
    folds : int
        Maximum number of folds; fewer if there are fewer outlets or events.
    max_trials : int, optional
        Maximum number of trials. If it ends the search, the result depends only
        on the corpus, the settings and the seed.
    auxiliary : sequence of Article
        As for `stance.model.training.train`; near-duplicates of articles of the
        corpus are removed.
    jobs : int
        Number of processes; -1 for one per core.
    workers : FoldWorkers, optional
        Other workers to train on, such as a cluster; the scores are the same.
    progress : callable, optional
        Called with the trials so far and the seconds left.

    Returns
    -------
    Tuning

    Raises
    ------
    CorpusError
        If the articles cannot be trained on or divided into folds.
    ConfigError
        If not even the start configuration could be tried in time, no setting
        is left to tune, or Optuna is not installed.
    """
    deadline = time.monotonic() + budget
    corpus = LabelledCorpus.with_auxiliary(articles, auxiliary)
    given = config or TrainingConfig()
    start = resolve_auto(corpus, given)
    choice = ProtocolChoice.of(articles, by)
    plan = usable_folds(corpus, choice, folds, seed=given.seed).check()
    explicit = explicit_settings(given)
    lowerable = frozenset(MIN_OUTLETS) - explicit | start.lowerable
    space = search_space(corpus, _for_trials(start.config), explicit)
    trials: list[Trial] = []
    with (workers or LocalWorkers(jobs)).trials(corpus, plan.folds) as fitting:
        for number, (settings, tell) in enumerate(_proposals(space, given.seed)):
            if number == max_trials:
                break
            began = time.monotonic()
            tried = ResolvedConfig(with_settings(space.start, settings), lowerable)
            predicted = fitting.predict(tried, deadline)
            if predicted is None:
                break
            score = _macro_f1(corpus, plan.folds, predicted)
            tell(score)
            trials.append(Trial(number, settings, score, time.monotonic() - began))
            progress(trials, deadline - time.monotonic())
    if not trials:
        raise _no_time(budget, len(plan.folds), len(articles))
    chosen = _choose(trials)
    return Tuning(
        config=with_settings(start.config, chosen.settings),
        trials=tuple(trials),
        chosen=chosen,
        by=choice.by,
        n_folds=len(plan.folds),
        plan=plan,
    )


def _no_time(budget: float, n_folds: int, n_articles: int) -> ConfigError:
    return ConfigError(
        f"Got a budget of {budget:g} seconds, but expected enough to try one set of settings "
        f"on {n_folds} folds of {n_articles:,} articles. Increase the budget."
    )


def _choose(trials: Sequence[Trial]) -> Trial:
    """Return the trial with the fewest changed settings among those that tie with the best."""
    best = max(trial.macro_f1 for trial in trials)
    near = [trial for trial in trials if trial.macro_f1 >= best - TIE]
    return min(near, key=lambda trial: (len(trial.settings), -trial.macro_f1))


def _proposals(
    space: SearchSpace, seed: int
) -> Iterator[tuple[dict[str, Any], Callable[[float], None]]]:
    """Yield new settings, each with a function that reports its score to Optuna."""
    optuna = _optuna()
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=RANDOM_TRIALS)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.enqueue_trial(space.beginning)
    scores: dict[str, float] = {}
    repeats = 0
    while repeats < MOST_REPEATS:
        trial = study.ask()
        settings = space.differences(space.suggest(trial))
        key = repr(sorted(settings.items()))
        if key in scores:
            study.tell(trial, scores[key])
            repeats += 1
            continue

        def tell(score: float, trial: Any = trial, key: str = key) -> None:
            scores[key] = score
            study.tell(trial, score)

        repeats = 0
        yield settings, tell


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise ConfigError(
            "Got no Optuna, but tuning needs it to propose settings. Install it: "
            f"{install_command('tune')}."
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def _for_trials(config: TrainingConfig) -> TrainingConfig:
    """Return the start configuration of trials, without calibration, to save time."""
    settings: dict[str, Any] = {"calibration.enabled": False}
    if config.classifier.logistic.C == "auto":
        settings["classifier.logistic.C"] = FIRST_PENALTY
    return with_settings(config, settings)


def _macro_f1(
    corpus: LabelledCorpus, folds: Sequence[Fold], predicted: Sequence[Sequence[str]]
) -> float:
    y_true = corpus.y_true[np.concatenate([fold.test for fold in folds])]
    labels = corpus.labels
    y_pred = np.array([labels.index(label) for found in predicted for label in found])
    return macro_f1(y_true, y_pred, len(labels), of_true_labels=True)
