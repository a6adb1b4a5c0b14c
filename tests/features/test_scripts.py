import numpy as np
import pytest

from stance.features.compiled.scripts import BLOCK
from stance.features.scripts import (
    ARABIC_ONLY,
    FOREIGN,
    KEYBOARD,
    N_KINDS,
    OTHER_SCRIPT,
    SHARED,
    is_foreign,
    letter_counts,
    may_be_foreign,
)
from stance.features.units import code_points, code_units
from tests.samples import SAMPLES


def counts_of(*texts):
    return letter_counts(code_units(texts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قوات سوريا", {SHARED: 8, ARABIC_ONLY: 1}),
        ("حۆڕ ڵە", {SHARED: 1, FOREIGN: 4}),
        ("قُوّات ـ 12، ١٢!", {SHARED: 4}),
        ("ﻻ ﷲ ﮊ", {SHARED: 2, FOREIGN: 1}),
        ("ةأإىيك", {ARABIC_ONLY: 6}),
        ("کی ہھ\u200c", {KEYBOARD: 5}),
        ("پچژگ ٹڈں ێۆە ے", {FOREIGN: 11}),
        ("YPG é Я 中", {OTHER_SCRIPT: 6}),
        ("🙂 𞸀", {}),
        ("", {}),
    ],
)
def test_letters_are_counted_by_kind(text, expected):
    (found,) = counts_of(text)
    assert {kind: n for kind, n in enumerate(found.tolist()) if n and kind} == expected


def test_counts_are_the_same_in_utf_16_and_in_code_points():
    texts = [*(text[:1_000] for text in SAMPLES.values()), "", "گروه YPG 🙂"]
    assert counts_of(*texts).shape == (len(texts), N_KINDS)
    kept = [text for text in texts if text.isprintable() and not any(c >= "\ud800" for c in text)]
    one, other = letter_counts(code_units(kept)), letter_counts(code_points(kept))
    np.testing.assert_array_equal(one, other)
    (alone,) = counts_of("\ud800 گروه")
    assert alone[FOREIGN] == 1


def test_a_very_long_text_is_counted_whole():
    n = 3 * BLOCK + 7
    (found,) = counts_of("ق" * n + " " + "گ" * 9 + "x" * n)
    assert found[[SHARED, FOREIGN, OTHER_SCRIPT]].tolist() == [n, 9, n]


@pytest.mark.parametrize(
    ("text", "foreign", "unusual"),
    [
        ("Syrian army enters Aleppo", True, False),
        ("هێزەکانی سووریای دیموکرات", True, True),
        ("سفر وزیر دفاع روسیه به سوریه", True, True),
        ("حمله پهپادی به پایگاه آمریکا", True, True),
        ("الجیش السوری یتوغل فی عمق ریف إدلب", False, True),
        ("قوات YPG تدخل المدينة", False, False),
        ("محادثات ڤيينا حول سوريا في اليوم الثاني من الأسبوع", False, False),
        ("12", False, False),
        ("", False, False),
    ],
)
def test_a_language_is_told_by_its_letters(text, foreign, unusual):
    counts = counts_of(text)
    assert is_foreign(counts).tolist() == [foreign]
    assert may_be_foreign(counts).tolist() == [unusual]
