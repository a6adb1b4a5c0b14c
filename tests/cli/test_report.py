"""`stance report`: one page on a model and a corpus, and what it refuses."""

import orjson
import pytest
from typer.testing import CliRunner

from stance.cli.app import app
from stance.errors import ConfigError, CorpusError, ModelError, OutputError
from tests.cli.test_cli import model  # noqa: F401
from tests.cli.test_reports import corpus, run  # noqa: F401

HOSTILE = "<script>alert(1)</script>\x1b[2J"


def report(*words):
    """Write a report; return the page and the messages."""
    *given, file = words
    shown, messages = run("report", *given, "-o", file)
    assert shown == ""
    return file.read_text("utf-8"), messages


@pytest.fixture
def rows(corpus):  # noqa: F811
    return [orjson.loads(line) for line in corpus.read_bytes().splitlines()]


@pytest.fixture
def written(tmp_path):
    """Return a function that writes rows to a file."""

    def write(rows):
        path = tmp_path / "some.jsonl"
        path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
        return path

    return write


@pytest.mark.slow
def test_a_labelled_corpus_is_evaluated(corpus, model, tmp_path):  # noqa: F811
    page, messages = report(corpus, "-m", model, tmp_path / "all.html")
    for part in ("The model", "Audit of a corpus", "Evaluation of a model", "surest right label"):
        assert part in page
    assert "Predicted labels" not in page
    assert "trained on this very corpus" not in page
    assert "48 articles" in messages
    n = int(messages.split("articles, ")[1].split()[0])
    assert page.count('class="legend marks"') == n >= 4
    again, _ = report(corpus, "-m", model, "--force", tmp_path / "all.html")
    assert again == page
    arabic, _ = report(corpus, "-m", model, "--language", "ar", "--force", tmp_path / "all.html")
    assert '<html lang="ar" dir="rtl">' in arabic
    none, _ = report(corpus, "-m", model, "--examples", 0, "--force", tmp_path / "all.html")
    assert "Why some articles" not in none


@pytest.mark.slow
def test_a_corpus_without_labels_is_labelled(rows, written, model, tmp_path):  # noqa: F811
    for row in rows:
        del row["label"]
    page, _ = report(written(rows), "-m", model, tmp_path / "all.html")
    assert "Evaluation of a model" not in page
    for part in ("Predicted labels", "surest label", "nearest to the border", "Out of domain"):
        assert part in page
    assert "A share of predicted labels is not the share of the true ones" in page


@pytest.mark.slow
def test_labels_that_the_model_does_not_know_are_named(rows, written, model, tmp_path):  # noqa: F811
    for row in rows[::2]:
        row["label"] = HOSTILE
    page, _ = report(written(rows), "-m", model, tmp_path / "all.html")
    assert "The model does not know these labels" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[2J" in page
    assert "<script" not in page
    assert "Evaluation of a model" in page
    assert "Predicted labels" in page
    for row in rows:
        row["label"] = "martian"
    page, _ = report(written(rows), "-m", model, "--force", tmp_path / "all.html")
    assert "Evaluation of a model" not in page


@pytest.mark.slow
def test_one_outlet_says_nothing_about_others(rows, written, model, tmp_path):  # noqa: F811
    for row in rows:
        row["outlet"] = "وكالة واحدة"
    page, _ = report(written(rows), "-m", model, tmp_path / "all.html")
    assert "The outlet was not probed" in page
    assert "All articles are of one of the outlets" in page


@pytest.mark.slow
def test_one_article_without_a_word_is_explained_all_the_same(written, model, tmp_path):  # noqa: F811
    odd = {"id": HOSTILE, "text": "؟! \x1b؟", "outlet": HOSTILE}
    page, messages = report(written([odd]), "-m", model, tmp_path / "all.html")
    assert "No word is evidence for either label." in page
    assert "too short" in page
    assert "\x1b" not in page + messages
    assert "<script" not in page


@pytest.mark.slow
def test_rows_that_cannot_be_used_are_told(rows, written, model, tmp_path):  # noqa: F811
    _, messages = report(written([*rows, {"id": "x"}]), "-m", model, tmp_path / "all.html")
    assert "Skipped 1 row that cannot be used" in messages


@pytest.mark.slow
def test_the_corpus_of_the_training_is_recognised(tmp_path, corpus):  # noqa: F811
    settings = ("features.char.enabled=false", "features.lexicon.enabled=false")
    options = [word for one in settings for word in ("--set", one)]
    run("train", corpus, "-o", tmp_path / "own", *options)
    page, _ = report(corpus, "-m", tmp_path / "own", tmp_path / "all.html")
    assert "trained on this very corpus" in page


@pytest.mark.slow
def test_what_cannot_be_reported_is_refused_and_leaves_no_file(corpus, model, tmp_path):  # noqa: F811
    empty, file = tmp_path / "empty.jsonl", tmp_path / "all.html"
    empty.write_bytes(b"")
    with pytest.raises(CorpusError, match="which is empty, but expected articles"):
        run("report", empty, "-m", model, "-o", file)
    with pytest.raises(ModelError):
        run("report", corpus, "-m", tmp_path / "none", "-o", file)
    with pytest.raises(ConfigError, match="Got --language de"):
        run("report", corpus, "-m", model, "-o", file, "--language", "de")
    with pytest.raises(ConfigError, match="Got --output -, but the page needs a file"):
        run("report", corpus, "-m", model, "-o", "-")
    assert CliRunner().invoke(app, ["report", str(corpus)]).exit_code == 2
    assert not file.exists()
    file.write_text("mine")
    with pytest.raises(OutputError, match="already exists"):
        run("report", corpus, "-m", model, "-o", file)
    assert file.read_text() == "mine"
