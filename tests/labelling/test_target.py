from pathlib import Path

import pytest

from stance.errors import ConfigError
from stance.labelling.target import choose_target


@pytest.mark.parametrize(
    ("name", "chosen", "expected"),
    [
        ("a.jsonl", None, ("a.jsonl", "jsonl", "", False)),
        ("a.csv.gz", None, ("a.csv.gz", "csv", ".gz", False)),
        ("a.ndjson.zst", None, ("a.ndjson.zst", "jsonl", ".zst", False)),
        ("a.dat", "csv", ("a.dat", "csv", "", False)),
        ("a.gz", "csv", ("a.gz", "csv", ".gz", False)),
        ("new", "csv", ("new", "csv", "", False)),
        ("new/", None, ("new", "parquet", "", True)),
        ("new/", "csv", ("new", "csv", "", True)),
        ("s3://b/new/", None, ("s3://b/new", "parquet", "", True)),
        ("file:///tmp/a.csv", None, ("/tmp/a.csv", "csv", "", False)),  # noqa: S108
    ],
)
def test_a_name_tells_file_or_folder_format_and_compression(name, chosen, expected, monkeypatch):
    monkeypatch.setattr("stance.labelling.target.is_folder", lambda name: False)
    target = choose_target(name, chosen)
    assert (target.name, target.format, target.compression, target.in_parts) == expected
    assert target.rejects == f"{expected[0]}.rejects.jsonl"
    assert target.receipt == f"{expected[0]}.run.json"


def test_a_folder_that_is_there_is_one_of_parts(tmp_path):
    target = choose_target(str(tmp_path), None)
    assert target.in_parts
    assert target.part(7) == f"{tmp_path}/part-00007.parquet"


@pytest.mark.parametrize(
    ("name", "message"), [("a", "extension"), ("a.gz", "extension"), ("a.parquet.gz", "internally")]
)
def test_a_name_that_tells_nothing_is_refused(name, message):
    with pytest.raises(ConfigError, match=message):
        choose_target(name, None)


def test_the_hidden_folder_stands_beside_the_output_and_has_a_short_name(tmp_path):
    name = "تقرير" * 25 + ".csv"
    target = choose_target(f"{tmp_path}/{name}", None)
    assert target.work_folder.parent == tmp_path
    assert len(target.work_folder.name) < 40
    other = choose_target(f"{tmp_path}/b{name}", None)
    assert other.work_folder != target.work_folder


def test_that_of_an_address_stands_in_the_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Path(tmp_path) in choose_target("memory://b/a.csv", None).work_folder.parents
