"""What the check of a lexicon says about it, and counts in a corpus."""

import re
from collections import Counter

import pytest

from stance.corpus.article import Article
from stance.description.lexicon_check import check_lexicon
from stance.description.starters import codebook_starter, lexicon_starter
from stance.errors import CorpusError
from stance.features.lexicon import Lexicon
from stance.features.lexicon_matching import LexiconMatcher
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words
from tests.conftest import ROOT
from tests.features.lexicon_oracle import PythonMatcher

LEXICON = """format = 2
family = "names"
description = "names"

[spellings]
"ميليشيا" = ["مليشيا"]

[categories.army]
actor = "army"
naming = true
side = "pro_army"
description = "d"
terms = [
  { term = "الجيش", variants = ["القوات المسلحة", "قوات الجيش"] },
  { term = "وفد", until = 2020-12-31 },
  { term = "بلدنا" },
  { term = "الجيش" },
]

[categories.rebels]
actor = "rebels"
naming = true
side = "pro_rebls"
description = "d"
terms = [
  { term = "فد" },
  { term = "جيش" },
  { term = "وفد", from = 2021-01-01 },
  { term = "ميليشيا الشمال" },
]

[categories.empty]
naming = true
description = "d"
terms = []
"""
ARTICLES = [
    Article(
        "1", "دخل الجيش والقوات المسلحة المدينة. قال: «الجيش باق في المدينة كلها»", "pro_army", "a"
    ),
    Article("2", "مليشيا الشمال و«الجيش» بلدنا", "pro_rebels", "b", title="ميليشيا الشمال"),
    Article("3", "خبر بلا أسماء", "pro_rebels", "a"),
    Article("4", "وصل وفد", published="2019-05-01"),
    Article("5", "وصل وفد", published="2023-05-01"),
]


@pytest.fixture
def write(tmp_path):
    def written(text=LEXICON, name="names.toml"):
        (tmp_path / name).write_text(text, "utf-8")
        return tmp_path / name

    return written


@pytest.fixture
def found(write):
    return check_lexicon(write(), ARTICLES)


def line(text):
    """Return the line of the lexicon with this text."""
    return next(n for n, one in enumerate(LEXICON.splitlines(), start=1) if text in one)


def test_hits_are_counted_by_term_voice_article_and_outlet(found):
    rows = {(one.category, one.term, one.first): one.to_row() for one in found.terms}
    army = rows["army", "الجيش", None]
    # Both entries have the same term: the first counts it.
    assert [one.term for one in found.terms[:4]] == ["الجيش", "وفد", "بلدنا", "الجيش"]
    assert (found.terms[0].counts.own, found.terms[0].counts.scare) == (2, 1)
    assert found.terms[0].counts.speech == 1
    assert (found.terms[0].articles, found.terms[0].outlets) == (2, 2)
    assert (found.terms[0].spellings, found.terms[0].spellings_found) == (3, 2)
    assert found.terms[3].counts.hits == army["hits"] == 0
    militia = rows["rebels", "ميليشيا الشمال", None]
    assert (militia["hits"], militia["articles"], militia["outlets"]) == (2, 1, 1)
    assert militia["line"] == line("ميليشيا الشمال")
    assert rows["army", "وفد", None]["hits"] == rows["rebels", "وفد", "2021-01-01"]["hits"] == 1
    assert [(one.category, one.term) for one in found.never_found] == [
        ("army", "الجيش"),
        ("rebels", "فد"),
        ("rebels", "جيش"),
    ]


def test_hits_are_counted_by_category_and_outlet(found):
    army, rebels, empty = found.usage.categories
    assert (army.counts.hits, army.articles, army.outlets) == (6, 3, 2)
    assert army.by_outlet == {"a": 3, "b": 2}
    assert (rebels.terms, rebels.terms_found, rebels.counts.hits) == (4, 2, 3)
    assert (empty.terms, empty.counts.hits) == (0, 0)
    assert [(one.outlet, one.articles, one.hits) for one in found.usage.outlets] == [
        (None, 2, 2),
        ("a", 2, 3),
        ("b", 1, 4),
    ]
    assert found.usage.outlets[2].rate == pytest.approx(1000 * 4 / 7)
    assert (found.usage.articles, found.usage.naming_articles) == (5, 4)


def test_a_sample_has_the_text_around_a_hit_in_reading_order(write):
    found = check_lexicon(write(), ARTICLES, sample=20)
    assert len(found.usage.sample) == 9
    shown = {one.line for one in found.usage.sample}
    assert "وصل [وفد]" in shown
    assert "[ميليشيا الشمال] مليشيا الشمال و«الجيش» بلدنا" in shown
    assert "ميليشيا الشمال مليشيا الشمال و«[الجيش]» بلدنا" in shown
    few = check_lexicon(write(), ARTICLES, sample=1).usage.sample
    assert Counter(one.category for one in few) == {"army": 1, "rebels": 1}
    assert few == check_lexicon(write(), ARTICLES, sample=1).usage.sample
    assert check_lexicon(write(), ARTICLES, sample=0).usage.sample == ()


def test_a_context_has_whole_words(write):
    text = f"{'كلمات ' * 40}الجيش{' كلمات' * 40}"
    (hit,) = check_lexicon(write(), [Article("1", text)]).usage.sample
    assert re.fullmatch("…(كلمات )+", hit.before)
    assert re.fullmatch("( كلمات)+…", hit.after)


def test_what_may_not_be_meant_is_told(found):
    assert [(one.line, one.message) for one in found.remarks] == [
        (line("categories.empty"), found.remarks[0].message),
        (line("categories.empty"), "the category has no terms"),
        (
            line("pro_rebls"),
            "the side 'pro_rebls', here, is no label of the corpus. Did you mean 'pro_rebels'?",
        ),
        (17, "'الجيش' is in 'army' twice; the first entry counts it. The other is in line 14"),
    ]
    assert found.remarks[0].message.startswith("naming = true without an actor")
    (days,) = found.in_two_categories
    assert days.line == line("from = 2021-01-01")
    assert days.message == (
        f"'وفد' is in 'army' too, on other days. The other is in line {line('until = 2020')}"
    )


def test_ambiguous_spellings_are_told_as_they_are_written(found):
    rows = [(one.spelling, one.category, one.other, one.reason) for one in found.ambiguities]
    assert rows == [("الجيش", "army", "جيش", "article"), ("وفد", "army", "فد", "particle")]


@pytest.mark.parametrize(
    ("spelling", "other", "reason"),
    [
        ("وبالقوات", "قوات", "particle"),
        ("للقوات", "القوات", "particle"),
        ("للقوات", "قوات", "particle"),
        ("القوات المسلحة", "قوات مسلحة", "article"),
        ("والقوات المسلحة", "قوات المسلحة", "particle"),
        ("كتائب", "تائب", "particle"),
        ("مقاتلون", "قاتلون", None),
        ("سلاح", "لاح", None),
    ],
)
def test_a_spelling_is_ambiguous_if_a_text_with_the_other_would_count(
    write, spelling, other, reason
):
    text = LEXICON.split("[categories.army]", maxsplit=1)[0] + "".join(
        f'[categories.{name}]\ndescription = "d"\nterms = [{{ term = "{term}" }}]\n'
        for name, term in (("one", spelling), ("two", other))
    )
    found = check_lexicon(write(text))
    assert [one.reason for one in found.ambiguities] == ([reason] if reason else [])
    alone = text.replace(f'[{{ term = "{spelling}" }}]', "[]")
    (category,) = check_lexicon(write(alone), [Article("1", spelling)]).usage.categories[1:]
    assert category.counts.hits == bool(reason)


def test_counts_are_those_of_a_plain_search(seed_articles):
    articles, path = seed_articles[:12], ROOT / "seeds" / "lexicons" / "reporting.toml"
    found = check_lexicon(path, articles)
    table = arabic_normalization()
    matcher = PythonMatcher(Lexicon.read(path), table)
    expected = Counter()
    for article in articles:
        text = f"{article.title}\n{article.text}" if article.title else article.text
        expected.update(one[2] for one in matcher.find(words(text, table)))
    assert expected.total() > 20
    assert expected == {
        one.category: one.counts.hits for one in found.usage.categories if one.counts.hits
    }


def test_errors_leave_no_counts(write):
    found = check_lexicon(write(LEXICON.replace("بلدنا", "ميليشيا الشمال")), ARTICLES)
    (fault,) = found.faults
    assert fault.line == line("ميليشيا الشمال")
    assert "in 'rebels' and in 'army'" in fault.message
    assert f"The other is in line {line('بلدنا')}" in fault.message
    assert (found.terms, found.usage, found.is_valid) == ((), None, False)
    assert found.to_arrow().num_rows == 0


def test_a_category_in_two_files_is_told_with_both(write):
    write()
    write(
        LEXICON.replace("وفد", "بعثة").replace("categories.army", "categories.soldiers"), "z.toml"
    )
    found = check_lexicon(write().parent)
    assert [(one.file[-6:], one.key) for one in found.faults] == [
        ("z.toml", "categories.rebels"),
        ("z.toml", "categories.empty"),
    ]
    assert "names.toml too, in line 20" in found.faults[0].message


def test_without_a_corpus_terms_have_no_counts(write):
    found = check_lexicon(write())
    assert (found.usage, found.never_found) == (None, [])
    table = found.to_arrow().to_pylist()
    assert [row["spellings"] for row in table] == [3, 1, 1, 0, 1, 1, 1, 1]
    assert {row["hits"] for row in table} == {None}
    assert table[1]["until"] == "2020-12-31"


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(CorpusError, match=r"missing\.toml, which cannot be read"):
        check_lexicon(tmp_path / "missing.toml")
    with pytest.raises(CorpusError, match="Got dict at place 0"):
        check_lexicon(ROOT / "seeds" / "lexicons" / "war.toml", [{"text": "خبر"}])


def test_the_starters_are_valid_and_fit_each_other(write):
    found = check_lexicon(write(lexicon_starter()))
    assert (found.faults, found.remarks, found.ambiguities) == ((), (), ())
    sides = {one.side for one in found.terms} - {None}
    assert sides <= set(re.findall(r"labels\.(\w+)", codebook_starter()))
    matcher = LexiconMatcher(Lexicon.read(write(lexicon_starter())), arabic_normalization())
    assert matcher.n_terms > 20
