"""Lexicons and codebooks of one's own: started, checked, and used as the documents say."""

import csv
import io
import re
import shlex
import shutil

import orjson
import pyarrow.parquet as pq
import pytest
from rich.cells import cell_len

from stance.corpus.codebook import Codebook
from stance.features.lexicon import Lexicon
from stance.model.config import load_config
from tests.commands import stance
from tests.conftest import ROOT
from tests.test_docs import blocks

SUDAN = ROOT / "docs" / "examples" / "sudan"
PAGE = "docs/lexicons.md"


@pytest.fixture
def sudan(tmp_path, monkeypatch):
    folder = tmp_path / "sudan"
    shutil.copytree(SUDAN, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="module")
def check_json():
    corpus = SUDAN / "articles.jsonl"
    out, _ = stance("lexicon", "check", SUDAN / "lexicon.toml", corpus, "--json", "-")
    return orjson.loads(out)


def lines(path):
    return path.read_bytes().splitlines()


@pytest.mark.slow
def test_the_example_runs_as_the_page_says(sudan):
    (commands,) = [one for one in blocks(PAGE, "") if "sudan-model" in one]
    for command in commands.splitlines():
        stance(*shlex.split(command)[1:])
    labels = [orjson.loads(line)["label"] for line in lines(sudan / "labels.jsonl")]
    assert labels == ["army_aligned", "rsf_aligned", "civilian"]
    assert "قواتنا" in (sudan / "why.html").read_text("utf-8")
    stored = orjson.loads((sudan / "sudan-model" / "codebook.json").read_bytes())
    assert list(stored["labels"]) == ["army_aligned", "rsf_aligned", "civilian"]
    stored = orjson.loads((sudan / "sudan-model" / "lexicon.json").read_bytes())
    assert [family["family"] for family in stored] == ["sudan"]


def test_the_example_is_what_the_page_says(check_json):
    assert check_json["valid"]
    assert check_json["remarks"] == check_json["ambiguous_spellings"] == []
    terms = check_json["terms"]
    assert (len(terms), len({term["category"] for term in terms})) == (60, 12)
    found = sum(term["hits"] > 0 for term in terms)
    assert f"The check finds {found} of the 60 terms" in (ROOT / PAGE).read_text("utf-8")
    outlets = {c["category"]: c["outlets"] for c in check_json["corpus"]["categories"]}
    assert outlets["army_honoured"] == 2


def test_each_label_of_the_example_has_terms_of_its_own(check_json):
    articles = [orjson.loads(line) for line in lines(SUDAN / "articles.jsonl")]
    label_of = {article["outlet"]: article["label"] for article in articles}
    side_of = {term["category"]: term["side"] for term in check_json["terms"]}
    for cell in check_json["corpus"]["category_outlets"]:
        assert side_of[cell["category"]] in {label_of[cell["outlet"]], None}


def test_the_errors_of_the_page_are_those_of_the_command(tmp_path, monkeypatch):
    broken = next(one for one in blocks(PAGE, "toml") if "naming = True" in one)
    (shown,) = blocks(PAGE, "text")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.toml").write_text(broken, "utf-8")
    out, err = stance("lexicon", "check", "names.toml", code=1)
    assert out == shown
    assert err.startswith("Error: Got the lexicon names.toml with 6 errors.")
    _, err = stance(
        *("train", SUDAN / "articles.jsonl", "-o", "m", "--set"),
        "features.lexicon.path=names.toml",
        code=1,
    )
    assert "line 9, categories.جيش.terms, entry 3, variants" in err


def test_the_other_files_of_the_page_are_right(tmp_path):
    files = [one for one in blocks(PAGE, "toml") if "naming = True" not in one]
    assert len(files) == 2
    settings, category = files
    (tmp_path / "settings.toml").write_text(settings, "utf-8")
    assert load_config(tmp_path / "settings.toml").features.lexicon.path == "my-lexicon.toml"
    head = 'format = 2\nfamily = "f"\ndescription = "d"\n'
    (tmp_path / "lexicon.toml").write_text(head + category, "utf-8")
    (shown,) = Lexicon.read(tmp_path / "lexicon.toml").categories.values()
    real = Lexicon.read(SUDAN / "lexicon.toml").categories["army_honoured"]
    assert len(real.terms) == 6
    assert all(term in real.terms for term in shown.terms)
    assert shown.model_copy(update={"terms": real.terms}) == real


@pytest.mark.slow
def test_the_starters_are_taken_by_train_as_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stance("lexicon", "new", "-o", "lexicon.toml")
    labels = ("army_aligned", "rsf_aligned", "civilian")
    given = [word for label in labels for word in ("--label", label)]
    stance("codebook", "new", *given, "-o", "book.toml")
    assert tuple(Codebook.read("book.toml").labels) == labels
    stance("lexicon", "check", "lexicon.toml")
    stance("codebook", "check", "book.toml", SUDAN / "articles.jsonl")
    stance(
        *("train", SUDAN / "articles.jsonl", "--codebook", "book.toml", "-o", "model"),
        *("--set", "features.lexicon.enabled=true", "--set", "features.char.enabled=false"),
        *("--set", "features.lexicon.path=lexicon.toml", "--set", "calibration.enabled=false"),
    )
    out, _ = stance("lexicon", "new")
    assert out == (tmp_path / "lexicon.toml").read_text("utf-8")
    stance("codebook", "new", "--label", "مؤيد للجيش", "--label", "أخرى", "-o", "ar.toml")
    assert list(Codebook.read("ar.toml").labels) == ["مؤيد للجيش", "أخرى"]
    assert len(Lexicon.read("lexicon.toml").sides) == 2


@pytest.mark.slow
def test_nothing_is_replaced_without_force(tmp_path):
    stance("lexicon", "new", "-o", tmp_path / "a.toml")
    _, err = stance("codebook", "new", "-o", tmp_path / "a.toml", code=1)
    assert "--force" in err
    stance("codebook", "new", "-o", tmp_path / "a.toml", "--force")
    _, err = stance(
        "lexicon", "check", tmp_path / "a.toml", "--json", tmp_path / "a.toml", "--force", code=1
    )
    assert "a.toml" in err


@pytest.mark.slow
def test_terms_are_written_as_rows(tmp_path, check_json):
    args = ("lexicon", "check", SUDAN / "lexicon.toml", SUDAN / "articles.jsonl", "-o")
    out, _ = stance(*args, tmp_path / "terms.parquet", "--html", tmp_path / "a.html")
    assert "11 of 60 terms never found" in out
    rows = pq.read_table(tmp_path / "terms.parquet").to_pylist()
    named = [{**row, "file": "lexicon.toml"} for row in rows]
    assert named == [{**row, "file": "lexicon.toml"} for row in check_json["terms"]]
    stance(*args, tmp_path / "terms.csv")
    read = list(csv.DictReader(io.StringIO((tmp_path / "terms.csv").read_text("utf-8"))))
    assert [row["term"] for row in read] == [row["term"] for row in rows]
    page = (tmp_path / "a.html").read_text("utf-8")
    assert page.count("<section") == 5
    cells = re.search("Hits by category and outlet</caption>.*?</table>", page, re.DOTALL)[0]
    row = re.search("army_honoured</bdi></th>.*?</tr>", cells, re.DOTALL)[0]
    assert re.findall(r">(\d+)</bdi>", row) == ["5", "2", "0", "0", "0", "0"]
    assert re.search(
        r'<td class="before"[^>]*>[^<]+</td><th [^>]*>معركة الكرامة</th><td class="after"', page
    )


def test_the_report_fits_eighty_columns_and_is_read_from_right_to_left():
    out, _ = stance("lexicon", "check", SUDAN / "lexicon.toml", SUDAN / "articles.jsonl")
    invisible = re.compile("[\u200f\u2066-\u2069]")
    assert max(cell_len(invisible.sub("", line)) for line in out.splitlines()) <= 80
    hits = out[out.index("HITS IN CONTEXT") :]
    assert re.search("^\u200f\u2067.*\u2067معركة الكرامة\u2069", hits, re.MULTILINE)
    assert "NEVER FOUND: 11 of 60 terms" in out


@pytest.mark.slow
def test_the_page_of_a_lexicon_with_errors_and_of_one_without_a_corpus(tmp_path):
    (tmp_path / "a.toml").write_text("format = 3\n", "utf-8")
    args = ("--html", tmp_path / "a.html", "--json", tmp_path / "a.json", "--language", "ar")
    stance("lexicon", "check", tmp_path / "a.toml", *args, code=1)
    assert "got 3, but expected 1 or 2" in (tmp_path / "a.html").read_text("utf-8")
    found = orjson.loads((tmp_path / "a.json").read_bytes())
    assert [one["line"] for one in found["errors"]] == [None, 1]
    stance("lexicon", "check", ROOT / "seeds" / "lexicons", *args, "--force")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "صور كتابة ملتبسة" in page
    assert page.count("<section") == 3


@pytest.mark.slow
def test_rows_that_cannot_be_used_are_told(sudan):
    with (sudan / "articles.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "b", "text": ""}\n')
    _, err = stance("lexicon", "check", "lexicon.toml", "articles.jsonl")
    assert "1 row" in err
    _, err = stance("codebook", "check", "codebook.toml", "articles.jsonl")
    assert "1 row" in err


def test_a_corpus_without_the_terms_is_told(tmp_path):
    (tmp_path / "a.txt").write_text("خبر عن الطقس", "utf-8")
    out, _ = stance("lexicon", "check", SUDAN / "lexicon.toml", tmp_path / "a.txt")
    assert "No term was found. Is this the corpus that was meant" in out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("lexicon", "check", "none.toml"), 1, "none.toml, which cannot be read"),
        (("lexicon", "check", "lexicon.toml", "none.jsonl"), 1, "none.jsonl"),
        (("codebook", "check", "lexicon.toml"), 1, "with errors"),
        (("codebook", "new", "--label", "a"), 2, "two or more different ones"),
        (("codebook", "new", "--label", "a", "--label", "a "), 2, "two or more different ones"),
        (("lexicon", "check", "lexicon.toml", "--format", "xlsx"), 2, "Got --format xlsx"),
    ],
)
def test_bad_input_is_told(sudan, words, code, told):
    _, err = stance(*words, code=code)
    assert told in err


def test_labels_that_a_codebook_lacks_are_told(sudan):
    text = (sudan / "codebook.toml").read_text("utf-8")
    (sudan / "b.toml").write_text(text.replace("[labels.civilian]", "[labels.civilians]"), "utf-8")
    out, _ = stance("codebook", "check", "b.toml", "articles.jsonl", code=1)
    assert "4 articles are labelled 'civilian', which is not defined. Did they mean" in " ".join(
        out.split()
    )
    out, _ = stance("codebook", "check", "codebook.toml", "new.jsonl", "--json", "-")
    found = orjson.loads(out)
    assert (found["valid"], found["unlabelled"]) == (True, 3)
