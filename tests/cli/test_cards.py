"""The card of a model: `train` writes it, `info --card` fills it, `verify --corpus` checks both."""

import re
import shutil
import tempfile

import orjson
import pytest

from stance import resources
from stance.model.manifest import FORMAT
from stance.model.persistence import read_model
from stance.reporting.card_text import parse
from tests.cli.test_cli import DATA, FAST_SETTINGS, corpus  # noqa: F401
from tests.commands import stance
from tests.conftest import SEEDS

CALIBRATED = [*FAST_SETTINGS, "--set", "calibration.enabled=true", "--set", "calibration.folds=2"]
CODEBOOK = resources.SEEDS / "codebook.toml"


@pytest.fixture(scope="module")
def trained(corpus, tmp_path_factory):  # noqa: F811
    folder = tmp_path_factory.mktemp("cards") / "model"
    stance(
        *("train", corpus, "-o", folder, "--codebook", CODEBOOK, *CALIBRATED),
        *("--author", "أمل", "--licence", "CC-BY-4.0", "--note", "from one week"),
    )
    return folder


@pytest.fixture(scope="module")
def results(corpus, trained, tmp_path_factory):  # noqa: F811
    """Return the files of a cross-validation and of an evaluation."""
    folder = tmp_path_factory.mktemp("results")
    found = {"crossval": folder / "cv.json", "evaluate": folder / "held-out.json"}
    stance(
        *("crossval", corpus, "--by", "event", "--folds", "2", "--jobs", "1", *FAST_SETTINGS),
        *("--slice", "kind", "--slice", "outlet", "--json", found["crossval"]),
    )
    stance("evaluate", corpus, "-m", trained, "--json", found["evaluate"])
    return found


@pytest.fixture
def model(trained, tmp_path):
    return shutil.copytree(trained, tmp_path / "model")


def text_of(folder):
    return (folder / "card.md").read_text("utf-8")


def card(folder, *options, code=0):
    return stance("info", "-m", folder, "--card", *options, code=code)


def changed(path, target, change):
    values = orjson.loads(path.read_bytes())
    change(values)
    target.write_bytes(orjson.dumps(values))
    return target


@pytest.mark.slow
def test_a_trained_model_has_a_card_with_what_is_known(trained, corpus):  # noqa: F811
    text = text_of(trained)
    for row in (
        "| author | أمل |",
        "| licence | CC-BY-4.0 |",
        f"| files | {corpus.name} |",
        "| articles | 48 |",
        "| dates | 20",
        "- from one week",
        "| pro_sdf | 12 | ",
        "| features.word.max_n | 1 |",
    ):
        assert row in text
    rules = read_model(trained).model.codebook.labels
    assert all(f"- {label}: {entry.definition}" in text for label, entry in rules.items())
    assert "no cross-validation and no evaluation is recorded" in text
    assert str(corpus.parent) not in text


@pytest.mark.slow
def test_training_again_gives_the_same_bytes_of_all_files(corpus, tmp_path):  # noqa: F811
    for name in ("a", "b"):
        stance("train", corpus, "-o", tmp_path / name, *FAST_SETTINGS)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert "card.md" in names
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


@pytest.mark.slow
def test_results_fill_the_card_and_leave_the_model_as_it_is(model, results):
    before = read_model(model)
    files = (word for path in results.values() for word in ("--results", path))
    out, _ = card(model, *files, "--note", "second", "--licence", "MIT")
    text, after = text_of(model), read_model(model)
    scores = {name: orjson.loads(path.read_bytes()) for name, path in results.items()}
    for name, found in scores.items():
        assert f"{found['macro_f1']:.3f}" in text
        assert results[name].name in out
    assert "| all, in " in text
    assert "…" not in out, "a number is cut on 80 columns"
    assert "| licence | MIT |" in text
    assert text.index("- from one week") < text.index("- second")
    assert "no evaluation is recorded" not in text
    assert after.sha256 == before.sha256
    assert after.manifest.files == before.manifest.files
    # The same results again replace those that are there.
    card(model, "--results", results["crossval"])
    assert text_of(model) == text


@pytest.mark.parametrize("number", range(1, FORMAT))
def test_models_of_older_formats_get_a_card_too(tmp_path, number):
    model = shutil.copytree(DATA / f"model_format_{number}", tmp_path / "model")
    before = read_model(model)
    if number == 1:
        assert "no place for a description" in card(model, "--note", "x", code=1)[1]
        return
    card(model, "--note", "x")
    assert "- x" in text_of(model)
    assert read_model(model).sha256 == before.sha256


def test_a_description_that_no_manifest_can_hold_is_refused(model, monkeypatch):
    before = (model / "manifest.json").read_bytes()
    monkeypatch.setattr("stance.model.describing.MANIFEST_LIMIT", len(before))
    assert "larger than the" in card(model, "--note", "x", code=1)[1]
    assert (model / "manifest.json").read_bytes() == before


def test_showing_a_card_writes_nothing(model):
    before = {path.name: path.stat().st_mtime_ns for path in model.iterdir()}
    (model / "card.md").unlink()
    out, err = card(model)
    assert "Out-of-scope use" in out
    assert "card.md does not exist" in err
    del before["card.md"]
    assert {path.name: path.stat().st_mtime_ns for path in model.iterdir()} == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda v: v["division"].update(n_articles=47), "of 47 articles, but the model .* 48"),
        (lambda v: v["division"].update(articles_sha256="0" * 64), "their fingerprint is another"),
        (lambda v: v.pop("reliability"), "in which reliability is not that of a result"),
        (lambda v: v.update(macro_f1=1.5), "in which macro_f1 is not"),
        (lambda v: v["per_class"].update(x=v["per_class"]["pro_sdf"]), "with the label 'x'"),
    ],
)
def test_results_of_another_corpus_or_none_are_refused(model, results, tmp_path, change, expected):
    before = text_of(model)
    other = changed(results["crossval"], tmp_path / "other.json", change)
    _, err = card(model, "--results", other, code=1)
    assert re.search(expected, err)
    assert text_of(model) == before


def test_results_of_another_model_are_refused(model, results, tmp_path):
    other = changed(results["evaluate"], tmp_path / "o.json", lambda v: v.update(model="0" * 64))
    assert "which tested the model 000000000000" in card(model, "--results", other, code=1)[1]


@pytest.mark.parametrize(
    ("content", "expected"),
    [(None, "cannot be read"), ("{", "which is not JSON"), ("[]", "the whole is not that")],
)
def test_files_that_are_no_results_are_refused(model, tmp_path, content, expected):
    path = tmp_path / "x.json"
    if content is not None:
        path.write_text(content)
    err = card(model, "--results", path, code=1)[1]
    assert expected in err
    assert "'stance crossval' or 'stance evaluate'" in err


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--licence", " \u200f"), "Got an empty --licence"),
        (("--author", ""), "Got an empty --author"),
        (("--note", "x" * 5000), "--note of 5,000 characters"),
    ],
)
def test_empty_and_endless_texts_are_refused(model, corpus, tmp_path, options, expected):  # noqa: F811
    assert expected in card(model, *options, code=2)[1]
    assert expected in stance("train", corpus, "-o", tmp_path / "new", *options, code=2)[1]
    assert not (tmp_path / "new").exists()


def test_options_of_the_card_ask_for_it_and_for_a_model(model):
    assert "without --card" in stance("info", "-m", model, "--note", "x", code=2)[1]
    assert "without --model" in stance("info", "--card", "--note", "x", code=2)[1]


def test_a_note_is_plain_text_wherever_it_is_shown(model):
    note = "<script>alert(1)</script> *b* [a](http://x) \x1b[31mred\n# head\n<!-- stance x: -->"
    out, _ = card(model, "--note", note)
    text = text_of(model)
    line = next(line for line in text.splitlines() if "script" in line)
    assert line.startswith(r"- \<script>alert(1)\</script> \*b\* [a]\(http://x)")
    assert "\x1b" not in text + out
    assert not parse(text).is_edited


@pytest.mark.slow
def test_what_people_write_below_the_card_is_kept(model, corpus):  # noqa: F811
    own = "## From us\n\n| a | b |\n|---|---|\n| **1** | <b>2</b> |"
    path = model / "card.md"
    path.write_text(f"{text_of(model)}\n{own}\n", "utf-8", newline="\r\n")
    card(model, "--note", "more")
    assert text_of(model).endswith(f"\n\n{own}\n")
    assert "- more" in text_of(model)
    stance("train", corpus, "-o", model, "--force", *FAST_SETTINGS)
    assert text_of(model).endswith(f"\n\n{own}\n")
    assert "- more" not in text_of(model)
    assert own in card(model, "--format", "markdown")[0]


def test_a_card_written_by_hand_is_kept_below_the_generated_one(model):
    (model / "card.md").write_text("# Mine\n", "utf-8")
    card(model, "--note", "x")
    assert parse(text_of(model)).own == "# Mine"


@pytest.mark.slow
def test_a_card_edited_by_hand_is_not_overwritten(model, corpus):  # noqa: F811
    edited = text_of(model).replace("| licence | CC-BY-4.0 |", "| licence | mine |")
    (model / "card.md").write_text(edited, "utf-8")
    manifest = (model / "manifest.json").read_bytes()
    assert "edited by hand" in card(model, "--note", "x", code=1)[1]
    assert "edited by hand" in stance("train", corpus, "-o", model, "--force", code=1)[1]
    assert text_of(model) == edited
    assert (model / "manifest.json").read_bytes() == manifest
    assert "edited by hand" in card(model)[1]


def test_blanks_that_an_editor_removes_are_no_edit(model):
    lines = [line.rstrip() for line in text_of(model).splitlines()]
    (model / "card.md").write_bytes("\r\n".join(["", *lines]).encode())
    card(model, "--note", "x")
    assert "- x" in text_of(model)


def test_a_folder_that_cannot_be_written_is_told(model, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    assert "cannot be written: Permission denied" in card(model, "--note", "x", code=1)[1]


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_card_that_is_a_link_or_no_text_is_not_read(model, tmp_path, content):
    (model / "card.md").unlink()
    if content is None:
        (tmp_path / "secret").write_text("secret")
        (model / "card.md").symlink_to(tmp_path / "secret")
    else:
        (model / "card.md").write_bytes(content)
    out, err = card(model, code=1)
    assert "secret" not in out
    assert "is a link" in err or "cannot be read as text" in err


def test_an_output_over_the_results_is_refused(model, results):
    options = ("--results", results["crossval"], "-o", results["crossval"], "--force")
    assert "input" in card(model, *options, code=1)[1]


@pytest.mark.slow
def test_verify_confirms_the_corpus_and_the_bytes(trained, corpus):  # noqa: F811
    out, _ = stance("verify", trained, "--corpus", corpus, "--json", "-")
    found = orjson.loads(out)
    assert found["holds"]
    assert found["trained_again"]
    assert set(found["same_files"]) == set(read_model(trained).manifest.files)
    out, _ = stance("verify", trained, "--corpus", corpus, "--corpus-only")
    assert "was not trained again" in out


@pytest.mark.slow
def test_verify_names_what_differs_in_the_corpus(trained, corpus, tmp_path):  # noqa: F811
    lines = corpus.read_bytes().splitlines(keepends=True)
    first = orjson.loads(lines[0])
    for changed_lines, expected in (
        (lines[:40], "articles"),
        (lines[1:] + lines[:1], "order of the articles"),
        ([orjson.dumps({**first, "text": first["text"] + " x"}), b"\n", *lines[1:]], "text"),
        ([orjson.dumps({**first, "published": "1999-01-01"}), b"\n", *lines[1:]], "published"),
    ):
        other = tmp_path / "other.jsonl"
        other.write_bytes(b"".join(changed_lines))
        out, err = stance("verify", trained, "--corpus", other, code=3)
        assert expected in out
        assert "was another one" in err
        assert "Nothing was trained" in out


@pytest.mark.slow
def test_ids_from_the_name_of_a_file_do_not_count(corpus, results, tmp_path):  # noqa: F811
    rows = [orjson.loads(line) for line in corpus.read_bytes().splitlines()]
    for row in rows:
        del row["id"]
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(b"\n".join(map(orjson.dumps, rows)))
    stance("train", tmp_path / "a.jsonl", "-o", tmp_path / "model", *FAST_SETTINGS)
    out, _ = stance("verify", tmp_path / "model", "--corpus", tmp_path / "b.jsonl")
    assert "Only the ids are others" in " ".join(out.split())
    assert "the same bytes" in out
    card(tmp_path / "model", "--results", results["crossval"])


@pytest.mark.slow
def test_a_model_of_an_older_record_is_compared_by_what_it_has(model, corpus):  # noqa: F811
    stored = orjson.loads((model / "manifest.json").read_bytes())
    del stored["record"]["corpus"]
    (model / "manifest.json").write_bytes(orjson.dumps(stored))
    assert "the same bytes" in stance("verify", model, "--corpus", corpus)[0]
    assert "which recorded no dates" in " ".join(card(model)[0].split())


@pytest.mark.slow
def test_verify_names_the_files_that_differ_and_the_likely_reason(model, corpus):  # noqa: F811
    # As if an older numpy had given another number of steps.
    stored = orjson.loads((model / "manifest.json").read_bytes())
    stored["versions"]["numpy"] = "1.0"
    stored["config"]["classifier"]["logistic"]["C"] = 0.5
    (model / "manifest.json").write_bytes(orjson.dumps(stored))
    out, err = stance("verify", model, "--corpus", corpus, code=3)
    assert "differs in weights.safetensors" in err
    assert "other versions of numpy" in err
    assert "weights: largest difference" in out
    assert "The same bytes: codebook.json" in " ".join(out.split())


@pytest.mark.slow
def test_verify_finds_all_that_a_model_learned_from(corpus, tmp_path):  # noqa: F811
    lines = SEEDS.read_bytes().splitlines(keepends=True)
    for name, first in (("other", 200), ("added", 400)):
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(lines[first : first + 24]))
    options = ("--auxiliary", tmp_path / "other.jsonl", "--always-train", tmp_path / "added.jsonl")
    lexicon = shutil.copytree(resources.LEXICONS, tmp_path / "lexicon")
    stance(
        *("train", corpus, "-o", tmp_path / "model", *CALIBRATED, *options),
        *("--set", "features.lexicon.enabled=true", "--set", f"features.lexicon.path={lexicon}"),
    )
    text = text_of(tmp_path / "model")
    assert "corpus.jsonl; added.jsonl (never held out); other.jsonl (auxiliary)" in text
    assert "| never held out | 24 of these articles |" in text
    verify = ("verify", tmp_path / "model", "--corpus", corpus)
    out, _ = stance(*verify, code=3)
    assert "auxiliary articles" in out
    moved = lexicon.rename(tmp_path / "moved")
    assert "which is not here" in stance(*verify, *options, code=2)[1]
    assert "the same bytes" in stance(*verify, *options, "--lexicon", moved)[0]


@pytest.mark.slow
def test_verify_asks_for_what_it_needs(model, corpus):  # noqa: F811
    assert "with --corpus" in stance("verify", model, code=2)[1]
    assert "without --corpus" in stance("verify", model, "--corpus-only", code=2)[1]
    options = ("--corpus", corpus, "--inputs")
    assert "no receipt" in stance("verify", model, *options, code=2)[1]
    nowhere = ("--corpus", corpus, "--lexicon", "/nowhere.toml")
    assert stance("verify", model, *nowhere)[0]  # this model has no lexicon
