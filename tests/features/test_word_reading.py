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
from stance.text.normalization import NormalizationProfile, arabic_normalization
from stance.text.normalization_table import NormalizationTable
from tests.samples import SAMPLES, corpora, texts, unhurried

PROFILES = {
    "default": arabic_normalization(),
    "as published": arabic_normalization(
        NormalizationProfile(**dict.fromkeys(NormalizationProfile.__slots__, False))
    ),
    "no composing": arabic_normalization(NormalizationProfile(compatibility=False)),
}
every_table = pytest.mark.parametrize("table", PROFILES.values(), ids=PROFILES.keys())

# With two bits of a hash left, nearly all words collide.
MASKS = [HASH_MASK, 0b11]
every_mask = pytest.mark.parametrize("mask", MASKS)

any_texts = st.lists(texts, max_size=6) | corpora


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


def test_a_table_has_no_more_room_than_its_words_need():
    reader = WordReader(word_folding(arabic_normalization()), HASH_MASK, room=100_000)
    read(reader, ["قسد مسد حلب"])
    table = reader.table()
    assert len(table.slots) <= 16
    assert sorted(slot & LARGEST_NUMBER for slot in table.slots if slot != -1) == [0, 1, 2]
    assert table.offsets.tolist() == [0, 3, 6, 9]
