"""`stance compare` as a user would call it."""

import orjson
import pytest

from stance.evaluation.comparison import PairedPredictions, compare, decide
from stance.evaluation.confusion import Metric
from stance.reporting.comparison import meaning
from tests.cli.test_cli import corpus, model, stance  # noqa: F401


@pytest.fixture(scope="module")
def predictions(corpus, tmp_path_factory):  # noqa: F811
    """Label a third of the corpus without looking."""
    rows = [orjson.loads(line) for line in corpus.read_bytes().splitlines()]
    labels = [row["label"] if n % 3 else "neutral_wire" for n, row in enumerate(rows)]
    lines = ["id,label", *(f"{row['id']},{label}" for row, label in zip(rows, labels, strict=True))]
    path = tmp_path_factory.mktemp("predictions") / "labels.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_model_against_a_file(corpus, model, predictions, tmp_path):  # noqa: F811
    out, _ = stance("compare", model, predictions, corpus, "--json", tmp_path / "c.json")
    result = orjson.loads((tmp_path / "c.json").read_bytes())
    assert result["first"] == 1.0
    assert result["second"] < 0.9
    assert result["interval_unit"] == "outlet"
    assert result["mcnemar"]["only_second"] == 0
    assert f"{result['difference']:+.3f}" in out
    assert "A is better than B" in out
    floor = result["baseline"]
    assert floor["a"]["accuracy"]["model_is_better"] is True
    assert floor["a"]["accuracy"]["score"] == 0.25
    assert "always 'damascus_aligned'" in out
    assert "not better than always" not in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_options_reach_the_comparison(corpus, predictions, tmp_path):  # noqa: F811
    options = [
        "--label",
        "pro_sdf",
        "--label",
        "neutral_wire",
        "--over",
        "event",
        "--group",
        "event",
    ]
    stance(
        "compare", predictions, predictions, corpus, "--json", tmp_path / "c.json",
        *options, "--margin", "0.02",
    )  # fmt: skip
    result = orjson.loads((tmp_path / "c.json").read_bytes())
    assert result["metric"] == "macro-F1 of pro_sdf and neutral_wire"
    assert result["interval_unit"] == "event"
    assert result["n_units"] == 6
    assert result["non_inferiority"]["verdict"] == "non-inferior"
    # Averaged over six events of eight articles, not computed from all articles at once.
    rows = [orjson.loads(line) for line in corpus.read_bytes().splitlines()]
    guess = [line.split(",")[1] for line in predictions.read_text("utf-8").splitlines()[1:]]
    pooled = compare(
        PairedPredictions.of([row["label"] for row in rows], guess, guess),
        Metric("macro_f1", ("pro_sdf", "neutral_wire")),
    )
    assert abs(pooled.first - result["first"]) > 0.001


def test_few_groups_are_told(corpus, predictions):  # noqa: F811
    out, _ = stance("compare", predictions, predictions, corpus, "--group", "label")
    assert "over 4 labels" in out
    assert "Only 4 labels: the interval is unreliable" in " ".join(out.split())
    assert "A and B score the same" in out


@pytest.mark.slow
def test_mistakes_are_told(corpus, model, predictions, tmp_path):  # noqa: F811
    def failed(*arguments, code=1):
        return stance("compare", *arguments, code=code)[1]

    assert "no such file" in failed(model, tmp_path / "modle", corpus)
    assert "'f2'" in failed(model, predictions, corpus, "--metric", "f2", code=2)
    assert "'bloc'" in failed(model, predictions, corpus, "--group", "bloc")
    assert "margin=0" in failed(model, predictions, corpus, "--margin", "0", code=2)
    (tmp_path / "part.csv").write_text("id,label\nx,pro_sdf\n", "utf-8")
    assert "without a label for 48 of 48" in failed(model, tmp_path / "part.csv", corpus)


def test_the_sentence_says_what_may_be_said():
    truth = ["a", "b"] * 30
    better = compare(PairedPredictions.of(truth, truth, ["a"] * 60))
    assert meaning(better).startswith("A is better than B, by 0.667 macro-F1")
    worse = compare(PairedPredictions.of(truth, ["a"] * 60, truth))
    assert meaning(worse, decide(worse, margin=0.1)).startswith("B is better than A, by 0.667")
    assert "(inferior)" in meaning(worse, decide(worse, margin=0.1))
    one_off = compare(PairedPredictions.of(truth, truth, ["b", *truth[1:]]))
    assert "no clear difference between A and B" in meaning(one_off)
    groups = [f"o{n // 12}" for n in range(60)]
    few = meaning(compare(PairedPredictions.of(truth, truth, ["a"] * 60, groups=groups)))
    assert "Only 5 outlets: the interval is unreliable" in few
    assert "resemble each other" in few
