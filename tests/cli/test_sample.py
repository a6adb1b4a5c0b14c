"""`stance sample`: files to code, their design, extensions, and what cannot be drawn."""

import csv
import json
import re
import shlex
import shutil

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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_merged_strata_are_told(desk):
    out, _ = stance("sample", "labels.jsonl", "-n", "16", "--by", "outlet")
    found = re.search(
        r"predicted label x outlet; (\d+) merged, with (\d+) % of articles", " ".join(out.split())
    )
    design, _ = stance("sample", "labels.jsonl", "-n", "16", "--by", "outlet", "--json", "-")
    merged = [one["n"] for one in json.loads(design)["strata"] if one["values"] is None]
    assert [*map(int, found.groups())] == [len(merged), round(100 * sum(merged) / 120)]


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


@pytest.mark.slow
def test_the_commands_of_the_page_run(desk, fast_model):
    text = (ROOT / "docs" / "sampling.md").read_text("utf-8")
    lines = "".join(re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)).splitlines()
    articles = [json.loads(line) for line in SEEDS.read_bytes().splitlines()[::13]]
    for name in ("articles.jsonl", "labelled.jsonl"):
        # A few outlets are enough to hold out.
        write(desk / name, [{**row, "outlet": f"o{n % 3}"} for n, row in enumerate(articles)])
    save_model(fast_model, desk / "model")
    (desk / "labels.jsonl").unlink()
    for line in lines:
        _, command, *words = shlex.split(line)
        if command == "crossval":
            # It takes seconds and is tested elsewhere; any probabilities serve here.
            shutil.copy("labels.jsonl", words[-1])
        else:
            stance(command, *words, *(("-m", "model") if command == "predict" else ()))
    rows = read_csv(desk / "more.csv")
    assert len(rows) == 36
    assert [row["id"] for row in rows[:24]] == [row["id"] for row in read_csv(desk / "to-code.csv")]
    assert {row["arm"] for row in read_csv(desk / "train.csv")} == {"random", "uncertain"}
    given = {row["id"]: row["label"] for row in articles}
    checked = read_csv(desk / "check.csv")
    assert len(checked) == 24
    assert all(given[row["id"]] == row["given_label"] for row in checked)


def test_articles_for_training(desk):
    out, err = stance("sample", "labels.jsonl", "-n", "20", "--for", "training", "-o", "train.csv")
    assert not err
    assert re.search(r"^at random +10$", out, re.MULTILINE)
    assert "Do not estimate shares" in " ".join(out.split())
    assert {row["arm"] for row in read_csv(desk / "train.csv")} == {"random", "uncertain"}
    assert not (desk / "train.design.json").exists()
    command = ("sample", "labels.jsonl", "-n", "20", "--for", "training")
    out, _ = stance(*command, "--random-share", "0", "--max-per-outlet", "2")
    assert "12 articles fewer than asked for" in out


@pytest.mark.slow
def test_labels_to_check(desk):
    write(desk / "corpus.jsonl", ROWS)
    turned = [{**row, "label": "محايد" if n % 9 else "مؤيد"} for n, row in enumerate(ROWS)]
    write(desk / "wrong.jsonl", turned)
    command = ("sample", "wrong.jsonl", "-n", "9", "--for", "checking")
    out, err = stance(*command, "--held-out", "labels.jsonl", "-o", "check.csv")
    assert not err
    assert "Suspected errors" in out
    assert [row["rank"] for row in read_csv(desk / "check.csv")] == [*map(str, range(1, 10))]
    found, _ = stance(*command, "--held-out", "labels.jsonl", "--json", "-")
    assert json.loads(found)["n_suspected"] > 9
    out, _ = stance(*command[:1], "labels.jsonl", *command[2:], "--held-out", "corpus.jsonl")
    assert "agree with 100.0 % of the labels" in out
    _, err = stance(*command, code=2)
    assert "--held-out FILE" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--for", "training", "--by", "outlet"), "--by with --for training, but it is for"),
        (("--held-out", "labels.jsonl"), "it is for checking"),
        (("--for", "checking", "--seed", "1"), "it is for estimate or training"),
        (("--for", "guessing"), "expected estimate, training, checking"),
        (("--extend", "x.csv", "--seed", "1"), "--extend with --seed"),
    ],
)
def test_options_of_another_purpose(desk, words, said):
    _, err = stance("sample", "labels.jsonl", "-n", "9", *words, code=2)
    assert said in " ".join(err.split())
