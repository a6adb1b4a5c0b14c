"""`stance estimate`: reports, rows, JSON, pages, and what does not belong together."""

import csv
import json
from dataclasses import replace
from unittest import mock

import orjson
import pyarrow.parquet as pq
import pytest

from stance.cli.estimate import METHODS, POPULATIONS
from stance.errors import ConfigError, CorpusError
from stance.estimation import share_question
from stance.estimation.archive import LabelledArchive
from stance.estimation.sample_design import Frame, SampleDesign, Stratum
from stance.formats.source import Source
from tests.cli.test_reports import run
from tests.commands import stance
from tests.estimation.coded_archives import LABELS, archive, held_out, sample

ROWS = archive()


def write(path, rows):
    """Write rows as the extension of a file says; return its path."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    else:
        path.write_text(
            "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8"
        )
    return path


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Return a folder with labels, their coded sample, and held-out predictions."""
    folder = tmp_path_factory.mktemp("estimate")
    write(folder / "labels.jsonl", ROWS)
    write(folder / "coded.csv", sample(ROWS))
    write(folder / "held-out.jsonl", held_out())
    return folder


@pytest.fixture(autouse=True)
def _here(desk, monkeypatch):
    monkeypatch.chdir(desk)


ASKED = ("estimate", "labels.jsonl", "--coded", "coded.csv")


def test_the_report_says_shares_differences_plan_and_assumptions():
    out, err = stance(
        *(*ASKED, "--by", "year", "--contrast", "label=مؤيد,2019-2018", "--plan", "0.03")
    )
    assert "prediction-powered" in out
    assert "Share of neutral_wire by year, in %:" in out
    assert "HOW MANY MORE TO CODE" in out
    assert "The hand labels are right" in out
    assert "no design file" in out
    assert err == ""


def test_json_has_the_shape_that_is_documented():
    out, _ = run(*ASKED, "--by", "year", "--contrast", "label=مؤيد,2019-2018", "--json", "-")
    found = orjson.loads(out)
    assert {"n", "n_coded", "population", "shares", "groups", "contrasts", "method"} <= set(found)
    assert {"assumptions", "warnings"} <= set(found)
    assert (found["n"], found["n_coded"], found["population"]) == (600, 150, "articles")
    assert set(found["shares"]) == set(LABELS)
    for share in found["shares"].values():
        assert {"naive", "estimate", "low", "high", "effective_n"} <= set(share)
    assert set(found["groups"]) == {"2018", "2019"}
    assert set(found["groups"]["2018"]["shares"]) == set(LABELS)
    assert found["contrasts"][0]["reference"] == "2018"


@pytest.mark.slow
def test_rows_go_to_files_of_every_format(tmp_path):
    command = (*ASKED, "--by", "year")
    out, _ = run(*command, "-o", tmp_path / "shares.csv")
    assert "Shares in all articles" in out
    with (tmp_path / "shares.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["group"], row["label"]) for row in rows[:3]] == [("", label) for label in LABELS]
    assert len(rows) == 9
    run(*command, "-o", tmp_path / "shares.parquet", "-q")
    assert pq.read_table(tmp_path / "shares.parquet").num_rows == 9
    lines, _ = run(*command, "--format", "jsonl")
    assert [orjson.loads(line)["label"] for line in lines.splitlines()] == list(LABELS) * 3
    assert run(*command, "-o", tmp_path / "shares.md", "-q") == ("", "")
    assert (tmp_path / "shares.md").read_text("utf-8").startswith("# Shares of labels")


@pytest.mark.slow
def test_a_page_in_both_languages(tmp_path):
    page = tmp_path / "page.html"
    run(*ASKED, "--by", "month", "--html", page, "--language", "ar")
    assert '<html lang="ar" dir="rtl">' in page.read_text("utf-8")
    run(*ASKED, "--html", page, "--force")
    assert "neutral_wire" in page.read_text("utf-8")


def test_every_option_arrives():
    with mock.patch("stance.estimation.estimating.estimate_shares") as estimate:
        estimate.side_effect = ConfigError("enough")
        stance(
            *("estimate", "labels.jsonl", "--coded", "coded.csv", "--design", "a.json"),
            *("--by", "year", "--groups", "paper", "--population", "outlets", "--plan", "0.02"),
            *("--contrast", "label=a,b-c", "--contrast", "label=a,c-b", "--label", "x"),
            *("--simultaneous", "--confidence", "0.9", "--method", "ppi", "--where", "kind=news"),
            *("--seed", "3", "--published-field", "day"),
            code=2,
        )
    (source, coded), options = estimate.call_args
    assert source.files == ("labels.jsonl",)
    assert source.accepted == {"kind": ("news",)}
    assert source.fields.published == "day"
    assert coded == "coded.csv"
    assert options == {
        "by": "year",
        "groups": "paper",
        "population": "outlets",
        "contrasts": ["label=a,b-c", "label=a,c-b"],
        "only": ["x"],
        "simultaneous": True,
        "confidence": 0.9,
        "margin": 0.02,
        "design": mock.ANY,
        "held_out": None,
        "method": "ppi",
        "seed": 3,
    }


def test_names_of_choices_are_those_of_the_library():
    assert METHODS == share_question.METHODS
    assert POPULATIONS == share_question.POPULATIONS


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--coded", "coded.csv", "--population", "all"), 2, "expected articles, outlets"),
        (("--coded", "coded.csv", "--method", "cc"), 2, "expected ppi, acc, pacc, emq"),
        ((), 2, "Got neither --coded nor --held-out"),
        (("--coded", "no.csv"), 1, "no.csv"),
        (("--coded", "labels.jsonl"), 1, "without inclusion probabilities"),
        (("--coded", "coded.csv", "--design", "no.json"), 1, "no design file no.json"),
        (("--coded", "coded.csv", "--label", "مؤيد,معارض"), 2, "--label مؤيد --label معارض"),
        (("--coded", "coded.csv", "--json", "coded.csv", "--force"), 1, "never replaced"),
        (("--held-out", "held-out.jsonl", "-o", "held-out.jsonl", "--force"), 1, "never replaced"),
    ],
)
def test_mistakes_end_with_a_message_and_a_code(options, code, said):
    out, err = stance("estimate", "labels.jsonl", *options, code=code)
    assert said in err
    assert err.startswith("Error: ")
    assert out == ""


def test_held_out_predictions_stand_under_a_heading_of_their_own():
    out, _ = run("estimate", "labels.jsonl", "--held-out", "held-out.jsonl", "--by", "year")
    assert out.startswith("NO RANDOM SAMPLE")
    assert "PACC" in out
    assert "not known: no article" not in out


@pytest.mark.slow
def test_an_archive_from_standard_input_and_in_parts(desk, tmp_path):
    expected = stance(*ASKED)[0]
    lines = (desk / "labels.jsonl").read_bytes()
    assert stance("estimate", "-", "--coded", "coded.csv", stdin=lines)[0] == expected
    write(tmp_path / "a.jsonl", ROWS[400:])
    write(tmp_path / "b.jsonl", ROWS[:400])
    parts = stance("estimate", tmp_path / "a.jsonl", tmp_path / "b.jsonl", "--coded", "coded.csv")[
        0
    ]
    assert parts == expected


def designed(rows, path, **changes):
    """Write the design file of a sample of rows."""
    reading = LabelledArchive(Source((str(write(path.with_name("frame.jsonl"), rows)),)))
    assert sum(map(len, reading.batches())) == len(rows)
    frame = Frame(len(rows), reading.frame.ids, reading.frame.labelled_ids)
    strata = (Stratum(1, LABELS[0], {}, len(rows), 150, 1.0),)
    design = SampleDesign(0, 150, frame, LABELS, (), "proportional", 2, strata)
    path.write_bytes(replace(design, **changes).to_json())
    return path


@pytest.mark.slow
def test_the_design_beside_the_coded_file_is_compared(desk, tmp_path):
    coded = write(tmp_path / "coded.csv", sample(ROWS))
    design = designed(ROWS[::-1], tmp_path / "coded.design.json")
    asked = ("estimate", "labels.jsonl", "--coded", coded)
    out, _ = run(*asked)
    assert "no design file" not in out
    other = next(label for label in LABELS if label != ROWS[0]["label"])
    designed([{**ROWS[0], "label": other}, *ROWS[1:]], design)
    with pytest.raises(CorpusError, match="perhaps another model labelled the archive"):
        run(*asked)
    designed(ROWS[:590], design)
    with pytest.raises(CorpusError, match="was drawn from another one of 590"):
        run(*asked)
    elsewhere = designed(ROWS, tmp_path / "elsewhere.json")
    assert run(*asked, "--design", elsewhere)[0] == out


def test_rows_that_were_removed_from_the_coded_file_were_drawn_too(tmp_path):
    coded = write(tmp_path / "coded.csv", sample(ROWS)[:100])
    designed(ROWS, tmp_path / "coded.design.json")
    out, _ = run("estimate", "labels.jsonl", "--coded", coded)
    assert "50 of 150 drawn articles are not coded" in out
    assert "were scaled" not in out
