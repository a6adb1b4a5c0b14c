"""Sections of settings, and what those of a feature block answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

# "auto" is resolved before anything is fitted.
Count = Annotated[int, Field(ge=1)] | Literal["auto"]
Switch = bool | Literal["auto"]

# A list of values, or the ends of a range that is searched on a logarithmic scale.
Choices = list[Any] | tuple[float, float]


class Section(BaseModel):
    """Settings that a configuration file groups under one name."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def __hash__(self) -> int:
        # Tables have no hash of their own.
        return hash(self.model_dump_json())


class CorpusTraits(NamedTuple):
    """What values of "auto" depend on.

    Parameters
    ----------
    unseen_outlets : bool
        Whether the model is for outlets that it was not trained on.
    labels_are_outlets : bool
        Whether the outlet itself is the label.
    min_outlets : int
        In how many outlets a feature must occur.
    """

    unseen_outlets: bool
    labels_are_outlets: bool
    min_outlets: int


class BlockSettings(Section):
    """The settings of a feature block."""

    enabled: Switch = Field(True, description="use these features")

    def auto_values(self, traits: CorpusTraits) -> dict[str, Any]:
        """Return the values that "auto" stands for.

        An ``enabled`` that is left out is decided by `Block.suits`.
        """
        return {}

    def worth_tuning(self, min_outlets: list[int]) -> dict[str, Choices]:
        """Return the settings that tuning should try, with their values.

        Parameters
        ----------
        min_outlets : list of int
            Values worth trying where features must occur in several outlets;
            empty where outlets are unknown.
        """
        return {}
