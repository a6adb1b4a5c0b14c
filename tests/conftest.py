"""Corpora and models that many tests share, and how tests are given out to processes."""

import functools
import os
import subprocess
import sys
import tempfile
import threading
import time
from itertools import islice
from pathlib import Path

import hypothesis
import pytest

from stance.corpus.article import Article
from stance.distribution import install_command
from stance.formats.labelled import read_corpus
from stance.formats.reading import read_articles
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

# How many examples a property is tried on, for `--hypothesis-profile`. None has a deadline: how
# long one takes says more about the machine than about the code.
EXAMPLES = {"quick": 15, "default": 50, "thorough": 1000}
for _name, _number in EXAMPLES.items():
    hypothesis.settings.register_profile(_name, deadline=None, max_examples=_number)
hypothesis.settings.load_profile("default")

# Fixtures that tell what a test needs.
MARKS = {"cluster": "cluster", "public_data": "data", "real_articles": "data", "all_help": "slow"}
# Fixtures that are dear: tests of one process, whatever files they are in, by its name.
DEAR = {"cluster": "cluster", "pages": "pages", "explained": "pages", "news": "news"}
# Files whose tests share nothing and take long.
NOT_TOGETHER = {"test_docs.py", "test_faults.py"}


# Without bytecode each process that a test starts would compile the sources of the toolkit, which
# an installation does once.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Names the file that appears when the loops are compiled.
COMPILED = "STANCE_TESTS_COMPILED"


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    """Compile the loops once, while the processes that would each do so collect their tests."""
    if getattr(session.config.option, "numprocesses", None):
        folder = tempfile.TemporaryDirectory()
        session.config.add_cleanup(folder.cleanup)
        os.environ[COMPILED] = str(Path(folder.name) / "compiled")
        compiling = threading.Thread(target=compile_and_tell, args=(os.environ[COMPILED],))
        compiling.start()
        session.config.add_cleanup(compiling.join)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """Wait for the loops in each process; a compilation that failed is told there."""
    if hasattr(session.config, "workerinput"):
        told = Path(os.environ[COMPILED])
        while not told.exists():
            time.sleep(0.1)
        assert not (failed := told.read_text("utf-8")), failed


def compile_and_tell(path):
    """Write a file when the loops are compiled, with what went wrong."""
    failed = ""
    try:
        compile_loops()
    except subprocess.CalledProcessError as error:
        failed = f"{error}\n{error.stderr.decode()}"
    Path(f"{path}.new").write_text(failed, "utf-8")
    Path(f"{path}.new").replace(path)


def compile_loops():
    with tempfile.TemporaryDirectory() as folder:
        corpus, model = Path(folder) / "corpus.jsonl", Path(folder) / "model"
        corpus.write_bytes(b"".join(SEEDS.read_bytes().splitlines(keepends=True)[:48]))
        for words in (
            ("train", corpus, "--set", "features.char.enabled=true", "--output", model),
            ("predict", corpus, "--model", model),
        ):
            command = [sys.executable, "-m", "stance", *words]
            subprocess.run(command, check=True, capture_output=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Mark tests by what they need; keep those in one process that share what is dear."""
    for item in items:
        for fixture in MARKS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(MARKS[fixture])
    if not getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        return
    dear_files = set()
    for item in items:
        if dear := DEAR.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(DEAR[min(dear)]))
            dear_files.add(item.path)
        elif item.get_closest_marker("cluster"):
            item.add_marker(pytest.mark.xdist_group("cluster"))
        elif item.path.name not in NOT_TOGETHER:
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(ROOT).as_posix()))
    # What takes long goes first, so that no process is left with it at the end.
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(
        key=lambda item: (
            not item.get_closest_marker("cluster"),
            item.path.name not in NOT_TOGETHER,
            item.path not in slow | dear_files,
        )
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
def hostile_model(seed_articles):
    """Return a model whose labels are hostile names."""
    from tests.reporting.html import sample_pages

    return sample_pages.hostile_model(seed_articles)


@pytest.fixture(scope="session")
def explained(seed_articles, hostile_model):
    """Return explanations whose labels, ids and texts are hostile."""
    from tests.reporting.html import sample_pages

    return sample_pages.explanations(seed_articles, hostile_model)


@pytest.fixture(scope="session")
def pages(seed_articles, fast_model, fast_config, hostile_model, explained, tmp_path_factory):
    """Return a page of every report, by its name."""
    from tests.reporting.html import sample_pages

    folder, models = tmp_path_factory.mktemp("models"), (fast_model, hostile_model)
    return sample_pages.pages(seed_articles, models, fast_config, explained, folder)


@pytest.fixture(scope="session")
def rendered(pages):
    """Return a function that gives a page of a report as HTML, made once in a language."""
    from stance.reporting.html.render import render

    return functools.cache(lambda name, language: render(pages[name], language))


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
def news(public_data) -> list[Article]:
    """Return every eighth article of ANT, 31,525 of all sections, or skip: to read it is slow."""
    if not (public_data / "ant").is_dir():
        pytest.skip("the articles of ANT are not at hand in STANCE_DATA")
    chosen = islice(read_articles(["dataset:ant"]), 0, None, 8)
    return [one for one in chosen if isinstance(one, Article)]


@pytest.fixture(scope="session")
def real_articles(public_data) -> list[Path]:
    """Return five real articles on one event, or skip."""
    files = sorted((public_data.parent / "seeds").glob("*.txt"))
    if not files:
        pytest.skip("the five real articles are not at hand beside STANCE_DATA")
    return files
