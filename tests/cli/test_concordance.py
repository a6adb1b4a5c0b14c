"""`stance concordance`: lines of a terminal, rows, JSON and pages, and what it refuses."""

import csv
import io
import re

import orjson
import polars as pl
import pytest
from rich.cells import cell_len

from stance.cli.concordance import SHOWN
from stance.description.concordance import concordance
from stance.formats.reading import read_articles
from stance.reporting.phrases import END_ISOLATE, ISOLATE
from tests.commands import stance
from tests.conftest import ROOT, SEEDS

HEADLINES = ROOT / "seeds" / "headlines.jsonl"
LINE = "\u200f\u2067"
ISOLATED = re.compile("\u2067([^\u2069]*)\u2069")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("concordance") / "articles.jsonl"
    path.write_bytes(b"".join(SEEDS.read_bytes().splitlines(keepends=True)[-60:]))
    return path


@pytest.fixture(scope="module")
def found(corpus):
    return concordance(read_articles([corpus]), "قسد", sort="before")


def lines_of(shown):
    return [line for line in shown.splitlines() if line.startswith(LINE)]


def cells(line):
    """Return the columns of a line of a terminal, and the cell at which each begins."""
    inner = line.removeprefix(LINE)
    return [(m.group(1), cell_len(inner[: m.start()])) for m in ISOLATED.finditer(inner)]


@pytest.mark.slow
def test_a_terminal_shows_each_hit_in_one_column(corpus, found):
    shown, _ = stance("concordance", corpus, "قسد", "--sort", "before")
    assert max(map(cell_len, shown.splitlines())) <= 80
    lines = lines_of(shown)
    assert len(lines) == min(found.n_hits, SHOWN) > 20
    assert len({cell_len(line) for line in lines}) == 1
    columns = [cells(line) for line in lines]
    assert [parts[2][0] for parts in columns] == [line.hit for line in found.lines[:SHOWN]]
    for place in (2, 3):
        assert len({parts[place][1] for parts in columns}) == 1
    for parts, line in zip(columns, found, strict=False):
        assert line.before.endswith(parts[1][0].removeprefix("…"))
        assert line.after.startswith(parts[3][0].removesuffix("…"))
        assert not parts[1][0].endswith("…")
    assert shown.index("hits      ") > shown.index(lines[-1])
    assert f"articles  {found.n_articles} of 60" in shown


@pytest.mark.slow
def test_a_file_cuts_nothing(corpus, found, tmp_path):
    stance("concordance", corpus, "قسد", "--sort", "before", "-o", tmp_path / "lines.txt")
    text = (tmp_path / "lines.txt").read_text("utf-8")
    for parts, line in zip(map(cells, lines_of(text)), found, strict=False):
        expected = [line.before, line.hit, line.after, line.outlet, line.published[:10]]
        assert [part for part, _ in parts][1:] == expected
    stance("concordance", corpus, "قسد", "-o", tmp_path / "lines.md")
    written = (tmp_path / "lines.md").read_text("utf-8")
    assert "| before | hit | after | outlet | date |" in written


def test_an_article_cannot_command_the_terminal_or_change_its_columns(tmp_path):
    path = tmp_path / "odd.jsonl"
    text = "قبل \u202e\x1b[2J\u2069 [red] قسد :smile: \u2066بعد"
    rows = [{"id": "1", "text": text, "outlet": "\x07\u202e"}, {"id": "2", "text": "قسد"}]
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    shown, _ = stance("concordance", path, "قسد")
    first, second = lines_of(shown)
    assert not set("\x1b\x07\u202e\u2066") & set(shown)
    assert "[red]" in first
    assert ":smile:" in first
    assert cell_len(first) == cell_len(second)


def test_text_from_left_to_right_has_its_columns_from_left_to_right(tmp_path):
    path = tmp_path / "english.jsonl"
    path.write_bytes(orjson.dumps({"id": "1", "text": "The SDF said that it left."}))
    shown, _ = stance("concordance", path, "sdf", "--html", tmp_path / "page.html")
    assert "\u200e\u2066" in shown
    assert 'class="contexts" dir="ltr"' in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.slow
def test_rows_and_json_have_all_hits(corpus, tmp_path):
    whole = concordance(read_articles([corpus]), "في")
    assert whole.n_hits > SHOWN
    command = ("concordance", corpus, "في")
    shown, _ = stance(*command, "-o", tmp_path / "lines.csv", "--json", tmp_path / "all.json")
    assert shown.startswith(f"hits      {whole.n_hits:,} (")
    assert orjson.loads((tmp_path / "all.json").read_bytes()) == whole.to_dict()
    with (tmp_path / "lines.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = [line.to_row() for line in whole]
    assert [{**row, "start": int(row["start"]), "end": int(row["end"])} for row in rows] == expected
    stance(*command, "-o", tmp_path / "lines.parquet", "-q", "--limit", 7)
    assert pl.read_parquet(tmp_path / "lines.parquet").to_dicts() == expected[:7]
    out, _ = stance(*command, "--format", "jsonl")
    assert [orjson.loads(line) for line in out.splitlines()] == expected
    out, _ = stance(*command, "--json", "-")
    assert orjson.loads(out) == whole.to_dict()


def test_csv_for_a_spreadsheet_runs_nothing(tmp_path):
    path = tmp_path / "odd.jsonl"
    path.write_bytes(orjson.dumps({"id": "1", "text": "=HYPERLINK(1) قسد"}))
    out, _ = stance("concordance", path, "قسد", "--format", "csv", "--bom")
    (row,) = csv.DictReader(io.StringIO(out.removeprefix("\ufeff"), newline=""))
    assert out.startswith("\ufeffid,outlet")
    assert row["before"] == "'=HYPERLINK(1)"
    assert "--bom" in stance("concordance", path, "قسد", "--bom", code=2)[1]


@pytest.mark.slow
def test_a_page_has_the_lines_in_reading_order(corpus, found, tmp_path):
    page = tmp_path / "page.html"
    command = ("concordance", corpus, "قسد", "--sort", "before", "--html", page)
    stance(*command, "--language", "ar")
    html = page.read_text("utf-8")
    assert '<html lang="ar" dir="rtl">' in html
    assert html.count('class="before" lang="ar"') == len(found)
    assert 'class="contexts" dir="rtl"' in html
    for line in found:
        assert f">{line.hit}</th>" in html
    assert "already exists" in stance(*command, code=1)[1]


def test_hits_are_filtered(corpus, found):
    some = found.lines[0]
    out, _ = stance(
        *("concordance", corpus, "قسد", "--json", "-", "--where", f"outlet={some.outlet}"),
        *("--voice", some.voice, "--since", some.published[:7], "--until", some.published[:4]),
    )
    lines = orjson.loads(out)["lines"]
    assert some.to_row() in lines
    assert {line["outlet"] for line in lines} == {some.outlet}
    assert {line["voice"] for line in lines} == {some.voice}
    assert all(some.published[:7] <= line["published"] for line in lines)
    err = stance("concordance", corpus, "قسد", "--voice", "own,scare", code=2)[1]
    assert "--voice own --voice scare" in err


def test_a_sample_is_told(corpus):
    shown, _ = stance("concordance", corpus, "في", "--random", "--seed", 3, "--limit", 5)
    assert "a random sample (seed 3) of 5 of" in shown
    assert len(lines_of(shown)) == 5
    assert (
        "--limit 0 and --random"
        in stance("concordance", corpus, "في", "--random", "--limit", 0, code=2)[1]
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["ديمقراط"], 1, "has no hit in the 60 articles that were searched"),
        (["ديمقراط"], 1, "Words of the corpus that contain it: "),
        (["ديمقراط"], 1, f"'{ISOLATE}ديمقراط*{END_ISOLATE}'"),
        (["طائراتهن"], 1, f"begin like it: '{ISOLATE}طائرا*{END_ISOLATE}'"),
        (["ظظظ"], 1, "Check its spelling."),
        (["قسد طيارة"], 1, "Search for one of its words."),
        (["الديموقراطيه", "--exact"], 1, "Leave out --exact"),
        (["قسد", "--since", "2030"], 1, "Got no article in the range of dates, but expected"),
        (["قسد طيارة", "--voice", "own"], 1, "Leave out --where, --since, --until or --voice."),
        (["«؟»"], 2, "but expected at least one word"),
        (["و"], 2, "with only particles"),
        (["قسد", "--sort", "right"], 2, "expected one of position, before, after"),
        (["قسد", "--since", "soon"], 2, "Got a date for since"),
        (["قسد", "--format", "xml"], 2, "for the report, or jsonl, csv, parquet for its rows"),
        (["قسد", "--format", "csv", "--json", "-"], 2, "standard output can take only one"),
        (["قسد", "--lexicon", "none.toml"], 1, "none.toml"),
    ],
)
def test_what_cannot_be_found_or_is_misused_is_said(corpus, words, code, said):
    out, err = stance("concordance", corpus, *words, code=code)
    assert said in " ".join(err.split())
    assert not out


@pytest.mark.slow
def test_arguments_in_another_order_and_words_without_quotation_marks_are_said(corpus, tmp_path):
    _, err = stance("concordance", "قسد", corpus, code=2)
    assert f"expected the corpus first: stance concordance {corpus} قسد" in err
    _, err = stance("concordance", corpus, "قوات", "سوريا", "الديمقراطية", code=2)
    assert "put them in quotation marks: 'قوات سوريا الديمقراطية'" in err
    assert "no such file" in stance("concordance", tmp_path / "none.jsonl", "قسد", code=1)[1]
    assert "no such file" in stance("concordance", "لاشيء", "قسد", code=1)[1]


@pytest.mark.slow
def test_a_page_of_very_many_lines_is_pointed_out(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr("stance.cli.concordance.MANY", 5)
    page = tmp_path / "page.html"
    _, err = stance("concordance", corpus, "قسد", "--limit", 6, "--html", page)
    assert "has 6 lines, which a browser opens slowly" in err


@pytest.mark.slow
def test_dates_out_of_range_and_rows_that_cannot_be_used_are_said(tmp_path):
    path = tmp_path / "some.jsonl"
    rows = [
        {"id": "1", "text": "قسد", "published": "2019-03-02"},
        {"id": "2", "text": "قسد", "published": "2019"},
        {"id": "3", "text": "قسد"},
        {"id": "4"},
    ]
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    out, err = stance("concordance", path, "قسد", "--since", "2019-03")
    assert "1 article without a date that can be read" in out
    assert "1 article whose month or year is only partly in the range" in " ".join(out.split())
    assert "Skipped 1 row" in err
    _, err = stance("concordance", path, "شيء", "--since", "2019-02", code=1)
    assert "(2 articles left out without a date that is sure)" in " ".join(err.split())
    path.write_bytes(b"")
    assert "is empty" in stance("concordance", path, "قسد", code=1)[1]


@pytest.mark.slow
def test_several_corpora_are_searched_in_turn(corpus):
    out, _ = stance("concordance", corpus, HEADLINES, "قسد", "--json", "-")
    searched = orjson.loads(out)["searched"]["articles"]
    assert searched == 60 + len(HEADLINES.read_bytes().splitlines())
