"""Slices, calibration, nested choices and held-out labels, as a user would ask for them."""

import orjson
import pytest
from rich.cells import cell_len

from tests.cli.test_cli import FAST_SETTINGS, corpus, model, stance  # noqa: F401
from tests.conftest import SEEDS

QUICK = ["--folds", 2, "--by", "event", "--jobs", 1, *FAST_SETTINGS]


@pytest.mark.slow
def test_evaluate_by_slices_with_calibration(corpus, model, tmp_path):  # noqa: F811
    out, _ = stance(
        "evaluate", corpus, "-m", model, "--slice", "outlet", "--slice", "year",
        "--json", tmp_path / "e.json",
    )  # fmt: skip
    result = orjson.loads((tmp_path / "e.json").read_bytes())
    assert sum(part["n"] for part in result["slices"]["outlet"]) == 48
    assert {part["value"] for part in result["slices"]["year"]} > {"2013", "2014"}
    assert all(part["few"] for part in result["slices"]["outlet"])
    assert sum(found["n"] for found in result["reliability"]) == 48
    assert result["risk_coverage"]["curve"][-1]["coverage"] == 1.0
    assert f"Calibration (expected error {result['expected_calibration_error']:.3f})" in out
    assert "If only the most certain articles are labelled" in out
    assert "By year:" in out
    assert "* fewer than 30 articles" in out
    assert all(cell_len(line) <= 80 for line in out.splitlines())


def test_a_slice_that_no_article_has_is_told_at_once(corpus):  # noqa: F811
    error = stance("crossval", corpus, "--slice", "bloc", code=1)[1]
    assert "'bloc'" in error
    assert "outlet" in error


@pytest.mark.slow
def test_crossval_writes_what_compare_reads(corpus, model, tmp_path):  # noqa: F811
    labels = tmp_path / "held-out.csv"
    stance(
        "crossval",
        corpus,
        *QUICK,
        "--held-out",
        labels,
        "--slice",
        "label",
        "--json",
        tmp_path / "c",
    )
    result = orjson.loads((tmp_path / "c").read_bytes())
    header = labels.read_text("utf-8").splitlines()[0].split(",")
    assert header[:2] + header[-2:] == ["id", "label", "true_label", "outlet"]
    assert {part["n"] for part in result["slices"]["label"]} == {12}
    out, _ = stance("compare", labels, model, corpus, "--json", tmp_path / "j.json")
    compared = orjson.loads((tmp_path / "j.json").read_bytes())
    assert compared["first"] == pytest.approx(result["macro_f1"])
    assert "macro-F1" in out
    error = stance("crossval", corpus, *QUICK, "--held-out", labels, code=1)[1]
    assert "exists" in error


@pytest.mark.slow
def test_a_grid_is_chosen_from_inside_the_folds(corpus, tmp_path):  # noqa: F811
    values = ("features.word.min_df=1", "features.word.min_df=2", "classifier.logistic.C=1")
    values += ("classifier.logistic.C=3",)
    grid = [word for value in values for word in ("--grid", value)]
    out, _ = stance("crossval", corpus, *QUICK, *grid, "--json", tmp_path / "c.json")
    result = orjson.loads((tmp_path / "c.json").read_bytes())
    assert [choice["fold"] for choice in result["chosen"]] == ["1", "2"]
    settings = result["chosen"][0]["settings"]
    assert set(settings) == {"features.word.min_df", "classifier.logistic.C"}
    assert "chosen inside the folds" in out
    assert f"features.word.min_df={settings['features.word.min_df']}" in out
    assert result["protocol"].endswith("nested")


def test_a_grid_that_is_none_is_misuse(corpus):  # noqa: F811
    assert "expected KEY=VALUE" in stance("crossval", corpus, "--grid", "seed", code=2)[1]
    error = stance("crossval", corpus, "--grid", "features.word.min_dff=1", code=2)[1]
    assert "features.word.min_df" in error


@pytest.mark.slow
def test_near_duplicates_may_be_ignored(tmp_path):
    words = "جلس أهالي البلدة أمام دار البلدية وتحدثوا عن موسم القطن والطريق والماء والكهرباء"
    rows = [
        {"id": f"{n}{c}", "text": f"{words} {n} " * 2 + f"رمز{n} رقم{n}", "label": "ab"[n % 2]}
        for n in range(12)
        for c in "xy"
    ]
    path = tmp_path / "twice.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    options = ["--by", "random", "--jobs", 1, *FAST_SETTINGS, "--set", "features.word.min_df=1"]
    for name, more in (("apart", []), ("ignored", ["--ignore-duplicates"])):
        stance("crossval", path, *options, *more, "--json", tmp_path / name, "--folds", 3)
    apart, ignored = (orjson.loads((tmp_path / n).read_bytes()) for n in ("apart", "ignored"))
    assert ignored["accuracy"] > apart["accuracy"] + 0.2


def in_halves(whole, tmp_path):
    """Split a corpus into two files, by event."""
    lines = whole.read_bytes().splitlines(keepends=True)
    rows = [orjson.loads(line) for line in lines]
    events = sorted({row["event"] for row in rows})
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    for path, kept in ((first, events[::2]), (second, events[1::2])):
        chosen = [line for line, row in zip(lines, rows, strict=True) if row["event"] in kept]
        path.write_bytes(b"".join(chosen))
    return first, second


@pytest.mark.slow
def test_crossval_always_trains_on_more(corpus, tmp_path):  # noqa: F811
    first, second = in_halves(corpus, tmp_path)
    out, _ = stance(
        "crossval", first, *QUICK, "--always-train", second, "--slice", "kind",
        "--slice", "kind:period", "--period-start", "2014-01-01", "--json", tmp_path / "c",
    )  # fmt: skip
    result = orjson.loads((tmp_path / "c").read_bytes())
    n_tested, n_always = (len(path.read_bytes().splitlines()) for path in (first, second))
    assert result["n"] == result["random"]["n"] == n_tested
    assert result["division"]["n_always_train"] == n_always
    assert f"Every fold also learns from {n_always} articles that are never tested" in " ".join(
        out.split()
    )
    (kind,) = result["slices"]["kind"]
    assert (kind["value"], kind["n"]) == ("article", n_tested)
    assert kind["out_of_domain"]["share"] == result["out_of_domain"]["share"]
    assert sum(part["n"] for part in result["slices"]["kind:period"]) == n_tested
    assert "how far probabilities can be trusted" in out
    assert "Share labelled and their accuracy" in out
    assert all(cell_len(line) <= 80 for line in out.splitlines())


@pytest.mark.slow
def test_where_applies_to_the_articles_that_are_always_trained_on(corpus, tmp_path):  # noqa: F811
    first, second = in_halves(corpus, tmp_path)
    stance(
        "crossval", first, *QUICK, "--always-train", second, "--where", "label=pro_sdf",
        "--where", "label=neutral_wire", "--json", tmp_path / "c",
    )  # fmt: skip
    result = orjson.loads((tmp_path / "c").read_bytes())
    assert result["confusion"]["labels"] == ["neutral_wire", "pro_sdf"]
    n_tested, n_always = (len(path.read_bytes().splitlines()) for path in (first, second))
    assert result["n"] == n_tested / 2
    assert result["division"]["n_always_train"] == n_always / 2


@pytest.mark.slow
def test_an_article_both_tested_and_always_trained_on_is_never_learned_with_its_test(
    corpus,  # noqa: F811
    tmp_path,
):
    stance("crossval", corpus, *QUICK, "--json", tmp_path / "a")
    stance("crossval", corpus, *QUICK, "--always-train", corpus, "--json", tmp_path / "b")
    alone, twice = (orjson.loads((tmp_path / name).read_bytes()) for name in "ab")
    assert twice["n"] == alone["n"]
    assert twice["macro_f1"] < 1.0


@pytest.mark.slow
def test_evaluate_takes_the_periods_from_the_codebook_of_the_model(corpus, model, tmp_path):  # noqa: F811
    error = stance("evaluate", corpus, "-m", model, "--slice", "period", code=2)[1]
    assert "--period-start" in error
    days = ["--period-start", "2013-12-01", "--period-start", "2014-06-01"]
    stance("evaluate", corpus, "-m", model, "--slice", "period", *days, "--json", tmp_path / "e")
    found = orjson.loads((tmp_path / "e").read_bytes())["slices"]["period"]
    assert {part["value"] for part in found} <= {
        "until 2013-11-30",
        "2013-12-01 to 2014-05-31",
        "from 2014-06-01",
    }
    stance("evaluate", corpus, "--slice", "period", "--json", tmp_path / "s")
    (period,) = orjson.loads((tmp_path / "s").read_bytes())["slices"]["period"]
    assert period["value"] == "until 2015-10-09"


def test_crossval_refuses_labels_that_the_codebook_lacks(tmp_path):
    lines = SEEDS.read_bytes().splitlines(keepends=True)[:8]
    (tmp_path / "c.jsonl").write_bytes(b"".join(lines).replace(b"neutral_wire", b"neutral_wirr"))
    rules = SEEDS.with_name("codebook.toml")
    error = stance("crossval", tmp_path / "c.jsonl", "--codebook", rules, code=1)[1]
    assert "Did you mean 'neutral_wire'?" in error
