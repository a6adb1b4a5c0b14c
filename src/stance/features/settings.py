"""Sections of settings, and the base class of a feature block's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from pathlib import Path

# "auto" is resolved before fitting.
Count = Annotated[int, Field(ge=1)] | Literal["auto"]
Switch = bool | Literal["auto"]

# A list of values, or the bounds of a range that is searched on a logarithmic scale.
Choices = list[Any] | tuple[float, float]


class Section(BaseModel):
    """Settings that a configuration file groups under one name."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def __hash__(self) -> int:
        # Mappings are not hashable.
        return hash(self.model_dump_json())


class CorpusTraits(NamedTuple):
    """The properties of a corpus that "auto" values depend on.

    Parameters
    ----------
    unseen_outlets : bool
        Whether the model is for outlets that it was not trained on.
    labels_are_outlets : bool
        Whether the labels are the outlets.
    min_outlets : int
        Minimum number of outlets with a feature.
    """

    unseen_outlets: bool
    labels_are_outlets: bool
    min_outlets: int


class BlockSettings(Section):
    """Base class of the settings of a feature block."""

    enabled: Switch = Field(True, description="use these features")

    def input_files(self) -> list[Path]:
        """Return the files that the block is built from, besides the articles."""
        return []

    def auto_values(self, traits: CorpusTraits) -> dict[str, Any]:
        """Return the values that "auto" resolves to.

        If ``enabled`` is not among them, `Block.suits` decides it.
        """
        return {}

    def worth_tuning(self, min_outlets: list[int]) -> dict[str, Choices]:
        """Return the settings that tuning should try, with their candidate values.

        Parameters
        ----------
        min_outlets : list of int
            Candidate values of the minimum number of outlets; empty if the
            outlets are unknown.
        """
        return {}
