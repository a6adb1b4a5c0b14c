import numpy as np
import pytest

from stance.features import other_subjects
from stance.features.batches import InputBatch
from stance.features.model_input import text_inputs
from stance.features.other_subjects import LARGEST, UNKNOWN, OtherSubjects
from stance.features.tfidf import TfidfOptions, fit_tfidf
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words

TEXTS = [
    "قصف مدفعي على ريف إدلب وقسد تنفي في 2019",
    "قصف جوي في ريف حلب والمباراة في الملعب",
    "قصف في المباراة قصف YPG",
]


@pytest.fixture(scope="module")
def block():
    batch = InputBatch(text_inputs(TEXTS), arabic_normalization(), by_voice=False)
    options = TfidfOptions("word", max_n=2)
    return fit_tfidf(options.tokens_of(batch), options)[0]


@pytest.fixture(scope="module")
def contrast(block):
    found = OtherSubjects.of(block, arabic_normalization())
    frequency = [sum(f" {t} " in f" {text} " for text in folded()) for t in block.terms]
    return dict(zip(block.terms, found.contrast(np.array(frequency), 3).tolist(), strict=True))


def folded():
    return [" ".join(words(text, arabic_normalization())) for text in TEXTS]


def test_words_of_the_corpus_are_above_words_of_other_subjects_and_common_ones(contrast):
    neutral = -UNKNOWN / (LARGEST - UNKNOWN)
    assert contrast["قصف"] == contrast["ريف"] == 1
    assert neutral < contrast["المباراه"] < 1
    # It occurs in every text of the corpus, but is on the list of common words.
    assert contrast["في"] == pytest.approx(neutral)
    assert contrast["قصف في"] == contrast["2019"] == contrast["ypg"] == 0


def test_a_contrast_is_the_log_ratio_of_shares(contrast):
    texts, _ = other_subjects._read_file()
    sport = sum("المباراه" in words(text, arabic_normalization()) for text in texts)
    assert sport >= 5
    ratio = np.log((1 + 0.3) / 3.6) - np.log((sport + 0.3) / (len(texts) + 0.6))
    assert contrast["المباراه"] == pytest.approx((ratio + 1) / 5)


def test_a_term_that_is_not_known_has_no_contrast(block):
    found = OtherSubjects.of(block, arabic_normalization())
    assert not found.contrast(np.zeros(len(block.terms), dtype=np.int64), 3).any()
    some = np.array([0, 2], dtype=np.int32)
    assert found.part(some).log_share.tolist() == found.log_share[some].tolist()


def test_the_file_has_texts_on_many_subjects_and_no_word_of_the_war():
    rows = [line.split("\t") for line in other_subjects._FILE.read_text("utf-8").splitlines()]
    subjects = {subject for subject, _ in rows}
    assert {"common", "sport", "health", "technology", "economy", "culture"} <= subjects
    assert len({text for _, text in rows}) == len(rows) > 140
    used = {word for _, text in rows for word in words(text, arabic_normalization())}
    assert not used & {"سوريا", "قسد", "داعش", "قصف", "ادلب", "حلب", "النظام", "المعارضه", "غاره"}
