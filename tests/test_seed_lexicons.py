"""The seed lexicons know whose word a term was until 7 December 2024, and whose it is since."""

import datetime as dt

import pytest

from stance import resources
from stance.features.batches import InputBatch
from stance.features.lexicon import Lexicon
from stance.features.lexicon_block import LexiconBlock
from stance.features.lexicon_counting import periods_of_batch
from stance.features.model_input import ModelInput
from stance.features.periods import Periods
from stance.text.normalization import arabic_normalization

TABLE = arabic_normalization()
UNTIL, SINCE = "2024-12-07", "2024-12-08"

SDF, STATE, REVOLUTION = "pro_sdf", "damascus_aligned", "opposition_aligned"

# A term, whose it was, whose it is; None: no side's.
CHANGED = [
    ("الحكومة السورية المؤقتة", REVOLUTION, None),
    ("حكومة دمشق", None, None),
    ("قوات حكومة دمشق", SDF, None),
    ("فصائل دمشق", None, SDF),
    ("فصائل الحكومة الانتقالية", None, SDF),
    ("الحكومة الانتقالية", None, None),
    ("السلطات الانتقالية", None, None),
    ("المرحلة الانتقالية", None, None),
    ("سلطة دمشق", None, REVOLUTION),
    ("سلطة الشرع", None, SDF),
    ("الرئيس أحمد الشرع", None, None),
    ("السيد الرئيس أحمد الشرع", STATE, STATE),
    ("الجولاني", None, None),
    ("الحكومة السورية", None, None),
    ("الجيش العربي السوري", STATE, STATE),
    ("القيادة العامة للجيش والقوات المسلحة", STATE, None),
    ("الجيش الوطني السوري", REVOLUTION, None),
    ("وزارة الدفاع السورية", None, None),
    ("إدارة العمليات العسكرية", None, None),
    ("الأمن العام", None, None),
    ("قوى الأمن الداخلي", None, None),
    ("قوى الأمن الداخلي التابعة للإدارة الذاتية", SDF, SDF),
    ("قوات الأمن", None, None),
    ("رجال الأمن الداخلي", None, STATE),
    ("قسد", None, None),
    ("ميليشيا قسد", None, None),
    ("تنظيم قسد", None, STATE),
    ("ميليشيات PKK الإرهابية", None, STATE),
    ("سجون قسد", None, None),
    ("مقاتلو العشائر", REVOLUTION, None),
    ("المجاميع المسلحة", None, STATE),
    ("مكتسبات شعبنا", SDF, SDF),
    ("قواتنا", None, SDF),
    ("اللامركزية", None, SDF),
    ("كوباني", SDF, None),
    ("دمج قسد في مؤسسات الدولة", STATE, None),
    ("النظام البائد", None, STATE),
    ("فلول النظام", None, None),
    ("النظام السابق", None, None),
    ("نظام الأسد", REVOLUTION, None),
    ("الاحتلال الأمريكي", STATE, None),
    ("الاحتلال الإسرائيلي", STATE, None),
    ("الاحتلال التركي", None, SDF),
    ("النظام التركي", STATE, None),
    ("مرتزقة الاحتلال التركي", None, SDF),
    ("الميليشيات الإيرانية", REVOLUTION, None),
    ("هيئة تحرير الشام", None, None),
    ("النفير العام", None, None),
    ("شمال شرقي سوريا", None, None),
]


@pytest.fixture(scope="module")
def block():
    return LexiconBlock.of(Lexicon.read(resources.LEXICONS), TABLE)


def columns_of(block, text, published):
    """Return the columns that are not zero for a text of a day."""
    values = block.transform(
        InputBatch([ModelInput(text, published=published)], TABLE, by_voice=True)
    ).toarray()
    return {name for name, value in zip(block.terms, values[0], strict=True) if value}


@pytest.mark.slow
@pytest.mark.parametrize(("term", "until", "since"), CHANGED)
def test_a_term_is_of_its_side_at_its_time(block, term, until, since):
    for day, side in ((UNTIL, until), (SINCE, since)):
        found = {c.removeprefix("side.") for c in columns_of(block, term, day) if "side." in c}
        assert found == ({side} if side else set()), (term, day)


@pytest.mark.parametrize(
    "term",
    ["الرئيس أحمد الشرع", "الأمن العام", "وزارة الدفاع السورية", "الحكومة الانتقالية", "قسد"],
)
def test_a_name_that_everybody_uses_since_is_no_feature(block, term):
    assert not columns_of(block, term, SINCE)


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("استقبل الرئيس أحمد الشرع وفدا", "2024-12-08/"),
        ("في شباط 2026 عاد مهجرون", "2024-12-08/"),
        ("أعلن تنظيم قسد انسحابه", "2024-12-08/"),
        ("الاحتلال الأمريكي يسرق النفط", "/2024-12-07"),
        ("قال السيد الرئيس بشار الأسد", "/2024-12-07"),
    ],
)
def test_an_undated_text_shows_its_period(block, text, interval):
    batch = InputBatch([ModelInput(text)], TABLE, by_voice=True)
    periods = block.matcher.periods
    possible = periods.possible([None])
    for assumed in range(len(periods)):  # the words outweigh what is assumed
        found = periods_of_batch(block.matcher, batch.words, possible, assumed)
        assert periods.labels(found) == [(interval, "words")]


def test_there_are_two_periods(block):
    periods = Periods(block.lexicon)
    assert periods.names == [f"/{UNTIL}", f"{SINCE}/"]
    assert periods.number(dt.date.fromisoformat(SINCE)) == 1
