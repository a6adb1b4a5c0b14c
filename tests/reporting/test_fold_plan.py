"""What the first lines say of how a corpus is divided."""

import orjson
import pytest

from stance.cli.console import show
from stance.corpus.article import Article
from stance.corpus.fold_plan import FoldPlan, plan_folds
from stance.corpus.protocol_choice import ProtocolChoice
from stance.evaluation.protocol import cross_validate
from stance.evaluation.testing import evaluate_model
from stance.model.config import load_config
from stance.model.training import train
from stance.reporting import cross_validation, evaluation
from stance.reporting.fold_plan import advice, macro_line, plan_lines
from tests.conftest import FAST


def corpus(*rows):
    """Return so many articles of each label and outlet; the label's word is in each."""
    return [
        Article(f"{label}{outlet}{n}", f"كلمة{label} في السوق {outlet} {n}", label, outlet)
        for label, outlet, count in rows
        for n in range(count)
    ]


CROSSING = (("a", "x", 3), ("a", "y", 3), ("b", "x", 3), ("b", "y", 3))


def lines(*rows, by=None):
    articles = corpus(*rows)
    return plan_lines(FoldPlan.of(articles, ProtocolChoice.of(articles, by), seed=0))


def test_nothing_is_said_of_a_plain_corpus():
    assert lines(*CROSSING) == []


def test_what_cannot_be_tested_is_said_with_its_numbers():
    found = lines(*CROSSING, ("c", "y", 3), ("d", None, 1), ("a", None, 2))
    assert found == [
        "3 of 18 articles name no outlet: each is held out by itself.",
        "Label 'c' is in one outlet only ('y'): its 3 articles cannot be tested on an unseen "
        "outlet; the others are.",
        "Label 'd' has one article only: it cannot be tested; the others are.",
        "Tested: 14 of 18 articles.",
    ]


@pytest.mark.parametrize(
    ("rows", "said", "advised"),
    [
        ([("a", None, 3), ("b", None, 3)], "none of the 6 articles names one", "--outlet-field"),
        ([("a", "x", 3), ("b", "x", 3)], "all the same one", "articles of other outlets"),
        (
            [("a", "x", 3), ("b", "x", 1), ("b", None, 2)],
            "2 name none",
            "articles of other outlets",
        ),
        ([("a", "x", 3), ("b", "y", 3)], "each of the 2 labels is one outlet", "unavoidable"),
        (
            [("a", "x", 3), ("a", "y", 3), ("b", "z", 2)],
            "label 'b' is in one outlet only ('z', 2 articles); only one other label is",
            "these labels from other outlets",
        ),
    ],
)
def test_random_folds_give_their_true_reason(rows, said, advised):
    articles = corpus(*rows)
    plan = FoldPlan.of(articles, ProtocolChoice.of(articles), seed=0)
    first = plan_lines(plan)[0]
    assert first.startswith("Outlets are not held out, folds are random: ")
    assert said in first
    assert advised in advice(plan)
    assert "outlet field" not in advice(plan)


def test_random_folds_that_were_asked_for_need_no_excuse():
    articles = corpus(*CROSSING)
    plan = plan_folds(articles, "random", seed=0)
    assert plan_lines(plan) == []
    assert "Omit --by random" in advice(plan)


def test_many_labels_do_not_fill_the_screen():
    lone = [(f"l{n}", "x", 1) for n in range(30)]
    found = lines(*CROSSING, *lone)
    assert len(found) == 7
    assert found[5] == "25 articles of 25 other labels cannot be tested either."


@pytest.mark.slow
def test_crossval_says_it_first(capsys):
    articles = corpus(*CROSSING, ("c", "y", 3))
    show(cross_validation.report(cross_validate(articles, load_config(overrides=FAST))))
    out = " ".join(capsys.readouterr().out.split())
    assert out.startswith("15 articles Label 'c' is in one outlet only")
    assert out.index("Tested: 12 of 15 articles.") < out.index("macro-F1")
    assert "Macro-F1 over" in out


def test_the_labels_of_macro_f1_are_named_where_the_corpus_lacks_some(capsys):
    articles = corpus(*CROSSING, ("c", "y", 3))
    model = train(articles, load_config(overrides=FAST))
    whole = evaluate_model(model, articles)
    assert macro_line(whole, "the model's") is None
    some = evaluate_model(model, [a for a in articles if a.label != "c"])
    assert macro_line(some, "the model's") == (
        "Macro-F1 over 2 of the model's 3 labels: 'a', 'b'. No tested article has 'c'."
    )
    show(evaluation.report(some))
    out = " ".join(capsys.readouterr().out.split())
    assert out.startswith("12 articles; test corpus. Macro-F1 over 2 of the model's 3 labels")
    astray = [Article("z", "كلمةc في السوق y 1", "a"), *articles[:6]]
    found = evaluate_model(model, astray)
    assert macro_line(found, "the model's") == (
        "Macro-F1 over 2 of the model's 3 labels: 'a', 'c'. No tested article has 'b', 'c'; "
        "1 article got 'c' all the same, whose F1 counts as 0."
    )


def test_training_says_which_labels_have_no_held_out_figure():
    rows = [(label, f"o{n}", 2) for label in "ab" for n in range(8)]
    model = train(corpus(*rows, ("c", "o1", 3)), load_config(overrides=FAST[:-1]))
    assert "held-out outlets" in model.record.scores["protocol"]
    assert model.record.scores["n"] == 32
    assert model.record.notes == [
        "no held-out score for label 'c': without 3 of its articles it cannot be learned"
    ]
    few = train(corpus(*CROSSING), load_config(overrides=FAST[:-1]))
    assert few.record.notes == [
        "calibrated on random folds, not on held-out outlets: 2 outlets are named, 6 are needed"
    ]


@pytest.mark.slow
def test_the_division_is_in_the_json(tmp_path):
    from tests.cli.test_cli import stance

    path, result = tmp_path / "c.jsonl", tmp_path / "c.json"
    rows = [
        {"id": a.id, "text": a.text, "label": a.label, "outlet": a.outlet}
        for a in corpus(*CROSSING, ("c", "y", 3), ("a", None, 1))
    ]
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    options = [part for setting in FAST for part in ("--set", setting)]
    labels = tmp_path / "l.jsonl"
    stance("crossval", path, *options, "--jobs", 1, "--json", result, "--held-out", labels)
    found = orjson.loads(result.read_bytes())
    assert found["division"]["not_tested"] == [
        {"label": "c", "n_articles": 3, "why": "one_group", "group": "y"}
    ]
    assert found["division"]["outlets"]["articles_without"] == 1
    assert found["n"] == found["random"]["n"] == 13
    out, _ = stance("compare", labels, labels, path)
    assert "macro-F1" in out
