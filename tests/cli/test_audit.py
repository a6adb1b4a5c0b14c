"""`stance audit` as a user calls it."""

import orjson
import pytest
from rich.cells import cell_len

from tests.cli.test_cli import stance
from tests.conftest import SEEDS


@pytest.mark.slow
def test_a_corpus_is_audited(tmp_path):
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_bytes(b"".join(SEEDS.read_bytes().splitlines(keepends=True)[:396]))
    out, _ = stance("audit", corpus, "--json", tmp_path / "audit.json")
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
    assert "a score across them is too optimistic" in out


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
    assert "windows-1256 read as Latin-1: 2 articles\n      n1: \u2068ÞÇáÊ" in out
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
    assert "where no row can be used" in stance("audit", tmp_path / "none.jsonl", code=1)[1]


@pytest.mark.slow
def test_dates_that_cannot_be_true_are_told_with_advice(tmp_path):
    rows = [orjson.loads(line) for line in SEEDS.read_bytes().splitlines()[:40]]
    dates = [f"2020-03-{day:02}" for day in range(1, 29)] + ["2019-01-01"] * 4
    dates += ["2020", "آذار 2020", "2099-05-05", "1980-05-05", "أمس", "3 رجب 1441"]
    dates += ["05/06/2020", ""]
    lines = [
        orjson.dumps({**row, "published": date}) for row, date in zip(rows, dates, strict=True)
    ]
    (tmp_path / "dated.jsonl").write_bytes(b"\n".join(lines))
    out, _ = stance("audit", tmp_path / "dated.jsonl", "--json", tmp_path / "audit.json")
    section = out[out.index("DATES: 36 of 40 articles") :]
    for expected in (
        "1 with the month only",
        "1 with the year only",
        "4 are 1 January, implausibly many",
        "1 are in the future",
        "1 are before 1990",
        "2 cannot be read",
        "1 may mean two days",
        "--date-order dmy",
    ):
        assert expected in section
    assert section.count("=>") == 5
    found = orjson.loads((tmp_path / "audit.json").read_bytes())["dates"]
    assert (found["read"], found["unreadable"], found["ambiguous"]) == (36, 2, 1)
