"""A finished model on labelled articles."""

import dataclasses

import pytest

from stance.errors import CorpusError
from stance.evaluation.testing import evaluate_model, predicted_labels


def test_a_model_is_tested_on_labels_that_it_knows(fast_model, seed_articles):
    result = evaluate_model(fast_model, seed_articles, batch_size=50)
    assert result.n == len(seed_articles)
    assert result.accuracy > 0.95
    strange = dataclasses.replace(seed_articles[0], label="martian")
    with pytest.raises(CorpusError, match=r"'martian'.*knows only"):
        evaluate_model(fast_model, [strange])
    with pytest.raises(CorpusError, match="without a label"):
        evaluate_model(fast_model, [dataclasses.replace(strange, label=None)])
    with pytest.raises(CorpusError, match="no articles"):
        evaluate_model(fast_model, [])


def test_slices_are_scored_with_the_whole(fast_model, seed_articles):
    articles = [*seed_articles[:40], dataclasses.replace(seed_articles[0], label="neutral_wire")]
    values = ["seen"] * 40 + [None]
    (seen, unseen) = evaluate_model(fast_model, articles, slices={"part": values}).slices["part"]
    assert (seen.value, seen.n) == ("seen", 40)
    assert (unseen.value, unseen.n, unseen.accuracy) == (None, 1, 0.0)
    assert unseen.few


def test_labels_come_in_the_order_of_the_articles(fast_model, seed_articles):
    labels = predicted_labels(fast_model, seed_articles[:30])
    assert labels == [article.label for article in seed_articles[:30]]
    strange = dataclasses.replace(seed_articles[0], label="martian")
    with pytest.raises(CorpusError, match="'martian'"):
        predicted_labels(fast_model, [strange])
