"""Choosing settings on training articles alone, as a nested cross-validation needs it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.corpus.fold_plan import FoldPlan, ProtocolChoice
from stance.corpus.splitting import group_numbers
from stance.errors import ConfigError, CorpusError
from stance.evaluation.confusion import Metric
from stance.model.calibration import INDISTINCT, PENALTIES
from stance.model.config import ClassifierConfig, TrainingConfig, lowerable_settings, settings
from stance.model.learning_matrix import fit_linear
from stance.model.record import article_text
from stance.model.training import article_weights, fit_features, settle_lexicon, within_outlets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from stance.corpus.splitting import By, Fold
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

    def choose(
        self, corpus: LabelledCorpus, fold: str
    ) -> tuple[TrainingConfig, Choice | None, frozenset[str]]:
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
        lowerable : frozenset of str
            The settings that were left to the corpus, as `learn` takes them.

        Raises
        ------
        CorpusError
            If the articles cannot be divided again.
        """
        lowerable = _spelled_out(corpus, self.candidates)
        configs = list(lowerable)
        if len(configs) == 1:
            return configs[0], None, lowerable[configs[0]]
        scores = _macro_f1(corpus, lowerable, self._inner_folds(corpus, fold))
        place = next(i for i, f1 in enumerate(scores) if f1 >= max(scores) - INDISTINCT)
        chosen = configs[place]
        choice = Choice(fold, _differing(configs)[place], scores[place])
        return chosen, choice, lowerable[chosen]

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


def usable_folds(
    corpus: LabelledCorpus, by: By | ProtocolChoice, wanted: int, *, seed: int
) -> FoldPlan:
    """Divide a corpus into folds that can be trained on.

    Parameters
    ----------
    corpus : LabelledCorpus
        No near-duplicate stands on both sides of a fold.
    by : {"outlet", "event", "time", "random"} or ProtocolChoice
    wanted : int
        At most so many folds; fewer where there are fewer outlets or events.
    seed : int

    Returns
    -------
    FoldPlan
        With the articles alone whose label can be learned without them.

    Raises
    ------
    CorpusError
        If the corpus cannot be divided so, or no article can be tested.
    """
    name = by.by if isinstance(by, ProtocolChoice) else by
    if name in {"outlet", "event"}:
        groups, _ = group_numbers(corpus.articles, name)
        wanted = max(min(wanted, int(groups.max()) + 1), 2)
    choice = by if isinstance(by, ProtocolChoice) else ProtocolChoice.of(corpus.articles, by)
    plan = FoldPlan.of(corpus.articles, choice, wanted, seed=seed, duplicates=corpus.duplicates)
    return plan if plan.folds else plan.check()


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


def _spelled_out(
    corpus: LabelledCorpus, candidates: Sequence[TrainingConfig]
) -> dict[TrainingConfig, frozenset[str]]:
    """Settle what the candidates leave to the corpus; list open penalties one by one.

    Each comes with the settings that its candidate left to the corpus.
    """
    names_actors: dict[object, bool] = {}
    configs: dict[TrainingConfig, frozenset[str]] = {}
    for candidate in candidates:
        config = corpus.settle(candidate)
        decisive = (config.text, config.normalization, config.features.lexicon)
        if decisive not in names_actors:
            settled = settle_lexicon(corpus, config)
            names_actors[decisive] = settled.features.lexicon.enabled is True
        config = config.with_lexicon(names_actors[decisive])
        is_open = config.classifier.kind == "logistic" and config.classifier.logistic.C == "auto"
        spelled = [config.with_penalty(c) for c in PENALTIES] if is_open else [config]
        for one in spelled:
            configs.setdefault(one, lowerable_settings(candidate))
    return configs


def _differing(configs: Sequence[TrainingConfig]) -> list[dict[str, Any]]:
    """Return, for each configuration, the settings in which they are not all the same."""
    values = [{key: value for key, value, _ in settings(config)} for config in configs]
    keys = [key for key in values[0] if len({repr(found[key]) for found in values}) > 1]
    return [{key: found[key] for key in keys} for found in values]


def _macro_f1(
    corpus: LabelledCorpus,
    configs: Mapping[TrainingConfig, frozenset[str]],
    folds: Sequence[Fold],
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
    corpus: LabelledCorpus, lowerable: Mapping[TrainingConfig, frozenset[str]], fold: Fold
) -> list[NDArray[np.int64]]:
    """Return what each configuration, learned from a fold's training articles, makes of its test.

    Features take far longer than the classifier, so that configurations which
    look at the same features share them.
    """
    configs = list(lowerable)
    alike: dict[object, list[int]] = defaultdict(list)
    for place, config in enumerate(configs):
        read = config.model_copy(update={"classifier": ClassifierConfig()})
        alike[read, lowerable[config]].append(place)
    train = corpus.part(fold.train)
    numbers = np.array([corpus.labels.index(label) for label in train.labels])
    found: dict[int, NDArray[np.int64]] = {}
    for places in alike.values():
        shared = configs[places[0]]
        fitted = within_outlets(train, shared, lowerable[shared])
        features, matrix = fit_features(train, fitted, lowerable[shared])
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
