"""Explanations as JSON are the same from one process and from several."""

from dataclasses import replace

import orjson
import pytest

from stance.errors import ConfigError, ModelError
from stance.explanation import json_rows
from stance.explanation.explaining import explain
from stance.explanation.json_rows import as_json, explain_as_json
from stance.model.persistence import read_model, save_model


@pytest.fixture
def stored(fast_model, tmp_path):
    save_model(fast_model, tmp_path / "model")
    return read_model(tmp_path / "model"), tmp_path / "model"


@pytest.mark.slow
@pytest.mark.parametrize("changes", [False, True])
def test_two_processes_write_what_one_does(stored, seed_articles, monkeypatch, changes):
    chosen = seed_articles[: 10 if changes else 90]
    expected = [as_json(one) for one in explain(stored[0].model, chosen, top=3, changes=changes)]
    monkeypatch.setattr(json_rows, "BATCH_SIZE", 7)
    monkeypatch.setattr(json_rows, "FEW", 2)
    found = explain_as_json(*stored, iter(chosen), top=3, changes=changes, n_processes=2)
    assert list(found) == expected
    assert [orjson.loads(row)["id"] for row in expected] == [one.id for one in chosen]


def test_few_articles_start_no_process(stored, seed_articles, monkeypatch):
    monkeypatch.delattr(json_rows, "_in_processes")
    found = explain_as_json(*stored, seed_articles[:5], top=1, n_processes=2)
    assert len(list(found)) == 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"against": "x"}, ConfigError, "Got the label 'x' to compare with"),
        ({}, ModelError, "Got another model in .* than when the command began"),
    ],
)
def test_what_goes_wrong_in_a_process_is_told(
    stored, seed_articles, monkeypatch, options, error, told
):
    monkeypatch.setattr(json_rows, "BATCH_SIZE", 7)
    before, folder = stored
    if error is ModelError:
        before = replace(before, sha256="0" * 64)
    with pytest.raises(error, match=told):
        list(explain_as_json(before, folder, seed_articles[:90], top=1, n_processes=2, **options))


@pytest.mark.slow
def test_an_input_that_breaks_off_ends_the_processes(stored, seed_articles, monkeypatch):
    monkeypatch.setattr(json_rows, "BATCH_SIZE", 7)

    def broken():
        yield from seed_articles[:60]
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(explain_as_json(*stored, broken(), top=1, n_processes=2))
