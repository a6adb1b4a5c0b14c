"""`stance audit` through the installed script."""

import orjson
from rich.cells import cell_len

from tests.cli.test_cli import stance
from tests.conftest import SEEDS


def test_the_seed_corpus_is_audited(tmp_path):
    out, _ = stance("audit", SEEDS, "--json", tmp_path / "audit.json")
    found = orjson.loads((tmp_path / "audit.json").read_bytes())
    assert f"CORPUS: {found['articles']:,} articles" in out
    for section in ("NEAR-DUPLICATES", "REUSED", "BOILERPLATE", "GIVEAWAYS", "OUTLET AND LABEL"):
        assert section in out
    assert all(cell_len(line) <= 80 for line in out.splitlines())
    assert sum(found["labels"].values()) == found["articles"]
    assert f"{found['confounding']['cramers_v']:.2f}" in out


def test_the_real_articles_show_the_edit(real_articles, tmp_path):
    folder = real_articles[0].parent
    out, _ = stance("audit", folder, "--json", tmp_path / "audit.json")
    assert "\u2068الدولة الإسلامية\u2069 -> \u2068داعش\u2069" in out
    (edit,) = orjson.loads((tmp_path / "audit.json").read_bytes())["edits"]
    (text,) = [p.read_text("utf-8") for p in real_articles if p.name == edit["before"]["id"]]
    assert text[edit["before"]["start"] : edit["before"]["end"]] == "الدولة الإسلامية"


def test_an_article_in_two_inputs_is_told(tmp_path):
    lines = SEEDS.read_bytes().splitlines(keepends=True)[:12]
    (tmp_path / "train.jsonl").write_bytes(b"".join(lines))
    (tmp_path / "test.jsonl").write_bytes(lines[0])
    out, _ = stance("audit", tmp_path / "train.jsonl", tmp_path / "test.jsonl")
    assert "with several inputs: 1" in out
    assert "a score across them is too high" in out


def test_rows_that_cannot_be_used_are_part_of_the_report(tmp_path):
    (tmp_path / "some.jsonl").write_bytes(SEEDS.read_bytes().splitlines()[0] + b"\nnot json\n")
    out, _ = stance("audit", tmp_path / "some.jsonl")
    assert "rows that cannot be used: 1" in out
    assert "row 2: bad JSON" in out


def test_nothing_to_audit_is_a_failure(tmp_path):
    (tmp_path / "none.jsonl").write_bytes(b"not json\n")
    assert "no articles" in stance("audit", tmp_path / "none.jsonl", code=1)[1]
