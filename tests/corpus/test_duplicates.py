"""Near-duplicates, against a plain comparison of all pairs."""

import dataclasses
import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.corpus import shingles as shingles_module
from stance.corpus.article import Article
from stance.corpus.duplicates import members, near_duplicate_articles, near_duplicates
from stance.corpus.shingles import stream_words
from stance.corpus.similarity import similar_groups
from stance.errors import ConfigError
from stance.formats.labelled import read_corpus
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words
from tests.samples import SAMPLES, unhurried

REPORT = (
    "أعلنت بلدية الناحية يوم الأحد فتح الطريق الزراعي أمام الشاحنات بعد انتهاء أعمال الصيانة "
    "التي استمرت ثلاثة أسابيع وشملت ردم الحفر وتوسيع الجسر القديم عند مدخل القرية"
)


def plain_shingles(text, size):
    """Cut a text into shingles as anyone would write it."""
    found = words(text, arabic_normalization())
    if not found:
        return set()
    return {tuple(found[i : i + size]) for i in range(max(len(found) - size + 1, 1))}


def plain_groups(texts, threshold, size):
    """Compare all pairs and follow the links."""
    sets = [plain_shingles(text, size) for text in texts]
    group = list(range(len(texts)))
    for i in range(len(texts)):
        for j in range(i):
            either = sets[i] | sets[j]
            if either and len(sets[i] & sets[j]) / len(either) >= threshold:
                old, new = max(group[i], group[j]), min(group[i], group[j])
                group = [new if g == old else g for g in group]
    return group


few_words = st.lists(st.sampled_from(list("ابتثجح")), max_size=9).map(" ".join)


@unhurried
@given(st.lists(few_words, max_size=12), st.sampled_from([0.2, 0.5, 0.8, 1.0]), st.integers(1, 3))
def test_groups_are_those_of_a_comparison_of_all_pairs(texts, threshold, size):
    found = near_duplicates(texts, threshold=threshold, shingle=size)
    assert found.tolist() == plain_groups(texts, threshold, size)


@pytest.mark.slow
@pytest.mark.parametrize("chunk", [1, 7, 50])
def test_chunks_change_nothing(monkeypatch, chunk):
    rng = np.random.default_rng(1)
    texts = [" ".join(rng.choice(list("ابتثجح"), rng.integers(0, 30))) for _ in range(60)]
    texts += texts[:9]
    whole = near_duplicates(texts, threshold=0.5, shingle=2).tolist()
    monkeypatch.setattr(shingles_module, "_CHUNK", chunk)
    monkeypatch.setattr("stance.corpus.similarity._CHUNK", chunk * 100)
    assert near_duplicates(texts, threshold=0.5, shingle=2).tolist() == whole
    assert whole == plain_groups(texts, 0.5, 2)
    assert len(members(whole)) > 1


def test_spelling_marks_and_punctuation_do_not_hide_a_reprint():
    reprint = "خاص – " + REPORT.replace("أعلنت", "اعلنت").replace("القرية", "القريه.").replace(
        "الأحد", "الأَحَد،"
    )
    other = "وصل وفد من المهندسين إلى السد لمعاينة البوابات وقياس منسوب المياه في البحيرة"
    assert near_duplicates([other, REPORT, reprint]).tolist() == [0, 1, 1]


def test_two_reports_on_one_event_are_none():
    other = (
        "قال رئيس البلدية إن الطريق الزراعي صار سالكا بعد أسابيع من العمل، وإن الجسر عند مدخل "
        "القرية توسع، مضيفا أن الشاحنات تعبره منذ يوم الأحد"
    )
    assert near_duplicates([REPORT, other]).tolist() == [0, 1]


def test_groups_are_chains():
    letters = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
    texts = [" ".join(letters[first : first + 18]) for first in (0, 5, 10)]
    assert near_duplicates([texts[0], texts[2]]).tolist() == [0, 1]
    assert near_duplicates(texts).tolist() == [0, 0, 0]


def test_odd_texts_are_groups_of_their_own():
    texts = list(SAMPLES.values())
    found = near_duplicates([*texts, *texts])
    filled = [bool(words(text, arabic_normalization())) for text in texts]
    half = len(texts)
    assert found[:half].tolist() == list(range(half))
    assert (found[half:] == np.where(filled, np.arange(half), np.arange(half, 2 * half))).all()


def test_no_texts_and_no_pairs():
    assert near_duplicates([]).tolist() == []
    assert near_duplicates([""]).tolist() == [0]
    assert members([0, 1, 2]) == []


def test_settings_out_of_range_are_told():
    with pytest.raises(ConfigError, match=r"threshold=0\b"):
        near_duplicates([], threshold=0)
    with pytest.raises(ConfigError, match="shingle=0"):
        near_duplicates([], shingle=0)


def test_shingles_are_the_same_in_every_run():
    sets = stream_words([REPORT, "", "كلمة", REPORT]).shingles(4)
    assert sets.sizes.tolist()[1:3] == [0, 1]
    assert sets.sizes[0] == len(plain_shingles(REPORT, 4)) == sets.sizes[3]
    digest = hashlib.sha256(sets.values.tobytes()).hexdigest()
    assert digest.startswith("91b5cb6dfb1f8a29")
    assert similar_groups(sets, 1.0).tolist() == [0, 1, 2, 0]


@pytest.mark.slow
def test_a_thousand_copies_of_one_text_take_no_time():
    texts = [f"{REPORT} {n}" for n in range(1000)]
    assert set(near_duplicates(texts).tolist()) == {0}


def on_pages(outlet, n, own_words, menu):
    random = np.random.default_rng(len(outlet))
    words = ["".join(random.choice(list("ابتثجحخدذرزس"), 5)) for _ in range(2000)]
    return [
        Article(f"{outlet}{i}", f"{menu}\n{' '.join(random.choice(words, own_words))}", "x", outlet)
        for i in range(n)
    ]


MENU = " ".join(f"قسم{n}" for n in range(60))


def test_a_menu_does_not_tie_the_articles_of_a_site_together():
    articles = on_pages("site", 12, 15, MENU)
    assert len(members(near_duplicates(a.text for a in articles))) == 1
    assert members(near_duplicate_articles(articles)) == []
    # What is nearly the same without the menu stays together, in another outlet too.
    body = articles[3].text.removeprefix(MENU).strip()
    reprint = Article("reprint", f"{body} (وكالات)", "x", "elsewhere")
    assert members(near_duplicate_articles([*articles, reprint])) == [[3, 12]]


def test_lines_of_a_few_articles_are_no_menu():
    articles = on_pages("site", 9, 15, MENU)
    assert members(near_duplicate_articles(articles)) == [list(range(9))]
    nameless = [dataclasses.replace(a, outlet=None) for a in on_pages("site", 12, 15, MENU)]
    assert members(near_duplicate_articles(nameless)) == [list(range(12))]


def test_pages_that_hold_nothing_else_are_the_same():
    articles = [Article(str(n), MENU, "x", "site") for n in range(12)]
    assert members(near_duplicate_articles(articles)) == [list(range(12))]


@pytest.mark.slow
@pytest.mark.usefixtures("public_data")
def test_menus_of_real_pages_tie_nothing_together():
    articles, _ = read_corpus(["dataset:syria-outlets"])
    tied = [{articles[i].outlet for i in group} for group in members(
        near_duplicates(a.text for a in articles))]  # fmt: skip
    assert {"france24.com", "mc-doualiya.com"} in tied
    groups = members(near_duplicate_articles(articles))
    assert max(map(len, groups)) == 2
    assert {"arabic.irib.ir", "ar.farsnews.com"} in [
        {articles[i].outlet for i in group} for group in groups
    ]
