import numpy as np
import pytest

from stance.features.scoring import DomainEvidence
from stance.model.domain_check import out_of_domain_reasons
from stance.model.record import Domain, LengthBound

BOUNDS = [LengthBound(min_words=4, threshold=0.1), LengthBound(min_words=20, threshold=0.2)]


def domain_of(**changes):
    return Domain(threshold=0.3, usual=0.5, n_held_out=9, protocol="none", **changes)


def reasons_of(domain, score, n_words, *, foreign=False, known=1.0):
    evidence = DomainEvidence(
        np.array([score]), np.array([n_words]), np.array([foreign]), np.array([known])
    )
    (found,) = out_of_domain_reasons(domain, evidence, evidence.scores)
    return found


@pytest.mark.parametrize(
    ("score", "n_words", "given", "expected"),
    [
        (0.1, 4, {}, None),
        (0.0999, 4, {}, "unknown_words"),
        (0.15, 19, {}, None),
        (0.15, 20, {}, "unknown_words"),
        (1.0, 3, {}, "too_short"),
        (0.0, 0, {}, "too_short"),
        (1.0, 50, {"foreign": True}, "other_language"),
        (1.0, 2, {"foreign": True}, "other_language"),
        (1.0, 50, {"known": 0.69}, "other_language"),
        (1.0, 50, {"known": 0.7}, None),
        (0.0, 50, {"known": 0.69}, "other_language"),
    ],
)
def test_a_text_is_flagged_for_its_words_its_language_or_its_length(
    score, n_words, given, expected
):
    domain = domain_of(measure="contrast", by_length=BOUNDS, known_share=0.7)
    assert reasons_of(domain, score, n_words, **given) == expected


@pytest.mark.parametrize(
    ("score", "n_words", "given", "expected"),
    [
        (0.3, 2, {}, None),
        (0.3, 2, {"foreign": True, "known": 0.0}, None),
        (0.29, 2, {}, "too_short"),
        (0.29, 4, {}, "unknown_words"),
        (0.29, 2, {"foreign": True}, "other_language"),
    ],
)
def test_in_older_models_the_threshold_alone_decides(score, n_words, given, expected):
    assert reasons_of(domain_of(), score, n_words, **given) == expected
