"""`stance agreement` as a user would call it."""

import orjson
import pytest

from tests.cli.test_cli import stance
from tests.evaluation.test_agreement import TABLE


def annotators(*names):
    return [word for name in names for word in ("--annotator", name)]


@pytest.fixture
def coded(tmp_path):
    lines = ["id,سلمى,نور,هدى,ريم"]
    lines += [f"{n},{','.join(label or '' for label in row)}" for n, row in enumerate(TABLE)]
    path = tmp_path / "coded.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_annotators_in_columns(coded, tmp_path):
    out, _ = stance(
        "agreement", coded, *annotators("سلمى", "نور", "هدى", "ريم"), "--json", tmp_path / "a.json"
    )
    result = orjson.loads((tmp_path / "a.json").read_bytes())
    assert round(result["alpha"], 3) == 0.743
    assert "0.743" in out
    assert "below 0.667" in out
    assert len(result["pairs"]) == 6
    assert all(len(line) <= 84 for line in out.splitlines())  # four of them isolate names


@pytest.mark.slow
def test_an_order_makes_it_ordinal(coded, tmp_path):
    options = annotators("سلمى", "نور", "هدى", "ريم")
    options += [word for label in "12345" for word in ("--order", label)]
    out, _ = stance("agreement", coded, *options)
    assert "alpha (ordinal)  0.815" in out
    out, _ = stance("agreement", coded, *options, "--level", "interval")
    assert "alpha (interval)  0.849" in out


def test_rows_and_a_model_beside(tmp_path):
    rows = [
        {"article": n, "who": who, "code": label}
        for n, row in enumerate(TABLE)
        for who, label in zip("ABCD", row, strict=True)
        if label
    ]
    (tmp_path / "long.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    labels = "".join(f"{n},{row[1] or row[2]}\n" for n, row in enumerate(TABLE))
    (tmp_path / "model.csv").write_text(f"id,label\n{labels}", "utf-8")
    out, _ = stance(
        "agreement", tmp_path / "long.jsonl", "--annotator-field", "who", "--id-field", "article",
        "--label-field", "code", "--predictions", tmp_path / "model.csv",
        "--json", tmp_path / "a.json",
    )  # fmt: skip
    result = orjson.loads((tmp_path / "a.json").read_bytes())
    assert [one["name"] for one in result["model"]["annotators"]] == ["A", "B", "D", "C"]
    assert result["model"]["annotators"][1]["model"]["agreement"] == 1.0
    assert f"{result['model']['model']:.1%}" in out
    assert "The model agrees with the majority of the others" in out


@pytest.mark.slow
def test_mistakes_are_told(coded, tmp_path):
    def failed(*options, code=2):
        return stance("agreement", coded, *options, code=code)[1]

    assert "--annotator-field NAME" in failed()
    assert "both ways" in failed(*annotators("سلمى", "نور"), "--annotator-field", "x")
    assert "'nobody'" in failed(*annotators("سلمى", "nobody"), code=1)
    assert "--level ratio" in failed(*annotators("سلمى", "نور"), "--level", "ratio")
    assert "--order" in failed(*annotators("سلمى", "نور"), "--level", "ordinal")
    listed = failed("--annotator", "سلمى,نور")
    assert "repeat the option: --annotator سلمى --annotator نور" in listed
    (tmp_path / "p.csv").write_text("id,label\n0,1\n", "utf-8")
    error = failed(*annotators("سلمى", "نور"), "--predictions", tmp_path / "p.csv", code=1)
    assert "11 of 12 articles" in error


@pytest.mark.parametrize("cell", ["sdf#gov", '["sdf", "gov"]', '{"choices": ["sdf", "gov"]}'])
def test_several_labels_in_a_cell_are_refused_with_the_ways_to_go_on(tmp_path, cell):
    rows = [{"id": "1", "amal": "sdf", "nour": "gov"}, {"id": "2", "amal": cell, "nour": "gov"}]
    path = tmp_path / "coded.jsonl"
    for row in (rows[1], rows[1] | {"amal": ["sdf", "gov"]}):
        path.write_bytes(orjson.dumps(rows[0]) + b"\n" + orjson.dumps(row) + b"\n")
        error = stance("agreement", path, *annotators("amal", "nour"), code=1)[1]
        assert "not one: keep one" in error
        assert "--several first" in error
        assert "split" in error
        assert "drop" in error


NEUTRAL = """id,annotator,label,comment,confidence,origin,text
007,أمل,1,,0.9,human,نص أول
007,نور,1.0,,,human,نص أول
7,أمل,gov,لغة الخبر رسمية,,human,نص ثان
7,نور,sdf,=1+1,0.5,human,نص ثان
8,أمل,gov\u200f,,,human,نص ثالث
8,نور, gov,,,human,نص ثالث
8,model,sdf,,,model,نص ثالث
9,,,,,,نص رابع
"""


def test_the_neutral_table_is_recognised_and_its_disagreements_are_written(tmp_path):
    path, decide = tmp_path / "coded.csv", tmp_path / "adjudicate.csv"
    path.write_text(NEUTRAL, "utf-8")
    out, err = stance("agreement", path, "--adjudicate", decide, "--json", tmp_path / "a.json")
    result = orjson.loads((tmp_path / "a.json").read_bytes())
    assert result["annotators"] == ["أمل", "نور"]
    assert round(result["observed"], 3) == 0.667  # 1 and 1.0 are one code, gov with marks too
    assert "Annotators differ on 1 article" in out
    assert "لغة الخبر رسمية" in out
    assert "Wrote 1 article to" in err
    [matrix] = result["disagreement"]["matrices"]
    assert (matrix["labels"], matrix["counts"]) == (
        ["1", "gov", "sdf"],
        [[1, 0, 0], [0, 1, 1], [0, 0, 0]],
    )
    written = decide.read_text("utf-8-sig").splitlines()
    assert written[0].startswith("id,text,label_أمل,comment_أمل")
    assert written[1] == "7,نص ثان,gov,لغة الخبر رسمية,,sdf,'=1+1,0.5,"
    # What was written can be compared again, as a table with columns.
    out, _ = stance("agreement", decide, "--annotator", "label_أمل", "--annotator", "label_نور")
    assert "agreement" in out
    assert "never replaced" in stance("agreement", path, "--adjudicate", path, code=1)[1]
    same = ("-o", tmp_path / "same.csv", "--adjudicate", tmp_path / "same.csv")
    assert "file of its own" in stance("agreement", path, *same, code=2)[1]


def test_a_file_of_an_annotation_tool_is_recognised(tmp_path):
    from stance.formats.annotation import inception
    from stance.formats.annotation.records import Annotation, CodingTask, LabelChoice

    labels = [("1", "a", "a"), ("2", "a", "b"), ("3", "b", "b")]
    rows = [
        Annotation(number, "نص", name, (label,), comment=f"{name} {number}")
        for number, *given in labels
        for name, label in zip(("amal", "nour"), given, strict=True)
    ]
    with (tmp_path / "project.zip").open("wb") as file:
        inception.write(rows, CodingTask((LabelChoice("a"), LabelChoice("b"))), file)
    out, _ = stance("agreement", tmp_path / "project.zip")
    assert "differ on 1 article" in out
    assert "nour 2" in out
