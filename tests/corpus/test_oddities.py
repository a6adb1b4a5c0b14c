"""Texts that went through a wrong encoding are told by its name, and clean ones are left alone."""

import time

import pytest
from hypothesis import given

from stance.corpus.article import Article
from stance.corpus.oddities import ODDITIES, find_oddities
from stance.formats.reading import read_articles
from tests.conftest import SEEDS
from tests.samples import every_sample, texts, unhurried

NEWS = (
    "قالت البلدية إن الأفران عادت إلى العمل في الأحياء الشرقية من المدينة، "
    "وأكدت أن كمية الطحين تكفي عشرة أيام. افتتحت انتشرت افتعلت انتهت.\n"
    "وشكا سكان الحارة القديمة من ارتفاع الأسعار."
)
FRENCH = (
    "Le maire a été réélu à la fin de l'été dernier; où sont passées les forêts créées là-bas? "
    "Ça va, naïve Noël… « d'accord » — ÉTÉ, ŒUVRE."
)
ENGLISH = "Fighting resumed near the river on Monday... what now??? Really?! Officials said so."
ICELANDIC = "ÞÓR OG ÞÓRÐUR sögðu: Ærið þýðir það, að óþýður ógnaði öðrum. ÞAÐ ER ÞÁ ÞÓ."
SLIPS = "عاد ىومها لبيته، ثم خرج في الصباح."
CHAT = "ليش ؟؟؟؟ معقول ???? لا والله ??? طيب ط، ط؟ ظ» ع… كيف؟نعم هههههه يااااه"


def read_as(wrong, right="utf-8"):
    return lambda text: text.encode(right, "replace").decode(wrong, "replace")


def backwards(text):
    return "\n".join(line[::-1] for line in text.split("\n"))


FORMS = str.maketrans("قلةاينم", "ﻗﻠﺔﺎﻳﻨﻤ")

GARBLED = {
    "UTF-8 as windows-1256": (read_as("windows-1256"), "UTF-8 read as windows-1256"),
    "UTF-8 as Latin-1": (read_as("latin-1"), "UTF-8 read as Latin-1"),
    "UTF-8 as windows-1252": (read_as("windows-1252"), "UTF-8 read as Latin-1"),
    "UTF-8 as Latin-1, twice": (
        lambda text: read_as("latin-1")(read_as("latin-1")(text)),
        "UTF-8 read as Latin-1",
    ),
    "UTF-8 as windows-1252, twice": (
        lambda text: read_as("windows-1252")(read_as("windows-1252")(text)),
        "UTF-8 read as Latin-1",
    ),
    "windows-1256 as Latin-1": (read_as("latin-1", "windows-1256"), "windows-1256 read as Latin-1"),
    "windows-1256 as windows-1252": (
        read_as("windows-1252", "windows-1256"),
        "windows-1256 read as Latin-1",
    ),
    "ISO-8859-6 as Latin-1": (read_as("latin-1", "iso-8859-6"), "ISO-8859-6 read as Latin-1"),
    "windows-1256 as UTF-8": (read_as("utf-8", "windows-1256"), "letters lost as question marks"),
    "saved as windows-1252": (
        read_as("windows-1252", "windows-1252"),
        "letters lost as question marks",
    ),
    "Persian letters saved as windows-1256": (
        lambda text: read_as("windows-1256", "windows-1256")(text.replace("ي", "ی")),
        "letters lost as question marks",
    ),
    "visual order": (backwards, "words stored backwards"),
    "visual order in presentation forms": (
        lambda text: backwards(text.translate(FORMS)),
        "words stored backwards",
    ),
    "visual order with vowels": (
        lambda text: backwards(text.replace("ة", "ةَ")),
        "words stored backwards",
    ),
}
every_garbling = pytest.mark.parametrize(("garble", "name"), GARBLED.values(), ids=GARBLED.keys())


def found_in(text):
    counts, garbled = find_oddities([Article("a", text)])
    return {count.name for count in counts}, garbled


@every_garbling
def test_garbled_text_is_told_by_what_happened_to_it(garble, name):
    assert found_in(garble(NEWS)) == ({name}, 1)


@pytest.mark.parametrize(
    "text", [NEWS, FRENCH, ENGLISH, ICELANDIC, SLIPS, CHAT, f"{NEWS} {FRENCH}"]
)
def test_clean_text_is_left_in_peace(text):
    assert found_in(text) == (set(), 0)


@pytest.mark.slow
def test_no_seed_is_odd():
    assert find_oddities(read_articles([SEEDS])) == ([], 0)


@pytest.mark.slow
@pytest.mark.usefixtures("public_data")
@pytest.mark.parametrize("name", ["syria-outlets", "mawqif"])
def test_no_real_text_is_taken_for_garbled(name):
    _, garbled = find_oddities(read_articles([f"dataset:{name}"]))
    assert garbled == 0


@pytest.fixture(scope="module")
def some_real(public_data):
    return list(read_articles(["dataset:syria-outlets"]))[::15]


@pytest.mark.slow
@every_garbling
def test_nearly_all_real_articles_are_told_when_they_are_garbled(some_real, garble, name):
    articles = [Article(article.id, garble(article.text)) for article in some_real]
    counts, garbled = find_oddities(articles)
    told = {count.name: count.articles for count in counts}
    assert garbled == told[name] >= 0.95 * len(articles)


def test_an_oddity_is_counted_with_its_first_article_and_a_sample():
    articles = [
        Article("1", NEWS),
        Article("2", "أهالی کوبانی"),
        Article("3", "وقال\nسکان المدینة"),
    ]
    (count,), garbled = find_oddities(articles)
    assert (count.name, count.articles, count.first) == ("Persian or Kurdish letter forms", 2, "2")
    assert count.sample == "أهالی کوبانی"
    assert count.characters == {"ی": 3, "ک": 2}
    assert garbled == 0


def test_letters_of_other_sounds_are_no_odd_forms():
    assert found_in("پژمان گفت: چرا؟ ڤيتو ڕۆژ ڵ ێ")[0] == set()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("قال\u06da المصدر\u06e1", "rare Quranic marks"),
        ("ا\u034fلمصدر", "rare Quranic marks"),
        ("ﻗﺎﻝ ﺍﻟﻤﺼﺪﺭ", "presentation forms"),
        ("نص \ufffd تالف", "replacement characters"),
        ("نص\u200f سليم", "bidi controls or zero-width characters"),
        ("<p>نص</p> &nbsp;", "HTML tags or entities"),
    ],
)
def test_what_can_still_be_read_is_no_garbled_text(text, name):
    assert found_in(text) == ({name}, 0)


def test_plain_quranic_vowels_and_honorific_ligatures_are_not_odd():
    assert found_in("قَالَ اللَّهُ ﷻ والنبيُّ ﷺ، ﷲ هٰذا آخِرٌ شيءٍ بِسْمِ ﷽")[0] == set()


def test_every_advice_says_what_to_do():
    assert all(oddity.advice.endswith(".") for oddity in ODDITIES)
    garbled = [oddity.garbled for oddity in ODDITIES]
    assert garbled == sorted(garbled, reverse=True)


@every_sample
def test_samples_are_looked_at(text):
    counts, garbled = find_oddities([Article("a", text)])
    assert garbled == 0
    for count in counts:
        count.sample.encode("utf-8")


@unhurried
@given(texts)
def test_any_text_is_looked_at(text):
    counts, garbled = find_oddities([Article("a", text)])
    assert garbled in (0, 1)
    for count in counts:
        assert count.articles == 1
        count.sample.encode("utf-8")


@pytest.mark.parametrize(
    "unit", ["ك", "ة", "?", "\ufffd", "Ã", "Ã˜", "Ç", "ط§", "? ", "<a", "ﺔ", "\u06da", "Ø§"]
)
def test_endless_words_take_no_endless_time(unit):
    began = time.perf_counter()
    find_oddities([Article("a", f"ةبب ىبب {unit * 100_000}")])
    assert time.perf_counter() - began < 5
