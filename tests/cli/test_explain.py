"""`stance explain`: JSON, the view of a terminal, and what it refuses."""

import orjson
import pytest
from typer.testing import CliRunner

from stance.cli.app import app
from stance.errors import ConfigError, CorpusError, OutputError
from stance.model.persistence import load_model
from stance.model.prediction import predict
from tests.cli.test_cli import model  # noqa: F401
from tests.cli.test_reports import run
from tests.conftest import SEEDS
from tests.model.test_persistence import DATA


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b"".join(SEEDS.read_bytes().splitlines(keepends=True)[:6]))
    return path


def explained(*words):
    return orjson.loads(run("explain", *words, "--json", "-")[0])


@pytest.mark.slow
def test_json_has_an_article_for_each_row_and_adds_up(corpus, model, seed_articles):  # noqa: F811
    found = explained(corpus, "-m", model)
    loaded = load_model(model)
    assert found["model"]["labels"] == list(loaded.labels)
    assert found["model"]["n_outlets"] == loaded.record.n_outlets > 0
    assert [one["id"] for one in found["articles"]] == [a.id for a in seed_articles[:6]]
    labels = [p.label for p in predict(loaded, seed_articles[:6])]
    assert [one["label"] for one in found["articles"]] == labels
    for one, article in zip(found["articles"], seed_articles, strict=False):
        listed = sum(each["contribution"] for each in one["contributions"])
        total = one["intercept"] + listed + one["rest"]["contribution"]
        assert abs(total - one["logit_difference"]) < 1e-9
        assert len(one["contributions"]) == 10
        assert "changes" not in one
        for each in one["words"]:
            for field, places in each["places"].items():
                assert all(getattr(article, field)[start:end] for start, end in places)


@pytest.mark.slow
def test_json_goes_to_a_file_that_is_not_replaced(corpus, model, tmp_path):  # noqa: F811
    file = tmp_path / "why.json"
    assert run("explain", corpus, "-m", model, "--json", file, "--top", 2, "--changes")[0] == ""
    (first, *_) = orjson.loads(file.read_bytes())["articles"]
    assert len(first["contributions"]) == 2
    assert first["changes"]["removals"]
    before = file.read_bytes()
    with pytest.raises(OutputError, match="already exists"):
        run("explain", corpus, "-m", model, "--json", file)
    assert file.read_bytes() == before
    run("explain", corpus, "-m", model, "--json", file, "--force")
    assert file.read_bytes() != before


@pytest.mark.slow
def test_a_terminal_shows_the_text_from_right_to_left_in_80_columns(
    corpus,
    model,  # noqa: F811
    monkeypatch,
):
    from rich.cells import cell_len

    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    shown, _ = run("explain", corpus, "-m", model)
    lines = shown.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert "\x1b" not in shown
    texts = [line for line in lines if line.startswith("\u200f\u2067")]
    assert len(texts) > 30
    assert all(line.endswith("\u2069") for line in texts)
    assert any("[+" in line for line in texts)
    assert "[+...] is evidence for the label" in shown
    assert "What would change it:" in shown


@pytest.mark.slow
def test_a_terminal_tells_how_many_outlets_have_a_feature(corpus, model):  # noqa: F811
    shown, _ = run("explain", corpus, "-m", model, "--no-changes", "--top", 3)
    assert "places  outlets  contribution" in shown
    assert "how many outlets of the training corpus have the feature" in shown
    shown, _ = run("explain", corpus, "-m", DATA / "model_format_5", "--no-changes", "--top", 3)
    assert "places  contribution" in shown
    assert "by an earlier version of stance" in " ".join(shown.split())


def test_ids_and_texts_cannot_command_the_terminal(model, tmp_path):  # noqa: F811
    path = tmp_path / "odd.jsonl"
    row = {"id": "<b>\x1b[2J", "text": "قسد \x1b[31m[red] تقدمت :smile: قوات", "title": "\x07"}
    path.write_bytes(orjson.dumps(row))
    shown, _ = run("explain", path, "-m", model)
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[red]" in shown
    assert "<b>\\x1b[2J" in shown


@pytest.mark.slow
def test_what_cannot_be_explained_is_refused(corpus, model, tmp_path):  # noqa: F811
    with pytest.raises(ConfigError, match="'martian' to compare with, but expected one of"):
        run("explain", corpus, "-m", model, "--against", "martian")
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"")
    with pytest.raises(CorpusError):
        run("explain", empty, "-m", model, "--json", "-")
    assert CliRunner().invoke(app, ["explain", str(corpus), "--top", "-1"]).exit_code == 2


def test_an_article_without_evidence_and_rows_that_cannot_be_used(model, tmp_path):  # noqa: F811
    path = tmp_path / "some.jsonl"
    path.write_bytes(b'{"id":"1","text":"\xd8\x9f!"}\n{"id":"2"}\n')
    shown, messages = run("explain", path, "-m", model)
    assert "No word is evidence for either label." in shown
    assert "1 row" in messages


@pytest.mark.slow
def test_the_view_of_a_terminal_goes_to_a_file(corpus, model, tmp_path, monkeypatch):  # noqa: F811
    # A file has no width at which its first line would be broken.
    monkeypatch.setenv("COLUMNS", "200")
    shown, _ = run("explain", corpus, "-m", model, "--no-changes")
    file = tmp_path / "why.txt"
    assert run("explain", corpus, "-m", model, "--no-changes", "-o", file)[0] == ""
    assert file.read_text("utf-8") == shown
    written = tmp_path / "why.md"
    run("explain", corpus, "-m", model, "-o", written)
    assert "| feature | block |" in written.read_text("utf-8")
    with pytest.raises(ConfigError, match="--output and --json"):
        run("explain", corpus, "-m", model, "-o", file, "--json", "-", "--force")


@pytest.mark.slow
def test_a_page_is_written_beside_the_text_with_the_same_numbers(corpus, model, tmp_path):  # noqa: F811
    file, json = tmp_path / "why.html", tmp_path / "why.json"
    shown, _ = run("explain", corpus, "-m", model)
    assert run("explain", corpus, "-m", model, "--html", file)[0] == shown
    written = file.read_bytes()
    with pytest.raises(OutputError, match="--force"):
        run("explain", corpus, "-m", model, "--html", file)
    assert file.read_bytes() == written
    both = ("--html", file, "--json", json, "--force")
    assert run("explain", corpus, "-m", model, *both)[0] == ""
    assert file.read_bytes() == written
    run("explain", corpus, "-m", model, "--language", "ar", *both)
    html = file.read_text("utf-8")
    assert '<html lang="ar" dir="rtl">' in html
    for one in orjson.loads(json.read_bytes())["articles"]:
        assert f"{one['logit_difference']:+.3f}" in html
        for step in one["changes"]["removals"]:
            assert f"{step['effect']:+.3f}" in html
    run("explain", corpus, "-m", model, "--no-changes", *both)
    assert "changes" not in orjson.loads(json.read_bytes())["articles"][0]
    assert "What would change it" not in file.read_text("utf-8")


@pytest.mark.slow
def test_a_page_of_very_many_articles_is_pointed_out(corpus, model, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr("stance.cli.explain.MANY", 5)
    file = tmp_path / "why.html"
    _, messages = run("explain", corpus, "-m", model, "--no-changes", "--html", file)
    assert "has 6 articles, which a browser opens slowly" in messages
    assert file.read_text("utf-8").count('<section id="s') == 6


@pytest.mark.slow
def test_a_page_that_cannot_be_made_leaves_no_file(corpus, model, tmp_path):  # noqa: F811
    file = tmp_path / "why.html"
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"")
    with pytest.raises(CorpusError):
        run("explain", empty, "-m", model, "--html", file)
    with pytest.raises(ConfigError, match="expected one of"):
        run("explain", corpus, "-m", model, "--against", "martian", "--html", file)
    assert not file.exists()
