from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.corpus.article import Article
from stance.errors import ConfigError
from stance.model.domain import FLAGGED
from stance.model.prediction import predict, row_columns
from stance.tabular import flatten
from stance.text.tokenization import words


def articles_of(texts):
    return [Article(str(n), text) for n, text in enumerate(texts)]


@pytest.mark.slow
def test_labels_come_in_order_and_sum_to_one(full_model, seed_articles):
    found = list(predict(full_model, iter(seed_articles)))
    assert [p.article for p in found] == seed_articles
    for prediction in found:
        assert prediction.probability == max(prediction.probabilities.values())
        assert prediction.probabilities[prediction.label] == prediction.probability
        assert np.isclose(sum(prediction.probabilities.values()), 1, atol=1e-5)


@pytest.mark.slow
def test_below_the_least_probability_there_is_no_label(full_model, seed_articles):
    sure = list(predict(full_model, seed_articles))
    least = sorted(p.probability for p in sure)[len(sure) // 2]
    found = list(predict(full_model, seed_articles, min_probability=least))
    for before, after in zip(sure, found, strict=True):
        assert after.label == (before.label if before.probability >= least else None)
        assert {**after.to_row(), "label": before.label} == before.to_row()
    assert 0 < sum(p.label is None for p in found) < len(found)


@pytest.mark.parametrize("value", [-0.1, 1.4, float("nan")])
def test_what_is_no_probability_is_refused(full_model, value):
    with pytest.raises(ConfigError, match=f"min_probability={value}, but expected a probability"):
        next(predict(full_model, [], min_probability=value))


@pytest.mark.slow
def test_an_article_is_flagged_where_its_score_is_below_the_threshold(full_model, seed_articles):
    short = "خبر عاجل"
    strange = [
        STRANGE["no Arabic"],
        STRANGE["only marks"],
        "",
        "12",
        "ارتش سوریه اعلام کرد که نیروهایش چند روستا را گرفته‌اند",
        short,
        "هزم اللاعب منافسه في نهائي بطولة التنس وتسلم الكأس وسط هتاف الجمهور",
    ]
    bodies = [replace(article, title=None) for article in seed_articles]
    found = list(predict(full_model, [*bodies, *articles_of(strange)]))
    for prediction in found:
        assert 0 <= prediction.domain_score <= 1
        assert prediction.out_of_domain is (prediction.out_of_domain_reason is not None)
    for prediction in found[: len(seed_articles)]:
        n_words = len(words(prediction.article.text, full_model.features.table))
        (threshold,) = full_model.domain.thresholds(np.array([n_words]))
        assert prediction.out_of_domain is bool(prediction.domain_score < threshold)
        assert prediction.out_of_domain_reason in {None, "unknown_words"}
    assert [p.out_of_domain_reason for p in found[len(seed_articles) :]] == [
        *("other_language", "too_short", "too_short", "too_short", "other_language"),
        *("too_short", "unknown_words"),
    ]
    learned = found[: len(seed_articles) : 3]
    assert np.mean([p.out_of_domain for p in learned]) <= FLAGGED
    assert all(p.out_of_domain for p in found[len(seed_articles) :])


def test_columns_are_those_of_a_flat_row(full_model, seed_articles):
    (row,) = (p.to_row() for p in predict(full_model, seed_articles[:1]))
    columns = row_columns(full_model)
    flat = flatten(row)
    assert list(flat) == columns.names
    assert {name for name, value in flat.items() if type(value) is float} == set(columns.numbers)
    assert {name for name, value in flat.items() if type(value) is bool} == set(columns.flags)


@pytest.fixture(scope="module")
def some_rows(full_model, seed_articles):
    """Return articles, and the row of each as it is labelled by default."""
    some = seed_articles[::5]
    return some, [prediction.to_row() for prediction in predict(full_model, some)]


@pytest.mark.slow
@pytest.mark.parametrize("batch_size", [1, 2, 7, 1024])
def test_rows_are_the_same_for_any_batch_size(full_model, some_rows, batch_size):
    some, expected = some_rows
    assert [p.to_row() for p in predict(full_model, some, batch_size=batch_size)] == expected


@pytest.mark.slow
@pytest.mark.parametrize(("jobs", "batch_size"), [(2, 1), (2, 1024), (3, 7), (-1, 1), (-1, 7)])
def test_rows_are_the_same_for_any_number_of_threads(full_model, some_rows, jobs, batch_size):
    some, expected = some_rows
    found = predict(full_model, iter(some), batch_size=batch_size, jobs=jobs)
    assert [p.to_row() for p in found] == expected


def test_threads_do_not_run_ahead_of_the_reader(full_model):
    taken = []

    def endless():
        while True:
            taken.append(None)
            yield Article(str(len(taken)), "أعلنت الوكالة الخبر")

    stream = predict(full_model, endless(), batch_size=3, jobs=2)
    assert [next(stream).article.id for _ in range(4)] == ["1", "2", "3", "4"]
    assert len(taken) <= 3 * 4
    stream.close()


def test_an_error_in_a_thread_reaches_the_caller(full_model):
    wrong = [Article("1", "نص"), Article("2", None)]
    with pytest.raises(TypeError):
        list(predict(full_model, wrong, batch_size=1, jobs=2))


@pytest.mark.parametrize("jobs", [0, -2])
def test_no_threads_at_all_are_refused(full_model, jobs):
    with pytest.raises(ConfigError, match=f"jobs={jobs}"):
        next(predict(full_model, [], jobs=jobs))


def test_articles_are_taken_as_they_come(full_model):
    taken = []

    def endless():
        n = 0
        while True:
            taken.append(n)
            yield Article(str(n), "أعلنت الوكالة الخبر")
            n += 1

    stream = predict(full_model, endless(), batch_size=3)
    assert next(stream).article.id == "0"
    assert len(taken) <= 3


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=5))
def test_any_text_gets_a_label(full_model, texts):
    found = list(predict(full_model, articles_of(texts)))
    assert len(found) == len(texts)
    assert all(p.label in full_model.labels and 0 <= p.probability <= 1 for p in found)


STRANGE = {
    "no Arabic": "Breaking news: talks resume in Geneva.",
    "NUL bytes": "قال\x00 المصدر\x00",
    "lone surrogate": "قال \ud800 المصدر",
    "only marks": "\u064b\u064c؟!،",
    "a million words": "كلمة " * 1_000_000,
    "one endless word": "ك" * 300_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_strange_texts_get_a_label(full_model, text):
    (found,) = predict(full_model, [Article("1", text)])
    assert found.label in full_model.labels


def test_a_batch_of_none_is_refused(full_model):
    with pytest.raises(ConfigError, match="batch_size=0"):
        next(predict(full_model, [], batch_size=0))


def test_letters_of_other_keyboards_and_signs_of_recitation_change_nothing(
    full_model, seed_articles
):
    plain = articles_of(f"{a.title}\n{a.text}" for a in seed_articles[1:40:3])
    expected = full_model.probabilities(plain)
    flags = [p.out_of_domain for p in predict(full_model, plain)]
    typed = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ"})
    recited = str.maketrans({"ي": "ي\u06e1", "ن": "ن\u06da\ufc60", "ل": "ل\u0670\u0653"})
    for spelling in (typed, recited):
        changed = articles_of(article.text.translate(spelling) for article in plain)
        assert np.array_equal(full_model.probabilities(changed), expected)
        assert [p.out_of_domain for p in predict(full_model, changed)] == flags
