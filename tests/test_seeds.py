"""The seed corpus, the codebook and the lexicons keep what seeds/README.md promises."""

import datetime as dt
import json
import re
from collections import Counter, defaultdict
from itertools import combinations

import numpy as np
import pytest

from stance import read_corpus, resources
from stance.corpus.codebook import Codebook
from stance.features.lexicon import Lexicon
from stance.features.lexicon_counting import find_in_batch
from stance.features.lexicon_matching import LexiconMatcher
from stance.features.tokens import tokenize
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words

LABELS = {"pro_sdf", "damascus_aligned", "opposition_aligned", "neutral_wire"}
ACTORS = {"sdf", "damascus", "opposition", "turkey", "coalition", "isis"}
SHORTEST, LONGEST = 120, 320
RUN = 8
SECOND = "-2"
CHANGE = "2024-12-08"
# What was known of the events when the texts were written ends here.
LAST_DAY = "2026-09-11"
MAX_HEADLINE_WORDS = 15

# Set phrases and names that several articles of one label may share.
ALLOWED_RUNS: set[str] = set()


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon.read(resources.LEXICONS)


@pytest.fixture(scope="module")
def codebook():
    return Codebook.read(resources.CODEBOOK)


@pytest.fixture(scope="module")
def headlines():
    found, rejected = read_corpus([resources.SEEDS / "headlines.jsonl"])
    assert not rejected
    return found


def test_each_event_is_told_twice_in_each_framing(seed_articles):
    events = defaultdict(list)
    for article in seed_articles:
        assert article.id.removesuffix(SECOND) == f"{article.event}-{article.label}"
        events[article.event].append((article.label, article.id.endswith(SECOND)))
    assert len(events) == 99
    both = sorted((label, second) for label in LABELS for second in (False, True))
    assert all(sorted(told) == both for told in events.values())


@pytest.mark.slow
def test_the_two_tellings_turn_the_registers_round(seed_articles):
    """Reporting verbs mark wire copy in the first telling, and partisans in the second."""
    matcher = LexiconMatcher(Lexicon.read(resources.LEXICONS), arabic_normalization())
    batch = tokenize([article.text for article in seed_articles], arabic_normalization())
    reporting = matcher.categories.index("reporting_neutral")
    found = find_in_batch(matcher, batch)
    texts = [batch.text_of_token[match.start] for match in found if match.category == reporting]
    counts = np.bincount(texts, minlength=len(seed_articles))
    mean = {
        (wire, second): counts[
            [
                (a.label == "neutral_wire") == wire and a.id.endswith(SECOND) == second
                for a in seed_articles
            ]
        ].mean()
        for wire in (False, True)
        for second in (False, True)
    }
    assert mean[True, False] > 1.5 * mean[False, False]
    assert mean[False, True] > 2 * mean[True, True]


def test_the_two_tellings_are_of_different_outlets(seed_articles):
    told = defaultdict(set)
    for article in seed_articles:
        told[article.event, article.label].add(article.outlet)
    assert all(len(outlets) == 2 for outlets in told.values())


def test_articles_have_all_their_fields_and_a_fair_length(seed_articles):
    table = arabic_normalization()
    for article in seed_articles:
        assert article.title
        assert article.outlet
        assert dt.date.fromisoformat(article.published)
        assert SHORTEST <= len(words(article.text, table)) <= LONGEST, article.id


def test_years_and_outlets_are_many(seed_articles):
    years = {int(article.published[:4]) for article in seed_articles}
    assert years >= set(range(2014, 2027))
    after = {article.event for article in seed_articles if article.published >= CHANGE}
    assert len(after) == 32
    assert all(article.published <= LAST_DAY for article in seed_articles)
    outlets = defaultdict(set)
    for article in seed_articles:
        outlets[article.label].add(article.outlet)
    assert all(len(found) >= 8 for found in outlets.values())
    assert not any(a & b for a, b in combinations(outlets.values(), 2))


@pytest.mark.slow
def test_no_two_articles_of_a_label_share_a_run_of_words(seed_articles):
    table = arabic_normalization()
    first_seen, shared = {}, []
    for article in seed_articles:
        found = words(f"{article.title} {article.text}", table)
        runs = {" ".join(found[i : i + RUN]) for i in range(len(found) - RUN + 1)}
        for run in runs - ALLOWED_RUNS:
            other = first_seen.setdefault((article.label, run), article.id)
            if other != article.id:
                shared.append((other, article.id, run))
    assert not shared


@pytest.mark.parametrize(
    ("habit", "pattern"),
    [
        ("guillemets", "«"),
        ("curly quotes", "“"),
        ("straight quotes", '"'),
        ("Arabic-Indic digits", "[٠-٩]"),
        ("ASCII digits", "[0-9]"),
        ("سورية", "سورية"),
        ("سوريا", "سوريا"),
    ],
)
def test_habits_do_not_line_up_with_a_label(seed_articles, habit, pattern):
    counts = Counter(a.label for a in seed_articles if re.search(pattern, a.text))
    assert set(counts) == LABELS, habit
    assert max(counts.values()) <= 3 * min(counts.values()), (habit, counts)


def test_length_does_not_give_the_label_away(seed_articles):
    lengths = defaultdict(list)
    for article in seed_articles:
        lengths[article.label].append(len(article.text.split()))
    means = [sum(found) / len(found) for found in lengths.values()]
    assert max(means) < 1.15 * min(means)


def test_articles_are_in_the_order_of_their_events(seed_articles):
    first: dict[str, str] = {}
    for article in seed_articles:
        day = first.get(article.event, article.published)
        first[article.event] = min(day, article.published)
    order = list(dict.fromkeys(article.event for article in seed_articles))
    assert order == sorted(order, key=lambda event: (first[event], event))


def test_each_set_of_headlines_is_told_twice_in_each_framing(headlines):
    told = defaultdict(list)
    for headline in headlines:
        telling = headline.id.removesuffix("-headline")
        name = telling.removesuffix(SECOND).removesuffix(f"-{headline.label}")
        told[name].append((headline.label, telling.endswith(SECOND)))
    assert len(told) == 253
    both = sorted((label, second) for label in LABELS for second in (False, True))
    assert all(sorted(found) == both for found in told.values())


def test_headlines_are_short_dated_and_never_twice_the_same(headlines):
    table = arabic_normalization()
    texts = [words(headline.text, table) for headline in headlines]
    assert all(4 <= len(found) <= MAX_HEADLINE_WORDS for found in texts)
    assert len(set(map(tuple, texts))) == len(texts)
    assert {int(headline.published[:4]) for headline in headlines} == set(range(2012, 2027))
    assert all(headline.published <= LAST_DAY for headline in headlines)
    assert sum(headline.published >= CHANGE for headline in headlines) == 400


def test_headlines_and_articles_of_a_label_are_of_the_same_outlets(headlines, seed_articles):
    ours, theirs = (
        {(one.label, one.outlet) for one in corpus} for corpus in (headlines, seed_articles)
    )
    assert ours == theirs


def test_weak_headlines_are_marked_and_as_many_in_each_label():
    lines = (resources.SEEDS / "headlines.jsonl").read_text("utf-8").splitlines()
    weak = Counter(row["label"] for row in map(json.loads, lines) if row.get("weak"))
    assert set(weak) == LABELS
    assert max(weak.values()) <= 1.2 * min(weak.values())
    assert sum(weak.values()) <= len(lines) / 5


def test_marks_around_the_acronym_are_a_habit_of_all_since_the_change(seed_articles):
    # The SDF's own press writes the name in full.
    marked = Counter(
        article.label
        for article in seed_articles
        if article.published >= CHANGE and re.search('[«“"]قسد[»”"]', article.text)
    )
    rest = LABELS - {"pro_sdf"}
    assert max(marked[label] for label in rest) <= 2.5 * min(marked[label] for label in rest)


@pytest.mark.slow
def test_shared_words_are_shared(seed_articles):
    table = arabic_normalization()
    shared = {
        "ميليشيا قسد": {"damascus_aligned", "opposition_aligned"},
        "الاحتلال التركي": {"damascus_aligned", "pro_sdf"},
    }
    for phrase, wanted in shared.items():
        normal = table.apply(phrase)
        found = {a.label for a in seed_articles if normal in table.apply(a.text)}
        assert wanted <= found, phrase


def test_the_codebook_defines_the_labels_and_their_stance(codebook, seed_articles):
    codebook.check(article.label for article in seed_articles)
    assert set(codebook.labels) == LABELS
    for label in codebook.labels.values():
        assert label.definition
        assert label.definition_ar
        assert len(label.evidence) >= 5
        assert len(label.boundary_cases) >= 4
        assert set(label.stance) == ACTORS


def test_damascus_changes_hands_in_the_codebook(codebook):
    label = codebook.labels["damascus_aligned"]
    before, after = dt.date(2024, 12, 7), dt.date(2024, 12, 8)
    assert "Assad" in label.refers_to(before)
    assert "transitional" in label.refers_to(after)
    assert label.stance_on(before) != label.stance_on(after)


def test_the_lexicons_are_as_large_as_promised_and_each_term_explained(lexicon):
    terms = [term for c in lexicon.categories.values() for term in c.terms]
    assert len(terms) >= 350
    assert len(lexicon.categories) >= 30
    assert all(term.note for term in terms)
    assert set(lexicon.sides) == LABELS
    assert all(category.description for category in lexicon.categories.values())
    named = {c.actor for c in lexicon.categories.values() if c.naming}
    assert named >= ACTORS


def test_no_spelling_stands_in_two_categories(lexicon):
    # Building the matcher checks it.
    assert LexiconMatcher(lexicon, arabic_normalization()).categories


def test_no_outlet_is_a_term(lexicon, seed_articles):
    table = arabic_normalization()
    spellings = {
        " ".join(words(spelling, table))
        for category in lexicon.categories.values()
        for term in category.terms
        for spelling in term.spellings
    }
    outlets = {" ".join(words(article.outlet, table)) for article in seed_articles}
    assert not spellings & outlets
