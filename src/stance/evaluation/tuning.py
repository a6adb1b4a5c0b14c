"""Choosing settings on held-out articles within a budget of time.

Each set of settings is tried on the same folds, with whole outlets held out
where there are any; Optuna proposes the next by what the last ones scored.
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
# Tried at random before the proposals begin, so that they have something to go by.
RANDOM_TRIALS = 10
# Where the penalty is open; trials search around it.
FIRST_PENALTY = 10.0
# So many proposals in a row that were tried before: there is nothing left to try.
MOST_REPEATS = 100


@dataclass(frozen=True)
class Trial:
    """One set of settings and how it did.

    Parameters
    ----------
    number : int
        From 0, the settings that tuning began with.
    settings : dict of str to value
        Where they differ from those.
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
    """What was tried, and what came of it.

    Parameters
    ----------
    config : TrainingConfig
        The best settings, with nothing left open.
    trials : tuple of Trial
        In the order in which they were tried; the first is where it began.
    chosen : Trial
    by : {"outlet", "event", "time", "random"}
        What training and test articles did not share.
    n_folds : int
    plan : FoldPlan
        How the corpus is divided, why so, and what of it is not tested.
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
    """Search for settings that do well on held-out articles.

    Of all trials within half a point of the best the one is chosen that
    changes least. Its figure is optimistically biased, since it was used for
    selection: test the settings on other articles.

    Parameters
    ----------
    articles : sequence of Article
        Each with a label.
    config : TrainingConfig, optional
        What is set in it explicitly stays as it is.
    budget : float
        Seconds; a trial that is under way then is broken off.
    by : {"outlet", "event", "time", "random"}, optional
        What training and test may not share; the most honest that the corpus
        allows by default. Near-duplicates never stand on both sides.
    folds : int
        At most so many; fewer where there are fewer outlets or events.
    max_trials : int, optional
        Stop after so many: the same corpus, settings and seed then give the
        same result.
    auxiliary : sequence of Article
        As for `stance.model.training.train`; none that repeats an article of
        the corpus is learned from.
    jobs : int
        Processes to train in; -1 for one on each core.
    workers : FoldWorkers, optional
        Where to train instead, such as on a cluster; the scores are the same.
    progress : callable, optional
        Told of the trials so far and the seconds left.

    Returns
    -------
    Tuning

    Raises
    ------
    CorpusError
        If the articles cannot be learned from or divided.
    ConfigError
        If not even the settings that it begins with could be tried in time,
        nothing is left to be tuned, or Optuna is missing.
    """
    deadline = time.monotonic() + budget
    corpus = LabelledCorpus.beside(articles, auxiliary)
    given = config or TrainingConfig()
    start = resolve_auto(corpus, given)
    choice = ProtocolChoice.of(articles, by)
    plan = usable_folds(corpus, choice, folds, seed=given.seed).check()
    explicit = explicit_settings(given)
    lowerable = frozenset(MIN_OUTLETS) - explicit | start.lowerable
    space = search_space(corpus, _tried_first(start.config), explicit)
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
        f"Got a budget of {budget:g} seconds, in which not one set of settings could be tried "
        f"on {n_folds} folds of {n_articles:,} articles. Give it more."
    )


def _choose(trials: Sequence[Trial]) -> Trial:
    """Return the best trial, or of those that tie with it the one nearest to the beginning."""
    best = max(trial.macro_f1 for trial in trials)
    near = [trial for trial in trials if trial.macro_f1 >= best - TIE]
    return min(near, key=lambda trial: (len(trial.settings), -trial.macro_f1))


def _proposals(
    space: SearchSpace, seed: int
) -> Iterator[tuple[dict[str, Any], Callable[[float], None]]]:
    """Yield settings without end, each with what takes its score; none twice."""
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
            "Got no Optuna, which proposes the settings to try. Install it: "
            f"{install_command('tune')}."
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def _tried_first(config: TrainingConfig) -> TrainingConfig:
    """Return resolved settings as they are tried: no time is spent on calibration."""
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
