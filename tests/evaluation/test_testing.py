"""A finished model on labelled articles."""

import dataclasses

import pytest

from stance.errors import CorpusError
from stance.evaluation.testing import evaluate_model, predicted_labels
from stance.model.prediction import predict
from stance.reporting.scores import calibration_sections


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


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [1.0, 1e4, 1e6])
def test_a_printed_threshold_labels_the_share_that_it_promises(
    fast_model, seed_articles, temperature
):
    """However near each other probabilities are, and where predictions round them to the same."""
    linear = dataclasses.replace(fast_model.linear, temperature=temperature)
    model = dataclasses.replace(fast_model, linear=linear)
    articles = seed_articles[::2]
    result = evaluate_model(model, articles)

    def labelled(threshold):
        found = list(predict(model, articles, min_probability=threshold))
        return sum(prediction.label is not None for prediction in found) / len(found)

    curve = result.to_dict()["risk_coverage"]["curve"]
    for at in curve[:: max(len(curve) // 4, 1)]:
        assert labelled(at["threshold"]) == pytest.approx(at["coverage"])
    _, coverages, *_ = calibration_sections(result)
    (table,) = coverages.blocks
    printed = [(row[0].removesuffix("%"), row[1]) for row in table.rows]
    assert printed
    for share, threshold in printed[::3]:
        assert labelled(float(threshold)) == pytest.approx(int(share) / 100, abs=0.005)
