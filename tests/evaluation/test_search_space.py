import orjson
import pytest

from stance.corpus.article import Article
from stance.errors import ConfigError
from stance.evaluation.search_space import search_space
from stance.model.config import TrainingConfig, explicit_settings, load_config
from stance.model.learning_corpus import LabelledCorpus
from stance.model.resolve_auto import resolve_auto


def space_of(articles, *overrides):
    corpus, given = LabelledCorpus(articles), load_config(overrides=overrides)
    start = resolve_auto(corpus, given).config.with_penalty(10.0)
    return search_space(corpus, start, explicit_settings(given))


class Draws:
    """Stands for a trial: always the first value, or the lower end."""

    def __init__(self, **chosen):
        self.chosen = chosen

    def suggest_categorical(self, key, values):
        return self.chosen.get(key, values[0])

    def suggest_float(self, key, low, high, *, log):
        assert log
        assert low < high
        return low


@pytest.mark.slow
def test_outlets_are_searched_where_they_cross_the_labels(seed_articles):
    some = seed_articles[:264]
    keys = set(space_of(some).values)
    assert {"features.word.min_outlets", "classifier.outlet_shrinkage", "text.boilerplate"} <= keys
    bare = [Article(a.id, a.text, a.label) for a in some]
    left = set(space_of(bare).values)
    assert not {"features.word.min_outlets", "classifier.outlet_shrinkage"} & left
    assert "features.word.max_n" in left


def test_what_is_given_is_not_searched(seed_articles):
    space = space_of(seed_articles, "features.word.max_n=1", "text.quotations=keep")
    assert not {"features.word.max_n", "text.quotations"} & set(space.values)


def test_the_lexicon_is_searched_only_where_it_is_used(seed_articles):
    space = space_of(seed_articles, "features.lexicon.enabled=false")
    assert not [key for key in space.values if "lexicon" in key]


def test_the_search_begins_with_what_the_corpus_would_be_trained_with(seed_articles):
    space = space_of(seed_articles)
    for key, value in space.beginning.items():
        values = space.values[key]
        inside = values[0] <= value <= values[1] if isinstance(values, tuple) else value in values
        assert inside, key
    assert space.differences(space.beginning) == {}


def test_settings_of_features_that_are_off_are_not_chosen(seed_articles):
    space = space_of(seed_articles)
    off = space.suggest(Draws(**{"features.char.enabled": False}))
    on = space.suggest(Draws(**{"features.char.enabled": True}))
    assert "features.char.weight" not in off
    assert on["features.char.weight"] == 0.3


@pytest.mark.slow
def test_nothing_left_to_tune_is_refused(seed_articles):
    beginning = space_of(seed_articles).beginning
    given = [f"{key}={orjson.dumps(value).decode()}" for key, value in beginning.items()]
    with pytest.raises(ConfigError, match="sets everything"):
        space_of(seed_articles, *given)


def test_every_value_is_a_setting_that_holds(seed_articles):
    from stance.model.config import with_settings

    space = space_of(seed_articles)
    for key, values in space.values.items():
        for value in values:
            assert isinstance(with_settings(space.start, {key: value}), TrainingConfig)
