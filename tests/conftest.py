"""Corpora and models that many tests share."""

import os
from pathlib import Path

import pytest

from stance.corpus.article import Article
from stance.distribution import install_command
from stance.formats.labelled import read_corpus
from stance.model.config import load_config
from stance.model.training import train

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds" / "articles.jsonl"

# Word features alone, uncalibrated: what a test that is about something else trains with.
FAST = (
    "features.char.enabled=false",
    "features.lexicon.enabled=false",
    "features.word.max_n=1",
    "calibration.enabled=false",
)

# Nothing that would keep a model from falling for a byline, however many outlets there are.
GULLIBLE = (
    "classifier.outlet_shrinkage=0.0",
    "features.passages=0",
    "features.word.binary=false",
    "features.word.min_outlets=1",
)


@pytest.fixture(scope="session")
def seed_articles() -> list[Article]:
    articles, rejected = read_corpus([SEEDS])
    assert not rejected
    return articles


@pytest.fixture(scope="session")
def fast_config():
    return load_config(overrides=FAST)


@pytest.fixture(scope="session")
def fast_model(seed_articles, fast_config):
    return train(seed_articles, fast_config)


@pytest.fixture(scope="session")
def full_model(seed_articles):
    """Train with every default, and characters too, on a third of the seed corpus."""
    return train(seed_articles[::3], load_config(overrides=["features.char.enabled=true"]))


@pytest.fixture(scope="session")
def cluster():
    """Start two workers on this machine, or skip."""
    pytest.importorskip("distributed", reason=f"Dask is not installed: {install_command('dask')}")
    from stance.distributed.connection import connected

    with connected(workers=2) as found:
        yield found


@pytest.fixture(scope="session")
def public_data() -> Path:
    """Return the folder of public data sets, or skip."""
    folder = os.environ.get("STANCE_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("the public data is not at hand: STANCE_DATA names no folder")
    return Path(folder).resolve()


@pytest.fixture(scope="session")
def real_articles(public_data) -> list[Path]:
    """Return five real articles on one event, or skip."""
    files = sorted((public_data.parent / "seeds").glob("*.txt"))
    if not files:
        pytest.skip("the five real articles are not at hand beside STANCE_DATA")
    return files
