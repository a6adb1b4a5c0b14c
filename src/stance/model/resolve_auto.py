"""What a configuration leaves to the corpus (``auto``), resolved.

Where enough outlets are known and two labels or more are in several of them, a
model is for outlets that it has never seen: it learns what many outlets of
a label share, from short passages, and reads no spelling. Everywhere else it
is for articles like those it learns from.

Resolved once for a corpus, so that no fold of it decides otherwise. What a
fold's training articles cannot meet is lowered there (`lower_min_outlets`).
The penalty alone stays open: it is chosen on held-out articles
(`stance.model.calibration`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from stance.features.batches import InputBatch
from stance.features.registry import BLOCKS
from stance.features.settings import CorpusTraits
from stance.model.config import lowerable_settings, setting, with_settings
from stance.text.normalization import arabic_normalization

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel

    from stance.model.config import TrainingConfig
    from stance.model.learning_corpus import LabelledCorpus

Section = TypeVar("Section", bound="BaseModel")

# With fewer it cannot be told what many outlets share.
ENOUGH_OUTLETS = 10
# What occurs in so many outlets is nobody's habit, however many more there are.
MANY_OUTLETS = 10
# What an open penalty may be.
PENALTIES = (1.0, 3.0, 10.0, 30.0)


@dataclass(frozen=True)
class ResolvedConfig:
    """A configuration that leaves nothing to the corpus but the penalty.

    Parameters
    ----------
    config : TrainingConfig
    lowerable : frozenset of str
        The numbers of outlets that nobody set: they are lowered where training
        articles cannot meet them.
    """

    config: TrainingConfig
    lowerable: frozenset[str] = frozenset()


def resolve_auto(corpus: LabelledCorpus, config: TrainingConfig) -> ResolvedConfig:
    """Decide what a configuration leaves to the corpus, except the penalty."""
    return resolve_auto_of_each(corpus, [config])[0]


def resolve_auto_of_each(
    corpus: LabelledCorpus, configs: Sequence[TrainingConfig]
) -> list[ResolvedConfig]:
    """Resolve several configurations; what they share is looked at once."""
    outlets = corpus.outlet_coverage
    suitable: dict[object, dict[str, bool]] = {}
    resolved = []
    for given in configs:
        config = resolve_auto_by_outlets(
            given,
            labels_are_outlets=outlets.labels_are_groups,
            n_outlets=outlets.n_groups if outlets.is_mostly_known else 0,
        )
        if undecided := config.features.undecided():
            decisive = (config.text, config.normalization, *undecided.items())
            if decisive not in suitable:
                suitable[decisive] = suitable_blocks(corpus, config)
            config = config.with_blocks(suitable[decisive])
        resolved.append(ResolvedConfig(config, lowerable_settings(given)))
    return resolved


def resolve_auto_by_outlets(
    config: TrainingConfig, *, labels_are_outlets: bool = False, n_outlets: int = 0
) -> TrainingConfig:
    """Decide what depends on the outlets alone.

    Parameters
    ----------
    config : TrainingConfig
    labels_are_outlets : bool
        Whether the outlet itself is asked for. Everywhere else its house style
        is a shortcut, even where nobody noted who the outlets are.
    n_outlets : int
        How many outlets are named, if they can be held out and at least half
        of the articles name one; else 0.

    Returns
    -------
    TrainingConfig
        Without any "auto", except the use of blocks that articles decide, and the penalty.
    """
    for_unseen_outlets = n_outlets >= ENOUGH_OUTLETS
    least = default_min_outlets(n_outlets) if for_unseen_outlets else 1
    traits = CorpusTraits(for_unseen_outlets, labels_are_outlets, least)
    return _fill(
        config,
        {
            "features": {
                "passages": 100 if for_unseen_outlets else 0,
                **{
                    name: section.auto_values(traits)
                    for name, section in config.features.blocks.items()
                },
            },
            "classifier": {"outlet_shrinkage": 1.0 if for_unseen_outlets else 0.0},
        },
    )


def default_min_outlets(n_outlets: int) -> int:
    """Return the minimum number of outlets of an n-gram: a quarter of them, from 1 to 10."""
    return max(min(n_outlets // 4, MANY_OUTLETS), 1)


def suitable_blocks(corpus: LabelledCorpus, config: TrainingConfig) -> dict[str, bool]:
    """Tell of each block whose use a configuration leaves open whether it suits the articles."""
    undecided = config.features.undecided()
    table = arabic_normalization(config.normalization.profile())
    batch = InputBatch(config.inputs(corpus.articles), table, by_voice=False)
    return {
        kind.name: kind.block.suits(batch, undecided[kind.name])
        for kind in BLOCKS
        if kind.name in undecided
    }


def lower_min_outlets(corpus: LabelledCorpus, resolved: ResolvedConfig) -> TrainingConfig:
    """Lower the numbers of outlets, where they may be, that exceed those of a corpus."""
    n_outlets = len(set(corpus.outlets or ()))
    config = resolved.config
    changes = {
        key: default_min_outlets(n_outlets)
        for key in resolved.lowerable
        if int(setting(config, key)) > max(n_outlets, 1)
    }
    return with_settings(config, changes) if changes else config


def with_each_penalty(config: TrainingConfig) -> list[TrainingConfig]:
    """Return a configuration with every value that an open penalty may take, the lowest first."""
    classifier = config.classifier
    if classifier.kind == "logistic" and classifier.logistic.C == "auto":
        return [config.with_penalty(penalty) for penalty in PENALTIES]
    return [config]


def _fill(section: Section, decided: dict[str, Any]) -> Section:
    """Replace each "auto" by what was decided."""
    changes: dict[str, Any] = {}
    for name, value in decided.items():
        known = getattr(section, name)
        if isinstance(value, dict):
            changes[name] = _fill(known, value)
        elif known == "auto":
            changes[name] = value
    return section.model_copy(update=changes)
