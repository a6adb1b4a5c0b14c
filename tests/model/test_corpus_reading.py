"""A part of a corpus is learned from as if there were no other articles."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.corpus.article import Article
from stance.errors import CorpusError
from stance.features import batches, tfidf
from stance.features.counted import CountedInputs, PartOfInputs
from stance.features.lexicon_block import LexiconBlock
from stance.features.model_input import ArticleInputs, model_inputs
from stance.features.tfidf import TfidfBlock
from stance.model.config import load_config
from stance.model.corpus_reading import read_corpus
from stance.model.learning_corpus import LabelledCorpus
from stance.model.resolve_auto import ResolvedConfig, resolve_auto
from stance.model.training import fit_features, learn
from tests.samples import unhurried

WORDS = ["قسد", "قوات", "النظام", "«المدينة", "قتل»", "ارهابيون", "“تحرير”", "قال:", "ypg", "2019"]
OUTLETS = [None, "a", "b", "c"]

SETTINGS = {
    "defaults": (),
    "every block": ("features.char.enabled=true", "features.lexicon.enabled=true"),
    "pruned": (
        *("features.word.min_df=2", "features.word.min_outlets=2", "features.word.max_features=7"),
        *("features.char.enabled=true", "features.char.max_features=9"),
    ),
    "passages": ("features.passages=4", "features.lexicon.enabled=true"),
    "surface": ("features.char.enabled=true", "features.char.surface=true"),
    "quotations": ("text.quotations=apart", "features.word.binary=true"),
    "lines": ("text.boilerplate=drop", "features.word.sublinear_tf=false"),
}


@st.composite
def corpora(draw):
    """Draw articles, and places of some of them in which both labels are."""
    text = st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join)
    n = draw(st.integers(6, 14))
    articles = [
        Article(
            f"{i}", f"خبر {draw(text)}", label="xy"[i % 2], outlet=draw(st.sampled_from(OUTLETS))
        )
        for i in range(n)
    ]
    chosen = draw(st.sets(st.integers(2, n - 1), max_size=n - 2))
    return articles, np.array(sorted({0, 1, *chosen}))


def same_matrix(found, expected):
    assert found.shape == expected.shape
    for name in ("data", "indices", "indptr"):
        ours, theirs = getattr(found, name), getattr(expected, name)
        assert ours.dtype == theirs.dtype
        assert ours.tobytes() == theirs.tobytes()


@pytest.mark.slow
@pytest.mark.parametrize("overrides", SETTINGS.values(), ids=SETTINGS.keys())
@settings(unhurried, max_examples=15)
@given(drawn=corpora())
def test_a_part_has_the_features_of_its_articles_alone(overrides, drawn):
    articles, places = drawn
    config = load_config(overrides=overrides)
    alone = LabelledCorpus([articles[i] for i in places.tolist()])
    resolved = resolve_auto(alone, config)
    lowerable = resolved.lowerable | {"features.word.min_outlets"}
    part = LabelledCorpus(articles).part(places)
    try:
        expected = fit_features(alone, resolved.config, lowerable)
    except CorpusError:
        with pytest.raises(CorpusError):
            fit_features(part, resolved.config, lowerable)
        return
    found = fit_features(part, resolved.config, lowerable)
    assert found.config == expected.config
    assert found.features.names() == expected.features.names()
    for ours, theirs in zip(found.features.blocks, expected.features.blocks, strict=True):
        assert ours.scale.tobytes() == theirs.scale.tobytes()
        files = ours.block.to_files(ours.name), theirs.block.to_files(theirs.name)
        assert files[0].files == files[1].files
        for name, tensor in files[0].tensors.items():
            assert tensor.tobytes() == files[1].tensors[name].tobytes()
    same_matrix(found.matrix.articles, expected.matrix.articles)
    same_matrix(found.matrix.passages, expected.matrix.passages)
    assert found.matrix.article_of.tolist() == expected.matrix.article_of.tolist()


@pytest.mark.slow
def test_lines_learned_from_a_part_do_not_meet_the_outlets_of_the_whole():
    menu = "سوريا العالم رياضة اقتصاد منوعات"
    articles = [
        Article(f"{i}", f"{menu}\nخبر {WORDS[i % 5]} {i}", label="xy"[i % 2], outlet=f"{i % 4}")
        for i in range(24)
    ]
    overrides = [
        "text.boilerplate=drop",
        "features.word.min_outlets=2",
        "features.char.enabled=false",
    ]
    places = np.arange(3, 24)
    resolved = resolve_auto(LabelledCorpus(articles), load_config(overrides=overrides))
    found = fit_features(LabelledCorpus(articles).part(places), resolved.config)
    alone = fit_features(LabelledCorpus(articles[3:]), resolved.config)
    assert found.features.preparation.lines
    same_matrix(found.matrix.articles, alone.matrix.articles)


@pytest.mark.slow
def test_a_model_of_a_part_is_that_of_its_articles_alone(seed_articles):
    articles = seed_articles[::3]
    corpus = LabelledCorpus(articles)
    resolved = resolve_auto(corpus, load_config(overrides=["features.char.enabled=true"]))
    places = np.flatnonzero(np.arange(len(articles)) % 5)
    part = corpus.part(places).part(np.arange(0, len(places), 2))
    alone = dataclasses.replace(part, origin=None)
    found, expected = (learn(one, resolved) for one in (part, alone))
    assert found.linear.weights.tobytes() == expected.linear.weights.tobytes()
    assert found.linear.temperature == expected.linear.temperature
    assert (found.domain, found.record, found.config) == (
        *(expected.domain, expected.record, expected.config),
    )


def counting(function, calls):
    """Return a function that notes each call, and then does what it did."""

    def counted(*args, **options):
        calls.append(function.__name__)
        return function(*args, **options)

    return counted


@pytest.mark.slow
def test_each_block_counts_once_for_all_parts(seed_articles, monkeypatch):
    calls = []
    spied = ((batches, "tokenize"), (tfidf, "count_ngrams"), (LexiconBlock, "rates"))
    for owner, name in spied:
        monkeypatch.setattr(owner, name, counting(getattr(owner, name), calls))
    config = load_config(overrides=["features.char.enabled=false", "features.passages=50"])
    corpus = LabelledCorpus(seed_articles[:120])
    resolved = resolve_auto(corpus, config).config.with_blocks({"lexicon": True})
    calls.clear()
    for first in range(3):
        places = np.delete(np.arange(120), np.arange(first * 30, first * 30 + 30))
        fit_features(corpus.part(places), resolved)
    # The lexicon counts articles, and passages.
    assert sorted(calls) == ["count_ngrams", "rates", "rates", "tokenize"]


@pytest.mark.slow
def test_a_part_whose_lines_are_left_out_is_read_by_itself(seed_articles):
    articles = [
        dataclasses.replace(a, text=f"{a.text}\nتابعونا على {a.outlet} الآن") for a in seed_articles
    ]
    corpus = LabelledCorpus(articles)
    places = np.arange(0, len(articles), 2)
    for overrides, shared in ((["text.boilerplate=drop"], False), ([], True)):
        batch = read_corpus(corpus.part(places), load_config(overrides=overrides)).batch
        assert isinstance(batch, PartOfInputs) == shared
    assert [type(one) for one in corpus.readings.values()] == [CountedInputs]


def test_counts_are_not_sent_to_other_processes(seed_articles):
    corpus = LabelledCorpus(seed_articles[:40])
    read_corpus(corpus.part(np.arange(20)), load_config())
    assert corpus.readings
    assert "readings" not in corpus.__getstate__()


def test_a_number_of_outlets_is_lowered_by_what_the_part_has():
    articles = [
        Article(f"{i}", f"مشترك كلمه{i % 6}", label="xy"[i % 2], outlet=f"o{i % 6}")
        for i in range(24)
    ]
    corpus = LabelledCorpus(articles)
    part = corpus.part(np.flatnonzero(np.arange(24) % 6 < 2))
    config = load_config(overrides=["features.word.min_outlets=5", "features.char.enabled=false"])
    resolved = ResolvedConfig(resolve_auto(corpus, config).config.with_blocks({"lexicon": False}))
    fitted = fit_features(part, resolved.config, frozenset({"features.word.min_outlets"}))
    (block,) = fitted.features.blocks
    assert isinstance(block.block, TfidfBlock)
    assert block.block.options.min_outlets == 1
    assert block.block.terms == ["كلمه0", "كلمه1", "مشترك", "مشترك كلمه0", "مشترك كلمه1"]


@pytest.mark.parametrize("title", [True, False])
def test_inputs_are_made_of_articles_when_they_are_asked_for(title):
    articles = [Article("1", "دخلت قسد", title="الرقة", target="قسد"), Article("2", "خبر")]
    inputs = ArticleInputs(articles, title=title)
    expected = model_inputs(articles, title=title)
    assert list(inputs) == expected
    assert (len(inputs), inputs[1], inputs[-1:]) == (2, expected[1], expected[-1:])
