import dataclasses
import re
import sys
import time

import numpy as np
import pytest

from stance.distributed.fold_workers import DaskWorkers
from stance.distribution import install_command
from stance.errors import ConfigError, CorpusError
from stance.evaluation import tuning
from stance.evaluation.fold_workers import LocalWorkers, TrialProcesses
from stance.evaluation.tuning import tune
from stance.model.config import load_config
from stance.model.config_toml import to_toml
from stance.model.learning_corpus import LabelledCorpus
from stance.model.resolve_auto import resolve_auto
from tests.conftest import FAST

FOREVER = 1e6


class Rehearsal:
    """Stands for the processes: right on a share of the articles that the settings decide."""

    clock = 0.0
    seconds = 1.0
    folds = None

    def __init__(self, corpus, folds):
        self.articles, type(self).folds = corpus.articles, folds

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def predict(self, resolved, deadline):
        type(self).clock += self.seconds
        if self.clock > deadline:
            return None
        return [self.labels(fold, self.share(resolved.config)) for fold in self.folds]

    def labels(self, fold, share):
        truth = [self.articles[i].label for i in fold.test]
        wrong = sorted({article.label for article in self.articles})
        return [
            label if n < share * len(truth) else next(other for other in wrong if other != label)
            for n, label in enumerate(truth)
        ]

    @staticmethod
    def share(config):
        return 0.9 if config.features.word.max_n == 1 else 0.5


@pytest.fixture
def rehearsal(monkeypatch):
    kind = type("Rehearsed", (Rehearsal,), {})
    monkeypatch.setattr(LocalWorkers, "trials", lambda self, corpus, folds: kind(corpus, folds))
    monkeypatch.setattr(tuning.time, "monotonic", lambda: kind.clock)
    return kind


@pytest.mark.slow
def test_the_best_settings_are_found_and_nothing_is_left_open(rehearsal, seed_articles):
    found = tune(seed_articles[::2], budget=FOREVER, max_trials=12)
    assert found.chosen.settings["features.word.max_n"] == 1
    assert found.config.features.word.max_n == 1
    lines = to_toml(found.config).splitlines()
    # The period of texts that do not show theirs is learned from the articles in training.
    assert [line.split()[0] for line in lines if '= "auto"' in line] == ["assumed_date"]
    assert found.trials[0].settings == {}
    assert len(found.trials) == 12


@pytest.mark.slow
@pytest.mark.parametrize(("better", "stands"), [(0.502, True), (0.6, False)])
def test_what_it_began_with_stands_unless_another_is_clearly_better(
    rehearsal, seed_articles, monkeypatch, better, stands
):
    def predict(self, resolved, deadline):
        return better if resolved.config.features.word.max_n == 1 else 0.5

    monkeypatch.setattr(rehearsal, "predict", predict)
    monkeypatch.setattr(tuning, "_macro_f1", lambda corpus, folds, predicted: predicted)
    found = tune(seed_articles[::2], budget=FOREVER, max_trials=8)
    assert (found.chosen.number == 0) is stands
    assert max(trial.macro_f1 for trial in found.trials) == better


@pytest.mark.slow
def test_of_equals_the_one_that_changes_least_is_chosen(rehearsal, seed_articles):
    found = tune(seed_articles[::2], budget=FOREVER, max_trials=15)
    best = [t for t in found.trials if t.macro_f1 == found.chosen.macro_f1]
    assert len(best) > 1
    assert len(found.chosen.settings) == min(len(trial.settings) for trial in best)


@pytest.mark.slow
def test_what_is_configured_stays(rehearsal, seed_articles):
    config = load_config(overrides=["features.word.max_n=2", "calibration.folds=4"])
    found = tune(seed_articles[::2], config, budget=FOREVER, max_trials=6)
    assert found.config.features.word.max_n == 2
    assert found.config.calibration.folds == 4
    assert found.config.calibration.enabled is True
    assert all("features.word.max_n" not in trial.settings for trial in found.trials)


@pytest.mark.slow
def test_it_stops_on_time(rehearsal, seed_articles):
    found = tune(seed_articles[::2], budget=7.5)
    assert len(found.trials) == 7


@pytest.mark.slow
def test_too_little_time_is_told(rehearsal, seed_articles):
    with pytest.raises(ConfigError, match=r"0\.5 seconds.*enough to try one"):
        tune(seed_articles[::2], budget=0.5)


@pytest.mark.slow
def test_the_same_seed_tries_the_same_and_nothing_twice(rehearsal, seed_articles):
    first, second = (
        [t.settings for t in tune(seed_articles[::2], budget=FOREVER, max_trials=15).trials]
        for _ in range(2)
    )
    assert first == second
    assert len({repr(sorted(settings.items())) for settings in first}) == 15


@pytest.mark.slow
def test_it_ends_when_there_is_nothing_left_to_try(rehearsal, seed_articles, monkeypatch):
    left, space = "features.word.max_n", tuning.search_space

    def only_one(*arguments):
        found = space(*arguments)
        return dataclasses.replace(found, values={left: found.values[left]})

    monkeypatch.setattr(tuning, "search_space", only_one)
    found = tune(seed_articles[::2], budget=FOREVER)
    assert [trial.settings for trial in found.trials] == [{}, {left: 1}]


@pytest.mark.slow
def test_outlets_and_near_duplicates_stay_on_one_side(rehearsal, seed_articles):
    copy = dataclasses.replace(seed_articles[0], id="copy", outlet=seed_articles[-1].outlet)
    articles = [*seed_articles[::2], copy]
    assert articles[0].outlet != copy.outlet
    tune(articles, budget=FOREVER, max_trials=1)
    tested = np.concatenate([fold.test for fold in rehearsal.folds])
    assert sorted(tested.tolist()) == list(range(len(articles)))
    for fold in rehearsal.folds:
        train = {articles[i].outlet for i in fold.train}
        assert not train & {articles[i].outlet for i in fold.test}
        for one, other in ((0, len(articles) - 1), (len(articles) - 1, 0)):
            assert not (one in fold.test and other in fold.train)


def test_folds_that_leave_one_label_are_refused(rehearsal, seed_articles):
    labels = {"one": "a", "two": "b"}
    articles = [
        dataclasses.replace(a, outlet=o, label=labels[o])
        for a, o in zip(seed_articles[:20], ["one", "two"] * 10, strict=True)
    ]
    with pytest.raises(CorpusError, match="one label"):
        tune(articles, budget=FOREVER, by="outlet", max_trials=1)


def test_without_optuna_it_says_what_to_install(rehearsal, seed_articles, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ConfigError, match=re.escape(install_command("tune"))):
        tune(seed_articles[::2], budget=FOREVER, max_trials=1)


@pytest.mark.slow
def test_processes_label_as_a_model_does_and_break_off_on_time(seed_articles):
    from stance.corpus.splitting import split
    from stance.model.training import train

    articles = seed_articles[::6]
    folds = split(articles, "random", 2, seed=13)
    config = load_config(overrides=FAST)
    resolved = resolve_auto(LabelledCorpus(articles), config)
    with TrialProcesses(LabelledCorpus(articles), folds, 1) as workers:
        predictions = workers.predict(resolved, time.monotonic() + 500)
        began = time.monotonic()
        assert workers.predict(resolved, began) is None
    assert time.monotonic() - began < 60
    model = train([articles[i] for i in folds[0].train], config)
    found = model.scores([articles[i] for i in folds[0].test]).argmax(axis=1)
    assert predictions[0] == [model.labels[number] for number in found]


@pytest.mark.slow
def test_processes_learn_from_auxiliary_articles_too(seed_articles):
    from stance.corpus.splitting import split
    from stance.model.training import learn

    corpus = LabelledCorpus(seed_articles[:40], auxiliary=seed_articles[600:])
    folds = split(corpus.articles, "random", 2, seed=13)
    config = resolve_auto(corpus, load_config(overrides=[*FAST, "auxiliary.weight=5"]))
    with TrialProcesses(corpus, folds, 1) as workers:
        predictions = workers.predict(config, time.monotonic() + 500)
    for fold, predicted in zip(folds, predictions, strict=True):
        model = learn(corpus.part(fold.train), config)
        found = model.scores([corpus.articles[i] for i in fold.test]).argmax(axis=1)
        assert predicted == [model.labels[number] for number in found]
    alone = learn(LabelledCorpus([corpus.articles[i] for i in folds[0].train]), config)
    found = alone.scores([corpus.articles[i] for i in folds[0].test]).argmax(axis=1)
    assert predictions[0] != [alone.labels[number] for number in found]


@pytest.mark.slow
def test_auxiliary_articles_have_a_weight_to_tune(rehearsal, seed_articles):
    options = {"budget": FOREVER, "max_trials": 4}
    beside = tune(seed_articles[:40], auxiliary=seed_articles[300:], **options)
    assert any("auxiliary.weight" in trial.settings for trial in beside.trials)
    alone = tune(seed_articles[:40], **options)
    assert not any("auxiliary.weight" in trial.settings for trial in alone.trials)


@pytest.mark.slow
def test_a_mistake_in_a_process_is_told(seed_articles):
    from stance.corpus.splitting import split

    articles = seed_articles[::6]
    config = load_config(overrides=[*FAST, "features.word.min_df=1000"])
    config = resolve_auto(LabelledCorpus(articles), config)
    with (
        TrialProcesses(
            LabelledCorpus(articles), split(articles, "random", 2, seed=13), 1
        ) as workers,
        pytest.raises(CorpusError, match="min_df"),
    ):
        workers.predict(config, time.monotonic() + 500)


@pytest.mark.slow
def test_a_process_that_dies_is_told(seed_articles):
    from stance.corpus.splitting import split

    articles = seed_articles[::6]
    corpus = LabelledCorpus(articles)
    with TrialProcesses(corpus, split(articles, "random", 2, seed=13), 1) as workers:
        workers._processes[0].terminate()
        workers._processes[0].join()
        resolved = resolve_auto(corpus, load_config(overrides=FAST))
        with pytest.raises(CorpusError, match="ended early"):
            workers.predict(resolved, time.monotonic() + 500)


def test_jobs_out_of_range_are_refused(seed_articles):
    with pytest.raises(ConfigError, match="jobs=0"):
        TrialProcesses(LabelledCorpus(seed_articles), [], 0)


@pytest.mark.slow
def test_a_cluster_scores_the_same_trials(cluster, seed_articles):
    config = load_config(overrides=FAST)
    options = {"budget": FOREVER, "max_trials": 2, "folds": 2}
    here, there = (
        tune(seed_articles[:72], config, **options, **where)
        for where in ({"jobs": 2}, {"workers": DaskWorkers(cluster)})
    )
    assert [(t.settings, t.macro_f1) for t in there.trials] == [
        (t.settings, t.macro_f1) for t in here.trials
    ]
    assert there.config == here.config


def test_a_cluster_is_not_waited_for_beyond_the_budget(cluster, seed_articles):
    began = time.monotonic()
    with pytest.raises(ConfigError, match="enough to try one set of settings"):
        tune(seed_articles, load_config(), budget=0.5, folds=2, workers=DaskWorkers(cluster))
    assert time.monotonic() - began < 20
