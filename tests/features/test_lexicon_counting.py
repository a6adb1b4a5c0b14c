"""The terms that compiled loops find, count and score, against plain Python."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance import resources
from stance.features.batches import InputBatch
from stance.features.lexicon import Lexicon
from stance.features.lexicon_block import LexiconBlock
from stance.features.lexicon_counting import TermCounter, count_in_batch, find_in_batch
from stance.features.lexicon_matching import LexiconMatcher
from stance.features.model_input import text_inputs
from stance.features.scoring import Scorer
from stance.features.stack import FeatureStack, ScaledBlock
from stance.features.tokens import tokenize
from stance.features.units import code_points
from stance.features.word_reading import Tokens
from stance.formats.labelled import read_corpus
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words
from tests.features.lexicon_oracle import PythonMatcher, python_rates
from tests.features.test_lexicon import lexicon_of, lexicons, told
from tests.samples import SAMPLES, texts, unhurried

TABLE = arabic_normalization()
CALENDAR = dt.date.min.toordinal(), dt.date.max.toordinal()

# A term and a quotation may run over the end of a line, and text may be decomposed.
joints = st.sampled_from(
    [" ", "\n", " «", "» ", ' "', '" ', ": “", "” ", "\u2028", "ا\u0653 ", " 🙂"]
)
broken = st.lists(st.tuples(told, joints), max_size=5).map(
    lambda parts: "".join(text + joint for text, joint in parts)
)
any_texts = st.lists(told | broken | texts, min_size=1, max_size=4)


def scorer_of(block, n_labels=3):
    n_columns = len(block.terms)
    scale = np.linspace(0.1, 2, n_columns, dtype=np.float32)
    weights = np.random.default_rng(7).normal(size=(n_columns, n_labels)).astype(np.float32)
    stack = FeatureStack(TABLE, [ScaledBlock("lexicon", block, scale)], by_voice=True)
    return Scorer(stack, weights), (weights * scale[:, None]).astype(np.float64)


def day_of(matcher, text):
    """Return a day of the period that an undated text's words show, else of the last one."""
    return matcher.day_of(words(text, TABLE), CALENDAR, matcher.days[-1])[0]


def check_texts(block, matcher, chosen):
    """Compare matches, values and decision values of texts with those of plain Python."""
    expected = np.array(
        [python_rates(block, matcher, text, day_of(matcher, text)) for text in chosen]
    )
    batch = InputBatch(text_inputs(chosen), TABLE, by_voice=True)
    np.testing.assert_array_equal(block.rates(batch.words), expected.astype(np.float32))
    scorer, weights = scorer_of(block)
    found = scorer.scores(text_inputs(chosen))
    np.testing.assert_allclose(found, expected.astype(np.float32) @ weights, atol=1e-9)


def check_matches(lexicon, chosen):
    batch = tokenize(chosen, TABLE)
    found = [
        (m.start, m.end, list(lexicon.categories)[m.category], [*lexicon.sides, None][m.side])
        for m in find_in_batch(LexiconMatcher(lexicon, TABLE), batch)
    ]
    plain = PythonMatcher(lexicon, TABLE)
    expected = [
        (offset + start, offset + end, name, side)
        for offset, text in zip(batch.offsets.tolist(), chosen, strict=False)
        for start, end, name, side in plain.find(words(text, TABLE), day_of(plain, text))
    ]
    assert found == expected


@pytest.mark.slow
@unhurried
@given(lexicon=lexicons(), chosen=any_texts)
def test_matches_are_those_of_plain_python(lexicon, chosen):
    check_matches(lexicon, chosen)


@pytest.mark.slow
@unhurried
@given(
    lexicon=lexicons(),
    chosen=any_texts,
    sides=st.sampled_from(["log", "rate"]),
    log_rates=st.booleans(),
)
def test_values_and_scores_are_those_of_plain_python(lexicon, chosen, sides, log_rates):
    block = LexiconBlock.of(lexicon, TABLE, sides=sides, log_rates=log_rates)
    check_texts(block, PythonMatcher(lexicon, TABLE), chosen)


forms = st.text(st.sampled_from("والبكفنيم"), min_size=1, max_size=7)


@unhurried
@given(
    terms=st.lists(st.lists(forms, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=12),
    spellings=st.dictionaries(forms, forms, max_size=3),
    chosen=st.lists(st.lists(forms, max_size=12).map(" ".join), min_size=1, max_size=3),
)
def test_words_of_particles_alone_are_taken_apart_as_in_plain_python(terms, spellings, chosen):
    others = {word: [other] for other, word in spellings.items()}
    texts = [*chosen, " ".join(terms)]
    check_matches(lexicon_of(others, all=terms), texts)


def test_many_terms_that_begin_alike_are_all_found():
    terms = [
        f"قوات {a} {b}" for a in ("الشمال", "شمال", "الجنوب") for b in ("حلب", "الحسكة", "دير")
    ]
    lexicon = lexicon_of(all=[*terms, "قوات", "شمال", "قوات الشمال"])
    check_matches(lexicon, [*terms, "قوات قوات الشمال", "وقوات الجنوب الحلب", "قوات شمال"])


@pytest.mark.parametrize(
    ("one", "other", "text"),
    [
        ("قوات الشمال", "قوات شمال", "قوات الشمال"),
        # A case ending (و or ي) and the article make these one word, but for the article.
        ("مدينة القامشلي", "مدينة قامشلو", "مدينة القامشلي"),
        ("مدينة قامشلو", "مدينة القامشلي", "مدينة قامشلو"),
        ("معركة الشمال الكبير", "معركة شمال الكبير", "معركة الشمال الكبير"),
    ],
)
def test_a_term_as_it_is_written_goes_before_one_without_the_article(one, other, text):
    for order in (("written", "other"), ("other", "written")):
        lexicon = lexicon_of(**{name: [one if name == "written" else other] for name in order})
        (match,) = find_in_batch(LexiconMatcher(lexicon, TABLE), tokenize([text], TABLE))
        assert match.category == order.index("written")
        check_matches(lexicon, [text, f"{one} و{other}", f"{other} {one}"])


@pytest.mark.slow
def test_samples_and_very_long_words_are_read_as_in_plain_python():
    lexicon = Lexicon.read(resources.LEXICONS)
    chosen = [*SAMPLES.values(), "و" * 5_000 + " قسد", "قسد " * 2_000, "«" * 3_000 + "قسد"]
    check_matches(lexicon, chosen)
    check_texts(LexiconBlock.of(lexicon, TABLE), PythonMatcher(lexicon, TABLE), chosen)


def test_a_counter_learns_words_from_call_to_call_and_forgets_them():
    lexicon = lexicon_of(sdf=["قسد", "قوات سوريا"])
    counter = TermCounter(LexiconMatcher(lexicon, TABLE), room=1)
    for chosen in (["قسد"], ["أمس قوات سوريا", "وقسد"], [" ".join(f"ك{n}" for n in range(9_000))]):
        batch = tokenize(["قسد وقوات سوريا", *chosen], TABLE)
        counter.forget()
        for n_words in (1, len(batch.types)):
            counter.learn(code_points(batch.types), n_words)
        tokens = Tokens(batch.tokens.view(np.uint32), batch.offsets)
        found = counter.find(tokens, np.zeros((len(batch), 2), dtype=np.int32))
        counts = counter.counts(tokens, batch.voices, found)
        for found, expected in zip(
            counts, count_in_batch(LexiconMatcher(lexicon, TABLE), batch, batch.voices), strict=True
        ):
            np.testing.assert_array_equal(found, expected)
        assert counts.own[0].tolist() == [2]


@pytest.fixture(scope="module")
def shipped():
    lexicon = Lexicon.read(resources.LEXICONS)
    return LexiconBlock.of(lexicon, TABLE, log_rates=True), PythonMatcher(lexicon, TABLE)


@pytest.mark.slow
def test_seeds_have_the_values_of_plain_python(shipped, seed_articles):
    check_texts(*shipped, [f"{one.title}\n{one.text}" for one in seed_articles[::9]])


@pytest.mark.slow
def test_real_news_has_the_values_of_plain_python(shipped, news):
    # Plain Python takes minutes for all articles of ANT.
    check_texts(*shipped, [f"{a.title or ''}\n{a.text}" for a in news[::25]])


@pytest.mark.slow
@pytest.mark.usefixtures("public_data")
def test_news_of_the_war_has_the_values_of_plain_python(shipped):
    chosen, _ = read_corpus(["dataset:syria-outlets"])
    check_texts(*shipped, [f"{a.title or ''}\n{a.text}" for a in chosen[::12]])
