"""`stance curve`: reports, rows, pages and figures, and what makes no curve."""

import re
from dataclasses import replace

import orjson
import pyarrow.parquet as pq
import pytest

from stance.evaluation.learning_curve import learning_curve
from stance.evaluation.learning_curve_records import FitCheck, OutletComparison, Trend
from stance.reporting import learning_curve as reporting
from stance.reporting.figures import drawing
from stance.reporting.figures.selection import figures
from stance.reporting.html.learning_curve import page
from stance.reporting.html.render import render
from stance.reporting.markdown import render as markdown
from tests.cli.test_reports import run
from tests.commands import stance
from tests.evaluation.test_learning_curve import CONFIG, outlets_with_words_of_their_own

SETTINGS = [word for one in (
    "features.char.enabled=false", "features.lexicon.enabled=false", "features.word.max_n=1",
    "features.word.min_outlets=1", "features.passages=0", "calibration.enabled=false",
    "classifier.logistic.C=3.0", "classifier.outlet_shrinkage=0.0",
) for word in ("--set", one)]  # fmt: skip
FEW = ["--draws", "2", "--sizes", "14,24,40", "--folds", "3", "--jobs", "1", *SETTINGS]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("curve") / "articles.jsonl"
    rows = [
        {"id": one.id, "text": one.text, "label": one.label, "outlet": one.outlet}
        for one in outlets_with_words_of_their_own(12, 6)
    ]
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def written(corpus, tmp_path_factory):
    """Return what a run says, and its files."""
    folder = tmp_path_factory.mktemp("written")
    out, _ = stance(
        *("curve", corpus, *FEW, "--more", 30, "--more", 1000),
        *("--json", folder / "curve.json", "--html", folder / "curve.html"),
    )
    return out, folder


@pytest.fixture(scope="module")
def found():
    articles = outlets_with_words_of_their_own(12, 6)
    return learning_curve(articles, CONFIG, folds=3, draws=2, sizes=(14, 24, 40), more=(50,))


def test_the_report_says_what_more_articles_would_bring(written):
    out, folder = written
    result = orjson.loads((folder / "curve.json").read_bytes())
    assert "72 articles, 3 folds of held-out outlets: the same 72 articles" in out
    plain = " ".join(out.split())
    assert re.search(r"About 30 more articles (would bring|may not change) macro-F1", plain)
    assert [one["more"] for one in result["predictions"]] == [0, 30, 1000]
    assert [one["is_far"] for one in result["predictions"]] == [False, False, True]
    for one in result["predictions"]:
        assert f"{one['macro_f1']:.3f}" in out
    assert "* More than 3 times the largest measured size" in plain
    assert max(map(len, out.splitlines())) <= 80


def test_rows_where_no_outlet_is_named(corpus, tmp_path):
    lines = [orjson.loads(line) for line in corpus.read_bytes().splitlines()]
    path = tmp_path / "unnamed.jsonl"
    path.write_bytes(b"".join(orjson.dumps({**row, "outlet": None}) + b"\n" for row in lines))
    few = ["--draws", "2", "--sizes", "10,20,30", "--folds", "2", "--jobs", "1", *SETTINGS]
    html = tmp_path / "curve.html"
    out, _ = run("curve", path, *few, "-o", tmp_path / "curve.parquet", "--html", html)
    assert "Outlets are not held out: no article names one." in html.read_text("utf-8")
    plain = " ".join(out.split())
    assert "Outlets are not held out, folds are random: none of the 72 articles" in plain
    assert "More outlets" not in out
    rows = pq.read_table(tmp_path / "curve.parquet").to_pylist()
    assert [row["n_articles"] for row in rows if row["kind"] == "size"] == [10, 20, 30]
    assert sum(row["kind"] == "draw" for row in rows) == 6
    assert {row["n_outlets"] for row in rows} == {None}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_shows_the_numbers_of_the_result(found, language):
    shown = render(page(found), language)
    for one in (*found.points, *found.outlet_points, *found.predictions):
        assert f"{one.macro_f1:.3f}" in shown
    assert 'class="band"' in shown
    assert 'class="open"' in shown


def test_the_figure_is_drawn(found):
    (figure,) = figures(page(found))
    assert figure.name == "curve-scores"
    drawn = drawing.draw(figure, "ar")
    assert drawn.files["png"].startswith(b"\x89PNG")
    assert not drawn.missing


def said(found):
    return " ".join(markdown(reporting.report(found)).split()), render(page(found), "en")


@pytest.mark.parametrize(
    ("trend", "text", "html"),
    [
        (Trend(0.001, -0.01, 0.012), "does not rise from 14 to 40", "does not rise from"),
        (Trend(0.02, -0.05, 0.09), "cannot be told: from 14 to 40", "may be noise"),
    ],
)
def test_without_a_fit_the_report_says_why(found, trend, text, html):
    changed = replace(found, trend=trend, fit=None, predictions=(), fitted=(), check=None)
    report, shown = said(changed)
    assert text in report
    assert html in shown
    assert "Predicted" not in report + shown
    (figure,) = figures(page(changed))
    assert [one.mark for one in figure.chart.series] == ["band", "points", "open"]


def test_sizes_that_are_left_out_of_the_fit_are_told(found):
    text = "fitted to the sizes from"
    assert all(text not in one for one in said(found))
    changed = said(replace(found, fit=replace(found.fit, fitted_from=24)))
    assert all(text in one for one in changed)


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.01, 0.2, "More outlets would help more than more articles"),
        (-0.2, -0.01, "More articles of each outlet would help more than more outlets"),
        (-0.2, 0.2, "cannot be told"),
    ],
)
def test_outlets_are_recommended_only_beyond_noise(found, low, high, text):
    report, shown = said(replace(found, comparison=OutletComparison((40,), 0.0, low, high)))
    assert text in report
    assert text in shown


def test_a_check_that_fails_is_told(found):
    check = FitCheck(24, 60, 0.5, 0.3, 0.7, 0.45, 0.55, 0.8)
    report, shown = said(replace(found, check=check))
    assert "measured: 0.800, outside its interval" in report
    assert "Do not rely on the predictions" in shown


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--sizes", "10,many"), 2, "--sizes 10,many, but expected numbers of articles"),
        (("--sizes", "10,20,500"), 2, "Got the size 500, but expected sizes from 10"),
        (("--sizes", "20,30"), 2, "Got 2 different sizes, but expected at least 3"),
        (("--by", "page"), 2, "Got --by page"),
        (("--folds", "x"), 2, "Got --folds x"),
        (("--draws", "1"), 2, "greater than or equal to 2"),
        (("--more", "0"), 2, "greater than or equal to 1"),
        (("--where", "outlet=صحيفة 1"), 1, "each fold can learn from"),
        (("--where", "label=a"), 1, "single label 'a'"),
    ],
)
def test_what_makes_no_curve_is_refused(corpus, options, code, message):
    error = stance("curve", corpus, "--jobs", "1", *SETTINGS, *options, code=code)[1]
    assert message in " ".join(error.split())
