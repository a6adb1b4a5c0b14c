import shutil
from collections import Counter
from threading import Event

import orjson
import pytest

from stance.errors import OutputError
from stance.labelling.receipt import verify
from stance.labelling.run_counts import NO_LABEL
from tests.labelling.conftest import as_lines, rows, run


@pytest.fixture
def labelled(stored, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_lines(rows(30)) + b"x\n")
    run(stored, [source], f"{tmp_path}/out/", file_format="jsonl", planned={"part_rows": 10})
    return tmp_path


def test_an_output_is_what_its_receipt_says(labelled):
    found = verify(f"{labelled}/out", inputs=True)
    assert found.faults == []
    assert found.n_files == 4
    assert found.receipt.counts["rows"] == 31
    assert verify(f"{labelled}/out.run.json").faults == []


def test_a_receipt_counts_what_got_no_label_or_is_out_of_domain(stored, tmp_path):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    foreign = [{"id": str(n), "text": "nothing here is Arabic"} for n in range(4)]
    source.write_bytes(as_lines([*rows(30), *foreign]))
    stop = Event()
    planned = {"min_probability": 0.8}
    run(stored, [source], out, planned=planned, stop=stop, report=lambda p: stop.set())
    receipt = run(stored, [source], out, planned=planned, resume=True).receipt
    counts = receipt.counts
    written = [orjson.loads(line) for line in out.read_bytes().splitlines()]
    assert counts["abstained"] == sum(row["label"] is None for row in written) > 0
    assert counts["out_of_domain"] == sum(row["out_of_domain"] for row in written) >= 4
    strange = Counter(row["label"] or NO_LABEL for row in written if row["out_of_domain"])
    assert counts["out_of_domain_labels"] == strange
    reasons = Counter(row["out_of_domain_reason"] for row in written if row["out_of_domain"])
    assert counts["out_of_domain_reasons"] == reasons
    texts = [row["text"] for row in [*rows(30), *foreign]]
    assert counts["headlines"] == sum(len(text) < 200 for text in texts) >= 4
    record = stored.manifest.record
    assert receipt.model["n_articles"] == record.n_articles
    assert receipt.model["n_outlets"] == record.n_outlets
    assert receipt.model["labels"] == list(stored.model.labels)
    assert receipt.model["name"]


def test_an_output_may_be_moved_with_its_receipt(labelled, tmp_path):
    (tmp_path / "else").mkdir()
    for name in ("out", "out.run.json", "out.rejects.jsonl"):
        shutil.move(labelled / name, tmp_path / "else" / name)
    assert verify(f"{tmp_path}/else/out/").faults == []


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda p: (p / "out/part-00001.jsonl").unlink(), "part-00001.jsonl is missing"),
        (lambda p: (p / "out/part-00001.jsonl").write_text(""), "has 0 bytes instead of"),
        (lambda p: (p / "out/part-00009.jsonl").write_text("{}"), "not a part of this output"),
        (lambda p: (p / "out.rejects.jsonl").unlink(), "rejects.jsonl is missing"),
        (lambda p: (p / "in.jsonl").write_text("{}"), "in.jsonl has 2 bytes instead of"),
    ],
)
def test_what_was_changed_is_named(labelled, damage, fault):
    damage(labelled)
    assert [fault in found for found in verify(f"{labelled}/out", inputs=True).faults] == [True]


def test_a_changed_byte_and_changed_counts_are_found(labelled):
    part = labelled / "out" / "part-00000.jsonl"
    part.write_bytes(part.read_bytes().replace(b'"id":"', b'"id":"x', 1)[:-2] + b"\n")
    receipt = labelled / "out.run.json"
    values = orjson.loads(receipt.read_bytes())
    values["counts"]["labelled"] += 1
    receipt.write_bytes(orjson.dumps(values))
    faults = verify(f"{labelled}/out").faults
    assert any("part-00000" in fault for fault in faults)
    assert "the counts do not add up" in faults


def test_what_is_no_receipt_is_refused(labelled):
    (labelled / "out.run.json").write_text("{}")
    with pytest.raises(OutputError, match="not a receipt"):
        verify(f"{labelled}/out")
    with pytest.raises(OutputError, match="without a receipt"):
        verify(f"{labelled}/in.jsonl")
