"""What the commands say to a person: plain, in the right place, with every word whole."""

import re
import sys
from itertools import pairwise

import orjson
import pytest

from stance.cli.console import console, note, show
from stance.cli.labelling_runs import shipped_model_warning
from stance.corpus.article import Article
from stance.evaluation.agreement import Ratings
from stance.evaluation.agreement import agreement as measure
from stance.evaluation.baseline import Baseline, Improvement, compare_with_baseline
from stance.evaluation.comparison import PairedPredictions, mcnemar
from stance.evaluation.comparison import compare as compared
from stance.evaluation.confusion import Metric
from stance.evaluation.protocol import cross_validate
from stance.evaluation.testing import evaluate_model
from stance.labelling.batches import LabelledBatch
from stance.labelling.run_counts import Counter, RunCounts
from stance.model.persistence import read_model, save_model
from stance.model.prediction import predict
from stance.model.training import train as learn
from stance.reporting import agreement, comparison, cross_validation, evaluation
from stance.reporting import model as model_reports
from stance.reporting.baselines import baseline_remark
from stance.reporting.phrases import END_ISOLATE, ISOLATE
from stance.reporting.prediction_table import TableWriter
from stance.reporting.terminal import filled
from tests.cli.test_cli import FAST_SETTINGS, SEEDS, corpus, stance  # noqa: F401
from tests.evaluation.test_baseline import chance_corpus

LONG_LABELS = {
    "معارض": "معارض للاتفاق مع تحفظات كثيرة على بنوده الأمنية والاقتصادية والسياسية كلها",
    "مؤيد": "supports_the_agreement_without_any_reservation_whatsoever_about_its_text",
}
LONG_FOLDER = "/archive" + "/of/models/with/a/very/long/name" * 3
LONG_OUTLET = "وكالة أنباء المدينة والريف والجزيرة المتحدة للصحافة والنشر رقم"


def long_corpus():
    """Return articles whose labels, outlets and ids are wider than a column."""
    return [
        Article(
            f"https://example.org/archive/2019/03/23/an-article-with-a-very-long-address/{a.id}",
            a.text,
            label=LONG_LABELS[str(a.label)],
            outlet=f"{LONG_OUTLET} {a.outlet}",
            title="عنوان طويل يصف ما جرى أمس في السوق قرب النهر وعلى طريق البلدة كلها",
        )
        for a in chance_corpus(n=72)
    ]


def show_crossval(articles, model, config):
    outlets = {"outlet": [a.outlet for a in articles]}
    show(cross_validation.report(cross_validate(articles, config, folds=3, slices=outlets)))


def show_evaluate(articles, model, config):
    outlets = {"outlet": [a.outlet for a in articles]}
    show(evaluation.report(evaluate_model(model, articles, slices=outlets)))


def show_compare(articles, model, config):
    truth = [str(a.label) for a in articles]
    paired = PairedPredictions.of(truth, truth, truth[::-1], groups=[a.outlet for a in articles])
    names = (LONG_FOLDER, "b.jsonl")
    floor, discordant = compare_with_baseline(paired, Metric()), mcnemar(paired)
    made = comparison.report(
        len(paired), names, compared(paired), discordant=discordant, floor=floor
    )
    show(made)


def show_train(articles, model, config):
    show(model_reports.training_report(model, LONG_FOLDER))


def show_info(articles, model, config):
    show(model_reports.report(model.stored, 8, LONG_FOLDER))


def show_predictions(articles, model, config):
    batch = LabelledBatch(list(predict(model, articles[:5])), b"", [], b"", RunCounts(), [], None)
    TableWriter(console()).write(batch)


def show_agreement(articles, model, config):
    names = [f"{LONG_OUTLET} {n}" for n in range(3)]
    labels = [[str(a.label), str(a.label), str(b.label)] for a, b in pairwise(articles)]
    show(agreement.report(measure(Ratings.of(labels, []), names, level="nominal")))


SHOWN = {
    name.removeprefix("show_"): shown
    for name, shown in list(globals().items())
    if name.startswith("show_")
}


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    from stance.model.config import load_config

    articles = long_corpus()
    config = load_config(overrides=["features.word.max_n=1", "features.lexicon.enabled=true"])
    model = learn(articles, config)
    folder = tmp_path_factory.mktemp("wording") / "model"
    save_model(model, folder)
    model.__dict__["stored"] = read_model(folder)
    return articles, model, config


def words_at(width, shown, learned, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    shown(*learned)
    text = capsys.readouterr().out
    bare = text.replace(ISOLATE, "").replace(END_ISOLATE, "")
    return bare.split(), text


@pytest.mark.slow
@pytest.mark.parametrize("name", SHOWN)
def test_no_word_is_broken_at_80_columns(name, learned, monkeypatch, capsys):
    """A word is one that a screen without end shows too, or ends in an ellipsis."""
    whole = set(words_at(1000, SHOWN[name], learned, monkeypatch, capsys)[0])
    found, text = words_at(80, SHOWN[name], learned, monkeypatch, capsys)
    assert len(found) > 10
    broken = [
        word
        for word in found
        if word not in whole
        and not (word.endswith("…") and any(w.startswith(word[:-1]) for w in whole))
    ]
    assert broken == []
    for line in text.splitlines():
        assert line.count(ISOLATE) == line.count(END_ISOLATE)
        # Arabic beside a number would change places with it.
        if re.search(r"[\u0621-\u064a]", line) and re.search(r"\d", line):
            assert ISOLATE in line


@pytest.mark.slow
def test_a_label_is_not_cut_where_there_is_room(learned, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "120")
    show_predictions(*learned)
    out = capsys.readouterr().out
    assert any(label in out for label in LONG_LABELS.values())


@pytest.mark.slow
@pytest.mark.parametrize("label", ["[b]", "[/b]", ":x:", "[link=a]"])
def test_a_label_that_looks_like_markup_is_shown_as_it_is(label, fast_config, capsys):
    articles = [
        Article(a.id, a.text, label=label if a.label == "مؤيد" else "b") for a in chance_corpus()
    ]
    show(evaluation.report(evaluate_model(learn(articles, fast_config), articles)))
    assert f"\n{label} " in capsys.readouterr().out


@pytest.mark.slow
def test_many_labels_leave_the_confusion_to_json(fast_config, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    articles = [Article(str(n), f"خبر {n}", label=f"label {n % 30}") for n in range(90)]
    show(evaluation.report(evaluate_model(learn(articles, fast_config), articles)))
    out = capsys.readouterr().out
    assert "too wide" in out
    assert "--json" in out


class Terminal:
    def __init__(self):
        self.written = ""

    def isatty(self):
        return True

    def write(self, text):
        self.written += text

    def flush(self):
        pass


def test_messages_fit_a_terminal_and_commands_stay_whole(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    command = "  stance predict archive/one.jsonl archive/two.jsonl --resume"
    note(f"What was labelled is kept, and the rest comes later. Go on with:\n{command}")
    *told, last = screen.written.splitlines()
    assert last == command
    assert len(told) == 2
    assert all(len(line) <= 40 for line in told)


def test_a_long_word_stays_whole():
    assert filled("إلى /a/very/long/path", 10) == "إلى\n/a/very/long/path"


def baseline(accuracy, macro_f1, labels=("disagree",)):
    gains = (
        Improvement(m, b, (m - b - spread, m - b + spread)) for m, b, spread in (accuracy, macro_f1)
    )
    return Baseline("training", labels, *gains, "article")


def test_losing_to_one_label_is_said_in_a_line():
    lost = baseline((0.588, 0.639, 0.02), (0.45, 0.26, 0.02))
    assert baseline_remark(lost) == (
        "The model is not better than always saying 'disagree': accuracy 0.588 against 0.639. (Its "
        "macro-F1 is higher, 0.450 against 0.260, but that of random guessing would be too.)"
    )
    both = baseline_remark(baseline((0.588, 0.639, 0.02), (0.27, 0.26, 0.02)))
    assert "macro-F1 0.270 against 0.260 (no clear difference)." in both
    unsure = baseline_remark(baseline((0.65, 0.64, 0.02), (0.45, 0.26, 0.02)), "A")
    assert unsure.startswith("A is not clearly better than always saying 'disagree'")
    several = baseline_remark(baseline((0.5, 0.6, 0.02), (0.4, 0.2, 0.02), ("a", "b")))
    assert "always saying the most frequent label: accuracy" in several
    arabic = baseline_remark(baseline((0.5, 0.6, 0.02), (0.4, 0.2, 0.02), ("معارض",)))
    assert f"'{ISOLATE}معارض{END_ISOLATE}'" in arabic
    assert baseline_remark(baseline((0.7, 0.6, 0.02), (0.4, 0.2, 0.02))) is None


def test_the_protocol_of_training_is_told_plainly():
    told = model_reports.held_out_words("3 folds of held-out outlets, features learned from all")
    assert told.startswith("3 folds of held-out outlets; slightly optimistic")
    assert model_reports.held_out_words("anything else") == "anything else"


@pytest.fixture(scope="module")
def chance_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("chance") / "chance.jsonl"
    rows = [
        {"id": a.id, "text": a.text, "label": a.label, "outlet": a.outlet} for a in chance_corpus()
    ]
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


@pytest.mark.slow
def test_every_command_says_that_a_model_lost_to_nothing(chance_file, tmp_path):
    said = "not better than always saying"
    # Calibrated, so that training holds articles out.
    settings = [*FAST_SETTINGS[:-2], "--set", "classifier.logistic.C=1"]
    out, _ = stance("train", chance_file, "-o", tmp_path / "m", *settings)
    assert said in " ".join(out.split())
    kept = read_model(tmp_path / "m").manifest.record.scores["baseline"]
    assert kept["labels"] == ["معارض"]
    assert f"{kept['accuracy']:.3f}" in out
    labels, result = tmp_path / "l.jsonl", tmp_path / "c.json"
    options = ["--jobs", 1, "--folds", 4, *FAST_SETTINGS, "--held-out", labels, "--json", result]
    out, _ = stance("crossval", chance_file, *options)
    assert said in " ".join(out.split())
    shown = orjson.loads(result.read_bytes())
    assert shown["baselines"][0]["accuracy"]["model_is_better"] is False
    assert shown["random"]["baselines"]
    fresh = tmp_path / "fresh.jsonl"
    rows = [{"id": a.id, "text": a.text, "label": a.label} for a in chance_corpus(seed=9)]
    fresh.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    out, _ = stance("evaluate", fresh, "-m", tmp_path / "m")
    assert said in " ".join(out.split())
    out, _ = stance("compare", labels, tmp_path / "m", chance_file)
    assert "A is not better than always saying" in " ".join(out.split())
    assert "always '" in out


def targets_file(path, contradictory):
    rows = [
        {
            "id": f"{a.id}-{target}",
            "text": a.text,
            "label": target if contradictory else a.label,
            "topic": target,
        }
        for a in chance_corpus(n=40)
        for target in ("الاتفاق", "الحصار")
    ]
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


@pytest.mark.slow
def test_targets_are_warned_of_and_contradictions_refused(tmp_path):
    alike = targets_file(tmp_path / "alike.jsonl", contradictory=False)
    options = ["--target-field", "topic", *FAST_SETTINGS]
    for command in (["train", alike, "-o", tmp_path / "m"], ["crossval", alike, "--jobs", 1]):
        _, err = stance(*command, *options)
        assert "Warning: the corpus has 2 targets, and a model does not read 'topic'" in err
    stance("train", alike, "-o", tmp_path / "n", *options, "--where", "topic=الحصار")
    against = targets_file(tmp_path / "against.jsonl", contradictory=True)
    for command in (["train", against, "-o", tmp_path / "o"], ["crossval", against]):
        _, err = stance(*command, *options, code=1)
        assert "40 texts with different labels for different targets" in err
        assert "--where topic='الاتفاق' (40 articles)" in err
    assert not (tmp_path / "o").exists()


@pytest.mark.slow
def test_pairs_are_warned_of(tmp_path):
    rows = [
        {"id": a.id, "text": a.text, "label": a.label, "claim": "جملة من كلمات عدة"}
        for a in chance_corpus(n=40)
    ]
    path = tmp_path / "pairs.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    _, err = stance("train", path, "-o", tmp_path / "m", *FAST_SETTINGS)
    assert "Warning: the rows look like pairs of texts ('claim')" in err


def test_the_shipped_model_is_warned_of_where_it_guesses():
    outside = RunCounts(Counter(a=3, b=7), outside=Counter(b=6))
    told = shipped_model_warning(outside)
    assert "6 of 10 articles (60 %) are out of domain" in told
    assert "not reliable" in told
    assert "headlines" not in told
    assert "7 of 10 texts (70 %) are shorter" in shipped_model_warning(
        RunCounts(Counter(a=10), headlines=7)
    )
    assert (
        shipped_model_warning(RunCounts(Counter(a=10), outside=Counter(a=5), headlines=5)) is None
    )
    assert shipped_model_warning(RunCounts()) is None


@pytest.mark.slow
def test_predict_names_its_model_last_and_warns_first(tmp_path, corpus):  # noqa: F811
    source = tmp_path / "headlines.jsonl"
    rows = [{"id": str(n), "text": f"Breaking news {n}"} for n in range(3)]
    source.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows) + b"broken\n")
    out = tmp_path / "labels.jsonl"
    _, err = stance("predict", source, "-o", out)
    first, *_, last = err.splitlines()
    assert first.startswith("Warning: no --model was given")
    assert "3 of 3 articles (100 %) are out of domain" in first
    assert "as headlines are" in first
    assert last.startswith("Model: syria-framing, trained on 5,705 articles of 83 outlets; labels ")
    assert last.endswith("damascus_aligned, neutral_wire, opposition_aligned, pro_sdf.")
    receipt = orjson.loads((tmp_path / "labels.jsonl.run.json").read_bytes())
    assert receipt["model"]["name"] == "syria-framing"
    assert receipt["model"]["n_articles"] == 5_705
    _, err = stance("predict", source, "-m", SEEDS.parents[1] / "models" / "syria-framing")
    assert "Warning" not in err
    assert err.splitlines()[-1] == last
    _, err = stance("predict", corpus)
    assert "Warning" not in err


@pytest.mark.slow
def test_labels_out_of_domain_are_counted_apart(tmp_path, corpus):  # noqa: F811
    mixed = tmp_path / "mixed.jsonl"
    strange = orjson.dumps({"id": "x", "text": "nothing here is Arabic " * 20})
    mixed.write_bytes(corpus.read_bytes() + strange + b"\n")
    out, err = stance("predict", mixed)
    rows = [orjson.loads(line) for line in out.splitlines()]
    inside = [row["label"] for row in rows if not row["out_of_domain"]]
    assert f"In the model's domain, {len(inside)} articles: " in err
    for label, n in Counter(inside).items():
        assert f"{label} {n} ({n * 100 / len(inside):.0f} %)" in err
    assert "of 49 articles (2 %), 1 in another language: " in err


@pytest.mark.slow
def test_info_shows_the_terms_of_lexical_features(tmp_path):
    out, _ = stance("info", "--json", tmp_path / "i.json")
    terms = orjson.loads((tmp_path / "i.json").read_bytes())["lexicon_terms"]
    assert terms["lexicon:attribution_agency"][0] == "فرانس برس"
    assert len(terms["lexicon:side.pro_sdf"]) == 3
    assert f"{ISOLATE}فرانس برس" in out
    assert "scare: frequency of the terms in scare quotes" in " ".join(out.split())
