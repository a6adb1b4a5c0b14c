"""`StanceClassifier` keeps scikit-learn's contract, and does what `train` and `predict` do."""

import inspect
import pickle

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks

from stance.corpus.article import Article
from stance.errors import ConfigError, CorpusError
from stance.formats.labelled import read_corpus
from stance.model.config import TrainingConfig
from stance.model.config_toml import to_toml
from stance.model.estimator import StanceClassifier
from stance.model.training import train
from tests.conftest import SEEDS
from tests.features.test_estimators import WITHOUT_DATA, name_of, write_out

FAST = {
    "features": {
        "word": {"max_n": 1, "min_df": 1, "min_outlets": 1},
        "char": {"enabled": False},
        "lexicon": {"enabled": False},
    },
    "calibration": {"enabled": False},
}

# scikit-learn's checks hand over matrices of numbers, so each row is first written out in words.
ON_NUMBERS = make_pipeline(FunctionTransformer(write_out, validate=True), StanceClassifier(FAST))
NOT_OURS = "a Pipeline fits clones of its steps and keeps them under the same name"
DOES_NOT_APPLY = {
    "check_estimators_overwrite_params": NOT_OURS,
    "check_dont_overwrite_parameters": NOT_OURS,
}


@pytest.mark.parametrize("check", WITHOUT_DATA, ids=lambda check: check.__name__)
def test_scikit_learns_checks_without_data(check):
    check("StanceClassifier", StanceClassifier())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("estimator", "check"),
    [
        pytest.param(estimator, check, id=name_of(check))
        for estimator, check in estimator_checks.estimator_checks_generator(
            ON_NUMBERS, expected_failed_checks=DOES_NOT_APPLY, mark="skip"
        )
    ],
)
def test_scikit_learns_checks_on_numbers_in_words(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def seeds():
    articles, _ = read_corpus([SEEDS])
    return articles[::13]


@pytest.fixture(scope="module")
def texts(seeds):
    return [article.text for article in seeds]


@pytest.fixture(scope="module")
def labels(seeds):
    return [article.label for article in seeds]


@pytest.fixture(scope="module")
def outlets(seeds):
    return [article.outlet for article in seeds]


@pytest.fixture(scope="module")
def fitted(seeds):
    return StanceClassifier(FAST).fit(seeds)


def without_titles(articles):
    return [Article(str(n), a.text, a.label, a.outlet, a.event) for n, a in enumerate(articles)]


@pytest.mark.slow
def test_articles_are_learned_from_as_train_does(seeds, fitted):
    model = train(seeds, StanceClassifier(FAST).set_params().fit(seeds).model_.config)
    np.testing.assert_array_equal(fitted.predict_proba(seeds), model.probabilities(seeds))
    assert fitted.classes_.tolist() == list(model.labels)
    assert fitted.model_.record == model.record


@pytest.mark.slow
def test_texts_with_labels_and_outlets_are_learned_from_as_articles_are(
    seeds, texts, labels, outlets
):
    by_article = StanceClassifier(FAST).fit(without_titles(seeds))
    events = [article.event for article in seeds]
    by_text = StanceClassifier(FAST).fit(texts, labels, outlets, events)
    assert by_text.model_.record == by_article.model_.record
    np.testing.assert_array_equal(by_text.predict_proba(texts), by_article.predict_proba(texts))


@pytest.mark.slow
def test_labels_outlets_and_events_that_are_given_go_before_those_of_articles(seeds):
    classifier = StanceClassifier(FAST)
    classifier.fit(seeds, np.resize(["أ", "ب"], len(seeds)), ["one"] * len(seeds))
    assert classifier.classes_.tolist() == ["أ", "ب"]
    assert classifier.model_.record.n_outlets == 1


@pytest.mark.slow
def test_decision_values_are_the_logits_of_the_probabilities(fitted, texts, labels):
    logits = fitted.decision_function(texts)
    powers = np.exp(logits)
    np.testing.assert_allclose(
        powers / powers.sum(axis=1, keepdims=True), fitted.predict_proba(texts)
    )
    assert fitted.predict(texts).tolist() == fitted.classes_[logits.argmax(axis=1)].tolist()
    two = [label == labels[0] for label in labels]
    binary = StanceClassifier(FAST).fit(texts, two)
    np.testing.assert_allclose(
        1 / (1 + np.exp(-binary.decision_function(texts))), binary.predict_proba(texts)[:, 1]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "classes",
    [np.array([10, 9, -1]), np.array([True, False]), np.array(["ب", "أ"]), np.array([0.0, 1.0])],
    ids=["int", "bool", "str", "float"],
)
def test_classes_keep_their_type_and_order(texts, classes):
    y = np.resize(classes, len(texts))
    classifier = StanceClassifier(FAST).fit(texts, y)
    assert classifier.classes_.tolist() == sorted(classes.tolist())
    assert classifier.classes_.dtype == classes.dtype
    assert classifier.predict(texts).dtype == classes.dtype
    assert classifier.score(texts, y) > 0.5


@pytest.mark.parametrize("give", [tuple, np.array, pd.Series, pl.Series, iter])
def test_any_iterable_of_texts_will_do(fitted, texts, give):
    assert fitted.predict(give(texts)).tolist() == fitted.predict(texts).tolist()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("نص", "single string"),
        (pd.DataFrame({"text": ["نص"]}), "stance.articles_from_table"),
        (pl.DataFrame({"text": ["نص"]}), "stance.articles_from_table"),
        (["نص", None], "NoneType at place 1"),
        ([Article("1", "نص"), "نص"], "Article at place 0"),
    ],
    ids=["string", "pandas", "polars", "missing", "mixed"],
)
def test_what_is_no_list_of_texts_or_articles_is_refused(fitted, wrong, message):
    for use in (fitted.predict, lambda x: StanceClassifier(FAST).fit(x, ["a", "b"])):
        with pytest.raises(CorpusError, match=message):
            use(wrong)


def test_a_label_for_each_text_is_needed(texts, labels, seeds):
    with pytest.raises(CorpusError, match="Give y"):
        StanceClassifier().fit(texts)
    for few in ({"y": labels[:-1]}, {"y": labels, "outlets": ["a"]}):
        with pytest.raises(ValueError, match="inconsistent numbers of samples"):
            StanceClassifier().fit(texts, **few)


def test_it_must_be_fitted_first(texts):
    for name in ("predict", "predict_proba", "decision_function"):
        with pytest.raises(NotFittedError):
            getattr(StanceClassifier(), name)(texts)


# Settings


def test_every_setting_is_a_nested_parameter():
    classifier = StanceClassifier(FAST)
    params = classifier.get_params()
    assert params["config"] is FAST
    assert params["config__features__word__max_n"] == 1
    assert params["config__seed"] == TrainingConfig().seed
    assert set(classifier.get_params(deep=False)) == set(
        inspect.signature(StanceClassifier).parameters
    )


def test_one_setting_is_changed_and_the_others_kept():
    classifier = StanceClassifier(FAST).set_params(config__features__word__max_n=3)
    params = classifier.get_params()
    assert params["config__features__word__max_n"] == 3
    assert params["config__calibration__enabled"] is False
    assert clone(classifier).get_params() == params
    assert FAST["features"]["word"]["max_n"] == 1


@pytest.mark.parametrize("name", ["config__nothing", "config__features__word__min_m"])
def test_an_unknown_setting_is_refused(name):
    with pytest.raises(ConfigError, match="unknown setting"):
        StanceClassifier().set_params(**{name: 1})
    with pytest.raises(ValueError, match="Invalid parameter 'nothing'"):
        StanceClassifier().set_params(nothing=1)


def test_settings_come_from_a_file_too(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(to_toml(TrainingConfig(seed=5)), "utf-8")
    for given in (path, str(path), TrainingConfig(seed=5), {"seed": 5}):
        assert StanceClassifier(given).get_params()["config__seed"] == 5
    with pytest.raises(ConfigError, match="unknown setting"):
        StanceClassifier({"sed": 5}).fit(["نص", "خبر"], ["a", "b"])


# With scikit-learn's own tools


@pytest.mark.slow
def test_a_grid_search_varies_a_setting(texts, labels):
    grid = {"config__features__word__max_n": [1, 2]}
    search = GridSearchCV(StanceClassifier(FAST), grid, cv=2).fit(texts, labels)
    assert search.best_params_.keys() == grid.keys()
    assert len(set(search.cv_results_["mean_test_score"])) == 2


@pytest.mark.slow
def test_whole_outlets_are_held_out_by_groups(seeds, texts, labels, outlets):
    folds = GroupKFold(2)
    options = {"cv": folds, "groups": outlets}
    plain = cross_val_score(StanceClassifier(FAST), texts, labels, **options)
    assert plain.shape == (2,)
    by_text = cross_val_predict(
        StanceClassifier(FAST), texts, labels, params={"outlets": outlets}, **options
    )
    by_article = cross_val_predict(StanceClassifier(FAST), without_titles(seeds), labels, **options)
    fit_alone = StanceClassifier(FAST)
    train_on, test_on = next(folds.split(texts, labels, outlets))
    fit_alone.fit(*([values[i] for i in train_on] for values in (texts, labels, outlets)))
    expected = fit_alone.predict([texts[i] for i in test_on])
    assert by_text[test_on].tolist() == expected.tolist()
    assert by_article[test_on].tolist() == expected.tolist()


@pytest.mark.slow
def test_outlets_are_routed_as_metadata(texts, labels, outlets):
    with sklearn.config_context(enable_metadata_routing=True):
        classifier = StanceClassifier(FAST).set_fit_request(outlets=True)
        pipeline = make_pipeline(FunctionTransformer(list), classifier)
        pipeline.fit(texts, labels, outlets=outlets)
        scores = cross_val_score(
            classifier,
            texts,
            labels,
            cv=GroupKFold(2),
            params={"outlets": outlets, "groups": outlets},
        )
    assert pipeline[-1].model_.record.n_outlets == len(set(outlets))
    assert scores.shape == (2,)


@pytest.mark.slow
@pytest.mark.parametrize(
    "copied",
    [
        lambda classifier, _: pickle.loads(pickle.dumps(classifier)),
        lambda classifier, folder: joblib.load(joblib.dump(classifier, folder / "c.joblib")[0]),
    ],
    ids=["pickle", "joblib"],
)
def test_a_fitted_classifier_can_be_copied(fitted, texts, copied, tmp_path):
    before = fitted.predict_proba(texts)
    again = copied(fitted, tmp_path)
    np.testing.assert_array_equal(again.predict_proba(texts), before)


@pytest.mark.slow
def test_fitting_sets_nothing_but_fitted_names(texts, labels):
    classifier = StanceClassifier(FAST)
    before = dict(vars(classifier))
    after = vars(classifier.fit(texts, labels))
    assert {name: after[name] for name in before} == before
    assert all(name.endswith("_") for name in after.keys() - before.keys())
