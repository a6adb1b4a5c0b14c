"""Texts that every text function is tried on, and strategies that make more of them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# Tables are built on first use, so the first example may take a second.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SAMPLES = {
    "plain": "أعلنت الإدارة الذاتية تأجيل اجتماع المجالس المحلية إلى يوم الخميس.",
    "diacritised": "وَصَلَ الوَفْدُ إِلَى مَدِينَةِ الحَسَكَةِ مَسَاءً، ثُمَّ غَادَرَهَا.",
    "tatweel": "قـــوات ســـوريا الديمقراطيـــة تنفي الخبـــر",
    "presentation": "ﻗﺎﻝ ﻣﺼﺪﺭ إن النبي ﷺ ذُكر في الخطبة، والسعر ١٥ ﷼ للعبوة، ﻻ أكثر ﷽",
    "egyptian": "قال مصدر سورى إن المبعوث الروسى التقى على العيسى فى القاهرة",
    "persian": "گروه‌های کُرد در شهر پیرانشهر گفتند ۲۵ چادر برپا شد",
    "kurdish": "گەریلا لە ڕۆژاڤا، پێشمەرگە و هێزەکانی سووریای دیموکرات؛ قال الناطق بإسم المدینە",
    "urdu": "شام میں جنگ بندی کے بعد ۂ ہے، القاہرۃ ےۓ ﮧ ﯾ ﮏ ﯽ",
    "recited": "بِسۡمِ ٱللَّهِ ٱلرَّحۡمَٰنِۖ قَالَۚ لَهُۥۤ ؤ\u0657 و\u06d6\u0654 \u08d6\u06dd١",
    "spacing_marks": "قوﱠات ﹷ سوريﹷة ﹰ ﳳ و\ufc60\u0654 \ufe73ـ ا\u034f\u0653",
    "mixed": "غرّد القائد على Twitter: الـSDF و‎YPG في الـ3 من أيّار — Ünlü, Kürtçe",
    "emoji": "الهدنة صامدة 🕊️ حتى الآن 👨‍👩‍👧 في عين عيسى 🇸🇾👍🏽",
    "bidi": "\u202bبيان\u202c رقم \u2067(12)\u2069 \u200fصادر\u200e عن\u061c المجلس\ufeff\u200b",
    "surrogates": "نص \ud83d مقطوع\udc00\udfff والبقية سليمة \ud800",
    "quoted": 'قال الناطق: «لن نترك “الجزيرة” لأحد أبدا». ووصف الإعلام "قسد" بأنها ‘شريكة’ له',
    "lines": "عنوان\r\nسطر أول\u2028سطر ثان\tوبقية\x00\x1c\u00a0نهاية\n",
    "marks": "\u064eا\u0653 ا\u064e\u0651\u0654 ا\u0654\u064e\u0651 ي\u0654 ﻻ\u0653ﷺ\u0654 ﷺ\u0640",
    "ligatures": "\ufdfc\u0654\ufdfd\u0654\u0301\ufdfa\u0654\ufefb\u0655½\u0301 𝒳\u0301𐐀\u0308",
    "hangul": "\u1100\u1161\u11a8 \uac00\u11a8 \uffa1\uffc2 \u3131\u314f",
    "astral": "\U00011131\U00011127 \U0001d15e\U0001d165 𝒳𐐀 𐤀𞤀 \U0010ffff",
    "split_surrogates": "\ud83d\u0654\udc00ا\udfff\u0654",
    "empty": "",
    "spaces": " \n\t\u3000\u200f ",
    "punctuation": "«»،؛؟!.…—()[]\"'",
    "long_word": "مستشفياتهم" * 5_000,
}

every_sample = pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES.keys())

ARABIC_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي" + "أإآٱةىئؤء"
PERSIAN_LETTERS = "پچژگکیڤ"
LETTER_FORMS = "یےۓکڪھہەۀۂۃٲٳٵٶٸڢڧ\u0870\u0886\u08bb"
# Every mark that camel-tools' dediac_ar keeps (U+0897 is too new for Python 3.11 to know it).
ARABIC_MARKS = "".join(
    chr(point)
    for first, last in [
        (0x34F, 0x34F),
        (0x610, 0x61A),
        (0x653, 0x65F),
        (0x6D6, 0x6DC),
        (0x6DF, 0x6E8),
        (0x6EA, 0x6ED),
        (0x897, 0x89F),
        (0x8C9, 0x8E1),
        (0x8E3, 0x8FF),
    ]
    for point in range(first, last + 1)
)
QURANIC_MARKS = "\u0610\u0618\u0656\u065f\u06d6\u06e1\u06e5\u06ed\u08d3\u08ff\u08ca\u08c9\u034f"
SHORT_VOWELS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670"
COMPOSING_MARKS = "\u0653\u0654\u0655"
OTHER_MARKS = "\u0300\u0301\u0308\u0323\u0327\u0338\u0345\u093c\u09be\u1ab0\u20d0\u302b\U00011127"
PRESENTATION_FORMS = "ﻻﻹﷺﷲﷰﹰﹷﱠﳲﭐﮮﺎﺔﻰﯽﮎﮦﮪ\ufe73"
LIGATURES = "\ufdfc\ufdfd"
HANGUL = "\u1100\u1112\u1161\u1175\u11a8\u11c2\uac00\ud55c\u3131\u314f\uffa1\uffc2"
LATIN = "aZéÉİıſßÅÅÆøẞﬁÞＳＤＦ½²№"
DIGITS = "09٠٩۰۹"
ASTRAL = "𐤀𞸀𝒳𐐀𒀀𝕊\U0001d15e\U00011131\U0002f800🙂\U000e0041\U0010ffff"
INVISIBLE = (
    "\u0640\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff"
)
SURROGATES = "\ud800\udbff\udc00\udfff"
QUOTES = "«»“”\"„‟＂‹›‘’'"
PUNCTUATION = ".,،:؛؟!-/()…"
WHITE_SPACE = " \n\t\r\u00a0\u2028"

characters = st.one_of(
    *map(
        st.sampled_from,
        (
            ARABIC_LETTERS,
            PERSIAN_LETTERS,
            LETTER_FORMS,
            QURANIC_MARKS,
            SHORT_VOWELS,
            COMPOSING_MARKS,
            OTHER_MARKS,
            PRESENTATION_FORMS,
            LIGATURES,
            HANGUL,
            LATIN,
            DIGITS,
            ASTRAL,
            INVISIBLE,
            SURROGATES,
            QUOTES,
            PUNCTUATION,
            WHITE_SPACE,
        ),
    ),
    st.characters(exclude_categories=()),
)

# A letter and what may merge with it: where a table by code point could go wrong.
clusters = st.builds(
    str.__add__,
    st.sampled_from(
        ARABIC_LETTERS + LETTER_FORMS + PRESENTATION_FORMS + LIGATURES + HANGUL + LATIN + ASTRAL
    ),
    st.text(
        st.sampled_from(SHORT_VOWELS + COMPOSING_MARKS + QURANIC_MARKS + OTHER_MARKS + HANGUL),
        max_size=4,
    ),
)

# Any text at all, the odd far more often than in life.
texts = st.lists(characters | clusters, max_size=30).map("".join)

arabic_words = st.text(st.sampled_from(ARABIC_LETTERS), min_size=1, max_size=9)

# Words that come again and again, so that n-grams repeat within and across articles.
common_words = st.sampled_from(
    ["قسد", "وقسد", "قوات", "سوريا", "جيش", "الجيش", "وبالجيش", "في", "من", "على", "و", "٣", "YPG"]
)

# News-like texts: common words with now and then something odd between them.
articles = st.lists(
    st.one_of(common_words, common_words, common_words, arabic_words, characters), max_size=25
).map(" ".join)

corpora = st.lists(articles, min_size=1, max_size=8)
