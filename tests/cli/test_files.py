"""Files as researchers have them; nothing usable is a failure."""

import csv
import datetime as dt
import io
import json
import os
import shlex
import subprocess

import openpyxl
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cli.test_cli import FAST_SETTINGS, SCRIPT, model, stance  # noqa: F401
from tests.commands import installed_stance

TEXTS = [f"أقر المجلس في جلسته رقم {n} موازنة العام المقبل" for n in range(8)]
LABELS = ["مؤيد", "معارض"] * 4
COMMANDS = [
    ("predict", "{file}"),
    ("predict", "{file}", "-o", "out.jsonl"),
    ("train", "{file}", "-o", "m"),
    ("crossval", "{file}"),
    ("evaluate", "{file}"),
    ("audit", "{file}"),
]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(header, *columns, delimiter=","):
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(header)
    writer.writerows(zip(*columns, strict=True))
    return file.getvalue()


def failing(command, file):
    words = [word.format(file=file) for word in command]
    return stance(*words, code=1)[1]


def workbook(path, **sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)


UNUSABLE = {
    "header.csv": ("id,text,label\n", ["CSV", "UTF-8", "','", "id, text, label", "no rows"]),
    "numbers.csv": ("id,text,label\n1,5,أ\n2,6,ب\n", ["number", "id, text, label"]),
    "numbers.jsonl": ('{"text": 5, "label": "أ"}\n', ["JSON Lines", "'text' is a number"]),
    "empty.csv": ("id,text,label\n1,,أ\n2, ,ب\n", ["'text' is empty", "id, text, label"]),
    "body.csv": (
        table(["id", "text", "نص الخبر", "label"], range(8), [""] * 8, TEXTS, LABELS),
        ["'text' is empty", "Perhaps: --text-field 'نص الخبر'"],
    ),
    "other.csv": (
        table(["رقم", "نص الخبر", "الموقف"], range(8), TEXTS, LABELS, delimiter=";"),
        ["رقم, نص الخبر, الموقف", "columns separated by ';'", "--text-field 'نص الخبر'"],
    ),
    "tilde.csv": (
        table(["id", "text"], range(8), TEXTS, delimiter="~"),
        ["id~text", "Perhaps: --delimiter '~'"],
    ),
    "broken.jsonl": ("نص\nآخر\n", ["JSON Lines", "bad JSON", "--input-format"]),
    "lists.json": ('[["1", "نص"], ["2", "نص"]]', ["JSON document", "names of its fields"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids="-".join)
def test_nothing_usable_is_a_failure_of_every_command(here, command):
    (here / "body.csv").write_text(UNUSABLE["body.csv"][0], "utf-8")
    err = failing(command, "body.csv")
    for words in ("body.csv", "CSV", "UTF-8", "','", "id, text, نص الخبر, label"):
        assert words in err
    assert "Perhaps: --text-field 'نص الخبر'" in err


@pytest.mark.slow
@pytest.mark.parametrize("name", UNUSABLE)
def test_what_a_useless_file_holds_is_told(here, name):
    content, expected = UNUSABLE[name]
    (here / name).write_text(content, "utf-8")
    for command in (COMMANDS[0], COMMANDS[2]):
        err = failing(command, name)
        for words in expected:
            assert words in err


@pytest.mark.slow
def test_a_proposal_works_as_it_is_pasted(here, model):  # noqa: F811
    (here / "a.csv").write_text(UNUSABLE["other.csv"][0], "utf-8")
    err = failing(("predict", "{file}"), "a.csv")
    options = err.partition("Perhaps: ")[2].strip()
    command = f"{shlex.quote(str(SCRIPT))} predict a.csv -m {shlex.quote(str(model))} {options}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=True)
    rows = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == [str(n) for n in range(8)]


@pytest.mark.parametrize("target", [(), ("-o", "out.jsonl")])
def test_one_useless_input_of_several_is_told_and_the_others_are_labelled(here, model, target):  # noqa: F811
    (here / "good.csv").write_text(table(["text"], TEXTS), "utf-8")
    (here / "bad.jsonl").write_text('{"text": 5}\n' * 3)
    out, err = stance("predict", "good.csv", "bad.jsonl", "-m", model, *target, code=1)
    labelled = (here / "out.jsonl").read_text("utf-8") if target else out
    assert len(labelled.splitlines()) == 8
    assert "Got bad.jsonl, where no row can be used. It was read as JSON Lines" in err


@pytest.mark.slow
@pytest.mark.parametrize("command", ["predict", "train"])
def test_an_empty_pipe(here, command):
    more = ("-o", "m") if command == "train" else ()
    assert "It holds no rows" in stance(command, "-", *more, code=1, stdin=b"")[1]


@pytest.mark.slow
def test_the_columns_of_a_pipe_are_told(here):
    data = UNUSABLE["other.csv"][0].encode()
    err = stance("predict", "-", "--input-format", "csv", code=1, stdin=data)[1]
    assert "Perhaps: --text-field 'نص الخبر' --id-field رقم" in err


@pytest.mark.slow
def test_a_condition_that_no_row_fulfils(here):
    (here / "a.csv").write_text(table(["text", "label"], TEXTS, LABELS), "utf-8")
    err = failing(("predict", "{file}", "--where", "label=محايد"), "a.csv")
    assert "none of 8 rows has label=محايد. Check the value of --where" in err
    err = failing(("train", "{file}", "-o", "m", "--where", "label=محايد"), "a.csv")
    assert "--where label=محايد filtered out the others" in err
    err = failing(("predict", "{file}", "--where", "lable=محايد"), "a.csv")
    assert "without a field 'lable'" in err
    assert "text, label" in err


def test_agreement_on_a_table_without_labels(here):
    (here / "a.csv").write_text("id,سلمى,نور\n")
    err = failing(("agreement", "{file}", "--annotator", "سلمى", "--annotator", "نور"), "a.csv")
    assert "CSV, encoding UTF-8, columns separated by ','" in err
    assert "id, سلمى, نور" in err
    (here / "b.csv").write_text("id,سلمى,نور\n1,أ,ب\n", "utf-8")
    err = failing(("agreement", "{file}", "--annotator", "سلمى", "--annotator", "هدى"), "b.csv")
    assert "'هدى'" in err
    assert "id, سلمى, نور" in err


def test_coders_who_write_a_number_differently_agree(here):
    rows = [{"id": n, "a": n % 3, "b": float(n % 3)} for n in range(9)]
    (here / "a.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    guesses = "".join(f'{{"id": "{n}.0", "label": "{n % 3}.0"}}\n' for n in range(9))
    (here / "p.jsonl").write_text(guesses)
    options = (
        *("--annotator", "a", "--annotator", "b", "--predictions", "p.jsonl"),
        *("--order", "0", "--order", "1.0", "--order", "2"),
    )
    stance("agreement", "a.jsonl", *options, "--json", "r.json")
    found = orjson.loads((here / "r.json").read_bytes())
    assert found["observed"] == 1.0
    assert found["model"]["majority"]["agreement"] == 1.0


@pytest.mark.slow
def test_a_sheet_of_a_workbook(here, model):  # noqa: F811
    header = ["رقم", "النص", "الموقف"]
    rows = list(zip(range(100, 108), TEXTS, LABELS, strict=True))
    workbook("a.xlsx", ملخص=[["عدد", 8]], مقالات=[header, *rows, [108, "=1+1", "مؤيد"]])
    fields = ("--text-field", "النص", "--id-field", "رقم", "--label-field", "الموقف")
    out, err = stance("predict", "a.xlsx", "--sheet", "مقالات", "-m", model, *fields)
    assert [orjson.loads(line)["id"] for line in out.splitlines()] == [
        str(n) for n in range(100, 108)
    ]
    assert "Read a.xlsx as: sheet 'مقالات'." in err
    assert "row 10: 'النص' holds a formula that was never calculated" in err
    out, err = stance(
        "train",
        "a.xlsx",
        "--sheet",
        "مقالات",
        "--skip-rejected",
        "-o",
        "m",
        *fields,
        *FAST_SETTINGS,
    )
    assert "مؤيد" in out
    err = stance("predict", "a.xlsx", "--sheet", "مقال", "-m", model, code=1)[1]
    assert "Its sheets are: ملخص, مقالات" in err
    err = stance("predict", "a.xlsx", "-m", model, code=1)[1]
    assert "sheet 'ملخص'" in err


@pytest.mark.slow
def test_a_run_over_a_workbook_goes_on(here, model):  # noqa: F811
    workbook("a.xlsx", أ=[["text"], *([text] for text in TEXTS)])
    stance("predict", "a.xlsx", "-m", model, "-o", "out.jsonl")
    _, err = stance("predict", "a.xlsx", "-m", model, "-o", "out.jsonl", "--resume")
    assert "already finished" in err


def test_a_damaged_workbook_is_told(here, model):  # noqa: F811
    workbook("a.xlsx", أ=[["text"], *([text] for text in TEXTS)])
    whole = (here / "a.xlsx").read_bytes()
    (here / "a.xlsx").write_bytes(whole[:2000] + b"\xff" * 40 + whole[2040:-100])
    err = stance("predict", "a.xlsx", "-m", model, code=1)[1]
    assert "damaged or not a workbook" in err
    err = stance("train", "a.xlsx", "-o", "m", code=1)[1]
    assert "damaged or not a workbook" in err


@pytest.mark.slow
def test_without_openpyxl_the_user_is_told_what_to_install(here, model):  # noqa: F811
    workbook("a.xlsx", أ=[["text"], *([text] for text in TEXTS)])
    (here / "stub").mkdir()
    (here / "stub/openpyxl.py").write_text("raise ImportError('no openpyxl')\n")
    paths = os.pathsep.join(filter(None, [str(here / "stub"), os.environ.get("PYTHONPATH")]))
    for more in (("-o", "out.jsonl"), ("--sheet", "أ")):
        err = installed_stance(
            *("predict", "a.xlsx", "-m", model, *more), code=2, PYTHONPATH=paths
        )[1]
        assert "Resume with" not in err
        assert "pip install 'arabic-stance[excel]'" in err


@pytest.mark.slow
@pytest.mark.parametrize(
    "odd",
    [
        [True] * 8,
        list(range(8)),
        [2.5] * 8,
        [["أ", "ب"]] * 8,
        [{"a": 1}] * 8,
        [dt.date(2019, 1, 1)] * 8,
        [b"\xff"] * 8,
        [None] * 8,
    ],
    ids=["bool", "int", "float", "list", "struct", "date", "bytes", "null"],
)
def test_predict_needs_a_text_and_nothing_else(here, model, odd):  # noqa: F811
    others = ("label", "outlet", "event", "published", "target")
    pq.write_table(pa.table({"text": TEXTS, **dict.fromkeys(others, odd)}), "a.parquet")
    out, err = stance("predict", "a.parquet", "-m", model)
    assert len(out.splitlines()) == 8
    assert "set aside" not in err.lower()
    known = {"text": TEXTS, "label": LABELS, "published": odd, "target": odd}
    pq.write_table(pa.table(known), "b.parquet")
    out, err = stance("train", "b.parquet", "-o", "m", *FAST_SETTINGS)
    assert "مؤيد" in out


@pytest.mark.slow
def test_spellings_are_told_once_and_several_labels_in_a_cell_are_refused(here):
    labels = ["gov", "gov ", "gov\u200f", "Gov", "sdf", "sdf", "sdf#gov", "gov; sdf"]
    (here / "a.csv").write_text(table(["text", "label"], TEXTS, labels), "utf-8")
    err = failing(("train", "{file}", "-o", "m"), "a.csv")
    assert err.count("Counted as one label") == 1
    assert err.count("Counted as different labels, which differ only in case: Gov, gov.") == 1
    assert "row 8: the label 'sdf#gov' is 2 labels" in err
    assert "row 9: the label 'gov; sdf' is 2 labels" in err
    out, _ = stance("train", "a.csv", "-o", "m", "--skip-rejected", *FAST_SETTINGS)
    assert "#" not in out


@pytest.mark.slow
def test_an_export_of_an_annotation_tool_trains(here):
    def task(n, *labels):
        region = {"from_name": "framing", "type": "choices"}
        chosen = [{"result": [{**region, "value": {"choices": [one]}}]} for one in labels]
        return {"id": n, "data": {"text": TEXTS[n]}, "annotations": chosen}

    tasks = [task(n, LABELS[n], LABELS[n]) for n in range(7)] + [task(7, "مؤيد", "معارض")]
    (here / "a.json").write_text(json.dumps(tasks))
    err = failing(("train", "{file}", "-o", "m"), "a.json")
    assert "Label Studio JSON; label from 'framing'" in err
    assert "row 8: 'label' is a list of 2 values (مؤيد, معارض), not one: keep one of them" in err
    out, _ = stance("train", "a.json", "-o", "m", "--skip-rejected", *FAST_SETTINGS)
    assert "معارض" in out
