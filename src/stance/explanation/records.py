"""The explanation of a label as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.corpus.article import Article
    from stance.explanation.changes import Changes

VOICES = ("own", "speech", "scare")

# Voice of a feature whose places are in several voices.
MIXED = "mixed"


class Place(NamedTuple):
    """A place in an article as published: ``getattr(article, field)[start:end]``.

    ``field`` is ``"title"`` or ``"text"``; ``start`` and ``end`` count code points.
    """

    field: str
    start: int
    end: int


class TermPlace(NamedTuple):
    """A term of a lexicon that a feature counts, with its places and voice."""

    term: str
    category: str
    actor: str | None
    side: str | None
    voice: str
    places: Sequence[Place]

    def to_row(self) -> dict[str, Any]:
        """Return the record as JSON-serialisable values."""
        return {
            "term": self.term,
            "category": self.category,
            "actor": self.actor,
            "side": self.side,
            "voice": self.voice,
            "places": places_to_dict(self.places),
        }


class Contribution(NamedTuple):
    """What one feature contributes to the difference between two labels.

    Parameters
    ----------
    block, feature : str
    weight : float
        The difference of the feature's factors for the two labels: its weights
        over the temperature, multiplied by its idf and scale.
    value : float
        The value of the feature in the article: for n-grams, the weight of their
        count over the norm of the text.
    contribution : float
        In logits: ``weight * value``.
    outlets : int, optional
        Number of training outlets with the feature; None if the model does not
        know it: it is of a format before 6, or was trained without outlets.
    voice : str, optional
        ``own``, ``speech``, ``scare`` or ``mixed``; None without places.
    places : sequence of Place
    terms : sequence of TermPlace
        The terms that a lexical feature counts.
    """

    block: str
    feature: str
    weight: float
    value: float
    contribution: float
    outlets: int | None
    voice: str | None
    places: Sequence[Place]
    terms: Sequence[TermPlace] = ()

    def to_row(self) -> dict[str, Any]:
        """Return the record as JSON-serialisable values."""
        row: dict[str, Any] = {
            "block": self.block,
            "feature": self.feature,
            "weight": self.weight,
            "value": self.value,
            "contribution": self.contribution,
            "outlets": self.outlets,
            "voice": self.voice,
            "places": places_to_dict(self.places),
        }
        if self.terms:
            row["terms"] = [one.to_row() for one in self.terms]
        return row


class WordContribution(NamedTuple):
    """What all features contribute by one normalised word, wherever it occurs."""

    word: str
    contribution: float
    voice: str
    places: Sequence[Place]

    def to_row(self) -> dict[str, Any]:
        """Return the record as JSON-serialisable values."""
        return {
            "word": self.word,
            "contribution": self.contribution,
            "voice": self.voice,
            "places": places_to_dict(self.places),
        }


class Rest(NamedTuple):
    """The features that are not listed."""

    n_features: int
    contribution: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an article has one label and not another.

    ``intercept`` and all contributions, with that of the rest, add up to
    ``logit_difference``: the logarithm of the ratio of the two published
    probabilities, before rounding.

    Parameters
    ----------
    article : Article
    label, against : str
        The label, and the label it is compared with.
    probabilities : dict of str to float
        Of these two labels.
    logit_difference, intercept : float
    contributions : sequence of Contribution
        Those of the largest amount, the largest first.
    rest : Rest
    words : sequence of WordContribution
        The words of the largest amount: contributions of n-grams and terms
        divided over their words.
    by_block : dict of str to float
        Contributions of each block.
    by_voice : dict of str to float
        Contributions by the voice of the words; under ``none`` those without words.
    changes : Changes, optional
        What would change the label.
    """

    article: Article
    label: str
    against: str
    probabilities: dict[str, float]
    logit_difference: float
    intercept: float
    contributions: Sequence[Contribution]
    rest: Rest
    words: Sequence[WordContribution]
    by_block: dict[str, float]
    by_voice: dict[str, float]
    changes: Changes | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as JSON-serialisable values."""
        found = {
            "id": self.article.id,
            "label": self.label,
            "against": self.against,
            "probabilities": self.probabilities,
            "logit_difference": self.logit_difference,
            "intercept": self.intercept,
            "contributions": [one.to_row() for one in self.contributions],
            "rest": self.rest._asdict(),
            "words": [one.to_row() for one in self.words],
            "by_block": self.by_block,
            "by_voice": self.by_voice,
        }
        return found if self.changes is None else found | {"changes": self.changes.to_dict()}


def places_to_dict(places: Sequence[Place]) -> dict[str, list[list[int]]]:
    """Return places by field: ``{"text": [[start, end], ...]}``."""
    found: dict[str, list[list[int]]] = {}
    for field, start, end in places:
        found.setdefault(field, []).append([start, end])
    return found
