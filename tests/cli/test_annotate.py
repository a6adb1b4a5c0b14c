"""`stance annotate`: articles out to annotation tools, and annotations back."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

from tests.commands import stance

HEADER = ("id", "title", "outlet", "text", "label", "stratum", "inclusion_probability", "same_as")
ROWS = [
    ("007", "أول", "سانا", "نص أول", "", "1", "0.5", ""),
    ("12345678901234567890", "ثان", "سانا", "نص ثان 😀", "", "1", "0.25", ""),
    ("NA", "أول", "سانا", "نص أول معاد", "", "2", "0.125", "007"),
    ("1e3", "", "", "نص رابع", "", "2", "1", ""),
]
LABELS = ("--label", "مؤيد", "--label", "معارض")


def write_csv(path, rows, header=HEADER):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def read_csv(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "to-code.csv", ROWS)
    return tmp_path


def coded(desk, labels, coder=1, name="project.json"):
    """Return an export of Label Studio: the tasks with the labels of a coder, None for a skip."""
    tasks = json.loads((desk / "tasks.json").read_text("utf-8"))
    for task, label in zip(tasks, labels, strict=True):
        value = {"choices": label if isinstance(label, list) else [label]}
        result = [{"from_name": "label", "type": "choices", "value": value}]
        one = {"completed_by": coder, "result": result if label else [], "was_cancelled": not label}
        if label != "":
            task["annotations"].append(one)
    (desk / name).write_text(json.dumps(tasks), "utf-8")


@pytest.fixture
def exported(desk):
    stance("annotate", "export", "to-code.csv", "--to", "label-studio", "-o", "tasks.json", *LABELS)
    return desk


def test_a_sample_goes_out_and_comes_back(exported):
    assert (exported / "tasks.json.config.xml").is_file()
    coded(exported, ["مؤيد", "معارض", None])
    out, err = stance("annotate", "import", "project.json", "-o", "coded.csv")
    assert not err
    assert "Label Studio, 3 articles" in out
    rows = read_csv(exported / "coded.csv")
    assert [(row["id"], row["label"], row["same_as"], row["skipped"]) for row in rows] == [
        ("007", "مؤيد", "", "False"),
        ("NA", "مؤيد", "007", "False"),
        ("12345678901234567890", "معارض", "", "False"),
        ("1e3", "", "", "True"),
    ]
    sent = {row[0]: dict(zip(HEADER, row, strict=True)) for row in ROWS}
    for row in rows:
        for name in ("title", "outlet", "text", "stratum", "same_as"):
            assert row[name] == sent[row["id"]][name]
        assert float(row["inclusion_probability"]) == float(
            sent[row["id"]]["inclusion_probability"]
        )


@pytest.mark.parametrize("name", ["coded.jsonl", "coded.parquet"])
def test_other_formats(exported, name):
    coded(exported, ["مؤيد", "معارض", None])
    stance("annotate", "import", "project.json", "-o", name, "-q")
    if name.endswith("parquet"):
        rows = pq.read_table(exported / name).to_pylist()
    else:
        rows = [json.loads(line) for line in (exported / name).read_bytes().splitlines()]
    assert [row["id"] for row in rows] == ["007", "NA", "12345678901234567890", "1e3"]
    assert [row["skipped"] for row in rows] == [False, False, False, True]


def test_rounds_and_coders_become_one_table(exported):
    coded(exported, ["مؤيد", "", ""], 1, "round-1.json")
    coded(exported, ["معارض", "معارض", ""], 1, "round-2.json")
    coded(exported, ["مؤيد", None, ""], 2, "other.json")
    out, _ = stance(
        *("annotate", "import", "round-1.json", "round-2.json", "other.json", "-o", "coded.csv"),
        *("--annotator", "1=amal", "--json", "read.json"),
    )
    rows = read_csv(exported / "coded.csv")
    assert [(row["id"], row["annotator"], row["label"]) for row in rows if not row["same_as"]] == [
        ("007", "amal", "معارض"),
        ("007", "2", "مؤيد"),
        ("12345678901234567890", "amal", "معارض"),
        ("12345678901234567890", "2", ""),
        ("1e3", "", ""),
    ]
    assert "stance agreement coded.csv --annotator-field annotator" in " ".join(out.split())
    read = json.loads((exported / "read.json").read_text("utf-8"))
    assert (read["articles"], read["not_annotated"], read["replaced"]) == (3, 1, 1)
    assert read["annotators"]["2"] == {"origin": "human", "annotated": 1, "skipped": 1}
    again, _ = stance("annotate", "import", "coded.csv")
    assert "table, 3 articles" in again


@pytest.mark.parametrize(
    ("several", "labels"),
    [("first", ["مؤيد", "معارض"]), ("split", ["مؤيد", "معارض", "معارض"]), ("drop", ["", "معارض"])],
)
def test_several_labels(exported, several, labels):
    coded(exported, [["مؤيد", "معارض"], "معارض", ""])
    _, err = stance("annotate", "import", "project.json", "-o", "coded.csv", code=1)
    assert "'007': مؤيد and معارض" in err
    assert "--several first" in err
    stance("annotate", "import", "project.json", "-o", "coded.csv", "--several", several)
    rows = [row for row in read_csv(exported / "coded.csv") if not row["same_as"]]
    assert [row["label"] for row in rows] == [*labels, ""]


def test_what_nobody_annotated_is_a_failure(exported):
    _, err = stance("annotate", "import", "tasks.json", "-o", "coded.csv", code=1)
    assert "3 articles, none of which is annotated" in err
    assert not (exported / "coded.csv").exists()


def test_labels_outside_the_codebook_are_told(exported):
    coded(exported, ["مؤيد", "معارض", ""])
    stance("codebook", "new", "--label", "مؤيد", "--label", "معارضة", "-o", "codebook.toml")
    _, err = stance("annotate", "import", "project.json", "--codebook", "codebook.toml", code=1)
    assert "Did you mean 'معارضة'?" in err


def test_guesses_of_a_model_stay_here_unless_asked(desk):
    header = ("id", "text", "predicted_label", "probability", "label")
    write_csv(desk / "shown.csv", [("1", "نص", "مؤيد", "0.75", "")], header)
    command = ("annotate", "export", "shown.csv", "--to", "label-studio", "-o", "tasks.json")
    stance(*command, *LABELS)
    assert "0.75" not in (desk / "tasks.json").read_text("utf-8")
    assert "مؤيد" not in (desk / "tasks.json").read_text("utf-8")
    stance(*command, *LABELS, "--show-predictions", "--force")
    (task,) = json.loads((desk / "tasks.json").read_text("utf-8"))
    assert [one["score"] for one in task["predictions"]] == [0.75]


def test_labels_of_the_file_are_those_to_choose_from(desk):
    write_csv(desk / "a.csv", [("1", "نص", "ب"), ("2", "آخر", "أ")], ("id", "text", "label"))
    _, err = stance("annotate", "export", "a.csv", "--to", "doccano", "-o", "a.jsonl")
    assert "2 articles for doccano to a.jsonl. Labels: أ, ب." in err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("export", "to-code.csv", "--to", "excal", "-o", "x", *LABELS), 2, "expected one of"),
        (("export", "to-code.csv", "--to", "doccano", "-o", "x"), 2, "Give --label NAME"),
        (("export", "to-code.csv", "--to", "doccano", "-o", "x", "--label", "a"), 2, "two or more"),
        (
            ("export", "to-code.csv", "--to", "doccano", "-o", "to-code.csv"),
            1,
            "the input to-code.csv",
        ),
        (("export", "to-code.csv", "--to", "doccano", "-o", "-"), 2, "needs a name"),
        (
            ("export", "to-code.csv", "--to", "doccano", "-o", "x", "--language", "fr", *LABELS),
            2,
            "expected ar or en",
        ),
        (("import", "missing.json"), 1, "missing.json"),
        (("import", "to-code.csv"), 1, "none of which is annotated"),
        (("import", "to-code.csv", "--several", "some"), 2, "expected one of first"),
        (("import", "to-code.csv", "--annotator", "amal"), 2, "expected OLD=NEW"),
        (("import", "to-code.csv", "--annotator", "1=amal"), 2, "the annotators are none"),
        (("import", "to-code.csv", "-o", "x.html"), 2, "expected .jsonl"),
    ],
)
def test_misuse(desk, words, code, said):
    _, err = stance("annotate", *words, code=code)
    assert said in " ".join(err.split())
    assert {one.name for one in desk.iterdir()} == {"to-code.csv"}


def test_rows_that_contradict_each_other(desk):
    twice = [ROWS[0], ROWS[0]]
    write_csv(desk / "twice.csv", twice)
    _, err = stance(
        "annotate", "export", "twice.csv", "--to", "doccano", "-o", "x", *LABELS, code=1
    )
    assert "twice.csv, row 3, with the id '007' of twice.csv, row 2 again" in err
    write_csv(desk / "alone.csv", [ROWS[2]])
    _, err = stance(
        "annotate", "export", "alone.csv", "--to", "doccano", "-o", "x", *LABELS, code=1
    )
    assert "whose 'same_as' is '007'" in err


def test_what_was_adjudicated_wins(exported):
    coded(exported, ["مؤيد", "معارض", "مؤيد"], coder=1, name="one.json")
    coded(exported, ["مؤيد", "مؤيد", "معارض"], coder=2, name="two.json")
    both = ("one.json", "two.json")
    stance("agreement", *both, "--adjudicate", "decide.csv", "-o", "agreement.txt")
    rows = list(csv.DictReader(io.StringIO((exported / "decide.csv").read_text("utf-8-sig"))))
    assert [row["id"] for row in rows] == ["12345678901234567890", "1e3"]
    rows[0]["label"] = " معارض"
    write_csv(exported / "decided.csv", [row.values() for row in rows], rows[0])
    _, err = stance(
        *("annotate", "import", *both, "--adjudicated", "decided.csv", "-o", "final.csv")
    )
    assert "1 adjudicated, 1 that all annotators gave, 0 by majority" in err
    assert "annotators differ: 1 article (the first: 1e3)" in err
    found = {row["id"]: row["label"] for row in read_csv(exported / "final.csv")}
    # The near-duplicate has the label of its article.
    expected = {"007": "مؤيد", "NA": "مؤيد", "12345678901234567890": "معارض", "1e3": ""}
    assert found == expected
