"""The ``[features]`` section: one section for each feature block of the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, create_model

from stance.features.registry import BLOCKS
from stance.features.settings import BlockSettings, Section

if TYPE_CHECKING:
    from stance.features.settings import Choices


class FeatureSections(Section):
    """The features of an article."""

    passages: Annotated[int, Field(ge=0)] | Literal["auto"] = Field(
        "auto",
        description="train on passages of about this many words; 0: on whole articles; auto: 100 "
        "for unseen outlets, else 0",
    )

    def block(self, name: str) -> BlockSettings:
        """Return the settings of a feature block."""
        found: BlockSettings = getattr(self, name)
        return found

    @property
    def blocks(self) -> dict[str, BlockSettings]:
        """The settings of each feature block, by its name."""
        return {kind.name: self.block(kind.name) for kind in BLOCKS}

    def undecided(self) -> dict[str, BlockSettings]:
        """Return the settings of the blocks whose ``enabled`` is "auto"."""
        return {name: one for name, one in self.blocks.items() if one.enabled == "auto"}

    def worth_tuning(self, min_outlets: list[int]) -> dict[str, Choices]:
        """Return the values that tuning should try; see `BlockSettings.worth_tuning`."""
        found: dict[str, Choices] = {
            f"features.{name}.{key}": values
            for name, section in self.blocks.items()
            for key, values in section.worth_tuning(min_outlets).items()
        }
        return found | {"features.passages": [0, 50, 100, 200]}


if TYPE_CHECKING:
    FeaturesConfig = FeatureSections
else:
    FeaturesConfig = create_model(
        "FeaturesConfig",
        __base__=FeatureSections,
        __doc__=FeatureSections.__doc__,
        __module__=__name__,
        **{kind.name: (kind.settings, kind.settings()) for kind in BLOCKS},
    )
