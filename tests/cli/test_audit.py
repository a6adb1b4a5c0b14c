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


def write_texts(path, texts):
    rows = (orjson.dumps({"id": f"n{n}", "text": text}) for n, text in enumerate(texts))
    path.write_bytes(b"\n".join(rows))
    return path


def test_a_garbled_corpus_is_told_before_anything_else(tmp_path):
    plain = "قالت البلدية إن الأفران عادت إلى العمل في الأحياء الشرقية من المدينة."
    garbled = plain.encode("windows-1256").decode("latin-1")
    corpus = write_texts(tmp_path / "some.jsonl", [plain, garbled, garbled])
    out, _ = stance("audit", corpus, "--json", tmp_path / "audit.json")
    assert out.startswith("GARBLED TEXT: 2 of 3 articles cannot be read\n")
    assert "=> Read its source with --encoding windows-1256, or save it again as UTF-8." in out
    assert "windows-1256 read as Latin-1: 2 articles\n      \u2068n1\u2069: \u2068ÞÇáÊ" in out
    found = orjson.loads((tmp_path / "audit.json").read_bytes())
    assert found["garbled"] == 2
    assert found["oddities"]["windows-1256 read as Latin-1"]["first"] == "n1"


def test_letter_forms_and_marks_are_told_with_what_becomes_of_them(tmp_path):
    corpus = write_texts(tmp_path / "some.jsonl", ["أهالی کوبانی", "قال\u06da المصدر", "نعم"])
    out, _ = stance("audit", corpus)
    assert out.startswith("CORPUS: 3 articles")
    assert "Persian or Kurdish letter forms: 1 article\n" in out
    assert "\u2068ی\u2069 (U+06CC) 2, \u2068ک\u2069 (U+06A9) 1" in out
    assert "=> Nothing to do: they are folded onto the Arabic letters" in out
    assert "rare Quranic marks: 1 article\n      U+06DA 1\n" in out
    assert all(cell_len(line) <= 80 for line in out.splitlines())


def test_nothing_to_audit_is_a_failure(tmp_path):
    (tmp_path / "none.jsonl").write_bytes(b"not json\n")
    assert "no articles" in stance("audit", tmp_path / "none.jsonl", code=1)[1]
