"""Learning which lines and phrases to remove because they identify the outlet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stance.corpus.boilerplate import giveaways, recurring_lines
from stance.features.preparation import Preparation
from stance.text.tokenization import words

if TYPE_CHECKING:
    from stance.model.config import TrainingConfig
    from stance.model.learning_corpus import LabelledCorpus
    from stance.text.normalization_table import NormalizationTable


def learn_preparation(
    corpus: LabelledCorpus, config: TrainingConfig, table: NormalizationTable
) -> Preparation | None:
    """Learn which lines and phrases to remove from texts.

    Parameters
    ----------
    corpus : LabelledCorpus
        Nothing is removed if no article has an outlet.
    config : TrainingConfig
    table : NormalizationTable

    Returns
    -------
    Preparation or None
        None if nothing is removed.
    """
    preparation = Preparation(table, quotations=config.text.quotations)
    if config.text.boilerplate == "drop":
        lines = {tuple(words(found.line, table)) for found in recurring_lines(corpus.articles)}
        preparation = replace(preparation, lines=frozenset(lines))
    if config.text.bylines == "mask":
        texts = [one.text for one in config.inputs(corpus.articles)]
        known = [(text, o) for text, o in zip(texts, corpus.outlets or (), strict=False) if o]
        found = giveaways([preparation(text) for text, _ in known], [o for _, o in known])
        phrases = frozenset(tuple(one.phrase.split()) for one in found)
        preparation = replace(preparation, phrases=phrases)
    return None if preparation == Preparation(table) else preparation
