"""Who names an actor how: terms, categories, voices, dates, near-duplicates."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

import stance
from stance.corpus.article import Article
from stance.description.mentions import NameIndex, find_mentions
from stance.description.naming import naming
from stance.errors import ConfigError, CorpusError, ModelError
from stance.features.batches import InputBatch
from stance.features.lexicon import Lexicon, LexiconFile
from stance.features.lexicon_counting import count_in_batch
from stance.features.lexicon_matching import LexiconMatcher
from stance.features.model_input import ArticleInputs
from stance.model.config import load_config
from stance.model.training import train
from stance.resources import LEXICONS
from stance.text.normalization import arabic_normalization

CHANGE = dt.date(2024, 12, 8)
BEFORE, SINCE = {"until": CHANGE - dt.timedelta(1)}, {"from": CHANGE}


def category(*terms, actor="army", **keys):
    named = {"actor": actor} if actor else {}
    return {"description": "", "naming": True, **named, "terms": list(terms), **keys}


def lexicon_of(spellings=None, **categories):
    data = {"format": 2, "family": "f", "description": "", "categories": categories}
    return Lexicon([LexiconFile.model_validate({**data, "spellings": spellings or {}})])


ARMY = lexicon_of(
    {"ميليشيا": ["مليشيا"]},
    official=category({"term": "الجيش الوطني", "variants": ["قواتنا المسلحة"]}, side="a"),
    hostile=category({"term": "ميليشيا الجيش"}, side="b"),
    verbs={"description": "", "actor": "army", "terms": [{"term": "تقدم"}]},
    others=category({"term": "المتمردون"}, {"term": "حلفاؤهم", "actor": "army"}, actor="rebels"),
)


def shares(found, actor="army", group=None, voice="own"):
    """Return the shares that are not zero of an actor's names in a group."""
    return {
        row["name"]: row["share"]
        for row in found.rows()
        if (row["actor"], row["group"], row["voice"]) == (actor, group, voice) and row["share"]
    }


def articles(*texts, **fields):
    return [Article(str(place), text, **fields) for place, text in enumerate(texts)]


def test_an_article_counts_the_shares_of_its_names():
    mixed = "مليشيا الجيش تقصف، وقال إن ميليشيا الجيش وقواتنا المسلحة والجيش الوطني"
    found = naming(articles(mixed, "الجيش الوطني يتقدم", "لا أحد"), ARMY)
    assert shares(found) == {"الجيش الوطني": 0.75, "ميليشيا الجيش": 0.25}
    (army,) = found.actors
    (whole,) = army.overall
    assert (whole.n_articles, whole.n_naming, whole.n) == (3, 2, 2)
    assert whole.few
    assert found.by is None
    assert army.groups == ()
    assert [one.sides for one in army.names] == [("a",), ("b",)]
    assert found.absent == ("rebels",)
    rows = {row["name"]: row["mentions"] for row in found.rows()}
    assert rows == {"الجيش الوطني": 3, "ميليشيا الجيش": 2}


def test_a_long_article_weighs_as_much_as_a_short_one():
    found = naming(articles("الجيش الوطني " * 40, "ميليشيا الجيش"), ARMY)
    assert shares(found) == {"الجيش الوطني": 0.5, "ميليشيا الجيش": 0.5}


def test_a_term_may_have_an_actor_of_its_own():
    found = naming(articles("حلفاؤهم والمتمردون"), ARMY)
    assert shares(found) == {"حلفاؤهم": 1.0}
    assert shares(found, "rebels") == {"المتمردون": 1.0}
    assert shares(naming(articles("حلفاؤهم"), ARMY, level="category")) == {"others": 1.0}


def test_only_the_chosen_voice_counts():
    text = 'قال: «انسحب الجيش الوطني من القرية كلها صباحا» وأضاف أن "ميليشيا الجيش" باقية'
    corpus = articles(text)
    own = naming(corpus, ARMY)
    assert shares(own) == {"ميليشيا الجيش": 1.0}
    assert next(own.rows())["scare_quoted"] == 1
    speech = naming(corpus, ARMY, voice="speech")
    assert shares(speech, voice="speech") == {"الجيش الوطني": 1.0}
    both = naming(corpus, ARMY, voice="both")
    assert shares(both) == {"ميليشيا الجيش": 1.0}
    assert shares(both, voice="speech") == {"الجيش الوطني": 1.0}
    together = naming(corpus, ARMY, voice="all")
    assert shares(together, voice="all") == {"الجيش الوطني": 0.5, "ميليشيا الجيش": 0.5}


WIRE = "أعلن المتحدث باسم الوزارة اليوم أن الجيش الوطني دخل القرية من جهة الشرق بعد معارك"
PAPER = "ميليشيا الجيش تقصف الأحياء السكنية في المدينة منذ ساعات الصباح بلا توقف"


def test_near_duplicates_count_once_in_a_group_and_in_each():
    corpus = [
        Article("1", WIRE, outlet="x"),
        Article("2", f"{WIRE} عاجل", outlet="x"),
        Article("3", WIRE, outlet="y"),
        Article("4", PAPER, outlet="x"),
    ]
    found = naming(corpus, ARMY)
    assert found.by == "outlet"
    assert shares(found, group="x") == {"الجيش الوطني": 0.5, "ميليشيا الجيش": 0.5}
    assert shares(found, group="y") == {"الجيش الوطني": 1.0}
    assert shares(found) == {"الجيش الوطني": 0.5, "ميليشيا الجيش": 0.5}
    x = found.actors[0].groups[0]
    assert (x.value, x.n_articles, x.n_naming, x.n) == ("x", 3, 3, 2)
    assert (found.n_naming, found.n_distinct) == (4, 2)
    counted = naming(corpus, ARMY, ignore_duplicates=True)
    assert shares(counted, group="x")["الجيش الوطني"] == pytest.approx(2 / 3)


DATED = lexicon_of(
    old=category({"term": "الجيش"}, side="a", **BEFORE),
    new=category(
        {"term": "الجيْش", "side": "b", **SINCE, "until": dt.date(2024, 12, 31)},
        {"term": "الجيش", "side": "c", "from": dt.date(2025, 1, 1)},
    ),
    since=category({"term": "العهد الجديد", **SINCE}),
    before=category({"term": "العهد القديم", **BEFORE}),
)


def test_dates_decide_which_terms_count_and_a_name_stays_one_over_them():
    corpus = [
        Article("1", "الجيش والعهد الجديد", published="2024-12-07"),
        Article("2", "الجيش والعهد الجديد", published="8/12/2024"),
        Article("3", "الجيش والعهد الجديد", published="2025-01"),
    ]
    found = naming(corpus, DATED, by="month", ignore_duplicates=True)
    assert found.is_temporal
    assert [one.value for one in found.actors[0].groups] == ["2024-12", "2025-01", None]
    assert shares(found, group="2025-01") == {"الجيش": 0.5, "العهد الجديد": 0.5}
    by_category = naming(corpus, DATED, level="category", ignore_duplicates=True)
    assert shares(by_category) == pytest.approx({"old": 1 / 3, "new": 1 / 3, "since": 1 / 3})
    # 8/12/2024 is December or August, so its words decide.
    assert found.period_sources == {"published": 2, "words": 1, "assumed": 0}
    named = {one.name: one for one in found.actors[0].names}
    assert named["الجيش"].categories == ("old", "new")
    assert named["الجيش"].sides == ("a", "b", "c")


def test_undated_articles_are_of_the_period_that_the_others_show():
    corpus = articles("العهد القديم", "الجيش", "الجيش يتقدم")
    found = naming(corpus, DATED, level="category")
    assert set(shares(found)) == {"before", "old"}
    assert found.assumed_period == "/2024-12-07"
    assert found.period_sources == {"published": 0, "words": 1, "assumed": 2}
    later = naming(corpus, DATED, level="category", assumed_date="2025-01-01")
    assert set(shares(later)) == {"before", "new"}
    with pytest.raises(ConfigError, match=r"'tomorrow', but expected a date"):
        naming(corpus, DATED, assumed_date="tomorrow")


def test_articles_are_grouped_by_any_values():
    texts = ["الجيش الوطني", "ميليشيا الجيش", "الجيش الوطني باق"]
    found = naming(articles(*texts), ARMY, by={"section": ["s", "t", None]})
    assert found.by == "section"
    assert [one.value for one in found.actors[0].groups] == ["s", "t", None]
    assert naming(articles(*texts, label="l"), ARMY).by == "label"
    assert naming(articles(*texts), ARMY, by="kind").actors[0].groups[0].value == "headline"
    dated = articles(*texts, published="2024-12-07")
    assert naming(dated, ARMY, by="year").actors[0].groups[0].value == "2024"
    with pytest.raises(ConfigError, match="Got values of 0 fields, but expected those of one"):
        naming(articles(*texts), ARMY, by={})
    with pytest.raises(ConfigError, match=r"Got 1 values of 'section' for 3 articles"):
        naming(articles(*texts), ARMY, by={"section": ["s"]})


def test_periods_are_in_the_order_of_time():
    values = ["from 2024-12-08", "2011-03-15 to 2024-12-07", "until 2011-03-14", None]
    corpus = articles(*["الجيش الوطني"] * 4)
    found = naming(corpus, ARMY, by={"period": values}, ignore_duplicates=True)
    assert [one.value for one in found.actors[0].groups] == [*values[2::-1], None]
    crossed = [f"a, {value}" for value in values[:3]]
    found = naming(corpus[:3], ARMY, by={"label:period": crossed}, ignore_duplicates=True)
    assert [one.value for one in found.actors[0].groups] == crossed[::-1]
    assert not found.is_temporal


def test_names_are_ordered_by_the_mean_of_the_groups_not_by_the_largest():
    large = [Article(f"l{n}", f"الجيش الوطني {n}", outlet="large") for n in range(300)]
    small = [
        Article(f"{outlet}{n}", f"ميليشيا الجيش {n}", outlet=outlet)
        for outlet in ("s", "t")
        for n in range(30)
    ]
    found = naming([*large, *small], ARMY, ignore_duplicates=True)
    (army,) = found.actors
    assert [one.name for one in army.names] == ["ميليشيا الجيش", "الجيش الوطني"]
    assert [one.share for one in army.overall[0].shares] == pytest.approx([1 / 6, 5 / 6])
    assert [one.value for one in army.groups] == ["large", "s", "t"]


@pytest.mark.slow
def test_mentions_are_those_that_the_features_count(seed_articles):
    chosen, table = seed_articles[::9], arabic_normalization()
    lexicon = Lexicon.read(LEXICONS)
    matcher = LexiconMatcher(lexicon, table)
    index = NameIndex(lexicon, matcher, table, "category")
    found = find_mentions(index, chosen)
    batch = InputBatch(ArticleInputs(chosen, title=True), table, by_voice=True).words
    possible = matcher.periods.possible(one.published for one in chosen)
    counts = count_in_batch(matcher, batch, batch.voices, possible)
    names = [one.name for one in index.names]
    outside_speech = found.voices != 1
    counted = np.zeros((len(chosen), len(matcher.categories)))
    places = np.array([matcher.categories.index(name) for name in names])
    mentioned = (found.articles[outside_speech], places[found.names[outside_speech]])
    np.add.at(counted, mentioned, 1)
    naming_categories = [lexicon.categories[name].naming for name in matcher.categories]
    np.testing.assert_array_equal(counted, (counts.own + counts.scare) * naming_categories)
    assert counted.sum() > 200
    # A category whose terms have other actors is a name of each.
    assert {one.actor for one in index.names} >= {"sdf", "damascus", "turkey"}


@pytest.mark.slow
def test_labels_of_the_seed_corpus_use_their_own_names(seed_articles):
    found = naming(seed_articles[::3], by="label", actors=["sdf"], level="category")
    (sdf,) = found.actors
    by_label = {one.value: one for one in sdf.groups}
    militia = [one.name for one in sdf.names].index("sdf_militia")
    hostile = by_label["damascus_aligned"].shares[militia]
    assert hostile.low > by_label["pro_sdf"].shares[militia].high
    for group in sdf.groups:
        assert sum(one.share for one in group.shares) == pytest.approx(1)


@pytest.mark.slow
def test_results_become_frames_and_json(seed_articles):
    found = naming(seed_articles[::40], by="label", actors=["sdf", "isis"])
    frame = pl.from_arrow(found.to_arrow())
    assert frame.height == len(list(found.rows()))
    assert frame.schema["share"] == pl.Float64
    assert frame.schema["n"] == pl.Int64
    assert frame.filter(pl.col("field").is_null())["n_articles"].unique().to_list() == [20]
    actor = found.to_dict()["actors"][0]
    assert len(actor["overall"][0]["shares"]) == len(actor["names"])
    assert stance.naming is naming


@pytest.mark.slow
def test_a_model_brings_its_lexicon(fast_model, seed_articles, tmp_path):
    (tmp_path / "names.toml").write_text(
        'format = 1\nfamily = "f"\ndescription = ""\n[categories.c]\nactor = "sdf"\n'
        'naming = true\ndescription = ""\nterms = [{ term = "قسد" }]\n',
        "utf-8",
    )
    settings = ["features.word.max_n=1", "features.char.enabled=false"]
    settings += ["calibration.enabled=false", "features.lexicon.enabled=true"]
    config = load_config(overrides=[*settings, f"features.lexicon.path={tmp_path / 'names.toml'}"])
    model = train(seed_articles[::25], config)
    found = naming(seed_articles[::25], model=model)
    assert {row["name"] for row in found.rows()} == {"قسد"}
    with pytest.raises(ModelError, match="trained without a lexicon"):
        naming(TEXT, model=fast_model)
    with pytest.raises(ConfigError, match="a lexicon and a model"):
        naming(TEXT, ARMY, model=model)


TEXT = articles("الجيش الوطني")


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: naming([], ARMY), CorpusError, "Got no article"),
        (lambda: naming(TEXT, ARMY, by="outlet"), CorpusError, "none of 1 articles has one"),
        (lambda: naming(TEXT, ARMY, by="section"), ConfigError, "by='section'.*give its values"),
        (lambda: naming(TEXT, ARMY, voice="loud"), ConfigError, "own, speech, both, all"),
        (lambda: naming(TEXT, ARMY, level="word"), ConfigError, "term or category"),
        (lambda: naming(TEXT, ARMY, actors=["navy"]), ConfigError, "'navy'.*army, rebels"),
        (
            lambda: naming(articles("لا أحد"), ARMY),
            CorpusError,
            "no article that names an actor of the lexicon",
        ),
        (
            lambda: naming(TEXT, ARMY, voice="speech"),
            CorpusError,
            r"\(army, rebels\) in quoted speech.*1 mentions in other voices",
        ),
        (
            lambda: naming(TEXT, lexicon_of(c=category({"term": "الجيش"}, actor=None))),
            CorpusError,
            r"1 categories that names no actor.*naming = true and an actor",
        ),
    ],
)
def test_what_cannot_be_counted_is_said(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_naming_categories_without_an_actor_are_told():
    lexicon = lexicon_of(
        named=category({"term": "الجيش"}), nameless=category({"term": "المدينة"}, actor=None)
    )
    assert naming(articles("الجيش في المدينة"), lexicon).without_actor == ("nameless",)
