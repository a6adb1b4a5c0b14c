"""`stance tune` as a user calls it."""

import tomllib
from pathlib import Path

import orjson
import pytest
from rich.cells import cell_len

from stance.model.config import load_config
from tests.cli.test_cli import stance
from tests.conftest import SEEDS

QUICK = ("--set", "features.char.enabled=false", "--set", "features.lexicon.enabled=false")


@pytest.mark.slow
def test_it_writes_settings_that_train_takes(tmp_path, monkeypatch):
    # Names alone, since a path may be longer than a line.
    monkeypatch.chdir(tmp_path)
    corpus, chosen = Path("some.jsonl"), Path("chosen.toml")
    corpus.write_bytes(b"".join(SEEDS.read_bytes().splitlines(keepends=True)[:80]))
    out, _ = stance(
        *("tune", corpus, "--output", chosen, "--json", tmp_path / "trials.json", *QUICK),
        *("--budget", "10m", "--trials", "3", "--folds", "2", "--jobs", "2"),
    )
    assert all(cell_len(line) <= 80 for line in out.splitlines())
    assert "initial settings" in out
    assert "optimistically biased: it was used for selection" in " ".join(out.split())
    found = orjson.loads((tmp_path / "trials.json").read_bytes())
    assert len(found["trials"]) == 3
    assert found["by"] == "outlet"
    config = load_config(chosen)
    for key, value in found["trials"][found["chosen"]]["settings"].items():
        section = config
        for name in key.split("."):
            section = getattr(section, name)
        assert section == value
    assert tomllib.loads(chosen.read_text("utf-8"))["features"]["char"]["enabled"] is False
    assert "macro-F1" in chosen.read_text("utf-8").splitlines()[0]
    stance("train", corpus, "--config", chosen, "--output", tmp_path / "model")


@pytest.mark.slow
def test_misuse_is_told_before_anything_is_read(tmp_path):
    taken = tmp_path / "taken.toml"
    taken.write_text("mine", "utf-8")
    for arguments, said in (
        (("--output", tmp_path / "o.toml", "--budget", "soon"), "--budget soon"),
        (("--output", tmp_path / "o.toml", "--budget", "0s"), "--budget 0s"),
        (("--output", tmp_path / "o.toml", "--by", "author"), "--by author"),
    ):
        assert said in stance("tune", "no-such-file.csv", *arguments, code=2)[1]
    assert "taken.toml" in stance("tune", SEEDS, "--output", taken, code=1)[1]
    assert taken.read_text("utf-8") == "mine"


@pytest.mark.slow
def test_too_little_time_leaves_no_file(tmp_path):
    chosen = tmp_path / "chosen.toml"
    said = stance("tune", SEEDS, "--output", chosen, "--budget", "0.1s", "--jobs", "1", code=2)[1]
    assert "Increase the budget" in said
    assert not chosen.exists()
