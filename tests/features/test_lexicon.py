import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import CorpusError, ModelError
from stance.features.batches import InputBatch
from stance.features.estimators import LexiconFeatures
from stance.features.lexicon import (
    Category,
    Lexicon,
    LexiconFile,
    Term,
)
from stance.features.lexicon_block import LexiconBlock
from stance.features.lexicon_counting import find_in_batch
from stance.features.lexicon_matching import LexiconMatcher
from stance.features.model_input import text_inputs
from stance.features.tokens import tokenize
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words
from tests.features.oracle import PlainMatcher, plain_rates
from tests.samples import ARABIC_MARKS, SAMPLES, SHORT_VOWELS, articles, unhurried

NAMES = """
format = 1
family = "names"
description = "Who is named how"

[categories.sdf_neutral]
description = "Its own names"
actor = "sdf"
naming = true
terms = [{term = "قوات سوريا الديمقراطية", variants = ["قسد"]}]

[categories.sdf_hostile]
description = "Names given by those who fight it"
actor = "sdf"
side = "damascus"
naming = true
terms = [{term = "ميليشيا قسد"}, {term = "الانفصاليون", side = "opposition"}]

[categories.army]
description = "The army"
actor = "army"
naming = true
terms = [{term = "الجيش العربي السوري", side = "damascus"}, {term = "الجيش"}]
"""
WORDING = """
format = 1
family = "wording"
description = "How it is told"

[spellings]
"ميليشيا" = ["مليشيا"]

[categories.doubt]
description = "Words that doubt"
terms = [{term = "ما يسمى"}, {term = "المزعوم", variants = ["المزعومة"], note = "adjective"}]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "names.toml").write_text(NAMES, "utf-8")
    (tmp_path / "wording.toml").write_text(WORDING, "utf-8")
    (tmp_path / "notes.txt").write_text("ليس معجما", "utf-8")
    return tmp_path


def lexicon_of(spellings=None, **categories):
    """A lexicon of one family from category names and their terms."""
    return Lexicon(
        [
            LexiconFile(
                format=1,
                family="test",
                description="",
                spellings=spellings or {},
                categories={
                    name: Category(description="", terms=[Term(term=term) for term in terms])
                    for name, terms in categories.items()
                },
            )
        ]
    )


def found_in(text, lexicon):
    """The terms found in a text, as ``(words, category)``."""
    table = arabic_normalization()
    batch = tokenize([text], table)
    matcher = LexiconMatcher(lexicon, table)
    return [
        (" ".join(words(text, table)[m.start : m.end]), matcher.categories[m.category])
        for m in find_in_batch(matcher, batch)
    ]


def rates(path_or_lexicon, *texts):
    """Rates and shares as one dictionary per text, zeros left out."""
    features = LexiconFeatures(path_or_lexicon).fit(texts)
    names = features.get_feature_names_out()
    return [
        {names[column]: float(row[column]) for column in np.flatnonzero(row)}
        for row in features.transform(texts).toarray()
    ]


@pytest.mark.parametrize(
    "word",
    [
        *("قسد", "وقسد", "فقسد", "بقسد", "كقسد", "لقسد", "وبقسد", "فلقسد", "القسد", "والقسد"),
        *("بالقسد", "كالقسد", "للقسد", "وللقسد", "فبالقسد", "قَسَدٌ", "قـســد", "«قسد»", "ﻗﺴﺪ"),
    ],
)
def test_a_term_is_found_behind_attached_particles(word):
    assert [category for _, category in found_in(f"أمس {word} غدا", lexicon_of(sdf=["قسد"]))] == [
        "sdf"
    ]


@pytest.mark.parametrize(
    "word", ["قس", "قسدي", "مقسد", "بوقسد", "ووقسد", "سقسد", "الوقسد", "قسدقسد"]
)
def test_a_term_is_not_found_inside_another_word(word):
    assert found_in(f"أمس {word} غدا", lexicon_of(sdf=["قسد"])) == []


@pytest.mark.parametrize("term", ["لجنة", "لبنان", "لاجئ"])
@pytest.mark.parametrize("particles", ["ل", "ول", "ب", "وال"])
def test_a_term_that_begins_with_lam_is_found_behind_particles(term, particles):
    assert len(found_in(f"أمس {particles}{term} غدا", lexicon_of(term=[term]))) == 1


@pytest.mark.parametrize("word", ["الميليشيا", "للميليشيا", "وللميليشيا", "بالميليشيا"])
def test_a_term_with_the_article_is_found_where_the_article_melts(word):
    assert len(found_in(word, lexicon_of(term=["الميليشيا"]))) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("قالت قوات سوريا الديمقراطية أمس", ["قوات سوريا الديمقراطيه"]),
        ("قالت قوات سوريا أمس", ["قوات سوريا"]),
        ("قوات سوريا وقوات سوريا الديمقراطية", ["قوات سوريا", "وقوات سوريا الديمقراطيه"]),
        ("سوريا الديمقراطية", ["سوريا الديمقراطيه"]),
        ("قوات الديمقراطية", []),
        ("قوات\nسوريا «الديمقراطية»", ["قوات سوريا الديمقراطيه"]),
    ],
)
def test_the_longest_term_wins_and_none_overlaps_another(text, found):
    lexicon = lexicon_of(
        short=["قوات سوريا"], long=["قوات سوريا الديمقراطية"], tail=["سوريا الديمقراطية"]
    )
    assert [term for term, _ in found_in(text, lexicon)] == found


def test_a_term_does_not_reach_into_the_next_text():
    table = arabic_normalization()
    batch = tokenize(["في قوات", "سوريا", "", "قوات سوريا"], table)
    found = list(find_in_batch(LexiconMatcher(lexicon_of(term=["قوات سوريا"]), table), batch))
    assert [(match.start, match.end) for match in found] == [(3, 5)]


def test_a_word_that_is_a_term_is_not_taken_apart():
    lexicon = lexicon_of(home=["وطن"], weight=["طن"])
    assert found_in("وطن وطن", lexicon) == [("وطن", "home")] * 2
    assert found_in("بطن طن ووطن", lexicon) == [
        ("بطن", "weight"),
        ("طن", "weight"),
        ("ووطن", "home"),
    ]


@pytest.mark.parametrize("text", ["المقاتلون الأجانب", "للمقاتلين الأجانب", "مقاتلين أجانب"])
def test_case_endings_and_articles_make_no_difference(text):
    assert len(found_in(text, lexicon_of(term=["مقاتلون أجانب"]))) == 1


def test_genitive_plurals_are_one_word_but_short_words_keep_their_endings():
    lexicon = lexicon_of(fighters=["مقاتلو قسد"], sons=["بنون"])
    assert len(found_in("مقاتلي قسد", lexicon)) == 1
    assert found_in("بنين", lexicon) == []


@pytest.mark.parametrize("mark", ARABIC_MARKS + SHORT_VOWELS, ids=ascii)
def test_marks_of_terms_and_texts_make_no_difference(mark):
    marked = f"قوات قس{mark}د{mark}"
    for term, text in [(marked, "قوات قسد"), ("قوات قسد", marked), (marked, marked)]:
        spellings = {f"قس{mark}د": [f"ق{mark}صد"]}
        lexicon = lexicon_of(spellings, sdf=[term])
        assert found_in(f"أمس {text} غدا", lexicon) == [("قوات قسد", "sdf")]
        assert found_in(f"أمس قوات ق{mark}صد غدا", lexicon) == [("قوات قصد", "sdf")]
    both = LexiconMatcher(lexicon_of(sdf=[marked, "قوات قسد"]), arabic_normalization())
    assert both.n_terms == 1


@pytest.mark.parametrize(
    ("term", "text"),
    [("كوباني", "کوبانی"), ("القرية", "القریە"), ("القاهرة", "القاہرۃ"), ("فيينا", "ڤیینا")],
)
def test_letters_of_other_keyboards_in_terms_and_texts_make_no_difference(term, text):
    assert len(found_in(text, lexicon_of(place=[term]))) == 1
    assert len(found_in(term, lexicon_of(place=[text]))) == 1


def test_variants_and_other_spellings_are_found(folder):
    lexicon = Lexicon.read(folder)
    text = "مليشيا قسد، والمليشيا، وما يُسمّى المجلس المزعومة"
    assert found_in(text, lexicon) == [
        ("مليشيا قسد", "sdf_hostile"),
        ("وما يسمي", "doubt"),
        ("المزعومه", "doubt"),
    ]


def test_other_spellings_hold_for_the_terms_of_every_family():
    lexicon = lexicon_of({"سوريا": ["سورية"]}, one=["سورية الحرة"], two=["شمال سوريا"])
    assert len(found_in("سوريا الحرة", lexicon)) == 1
    assert len(found_in("لشمال سورية", lexicon)) == 1


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("الميليشيا", "والمليشيا"),
        ("المليشيا", "للميليشيا"),
        ("عناصر الميليشيا", "عناصر المليشيا"),
        ("عناصر مليشيا", "بعناصر الميليشيا"),
    ],
)
def test_other_spellings_hold_behind_the_article(term, text):
    lexicon = lexicon_of({"ميليشيا": ["مليشيا"]}, term=[term])
    assert len(found_in(text, lexicon)) == 1


POOL = [
    *("قسد", "قوات", "قوات سوريا", "قوات سوريا قسد", "سوريا الوطن", "وطن", "طن", "جيش", "لجنة"),
    *("مقاتلون", "مقاتلو قسد", "الجيش الوطني", "جيش وطن", "ما يسمى", "ميليشيا قسد"),
]
SPELLINGS = {"سوريا": ["سورية"], "ميليشيا": ["مليشيا"]}

ANY = st.booleans()
owners = st.tuples(st.sampled_from(["first", "second", "third"]), st.sampled_from([None, "a", "b"]))


@st.composite
def lexicons(draw, *, plain=ANY):
    chosen = draw(st.lists(st.sampled_from(POOL), unique=True, min_size=5))
    owned = [(term, *draw(owners)) for term in chosen]
    some_plain = draw(plain)
    categories = {
        name: Category(
            description="",
            actor=actor,
            naming=actor is not None,
            plain=name == "first" and some_plain,
            side=side,
            terms=[Term(term=term, side=own) for term, owner, own in owned if owner == name],
        )
        for name, actor, side in (
            ("first", "sdf", None),
            ("second", "sdf", "a"),
            ("third", None, "b"),
        )
    }
    return Lexicon(
        [
            LexiconFile(
                format=1,
                family="drawn",
                description="",
                spellings=SPELLINGS,
                categories=categories,
            )
        ]
    )


particles = st.sampled_from(["", "", "", "و", "ب", "ل", "ال", "وال", "بال", "لل", "ولل", "ك"])
spoken_words = st.sampled_from(
    [
        *("قسد", "قوات", "سوريا", "سورية", "وطن", "الوطن", "طن", "جيش", "الوطني", "لجنة", "أمس"),
        *("مقاتلون", "مقاتلين", "مقاتلو", "مقاتلي", "ما", "يسمى", "ميليشيا", "مليشيا", "قال"),
    ]
)
phrases = st.lists(st.builds(str.__add__, particles, spoken_words), max_size=12).map(" ".join)
marks = st.sampled_from(["{}", "{}", "«{}»", "“{}”", '"{}"', ": «{}\n", "{}.\n"])
told = st.lists(st.builds(str.format, marks, phrases) | articles, max_size=6).map(" ".join)


@unhurried
@given(lexicon=lexicons(), texts=st.lists(told, max_size=4))
def test_matches_are_those_of_the_plain_search(lexicon, texts):
    table = arabic_normalization()
    batch = tokenize(texts, table)
    matcher, sides = LexiconMatcher(lexicon, table), [*lexicon.sides, None]
    found = [
        (m.start, m.end, matcher.categories[m.category], sides[m.side])
        for m in find_in_batch(matcher, batch)
    ]
    plain = PlainMatcher(lexicon)
    expected = [
        (offset + start, offset + end, name, side)
        for offset, text in zip(batch.offsets.tolist(), texts, strict=False)
        for start, end, name, side in plain.find(words(text, table))
    ]
    assert found == expected


@pytest.mark.slow
@unhurried
@given(lexicon=lexicons(), texts=st.lists(told, min_size=1, max_size=4))
def test_rates_and_shares_are_those_of_the_plain_count(lexicon, texts):
    features = LexiconFeatures(lexicon).fit(texts)
    names = features.get_feature_names_out()
    for text, row in zip(texts, features.transform(texts).toarray(), strict=True):
        expected = plain_rates(lexicon, text)
        assert set(expected) <= set(names)
        np.testing.assert_allclose(row, [expected[name] for name in names], rtol=1e-6)


@pytest.mark.slow
@unhurried
@given(lexicon=lexicons(plain=st.just(False)), texts=st.lists(told, min_size=1, max_size=4))
def test_the_shares_of_an_actor_sum_to_one_or_to_nothing(lexicon, texts):
    features = LexiconFeatures(lexicon).fit(texts)
    names = features.get_feature_names_out().tolist()
    values = features.transform(texts).toarray()
    shares = values[:, [names.index("share.first"), names.index("share.second")]]
    assert ((shares >= 0) & (shares <= 1)).all()
    named = values[:, [names.index(f"{v}{c}") for v in ("", "scare.") for c in ("first", "second")]]
    np.testing.assert_allclose(shares.sum(axis=1), named.any(axis=1), atol=1e-6)


def test_rates_are_per_thousand_words_outside_quoted_speech(folder):
    text = (
        "قالت قوات سوريا الديمقراطية أمس: «لن تقترب ميليشيا قسد من المدينة أبدا».\n"
        "واتهم الجيش «قسد» وما يسمى المجلس"
    )
    each = pytest.approx(1000 / 11)
    assert rates(folder, text) == [
        {
            "sdf_neutral": each,
            "scare.sdf_neutral": each,
            "army": each,
            "doubt": each,
            "share.sdf_neutral": 1.0,
            "share.army": 1.0,
        }
    ]


def test_shares_tell_who_is_named_how(folder):
    text = "قسد وقسد و«قسد» وميليشيا قسد. وقال: «ميليشيا قسد هي من بدأت القصف» أمام الجيش"
    (found,) = rates(folder, text)
    assert found["share.sdf_neutral"] == pytest.approx(3 / 4)
    assert found["share.sdf_hostile"] == pytest.approx(1 / 4)
    assert found["share.army"] == 1.0


def test_a_term_across_a_quotation_mark_is_in_the_less_own_voice(folder):
    scare = "أعلنت قوات «سوريا الديمقراطية» ذلك"
    speech = "أعلنت قوات: «سوريا الديمقراطية باقية هنا دائما»"
    assert rates(folder, scare) == [{"scare.sdf_neutral": 200.0, "share.sdf_neutral": 1.0}]
    assert rates(folder, speech) == [{}]


def test_texts_that_name_an_actor_are_told_apart_whoever_speaks(folder):
    table = arabic_normalization()
    texts = ["قسد", "ما يسمى المجلس", "", "قال: «لن يترك الجيش هذه الأرض»", "حلب"]
    batch = InputBatch(text_inputs(texts), table, by_voice=True)
    block = LexiconBlock.of(Lexicon.read(folder), table)
    assert block.names_actors(batch).tolist() == [True, False, False, True, False]


def test_sides_count_their_terms_in_the_outlets_own_words(folder):
    text = "ميليشيا قسد، الانفصاليين، الجيش العربي السوري، الجيش، «الانفصاليون»"
    (found,) = rates(folder, text)
    assert found["side.damascus"] == pytest.approx(np.log1p(2000 / 8))
    assert found["side.opposition"] == pytest.approx(np.log1p(1000 / 8))
    assert found["sideshare.damascus"] == pytest.approx(2 / 3)
    assert found["sideshare.opposition"] == pytest.approx(1 / 3)


def test_what_everybody_says_has_no_rate_but_counts_as_a_mention():
    lexicon = Lexicon(
        [
            LexiconFile(
                format=1,
                family="names",
                description="",
                categories={
                    "usual": Category(
                        description="",
                        actor="sdf",
                        naming=True,
                        plain=True,
                        terms=[Term(term="قسد")],
                    ),
                    "hostile": Category(
                        description="", actor="sdf", naming=True, terms=[Term(term="الانفصاليون")]
                    ),
                },
            )
        ]
    )
    features = LexiconFeatures(lexicon).fit([])
    assert features.get_feature_names_out().tolist() == [
        "hostile",
        "scare.usual",
        "scare.hostile",
        "share.hostile",
    ]
    values = features.transform(["قسد والانفصاليون", "«قسد»"]).toarray()
    assert values.tolist() == [[500, 0, 0, 0.5], [0, 1000, 0, 0]]


def test_sides_can_be_plain_rates(folder):
    table = arabic_normalization()
    block = LexiconBlock.of(Lexicon.read(folder), table, sides="rate")
    assert block.terms[-2:] == block.side_terms == ["side.damascus", "side.opposition"]
    values = block.rates(tokenize(["ميليشيا قسد في المدينة"], table, by_voice=True))
    assert values[0, -2:].tolist() == [250, 0]


def test_speech_alone_has_no_rates(folder):
    assert rates(folder, "«لن تقترب ميليشيا قسد من المدينة أبدا»", "") == [{}, {}]


def test_columns_are_named_in_order(folder):
    features = LexiconFeatures(folder).fit([])
    categories = ["sdf_neutral", "sdf_hostile", "army", "doubt"]
    assert features.get_feature_names_out().tolist() == [
        *categories,
        *(f"scare.{name}" for name in categories),
        *(f"share.{name}" for name in categories[:3]),
        *("side.damascus", "side.opposition"),
        *("sideshare.damascus", "sideshare.opposition"),
    ]


def test_a_text_has_the_same_row_in_any_batch(folder):
    texts = [*SAMPLES.values(), "قسد", "ميليشيا قسد و«قسد»"]
    features = LexiconFeatures(folder).fit(texts)
    alone = [features.transform([text]).toarray() for text in texts]
    np.testing.assert_array_equal(features.transform(texts).toarray(), np.vstack(alone))


def test_a_lexicon_of_no_categories_has_no_columns():
    features = LexiconFeatures(Lexicon([])).fit(["قسد"])
    assert features.transform(["قسد", ""]).shape == (2, 0)


def test_a_spelling_may_stand_in_one_category_more_than_once():
    lexicon = lexicon_of(sdf=["قسد", "قَسَد"])
    assert found_in("قسد", lexicon) == [("قسد", "sdf")]


@pytest.mark.parametrize(
    ("one", "other"),
    [("قسد", "قسد"), ("السوري", "السورى"), ("قوات قسد", "قـوّات   قسد"), ("مقاتلون", "مقاتلين")],
)
def test_one_spelling_in_two_categories_is_refused(one, other):
    lexicon = lexicon_of(friend=[one], foe=[other])
    with pytest.raises(CorpusError, match=r"'foe' and in 'friend'"):
        LexiconFeatures(lexicon).fit([])


@pytest.mark.parametrize("term", [" ", "،", "«»", "\u0651", "\u200f"], ids=ascii)
def test_a_term_without_a_word_is_refused(term):
    with pytest.raises(CorpusError, match="expected at least one word"):
        LexiconFeatures(lexicon_of(empty=[term])).fit([])


@pytest.mark.parametrize("other", ["واي بي جي", "،"])
def test_another_spelling_that_is_not_one_word_is_refused(other):
    with pytest.raises(CorpusError, match="word"):
        LexiconFeatures(lexicon_of({"وحدات": [other]}, term=["وحدات"])).fit([])


def test_a_file_alone_may_be_read(folder):
    assert list(Lexicon.read(folder / "wording.toml").categories) == ["doubt"]
    assert list(Lexicon.read(str(folder / "names.toml")).categories) == [
        "sdf_neutral",
        "sdf_hostile",
        "army",
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "format"),
        ("[categories", "line 1, categories: a section needs brackets"),
        (WORDING.replace("format = 1", "format = 3"), "format"),
        (WORDING.replace("format = 1", ""), "format"),
        (WORDING.replace("format = 1", 'format = "1"'), "format"),
        (WORDING.replace('family = "wording"', ""), "family"),
        (WORDING.replace("description", "remark"), "description|remark"),
        (WORDING.replace('term = "ما يسمى"', 'term = ""'), "terms"),
        (WORDING.replace('term = "ما يسمى"', "term = 7"), "terms"),
        (WORDING.replace('["المزعومة"]', '"المزعومة"'), "variants"),
        (WORDING.replace("note", "notes"), "notes"),
        (WORDING.replace('["مليشيا"]', '"مليشيا"'), "spellings"),
        (WORDING.replace("terms = [", "words = ["), "terms|words"),
    ],
)
def test_what_is_no_lexicon_is_refused_with_its_name_and_fault(tmp_path, content, fault):
    path = tmp_path / "wrong.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(CorpusError, match=rf"(?s)wrong\.toml.*({fault})"):
        Lexicon.read(path)


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_bytes(WORDING.encode("cp1256", "replace"))
    with pytest.raises(CorpusError, match=r"wrong\.toml"):
        Lexicon.read(path)


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(CorpusError, match="missing"):
        Lexicon.read(tmp_path / "missing.toml")
    with pytest.raises(CorpusError, match="expected TOML files"):
        Lexicon.read(tmp_path)


def test_one_category_in_two_families_is_refused(folder):
    (folder / "again.toml").write_text(WORDING.replace("wording", "again"), "utf-8")
    with pytest.raises(CorpusError, match="'doubt'"):
        Lexicon.read(folder)


def test_a_lexicon_that_went_through_json_does_the_same(folder):
    lexicon = Lexicon.read(folder)
    again = Lexicon.from_dict(json.loads(json.dumps(lexicon.to_dict())))
    assert again.families == lexicon.families
    assert again.categories == lexicon.categories
    text = "مليشيا قسد وما يسمى الجيش"
    assert found_in(text, again) == found_in(text, lexicon)


FAMILY = {"format": 1, "family": "f", "description": "", "categories": {}}


def test_the_family_that_is_damaged_below_is_a_good_one():
    assert Lexicon.from_dict([FAMILY]).categories == {}


@pytest.mark.parametrize(
    "data",
    [
        None,
        7,
        "lexicon",
        {},
        {"families": []},
        [None],
        [[]],
        [{}],
        [FAMILY | {"format": 3}],
        [FAMILY | {"family": None}],
        [FAMILY | {"categories": []}],
        [FAMILY | {"categories": {"c": {"description": "", "terms": [{"term": ""}]}}}],
        [FAMILY | {"categories": {"c": {"description": "", "terms": ["قسد"]}}}],
        [FAMILY | {"spellings": {"سوريا": "سورية"}}],
        [FAMILY | {"more": 1}],
    ],
    ids=repr,
)
def test_a_damaged_lexicon_is_refused(data):
    with pytest.raises(ModelError, match="lexicon"):
        Lexicon.from_dict(data)
