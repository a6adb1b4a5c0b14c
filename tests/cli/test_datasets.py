"""`stance datasets`, and data sets by name in the other commands."""

import csv

import pytest

from tests.cli.test_cli import FAST_SETTINGS, stance


@pytest.fixture
def nowhere(tmp_path):
    """Point every place that data sets are looked for at an empty folder."""
    return {"STANCE_DATA": "", "XDG_CACHE_HOME": str(tmp_path / "cache")}


def test_list_shows_every_data_set_in_80_columns(nowhere):
    out, _ = stance("datasets", "list", **nowhere)
    assert "syria-outlets" in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_show_tells_source_licence_and_citation(tmp_path, nowhere):
    out, _ = stance("datasets", "show", "ans", "--json", tmp_path / "ans.json", **nowhere)
    for word in ("9c5f313ab225880b9f60f4e795e6afb4da3352c8", "Apache-2.0", "Khouja", "macro-F1"):
        assert word in out
    assert "not on this machine" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    assert "train.csv" in (tmp_path / "ans.json").read_text("utf-8")


@pytest.mark.slow
def test_mistakes_are_told(nowhere):
    assert "Did you mean 'ant'" in stance("datasets", "show", "amt", code=2, **nowhere)[1]
    assert "train, test" in stance("predict", "dataset:mawqif/dev", code=2, **nowhere)[1]
    assert "datasets fetch mawqif" in stance("predict", "dataset:mawqif", code=1, **nowhere)[1]


def test_licence_and_citation_come_before_the_first_byte(tmp_path):
    # The local copy is missing, so the command fails after it has shown them.
    _, err = stance("datasets", "fetch", "mawqif", code=1, STANCE_DATA=str(tmp_path))
    assert err.index("do not redistribute") < err.index("Alturayeif") < err.index("Error:")


@pytest.mark.slow
def test_export_and_read_by_name(public_data, tmp_path):
    here = {"STANCE_DATA": str(public_data)}
    _, err = stance("datasets", "fetch", "mawqif", **here)
    assert "every file has the expected hash" in err
    stance("datasets", "export", "mawqif/test", "-o", tmp_path / "test.csv", **here)
    with (tmp_path / "test.csv").open(encoding="utf-8", newline="") as file:
        assert [row["label"] for row in csv.DictReader(file)].count("None") == 59
    assert (
        "already exists"
        in stance("datasets", "export", "ans", "-o", tmp_path / "test.csv", code=1, **here)[1]
    )
    where = ["--where", "target=Covid Vaccine"]
    stance("train", "dataset:mawqif/train", *where, "-o", tmp_path / "m", *FAST_SETTINGS, **here)
    out, _ = stance("evaluate", "dataset:mawqif/test", *where, "-m", tmp_path / "m", **here)
    assert "None" in out


def test_a_set_that_no_address_offers_says_how_it_was_made_and_where_to_put_it(nowhere):
    out, _ = stance("datasets", "show", "syria-headlines", **nowhere)
    assert "no reading of the headline" in " ".join(out.split())
    for command in ("fetch syria-headlines", "export syria-headlines -o x.csv"):
        _, error = stance("datasets", *command.split(), code=1, **nowhere)
        told = " ".join(error.split())
        assert "cannot be fetched" in told
        assert "syria_headlines.csv" in told
        assert "STANCE_DATA" in told
        assert "e6a44ca8a7925acde7cd0d14b854f3613f4e9c6f" in told
