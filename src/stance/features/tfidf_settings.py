"""The settings of TF-IDF blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from stance.errors import ConfigError
from stance.features.settings import BlockSettings, Count, Switch
from stance.features.tfidf import TfidfOptions

if TYPE_CHECKING:
    from stance.features.settings import Choices, CorpusTraits


class TfidfSettings(BlockSettings):
    """Common base class of the word and the character settings."""

    min_n: int = Field(1, ge=1, description="shortest n-gram")
    max_n: int = Field(2, ge=1, le=20, description="longest n-gram")
    min_df: int = Field(2, ge=1, description="minimum document frequency of an n-gram")
    min_outlets: Count = Field(
        "auto",
        description="minimum number of outlets with an n-gram; auto: for unseen outlets a quarter "
        "of the outlets, at most 10; else 1",
    )
    max_features: int = Field(
        0, ge=0, description="maximum number of features, the most frequent; 0: all"
    )
    sublinear_tf: bool = Field(True, description="1 + ln(count) instead of the count")
    binary: Switch = Field(
        "auto",
        description="count an n-gram at most once per article; auto: for unseen outlets",
    )
    weight: float = Field(1.0, gt=0, description="norm of an article's vector of these features")

    @model_validator(mode="after")
    def _check_lengths(self) -> TfidfSettings:
        if self.min_n > self.max_n:
            raise ValueError(f"min_n={self.min_n} is more than max_n={self.max_n}")
        return self

    def auto_values(self, traits: CorpusTraits) -> dict[str, Any]:
        """Return the values that "auto" resolves to."""
        return {
            "enabled": True,
            "min_outlets": traits.min_outlets,
            "binary": traits.unseen_outlets,
        }

    def options(self) -> TfidfOptions:
        """Return the options of the block; no "auto" may be left."""
        values = self.model_dump(exclude={"enabled", "weight", "surface", "stop_words"})
        for name in ("min_outlets", "binary"):
            if values[name] == "auto":
                raise ConfigError(f"Got {name}='auto', which must be resolved first.")
        return TfidfOptions(analyzer=self._analyzer, **values)

    @property
    def unweighted(self) -> list[str]:
        """The words whose n-grams get no weight."""
        return []

    @property
    def _analyzer(self) -> str:
        return "word"


class WordSettings(TfidfSettings):
    """TF-IDF of single words and word n-grams."""

    stop_words: list[str] = Field(
        [],
        description="words whose n-grams get no weight, such as names of actors that all sides "
        "use; also behind و ف ب ك ل, with the article or without",
    )

    def worth_tuning(self, min_outlets: list[int]) -> dict[str, Choices]:
        """Return the settings that tuning should try, with their candidate values."""
        found: dict[str, Choices] = {"max_n": [1, 2], "binary": [False, True]}
        return found | ({"min_outlets": min_outlets} if min_outlets else {})

    @property
    def unweighted(self) -> list[str]:
        """The words whose n-grams get no weight."""
        return self.stop_words


class CharSettings(TfidfSettings):
    """TF-IDF of character n-grams inside words, which are robust to inflection."""

    enabled: Switch = Field(
        "auto", description="use these features; auto: unless the model is for unseen outlets"
    )
    surface: Switch = Field(
        "auto",
        description="use the published spelling and punctuation, which show house style; auto: "
        "only if the labels are the outlets",
    )

    min_n: int = Field(2, ge=1, description="shortest n-gram")
    max_n: int = Field(5, ge=1, le=20, description="longest n-gram")
    weight: float = Field(1.5, gt=0, description="norm of an article's vector of these features")

    def auto_values(self, traits: CorpusTraits) -> dict[str, Any]:
        """Return the values that "auto" resolves to."""
        own = {"enabled": not traits.unseen_outlets, "surface": traits.labels_are_outlets}
        return super().auto_values(traits) | own

    def worth_tuning(self, min_outlets: list[int]) -> dict[str, Choices]:
        """Return the settings that tuning should try, with their candidate values."""
        return {"enabled": [False, True], "weight": (0.3, 3.0)}

    @property
    def _analyzer(self) -> str:
        if self.surface == "auto":
            raise ConfigError("Got features.char.surface='auto', which must be resolved first.")
        return "surface" if self.surface else "char"
