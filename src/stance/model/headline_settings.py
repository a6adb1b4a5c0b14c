"""Settings of a classifier of its own for headlines."""

from __future__ import annotations

from pydantic import Field

from stance.corpus.document_kinds import HEADLINE_WORDS
from stance.features.settings import Section


class HeadlinesConfig(Section):
    """Weights, intercepts and a temperature of their own for headlines.

    A headline has few words, and its labels are less balanced than those of
    articles: one set of weights for both is right for neither.
    """

    enabled: bool = Field(
        False, description="fit a classifier of its own for headlines, on the same features"
    )
    max_words: int = Field(
        HEADLINE_WORDS, ge=1, description="number of words up to which a text is a headline"
    )
    articles_weight: float = Field(
        0.1, gt=0, le=1, description="weight of an article in learning headlines"
    )
    weight_in_articles: float = Field(
        0.03, gt=0, le=1, description="weight of a headline in learning articles"
    )
    balance: float = Field(
        0.25,
        ge=0,
        le=1,
        description="how far the labels of headlines get equal weight: 0: not at all, 1: wholly",
    )
    always_train_weight: float = Field(
        1.0, gt=0, description="weight of a headline of --always-train, compared with 1"
    )
    C: float = Field(30.0, gt=0, description="inverse regularisation strength")
    own_blocks: list[str] = Field(
        ["char"], description="sections of features that are read in headlines only"
    )
