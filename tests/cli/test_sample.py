"""`stance sample`: files to code, their design, extensions, and what cannot be drawn."""

import csv
import json
import re
import shlex

import pyarrow.parquet as pq
import pytest

from stance.model.persistence import save_model
from tests.commands import stance
from tests.conftest import ROOT, SEEDS
from tests.estimation.archives import rows_of, write

ROWS = rows_of(120)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "labels.jsonl", ROWS)
    write(tmp_path / "bare.jsonl", rows_of(120, text=False))
    return tmp_path


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_file_to_code_and_its_design(desk):
    out, err = stance("sample", "labels.jsonl", "-n", "30", "--by", "outlet", "-o", "to-code.csv")
    assert not err
    assert re.search(r"articles of the archive +120$", out, re.MULTILINE)
    assert "predicted label x outlet" in out
    assert "stance estimate LABELS --coded to-code.csv" in " ".join(out.split())
    plain = re.sub("[\u2066-\u2069]", "", out)
    assert max(map(len, plain.splitlines())) <= 80
    assert re.search(r"with predictions +± \d+\.\d points for \w+, the widest", plain)
    rows = read_csv(desk / "to-code.csv")
    assert len(rows) == 30
    assert {row["label"] for row in rows} == {""}
    design = json.loads((desk / "to-code.design.json").read_text("utf-8"))
    assert (design["n"], design["frame"]["n"], design["fields"]) == (30, 120, ["outlet"])
    assert {int(row["stratum"]) for row in rows} == {one["number"] for one in design["strata"]}
    again, _ = stance("sample", "labels.jsonl", "-n", "30", "-o", "to-code.csv", code=1)
    assert not again
    (desk / "to-code.csv").unlink()
    _, err = stance("sample", "labels.jsonl", "-n", "30", "-o", "to-code.csv", code=1)
    assert "to-code.design.json as output, but it already exists" in err


@pytest.mark.parametrize("name", ["to-code.jsonl", "to-code.parquet"])
def test_other_formats(desk, name):
    stance("sample", "labels.jsonl", "-n", "12", "-o", name, "-q")
    path = desk / name
    if name.endswith("parquet"):
        rows = pq.read_table(path).to_pylist()
    else:
        rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert len(rows) == 12
    assert [*rows[0]][-5:] == ["text", "label", "stratum", "inclusion_probability", "same_as"]


def test_without_a_file_nothing_is_written_and_no_text_is_needed(desk):
    before = sorted(desk.iterdir())
    out, _ = stance("sample", "bare.jsonl", "-n", "30")
    assert "Nothing was written" in out
    found, err = stance("sample", "bare.jsonl", "-n", "30", "--json", "-")
    assert not err
    result = json.loads(found)
    assert (result["n"], result["allocation"]) == (30, "neyman")
    assert set(result["margins"]) == set(result["labels"])
    assert sorted(desk.iterdir()) == before
    _, err = stance("sample", "bare.jsonl", "-n", "30", "-o", "to-code.csv", code=1)
    assert "no text for 30 of 30" in err
    assert not (desk / "to-code.design.json").exists()


def test_a_sample_is_extended(desk):
    stance("sample", "labels.jsonl", "-n", "20", "-o", "to-code.csv")
    rows = read_csv(desk / "to-code.csv")
    for row in rows[:9]:
        row["label"] = "محايد"
    with (desk / "to-code.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    command = ("sample", "bare.jsonl", "-n", "40", "--extend", "to-code.csv", "-o", "more.csv")
    out, _ = stance(*command, "--articles", "labels.jsonl")
    assert "40 articles, 20 of them new" in out
    more = read_csv(desk / "more.csv")
    assert [row["label"] for row in more[:10]] == ["محايد"] * 9 + [""]
    _, err = stance(*command, "--by", "outlet", "--force", code=2)
    assert "--extend with --by" in err
    _, err = stance(*command[:-1], "to-code.csv", "--force", code=1)
    assert "it is (or holds) the input to-code.csv" in err


def test_rows_that_are_skipped_are_told(desk):
    write(desk / "some.jsonl", [*ROWS, {"id": "x", "text": "خبر"}])
    out, err = stance("sample", "some.jsonl", "-n", "12")
    assert "Skipped 1 row that cannot be used:\n  some.jsonl, row 121: no label in 'label'" in err
    assert "1, no part of it" in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("labels.jsonl", "-n", "121"), 2, "archive has 120 articles"),
        (("labels.jsonl", "-n", "1"), 2, "expected 2 articles or more"),
        (("labels.jsonl", "-n", "9", "--by", "section"), 1, "'section', which no article has"),
        (("labels.jsonl", "-n", "9", "--allocation", "x"), 2, "neyman or proportional"),
        (("labels.jsonl", "-n", "9", "-o", "out.txt"), 2, "out.txt as the file to code"),
        (("labels.jsonl", "-n", "9", "--format", "csv"), 2, "--format csv without -o"),
        (("labels.jsonl", "-n", "9", "--design", "x"), 2, "--design without --extend"),
        (("labels.jsonl", "-n", "9", "--extend", "labels.jsonl"), 1, "no design file"),
        (("-", "-n", "9"), 1, "can be read only once"),
        (("missing.jsonl", "-n", "9"), 1, "no such file"),
    ],
)
def test_what_cannot_be_drawn(desk, words, code, said):
    out, err = stance("sample", *words, code=code)
    assert said in " ".join(err.split())
    assert not out


def test_the_commands_of_the_page_run(desk, fast_model):
    text = (ROOT / "docs" / "sampling.md").read_text("utf-8")
    block = re.search(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[1]
    (desk / "articles.jsonl").write_bytes(
        b"".join(SEEDS.read_bytes().splitlines(keepends=True)[::13])
    )
    save_model(fast_model, desk / "model")
    (desk / "labels.jsonl").unlink()
    for line in block.splitlines():
        words = shlex.split(line)[1:]
        stance(*words, *(("-m", "model") if words[0] == "predict" else ()))
    rows = read_csv(desk / "more.csv")
    assert len(rows) == 36
    assert [row["id"] for row in rows[:24]] == [row["id"] for row in read_csv(desk / "to-code.csv")]
