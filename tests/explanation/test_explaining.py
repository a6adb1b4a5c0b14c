"""Contributions: they add up to the published probabilities, in any model and for any text."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance import read_corpus
from stance.corpus.article import Article
from stance.errors import ConfigError, CorpusError
from stance.explanation import explaining
from stance.explanation.explaining import explain
from stance.features.stop_words import has_stop_word
from stance.model.config import load_config
from stance.model.persistence import load_model
from stance.model.prediction import predict
from stance.model.training import train
from stance.text.quotation import Voice, voices
from tests.model.test_headlines import model as headline_model  # noqa: F401
from tests.model.test_persistence import DATA
from tests.samples import SAMPLES, articles, texts, unhurried

UNHELD = ("calibration.enabled=false", "features.passages=0", "classifier.outlet_shrinkage=0")
EVERY_BLOCK = ("features.char.enabled=true", "features.lexicon.enabled=true")
SETTINGS = {
    "logistic": (),
    "svm": ("classifier.kind=svm",),
    "naive Bayes": ("classifier.kind=naive_bayes",),
    "sgd": ("classifier.kind=sgd",),
    "log-count ratios": ("classifier.nb_weights=true",),
    "words alone": ("features.char.enabled=false", "features.lexicon.enabled=false"),
    "characters alone": ("features.word.enabled=false", "features.lexicon.enabled=false"),
    "lexicon alone": ("features.word.enabled=false", "features.char.enabled=false"),
    "as published": ("features.char.surface=true",),
    "published alone": (
        "features.word.enabled=false",
        "features.lexicon.enabled=false",
        "features.char.surface=true",
    ),
    "three words": ("features.word.min_n=2", "features.word.max_n=3", "features.word.binary=true"),
    "plain counts": ("features.word.sublinear_tf=false", "features.lexicon.sides=rate"),
    "stop words": ('features.word.stop_words=["قسد", "في"]',),
    "speech dropped": ("text.quotations=drop",),
    "speech apart": ("text.quotations=apart",),
    "lines dropped": ("text.boilerplate=drop", "text.bylines=mask"),
}


@pytest.fixture(scope="module", params=SETTINGS.values(), ids=SETTINGS.keys())
def any_model(request, seed_articles):
    overrides = [*UNHELD, *EVERY_BLOCK, *request.param]
    return train(seed_articles[:48], load_config(overrides=overrides))


def assert_adds_up(model, given_articles, **options):
    """Assert that an explanation's sums are the logit difference of the probabilities."""
    probabilities = model.probabilities(given_articles)
    found = list(explain(model, given_articles, **options))
    assert [one.article for one in found] == list(given_articles)
    for one, row in zip(found, probabilities, strict=True):
        label, against = map(model.labels.index, (one.label, one.against))
        expected = np.log(row[label]) - np.log(row[against])
        assert abs(one.logit_difference - expected) < 1e-9
        listed = sum(each.contribution for each in one.contributions)
        assert abs(one.intercept + listed + one.rest.contribution - expected) < 1e-9
        assert abs(one.intercept + sum(one.by_block.values()) - expected) < 1e-9
        assert abs(one.intercept + sum(one.by_voice.values()) - expected) < 1e-9
        for each in one.contributions:
            assert abs(each.weight * each.value - each.contribution) < 1e-12
    return found


@pytest.mark.slow
@pytest.mark.parametrize("top", [0, 3])
def test_intercept_and_contributions_are_the_logit_difference(any_model, seed_articles, top):
    for one in assert_adds_up(any_model, seed_articles[42:52], top=top):
        if top:
            assert len(one.contributions) <= top
        else:
            assert one.rest.n_features == 0


@pytest.mark.slow
@unhurried
@given(st.lists(st.tuples(texts | articles, st.none() | texts), min_size=1, max_size=4))
def test_sums_hold_on_drawn_text(full_model, drawn):
    made = [Article(f"{i}", text, title=title) for i, (text, title) in enumerate(drawn)]
    for one in assert_adds_up(full_model, made, top=0):
        words = sum(each.contribution for each in one.words)
        assert abs(words - sum(one.by_voice.values()) + one.by_voice["none"]) < 1e-9
        for place in all_places(one):
            assert 0 <= place.start < place.end <= len(getattr(one.article, place.field))


def all_places(one):
    return [p for part in (one.contributions, one.words) for each in part for p in each.places]


@pytest.mark.slow
def test_an_explanation_depends_on_its_article_alone(full_model, seed_articles):
    # Words that contribute the same are listed as they occur, not as others of the batch have them.
    # These have the same known n-grams.
    first = Article("1", "خبراءqx خبراءxj خبراءjq خبراءqj")
    second = replace(first, id="2", text=" ".join(reversed(first.text.split())))
    chosen = [first, second, *seed_articles[40:60]]
    together = list(explain(full_model, chosen, top=0))
    alone = [next(explain(full_model, [one], top=0)) for one in chosen]
    assert [one.to_dict() for one in together] == [one.to_dict() for one in alone]
    amounts = [[abs(word.contribution) for word in one.words] for one in together]
    assert any(len(set(each)) < len(each) for each in amounts)


@pytest.mark.slow
def test_sums_hold_on_odd_texts(any_model):
    # Beginnings: the sample of a very long word takes as long as all others together.
    alone = [Article(name, text[:1_000]) for name, text in SAMPLES.items()]
    assert_adds_up(any_model, [*alone, *(replace(one, title=one.text) for one in alone)])


@pytest.mark.slow
def test_sums_hold_on_a_very_long_word(full_model):
    word = SAMPLES["long_word"]
    assert_adds_up(full_model, [Article("1", word), Article("2", "خبر", title=word)])


def test_headlines_are_explained_by_their_own_classifier(headline_model):  # noqa: F811
    short, long = Article("1", "شمس خبر"), Article("2", " ".join(["شمس", *["مصدر"] * 30]))
    first, second = assert_adds_up(headline_model, [short, long])
    assert (first.label, second.label) == ("أ", "ب")
    (word,) = [one for one in first.contributions if one.feature == "شمس"]
    assert word.contribution > 0


@pytest.mark.data
def test_sums_hold_on_real_articles(public_data, full_model):
    found, _ = read_corpus(["dataset:syria-outlets"])
    assert len(found) == 501
    assert_adds_up(full_model, found, top=5)


def test_labels_are_those_of_predict(full_model, seed_articles):
    expected = [one.label for one in predict(full_model, seed_articles[:50])]
    assert [one.label for one in explain(full_model, seed_articles[:50])] == expected


def test_a_label_is_compared_with_the_one_that_is_named(full_model, seed_articles):
    some, label = seed_articles[:40], full_model.labels[0]
    found = assert_adds_up(full_model, some, against=label)
    runners_up = [one.against for one in explain(full_model, some)]
    assert {one.against for one in found if one.label != label} == {label}
    own = [i for i, one in enumerate(found) if one.label == label]
    assert own
    assert [found[i].against for i in own] == [runners_up[i] for i in own]


def test_a_label_of_another_model_and_a_negative_number_are_refused(full_model, seed_articles):
    with pytest.raises(ConfigError, match=r"'martian'.*expected one of the model's: damascus"):
        explain(full_model, seed_articles[:1], against="martian")
    with pytest.raises(ConfigError, match="top=-1"):
        explain(full_model, seed_articles[:1], top=-1)
    with pytest.raises(CorpusError):
        list(explain(full_model, ["text"]))


def test_an_article_without_evidence_has_its_intercept_alone(full_model):
    (found,) = assert_adds_up(full_model, [Article("1", "؟!")])
    assert (found.contributions, found.words) == ([], [])
    assert found.intercept == pytest.approx(found.logit_difference, abs=1e-12)


def test_an_explanation_does_not_depend_on_its_batch(full_model, seed_articles):
    together = list(explain(full_model, seed_articles[:20]))
    for one in together[::5]:
        assert list(explain(full_model, [one.article])) == [one]


def test_a_contribution_is_divided_over_the_words_of_an_ngram(seed_articles):
    overrides = [*UNHELD, "features.char.enabled=false", "features.lexicon.enabled=false"]
    model = train(seed_articles[:48], load_config(overrides=[*overrides, "features.word.min_n=2"]))
    (one,) = explain(model, seed_articles[:1], top=0)
    share = {}
    for each in one.contributions:
        assert len(each.feature.split()) == 2
        for word in each.feature.split():
            share[word] = share.get(word, 0.0) + each.contribution / 2
    found = {each.word: each.contribution for each in one.words}
    assert found.keys() <= share.keys()
    for word, amount in share.items():
        assert found.get(word, 0.0) == pytest.approx(amount, abs=1e-12)


@pytest.mark.slow
def test_stop_words_have_no_contribution(seed_articles):
    overrides = [*UNHELD, "features.lexicon.enabled=false", 'features.word.stop_words=["في"]']
    model = train(seed_articles[:48], load_config(overrides=overrides))
    found = [one for a in seed_articles[:9] for one in explain(model, [a], top=0)]
    features = [each.feature for one in found for each in one.contributions]
    assert features
    assert not has_stop_word(features, ["في"], model.features.table).any()


TERM = "أعلنت القوات أن ميليشيا قسد قصفت القرية، وقال الناطق: «سنواصل قتال ميليشيا قسد هناك»."


def test_lexical_features_are_explained_by_their_terms(full_model):
    (one,) = explain(full_model, [Article("1", TERM)], top=0)
    terms = [term for each in one.contributions for term in each.terms]
    named = [term for term in terms if term.term == "ميليشيا قسد"]
    assert named
    for term in named:
        (place,) = term.places
        # The second one is in speech, which no lexical feature counts.
        assert TERM[place.start : place.end] == "ميليشيا قسد"
        assert place.start == TERM.index("ميليشيا قسد")
        assert (term.actor, term.voice) == ("sdf", "own")
        assert (term.category, term.side) == ("sdf_militia", None)
    assert {one.block for one in one.contributions if one.terms} == {"lexicon"}


@pytest.mark.slow
def test_subtotals_by_voice_follow_the_words(full_model, seed_articles):
    quoted = [a for a in seed_articles if any(s.voice == Voice.SPEECH for s in voices(a.text))]
    for one in explain(full_model, quoted[:10], top=0):
        speech = sum(w.contribution for w in one.words if w.voice == "speech")
        mixed = [w for w in one.words if w.voice == "mixed"]
        assert one.by_voice["speech"] != 0
        if not mixed:
            assert one.by_voice["speech"] == pytest.approx(speech, abs=1e-9)


def test_voices_are_told_without_a_lexicon_too(fast_model):
    article = Article("1", "قالت قسد: «نرفض القصف التركي على القرى الآمنة»", label=None)
    (one,) = explain(fast_model, [article], top=0)
    found = {word.word: word.voice for word in one.words}
    assert found["قسد"] == "own"
    assert found["القصف"] == "speech"
    assert abs(one.by_voice["speech"]) > 0


@pytest.mark.slow
def test_a_contribution_tells_how_many_training_outlets_have_the_feature(full_model, seed_articles):
    trained_on = seed_articles[::3]
    values = full_model.features.transform(full_model.config.inputs(trained_on)).tocsc()
    of_name = {name: column for column, name in enumerate(full_model.features.names())}
    (found,) = explain(full_model, seed_articles[:1], top=0)
    assert {one.block for one in found.contributions} == {"word", "char", "lexicon"}
    for one in found.contributions:
        column = of_name[f"{one.block}:{one.feature}"]
        rows = values.indices[values.indptr[column] : values.indptr[column + 1]].tolist()
        assert one.outlets == len({trained_on[row].outlet for row in rows})
        assert one.to_row()["outlets"] == one.outlets
    least = full_model.config.features.word.min_outlets
    assert least > 1
    assert min(one.outlets for one in found.contributions if one.block == "word") >= least


@pytest.mark.slow
def test_a_model_that_does_not_know_its_outlets_says_so(seed_articles):
    nameless = [replace(one, outlet=None) for one in seed_articles[:48]]
    model = train(nameless, load_config(overrides=UNHELD))
    (found,) = explain(model, nameless[:1])
    assert {one.outlets for one in found.contributions} == {None}
    (old,) = explain(load_model(DATA / "model_format_5"), nameless[:1])
    assert {one.outlets for one in old.contributions} == {None}


def test_a_model_of_one_label_has_nothing_to_compare(full_model, seed_articles):
    one_label = replace(full_model, labels=full_model.labels[:1])
    with pytest.raises(ConfigError, match="an explanation compares two"):
        explain(one_label, seed_articles[:1])


def test_more_articles_than_a_batch_are_explained_in_their_order(
    fast_model, seed_articles, monkeypatch
):
    alone = list(explain(fast_model, seed_articles[:7]))
    monkeypatch.setattr(explaining, "BATCH_SIZE", 3)
    assert list(explain(fast_model, seed_articles[:7])) == alone
    assert list(explain(fast_model, iter(seed_articles[:6]))) == alone[:6]
    assert list(explain(fast_model, [])) == []
    first = next(explain(fast_model, seed_articles[:7]))
    assert first == alone[0]
