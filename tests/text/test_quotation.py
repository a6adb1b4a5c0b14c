import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.text.quotation import Voice, voices
from tests.samples import QUOTES, arabic_words, every_sample, texts, unhurried

LONG = "سوف نبقى هنا إلى النهاية"

PAIRS = [
    *("«»", "‹›", "“”", "„“", "„”", "‟”", "”“", "‘’"),
    *('""', "““", "””", "„„", "＂＂", '“"', '"”', "＂”"),
]


def quoted(text):
    return [(text[s.start : s.end], s.voice.name) for s in voices(text) if s.voice != Voice.OWN]


@pytest.mark.parametrize("marks", PAIRS)
def test_every_kind_of_mark_quotes(marks):
    opening, closing = marks
    speech = f"وقال الناطق {opening}{LONG}{closing} قبل أن يغادر"
    scare = f"ما يسمى {opening}الإدارة الذاتية{closing} في المدينة"
    assert quoted(speech) == [(LONG, "SPEECH")]
    assert quoted(scare) == [("الإدارة الذاتية", "SCARE")]


@pytest.mark.parametrize("marks", PAIRS)
@pytest.mark.parametrize("joint", [" و", " و ", "، ", " "])
def test_names_between_marks_in_a_row_are_each_quoted(marks, joint):
    opening, closing = marks
    names = ["قسد", "مسد", "الأسايش"]
    text = "اتهم البيان " + joint.join(opening + name + closing for name in names) + " بالخطف"
    assert quoted(text) == [(name, "SCARE") for name in names]


@pytest.mark.parametrize(
    ("inside", "voice"),
    [
        ("الخلافة", "SCARE"),
        ("قوات سوريا", "SCARE"),
        ("قوات سوريا الديمقراطية", "SCARE"),
        ("قَوَّات ســوريا", "SCARE"),
        ("YPG", "SCARE"),
        ("قوات سوريا الديمقراطية المزعومة", "SPEECH"),
        ("ا" * 10_000, "SCARE"),
        ("كلمة " * 10_000, "SPEECH"),
    ],
    ids=lambda value: value[:30],
)
def test_up_to_three_words_are_a_scare_quote_and_more_are_speech(inside, voice):
    assert quoted(f"وصفها بأنها «{inside}» أمس") == [(inside, voice)]


@pytest.mark.parametrize(
    "inside",
    ["قوات سوريا الديمقراطية !", "قوات - سوريا - الديمقراطية", "🙂 قوات سوريا الديمقراطية"],
)
def test_punctuation_between_spaces_counts_as_no_word(inside):
    assert quoted(f"وصفها بأنها «{inside}» أمس") == [(inside, "SCARE")]


@pytest.mark.parametrize("marks", PAIRS)
@pytest.mark.parametrize(
    "last", ["\u0650", "\u200f", "…", ".", "؟", "!", "%", ")", "]", " ‹قسد›", "🙂"]
)
def test_a_closing_mark_closes_whatever_stands_before_it(marks, last):
    opening, closing = marks
    text = f"وقال الناطق {opening}{LONG}{last}{closing}، وغادر"
    assert quoted(text) == [(LONG + last, "SPEECH")]


@pytest.mark.parametrize("marks", PAIRS)
def test_a_short_vowel_before_a_closing_mark_leaves_the_next_quotation_whole(marks):
    opening, closing = marks
    text = f"وقال {opening}سَوفَ نَبقى هُنا أيضاً وغداً{closing}، و{opening}قَسَدُ{closing}، غادرت"
    assert quoted(text) == [("سَوفَ نَبقى هُنا أيضاً وغداً", "SPEECH"), ("قَسَدُ", "SCARE")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قال «لن نترك “الجزيرة” لأحد أبدا» وغادر", "لن نترك “الجزيرة” لأحد أبدا"),
        ("قال «لن نترك «الجزيرة» لأحد أبدا» وغادر", "لن نترك «الجزيرة» لأحد أبدا"),
        ("قال “لن نترك «الجزيرة» لأحد أبدا” وغادر", "لن نترك «الجزيرة» لأحد أبدا"),
        ('قال «لن نترك "الجزيرة" لأحد أبدا» وغادر', 'لن نترك "الجزيرة" لأحد أبدا'),
        ("قال “لن نترك “الجزيرة” لأحد أبدا” وغادر", "لن نترك “الجزيرة” لأحد أبدا"),
        ("قال «نحن ‹في «عين» عيسى› باقون» وغادر", "نحن ‹في «عين» عيسى› باقون"),
        ("قال “لن نترك اليوم أيضا “الجزيرة“ لأحد“ وغادر", "لن نترك اليوم أيضا “الجزيرة“ لأحد"),
        ('قال "لن نترك اليوم أيضا "الجزيرة" لأحد" وغادر', 'لن نترك اليوم أيضا "الجزيرة" لأحد'),
    ],
)
def test_a_quotation_inside_speech_is_part_of_the_speech(text, expected):
    assert quoted(text) == [(expected, "SPEECH")]


@pytest.mark.parametrize(
    "text",
    [
        f"قال «{LONG} ثم غادر",
        f"قال {LONG}» ثم غادر",
        f'قال "{LONG} ثم غادر',
        f"قال “{LONG} ثم غادر",
        f"قال {LONG}› ثم غادر",
        "»«",
        "«»",
        '""',
        '"',
        "the '90s and rock ’n’ roll don’t count",
        "'قسد' و''مسد''",
        "وصف »قسد« بذلك",
    ],
)
def test_marks_without_a_partner_count_for_nothing(text):
    assert quoted(text) == []


def test_a_stray_mark_does_not_spoil_the_quotation_behind_it():
    assert quoted(f"ذكر «قسد أمس أن الناطق قال «{LONG}» وانصرف") == [(LONG, "SPEECH")]
    assert quoted(f"ذكر قسد» أمس وقال «{LONG}» وانصرف") == [(LONG, "SPEECH")]


@pytest.mark.parametrize("opening", ["«", "“", '"', "„", "‹", "‘"])
@pytest.mark.parametrize("colon", [":", ": ", ":  ", " : "])
def test_a_mark_behind_a_colon_that_never_closes_opens_speech_to_the_paragraphs_end(opening, colon):
    text = f"وقال الناطق{colon}{opening}{LONG}.\nوانتهى البيان"
    assert quoted(text) == [(f"{LONG}.", "SPEECH")]


def test_what_never_closes_behind_a_colon_is_speech_however_short():
    assert quoted("وقال الناطق: «سنعود قريبا") == [("سنعود قريبا", "SPEECH")]


@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n", "\n\n", "\u2028", "\u2029"])
def test_a_quotation_ends_with_its_paragraph(line_end):
    assert quoted(f"قال «سوف نبقى هنا{line_end}إلى النهاية» ثم غادر") == []
    assert quoted(f"قال: «{LONG}{line_end}ثم عاد إلى «بيته» وغادر") == [
        (LONG, "SPEECH"),
        ("بيته", "SCARE"),
    ]


def test_an_apostrophe_inside_a_word_is_no_mark():
    text = "قال ‘هذا لا يعني don’t شيئا لنا’ ثم غادر"
    assert quoted(text) == [("هذا لا يعني don’t شيئا لنا", "SPEECH")]


def check_tiling(text):
    place = 0
    for segment in voices(text):
        assert segment.start == place < segment.end
        place = segment.end
    assert place == len(text)


@every_sample
def test_segments_of_samples_cover_the_text_without_gap_or_overlap(text):
    check_tiling(text)


def test_segments_cover_real_articles(real_articles):
    for path in real_articles:
        check_tiling(path.read_text("utf-8"))


paragraphs = st.text(st.sampled_from(QUOTES + QUOTES + "اب: .،"), max_size=40)


@unhurried
@given(text=texts | paragraphs)
def test_segments_cover_the_text_without_gap_or_overlap(text):
    check_tiling(text)


def voice_of_each_character(text):
    return [segment.voice for segment in voices(text) for _ in range(segment.start, segment.end)]


@unhurried
@given(first=paragraphs, second=paragraphs)
def test_paragraphs_do_not_touch_each_other(first, second):
    together = voice_of_each_character(f"{first}\n{second}")
    apart = [*voice_of_each_character(first), Voice.OWN, *voice_of_each_character(second)]
    assert together == apart


@unhurried
@given(text=texts)
def test_without_marks_all_is_the_outlets_own(text):
    unmarked = text.translate(dict.fromkeys(map(ord, QUOTES)))
    assert set(voice_of_each_character(unmarked)) <= {Voice.OWN}


runs = st.lists(arabic_words, min_size=1, max_size=8).map(" ".join)


@unhurried
@given(
    parts=st.lists(st.tuples(runs, st.sampled_from(PAIRS), runs), max_size=6),
    end=runs,
)
def test_well_formed_quotations_are_all_found(parts, end):
    text = "".join(f"{own} {marks[0]}{said}{marks[1]} " for own, marks, said in parts) + end
    assert quoted(text) == [
        (said, "SCARE" if len(said.split()) <= 3 else "SPEECH") for _, _, said in parts
    ]
