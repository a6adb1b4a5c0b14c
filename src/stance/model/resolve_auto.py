"""Resolution of the settings that are ``auto`` from the corpus.

If enough outlets are named and at least two labels are in several of them, the
model is assumed to be for unseen outlets: it learns what many outlets of a label
share, from short passages, and ignores spelling. Otherwise it is for articles
like the training articles.

Settings are resolved once for a corpus, so that all folds use the same ones.
Minimum numbers of outlets that exceed those of a fold's training articles are
lowered there (`lower_min_outlets`). Only the penalty remains "auto": it is chosen
on held-out articles (`stance.model.calibration`).
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

# With fewer outlets, what many of them share cannot be determined.
ENOUGH_OUTLETS = 10
# Upper limit of the default `min_outlets`: what ten outlets use is not house style.
MANY_OUTLETS = 10
# Candidates for a penalty that is "auto".
PENALTIES = (1.0, 3.0, 10.0, 30.0)


@dataclass(frozen=True)
class ResolvedConfig:
    """A configuration in which only the penalty may still be "auto".

    Parameters
    ----------
    config : TrainingConfig
    lowerable : frozenset of str
        Keys of the `min_outlets` settings that were "auto": they are lowered if
        the training articles have fewer outlets.
    """

    config: TrainingConfig
    lowerable: frozenset[str] = frozenset()


def resolve_auto(corpus: LabelledCorpus, config: TrainingConfig) -> ResolvedConfig:
    """Resolve all settings that are "auto", except the penalty."""
    return resolve_auto_of_each(corpus, [config])[0]


def resolve_auto_of_each(
    corpus: LabelledCorpus, configs: Sequence[TrainingConfig]
) -> list[ResolvedConfig]:
    """Resolve several configurations, with shared work done once."""
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
    """Resolve the settings that depend only on the outlets.

    Parameters
    ----------
    config : TrainingConfig
    labels_are_outlets : bool
        Whether the outlet itself is the label. Otherwise its house style is a
        shortcut, even if the corpus does not name outlets.
    n_outlets : int
        Number of named outlets, if they can be held out and at least half of
        the articles name one; else 0.

    Returns
    -------
    TrainingConfig
        Without "auto", except for the penalty and for blocks that depend on the articles.
    """
    for_unseen_outlets = n_outlets >= ENOUGH_OUTLETS
    least = default_min_outlets(n_outlets) if for_unseen_outlets else 1
    traits = CorpusTraits(for_unseen_outlets, labels_are_outlets, least)
    return _replace_auto(
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
    """Return, for each block whose ``enabled`` is "auto", whether it suits the articles."""
    undecided = config.features.undecided()
    table = arabic_normalization(config.normalization.profile())
    batch = InputBatch(config.inputs(corpus.articles), table, by_voice=False)
    return {
        kind.name: kind.block.suits(batch, undecided[kind.name])
        for kind in BLOCKS
        if kind.name in undecided
    }


def lower_min_outlets(corpus: LabelledCorpus, resolved: ResolvedConfig) -> TrainingConfig:
    """Lower each lowerable `min_outlets` that exceeds the number of outlets of a corpus."""
    n_outlets = len(set(corpus.outlets or ()))
    config = resolved.config
    changes = {
        key: default_min_outlets(n_outlets)
        for key in resolved.lowerable
        if int(setting(config, key)) > max(n_outlets, 1)
    }
    return with_settings(config, changes) if changes else config


def with_each_penalty(config: TrainingConfig) -> list[TrainingConfig]:
    """Return a configuration for each candidate of an "auto" penalty, the lowest C first."""
    classifier = config.classifier
    if classifier.kind == "logistic" and classifier.logistic.C == "auto":
        return [config.with_penalty(penalty) for penalty in PENALTIES]
    return [config]


def _replace_auto(section: Section, decided: dict[str, Any]) -> Section:
    """Replace each "auto" with its resolved value."""
    changes: dict[str, Any] = {}
    for name, value in decided.items():
        known = getattr(section, name)
        if isinstance(value, dict):
            changes[name] = _replace_auto(known, value)
        elif known == "auto":
            changes[name] = value
    return section.model_copy(update=changes)
