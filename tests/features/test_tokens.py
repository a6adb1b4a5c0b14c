import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stance.features.tokens import tokenize, tokenize_surface
from stance.text.normalization import NormalizationProfile, arabic_normalization
from stance.text.quotation import Voice
from stance.text.tokenization import surface_words, words
from tests.features.oracle import words_by_voice
from tests.samples import SAMPLES, corpora, every_sample, unhurried
from tests.samples import texts as odd_texts


def words_of(batch, place):
    start, end = batch.offsets[place : place + 2]
    return [batch.types[number] for number in batch.tokens[start:end]]


def check_batch(texts):
    table = arabic_normalization()
    batch = tokenize(texts, table)
    assert len(batch) == len(texts)
    assert [words_of(batch, i) for i in range(len(texts))] == [words(t, table) for t in texts]
    assert batch.types == list(dict.fromkeys(w for text in texts for w in words(text, table)))
    assert batch.lengths.tolist() == [len(words(text, table)) for text in texts]
    assert batch.text_of_token.tolist() == [
        place for place, text in enumerate(texts) for _ in words(text, table)
    ]
    assert not batch.voices.any()


@unhurried
@given(texts=corpora, data=st.data())
def test_passages_hold_the_words_of_their_text_in_order(texts, data):
    batch = tokenize(texts, arabic_normalization())
    parts = np.array([data.draw(st.integers(1, 5)) for _ in texts], dtype=np.int64)
    cut = batch.cut(parts)
    assert len(cut) == parts.sum()
    first = np.cumsum(parts) - parts
    for place, (start, n) in enumerate(zip(first.tolist(), parts.tolist(), strict=True)):
        passages = [words_of(cut, start + i) for i in range(n)]
        assert [word for passage in passages for word in passage] == words_of(batch, place)
        assert max(map(len, passages)) - min(map(len, passages)) <= 1


@unhurried
@given(texts=corpora)
def test_a_batch_holds_the_words_of_its_texts(texts):
    check_batch(texts)


def test_a_batch_holds_the_words_of_all_samples():
    check_batch(list(SAMPLES.values()))


def test_a_batch_of_nothing_is_empty():
    batch = tokenize([], arabic_normalization())
    assert len(batch) == 0
    assert batch.types == []
    assert batch.offsets.tolist() == [0]
    assert batch.tokens.size == batch.voices.size == 0


def test_a_batch_is_made_of_small_numbers():
    batch = tokenize(["قسد «مسد»", ""], arabic_normalization(), by_voice=True)
    assert (batch.tokens.dtype, batch.offsets.dtype) == (np.int32, np.int64)
    assert batch.voices.dtype == np.int8


def test_a_generator_will_do():
    table = arabic_normalization()
    batch = tokenize((text for text in ["قسد", "مسد قسد"]), table)
    assert [words_of(batch, 0), words_of(batch, 1)] == [["قسد"], ["مسد", "قسد"]]


def test_words_are_normalised_as_the_table_says():
    table = arabic_normalization(NormalizationProfile(teh_marbuta=False))
    assert tokenize(["الرقّة"], table).types == ["الرقة"]


@unhurried
@given(texts=corpora, odd=odd_texts)
def test_a_surface_batch_holds_the_words_as_published(texts, odd):
    texts = [*texts, odd]
    batch = tokenize_surface(texts)
    assert [words_of(batch, i) for i in range(len(texts))] == list(map(surface_words, texts))
    assert not batch.voices.any()


def check_voices(texts):
    table = arabic_normalization()
    batch, plain = tokenize(texts, table, by_voice=True), tokenize(texts, table)
    assert batch.types == plain.types
    np.testing.assert_array_equal(batch.tokens, plain.tokens)
    np.testing.assert_array_equal(batch.offsets, plain.offsets)
    assert batch.voices.tolist() == [voice for text in texts for _, voice in words_by_voice(text)]


@unhurried
@given(texts=corpora, odd=odd_texts)
def test_telling_voices_apart_changes_no_word(texts, odd):
    check_voices([*texts, odd])


@every_sample
def test_telling_voices_apart_changes_no_word_of_a_sample(text):
    check_voices([text])


def test_every_token_has_its_voice():
    text = "أعلنت «قسد» أمس: «لن نترك هذه الأرض» ثم صمتت"
    batch = tokenize(["", text], arabic_normalization(), by_voice=True)
    spoken = [Voice.OWN, Voice.SCARE, Voice.OWN, *[Voice.SPEECH] * 4, Voice.OWN, Voice.OWN]
    assert batch.voices.tolist() == spoken
