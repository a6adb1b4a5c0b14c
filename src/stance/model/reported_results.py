"""Results of `stance crossval` and `stance evaluate` that a model's description keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from stance.errors import CorpusError

if TYPE_CHECKING:
    from pathlib import Path

# More values of a field make no table that anybody reads.
SLICES_KEPT = 40
LARGEST_FILE = 200_000_000

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Interval = Annotated[list[float], Field(min_length=2, max_length=2)]


class _Part(BaseModel):
    """What is read of a part of a result; the rest is left out."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class LabelFigures(_Part):
    """F1 in [0, 1] of one label, and its number of articles."""

    f1: Share
    support: Count


class DomainFigures(_Part):
    """The share out of domain, and the accuracy outside and inside, all in [0, 1]."""

    share: Share
    accuracy: Share | None
    accuracy_in_domain: Share | None


class AtLeastFigures(_Part):
    """The share labelled from a probability on, and its accuracy, all in [0, 1]."""

    probability: Share
    labelled: Share
    accuracy: Share | None


class SureFigures(_Part):
    """From which probability on labels are right in 95 of 100, and the share labelled."""

    threshold: Share
    coverage: Share


class CoverageFigures(_Part):
    """What minimum probabilities leave."""

    at_least: list[AtLeastFigures]
    right_in_95_of_100: SureFigures | None


class BinFigures(_Part):
    """One bin of a reliability diagram; all but the number of articles in [0, 1]."""

    low: Share
    high: Share
    n: Count
    confidence: Share
    accuracy: Share


class BaselineFigure(_Part):
    """A score of a baseline."""

    score: Share


class BaselineFigures(_Part):
    """The scores of always giving one label."""

    labels: list[str]
    accuracy: BaselineFigure
    macro_f1: BaselineFigure


class ScoreFigures(_Part):
    """The scores of some articles."""

    n: Count
    accuracy: Share
    macro_f1: Share | None
    expected_calibration_error: Share
    per_class: dict[str, LabelFigures]
    intervals: dict[str, Interval]
    risk_coverage: CoverageFigures
    out_of_domain: DomainFigures | None


class SliceFigures(ScoreFigures):
    """The scores of one value of a field; `few` if there are too few articles."""

    value: str | None
    few: bool


class RandomFigures(ScoreFigures):
    """The scores of random folds."""

    protocol: str


class DivisionFigures(_Part):
    """What a cross-validation divided.

    ``articles_sha256`` is the hash of its articles in any order; older results
    have none.
    """

    n_articles: Count
    n_always_train: Count
    articles_sha256: str | None = None


class ReportedResults(ScoreFigures):
    """One result, without what a card does not show.

    Parameters
    ----------
    file : str
        Name of its file.
    division : DivisionFigures, optional
        None for a result of `stance evaluate`.
    model : str, optional
        The sha256 of the evaluated model.
    """

    file: str = ""
    protocol: str
    interval_unit: str
    n_units: Count
    effective_units: float
    reliability: list[BinFigures]
    baselines: list[BaselineFigures]
    slices: dict[str, list[SliceFigures]]
    random: RandomFigures | None = None
    division: DivisionFigures | None = None
    model: str | None = None

    @model_validator(mode="after")
    def _few_slices(self) -> Self:
        for parts in self.slices.values():
            del parts[SLICES_KEPT:]
        return self

    @property
    def is_crossval(self) -> bool:
        """Whether it is a cross-validation, which tests no stored model."""
        return self.division is not None

    def replaces(self, other: ReportedResults) -> bool:
        """Whether it is a newer result of the same test."""
        same = self.protocol == other.protocol and self.n == other.n
        return same and self.is_crossval == other.is_crossval


def read_results(path: Path) -> ReportedResults:
    """Read a result from the JSON of `stance crossval` or `stance evaluate`.

    Raises
    ------
    CorpusError
        If there is no such file, or it is no such result.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise CorpusError(f"Got {path}, which is larger than any result. {_expected()}")
        values: Any = orjson.loads(path.read_bytes())
    except OSError as error:
        raise CorpusError(
            f"Got the results {path}, which cannot be read: {error.strerror}. {_expected()}"
        ) from error
    except orjson.JSONDecodeError as error:
        raise CorpusError(f"Got {path}, which is not JSON ({error}). {_expected()}") from error
    try:
        return ReportedResults.model_validate(
            {**values, "file": path.name} if isinstance(values, dict) else values
        )
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"])) or "the whole"
        raise CorpusError(
            f"Got {path}, in which {place} is not that of a result ({fault['msg']}). {_expected()}"
        ) from error


def _expected() -> str:
    return "Give a file that 'stance crossval' or 'stance evaluate' wrote with --json."
