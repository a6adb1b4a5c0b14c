"""A kind of features of one's own: a class, its settings, and a line in the registry.

Run as a script, this file registers a block before the rest of the toolkit is
imported, and prints what becomes of it as JSON.
"""

import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from pydantic import Field
from scipy import sparse

from stance.features import registry
from stance.features.block import BlockFiles, Fitted, PlainBlock
from stance.features.settings import BlockSettings

OVERRIDES = (
    "features.char.enabled=false",
    "features.lexicon.enabled=false",
    "features.word.min_outlets=1",
    "features.marks.weight=2.0",
)


class MarksSettings(BlockSettings):
    """How often an article asks and shouts."""

    marks: str = Field("؟!", description="the marks that are counted")
    weight: float = Field(1.0, gt=0, description="weight of a mark")

    def worth_tuning(self, min_outlets):
        return {"weight": (0.1, 10.0)}


@dataclass(frozen=True)
class MarksBlock(PlainBlock):
    terms: list[str]
    usual: np.ndarray

    @classmethod
    def fit(cls, batch, settings, groups):
        marks = list(settings.marks)
        counts = cls(marks, np.ones(len(marks))).transform(batch).toarray()
        block = cls(marks, np.maximum(counts.mean(axis=0, dtype=np.float64), 0.1))
        scale = np.full(len(block.terms), settings.weight, dtype=np.float32)
        return Fitted(block, scale, block.transform(batch))

    @classmethod
    def from_files(cls, name, files, settings, table):
        marks = files.json(f"{name}.json")
        return cls(marks, files.tensor(f"{name}.usual", np.float64, (len(marks),)))

    def to_files(self, name):
        data = json.dumps(self.terms).encode()
        return BlockFiles({f"{name}.json": data}, {f"{name}.usual": self.usual})

    def transform(self, batch):
        counts = [[one.text.count(mark) for mark in self.terms] for one in batch.inputs]
        counts = np.array(counts, dtype=np.float64).reshape(-1, len(self.terms))
        return sparse.csr_array((counts / self.usual).astype(np.float32))


MARKS = registry.BlockKind("marks", MarksBlock, MarksSettings, ("marks.json",))


def some_articles():
    from stance.corpus.article import Article

    return [
        Article(
            f"{n}",
            f"دخلت القوات المدينة رقم {n} صباح اليوم{mark * (1 + n % 3)}",
            label="asks" if mark == "؟" else "shouts",
            outlet=f"o{n % 12}",
        )
        for n in range(48)
        for mark in "؟!"
    ]


def gap(model, articles):
    """Return how far contributions and intercepts are from the decision values."""
    inputs = model.config.inputs(articles)
    found = [
        np.asarray(model.features.contributions(inputs, own).sum(axis=1)) + intercept
        for own, intercept in zip(model.linear.weights.T, model.linear.intercepts, strict=True)
    ]
    return float(np.abs(np.stack(found, axis=1) - model.scores(articles)).max())


def use_a_block_of_ones_own():
    """Train, save, load, predict and explain with a block that no file of the toolkit names."""
    registry.BLOCKS = (*registry.BLOCKS, MARKS)
    from stance import TrainingConfig, load_config, load_model, predict, save_model, train
    from stance.model.config_toml import to_toml

    articles, found = some_articles(), []
    for passages in (0, 4):
        config = load_config(overrides=[*OVERRIDES, f"features.passages={passages}"])
        model = train(articles, config)
        with TemporaryDirectory() as folder:
            save_model(model, Path(folder) / "model")
            loaded = load_model(Path(folder) / "model")
            files = sorted(path.name for path in (Path(folder) / "model").iterdir())
        labels = [p.label for p in predict(loaded, articles)]
        same = np.array_equal(loaded.probabilities(articles), model.probabilities(articles))
        found.append(
            {
                "files": files,
                "columns": [name for name in loaded.features.names() if "marks" in name],
                "right": sum(a.label == label for a, label in zip(articles, labels, strict=True)),
                "same": same,
                "gap": gap(loaded, articles),
                "strongest": model.strongest_features(1)["asks"][0].name,
            }
        )
    toml = to_toml(load_config(overrides=OVERRIDES))
    tunable = list(TrainingConfig().features.worth_tuning([]))
    sys.stdout.write(json.dumps({"models": found, "toml": toml, "tunable": tunable}))


@pytest.fixture(scope="module")
def toy():
    done = subprocess.run(
        [sys.executable, __file__], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_a_block_of_ones_own_trains_saves_loads_and_predicts(toy):
    for model in toy["models"]:
        assert model["files"] == sorted(
            ["manifest.json", "marks.json", "normalization.json", "weights.safetensors", "word.txt"]
        )
        assert model["columns"] == ["marks:؟", "marks:!"]
        assert model["right"] == 96
        assert model["same"]
        assert model["strongest"] == "marks:؟"


@pytest.mark.slow
def test_a_block_of_ones_own_is_explained_by_its_contributions(toy):
    assert all(model["gap"] < 1e-9 for model in toy["models"])


def test_a_block_of_ones_own_is_set_in_the_file_of_settings_and_tuned(toy):
    assert "# How often an article asks and shouts.\n[features.marks]" in toy["toml"]
    section = tomllib.loads(toy["toml"])["features"]["marks"]
    assert section == {"enabled": True, "marks": "؟!", "weight": 2.0}
    assert "features.marks.weight" in toy["tunable"]


@pytest.mark.slow
def test_contributions_and_intercept_are_the_decision_value(full_model, seed_articles):
    assert {part.name for part in full_model.features.blocks} == {
        kind.name for kind in registry.BLOCKS
    }
    assert gap(full_model, seed_articles[:60]) < 1e-9


def test_blocks_keep_the_files_that_the_registry_lists(full_model):
    for part in full_model.features.blocks:
        (kind,) = (kind for kind in registry.BLOCKS if kind.name == part.name)
        stored = part.block.to_files(part.name)
        assert tuple(stored.files) == kind.files
        assert all(name.startswith(f"{part.name}.") for name in stored.tensors)
    names = [name for kind in registry.BLOCKS for name in (kind.name, *kind.files)]
    assert len(names) == len(set(names))


if __name__ == "__main__":
    use_a_block_of_ones_own()
