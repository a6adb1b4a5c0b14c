import copy
import inspect
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks

from stance.errors import CorpusError
from stance.features.estimators import LexiconFeatures, TfidfFeatures
from stance.features.lexicon import Lexicon, LexiconFile
from stance.text.normalization import NormalizationProfile, arabic_normalization
from stance.text.tokenization import words

TEXTS = ["قوات قسد تدخل الرقة", "الجيش: «لن نترك الرقة أبدا»", "", "ما يسمى «قسد» في حلب"]
LABELS = ["a", "b", "a", "b"]

LEXICON = """
format = 1
family = "names"
description = "اسماء"
[categories.sdf]
description = "قسد"
actor = "sdf"
naming = true
terms = [{term = "قسد"}, {term = "قوات قسد"}, {term = "صفر", variants = ["واحد"]}]
[categories.army]
description = "الجيش"
terms = [{term = "الجيش"}, {term = "اثنان"}]
"""


@pytest.fixture(scope="session")
def lexicon_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("lexicon") / "names.toml"
    path.write_text(LEXICON, "utf-8")
    return path


@pytest.fixture(params=["word", "char", "surface", "lexicon"])
def estimator(request, lexicon_path):
    if request.param == "lexicon":
        return LexiconFeatures(lexicon_path)
    return TfidfFeatures(request.param, max_n=3)


SMALL = Lexicon(
    [
        LexiconFile.model_validate(
            {
                "format": 1,
                "family": "numbers",
                "description": "",
                "categories": {
                    "low": {"description": "", "terms": [{"term": "صفر"}, {"term": "واحد"}]},
                    "high": {"description": "", "terms": [{"term": "تسعة"}]},
                },
            }
        )
    ]
)

# scikit-learn's checks hand over matrices of numbers, and it runs none of them on an estimator
# that takes none. Those that need no data are called one by one; for the others each row is first
# written out in words, so that what is checked is our own fit and transform.
WITHOUT_DATA = [
    estimator_checks.check_estimator_cloneable,
    estimator_checks.check_estimator_tags_renamed,
    estimator_checks.check_valid_tag_types,
    estimator_checks.check_estimator_repr,
    estimator_checks.check_no_attributes_set_in_init,
    estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
    estimator_checks.check_mixin_order,
    estimator_checks.check_parameters_default_constructible,
    estimator_checks.check_get_params_invariance,
    estimator_checks.check_set_params,
]


@pytest.mark.parametrize("check", WITHOUT_DATA, ids=lambda check: check.__name__)
@pytest.mark.parametrize("kind", [TfidfFeatures, LexiconFeatures])
def test_scikit_learns_checks_without_data(kind, check):
    check(kind.__name__, kind())


DIGITS = ["صفر", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة"]


def write_out(rows):
    """Turn rows of numbers into texts: every number as a sign and its digits in words."""
    return [
        " ".join(
            f"{column}{'سالب' if number < 0 else 'موجب'} "
            + " ".join(DIGITS[int(digit)] for digit in f"{abs(number):.0f}")
            for column, number in enumerate(row)
        )
        for row in rows
    ]


def texts_from_numbers(estimator):
    return make_pipeline(
        FunctionTransformer(write_out, validate=True, feature_names_out="one-to-one"), estimator
    )


NOT_OURS = "a Pipeline fits clones of its steps and keeps them under the same name"
DOES_NOT_APPLY = {
    "check_estimators_overwrite_params": NOT_OURS,
    "check_dont_overwrite_parameters": NOT_OURS,
    "check_transformer_preserve_dtypes": "texts have no precision to keep: always float32",
}


ON_NUMBERS = {
    "word": texts_from_numbers(TfidfFeatures(max_n=1)),
    "char": texts_from_numbers(TfidfFeatures("char", min_n=2, max_n=3)),
    "surface": texts_from_numbers(TfidfFeatures("surface", min_n=2, max_n=3)),
    "lexicon": texts_from_numbers(LexiconFeatures(SMALL)),
}


def name_of(check):
    while not inspect.isfunction(check) or hasattr(check, "__wrapped__"):
        check = check.__wrapped__ if hasattr(check, "__wrapped__") else check.func
    return check.__name__


@pytest.mark.slow
@pytest.mark.parametrize(
    ("estimator", "check"),
    [
        pytest.param(estimator, check, id=f"{kind}-{name_of(check)}")
        for kind, pipeline in ON_NUMBERS.items()
        for estimator, check in estimator_checks.estimator_checks_generator(
            pipeline, expected_failed_checks=DOES_NOT_APPLY, mark="skip"
        )
    ],
)
def test_scikit_learns_checks_on_numbers_in_words(estimator, check):
    check(estimator)


def test_fitting_changes_no_parameter_and_sets_nothing_but_fitted_names(estimator):
    before = dict(vars(estimator))
    estimator.fit(TEXTS, LABELS)
    after = vars(estimator)
    assert {name: after[name] for name in before} == before
    assert all(name.endswith("_") for name in after.keys() - before.keys())
    assert estimator.n_features_in_ == 1


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        (
            TfidfFeatures,
            {
                "analyzer": "char",
                "min_n": 2,
                "max_n": 4,
                "min_df": 3,
                "min_outlets": 2,
                "max_features": 9,
                "sublinear_tf": False,
                "binary": True,
                "normalization": arabic_normalization(NormalizationProfile(alef=False)),
            },
        ),
        (
            LexiconFeatures,
            {
                "lexicon": "names.toml",
                "normalization": arabic_normalization(NormalizationProfile(alef=False)),
            },
        ),
    ],
)
def test_every_parameter_survives_clone_get_and_set(kind, parameters):
    assert list(inspect.signature(kind).parameters) == list(parameters)
    estimator = kind(**parameters)
    assert estimator.get_params() == parameters
    assert clone(estimator).get_params() == parameters
    assert kind().set_params(**parameters).get_params() == parameters


def test_a_clone_is_not_fitted(estimator):
    estimator.fit(TEXTS)
    for use in (lambda e: e.transform(TEXTS), lambda e: e.get_feature_names_out()):
        with pytest.raises(NotFittedError):
            use(clone(estimator))


def test_every_column_has_a_name(estimator):
    values = estimator.fit_transform(TEXTS)
    names = estimator.get_feature_names_out()
    assert names.dtype == object
    assert names.shape == (values.shape[1],)
    assert len(set(names)) == len(names)


def test_fit_transform_is_fit_and_then_transform(estimator):
    values = estimator.fit_transform(TEXTS)
    np.testing.assert_array_equal(
        values.toarray(), clone(estimator).fit(TEXTS).transform(TEXTS).toarray()
    )
    assert values.dtype == np.float32


@pytest.mark.parametrize(
    "copied",
    [
        lambda estimator, _: pickle.loads(pickle.dumps(estimator)),
        lambda estimator, _: copy.deepcopy(estimator),
        lambda estimator, folder: joblib.load(joblib.dump(estimator, folder / "e.joblib")[0]),
    ],
    ids=["pickle", "deepcopy", "joblib"],
)
def test_a_fitted_estimator_can_be_copied(estimator, copied, tmp_path):
    texts = [*TEXTS, "وقسد لم ترد"]
    before = estimator.fit(TEXTS).transform(texts).toarray()
    again = copied(estimator, tmp_path)
    np.testing.assert_array_equal(again.transform(texts).toarray(), before)
    assert again.get_feature_names_out().tolist() == estimator.get_feature_names_out().tolist()


@pytest.mark.parametrize(
    "give",
    [tuple, np.array, pd.Series, iter, lambda texts: (text for text in texts)],
    ids=["tuple", "array", "series", "iterator", "generator"],
)
def test_any_iterable_of_texts_will_do(estimator, give):
    expected = estimator.fit_transform(TEXTS).toarray()
    np.testing.assert_array_equal(clone(estimator).fit_transform(give(TEXTS)).toarray(), expected)
    np.testing.assert_array_equal(estimator.transform(give(TEXTS)).toarray(), expected)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("قسد", "single string"),
        (["قسد", None], "NoneType at place 1"),
        (["قسد", b"x"], "bytes at place 1"),
        ([["قسد"]], "list at place 0"),
        (np.array([["قسد"]]), "ndarray at place 0"),
        ([float("nan")], "float at place 0"),
    ],
    ids=repr,
)
def test_what_is_no_list_of_texts_is_refused(estimator, wrong, message):
    with pytest.raises(CorpusError, match=message):
        estimator.fit(wrong)
    with pytest.raises(CorpusError, match=message):
        estimator.fit(TEXTS).transform(wrong)


@pytest.mark.slow
def test_words_are_normalised_as_asked():
    kept = arabic_normalization(NormalizationProfile(teh_marbuta=False))
    features = TfidfFeatures(max_n=1, normalization=kept).fit(["الرقّة الرقه"])
    assert features.get_feature_names_out().tolist() == sorted(words("الرقة الرقه", kept))
    surface = TfidfFeatures("surface", min_n=8, max_n=8, normalization=kept).fit(["الرقّة"])
    assert surface.get_feature_names_out().tolist() == [" الرقّة "]


@pytest.mark.slow
def test_the_estimators_work_in_a_pipeline(lexicon_path):
    pipeline = make_pipeline(
        make_union(TfidfFeatures(max_n=1), LexiconFeatures(str(lexicon_path))),
        LogisticRegression(),
    )
    search = GridSearchCV(
        pipeline, {"featureunion__tfidffeatures__sublinear_tf": [True, False]}, cv=2
    )
    search.fit(TEXTS * 3, LABELS * 3)
    assert search.predict(TEXTS).tolist() == LABELS
    names = search.best_estimator_[0].get_feature_names_out().tolist()
    assert {"tfidffeatures__قسد", "lexiconfeatures__share.sdf"} <= set(names)


def test_outlets_reach_the_features_through_a_pipeline():
    pipeline = make_pipeline(TfidfFeatures(max_n=1, min_outlets=2), LogisticRegression())
    texts = ["قسد حلب", "قسد الرقة", "قسد حلب"]
    pipeline.fit(texts, ["a", "b", "a"], tfidffeatures__outlets=["one", "two", "one"])
    assert pipeline[0].get_feature_names_out().tolist() == ["قسد"]


def test_fitting_again_forgets_what_was_learned(estimator):
    estimator.fit(["لندن باريس", "برلين"])
    estimator.fit(TEXTS)
    fresh = clone(estimator).fit(TEXTS)
    assert estimator.get_feature_names_out().tolist() == fresh.get_feature_names_out().tolist()
    np.testing.assert_array_equal(
        estimator.transform(TEXTS).toarray(), fresh.transform(TEXTS).toarray()
    )
