"""Choosing settings on training articles alone, as a nested cross-validation needs it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.corpus.splitting import Fold, split
from stance.errors import ConfigError, CorpusError
from stance.evaluation.confusion import Metric
from stance.model.calibration import INDISTINCT, PENALTIES
from stance.model.config import ClassifierConfig, TrainingConfig, settings
from stance.model.learning_matrix import fit_linear
from stance.model.record import article_text
from stance.model.training import article_weights, fit_features, settle_lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from stance.corpus.splitting import By
    from stance.model.learning_corpus import LabelledCorpus


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
        is settled on the training articles; a penalty left open is a
        candidate in each strength.
    by : {"outlet", "event", "time", "random"}
        What inner training and test may not share; the same as outside.
    """

    candidates: tuple[TrainingConfig, ...]
    by: By

    def choose(self, corpus: LabelledCorpus, fold: str) -> tuple[TrainingConfig, Choice | None]:
        """Choose by macro-F1 on inner folds of the corpus.

        The first candidate wins whose macro-F1 is within half a point of the
        best: what the articles cannot tell apart, simplicity decides.

        Parameters
        ----------
        corpus : LabelledCorpus
            Training articles alone.
        fold : str
            Their fold, for messages.

        Returns
        -------
        config : TrainingConfig
        choice : Choice or None
            None where there was nothing to choose.

        Raises
        ------
        CorpusError
            If the articles cannot be divided again.
        """
        configs = _spelled_out(corpus, self.candidates)
        if len(configs) == 1:
            return configs[0], None
        scores = _macro_f1(corpus, configs, self._inner_folds(corpus, fold))
        place = next(i for i, f1 in enumerate(scores) if f1 >= max(scores) - INDISTINCT)
        return configs[place], Choice(fold, _differing(configs)[place], scores[place])

    def _inner_folds(self, corpus: LabelledCorpus, fold: str) -> list[Fold]:
        first = self.candidates[0]
        try:
            return usable_folds(corpus, self.by, first.calibration.folds, seed=first.seed)
        except (CorpusError, ConfigError) as error:
            raise CorpusError(
                f"Got the fold {fold!r}, whose training articles cannot be divided again to choose "
                f"settings: {error} Or choose nothing inside the folds."
            ) from error


def usable_folds(corpus: LabelledCorpus, by: By, wanted: int, *, seed: int) -> list[Fold]:
    """Divide a corpus into folds that can be trained on.

    Parameters
    ----------
    corpus : LabelledCorpus
        No near-duplicate stands on both sides of a fold.
    by : {"outlet", "event", "time", "random"}
    wanted : int
        At most so many folds; fewer where there are fewer outlets or events.
    seed : int

    Returns
    -------
    list of Fold
        Without those that leave one label to learn from.

    Raises
    ------
    CorpusError
        If the corpus cannot be divided so.
    """
    if by in {"outlet", "event"}:
        n_groups = len({getattr(article, by) for article in corpus.articles})
        wanted = max(min(wanted, n_groups), 2)
    folds = split(corpus.articles, by, wanted, seed=seed, duplicates=corpus.duplicates)
    return [fold for fold in folds if len(np.unique(corpus.truth[fold.train])) > 1]


def grid(choices: Iterable[str]) -> list[list[str]]:
    """Combine the values of several settings, each with each.

    Parameters
    ----------
    choices : iterable of str
        ``KEY=VALUE,VALUE``.

    Returns
    -------
    list of list of str
        Overrides as `stance.model.config.load_config` takes them; the last
        setting varies fastest.

    Raises
    ------
    ConfigError
        If a choice has no key or no value.

    Examples
    --------
    >>> grid(["features.word.max_n=1,2", "seed=5"])
    [['features.word.max_n=1', 'seed=5'], ['features.word.max_n=2', 'seed=5']]
    """
    axes = []
    for choice in choices:
        key, equals, values = choice.partition("=")
        if not (key and equals and values):
            raise ConfigError(
                f"Got the grid {choice!r}, but expected KEY=VALUE,VALUE such as "
                "features.word.max_n=1,2."
            )
        axes.append([f"{key}={value.strip()}" for value in values.split(",")])
    return [list(combination) for combination in product(*axes)]


def _spelled_out(
    corpus: LabelledCorpus, candidates: Sequence[TrainingConfig]
) -> list[TrainingConfig]:
    """Settle what the candidates leave to the corpus; list open penalties one by one."""
    names_actors: dict[object, bool] = {}
    configs: dict[TrainingConfig, None] = {}
    for candidate in candidates:
        config = corpus.settle(candidate)
        decisive = (config.text, config.normalization, config.features.lexicon)
        if decisive not in names_actors:
            settled = settle_lexicon(corpus, config)
            names_actors[decisive] = settled.features.lexicon.enabled is True
        config = config.with_lexicon(names_actors[decisive])
        is_open = config.classifier.kind == "logistic" and config.classifier.logistic.C == "auto"
        spelled = [config.with_penalty(c) for c in PENALTIES] if is_open else [config]
        configs.update(dict.fromkeys(spelled))
    return list(configs)


def _differing(configs: Sequence[TrainingConfig]) -> list[dict[str, Any]]:
    """Return, for each configuration, the settings in which they are not all the same."""
    values = [{key: value for key, value, _ in settings(config)} for config in configs]
    keys = [key for key in values[0] if len({repr(found[key]) for found in values}) > 1]
    return [{key: found[key] for key in keys} for found in values]


def _macro_f1(
    corpus: LabelledCorpus, configs: Sequence[TrainingConfig], folds: Sequence[Fold]
) -> list[float]:
    """Return the macro-F1 of each configuration, pooled over the folds."""
    k = len(corpus.labels)
    confusions = np.zeros((len(configs), k * k))
    for fold in folds:
        truth = corpus.truth[fold.test]
        for row, guess in zip(confusions, _guesses(corpus, configs, fold), strict=True):
            np.add.at(row, truth * k + guess, 1.0)
    stacks = confusions.reshape(len(configs), 1, k, k)
    scores: list[float] = Metric().score(stacks, corpus.labels).tolist()
    return scores


def _guesses(
    corpus: LabelledCorpus, configs: Sequence[TrainingConfig], fold: Fold
) -> list[NDArray[np.int64]]:
    """Return what each configuration, learned from a fold's training articles, makes of its test.

    Features take far longer than the classifier, so that configurations which
    look at the same features share them.
    """
    alike: dict[TrainingConfig, list[int]] = defaultdict(list)
    for place, config in enumerate(configs):
        alike[config.model_copy(update={"classifier": ClassifierConfig()})].append(place)
    train = corpus.part(fold.train)
    numbers = np.array([corpus.labels.index(label) for label in train.labels])
    found: dict[int, NDArray[np.int64]] = {}
    for places in alike.values():
        shared = configs[places[0]]
        features, matrix = fit_features(train, shared)
        test = features.transform([article_text(corpus.articles[i], shared) for i in fold.test])
        for place in places:
            linear, _ = fit_linear(
                matrix,
                train.truth,
                article_weights(train, configs[place]),
                train.outlets,
                n_labels=len(train.labels),
                config=configs[place],
            )
            found[place] = numbers[linear.scores(test).argmax(axis=1)]
    return [found[place] for place in range(len(configs))]
