"""The names at the root of the package, and what they do with what a notebook hands them."""

import re
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

import stance
from stance.corpus.article import Article, RejectedRow
from stance.errors import CorpusError
from stance.model.exporting import StackFeatures, to_pipeline
from tests.conftest import ROOT

LABELLED = [Article("1", "خبر", "a"), Article("2", "نبأ", "b")]
TAKERS = {
    "train": lambda model, articles: stance.train(articles),
    "predict": lambda model, articles: list(stance.predict(model, articles)),
    "explain": lambda model, articles: list(stance.explain(model, articles)),
    "cross_validate": lambda model, articles: stance.cross_validate(articles),
    "learning_curve": lambda model, articles: stance.learning_curve(articles),
    "tune": lambda model, articles: stance.tune(articles, budget=1),
    "evaluate_model": stance.evaluate_model,
    "audit": lambda model, articles: stance.audit(articles),
    "concordance": lambda model, articles: stance.concordance(articles, "قسد"),
    "naming": lambda model, articles: stance.naming(articles),
    "keyness": lambda model, articles: stance.keyness(articles),
    "auxiliary": lambda model, articles: stance.train(LABELLED, auxiliary=articles),
}
FRAME = pd.DataFrame({"text": ["خبر"], "label": ["a"]})
NO_ARTICLES = {
    "pandas": (FRAME, "DataFrame.*stance.articles_from_table"),
    "polars": (pl.DataFrame({"text": ["خبر"]}), "DataFrame.*stance.articles_from_table"),
    "name": ("a.jsonl", "'a.jsonl'.*stance.read_corpus"),
    "path": (Path("a.jsonl"), "'a.jsonl'.*stance.read_articles"),
    "texts": (["خبر"], "Got str at place 0.*stance.articles_from_table"),
    "rejected row": ([Article("1", "خبر"), RejectedRow("a", 1, "x")], "RejectedRow at place 1"),
    "read_corpus": (([], []), "Got list at place 0"),
}


@pytest.mark.parametrize("take", TAKERS.values(), ids=list(TAKERS))
@pytest.mark.parametrize(("wrong", "message"), NO_ARTICLES.values(), ids=list(NO_ARTICLES))
def test_what_is_no_articles_is_refused_by_the_name_of_its_reader(take, wrong, message, fast_model):
    with pytest.raises(CorpusError, match=message):
        take(fast_model, wrong)


LONGEST_REPR = 1000  # characters: a few lines of a notebook


def _shown(model):
    fitted = stance.TfidfFeatures(normalization=model.features.table).fit(["خبر من المدينة"])
    return {
        "model": model,
        "features": model.features,
        "table": model.features.table,
        "pipeline": to_pipeline(model),
        "stack": StackFeatures(model.features),
        "tfidf": fitted,
        "classifier": stance.StanceClassifier(model.config),
        "codebook": stance.Codebook.read(ROOT / "seeds" / "codebook.toml"),
        "block": fitted.block_,
    }


def test_what_a_notebook_shows_is_a_few_lines(full_model):
    too_long = {
        name: len(repr(one))
        for name, one in _shown(full_model).items()
        if len(repr(one)) > LONGEST_REPR
    }
    assert not too_long
    assert repr(full_model).startswith("Model(labels=('damascus_aligned', ")
    assert repr(full_model.features).startswith("FeatureStack(word: ")


def test_every_public_name_is_there():
    for name in stance.__all__:
        assert getattr(stance, name) is not None
    assert sorted(stance.__all__) == stance.__all__
    with pytest.raises(AttributeError, match="'nothing'"):
        _ = stance.nothing


@pytest.fixture(scope="module")
def labelled(tmp_path_factory, fast_model, seed_articles):
    folder = tmp_path_factory.mktemp("labelled")
    stance.save_model(fast_model, folder / "model")
    rows = [{"id": a.id, "text": a.text} for a in seed_articles[:20]]
    rows[3]["text"] = ""
    pl.DataFrame(rows).write_ndjson(folder / "new.jsonl")
    return folder


@pytest.mark.slow
def test_files_are_labelled_as_articles_are(labelled, fast_model):
    planned = []
    outcome = stance.label_files(
        [labelled / "new.jsonl"],
        labelled / "out.parquet",
        model=labelled / "model",
        on_planned=planned.append,
    )
    assert (outcome.run_counts.n_labelled, outcome.run_counts.n_rejected) == (19, 1)
    assert outcome.receipt.counts["rejected"] == 1
    assert len(planned) == 1
    found = stance.predict(fast_model, stance.read_articles([labelled / "new.jsonl"]))
    with pytest.warns(stance.RejectedRowsWarning):
        table = found.to_arrow()
    assert pl.read_parquet(labelled / "out.parquet").to_dicts() == table.to_pylist()
    with pytest.raises(stance.OutputError, match=r"out\.parquet"):
        stance.label_files([labelled / "new.jsonl"], labelled / "out.parquet")


def test_the_python_of_the_page_on_explanations_runs(
    tmp_path, monkeypatch, capsys, fast_model, seed_articles
):
    text = (ROOT / "docs" / "explanations.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    stance.save_model(fast_model, tmp_path / "my-model")
    rows = [{"id": a.id, "text": a.text} for a in seed_articles[:2]]
    pl.DataFrame(rows).write_ndjson(tmp_path / "new.jsonl")
    monkeypatch.chdir(tmp_path)
    exec(code, {})  # noqa: S102
    printed = capsys.readouterr().out.splitlines()
    assert sum(line.split()[0] in {row["id"] for row in rows} for line in printed) == 2
    (first, _) = stance.explain(fast_model, [stance.Article(**row) for row in rows], top=5)
    assert printed[0].startswith(f"{first.article.id} {first.label} {first.against} ")
    assert isinstance(first, stance.Explanation)
    assert first.contributions[0].feature in printed[1]


def test_a_folder_is_labelled_in_parts(labelled):
    outcome = stance.label_files(
        stance.Source((str(labelled / "new.jsonl"),)),
        f"{labelled}/parts/",
        model=labelled / "model",
        output_format="jsonl",
        part_rows=10,
        keep=["@row"],
    )
    assert len(outcome.receipt.files) == 3
    assert len(list((labelled / "parts").iterdir())) == 2


def _frames(result):
    table = result.to_arrow()
    frame, polars_frame = pd.DataFrame.from_arrow(table), pl.from_arrow(table)
    assert frame.shape == polars_frame.shape == (table.num_rows, table.num_columns)
    return polars_frame


def test_predictions_become_a_frame(fast_model, seed_articles):
    frame = _frames(stance.predict(fast_model, seed_articles[:3]))
    assert frame["id"].to_list() == [article.id for article in seed_articles[:3]]
    assert {f"probabilities.{label}" for label in fast_model.labels} <= set(frame.columns)
    assert stance.predict(fast_model, []).to_arrow().column_names == frame.columns


@pytest.mark.slow
def test_scores_become_a_frame(seed_articles, fast_config):
    articles = seed_articles[::3]
    found = stance.cross_validate(articles, fast_config, by="event", folds=2)
    frame = _frames(found)
    whole = frame.filter(pl.col("label").is_null(), pl.col("score") == "macro_f1")
    assert whole["estimate"].to_list() == [found.honest.macro_f1, found.naive.macro_f1]
    assert whole["protocol"].to_list() == [found.honest.protocol, found.naive.protocol]
    assert whole["low"].to_list()[0] == found.honest.intervals["macro_f1"][0]
    rows = pl.from_arrow(found.held_out.to_arrow(articles))
    assert rows.height == len(articles)
    assert rows["true_label"].to_list() == [article.label for article in articles]
    assert rows["outlet"].to_list() == [article.outlet for article in articles]


def test_scores_of_slices_become_a_frame(fast_model, seed_articles):
    outlets = [article.outlet for article in seed_articles]
    found = stance.evaluate_model(fast_model, seed_articles, slices={"outlet": outlets})
    frame = _frames(found).filter(pl.col("field") == "outlet", pl.col("score") == "accuracy")
    assert set(frame["value"]) == set(outlets)
    assert frame["n"].sum() == len(seed_articles)


@pytest.mark.slow
def test_trials_become_a_frame(seed_articles, fast_config):
    found = stance.tune(seed_articles[::3], fast_config, budget=60, max_trials=2, folds=2)
    frame = _frames(found)
    assert frame["number"].to_list() == [0, 1]
    assert frame.filter("chosen")["macro_f1"].item() == found.chosen.macro_f1


def test_agreement_and_differences_become_frames():
    table = [["a", "a", "b"], ["b", "b", None], ["a", "b", "a"]]
    frame = _frames(stance.agreement(stance.Ratings.of(table), ["x", "y", "z"]))
    assert frame.select("first", "second", "n").rows() == [
        ("x", "y", 3),
        ("x", "z", 2),
        ("y", "z", 2),
    ]


def test_a_comparison_becomes_a_row():
    labels = list("aabbab" * 3)
    found = stance.compare(stance.PairedPredictions.of(labels, labels, list("abbbab" * 3)))
    frame = _frames(found)
    assert frame["difference"].to_list() == [found.value]
    assert (frame["low"].item(), frame["high"].item()) == found.interval


def test_lines_of_a_concordance_become_a_frame(seed_articles):
    found = stance.concordance(seed_articles[-20:], "قسد")
    frame = _frames(found)
    assert frame["hit"].to_list() == [line.hit for line in found]
    assert frame.height == found.n_hits > 0


def test_findings_become_a_frame(seed_articles):
    twice = [*seed_articles[:9], Article("copy", seed_articles[0].text, outlet="another")]
    frame = _frames(stance.audit(twice)).filter(pl.col("finding") == "near-duplicates")
    assert frame["ids"].to_list() == [[twice[0].id, "copy"]]
