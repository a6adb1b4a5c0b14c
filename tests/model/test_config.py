import tomllib

import pytest

from stance.errors import ConfigError, RenamedSettingWarning
from stance.model.config import TrainingConfig, load_config, parse_config, settings
from stance.model.config_toml import to_toml


def test_written_defaults_read_back_the_same():
    assert parse_config(tomllib.loads(to_toml(TrainingConfig()))) == TrainingConfig()


def test_every_setting_is_written_and_described():
    text = to_toml(TrainingConfig())
    for key, _, description in settings():
        assert f"\n{key.rpartition('.')[2]} = " in f"\n{text}"
        assert description
        assert description in text


def test_changed_values_survive_the_file(tmp_path):
    config = load_config(overrides=['features.lexicon.path="a\\\\b \\"c\\""', "seed=7"])
    path = tmp_path / "config.toml"
    path.write_text(to_toml(config), "utf-8")
    assert load_config(path) == config
    assert config.features.lexicon.path == 'a\\b "c"'


def test_flags_beat_the_file(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("[features.word]\nmax_n = 3\nmin_df = 4\n", "utf-8")
    word = load_config(path, ["features.word.max_n=5"]).features.word
    assert (word.max_n, word.min_df) == (5, 4)


def test_a_bare_word_is_a_string():
    assert load_config(overrides=["classifier.kind=svm"]).classifier.kind == "svm"


@pytest.mark.parametrize(
    ("override", "hint"),
    [
        ("features.wrod.max_n=3", "Did you mean 'features.word'"),
        ("features.word.maxn=3", "Did you mean 'features.word.max_n'"),
        ("clasifier.kind=svm", "Did you mean 'classifier'"),
        ("max_iter=3", "Did you mean"),
        ("zzzzqqqq=3", "stance config"),
    ],
)
def test_an_unknown_key_names_the_nearest(override, hint):
    with pytest.raises(ConfigError, match="unknown setting") as caught:
        load_config(overrides=[override])
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    "override",
    [
        "classifier.kind=forest",
        "classifier.logistic.C=0",
        "features.word.min_n=0",
        "features.word.max_n=two",
        "features.word.min_n=5",
        "features.word=3",
        "seed=-1",
        "seed=1.5",
        "calibration.folds=1",
        "text.title=yes",
        "seed.more=1",
        "no-equals-sign",
        "=3",
    ],
)
def test_a_bad_value_is_refused_in_words(override):
    with pytest.raises(ConfigError, match=r"^Got .*, but .*\.$"):
        load_config(overrides=[override])


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"seed = ", "line 1, seed: there is no value"),
        (b"\xff\xfe", "line 1: the file is not in UTF-8"),
        (b"seed = 1\nseed = 2\n", "line 2, seed: the key seed has a value already"),
    ],
)
def test_a_file_that_is_no_toml_is_refused(tmp_path, content, fault):
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=rf"config\.toml, {fault}"):
        load_config(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        load_config(tmp_path / "nowhere.toml")


def test_toml_nested_too_deep_is_an_error(tmp_path):
    from stance.corpus.codebook import Codebook
    from stance.errors import CorpusError
    from stance.features.lexicon import Lexicon

    path = tmp_path / "deep.toml"
    path.write_text("a = " + "[" * 5000 + "]" * 5000)
    with pytest.raises(ConfigError, match=r"deep\.toml"):
        load_config(path)
    for reader in (Codebook.read, Lexicon.read):
        with pytest.raises(CorpusError, match=r"deep\.toml"):
            reader(path)
    with pytest.raises(ConfigError, match="seed"):
        load_config(overrides=["seed=" + "[" * 5000 + "]" * 5000])


def test_the_old_name_of_a_setting_is_read_and_told(tmp_path):
    (tmp_path / "old.toml").write_text("[classifier]\nsteadiness = 0.5\n")
    told = r"classifier\.steadiness is now called classifier\.outlet_shrinkage"
    with pytest.warns(RenamedSettingWarning, match=told) as warned:
        config = load_config(tmp_path / "old.toml")
    assert len(warned) == 1
    assert config.classifier.outlet_shrinkage == 0.5
    with pytest.warns(RenamedSettingWarning, match=told):
        config = load_config(tmp_path / "old.toml", ["classifier.outlet_shrinkage=0.7"])
    assert config.classifier.outlet_shrinkage == 0.7
    with pytest.warns(RenamedSettingWarning, match=told):
        config = load_config(overrides=["classifier.steadiness=0.3"])
    assert config.classifier.outlet_shrinkage == 0.3


def test_both_names_of_a_setting_at_once_are_refused():
    both = {"classifier": {"steadiness": 0.5, "outlet_shrinkage": 0.7}}
    with pytest.raises(ConfigError, match=r"unknown setting 'classifier\.steadiness'"):
        parse_config(both)
