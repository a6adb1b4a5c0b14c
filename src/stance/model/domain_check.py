"""Whether texts are out of a model's domain, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stance.features.scoring import DomainEvidence
    from stance.model.record import Domain

# Texts with fewer words are too short to tell.
SHORTEST = 4

Reason = Literal["unknown_words", "other_language", "too_short"]
REASONS: tuple[Reason, ...] = get_args(Reason)
_UNKNOWN_WORDS, _OTHER_LANGUAGE, _TOO_SHORT = range(1, 4)


def out_of_domain_reasons(
    domain: Domain, evidence: DomainEvidence, scores: NDArray[np.float64]
) -> list[Reason | None]:
    """Return why each text is out of a model's domain; None for a text within it.

    Another language is always out of domain, as is a text of fewer than four
    words. Models of older formats have one threshold for texts of any length,
    which alone decides; the reason is what the text itself shows.

    Parameters
    ----------
    domain : Domain
    evidence : DomainEvidence
    scores : ndarray of float64, shape (n_texts,)
        The domain scores as they are written, so that a written score agrees with
        its flag.
    """
    flagged = scores < domain.thresholds(evidence.n_words)
    is_short = evidence.n_words < SHORTEST
    is_foreign = evidence.is_foreign | (evidence.known_share < domain.known_share)
    if domain.measure == "contrast":
        flagged = flagged | is_foreign | is_short
    # The script of a text is plain even if it is short.
    kinds = np.select(
        [~flagged, is_foreign, is_short],
        [0, _OTHER_LANGUAGE, _TOO_SHORT],
        _UNKNOWN_WORDS,
    )
    names: tuple[Reason | None, ...] = (None, *REASONS)
    return [names[kind] for kind in kinds.tolist()]
