"""Counts of predicted labels, in and out of the domain."""

from stance.corpus.article import Article
from stance.evaluation.predicted_labels import LabelCount, PredictedLabels
from stance.model.prediction import Prediction


def prediction(label, probability, reason=None, *, domain=True):
    return Prediction(
        Article("1", "نص"),
        label,
        probability,
        {"a": 0.0, "b": 0.0, "c": 0.0},
        bool(reason) if domain else None,
        out_of_domain_reason=reason,
    )


def test_labels_are_counted_the_most_frequent_first():
    found = PredictedLabels.of(
        [
            prediction("a", 0.8),
            prediction("b", 0.5, "too_short"),
            prediction("b", 0.7, "unknown_words"),
            prediction("b", 0.6),
        ]
    )
    assert found.n == 4
    assert [(one.label, one.n, one.n_out_of_domain) for one in found.labels] == [
        ("b", 3, 2),
        ("a", 1, 0),
        ("c", 0, 0),
    ]
    assert abs(found.labels[0].mean_probability - 0.6) < 1e-12
    assert found.labels[2] == LabelCount("c", 0, None, 0)
    assert found.reasons == {"too_short": 1, "unknown_words": 1}
    assert found.n_out_of_domain == 2
    assert found.has_domain


def test_a_model_without_a_domain_says_so():
    found = PredictedLabels.of([prediction("a", 0.8, domain=False)])
    assert not found.has_domain
    assert found.n_out_of_domain == 0
