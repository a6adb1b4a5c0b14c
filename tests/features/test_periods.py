"""Terms with dates: which of them count in a text, by its date, its words or an assumption."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.corpus.article import Article
from stance.errors import CorpusError
from stance.features.batches import InputBatch
from stance.features.block import Groups
from stance.features.lexicon import Category, Lexicon, LexiconFile, Term, Validity
from stance.features.lexicon_block import LexiconBlock
from stance.features.lexicon_counting import find_in_batch, periods_of_batch
from stance.features.lexicon_matching import LexiconMatcher
from stance.features.lexicon_settings import LexiconSettings
from stance.features.model_input import ModelInput, model_inputs, text_inputs
from stance.features.periods import SOURCES, Periods
from stance.features.tokens import tokenize
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words
from tests.features.lexicon_oracle import PythonMatcher, python_rates
from tests.features.test_lexicon import POOL, SPELLINGS, told
from tests.features.test_lexicon_counting import any_texts, scorer_of
from tests.samples import unhurried

TABLE = arabic_normalization()
FALL = dt.date(2024, 12, 8)
BEFORE = dt.date(2024, 12, 7)


def term(name, *, first=None, last=None, **fields):
    return Term.model_validate({"term": name, "from": first, "until": last, **fields})


def category(*terms, first=None, last=None, **fields):
    fields = {"description": "", **fields}
    return Category.model_validate({"terms": list(terms), "from": first, "until": last, **fields})


def lexicon_of(**categories):
    return Lexicon([LexiconFile(format=2, family="test", description="", categories=categories)])


@pytest.fixture
def changing():
    """A name changes its side; each period has a word of its own."""
    return lexicon_of(
        state=category(term("الحكومة", last=BEFORE), term("البعث", last=BEFORE), side="damascus"),
        rebels=category(term("الحكومة", first=FALL), term("الائتلاف"), side="rebels"),
        new=category(term("العهد الجديد"), first=FALL),
    )


def sides_of(lexicon, text, published=None, *, assumed_date="auto"):
    """Return the sides whose terms count in a text, and its period with what decided it."""
    block = LexiconBlock.of(lexicon, TABLE, assumed_date=assumed_date)
    inputs = [ModelInput(text, published=published)]
    values = block.transform(InputBatch(inputs, TABLE, by_voice=True)).toarray()
    scorer, weights = scorer_of(block)
    found = scorer.read(inputs)
    np.testing.assert_allclose(found.values, values @ weights, atol=1e-9)
    (period,) = found.periods or [None]
    shown = dict(zip(block.terms, values[0], strict=True))
    return {side for side in lexicon.sides if shown[f"side.{side}"]}, period


@pytest.mark.parametrize(
    ("published", "side", "interval"),
    [
        ("2024-12-07", "damascus", "/2024-12-07"),
        ("2024-12-08", "rebels", "2024-12-08/"),
        ("8 كانون الأول 2024", "rebels", "2024-12-08/"),
        ("2011", "damascus", "/2024-12-07"),
        ("2024-11", "damascus", "/2024-12-07"),
        ("2025-01", "rebels", "2024-12-08/"),
        ("03/04/2024", "damascus", "/2024-12-07"),  # in either order
    ],
)
def test_the_same_sentence_is_of_another_side_at_another_time(changing, published, side, interval):
    found, period = sides_of(changing, "أعلنت الحكومة ذلك", published)
    assert found == {side}
    assert period == (interval, "published")


@pytest.mark.parametrize(
    "published", [None, "", "أمس", "2024", "2024-12", "07/12/24", "12/08/2024"]
)
def test_words_decide_where_no_date_does(changing, published):
    old = "قالت الحكومة، وقال البعث: «انتهى البعث»"
    new = "قالت الحكومة: «إنه العهد الجديد» حقا"
    assert sides_of(changing, old, published) == ({"damascus"}, ("/2024-12-07", "words"))
    assert sides_of(changing, new, published) == ({"rebels"}, ("2024-12-08/", "words"))


def test_a_date_outweighs_the_words(changing):
    text = "البعث والبعث والبعث في الحكومة"
    assert sides_of(changing, text, "2025-01-01") == ({"rebels"}, ("2024-12-08/", "published"))


@pytest.mark.parametrize("text", ["الحكومة", "البعث والعهد الجديد والحكومة"])
def test_an_assumed_period_decides_a_tie(changing, text):
    assert sides_of(changing, text)[1] == ("2024-12-08/", "assumed")
    side, period = sides_of(changing, text, assumed_date="2020-01-01")
    assert side == {"damascus"}
    assert period == ("/2024-12-07", "assumed")


def test_a_term_that_is_valid_in_each_period_is_no_evidence(changing):
    assert sides_of(changing, "الحكومة والحكومة والائتلاف")[1].source == "assumed"


def test_an_invalid_longer_term_does_not_hide_a_valid_shorter_one():
    lexicon = lexicon_of(
        long=category(term("الجيش العربي السوري"), last=BEFORE, side="damascus"),
        short=category(term("الجيش"), side="rebels"),
    )
    text = "انتشر الجيش العربي السوري"
    assert sides_of(lexicon, text, "2020-01-01")[0] == {"damascus"}
    assert sides_of(lexicon, text, "2025-01-01")[0] == {"rebels"}


def test_a_word_that_is_no_longer_a_term_is_read_without_its_particle():
    lexicon = lexicon_of(
        home=category(term("وطن"), last=BEFORE, side="a"), weight=category(term("طن"), side="b")
    )
    assert sides_of(lexicon, "وطن", "2020-01-01")[0] == {"a"}
    assert sides_of(lexicon, "وطن", "2025-01-01")[0] == {"b"}


def test_a_side_may_change_within_a_category():
    lexicon = lexicon_of(
        names=category(
            term("الحكومة", last=BEFORE, side="a"), term("الحكومة", first=FALL, side="b")
        )
    )
    assert sides_of(lexicon, "الحكومة", "2020")[0] == {"a"}
    assert sides_of(lexicon, "الحكومة", "2025")[0] == {"b"}


def test_the_dates_of_a_term_override_those_of_its_category():
    lexicon = lexicon_of(
        names=category(
            term("القديم"),
            term("الأقدم", last=dt.date(2020, 5, 5)),
            first=dt.date(2012, 1, 1),
            last=BEFORE,
            side="a",
        )
    )
    matcher = LexiconMatcher(lexicon, TABLE)
    assert matcher.periods.names == [
        "/2011-12-31",
        "2012-01-01/2020-05-05",
        "2020-05-06/2024-12-07",
        "2024-12-08/",
    ]
    assert (matcher.term_categories >= 0).T.tolist() == [[0, 1, 1, 0], [0, 1, 0, 0]]
    assert sides_of(lexicon, "الأقدم", "2021")[0] == set()


def test_of_several_periods_that_words_allow_the_nearest_to_the_assumed_one_is_chosen():
    lexicon = lexicon_of(
        old=category(term("البعث"), last=BEFORE, side="a"),
        new=category(term("العهد"), term("الدستور", first=dt.date(2025, 3, 13)), first=FALL),
    )
    second, third = "2024-12-08/2025-03-12", "2025-03-13/"
    assert sides_of(lexicon, "العهد")[1] == (third, "words")
    assert sides_of(lexicon, "العهد", assumed_date="2012-01-01")[1] == (second, "words")
    assert sides_of(lexicon, "العهد", "2025-03", assumed_date="2012-01-01")[1] == (
        second,
        "assumed",
    )
    assert sides_of(lexicon, "البعث البعث الدستور", "2025-03")[1] == (third, "words")
    assert sides_of(lexicon, "البعث", "2025-03", assumed_date="2012-01-01")[1] == (
        second,
        "assumed",
    )


def test_a_lexicon_without_dates_has_no_period():
    lexicon = lexicon_of(names=category(term("الحكومة"), side="a"))
    assert sides_of(lexicon, "الحكومة", "2024-12-07") == ({"a"}, None)
    block = LexiconBlock.of(lexicon, TABLE)
    assert block.periods == []
    assert block.fitted_settings() == {}


def test_days_at_the_ends_of_the_calendar_are_no_limit():
    lexicon = lexicon_of(
        names=category(term("الحكومة"), first=dt.date.min, last=dt.date.max, side="a")
    )
    assert sides_of(lexicon, "الحكومة") == ({"a"}, None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({}, {"last": BEFORE}),
        ({"last": FALL}, {"first": FALL}),
        ({"first": BEFORE, "last": FALL}, {"first": FALL, "last": FALL}),
    ],
)
def test_a_spelling_in_two_categories_on_the_same_day_is_refused(one, other):
    lexicon = lexicon_of(one=category(term("قسد", **one)), other=category(term("قَسَد", **other)))
    with pytest.raises(CorpusError, match=r"'other' and in 'one'.*dates that do not overlap"):
        LexiconMatcher(lexicon, TABLE)


def test_a_spelling_with_two_sides_on_the_same_day_is_refused():
    terms = (term("قسد", side="a", last=FALL), term("قسد", side="b", first=BEFORE))
    with pytest.raises(CorpusError, match=r"with different sides.*do not overlap"):
        LexiconMatcher(lexicon_of(one=category(*terms)), TABLE)


def test_passages_have_the_period_of_their_article(changing):
    block = LexiconBlock.of(changing, TABLE)
    text = "الحكومة في المدينة اليوم البعث في المدينة اليوم الحكومة في المدينة أمس"
    inputs = [*text_inputs([text]), ModelInput(text, published="2025-01-01")]
    batch = InputBatch(inputs, TABLE, by_voice=True).passages(4)
    values = block.transform(batch).toarray()
    sides = [block.terms.index(f"side.{side}") for side in ("damascus", "rebels")]
    assert (values[:, sides] > 0).tolist() == [
        *([True, False], [True, False], [True, False]),
        *([False, True], [False, False], [False, True]),
    ]


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        (["2020", "2021", "2025", None, "2024"], "2024-12-07"),
        (["2020", "2025", "2026-01-01"], "2024-12-08"),
        (["2020", "2025"], "2024-12-08"),
        ([None, "أمس", "2024-12"], "2024-12-08"),
    ],
)
def test_the_assumed_period_is_the_most_frequent_one_of_training(changing, tmp_path, dates, day):
    path = tmp_path / "lexicon.toml"
    path.write_text(TOML, "utf-8")
    inputs = [ModelInput(f"الحكومة {n}", published=date) for n, date in enumerate(dates)]
    batch = InputBatch(inputs, TABLE, by_voice=True)
    settings = LexiconSettings(path=str(path), min_outlets=1)
    assert LexiconBlock.fit(batch, settings, Groups()).block.fitted_settings() == {
        "assumed_date": day
    }
    given = LexiconSettings(path=str(path), min_outlets=1, assumed_date="1999-01-01")
    assert LexiconBlock.fit(batch, given, Groups()).block.assumed == 0


TOML = """
format = 2
family = "names"
description = ""

[categories.state]
description = ""
side = "damascus"
until = 2024-12-07
terms = [{ term = "الحكومة" }, { term = "الوزارة", until = 2024-12-07 }]

[categories.rebels]
description = ""
side = "rebels"
terms = [{ term = "الحكومة", from = 2024-12-08 }]
"""


def test_dates_are_read_from_toml_and_kept_in_json(tmp_path):
    path = tmp_path / "lexicon.toml"
    path.write_text(TOML, "utf-8")
    lexicon = Lexicon.read(path)
    assert lexicon.categories["state"].until == BEFORE
    assert lexicon.categories["rebels"].terms[0].valid_from == FALL
    stored = lexicon.to_dict()
    assert stored[0]["categories"]["state"]["until"] == "2024-12-07"
    assert stored[0]["categories"]["rebels"]["terms"] == [{"term": "الحكومة", "from": "2024-12-08"}]
    assert Lexicon.from_dict(stored).families == lexicon.families


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("format = 2", "format = 1", "format = 1 and dates in the category 'state'.*format = 2"),
        ("until = 2024-12-07\nterms", "until = 2024-02-30\nterms", "date"),
        ("until = 2024-12-07\nterms", 'until = "2024-12-40"\nterms', "until: got .*2024-12-08"),
        ("until = 2024-12-07\nterms", 'until = "أمس"\nterms', r"until: got .*2024-12-08"),
        ("until = 2024-12-07\nterms", "until = 2024\nterms", "until: got 2024, .*2024-12-08"),
        ("until = 2024-12-07\nterms", "until = 2024-12-07T10:00:00\nterms", "until: .*2024-12-08"),
        (
            "until = 2024-12-07\nterms",
            "until = 2024-12-07\nfrom = 2024-12-08\nterms",
            "until = 2024-12-07 and from = 2024-12-08 for the category",
        ),
        (
            "from = 2024-12-08",
            "from = 2024-12-08, until = 2011-01-01",
            "for the term 'الحكومة', but expected until not before from",
        ),
        ("from = 2024-12-08", "since = 2024-12-08", "since"),
    ],
)
def test_wrong_dates_are_refused_with_their_place(tmp_path, old, new, fault):
    path = tmp_path / "wrong.toml"
    assert old in TOML
    path.write_text(TOML.replace(old, new), "utf-8")
    with pytest.raises(CorpusError, match=rf"wrong\.toml.*({fault})"):
        Lexicon.read(path)


def test_periods_lie_between_the_days_on_which_terms_change():
    periods = Periods(lexicon_of(a=category(term("قسد"), first=FALL, last=dt.date(2025, 1, 1))))
    assert periods.names == ["/2024-12-07", "2024-12-08/2025-01-01", "2025-01-02/"]
    assert len(periods) == 3
    for number in range(3):
        assert periods.number(periods.day(number)) == number
    assert [*periods.numbers(Validity(None, BEFORE))] == [0]
    assert [*periods.numbers(Validity(FALL, None))] == [1, 2]
    assert periods.possible(["2024-12", None, "2025", "2026"]).tolist() == [
        *([0, 1], [0, 2], [1, 2], [2, 2]),
    ]


def test_an_article_hands_its_date_to_the_model():
    article = Article("1", "نص", title="عنوان", published="2019-03-23")
    assert [one.published for one in model_inputs([article], title=True)] == ["2019-03-23"]


# The days on which drawn terms change, and dates of texts with the days that they may mean.
DAYS = [None, dt.date(2011, 3, 15), BEFORE, FALL, dt.date(2025, 6, 1)]
DATES = {
    None: (dt.date.min, dt.date.max),
    "أمس": (dt.date.min, dt.date.max),
    "2011-03-14": (dt.date(2011, 3, 14),) * 2,
    "2011": (dt.date(2011, 1, 1), dt.date(2011, 12, 31)),
    "2024": (dt.date(2024, 1, 1), dt.date(2024, 12, 31)),
    "2024-12-07": (BEFORE, BEFORE),
    "08/12/2024": (dt.date(2024, 8, 12), FALL),
    "2025-07": (dt.date(2025, 7, 1), dt.date(2025, 7, 31)),
}
names = st.sampled_from(["first", "second", "third"])
sides = st.sampled_from([None, "a", "b"])


@st.composite
def dated_lexicons(draw):
    """Draw terms that are valid for a while, or move to another category or side on a day."""
    terms = {name: [] for name in ("first", "second", "third")}
    for name in draw(st.lists(st.sampled_from(POOL), unique=True, min_size=5)):
        if draw(st.booleans()):
            first, last = draw(st.sampled_from(DAYS)), draw(st.sampled_from(DAYS))
            if first and last:
                first, last = sorted([first, last])
            terms[draw(names)].append(term(name, first=first, last=last, side=draw(sides)))
        else:
            day = draw(st.sampled_from(DAYS[1:]))
            last = day - dt.timedelta(days=draw(st.integers(1, 40)))
            terms[draw(names)].append(term(name, last=last, side=draw(sides)))
            terms[draw(names)].append(term(name, first=day, side=draw(sides)))
    categories = {
        "first": category(*terms["first"], actor="sdf", naming=True, plain=draw(st.booleans())),
        "second": category(*terms["second"], actor="sdf", naming=True, side="a"),
        "third": category(*terms["third"], side="b"),
    }
    (family,) = lexicon_of(**categories).families
    return Lexicon([family.model_copy(update={"spellings": SPELLINGS})])


def possible_days(published):
    return [day.toordinal() for day in DATES[published]]


dated_texts = st.lists(
    st.tuples(any_texts.map(" ".join) | told, st.sampled_from(list(DATES))), min_size=1, max_size=4
)


@pytest.mark.slow
@unhurried
@given(lexicon=dated_lexicons(), texts=dated_texts, assumed=st.sampled_from(DAYS[1:]))
def test_periods_are_those_of_plain_python(lexicon, texts, assumed):
    matcher, plain = LexiconMatcher(lexicon, TABLE), PythonMatcher(lexicon, TABLE)
    possible = matcher.periods.possible(published for _, published in texts)
    batch = tokenize([text for text, _ in texts], TABLE)
    found = periods_of_batch(matcher, batch, possible, matcher.periods.number(assumed))
    day = plain.in_period(assumed.toordinal())
    expected = [
        plain.day_of(words(text, TABLE), possible_days(published), day) for text, published in texts
    ]
    assert [plain.days[number] for number in found.numbers] == [day for day, _ in expected]
    if len(plain.days) > 1:
        assert [SOURCES[number] for number in found.sources] == [source for _, source in expected]


@pytest.mark.slow
@unhurried
@given(lexicon=dated_lexicons(), texts=dated_texts)
def test_dated_matches_are_those_of_plain_python(lexicon, texts):
    matcher, plain = LexiconMatcher(lexicon, TABLE), PythonMatcher(lexicon, TABLE)
    batch = tokenize([text for text, _ in texts], TABLE)
    found = [
        (m.start, m.end, matcher.categories[m.category], [*lexicon.sides, None][m.side])
        for m in find_in_batch(matcher, batch)
    ]
    expected = []
    for offset, (text, _) in zip(batch.offsets.tolist(), texts, strict=False):
        tokens = words(text, TABLE)
        day, _ = plain.day_of(tokens, possible_days(None), plain.days[-1])
        expected += [
            (offset + start, offset + end, *rest) for start, end, *rest in plain.find(tokens, day)
        ]
    assert found == expected


@pytest.mark.slow
@unhurried
@given(lexicon=dated_lexicons(), texts=dated_texts, assumed=st.sampled_from(DAYS[1:]))
def test_dated_values_and_scores_are_those_of_plain_python(lexicon, texts, assumed):
    block = LexiconBlock.of(lexicon, TABLE, assumed_date=assumed.isoformat())
    plain = PythonMatcher(lexicon, TABLE)
    day = plain.in_period(assumed.toordinal())
    expected = []
    for text, published in texts:
        chosen, _ = plain.day_of(words(text, TABLE), possible_days(published), day)
        expected.append(python_rates(block, plain, text, chosen))
    expected = np.array(expected).astype(np.float32)
    inputs = [ModelInput(text, published=published) for text, published in texts]
    values = block.transform(InputBatch(inputs, TABLE, by_voice=True))
    np.testing.assert_array_equal(values.toarray(), expected)
    scorer, weights = scorer_of(block)
    np.testing.assert_allclose(scorer.scores(inputs), expected @ weights, atol=1e-9)
