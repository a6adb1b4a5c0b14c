"""`stance keyness` as a user calls it."""

import csv
import io

import orjson
import pyarrow.parquet as pq
import pytest
from rich.cells import cell_len

from stance.description.keyness import keyness
from stance.description.keyness_records import KEYNESS_COLUMNS
from tests.commands import stance
from tests.conftest import SEEDS

FAST = ("--bootstrap", "19", "--top", "5")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("keyness") / "corpus.jsonl"
    path.write_bytes(b"".join(SEEDS.read_bytes().splitlines(keepends=True)[:96]))
    return path


@pytest.mark.slow
def test_the_report_fits_a_terminal_and_says_what_a_table_rests_on(corpus):
    out, _ = stance("keyness", corpus, "--target", "pro_sdf", *FAST)
    assert "'pro_sdf' against the rest\n24 articles" in out
    assert "word " in out
    assert "ranks" in out
    assert "words and pairs in 3 outlets or more" in out
    assert all(cell_len(line) <= 80 for line in out.splitlines())


@pytest.mark.slow
def test_words_alone_are_not_called_pairs(corpus):
    out, _ = stance("keyness", corpus, "--no-pairs", "--min-articles", "1", *FAST)
    assert "words in 1 article or more are compared." in out
    assert "pairs" not in out


@pytest.mark.slow
def test_rows_json_and_the_library_have_the_same_figures(corpus, seed_articles, tmp_path):
    asked = ("keyness", corpus, "--by", "label", *FAST)
    told, _ = stance(*asked, "--json", "-")
    found = keyness(seed_articles[:96], n_resamples=19, top=5)
    assert orjson.loads(told) == orjson.loads(orjson.dumps(found.to_dict()))
    for form in ("csv", "jsonl", "parquet"):
        shown, _ = stance(*asked, "-o", tmp_path / f"rows.{form}")
        assert shown == "96 articles by 'label'.\n"
    rows = list(found.to_rows())
    assert len(rows) == 20
    read = pq.read_table(tmp_path / "rows.parquet")
    assert read.to_pylist() == rows
    lines = (tmp_path / "rows.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line) for line in lines] == rows
    shown, _ = stance(*asked, "--format", "csv")
    assert shown.encode() == (tmp_path / "rows.csv").read_bytes()
    (first, *_) = csv.DictReader(io.StringIO(shown))
    assert list(first) == list(KEYNESS_COLUMNS)
    assert first["spelling"] == rows[0]["spelling"]
    assert float(first["log_odds_z"]) == rows[0]["log_odds_z"]


@pytest.mark.slow
def test_a_page_figures_and_a_file_for_excel(corpus, tmp_path):
    page, figures, table = tmp_path / "page.html", tmp_path / "figures", tmp_path / "rows.csv"
    asked = ("keyness", corpus, "--target", "pro_sdf", *FAST, "--html", page, "--language", "ar")
    stance(*asked, "--figures", figures, "-o", table, "--bom", "--quiet")
    assert table.read_bytes().startswith("\ufefftarget,".encode())
    assert '<html lang="ar" dir="rtl">' in page.read_text("utf-8")
    assert (figures / "keyness-pro_sdf.svg").exists()
    _, err = stance(*asked, code=1)
    assert "--force" in err


def test_any_field_of_the_files_and_two_values_of_it(tmp_path):
    rows = [orjson.loads(line) for line in SEEDS.read_bytes().splitlines()[:48]]
    for n, row in enumerate(rows):
        row["desk"] = f"مكتب {n % 3}"
    path = tmp_path / "desks.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    asked = ("--by", "desk", "--target", "مكتب 1", "--reference", "مكتب 2", "--measure", "g2")
    out, _ = stance("keyness", path, *asked, *FAST)
    assert "'\u2068مكتب 1\u2069' against '\u2068مكتب 2\u2069'\n16 articles" in out
    assert "G2" in out


def test_no_outlets_are_told(tmp_path):
    rows = [orjson.loads(line) for line in SEEDS.read_bytes().splitlines()[:48]]
    path = tmp_path / "nameless.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps({**row, "outlet": None}) for row in rows))
    out, _ = stance("keyness", path, *FAST)
    assert "No article names an outlet" in out
    assert "articles: those here" in " ".join(out.split())
    assert " ranks" not in out.split("COLUMNS")[0].replace("no ranks", "")


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--target", "pro_sdff"), 2, "Did you mean 'pro_sdf'?"),
        (("--by", "nothing"), 1, "the field 'nothing', which no article has"),
        (("--by", "id"), 2, "has 96 values, but expected at most 50"),
        (("--format", "xlsx"), 2, "csv, parquet for its rows"),
        (("--bom",), 2, "for CSV, without CSV"),
        (("--format", "csv", "--json", "-"), 2, "only one of them"),
        (("-o", "rows.csv", "--html", "rows.csv"), 2, "needs a file of its own"),
        (("--voice", "loud"), 2, "all, own, quoted, speech, scare"),
        (("--min-articles", "999"), 1, "no word that occurs in 999"),
    ],
)
def test_bad_input_is_told(corpus, monkeypatch, tmp_path, options, code, said):
    monkeypatch.chdir(tmp_path)
    _, err = stance("keyness", corpus, *options, code=code)
    assert said in " ".join(err.split())
    assert list(tmp_path.iterdir()) == []
