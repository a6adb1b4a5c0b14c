"""What a user gets wrong: one clear line, no traceback, nothing lost."""

import os

import orjson
import pytest

from tests.cli.test_cli import FAST_SETTINGS, corpus, model, stance  # noqa: F401


def write(path, rows):
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def labelled(n=12, **changes):
    return [
        {"id": str(i), "text": f"نص الخبر رقم {i}", "label": "ab"[i % 2], **changes}
        for i in range(n)
    ]


def train(path, tmp_path, *more, code=1):
    return stance("train", path, "-o", tmp_path / "model", *FAST_SETTINGS, *more, code=code)[1]


def test_an_empty_file(tmp_path):
    path = tmp_path / "empty.jsonl"
    path.touch()
    assert "empty" in train(path, tmp_path)


def test_a_wrong_file_name(tmp_path):
    assert "no such file" in train(tmp_path / "corpsu.jsonl", tmp_path)


def test_a_file_that_is_not_what_its_ending_says(tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_bytes(b"PK\x03\x04 rest of a spreadsheet")
    assert "zip archive" in train(path, tmp_path)


def test_a_csv_without_the_named_column_lists_those_there_are(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("id,body,label\n1,نص,a\n", "utf-8")
    error = train(path, tmp_path, "--text-field", "content")
    assert "'content'" in error
    assert "id, body, label" in error


def test_one_label_only(tmp_path):
    path = write(tmp_path / "one.jsonl", labelled(label="same"))
    assert "single label 'same'" in train(path, tmp_path)


def test_a_label_with_a_single_article_trains_with_a_remark(tmp_path):
    rows = labelled()
    rows[0]["label"] = "lone"
    path = write(tmp_path / "lone.jsonl", rows)
    _, err = stance("train", path, "-o", tmp_path / "model", *FAST_SETTINGS[:-2])
    assert "for label 'lone': without its one article it cannot be learned" in err


@pytest.mark.slow
def test_an_article_of_a_million_words(tmp_path, model):  # noqa: F811
    path = write(tmp_path / "long.jsonl", [{"id": "1", "text": "كلمة أخرى " * 500_000}])
    out, _ = stance("predict", path, "-m", model)
    assert orjson.loads(out)["id"] == "1"


def test_text_with_no_arabic_at_all(tmp_path, model):  # noqa: F811
    path = write(tmp_path / "latin.jsonl", [{"id": "1", "text": "No Arabic here 123 😀"}])
    assert orjson.loads(stance("predict", path, "-m", model)[0])["id"] == "1"


def test_training_on_text_without_a_word(tmp_path):
    path = write(tmp_path / "marks.jsonl", labelled(text="؟!…"))
    assert "without a single word" in train(path, tmp_path)


def test_nul_bytes(tmp_path, model):  # noqa: F811
    path = write(tmp_path / "nul.jsonl", [{"id": "1", "text": "قال\0 المصدر"}])
    assert orjson.loads(stance("predict", path, "-m", model)[0])["id"] == "1"


@pytest.mark.slow
def test_invalid_utf8_in_the_middle_stops_training_until_told(tmp_path):
    rows = [orjson.dumps(row) for row in labelled()]
    rows.insert(5, b'{"id": "x", "text": "\xff\xfe", "label": "a"}')
    path = tmp_path / "broken.jsonl"
    path.write_bytes(b"\n".join(rows))
    error = train(path, tmp_path)
    assert "row 6: invalid UTF-8" in error
    assert "--skip-rejected" in error
    assert not (tmp_path / "model").exists()
    assert "Skipped 1 row that" in train(path, tmp_path, "--skip-rejected", code=0)


def test_duplicate_ids(tmp_path):
    path = write(tmp_path / "twice.jsonl", labelled() + labelled(1))
    assert "row 13: duplicate id '0'" in train(path, tmp_path)


def test_articles_without_a_label(tmp_path):
    path = write(tmp_path / "bare.jsonl", labelled(label=None))
    assert "no label in 'label'" in train(path, tmp_path)


def test_an_output_that_cannot_be_written(tmp_path, corpus, model):  # noqa: F811
    (tmp_path / "file").write_text("in the way")
    target = tmp_path / "file" / "labels.jsonl"
    assert "cannot be written" in stance("predict", corpus, "-m", model, "-o", target, code=1)[1]
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (("evaluate",), "--json"),
        (("crossval",), "--json"),
        (("crossval",), "--output"),
        (("crossval",), "--held-out"),
        (("evaluate",), "--output"),
        (("tune",), "--output"),
        (("compare", "no-such-a.csv", "no-such-b.csv"), "--json"),
        (("audit",), "--json"),
        (("estimate",), "--output"),
        (("agreement",), "--json"),
    ],
    ids=lambda part: part if isinstance(part, str) else part[0],
)
def test_an_output_without_a_folder_is_refused_before_anything_is_read(tmp_path, command, option):
    target = tmp_path / "missing" / "out.jsonl"
    told = stance(*command, "no-such-corpus.csv", option, target, code=1)[1]
    assert "does not exist" in told
    assert "no-such" not in told


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")  # noqa: PTH110
def test_a_full_disk_on_stdout(corpus, model):  # noqa: F811
    import subprocess

    from tests.cli.test_cli import SCRIPT

    command = f"{SCRIPT} predict {corpus} -m {model} > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"No space left" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", ["predict", "evaluate", "crossval", "export", "info"])
def test_an_output_that_exists_is_kept(tmp_path, corpus, model, command):  # noqa: F811
    target = tmp_path / "result.jsonl"
    target.write_text("precious")
    arguments = {
        "predict": [corpus, "-m", model, "-o", target],
        "evaluate": [corpus, "-m", model, "--json", target],
        "crossval": [corpus, "--json", target, "--folds", 2, *FAST_SETTINGS],
        "export": ["-m", model, "-o", target],
        "info": ["-m", model, "--json", target],
    }[command]
    assert "--force" in stance(command, *arguments, code=1)[1]
    assert target.read_text() == "precious"
    stance(command, *arguments, "--force")
    assert target.read_bytes() != b"precious"


def test_a_folder_that_is_no_model_is_never_replaced(tmp_path, corpus):  # noqa: F811
    precious = tmp_path / "model"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years")
    assert "not a model" in train(corpus, tmp_path, "--force")
    assert (precious / "thesis.txt").read_text() == "years"


def test_no_outlet_when_outlets_are_asked_for(tmp_path):
    path = write(tmp_path / "bare.jsonl", labelled())
    error = stance("crossval", path, "--by", "outlet", *FAST_SETTINGS, code=1)[1]
    assert "without 'outlet'" in error
    assert "--outlet-field" in error


@pytest.mark.slow
def test_a_model_that_is_none(tmp_path, corpus):  # noqa: F811
    assert "does not exist" in stance("predict", corpus, "-m", tmp_path / "x", code=1)[1]
    assert "a file" in stance("info", "-m", corpus, code=1)[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--set", "features.wrod.max_n=2"], "Did you mean 'features.word'"),
        (["--config", "nowhere.toml"], "cannot be read"),
        (["--where", "outlet"], "FIELD=VALUE"),
        (["--input-format", "xls"], "expected one of"),
        (["--folds", "many"], "a number or 'each'"),
        (["--folds", "0"], "folds=0"),
        (["--by", "outlets"], "outlet, event, time, random"),
    ],
)
def test_misuse_is_told_in_one_line(corpus, arguments, expected):  # noqa: F811
    error = stance("crossval", corpus, *arguments, code=2)[1]
    assert expected in error
    assert error.startswith("Error: Got ")
    assert error.count("\n") == 1


def test_a_format_that_is_none(tmp_path, corpus, model):  # noqa: F811
    error = stance("predict", corpus, "-m", model, "-o", tmp_path / "labels.xlsx", code=2)[1]
    assert "--format" in error
    assert not (tmp_path / "labels.xlsx").exists()


def test_a_damaged_file_is_told_of_and_does_not_end_the_run(tmp_path, model):  # noqa: F811
    good = write(tmp_path / "good.jsonl", [{"id": "1", "text": "خبر"}] * 600)
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"PAR1 but no more")
    target = tmp_path / "out.jsonl"
    error = stance("predict", bad, good, "-m", model, "-o", target, code=1)[1]
    assert "bad.parquet" in error
    assert "copy it again" in error
    assert len(target.read_bytes().splitlines()) == 600
    rejects = tmp_path / "out.jsonl.rejects.jsonl"
    assert orjson.loads(rejects.read_bytes())["source"] == str(bad)


def test_a_misnamed_file_ends_the_run_before_it_begins(tmp_path, corpus, model):  # noqa: F811
    (tmp_path / "sheet.csv").write_bytes(b"PK\x03\x04 rest of a spreadsheet")
    arguments = [corpus, tmp_path / "sheet.csv", "-m", model, "-o", tmp_path / "out.jsonl"]
    assert "zip archive" in stance("predict", *arguments, code=1)[1]
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.csv"]
