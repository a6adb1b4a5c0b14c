"""What a configuration leaves to the corpus, decided.

Where enough outlets are known and two labels or more are in several of them, a
model is for outlets that it has never seen: it learns what many outlets of
a label share, from short passages, and reads no spelling. Everywhere else it
is for articles like those it learns from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from stance.features.settings import CorpusTraits

if TYPE_CHECKING:
    from pydantic import BaseModel

    from stance.model.config import TrainingConfig

Section = TypeVar("Section", bound="BaseModel")

# With fewer it cannot be told what many outlets share.
ENOUGH_OUTLETS = 10
# What occurs in so many outlets is nobody's habit, however many more there are.
MANY_OUTLETS = 10


def settle(
    config: TrainingConfig, *, labels_are_outlets: bool = False, n_outlets: int = 0
) -> TrainingConfig:
    """Decide what a configuration leaves to the corpus.

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
        Without any "auto", but for the use of blocks that articles decide, and the penalty.
    """
    unseen = n_outlets >= ENOUGH_OUTLETS
    least = usual_min_outlets(n_outlets) if unseen else 1
    traits = CorpusTraits(unseen, labels_are_outlets, least)
    return _fill(
        config,
        {
            "features": {
                "passages": 100 if unseen else 0,
                **{
                    name: section.auto_values(traits)
                    for name, section in config.features.blocks.items()
                },
            },
            "classifier": {"steadiness": 1.0 if unseen else 0.0},
        },
    )


def usual_min_outlets(n_outlets: int) -> int:
    """Return in how many outlets an n-gram must be, of so many.

    A quarter of them, up to ten; one where that is none.
    """
    return max(min(n_outlets // 4, MANY_OUTLETS), 1)


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
