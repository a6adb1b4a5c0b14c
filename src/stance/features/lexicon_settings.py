"""The settings of the lexicon block."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from stance import resources
from stance.features.lexicon import as_day, lexicon_files
from stance.features.settings import BlockSettings, Count, Switch

if TYPE_CHECKING:
    from stance.features.settings import Choices, CorpusTraits


def _assumed_date(value: object) -> str:
    if value == "auto":
        return "auto"
    day = as_day(value)
    return day.isoformat() if day else "auto"


# A day as text, which every format of a configuration can hold.
AssumedDate = Annotated[str, BeforeValidator(_assumed_date)]


class LexiconSettings(BlockSettings):
    """Rates and naming shares of a lexicon's categories in the outlet's own voice."""

    enabled: Switch = Field(
        "auto",
        description="use these features; auto: if two thirds of the articles name an actor of the "
        "lexicon",
    )
    path: str = Field("", description="a TOML file, or a folder of them; empty: the shipped one")
    weight: float = Field(
        0.5, gt=0, description="typical norm of an article's vector of rates and shares"
    )
    sides: Literal["log", "rate"] = Field(
        "log",
        description="frequency of a side's terms: log: ln(1 + rate) and the share among all sides' "
        "terms; rate: the rate per 1,000 words",
    )
    side_weight: float = Field(
        0.25, gt=0, description="typical norm of an article's vector of the sides' features"
    )
    min_outlets: Count = Field(
        "auto",
        description="minimum number of outlets with a category; auto: for unseen outlets a quarter "
        "of the outlets, at most 10; else 1",
    )
    log_rates: Switch = Field(
        "auto", description="ln(1 + rate) instead of the rate; auto: for unseen outlets"
    )

    assumed_date: AssumedDate = Field(
        "auto",
        description="a day of the period of texts whose date and words do not decide; auto: the "
        "most frequent period of the training articles",
    )

    def input_files(self) -> list[Path]:
        """Return the files of the lexicon."""
        return lexicon_files(self.directory)

    @property
    def directory(self) -> Path:
        """The file or folder of the lexicon."""
        return Path(self.path or resources.LEXICONS)

    def auto_values(self, traits: CorpusTraits) -> dict[str, Any]:
        """Return the values that "auto" resolves to; `Block.suits` decides ``enabled``."""
        return {"min_outlets": traits.min_outlets, "log_rates": traits.unseen_outlets}

    def worth_tuning(self, min_outlets: list[int]) -> dict[str, Choices]:
        """Return the settings that tuning should try, with their candidate values."""
        if self.enabled is not True:
            return {}
        found: dict[str, Choices] = {"weight": (0.1, 2.0), "log_rates": [False, True]}
        return found | ({"min_outlets": min_outlets} if min_outlets else {})
