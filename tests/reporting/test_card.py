"""The card says what follows from a model's record, and its file keeps what people write."""

from dataclasses import replace

import pytest

from stance.model.config import with_settings
from stance.model.description import CorpusFile, ModelDescription
from stance.model.persistence import as_stored, model_files
from stance.model.reported_results import ReportedResults
from stance.reporting.card import card_markdown
from stance.reporting.card_limits import limitations
from stance.reporting.card_text import compose, parse
from stance.reporting.markdown import escaped


@pytest.fixture(scope="module")
def stored(fast_model):
    return as_stored(fast_model, model_files(fast_model))


@pytest.fixture
def limits(stored):
    """Return the limitations if some values of the record, or results, were others."""

    def run(corpus=None, results=(), **changed):
        record = stored.manifest.record
        if corpus is not None:
            changed["corpus"] = record.corpus.model_copy(update=corpus)
        record = record.model_copy(update=changed)
        other = replace(stored, manifest=stored.manifest.model_copy(update={"record": record}))
        return " ".join(limitations(other, ModelDescription(results=list(results))))

    return run


def scores(macro_f1=0.9, baseline=0.1, protocol="5 folds of held-out outlets", **more):
    figures = {
        "n": 60,
        "accuracy": 0.9,
        "macro_f1": macro_f1,
        "expected_calibration_error": 0.1,
        "per_class": {"pro_sdf": {"f1": 0.9, "support": 60}},
        "intervals": {"macro_f1": [0.8, 0.95]},
        "risk_coverage": {"at_least": [], "right_in_95_of_100": None},
        "out_of_domain": None,
    }
    one = {"score": baseline}
    whole = {
        **figures,
        "file": "cv.json",
        "protocol": protocol,
        "interval_unit": "outlet",
        "n_units": 9,
        "effective_units": 7.0,
        "reliability": [],
        "baselines": [{"labels": ["pro_sdf"], "accuracy": one, "macro_f1": one}],
        "slices": {},
        "division": {"n_articles": 60, "n_always_train": 0},
        **more,
    }
    parts = {
        field: [{**figures, "few": False, **part} for part in values]
        for field, values in whole["slices"].items()
    }
    return ReportedResults.model_validate({**whole, "slices": parts})


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"n_outlets": 0}, "The corpus names no outlets."),
        ({"n_outlets": 1}, "All articles are of one outlet."),
        ({"n_outlets": 4}, "The corpus has only 4 outlets."),
        ({"label_counts": {"a": 29, "b": 30}}, "hardly learned: 'a' (29)."),
        ({"corpus": {"label_outlets": {"a": 1, "b": 2}}}, "instead of the label: 'a'."),
        ({"corpus": {"n_dated": 0}}, "No article has a date"),
        ({"corpus": {"first_date": "2013", "n_dated": 1}}, "The articles are of 2013 to"),
        ({"scores": {}}, "There are no held-out figures"),
        ({"results": [scores(0.1)]}, "macro-F1 of 0.100 is no better than always"),
        ({"results": [scores(protocol="5 random folds")]}, "scores on unseen outlets are lower"),
    ],
)
def test_what_the_data_lacks_is_a_limitation(limits, changed, expected):
    assert expected in limits(**changed)
    assert expected not in limits(results=[scores()])


def test_what_the_settings_leave_out_is_a_limitation(stored, fast_model, limits):
    assert "Probabilities are not calibrated" in limits()
    config = with_settings(fast_model.config, {"calibration.enabled": True})
    calibrated = replace(stored, model=replace(fast_model, config=config))
    assert "not calibrated" not in " ".join(limitations(calibrated, ModelDescription()))


def test_periods_are_in_order_of_time_and_those_without_a_date_last(stored):
    values = ["(none)", "from 2024-12-08", "2015-10-10 to 2024-12-07", "until 2015-10-09"]
    crossed = [f"article, {value}" for value in values]
    parts = {"kind:period": [{"value": value} for value in crossed]}
    parts["kind"] = [{"value": "article", "few": True}]
    described = ModelDescription(results=[scores(slices=parts)])
    manifest = stored.manifest.model_copy(update={"description": described})
    text = card_markdown(replace(stored, manifest=manifest))
    table = text.split("| articles | n |")[1].split("\n\n")[0]
    assert [line.split("|")[1].strip() for line in table.splitlines()[2:-1]] == [
        "all",
        "article, until 2015-10-09",
        "article, 2015-10-10 to 2024-12-07",
        "article, from 2024-12-08",
        "article, no date",
    ]


def test_public_data_sets_come_with_licence_and_citation(stored):
    files = [
        CorpusFile(name="dataset:unifiedfc/train", use="corpus"),
        CorpusFile(name="dataset:gone", use="auxiliary"),
    ]
    manifest = stored.manifest.model_copy(update={"description": ModelDescription(files=files)})
    text = card_markdown(replace(stored, manifest=manifest))
    assert "| files | dataset:unifiedfc/train; dataset:gone (auxiliary) |" in text
    assert "- unifiedfc: " in text
    assert "Cite: Baly" in text
    assert "- gone" not in text


@pytest.mark.parametrize("own", ["", "# One\n\ntwo", "<!-- stance 00: x -->"])
def test_a_card_reads_back(own):
    text = compose("# Card\n\ntext\n", own)
    assert (parse(text).own, parse(text).is_edited) == (own, False)
    assert parse(text.replace("text", "other", 1)).is_edited
    assert compose(parse(text).generated, own) == text


def test_deleting_the_generated_part_is_no_edit():
    text = compose("# Card\n", "mine")
    found = parse(text[text.index("<!--") :])
    assert (found.own, found.is_edited) == ("mine", False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# head", r"\# head"),
        ("1. one", r"1\. one"),
        ("- item", r"\- item"),
        ("> cited", r"\> cited"),
        ("a\\*b", r"a\\\*b"),
        (r"C:\new", r"C:\new"),
        ("&lt; R&D", r"\&lt; R&D"),
        ("[x]: http://a", r"[x]\: http://a"),
        ("كلمة_أخرى", "كلمة_أخرى"),
        ("2.5 - 3", "2.5 - 3"),
    ],
)
def test_markup_in_a_text_is_shown_and_not_read(text, expected):
    assert escaped(text) == expected
