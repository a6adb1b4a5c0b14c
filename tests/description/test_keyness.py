"""Keyness of parts of a corpus: terms, counts, outlets, and what cannot be compared."""

from collections import Counter
from dataclasses import replace

import pytest

import stance
from stance.corpus.article import Article
from stance.description.keyness import keyness
from stance.errors import ConfigError, CorpusError
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words

LABELS = ("damascus_aligned", "neutral_wire", "opposition_aligned", "pro_sdf")


@pytest.fixture(scope="module")
def found(seed_articles):
    return keyness(seed_articles[::3], n_resamples=99, top=0)


@pytest.mark.slow
def test_every_value_is_compared_with_the_rest(found):
    assert [(one.target, one.reference) for one in found.comparisons] == [
        (label, None) for label in LABELS
    ]
    assert found.n_articles == 264
    for one in found.comparisons:
        assert one.target_size.articles + one.reference_size.articles == 264 - found.n_duplicates
        ranks = [term.rank for term in one.terms]
        assert ranks == list(range(1, len(ranks) + 1))
        z = [term.log_odds_z for term in one.terms]
        assert z == sorted(z, reverse=True)
        assert z[-1] > 0


def test_counts_are_those_of_plain_counting(seed_articles):
    articles, table = seed_articles[:80], arabic_normalization()
    result = keyness(articles, target="pro_sdf", top=12, n_resamples=0, ignore_duplicates=True)
    tokens = [[words(text, table) for text in (a.title, a.text)] for a in articles]
    for one in result.comparisons[0].terms:
        n = 1 + one.is_pair
        grams = [
            [" ".join(text[i : i + n]) for text in texts for i in range(len(text) - n + 1)]
            for texts in tokens
        ]
        for side in ("target", "reference"):
            chosen = [
                (a, found)
                for a, found in zip(articles, grams, strict=True)
                if (a.label == "pro_sdf") == (side == "target")
            ]
            some = [found for _, found in chosen]
            outlets = {a.outlet for a, found in chosen if one.term in found}
            times = sum(Counter(g)[one.term] for g in some)
            assert getattr(one, f"{side}_count") == times
            assert getattr(one, f"{side}_articles") == sum(one.term in g for g in some)
            assert getattr(one, f"{side}_outlets") == len(outlets)
            per_million = 1e6 * times / sum(map(len, some))
            assert getattr(one, f"{side}_per_million") == pytest.approx(per_million)


@pytest.mark.slow
def test_ranks_without_each_outlet_are_those_of_the_corpus_without_it(seed_articles):
    articles = [replace(a, outlet=f"o{n % 5}") for n, a in enumerate(seed_articles[:40])]
    asked = {"target": "pro_sdf", "n_resamples": 0, "min_articles": 1}
    asked |= {"ignore_duplicates": True, "pairs": False}
    (whole,) = keyness(articles, top=8, **asked).comparisons
    seen = {term.term: [] for term in whole.terms}
    for outlet in {a.outlet for a in articles}:
        (part,) = keyness([a for a in articles if a.outlet != outlet], top=0, **asked).comparisons
        for term in part.terms:
            if term.term in seen:
                # Of equal scores all have the rank of the first.
                first = next(t for t in part.terms if t.log_odds_z == term.log_odds_z)
                seen[term.term].append(first.rank)
    for term in whole.terms:
        assert (term.best_rank, term.worst_rank) == (min(seen[term.term]), max(seen[term.term]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("measure", "name"),
    [("log-ratio", "log_ratio_bound"), ("g2", "g2"), ("log-odds", "log_odds_z")],
)
def test_terms_are_ranked_by_the_measure(seed_articles, measure, name):
    found = keyness(seed_articles[:80], measure=measure, n_resamples=0)
    values = [getattr(term, name) for term in found.comparisons[0].terms]
    assert values == sorted(values, reverse=True)
    assert values[0] > values[-1] > 0


@pytest.mark.slow
def test_bounds_tell_a_habit_of_all_outlets_from_that_of_one(seed_articles):
    marked = []
    for a in seed_articles[::3]:
        text = f"{a.text} {'بحسب المراسل ' * (4 if a.label == 'pro_sdf' else 1)}"
        if a.outlet == min(b.outlet for b in seed_articles if b.label == "pro_sdf"):
            text = f"{text} {'خاص ' * 40}"
        marked.append(replace(a, text=text))
    (one,) = keyness(marked, target="pro_sdf", n_resamples=99).comparisons
    by_term = {term.term: term for term in one.terms}
    assert by_term["خاص"].target_count > by_term["المراسل"].target_count
    assert by_term["المراسل"].is_beyond_bound
    assert not by_term["خاص"].is_beyond_bound
    assert one.n_beyond >= 1
    assert one.no_bounds == ""
    (other,) = keyness(marked, n_resamples=99).comparisons[:1]
    assert other.target != "pro_sdf"
    assert other.n_beyond_reference >= 1


def test_near_duplicates_count_once_in_each_part(seed_articles):
    a, b = (next(x for x in seed_articles if x.label == label) for label in LABELS[:2])
    again = [replace(a, id=f"again{n}", outlet=f"o{n}") for n in range(3)]
    other = replace(a, id="other", label=b.label)
    articles = [a, *again, b, other]
    asked = {"target": a.label, "min_articles": 1, "n_resamples": 0}
    once = keyness(articles, **asked)
    assert (once.n_articles, once.n_duplicates) == (6, 3)
    assert once.comparisons[0].target_size.articles == 1
    assert once.comparisons[0].reference_size.articles == 2
    every = keyness(articles, ignore_duplicates=True, **asked)
    assert (every.n_duplicates, every.comparisons[0].target_size.articles) == (0, 4)


def test_quoted_words_are_apart():
    quoting = "وقال: «سنواصل حماية كل المدنيين»."
    articles = [Article(f"a{n}", f"دخلت القوات {quoting}", "a") for n in range(5)]
    articles += [Article(f"b{n}", "زار الوفد «قسد» وقال: «سنرد على كل قصف»", "b") for n in range(5)]
    asked = {"target": "a", "ignore_duplicates": True, "pairs": False}
    own = keyness(articles, voice="own", **asked).comparisons[0]
    assert {term.term for term in own.terms} == {"دخلت", "القوات"}
    speech = keyness(articles, voice="speech", **asked).comparisons[0]
    assert {term.term for term in speech.terms} == {"سنواصل", "حمايه", "المدنيين"}
    with pytest.raises(CorpusError, match="no word in the voice 'scare' in 'a'"):
        keyness(articles, voice="scare", **asked)


def test_parts_of_one_word_have_finite_figures():
    texts = {"a": "خبر «قسد» و«قوات سوريا»", "b": "خبر «قسد»", "c": "خبر «قسد»"}
    articles = [
        Article(f"{label}{n}", text, label, outlet=f"{label}{n % 3}")
        for n in range(12)
        for label, text in texts.items()
    ]
    asked = {"ignore_duplicates": True, "n_resamples": 9, "top": 0}
    for measure in ("log-odds", "log-ratio", "g2"):
        (one,) = keyness(articles, target="a", measure=measure, voice="scare", **asked).comparisons
        assert {term.term for term in one.terms} == {"قوات", "سوريا"}
        assert one.reference_size.pairs == 0
        assert all(term.reference_per_million == 0 for term in one.terms)
        keyness(articles, target="b", reference="c", measure=measure, voice="scare", **asked)


def test_without_outlets_or_with_one_there_are_no_bounds(seed_articles):
    articles = seed_articles[:60]
    nameless = [replace(a, outlet=None) for a in articles]
    assert keyness(nameless).comparisons[0].no_bounds == "no outlets"
    assert keyness(nameless).comparisons[0].terms[0].best_rank is None
    of_one = [replace(a, outlet="x" if a.label == LABELS[0] else a.outlet) for a in articles]
    (one,) = keyness(of_one, target=LABELS[0]).comparisons
    assert one.no_bounds == "one outlet"
    assert one.terms[0].outlet_low is None
    assert one.terms[0].worst_rank is not None


def test_two_values_and_a_field_that_articles_do_not_have(seed_articles):
    articles = seed_articles[:80]
    values = [None if n % 5 == 0 else f"v{n % 3}" for n in range(80)]
    found = keyness(articles, "desk", values=values, target="v1", reference="v2", n_resamples=0)
    (one,) = found.comparisons
    assert (found.by, one.target, one.reference) == ("desk", "v1", "v2")
    assert found.n_without_value == 16
    assert found.n_articles == sum(value in {"v1", "v2"} for value in values)


@pytest.mark.slow
def test_results_are_plain_and_tabular(found):
    told = found.to_dict()
    assert told["comparisons"][0]["terms"][0]["spelling"]
    table = found.to_arrow()
    assert table.num_rows == sum(len(one.terms) for one in found.comparisons)
    assert table.column("target_outlets").type == "int64"
    assert table.to_pylist()[0] == next(found.to_rows())
    assert stance.keyness is keyness


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"target": "pro_sdff"}, ConfigError, "Did you mean 'pro_sdf'"),
        ({"target": "PRO_SDF"}, ConfigError, "Did you mean 'pro_sdf'"),
        ({"target": "pro_sdf", "reference": "z"}, ConfigError, "'z' as reference.*'neutral_wire'"),
        ({"target": "pro_sdf", "reference": "pro_sdf"}, ConfigError, "as target and as reference"),
        ({"reference": "pro_sdf"}, ConfigError, "without a target"),
        ({"by": "id"}, ConfigError, "80 values, but expected at most 50.*Choose a target"),
        ({"by": "desk"}, ConfigError, "no field of an article.*values="),
        ({"by": "target"}, CorpusError, "none of which has"),
        ({"values": ["a"]}, ConfigError, "1 values for 80 articles"),
        ({"values": ["a"] * 80}, CorpusError, "one value alone, 'a'"),
        ({"measure": "chi2"}, ConfigError, "log-odds, log-ratio, g2"),
        ({"voice": "loud"}, ConfigError, "all, own, quoted, speech, scare"),
        ({"prior": 0.0}, ConfigError, "prior above zero"),
        ({"min_articles": 9_999}, CorpusError, "no word that occurs in 9,999"),
    ],
)
def test_what_cannot_be_compared_is_told(seed_articles, asked, error, said):
    with pytest.raises(error, match=said):
        keyness(seed_articles[:80], **asked)
