"""`stance naming`: reports, rows, pages and figures, and what cannot be counted."""

import csv
import re
import tomllib

import orjson
import pyarrow.parquet as pq
import pytest

from stance.errors import ConfigError, CorpusError
from stance.reporting.figures import drawing
from tests.cli.test_reports import run
from tests.commands import stance
from tests.conftest import ROOT, SEEDS

DOCUMENT = (ROOT / "docs" / "naming.md").read_text("utf-8")
(LEXICON,) = re.findall(r"^```toml\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Every eleventh article of the seed corpus, with a section."""
    rows = [orjson.loads(line) for line in SEEDS.read_bytes().splitlines()[::11]]
    lines = (orjson.dumps({**row, "section": row["label"][:3]}) + b"\n" for row in rows)
    path = tmp_path_factory.mktemp("naming") / "articles.jsonl"
    path.write_bytes(b"".join(lines))
    return path


@pytest.fixture
def lexicon(tmp_path):
    path = tmp_path / "names.toml"
    path.write_text(LEXICON, "utf-8")
    return path


@pytest.mark.slow
def test_the_report_fits_a_terminal_of_80_columns(corpus):
    out, err = stance("naming", corpus, "--by", "label", "--actor", "sdf")
    plain = [re.sub("[\u2066-\u2069]", "", line) for line in out.splitlines()]
    assert max(map(len, plain)) <= 80
    assert any(re.match(r"sdf: named by \d+ articles, \d+ names", line) for line in plain)
    assert any(re.match(r"pro_sdf +\*? ?\d+ +\S.* \d+ % +\d+ to \d+ %", line) for line in plain)
    assert "damascus:" not in out
    assert "each has its own 2 most" in out
    assert not err
    every, _ = stance("naming", corpus, "--by", "label", "--actor", "sdf", "--top", "0")
    assert "other names" not in every
    assert len(every.splitlines()) > 2 * len(plain)


@pytest.mark.slow
def test_rows_are_the_same_in_every_format(corpus, tmp_path):
    command = ("naming", corpus, "--by", "section", "--voice", "both")
    for name in ("rows.csv", "rows.jsonl", "rows.parquet"):
        out, _ = run(*command, "-o", tmp_path / name)
        assert "articles by actor" in out
    rows = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert {row["group"] for row in rows} == {None, "dam", "neu", "opp", "pro"}
    assert {row["voice"] for row in rows} == {"own", "speech"}
    lines = (tmp_path / "rows.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line) for line in lines] == rows
    table = list(csv.DictReader((tmp_path / "rows.csv").read_text("utf-8").splitlines()))
    assert [float(row["share"]) for row in table] == [row["share"] for row in rows]
    whole = orjson.loads(run(*command, "--json", "-")[0])
    shares = [
        (share["name"], share["share"])
        for actor in whole["actors"]
        for group in (*actor["overall"], *actor["groups"])
        for share in group["shares"]
    ]
    assert shares == [(row["name"], row["share"]) for row in rows]
    assert stance(*command, "--format", "jsonl", "-q") == (b"\n".join(lines).decode() + "\n", "")


@pytest.mark.slow
def test_months_are_in_order_and_every_page_has_its_charts(corpus, tmp_path, monkeypatch):
    # Nothing is drawn, which takes time: tests/reporting/figures does.
    drawn = drawing.Drawing(dict.fromkeys(drawing.FORMATS, b"x"), frozenset())
    monkeypatch.setattr(drawing, "draw", lambda figure, language: drawn)
    command = ("naming", corpus, "--actor", "sdf", "--level", "category")
    page = tmp_path / "page.html"
    out, _ = run(*command, "--by", "month", "--html", page, "--language", "ar")
    months = re.findall(r"^(20\d\d-\d\d) ", out, re.MULTILINE)
    assert months == sorted(months)
    assert len(set(months)) == len(months) > 12
    text = page.read_text("utf-8")
    assert text.count('<figure class="trends"') == 1
    assert f'<bdi dir="ltr">{months[-1]}</bdi>' in text
    run(*command, "--html", page, "--force", "--figures", tmp_path / "figures")
    assert page.read_text("utf-8").count('class="part full"') > 3
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == [
        f"naming-sdf.{form}" for form in ("pdf", "png", "svg")
    ]


def test_a_lexicon_of_ones_own_is_read(lexicon, tmp_path):
    texts = ("مليشيات الجيش تقصف الحي", "القوات المسلحة تتقدم", "المقال الثالث عن الطقس")
    lines = (orjson.dumps({"id": str(n), "text": text}) for n, text in enumerate(texts))
    (tmp_path / "new.jsonl").write_bytes(b"\n".join(lines))
    out, _ = run("naming", tmp_path / "new.jsonl", "--lexicon", lexicon)
    assert "army: named by 2 articles, 2 names" in out
    assert "nothing: no article names an outlet or has a label" in out
    assert "ميليشيا الجيش" in out
    with pytest.raises(ConfigError, match="--lexicon and --model"):
        run("naming", tmp_path / "new.jsonl", "--lexicon", lexicon, "-m", "model")


@pytest.mark.slow
def test_what_cannot_be_used_is_said_and_ends_with_1(corpus, lexicon, tmp_path):
    nameless = tmp_path / "nameless.toml"
    nameless.write_text(LEXICON.replace("naming = true\n", ""), "utf-8")
    assert "actor" in tomllib.loads(nameless.read_text("utf-8"))["categories"]["army_hostile"]
    for options, said in (
        (("--by", "country"), "Got the field 'country', which no article has"),
        (("--lexicon", nameless), "names no actor, but expected categories with naming = true"),
        (
            ("--lexicon", lexicon, "--actor", "army"),
            "no article that names an actor of the lexicon (army)",
        ),
        (("--lexicon", tmp_path / "no.toml"), "no.toml"),
    ):
        _, err = stance("naming", corpus, *options, code=1)
        assert err.startswith("Error: ")
        assert said in err
    for options, said in (
        (("--voice", "loud"), "Got --voice loud, but expected own, speech, both, all"),
        (("--level", "word"), "Got --level word, but expected term, category"),
        (("--actor", "sdf,isis"), "repeat the option: --actor sdf --actor isis"),
        (("--format", "html"), "but expected text or markdown for the report"),
        (("--by", "period"), "--period-start"),
    ):
        _, err = stance("naming", corpus, *options, code=2)
        assert said in err


@pytest.mark.slow
def test_a_row_that_cannot_be_used_is_skipped_and_told(corpus, tmp_path):
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(corpus.read_bytes() + b"not json\n")
    out, err = run("naming", path, "--actor", "sdf")
    assert "Skipped 1 row" in err
    assert run("naming", path, "--actor", "sdf", "-q") == (out, "")
    path.write_bytes(b"not json\n")
    with pytest.raises(CorpusError, match="no row can be used"):
        run("naming", path)


@pytest.mark.slow
def test_the_commands_of_the_document_do_what_it_says(corpus, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "articles.jsonl").write_bytes(corpus.read_bytes())
    block = re.search(r"^```\n(stance .*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    commands = block[1].splitlines()
    assert len(commands) == 4
    for command in commands:
        run(*command.split()[1:])
    header = (tmp_path / "naming.csv").read_text("utf-8").splitlines()[0].split(",")
    documented = re.findall(r"^\| (`.*?) \|", DOCUMENT, re.MULTILINE)
    assert header == re.findall(r"`(\w+)`", ", ".join(documented))
    assert "من يسمّي مَن وكيف" in (tmp_path / "naming.html").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    exec(code, {})  # noqa: S102
    printed = capsys.readouterr().out.splitlines()
    assert printed
    assert all(re.fullmatch(r".+( [01]\.\d+){3}", line) for line in printed)
