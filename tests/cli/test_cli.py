"""Every command, as a user would call it."""

import csv
import io
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from stance.model.persistence import load_model, save_model
from tests.commands import SCRIPT, installed_stance, stance
from tests.conftest import FAST, SEEDS

LABELS = ("damascus_aligned", "neutral_wire", "opposition_aligned", "pro_sdf")
DATA = Path(__file__).parents[1] / "data"
FAST_SETTINGS = [word for setting in FAST for word in ("--set", setting)]


@pytest.fixture(scope="module")
def model(tmp_path_factory, fast_model):
    folder = tmp_path_factory.mktemp("cli") / "model"
    save_model(fast_model, folder)
    return folder


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Write 48 seed articles, four framings of twelve events."""
    path = tmp_path_factory.mktemp("corpus") / "corpus.jsonl"
    path.write_bytes(b"".join(SEEDS.read_bytes().splitlines(keepends=True)[:48]))
    return path


def test_no_arguments_show_help_for_a_newcomer():
    out, _ = stance()
    for word in ("train", "crossval", "predict", "To get started"):
        assert word in out


def test_version():
    assert stance("--version")[0].startswith("stance ")


@pytest.mark.slow
def test_the_package_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "stance", "predict", "nowhere.jsonl"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"nowhere.jsonl" in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_unknown_command_and_a_missing_argument_are_misuse():
    assert "No such command" in stance("trian", code=2)[1]
    assert "Missing argument" in stance("train", code=2)[1]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion(shell):
    out, _ = stance(
        _STANCE_COMPLETE=f"complete_{shell}",
        COMP_WORDS="stance cross",
        COMP_CWORD="1",
        _TYPER_COMPLETE_ARGS="stance cross",
        _TYPER_COMPLETE_FISH_ACTION="get-args",
    )
    assert "crossval" in out


@pytest.mark.slow
def test_train_evaluate_predict_info_export(corpus, tmp_path):
    out, _ = stance("train", corpus, "-o", tmp_path / "model", *FAST_SETTINGS)
    counts = dict(line.split()[:2] for line in out.splitlines() if len(line.split()) >= 2)
    assert [counts[label] for label in LABELS] == ["12"] * 4
    out, _ = stance("evaluate", corpus, "-m", tmp_path / "model", "--json", tmp_path / "e.json")
    result = orjson.loads((tmp_path / "e.json").read_bytes())
    assert result["n"] == 48
    assert result["macro_f1"] > 0.9
    assert result["per_class"]["pro_sdf"]["support"] == 12
    assert f"{result['macro_f1']:.3f}" in out
    out, _ = stance("predict", corpus, "-m", tmp_path / "model")
    rows = [orjson.loads(line) for line in out.splitlines()]
    assert len(rows) == 48
    scores = {
        *("probability", "probabilities", "out_of_domain", "domain_score"),
        "out_of_domain_reason",
    }
    assert set(rows[0]) == {"id", "label", *scores}
    out, _ = stance("info", "-m", tmp_path / "model", "--json", tmp_path / "i.json")
    assert "48 articles" in out
    info = orjson.loads((tmp_path / "i.json").read_bytes())
    assert set(info["strongest_features"]) == set(info["labels"])
    stance("export", "-m", tmp_path / "model", "-o", tmp_path / "model.joblib")
    assert (tmp_path / "model.joblib").stat().st_size > 1000


@pytest.mark.slow
def test_articles_labelled_for_another_question_teach_too(corpus, tmp_path):
    rows = [orjson.loads(line) for line in SEEDS.read_bytes().splitlines()]
    known = {orjson.loads(line)["id"] for line in Path(corpus).read_bytes().splitlines()}
    rows = [{**row, "label": row["label"][:5]} for row in rows[:300] if row["id"] not in known]
    other, empty = tmp_path / "other.jsonl", tmp_path / "empty.jsonl"
    other.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    empty.write_bytes(b"")
    settings = ("--auxiliary", other, *FAST_SETTINGS)
    out, err = stance("train", corpus, "-o", tmp_path / "model", *settings)
    assert "also trained on" in out + err
    assert "pro_sdf" in load_model(tmp_path / "model").labels
    stance("crossval", corpus, "--by", "random", *settings, "--json", tmp_path / "c.json")
    assert orjson.loads((tmp_path / "c.json").read_bytes())["n"] == 48
    told = stance("train", corpus, "-o", tmp_path / "m", "--auxiliary", empty, code=1)[1]
    assert "empty.jsonl" in told


@pytest.mark.slow
def test_predict_on_the_shipped_model(corpus):
    out, err = stance("predict", corpus)
    assert len(out.splitlines()) == 48
    assert "Labelled 48 articles" in err


@pytest.mark.slow
def test_settings_reach_the_model(corpus, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('[classifier]\nkind = "svm"\n', "utf-8")
    settings = ["--config", config, "--set", "features.word.max_n=3", *FAST_SETTINGS[:4]]
    stance("train", corpus, "-o", tmp_path / "model", *settings)
    found = load_model(tmp_path / "model").config
    assert found.classifier.kind == "svm"
    assert found.features.word.max_n == 3


def test_field_names_and_where_reach_the_reader(tmp_path):
    rows = [
        {"key": n, "body": f"نص الخبر رقم {n}", "side": side, "source": "a", "topic": topic}
        for n, (side, topic) in enumerate([("x", "t"), ("y", "t"), ("z", "u"), ("x", "t")] * 4)
    ]
    path = tmp_path / "odd.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    fields = ["--id-field", "key", "--text-field", "body", "--label-field", "side"]
    stance("train", path, "-o", tmp_path / "m", *fields, "--where", "topic=t", *FAST_SETTINGS)
    record = load_model(tmp_path / "m").record
    assert record.label_counts == {"x": 8, "y": 4}


@pytest.mark.slow
def test_crossval_prints_both_figures_and_the_gap(corpus, tmp_path):
    options = ("--folds", 4, *FAST_SETTINGS)
    out, _ = stance("crossval", corpus, "--json", tmp_path / "c.json", *options)
    result = orjson.loads((tmp_path / "c.json").read_bytes())
    assert result["by"] == "outlet"
    assert f"{result['macro_f1']:.3f}" in out
    assert f"{result['random']['macro_f1']:.3f}" in out
    assert f"{result['gap']:+.3f}" in out
    assert "always 'damascus_aligned'" in out
    assert "not better than always" not in out
    assert set(result) >= {"n", "protocol", "accuracy", "weighted_f1", "confusion", "intervals"}


@pytest.mark.slow
@pytest.mark.parametrize("by", ["event", "time", "random"])
def test_crossval_by_other_protocols(corpus, by):
    out, _ = stance("crossval", corpus, "--by", by, "--folds", 3, *FAST_SETTINGS)
    assert {"event": "held-out events", "time": "periods", "random": "random folds"}[by] in out


def test_config_writes_what_config_reads(tmp_path):
    out, _ = stance("config", "--set", "seed=99")
    (tmp_path / "all.toml").write_text(out, "utf-8")
    again, _ = stance("config", "--config", tmp_path / "all.toml")
    assert again == out
    assert "seed = 99" in out


@pytest.mark.slow
def test_predict_is_a_filter():
    line = orjson.dumps({"id": "7", "text": "أعلنت القوات السيطرة على البلدة"})
    out, err = stance("predict", "-", stdin=line + b"\n{broken\n" + line.replace(b"7", b"8"))
    assert [orjson.loads(row)["id"] for row in out.splitlines()] == ["7", "8"]
    assert "-, row 2: bad JSON" in err


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_predict_writes_every_format(corpus, model, tmp_path, ending):
    target = tmp_path / f"labels.{ending}"
    out, _ = stance("predict", corpus, "-m", model, "-o", target)
    assert out == ""
    if ending == "jsonl":
        rows = [orjson.loads(line) for line in target.read_bytes().splitlines()]
    elif ending == "csv":
        assert not target.read_bytes().startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8"))))
        assert "probabilities.pro_sdf" in rows[0]
    else:
        import pyarrow.parquet as pq

        rows = pq.read_table(target).to_pylist()
        assert isinstance(rows[0]["probabilities.pro_sdf"], float)
    ids = [orjson.loads(line)["id"] for line in corpus.read_bytes().splitlines()]
    assert [row["id"] for row in rows] == ids


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_predict_abstains_and_flags_in_every_format(model, tmp_path, ending):
    source, target = tmp_path / "new.jsonl", tmp_path / f"labels.{ending}"
    texts = {"en": "Breaking news from Geneva", "ar": "أعلنت القوات السيطرة على البلدة في الريف"}
    source.write_bytes(
        b"".join(orjson.dumps({"id": i, "text": t}) + b"\n" for i, t in texts.items())
    )
    _, err = stance("predict", source, "-m", model, "-o", target, "--min-probability", 1)
    assert "Labelled 0 articles" in err
    assert "No label for 2 articles below --min-probability." in err
    assert "Out of domain, 1 of 2 articles (50 %), 1 in another language." in err
    none, true, false = (None, True, False) if ending != "csv" else ("", "True", "False")
    if ending == "jsonl":
        rows = [orjson.loads(line) for line in target.read_bytes().splitlines()]
    elif ending == "csv":
        rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8"))))
    else:
        import pyarrow.parquet as pq

        rows = pq.read_table(target).to_pylist()
        assert all(isinstance(row["domain_score"], float) for row in rows)
    assert [(row["label"], row["out_of_domain"]) for row in rows] == [(none, true), (none, false)]
    assert [row["out_of_domain_reason"] for row in rows] == ["other_language", none]


def test_the_table_shows_what_got_no_label_or_is_out_of_domain(model, tmp_path):
    source = tmp_path / "new.jsonl"
    texts = [
        "Breaking news",
        "خبر عاجل",
        "فاز الفريق في مباراة كرة السلة بفارق نقطتين",
        "أعلنت القوات السيطرة على البلدة في الريف",
    ]
    rows = [orjson.dumps({"id": "x", "text": text}) + b"\n" for text in texts]
    source.write_bytes(b"".join(rows))
    options = ["-m", model, "--format", "table", "--min-probability", 1]
    shown = [line.split() for line in stance("predict", source, *options)[0].splitlines()[1:]]
    assert [row[0] for row in shown] == ["-"] * 4
    assert [row[2:4] for row in shown[:3]] == [
        *(["out:", "language"], ["out:", "short"], ["out:", "words"])
    ]
    assert shown[3][2:4] == ["in", "x"]


@pytest.mark.parametrize("value", ["1.4", "-1", "nan"])
def test_predict_refuses_what_is_no_probability(corpus, model, tmp_path, value):
    target = tmp_path / "o.jsonl"
    options = ["-m", model, "-o", target, "--min-probability", value]
    _, err = stance("predict", corpus, *options, code=2)
    assert f"Got min_probability={float(value)}, but expected a probability in [0, 1]." in err
    assert not target.exists()


@pytest.mark.slow
def test_info_tells_the_domain(model):
    out, _ = stance("info", "-m", model, "--features", 0)
    domain = load_model(model).domain
    thresholds = [domain.threshold, *(bound.threshold for bound in domain.by_length)]
    least = f"{min(thresholds):.3f} to {max(thresholds):.3f} by length"
    assert f"score of at least {least}, usually {domain.usual:.3f}" in out
    old, _ = stance("info", "-m", DATA / "model_format_1", "--features", 0)
    assert "format 1" in old
    assert "unknown: no article is flagged" in old


def test_predict_with_a_model_of_format_1_flags_nothing(corpus, tmp_path):
    target = tmp_path / "labels.csv"
    _, err = stance("predict", corpus, "-m", DATA / "model_format_1", "-o", target)
    assert "Labelled 48 articles" in err
    assert "domain" not in err
    rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8"))))
    assert {row["out_of_domain"] for row in rows} == {""}


def test_predict_sets_bad_rows_aside_and_loses_none(model, tmp_path):
    source = tmp_path / "mixed.jsonl"
    source.write_bytes(
        b'{"id": "1", "text": "\xd8\xae\xd8\xa8\xd8\xb1"}\n{"id": "2", "text": ""}\nnot json\n'
        b'{"id": "4", "text": "\xff"}\n{"id": "5", "text": "\xd8\xae\xd8\xa8\xd8\xb1"}\n'
    )
    _, err = stance("predict", source, "-m", model, "-o", tmp_path / "out.jsonl")
    rejects = (tmp_path / "out.jsonl.rejects.jsonl").read_bytes().splitlines()
    assert [orjson.loads(row)["row"] for row in rejects] == [2, 3, 4]
    rows = (tmp_path / "out.jsonl").read_bytes().splitlines()
    assert [orjson.loads(row)["id"] for row in rows] == ["1", "5"]
    assert "Labelled 2 articles" in err
    assert "Set aside 3 rows" in err


def test_the_table_fits_80_columns_with_arabic_isolated(corpus, model):
    from rich.cells import cell_len

    out, _ = stance("predict", corpus, "-m", model, "--format", "table")
    lines = out.splitlines()
    assert len(lines) == 49
    assert all(cell_len(line) <= 80 for line in lines)
    assert all(line.count("\u2068") == line.count("\u2069") == 1 for line in lines[1:])


@pytest.mark.slow
def test_head_closing_the_pipe_is_no_error(corpus, model):
    command = f"{SCRIPT} predict {' '.join([str(corpus)] * 20)} -m {model} | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=True)
    assert b"Traceback" not in done.stderr
    assert done.stdout.count(b"\n") == 1


def test_five_real_articles_get_labels(real_articles):
    out, _ = stance("predict", *real_articles)
    assert len(out.splitlines()) == 5


@pytest.mark.slow
def test_the_old_name_of_a_setting_is_one_line_on_stderr():
    out, err = installed_stance("config", "--set", "classifier.steadiness=0.3")
    assert "outlet_shrinkage = 0.3" in out
    (line,) = err.splitlines()
    assert line.startswith("The setting classifier.steadiness is now called")
