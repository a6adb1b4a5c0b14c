import re
from pathlib import Path

import pytest

from stance.benchmarking.suite import load_suite
from stance.datasets.records import parse_dataset_name
from stance.errors import ConfigError

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("*.toml")), ids=str)
def test_the_projects_own_suites_ask_for_what_there_is(path):
    suite = load_suite(path)
    for task in suite.tasks.values():
        for name in [*task.corpus, *task.test]:
            assert parse_dataset_name(name).dataset.items
    for opponent in suite.opponents.values():
        for command in (opponent.fit, opponent.predict):
            assert (path.parent / command[1]).is_file()


def test_the_suite_in_the_docs_is_one(tmp_path):
    text = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "suite.toml").write_text(example, "utf-8")
    task = load_suite(tmp_path / "suite.toml").tasks["framing"]
    assert task.published
    assert task.variants


def test_a_suite_is_read_with_its_defaults(write_suite):
    suite = write_suite()
    task = suite.tasks["small"]
    assert (task.main_metric, task.mapping.label, suite.seed) == ("macro-F1", "framing", 13)
    assert suite.settings(task).features.word.max_n == 1
    assert suite.settings(task).seed == suite.seed


def test_a_variant_changes_what_it_names_and_nothing_else(write_suite):
    suite = write_suite("variants = { pairs = { features.word.max_n = 2 } }")
    task = suite.tasks["small"]
    before, after = suite.settings(task), suite.settings(task, task.variants["pairs"])
    assert after.features.word.max_n == 2
    assert after.features.word.min_df == before.features.word.min_df == 1
    assert after.features.char == before.features.char


def test_a_configuration_may_stand_in_a_file_beside_the_suite(desk):
    (desk / "words.toml").write_text("features.word.max_n = 3", "utf-8")
    path = desk / "other.toml"
    path.write_text('title = "x"\ntasks.t = { corpus = ["a"], config = "words.toml" }', "utf-8")
    suite = load_suite(path)
    assert suite.settings(suite.tasks["t"]).features.word.max_n == 3


@pytest.mark.parametrize(
    ("task", "complaint"),
    [
        ("banana = 1", r"line \d+, tasks\.small\.banana: unknown key"),
        ('opponents = ["nobody"]', "'nobody'"),
        ('each = "colour"', "'colour'"),
        ('by = "random"\nnaive = true', "twice"),
        ('test = ["test.jsonl"]\nfolds = 3', "test set"),
        ("sample = -1", "sample"),
        ("variants = { stance = { seed = 1 } }", "name of a contender"),
        ("variants = { x = { features.word.max_m = 1 } }", "max_m"),
        ('published = [{ what = "x", scores = { F = 0.5 }, source = "y" }]', "'F'"),
        ('metrics = { x = { score = "f5" } }', "macro_f1"),
        ('metrics = { x = { score = "accuracy", labels = ["a"] } }', "only macro_f1"),
        ("metrics = { x = { bar = 71 } }", "less than or equal to 1"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_runs(write_suite, task, complaint):
    with pytest.raises(ConfigError, match=complaint):
        write_suite(task)


def test_a_missing_suite_and_one_that_is_no_toml_are_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.toml, which cannot be read"):
        load_suite(tmp_path / "nowhere.toml")
    (tmp_path / "bad.toml").write_text("title = ", "utf-8")
    with pytest.raises(ConfigError, match=r"bad\.toml, line 1, title: there is no value"):
        load_suite(tmp_path / "bad.toml")


def test_some_tasks_alone(write_suite):
    suite = write_suite(rest='speed = { task = "small" }\ntasks.other.corpus = ["x"]')
    only = suite.only(["other"])
    assert list(only.tasks) == ["other"]
    assert only.speed is None
    assert suite.only([]) is suite
    with pytest.raises(ConfigError, match=r"'third'.*small"):
        suite.only(["third"])


@pytest.mark.parametrize("part", ["{modle}", "{", "{0}"])
def test_a_command_names_what_there_is(write_suite, part):
    with pytest.raises(ConfigError, match=r"opponents\.x: .*\{model\}.*braces twice"):
        write_suite(rest=f'[opponents.x]\nfit = ["{part}"]\npredict = ["x"]')


def test_speed_needs_a_task(write_suite):
    with pytest.raises(ConfigError, match="none of the tasks"):
        write_suite(rest='speed = { task = "nothing" }')
