"""Tokenised articles of a corpus, as input of feature blocks; folds share the corpus's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from stance.features.batches import InputBatch
from stance.features.counted import CountedInputs
from stance.features.model_input import ArticleInputs
from stance.features.registry import BLOCKS
from stance.model.learning_preparation import learn_preparation
from stance.text.normalization import arabic_normalization

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.corpus.article import Article
    from stance.features.batches import Inputs
    from stance.features.model_input import ModelInput
    from stance.features.preparation import Preparation
    from stance.model.config import TrainingConfig
    from stance.model.learning_corpus import LabelledCorpus
    from stance.text.normalization_table import NormalizationTable


def by_voice(config: TrainingConfig) -> bool:
    """Return whether a block distinguishes the outlet's own words from quoted ones."""
    return any(
        kind.block.reads_voices and config.features.block(kind.name).enabled is True
        for kind in BLOCKS
    )


class CorpusReading(NamedTuple):
    """The input of feature blocks for a corpus.

    Parameters
    ----------
    batch : Inputs
    preparation : Preparation or None
        What is removed from the texts.
    outlets : sequence of str or None, or None
        The outlet of each text among which the batch counts: those of the whole
        corpus if its parts share their counts.
    """

    batch: Inputs
    preparation: Preparation | None
    outlets: Sequence[str | None] | None


def read_corpus(corpus: LabelledCorpus, config: TrainingConfig) -> CorpusReading:
    """Return the input of feature blocks, and what is removed from the texts.

    All parts of a corpus share its tokens and counts, unless what is removed
    from a text was learned from the part.

    Parameters
    ----------
    corpus : LabelledCorpus
    config : TrainingConfig
        Resolved.
    """
    table = arabic_normalization(config.normalization.profile())
    preparation = learn_preparation(corpus, config, table)
    if corpus.origin is None or (preparation and (preparation.lines or preparation.phrases)):
        batch = _batch(corpus.articles, config, table, preparation)
        return CorpusReading(batch, preparation, corpus.outlets)
    whole, places = corpus.origin
    quotations = preparation.quotations if preparation else "keep"
    key = (config.text.title, table, by_voice(config), quotations)
    if key not in whole.readings:
        whole.readings[key] = CountedInputs(_batch(whole.articles, config, table, preparation))
    return CorpusReading(whole.readings[key].part(places), preparation, whole.outlets)


def _batch(
    articles: Sequence[Article],
    config: TrainingConfig,
    table: NormalizationTable,
    preparation: Preparation | None,
) -> InputBatch:
    inputs: Sequence[ModelInput] = ArticleInputs(articles, title=config.text.title)
    if preparation is not None:
        inputs = [replace(one, text=preparation(one.text)) for one in inputs]
    return InputBatch(inputs, table, by_voice=by_voice(config))
