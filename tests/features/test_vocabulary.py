from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.features import vocabulary
from stance.features.ngrams import CharNgrams, WordNgrams
from stance.features.tokens import tokenize
from stance.features.vocabulary import Pruning, learn_vocabulary
from stance.text.normalization import arabic_normalization
from tests.features.oracle import plain_ngrams
from tests.samples import SAMPLES, corpora, unhurried

both_analyzers = pytest.mark.parametrize("analyzer", [WordNgrams, CharNgrams])
sizes = st.tuples(st.integers(1, 4), st.integers(0, 3)).map(lambda s: (s[0], s[0] + s[1]))
prunings = st.builds(Pruning, st.integers(1, 3), st.integers(1, 3), st.integers(0, 9))


def plain_vocabulary(analyzer, size, texts, pruning, outlets):
    """Count in sets and dictionaries; return terms with their document frequencies."""
    total, texts_of, outlets_of = Counter(), defaultdict(set), defaultdict(set)
    for number, (text, outlet) in enumerate(zip(texts, outlets, strict=True)):
        for gram in plain_ngrams(analyzer, text, *size):
            total[gram] += 1
            texts_of[gram].add(number)
            outlets_of[gram].add(outlet)
    kept = [
        gram
        for gram in sorted(total)
        if len(texts_of[gram]) >= pruning.min_df and len(outlets_of[gram]) >= pruning.min_outlets
    ]
    if pruning.max_features:
        kept = sorted(sorted(kept, key=lambda gram: -total[gram])[: pruning.max_features])
    return {gram: len(texts_of[gram]) for gram in kept}, len(total)


def learn(analyzer, size, texts, pruning=Pruning(), outlets=None):  # noqa: B008 - it is immutable
    batch = tokenize(texts, arabic_normalization())
    terms, frequency, n_candidates = learn_vocabulary(batch, analyzer(*size), pruning, outlets)
    return dict(zip(terms, frequency.tolist(), strict=True)), n_candidates


@both_analyzers
@unhurried
@given(texts=corpora, size=sizes, pruning=prunings, data=st.data())
def test_vocabulary_is_what_plain_counting_finds(analyzer, texts, size, pruning, data):
    outlets = [data.draw(st.sampled_from(["a", "b", "c", None])) for _ in texts]
    found, n_candidates = learn(analyzer, size, texts, pruning, outlets)
    expected = plain_vocabulary(analyzer, size, texts, pruning, outlets)
    assert (found, n_candidates) == expected
    assert list(found) == sorted(found)


@both_analyzers
def test_all_that_grows_grows_in_time(analyzer, monkeypatch):
    monkeypatch.setattr(vocabulary, "FEW_NODES", 1)
    texts = [f"{text[:3_000]} {text[:50]}" for text in SAMPLES.values()]
    found, n_candidates = learn(analyzer, (2, 5), texts, Pruning(min_df=2))
    expected = plain_vocabulary(analyzer, (2, 5), texts, Pruning(min_df=2), [None] * len(texts))
    assert (found, n_candidates) == expected
    assert n_candidates > 100


@both_analyzers
def test_no_text_and_no_word_have_no_vocabulary(analyzer):
    assert learn(analyzer, (1, 3), []) == ({}, 0)
    assert learn(analyzer, (1, 3), ["", "؟!"]) == ({}, 0)


def test_word_n_grams_do_not_reach_into_the_next_text():
    assert learn(WordNgrams, (2, 2), ["قسد", "مسد", "", "قسد مسد"]) == ({"قسد مسد": 1}, 1)
