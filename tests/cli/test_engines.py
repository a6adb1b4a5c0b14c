"""`--engine dask`, on a cluster that stands already."""

import orjson
import pytest

from tests.cli.test_cli import stance
from tests.conftest import FAST, SEEDS

QUICK = [word for setting in FAST for word in ("--set", setting)]


@pytest.fixture
def there(cluster):
    return ("--engine", "dask", "--scheduler", cluster.client.scheduler.address)


@pytest.fixture
def some(tmp_path):
    path = tmp_path / "some.jsonl"
    path.write_bytes(b"".join(SEEDS.read_bytes().splitlines(keepends=True)[:60]))
    return path


@pytest.mark.slow
def test_crossval_and_tune_train_on_it(some, there, tmp_path):
    labels = tmp_path / "held-out.jsonl"
    asked = (some, "--by", "random", "--folds", "2", *QUICK, *there)
    assert "macro-F1" in stance("crossval", *asked, "--held-out", labels)[0]
    assert len(labels.read_bytes().splitlines()) == 60
    trials = tmp_path / "trials.json"
    more = ("--output", tmp_path / "chosen.toml", "--json", trials, "--trials", "1")
    stance("tune", *asked, *more)
    assert len(orjson.loads(trials.read_bytes())["trials"]) == 1


@pytest.mark.parametrize("command", ["predict", "crossval", "tune"])
def test_misuse_is_told_before_anything_is_read(command, tmp_path):
    output = ("--output", tmp_path / "o.jsonl")
    for arguments, said in (
        (("--engine", "dusk"), "--engine dusk"),
        (("--scheduler", "tcp://x:1"), "without --engine dask"),
    ):
        assert said in stance(command, "no-such-file.csv", *output, *arguments, code=2)[1]


@pytest.mark.slow
@pytest.mark.parametrize("command", ["predict", "crossval", "tune"])
def test_a_scheduler_that_is_none_leaves_nothing_behind(some, tmp_path, command):
    output = ("--output", tmp_path / "o.jsonl")
    arguments = ("--engine", "dask", "--scheduler", "no-such-file.json")
    assert "tcp://HOST:PORT" in stance(command, some, *output, *arguments, code=1)[1]
    assert [path.name for path in tmp_path.iterdir()] == ["some.jsonl"]
