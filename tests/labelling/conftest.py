"""Runs of the labelling engine, in this process."""

import csv
import io

import orjson
import pytest

from stance.formats.source import Source
from stance.labelling.engine import LocalEngine
from stance.labelling.plan import plan_labelling
from stance.labelling.run import label_to_target
from stance.labelling.target import choose_target
from stance.model.persistence import read_model, save_model
from tests.conftest import SEEDS

SEED_ROWS = [orjson.loads(line) for line in SEEDS.read_bytes().splitlines()]


def rows(n, first=0):
    """Return rows of articles with ids of their own."""
    return [{**SEED_ROWS[i % len(SEED_ROWS)], "id": f"ق-{first + i}"} for i in range(n)]


def as_lines(values):
    return b"".join(orjson.dumps(row) + b"\n" for row in values)


def as_table(values, fields=("id", "text")):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fields, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(values)
    return text.getvalue().encode()


def loads(data):
    return [orjson.loads(line) for line in data.splitlines()]


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory, fast_model):
    folder = tmp_path_factory.mktemp("labelling") / "model"
    save_model(fast_model, folder)
    return folder


@pytest.fixture(scope="session")
def stored(model_folder):
    return read_model(model_folder)


def run(
    stored,
    inputs,
    output,
    *,
    file_format=None,
    rejects=None,
    planned=None,
    folder="model",
    **options,
):
    """Label inputs into an output; `planned` goes to the plan, the rest to the run."""
    target = choose_target(str(output), file_format, rejects)
    settings = dict(planned or {})
    asked = {name: settings.pop(name) for name in tuple(settings) if name in ASKED}
    task = plan_labelling(
        stored,
        str(folder),
        Source(tuple(map(str, inputs)), **asked),
        output_format=target.format,
        **settings,
    )
    options.setdefault("engine", LocalEngine(jobs=2, batch_size=7))
    return label_to_target(task, target, **options)


ASKED = ("fields", "where", "input_format", "encoding", "delimiter")


def content(folder):
    """Return the bytes of every file below a folder, without receipts and what is hidden."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(".run.json")
    }
