"""Commands with a lexicon that has dates."""

import csv

import orjson
import pyarrow.parquet as pq
import pytest

from stance.model.persistence import save_model
from tests.commands import stance
from tests.model.test_dated_lexicon import LEXICON, NEW, OLD, SETTINGS, TEXT, corpus

EXPECTED = {
    "old": ("government", OLD, "published"),
    "new": ("opposition", NEW, "published"),
    "words": ("opposition", NEW, "words"),
    "assumed": ("government", OLD, "assumed"),
    "ordered": ("opposition", NEW, "assumed"),
}


def lines(rows):
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A lexicon, a corpus, articles to label, and the model that the command trains."""
    folder = tmp_path_factory.mktemp("dated")
    (folder / "names.toml").write_text(LEXICON, "utf-8")
    rows = [
        {"id": a.id, "text": a.text, "label": a.label, "published": a.published} for a in corpus()
    ]
    (folder / "corpus.jsonl").write_bytes(lines(rows))
    articles = [
        {"id": "old", "text": TEXT, "published": "2024-12-07"},
        {"id": "new", "text": TEXT, "published": "٨ كانون الأول ٢٠٢٤"},
        {"id": "words", "text": f"{TEXT} العهد", "published": None},
        {"id": "assumed", "text": TEXT, "published": "08/12/2024"},
    ]
    (folder / "new.jsonl").write_bytes(lines(articles))
    overrides = [f"features.lexicon.path={folder / 'names.toml'}", *SETTINGS]
    settings = [word for one in overrides for word in ("--set", one)]
    stance("train", folder / "corpus.jsonl", "-o", folder / "model", *settings)
    return folder


def rows_of(folder, name, *options):
    stance("predict", folder / "new.jsonl", "-m", folder / "model", "-o", folder / name, *options)
    if name.endswith(".jsonl"):
        return [orjson.loads(line) for line in (folder / name).read_bytes().splitlines()]
    if name.endswith(".parquet"):
        return pq.read_table(folder / name).to_pylist()
    return list(csv.DictReader((folder / name).read_text("utf-8").splitlines()))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["out.jsonl", "out.csv", "out.parquet"])
def test_rows_say_which_period_was_read_and_why(folder, name):
    rows = rows_of(folder, name, "--keep", "published")
    assert list(rows[0])[-3:] == ["period", "period_source", "published"]
    for row in rows:
        assert (row["label"], row["period"], row["period_source"]) == EXPECTED[row["id"]]


def test_an_order_of_day_and_month_decides_the_period(folder):
    found = {row["id"]: row for row in rows_of(folder, "day_first.jsonl", "--date-order", "dmy")}
    assert (found["assumed"]["period"], found["assumed"]["period_source"]) == (NEW, "published")
    receipt = orjson.loads((folder / "day_first.jsonl.run.json").read_bytes())
    assert receipt["settings"]["date_order"] == "dmy"


def test_a_date_may_be_in_a_field_of_another_name(folder):
    rows = [{"id": "1", "text": TEXT, "day": "2025-02-03"}]
    out, _ = stance(
        *("predict", "-", "-m", folder / "model", "--published-field", "day"), stdin=lines(rows)
    )
    assert orjson.loads(out)["period"] == NEW


def test_a_model_without_dates_writes_no_periods(folder, fast_model, tmp_path):
    save_model(fast_model, tmp_path / "model")
    out, _ = stance("predict", folder / "new.jsonl", "-m", tmp_path / "model")
    assert all("period" not in orjson.loads(line) for line in out.splitlines())


@pytest.mark.slow
def test_evaluate_and_info_know_the_periods(folder):
    stance("evaluate", folder / "corpus.jsonl", "-m", folder / "model", "--json", folder / "e.json")
    assert orjson.loads((folder / "e.json").read_bytes())["accuracy"] > 0.7
    out, _ = stance("info", "-m", folder / "model")
    assert f"{OLD}, {NEW}" in " ".join(out.split())


def test_wrong_dates_end_training_with_one_clear_message(folder, tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text(LEXICON.replace("until = 2024-12-07", "until = 2024-12-08"), "utf-8")
    settings = [f"features.lexicon.path={path}", *SETTINGS]
    flags = [word for one in settings for word in ("--set", one)]
    _, err = stance("train", folder / "corpus.jsonl", "-o", tmp_path / "m", *flags, code=1)
    assert "'القيادة' in 'new_government' and in 'old_government'" in " ".join(err.split())
