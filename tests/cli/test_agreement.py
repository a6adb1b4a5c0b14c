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
