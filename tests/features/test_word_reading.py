import functools
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.features import word_reading
from stance.features.compiled.string_tables import HASH_MASK, LARGEST_NUMBER
from stance.features.folding import surface_folding, word_folding
from stance.features.tokens import tokenize, tokenize_surface
from stance.features.units import code_units
from stance.features.word_reading import WordReader, read_batch
from stance.formats.labelled import read_corpus
from stance.text.normalization import NormalizationProfile, arabic_normalization
from stance.text.normalization_table import NormalizationTable
from stance.text.quotation import Voice
from tests.samples import ARABIC_MARKS, SAMPLES, SHORT_VOWELS, corpora, texts, unhurried

PROFILES = {
    "default": NormalizationProfile(),
    "as published": NormalizationProfile(**dict.fromkeys(NormalizationProfile.__slots__, False)),
    "no composing": NormalizationProfile(compatibility=False),
}
every_table = pytest.mark.parametrize("table", PROFILES, indirect=True)


@functools.cache
def table_of(name):
    """Return the table of a profile, which takes half a second to make."""
    return arabic_normalization(PROFILES[name])


@pytest.fixture(scope="module")
def table(request):
    return table_of(request.param)


# With two bits of a hash left, nearly all words collide.
MASKS = [HASH_MASK, 0b11]
every_mask = pytest.mark.parametrize("mask", MASKS)

any_texts = st.lists(texts, max_size=6) | corpora

# Marks of every kind, and what the rules of quotation look at beside them: spaces, openers, colons,
# ends of paragraphs, letters of one unit and of two, what is not seen, what composes, half a pair.
LETTERS = [*"  اب:(.،_é5\n\r\u2028\x85\u200f\u2067", "𐤀", "🙂", "كلمة ", ": "]
# Not the list that is tested: a mark that it lacks would not be drawn.
MARKS = '"“”„‟＂«»‹›‘’'
marked = st.lists(st.sampled_from([*MARKS, *MARKS, *LETTERS]), max_size=60).map("".join)
odd_marks = st.lists(
    st.sampled_from([*MARKS, *LETTERS, "ا\u0653", "\u0654", "\u0308", "\ud83d", "\udc00"]),
    max_size=40,
).map("".join)


def read(reader, chosen):
    tokens = reader.read(chosen, code_units(chosen))
    words = reader.table()
    types = [
        "".join(map(chr, words.units[first:last]))
        for first, last in zip(words.offsets, words.offsets[1:], strict=False)
    ]
    numbers = [
        tokens.numbers[a:b] for a, b in zip(tokens.offsets, tokens.offsets[1:], strict=False)
    ]
    return types, [row.tolist() for row in numbers]


def expected(batch):
    bounds = zip(batch.offsets, batch.offsets[1:], strict=False)
    return batch.types, [batch.tokens[a:b].tolist() for a, b in bounds]


@pytest.mark.slow
@every_table
@every_mask
@unhurried
@given(chosen=any_texts)
def test_words_are_numbered_as_in_plain_python(table, mask, chosen):
    reader = WordReader(word_folding(table), mask)
    assert read(reader, chosen) == expected(tokenize(chosen, table))


@every_mask
@unhurried
@given(chosen=any_texts)
def test_words_as_published_are_numbered_as_in_plain_python(mask, chosen):
    reader = WordReader(surface_folding(), mask)
    assert read(reader, chosen) == expected(tokenize_surface(chosen))


@pytest.mark.slow
@every_mask
def test_samples_are_numbered_as_in_plain_python(mask):
    chosen = [*SAMPLES.values(), "ك" * 300_000, "﷽" * 3_000, "و " * 30_000]
    table = arabic_normalization()
    words = WordReader(word_folding(table), mask)
    assert read(words, chosen) == expected(tokenize(chosen, table))
    surface = WordReader(surface_folding(), mask)
    assert read(surface, chosen) == expected(tokenize_surface(chosen))


@every_table
@unhurried
@given(chosen=any_texts)
def test_a_batch_is_read_as_in_plain_python(table, chosen):
    pairs = [
        (read_batch(chosen, word_folding(table)), tokenize(chosen, table)),
        (read_batch(chosen, surface_folding()), tokenize_surface(chosen)),
    ]
    for found, expected in pairs:
        assert found.types == expected.types
        for name in ("tokens", "offsets", "voices"):
            np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
            assert getattr(found, name).dtype == getattr(expected, name).dtype


@pytest.mark.parametrize("name", ["default", "no composing"])
@pytest.mark.parametrize("mark", ARABIC_MARKS + SHORT_VOWELS, ids=ascii)
def test_a_mark_neither_splits_nor_changes_a_word(name, mark):
    chosen = [f"قس{mark}د سلام", f"{mark}قسد{mark} {mark} سل{mark}{mark}ام", "قسد سلام"]
    found = read_batch(chosen, word_folding(table_of(name)))
    assert found.types == ["قسد", "سلام"]
    assert found.tokens.tolist() == [0, 1] * 3
    assert found.offsets.tolist() == [0, 2, 4, 6]


@pytest.mark.parametrize("mark", ARABIC_MARKS + SHORT_VOWELS, ids=ascii)
def test_a_mark_stays_in_its_word_as_published(mark):
    chosen = [f"قس{mark}د {mark}سلام{mark}", "قسد سلام"]
    found = read_batch(chosen, surface_folding())
    assert found.types == [*chosen[0].split(" "), "قسد", "سلام"]
    assert found.offsets.tolist() == [0, 2, 4]


def test_a_long_batch_is_read_piece_by_piece(monkeypatch):
    monkeypatch.setattr(word_reading, "TEXTS_AT_ONCE", 2)
    table = arabic_normalization()
    chosen = [*SAMPLES.values()]
    found, expected = read_batch(chosen, word_folding(table)), tokenize(chosen, table)
    assert found.types == expected.types
    assert found.tokens.tolist() == expected.tokens.tolist()
    assert found.offsets.tolist() == expected.offsets.tolist()


def test_a_reader_remembers_words_from_call_to_call():
    reader = WordReader(word_folding(arabic_normalization()), HASH_MASK)
    assert read(reader, ["قسد مسد"]) == (["قسد", "مسد"], [[0, 1]])
    assert read(reader, ["حلب قسد", ""]) == (["قسد", "مسد", "حلب"], [[2, 0], []])
    assert read(reader, []) == (["قسد", "مسد", "حلب"], [])


def test_a_reader_makes_room_for_many_words():
    many = [" ".join(f"ك{n}" for n in range(first, first + 9_000)) for first in (0, 5_000, 40_000)]
    reader = WordReader(word_folding(arabic_normalization()), HASH_MASK)
    assert read(reader, many) == expected(tokenize(many, arabic_normalization()))


def test_a_replacement_is_not_replaced_again():
    chain = NormalizationTable({ord("ا"): "ب", ord("ب"): "ت", ord("ج"): "اب "}, (), ((32, 32),))
    reader = WordReader(word_folding(chain), HASH_MASK)
    assert read(reader, ["اب جج"]) == expected(tokenize(["اب جج"], chain))


def check_voices(table, chosen):
    found = read_batch(chosen, word_folding(table), by_voice=True)
    expected = tokenize(chosen, table, by_voice=True)
    assert found.types == expected.types
    for name in ("tokens", "offsets", "voices"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
        assert getattr(found, name).dtype == getattr(expected, name).dtype


@unhurried
@given(chosen=st.lists(marked, max_size=4))
def test_voices_are_those_of_the_rules_in_plain_python(chosen):
    check_voices(table_of("default"), chosen)


def test_voices_between_any_two_marks_are_those_of_the_rules():
    chosen = [f"قال {a}هذا لا يعني شيئا لنا{b} ثم غادر" for a, b in product(MARKS, repeat=2)]
    check_voices(table_of("default"), chosen)


@pytest.mark.slow
@every_table
@unhurried
@given(chosen=st.lists(marked | odd_marks | texts, max_size=4))
def test_voices_of_odd_texts_are_those_of_the_rules(table, chosen):
    check_voices(table, chosen)


@every_table
def test_voices_of_samples_are_those_of_the_rules(table):
    chosen = [*SAMPLES.values()]
    check_voices(table, chosen)
    check_voices(table, [f"قال: «{text}» و“{text}" for text in chosen])


@unhurried
@given(chosen=st.lists(marked, max_size=3))
def test_marks_that_do_not_separate_words_still_cut_texts(chosen):
    ends = [32, 10, 13, 0x85, 0x2028, *map(ord, ".،:()")]
    separators = tuple((point, point) for point in sorted(ends))
    check_voices(NormalizationTable({ord("‹"): "كك", ord("«"): ""}, (), separators), chosen)


def test_a_text_that_composes_leaves_the_voices_of_others_as_they_are():
    check_voices(
        table_of("default"), ["قال: «لن نترك هذه الأرض» و«قسد»", "«ا\u0653» و«ب»", "", "“قسد”"]
    )


@pytest.mark.slow
def test_many_marks_that_nothing_closes_cost_no_more_than_others():
    """Looking through all open marks for each one would take minutes."""
    reader = WordReader(word_folding(table_of("default")), HASH_MASK)
    chosen = [
        "«ك ‹ك ‘ك " * 70_000,
        "«(“( “ك ” " * 50_000,
        "»" * 200_000 + "قال: «لن نترك هذه الأرض»",
    ]
    tokens, voices = reader.read_by_voice(chosen, code_units(chosen))
    first, second, third = (voices[a:b] for a, b in pairwise(tokens.offsets))
    assert len(first) == 210_000
    assert not first.any()
    assert second.any()
    assert third.tolist() == [Voice.OWN, *[Voice.SPEECH] * 4]


@pytest.mark.slow
def test_voices_of_real_news_are_those_of_the_rules(news):
    # In plain Python it takes a quarter of a minute to tell who speaks in all articles of ANT.
    check_voices(table_of("default"), [one.text for one in news[::5]])


@pytest.mark.slow
@pytest.mark.usefixtures("public_data")
def test_voices_of_news_of_the_war_are_those_of_the_rules():
    chosen, _ = read_corpus(["dataset:syria-outlets"])
    check_voices(table_of("default"), [one.text for one in chosen[::2]])


@pytest.mark.slow
def test_voices_of_seeds_are_those_of_the_rules(seed_articles):
    check_voices(table_of("default"), [one.text for one in seed_articles])


def test_a_table_has_no_more_room_than_its_words_need():
    reader = WordReader(word_folding(arabic_normalization()), HASH_MASK, room=100_000)
    read(reader, ["قسد مسد حلب"])
    table = reader.table()
    assert len(table.slots) <= 16
    assert sorted(slot & LARGEST_NUMBER for slot in table.slots if slot != -1) == [0, 1, 2]
    assert table.offsets.tolist() == [0, 3, 6, 9]
