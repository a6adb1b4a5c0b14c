"""Hits are those of a lexicon's matcher, lie where they say, and are sorted in reading order."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.corpus.article import Article
from stance.description import concordance as module
from stance.description.concordance import concordance, shipped_spellings
from stance.description.hit_collection import HitCollector
from stance.description.word_query import WordQuery
from stance.description.word_search import WordSearch
from stance.errors import ConfigError, CorpusError
from stance.features.lexicon import Lexicon, LexiconFile
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words
from tests.features.lexicon_oracle import PythonMatcher
from tests.samples import corpora, every_sample, unhurried

TABLE = arabic_normalization()
SPELLINGS = shipped_spellings()
QUERIES = ["قسد", "جيش", "الجيش", "قوات سوريا", "سورية", "مقاتلون", "ypg", "قوات", "من على"]


def made(*texts, **fields):
    return [Article(str(n), text, **fields) for n, text in enumerate(texts)]


def hits(found):
    return [line.hit for line in found]


def one_term(query):
    """Return a lexicon of one term."""
    family = {
        "format": 1,
        "family": "query",
        "description": "",
        "spellings": SPELLINGS.families[0].spellings,
        "categories": {"a": {"description": "", "terms": [{"term": query}]}},
    }
    return Lexicon([LexiconFile.model_validate(family)])


@unhurried
@given(corpora, st.sampled_from(QUERIES))
def test_a_query_finds_what_a_lexicon_finds(texts, query):
    matcher = PythonMatcher(one_term(query), TABLE)
    expected = [
        (str(n), start, end)
        for n, text in enumerate(texts)
        for start, end, *_ in matcher.find(words(text, TABLE))
    ]
    found = concordance(made(*texts), query, context=0)
    assert [(line.id, words(line.hit, TABLE)) for line in found] == [
        (n, words(texts[int(n)], TABLE)[start:end]) for n, start, end in expected
    ]
    assert found.n_hits == len(expected)
    assert found.n_words == sum(len(words(text, TABLE)) for text in texts)


@every_sample
def test_a_line_is_the_text_as_published(text):
    for query in ("*ا*", "*و*", "*ش*"):
        for line in concordance([Article("1", text)], query, context=100_000):
            assert line.hit == " ".join(text[line.start : line.end].split())
            whole = line.before + line.hit + line.after
            shown = "".join(text.encode("utf-8", "replace").decode().split())
            assert "".join(whole.encode("utf-8", "replace").decode().split()) == shown


def test_a_word_is_found_in_its_spellings_and_behind_particles():
    texts = ("قَسَد وقسد فلقسد كقسد قـــسد القسد قسدي", "الإسلامية الاسلاميه والإسلاميّة للاسلامية")
    assert hits(concordance(made(texts[0]), "قسد")) == texts[0].split()[:-1]
    assert hits(concordance(made(texts[1]), "الإسلامية")) == texts[1].split()
    assert hits(concordance(made("سوريا وسورية السورية"), "سوريا")) == [
        "سوريا",
        "وسورية",
        "السورية",
    ]
    assert hits(concordance(made("مقاتلون والمقاتلين مقاتلو"), "مقاتلون")) == [
        "مقاتلون",
        "والمقاتلين",
    ]
    plain = Lexicon([LexiconFile(format=1, family="x", description="")])
    assert hits(concordance(made("سوريا وسورية"), "سوريا", lexicon=plain)) == ["سوريا"]


def test_an_exact_query_finds_only_what_is_written_so():
    text = "الإسلامية الاسلامية والإسلامية ﺍﻹﺳﻼﻣﻴﺔ الإسلا\u200fمية الإسلاميّة SDF sdf"
    found = concordance(made(text), "الإسلامية", exact=True)
    assert hits(found) == ["الإسلامية", "ﺍﻹﺳﻼﻣﻴﺔ", "الإسلا\u200fمية"]
    assert hits(concordance(made(text), "SDF", exact=True)) == ["SDF"]
    assert hits(concordance(made("قوات، سوريا وقوات سوريا"), "قوات سوريا", exact=True)) == [
        "قوات، سوريا"
    ]
    assert hits(concordance(made("و قسد وقسد"), "و", exact=True)) == ["و"]


def test_a_star_is_for_any_letters_and_a_bar_for_alternatives():
    text = "ديمقراطية والديمقراطيين لاديمقراطي قوات سوريا الديمقراطية قوات أخرى"
    assert hits(concordance(made(text), "ديمقراط*")) == [
        "ديمقراطية",
        "والديمقراطيين",
        "الديمقراطية",
    ]
    assert "لاديمقراطي" in hits(concordance(made(text), "*ديمقراط*"))
    assert hits(concordance(made(text), "قوات * الديمقراطية")) == ["قوات سوريا الديمقراطية"]
    assert hits(concordance(made(text), "قوات|قوات سوريا الديمقراطية")) == [
        "قوات سوريا الديمقراطية",
        "قوات",
    ]
    assert hits(concordance(made("قَسَّد قسدي"), "قس*", exact=True)) == ["قسدي"]


def test_words_of_two_texts_are_no_phrase():
    articles = [replace(a, title="قوات") for a in made("سوريا قوات", "سوريا")]
    assert not concordance(articles, "قوات سوريا").n_hits


def test_titles_are_searched_and_an_article_counts_once():
    (article,) = made("وأعلنت قسد", title="قسد تعلن", outlet="سانا")
    found = concordance([article], "قسد")
    assert [(line.field, line.start, line.end) for line in found] == [
        ("title", 0, 3),
        ("text", 7, 10),
    ]
    assert (found.n_hits, found.n_articles, found.n_outlets, found.n_searched) == (2, 1, 1, 1)
    assert found.forms == {"قسد": 2}


def test_before_is_sorted_outwards_and_after_inwards_in_reading_order():
    texts = ("ب ج قسد ت ث", "أ ج قسد ت أ", "ي أ قسد ح", "قسد")
    articles = made(*texts)
    assert [line.id for line in concordance(articles, "قسد", sort="before")] == ["3", "2", "1", "0"]
    assert [line.id for line in concordance(articles, "قسد", sort="after")] == ["3", "1", "0", "2"]
    found = concordance(articles, "قسد", sort="before", context=1)
    assert [line.before for line in found] == ["", "أ", "ج", "ج"]


def test_lines_are_sorted_by_date_outlet_and_form():
    fields = [("ب", "2019-03-02"), ("أ", "مارس 2019"), (None, "2018"), ("ب", None)]
    articles = [
        replace(article, outlet=outlet, published=published)
        for article, (outlet, published) in zip(
            made("وقسد", "قسد", "قسد", "لقسد"), fields, strict=True
        )
    ]

    def ids(sort):
        return "".join(line.id for line in concordance(articles, "قسد", sort=sort))

    assert ids("date") == "2103"
    assert ids("outlet") == "1032"
    assert ids("hit") == "1230"
    assert [line.published for line in concordance(articles, "قسد")] == [
        "2019-03-02",
        "2019-03",
        "2018",
        None,
    ]


@pytest.mark.parametrize("sort", ["position", "before", "after"])
def test_a_limit_keeps_the_first_lines_and_all_counts(sort, seed_articles, monkeypatch):
    articles = seed_articles[:60]
    whole = concordance(articles, "في", sort=sort)
    assert whole.n_hits > 300
    monkeypatch.setattr(module, "BATCH_SIZE", 11)
    some = concordance(iter(articles), "في", sort=sort, limit=9)
    assert some.lines == whole.lines[:9]
    assert some.to_dict() == {**whole.to_dict(), "lines": some.to_dict()["lines"]}


def test_a_sample_is_the_same_for_any_batch_and_in_the_order_asked_for(seed_articles, monkeypatch):
    articles = seed_articles[:60]
    whole = concordance(articles, "في")
    some = concordance(articles, "في", limit=20, random=True)
    monkeypatch.setattr(module, "BATCH_SIZE", 7)
    assert concordance(articles, "في", limit=20, random=True) == some
    assert len(some) == 20
    places = [whole.lines.index(line) for line in some]
    assert places == sorted(places)
    assert places != list(range(20))
    assert concordance(articles, "في", limit=20, random=True, seed=1).lines != some.lines


def test_only_the_lines_that_are_kept_are_held(seed_articles, monkeypatch):
    held = []
    add = HitCollector.add

    def watched(self, articles):
        add(self, articles)
        self.finish()
        held.append(len(self._kept))

    monkeypatch.setattr(HitCollector, "add", watched)
    monkeypatch.setattr(module, "BATCH_SIZE", 20)
    concordance(seed_articles[:100], "في", limit=3, sort="after")
    assert held == [3] * 5


def test_an_input_that_breaks_off_ends_the_search():
    def broken():
        yield from made("قسد", "قسد")
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        concordance(broken(), "قسد")


def test_words_are_forgotten_and_found_again():
    query = WordQuery.parse("قسد", TABLE, SPELLINGS)
    search = WordSearch(query, TABLE, most_words=2)
    for _ in range(3):
        assert search.find(["أعلنت وقسد شيئا", "", "قسد"]).starts.tolist() == [1, 3]
        assert search.words(0, 2) == ["اعلنت", "وقسد"]


TEXT = "أعلنت «قسد» أن قسد باقية. وقال: «لن تنسحب قسد من هنا» وقبلت “قوات قسد العامة الديمقراطية”"


def test_hits_are_filtered_by_voice():
    assert concordance(made(TEXT), "قسد").voices == {"own": 1, "speech": 2, "scare": 1}
    found = concordance(made(TEXT), "قسد", voices=["speech"])
    assert [line.voice for line in found] == ["speech", "speech"]
    assert found.n_hits == 2


DATED = [("1", "2019-03-31"), ("2", "2019-03"), ("3", "2019"), ("4", "أمس"), ("5", None)]


@pytest.mark.parametrize(
    ("since", "until", "ids", "left_out"),
    [
        (None, None, "12345", (0, 0)),
        ("2019-03", None, "12", (2, 1)),
        ("2019", "2019", "123", (2, 0)),
        ("2019-03-15", None, "1", (2, 2)),
        (None, "2019-03", "12", (2, 1)),
        (None, "2018", "", (2, 0)),
    ],
)
def test_an_article_of_a_month_counts_if_the_whole_month_is_in_the_range(
    since, until, ids, left_out
):
    articles = [Article(n, "قسد", published=date) for n, date in DATED]
    found = concordance(articles, "قسد", since=since, until=until)
    assert "".join(line.id for line in found) == ids
    assert (found.n_undated, found.n_uncertain) == left_out
    assert found.n_searched == len(ids)


def test_counts_by_outlet_join_the_spellings_of_an_outlet():
    articles = [Article(str(n), "قسد هنا", outlet=o) for n, o in enumerate(["سانا", "سانا ", None])]
    articles.append(Article("x", "لا شيء", outlet="سانا"))
    first, second = concordance(articles, "قسد").outlets
    assert (first.outlet, first.n_hits, first.n_articles, first.n_words) == ("سانا", 2, 3, 6)
    assert (second.outlet, second.n_with_hit, second.per_million) == (None, 1, 500_000)


def test_words_that_contain_a_query_without_a_hit_are_named():
    found = concordance(made("الديمقراطية والديمقراطيين"), "ديمقراط")
    assert found.similar == ["الديمقراطيه", "والديمقراطيين"]
    assert not found.n_hits
    assert found.to_arrow().num_rows == 0


def test_lines_become_a_table():
    found = concordance(made(TEXT, outlet="سانا", label="a", published="2019-03-02"), "قسد")
    table = found.to_arrow()
    assert table.num_rows == len(found) == 4
    assert table.to_pylist()[0] == next(iter(found)).to_row()
    assert re.fullmatch("int64", str(table.schema.field("start").type))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("«»", "at least one word"),
        ("  ", "at least one word"),
        ("*", "at least one word"),
        ("قسد|", "on each side of '|'"),
        ("و", "only particles in 'و'"),
        ("وال", "only particles"),
        ("لل", "only particles"),
        ("قسد|ب ك", "only particles in 'ب ك'"),
    ],
)
def test_a_query_without_a_word_is_refused(query, said):
    with pytest.raises(ConfigError, match=re.escape(said)):
        concordance(made("قسد"), query)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sort": "left"}, "Got sort 'left', but expected one of position, before"),
        ({"voices": ["loud"]}, "Got voice 'loud', but expected one of own, speech, scare"),
        ({"limit": 0}, "Got limit=0"),
        ({"context": -1}, "Got context=-1"),
        ({"random": True}, "a sample needs a size"),
        ({"since": "sometime"}, "Got a date for since that cannot be used. Got 'sometime'"),
        ({"since": "2020", "until": "2019"}, "until not before since"),
    ],
)
def test_impossible_options_are_refused(options, said):
    with pytest.raises(ConfigError, match=re.escape(said)):
        concordance(made("قسد"), "قسد", **options)
    with pytest.raises(CorpusError, match="Got str at place 0"):
        concordance(["قسد"], "قسد")
