"""A page of every report, with names that try to be markup, code or layout."""

import datetime as dt
import json
from dataclasses import replace

import numpy as np

from stance.benchmarking.gate import Verdict
from stance.benchmarking.results import Division, Outcome, Results, Score, SpeedResult, TaskResult
from stance.benchmarking.suite import Suite
from stance.corpus.article import Article
from stance.description.concordance import concordance
from stance.description.keyness import keyness
from stance.description.lexicon_check import check_lexicon
from stance.description.naming import naming
from stance.evaluation.agreement import Ratings, agreement
from stance.evaluation.auditing import audit
from stance.evaluation.baseline import compare_with_baseline
from stance.evaluation.ceiling import human_ceiling
from stance.evaluation.comparison import PairedPredictions, compare, decide, mcnemar
from stance.evaluation.confusion import Metric
from stance.evaluation.learning_curve import learning_curve
from stance.evaluation.learning_curve_records import FitCheck
from stance.evaluation.metrics import evaluate
from stance.evaluation.predicted_labels import PredictedLabels
from stance.evaluation.protocol import cross_validate
from stance.evaluation.scored import Scored
from stance.evaluation.slices import slice_scores
from stance.explanation.examples import choose_examples
from stance.explanation.explaining import explain
from stance.features.lexicon import Lexicon, LexiconFile
from stance.formats.annotations import Annotations
from stance.model.config import load_config
from stance.model.persistence import read_model, save_model
from stance.model.prediction import predict
from stance.model.training import train
from stance.reporting.html.agreement import page as agreement_page
from stance.reporting.html.audit import page as audit_page
from stance.reporting.html.benchmark import page as benchmark_page
from stance.reporting.html.comparison import page as comparison_page
from stance.reporting.html.concordance import page as concordance_page
from stance.reporting.html.corpus_report import CorpusReport, ExplainedExample
from stance.reporting.html.corpus_report import page as report_page
from stance.reporting.html.cross_validation import page as cross_validation_page
from stance.reporting.html.estimate import page as estimate_page
from stance.reporting.html.evaluation import page as evaluation_page
from stance.reporting.html.explanation import page as explanation_page
from stance.reporting.html.keyness import page as keyness_page
from stance.reporting.html.learning_curve import page as learning_curve_page
from stance.reporting.html.lexicon import page as lexicon_page
from stance.reporting.html.model import page as model_page
from stance.reporting.html.naming import page as naming_page
from tests.reporting.sample_shares import contrast, estimates, group, plan

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src="//example.org/x">',
    "محايد (٣) «وكالة» & {{ 7 * 7 }}",
    "\x1b[2Jred\x1b[0m \u202eesrever",
)
N = 240


def _scored():
    random = np.random.default_rng(0)
    y_true = np.arange(N) % len(HOSTILE)
    probabilities = random.dirichlet(np.ones(len(HOSTILE)), N)
    probabilities[np.arange(N), y_true] += random.uniform(0, 2, N)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    outlets = [f"{HOSTILE[n % 3]} {n % 12}" for n in range(N)]
    return Scored(HOSTILE, y_true, probabilities, outlets, np.arange(N) % 9 == 0)


def evaluation():
    """Return an evaluation whose labels are hostile names."""
    scored = _scored()
    one_label = {"training": np.zeros(N, dtype=np.int64)}
    found = evaluate(scored, protocol="test corpus", one_label=one_label)
    values = [None if n % 7 == 0 else HOSTILE[n % 3] for n in range(N)]
    return replace(found, slices=slice_scores(scored, {"<i>field": values}))


def _hostile(articles):
    labels = sorted({article.label for article in articles})
    renamed = dict(zip(labels, HOSTILE, strict=True))
    return [replace(article, label=renamed[article.label]) for article in articles]


def _comparison():
    truly = [HOSTILE[n % 3] for n in range(90)]
    first = [label if n % 9 else HOSTILE[3] for n, label in enumerate(truly)]
    second = [label if n % 3 else HOSTILE[3] for n, label in enumerate(truly)]
    outlets = [f"وكالة {n % 10}" for n in range(90)]
    paired = PairedPredictions.of(truly, first, second, groups=outlets)
    metric = Metric("macro_f1", ())
    difference = compare(paired, metric)
    return comparison_page(
        90,
        (HOSTILE[0], HOSTILE[3]),
        difference,
        discordant=mcnemar(paired),
        floor=compare_with_baseline(paired, metric),
        decision=decide(difference, margin=0.01),
    )


def _agreement():
    table = [
        [HOSTILE[n % 3], HOSTILE[n % 3 if n % 4 else 3], HOSTILE[(n + (n % 5 == 0)) % 3]]
        for n in range(60)
    ]
    names = (HOSTILE[0], "نور", "huda")
    found = Annotations(tuple(f"<{n}>" for n in range(60)), names, tuple(map(tuple, table)))
    ceiling = human_ceiling(found, [row[0] for row in table])
    return agreement_page(agreement(Ratings.of(table), names), ceiling)


def _audit(articles):
    first = articles[0]
    copies = [
        replace(first, id="<b>copy</b>", outlet="وكالة أخرى", label=HOSTILE[1]),
        Article("bad-date", "<u>نص</u> قصير " * 20, HOSTILE[0], published="32/13/2019"),
    ]
    return audit_page(audit([*articles, *copies]))


def _naming(**choices):
    """Return a page whose actors, names and groups are hostile."""
    terms = [{"term": f"<b>قسد</b> {name}"} for name in ("", *"abcdef")]
    names = {"description": "", "naming": True, "terms": terms, "actor": HOSTILE[1]}
    others = {**names, "terms": [{"term": HOSTILE[0]}, {"term": HOSTILE[3], "actor": HOSTILE[2]}]}
    nameless = {**names, "terms": [{"term": "نكرة"}], "actor": None}
    data = {"format": 1, "family": "f", "description": ""}
    data["categories"] = {"c": names, HOSTILE[2]: others, "d": nameless}
    lexicon = Lexicon([LexiconFile.model_validate(data)])
    words = ("قسد", "قسد a", "script alert 1 script", "قال «قسد» إن القوات انسحبت من القرية كلها")
    said = "قال: «لم تدخل قسد المدينة ولا القرية أبدا» ثم ذكر x1b 2Jred x1b 0m esrever"
    corpus = [
        Article(str(n), f"{words[n % 4]} {said}", outlet=HOSTILE[n % 3], published=f"20{10 + n}-01")
        for n in range(12)
    ]
    return naming_page(naming(corpus, lexicon, ignore_duplicates=True, **choices))


def _benchmark():
    score = Score(value=0.71, low=0.65, high=0.76)
    outcomes = [
        Outcome(contender="stance", kind="model", scores={"macro-F1": score}),
        Outcome(contender=HOSTILE[1], kind="opponent", scores={"macro-F1": score}),
        Outcome(contender="absent", kind="opponent", absence="<b>not installed</b>"),
    ]
    divisions = [
        Division(
            protocol=by,
            description=description,
            articles=501,
            fingerprint="0",
            unit="outlet",
            units=37,
            outcomes=outcomes,
        )
        for by, description in (
            ("outlet", "leave one outlet out (37 outlets)"),
            ("random", "5 random folds"),
        )
    ]
    tasks = {
        HOSTILE[0]: TaskResult(labels=list(HOSTILE), divisions=divisions),
        "failed": TaskResult(labels=[], divisions=[], error="no file"),
    }
    speed = SpeedResult(task="t", articles=9, rounds=3, train=2.5, label=0.4, reference_seconds=1.0)
    made = {"stance": "0.1.0", "python": "3.11"}
    results = Results(format=1, suite="s", seed=0, made_with=made, tasks=tasks, speed=speed)
    task = {"corpus": ["x.jsonl"], "title": "<i>أخبار</i>"}
    task["published"] = [{"what": "BERT", "source": "paper", "scores": {"macro-F1": 0.7}}]
    suite = Suite.model_validate({"title": HOSTILE[2], "tasks": dict.fromkeys(tasks, task)})
    return benchmark_page(suite, results, [Verdict(HOSTILE[0], "held", "fine")])


def _estimate():
    """Return shares of hostile labels in hostile groups, with every kind of section."""
    groups = tuple(group(name, 900, n, HOSTILE) for n, name in enumerate(HOSTILE))
    contrasts = (
        contrast("difference", HOSTILE[0], HOSTILE[1], HOSTILE[2]),
        contrast("trend", HOSTILE[3], HOSTILE[1], HOSTILE[2], -0.1),
    )
    texts = {"assumptions": HOSTILE[:2], "warnings": HOSTILE[2:]}
    return estimate_page(
        estimates("<i>", groups, HOSTILE, contrasts=contrasts, plan=plan(HOSTILE[3]), **texts)
    )


def _lexicon(folder):
    """Return the check of a lexicon whose names are hostile, with every kind of section."""
    names = (HOSTILE[1], HOSTILE[2], "third")
    terms = (("خبر", "الخبر"), ("نص <u>قصير</u>", "وخبر"), ("نص لا يوجد",))
    lines = ["format = 2", "family = ''", "description = ''"]
    for year, (name, own) in enumerate(zip(names, terms, strict=True), start=2020):
        days = f"from = {year}-01-01, until = {year}-12-31"
        entries = [f"{{ term = {json.dumps(term)} }}" for term in own]
        entries.append(f"{{ term = {json.dumps('صحف')}, {days} }}")
        lines += [
            *(f"[categories.{json.dumps(name)}]", "description = ''", "naming = true"),
            *(f"actor = {json.dumps(HOSTILE[0])}", f"side = {json.dumps(HOSTILE[3])}"),
            f"terms = [{', '.join(entries)}]",
        ]
    path = folder / "<names>.toml"
    path.write_text("\n".join(lines), "utf-8")
    texts = (f"{HOSTILE[0]} خبر الخبر نص <u>قصير</u> وخبر {HOSTILE[3]}", "صحف نشرت الخبر")
    articles = [
        Article(HOSTILE[n], text, HOSTILE[0], (HOSTILE[1], None)[n], published="2020-05-01")
        for n, text in enumerate(texts)
    ]
    found = check_lexicon(path, articles)
    assert all((found.remarks, found.in_two_categories, found.ambiguities, found.never_found))
    return lexicon_page(found)


def _keyness(articles):
    """Return a page whose parts and words are hostile names."""
    some = [
        replace(one, outlet=None if n % 9 == 0 else f"{HOSTILE[n % 3]} {n % 12}")
        for n, one in enumerate(_hostile(articles))
    ]
    found = keyness(some, HOSTILE[0], values=[one.label for one in some], n_resamples=19, top=4)
    first, *others = found.comparisons
    words = tuple(replace(one, spelling=HOSTILE[n]) for n, one in enumerate(first.terms))
    unbounded = replace(others[0], reference=HOSTILE[1], no_bounds="one outlet")
    parts = (replace(first, terms=words), unbounded, replace(others[1], terms=()))
    return keyness_page(
        replace(found, silent=HOSTILE[:2], n_without_value=3, n_duplicates=1, comparisons=parts)
    )


def hostile_model(articles):
    """Return a model whose labels are hostile names."""
    settings = ["features.word.max_n=1", "calibration.enabled=false"]
    return train(_hostile(articles[:96]), load_config(overrides=settings))


def odd_articles(articles):
    """Return articles with hostile ids, titles, texts and outlets; one has no word."""
    first = articles[0]
    return [
        replace(first, id=HOSTILE[0], title=HOSTILE[1], text=f"{first.text}\r\n{HOSTILE[3]}"),
        articles[5],
        Article(HOSTILE[2], "\u061f! 12", outlet=HOSTILE[3]),
    ]


def explanations(articles, model):
    """Return explanations by a model with hostile labels."""
    return list(explain(model, odd_articles(articles), changes=True))


def _concordance(articles):
    texts = [f"{name} قسد {name}" for name in HOSTILE]
    odd = [Article(t, t, HOSTILE[0], outlet=HOSTILE[n], title=t) for n, t in enumerate(texts)]
    return concordance_page(concordance([*articles[:40], *odd], "قسد|في", sort="before"))


def _report(articles, model, folder):
    save_model(model, folder / HOSTILE[2])
    corpus = [*_hostile(articles[:40]), *odd_articles(articles)]
    predictions = list(predict(model, corpus))
    chosen = choose_examples(predictions, [one.label for one in predictions], 1)[:3]
    explained = explain(model, [predictions[one.number].article for one in chosen], changes=True)
    return report_page(
        CorpusReport(
            read_model(folder / HOSTILE[2]),
            HOSTILE[2],
            (HOSTILE[0],),
            audit(corpus),
            evaluation(),
            True,
            HOSTILE[:2],
            PredictedLabels.of(predictions),
            tuple(map(ExplainedExample, explained, [one.kinds for one in chosen])),
        )
    )


def _curve(articles, config):
    """Return a curve with a check that failed, and a prediction that is far."""
    found = learning_curve(
        articles[:48], config, by="event", folds=2, draws=2, sizes=(10, 14, 20), more=(30, 900)
    )
    check = FitCheck(10, 20, 0.5, 0.3, 0.7, 0.45, 0.55, 0.8)
    return replace(found, check=check, n_short_folds=1)


def pages(articles, models, config, explained, folder):
    """Return a page of every report, by its name."""
    some = _hostile([one for one in articles if one.published][:144])
    fields = {"year": [str(dt.date.fromisoformat(one.published).year) for one in some]}
    model, hostile = models
    save_model(model, folder / "<model>")
    return {
        "evaluate": evaluation_page(evaluation()),
        "crossval": cross_validation_page(
            cross_validate(some, config, by="event", folds=3, slices=fields)
        ),
        "curve": learning_curve_page(_curve(some, config)),
        "compare": _comparison(),
        "agreement": _agreement(),
        "audit": _audit(some),
        "keyness": _keyness(some),
        "info": model_page(read_model(folder / "<model>"), 5, "<model>"),
        "benchmark": _benchmark(),
        "naming": _naming(voice="both"),
        "estimate": _estimate(),
        "explain": explanation_page(explained),
        "concordance": _concordance(articles),
        "report": _report(articles, hostile, folder),
        "lexicon check": _lexicon(folder),
    }


NAMES = (
    "evaluate",
    "crossval",
    "curve",
    "compare",
    "agreement",
    "audit",
    "keyness",
    "info",
    "benchmark",
    "naming",
    "estimate",
    "explain",
    "concordance",
    "report",
    "lexicon check",
)
