"""The codebook: what each label means, what counts as evidence, how cases are decided.

The file format can describe any set of labels. A model keeps the codebook that
it was trained with, so that readers of its labels can look up what they mean.
"""

from __future__ import annotations

import datetime as dt
import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stance.corpus.keys import by_canonical, canonical
from stance.errors import CorpusError
from stance.toml_files.faults import Fault, listed
from stance.toml_files.reading import read_model

if TYPE_CHECKING:
    from collections.abc import Iterable

_OTHERS = dict.fromkeys(
    ("categories", "spellings"), "the file is a lexicon. Check it with 'stance lexicon check'"
)

Attitude = Literal["favor", "against", "neutral", "mixed"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Period(_Strict):
    """A period of time, both ends included."""

    start: dt.date | None = Field(None, alias="from")
    until: dt.date | None = None

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.start and self.until and self.start > self.until:
            raise ValueError(f"from {self.start} is later than until {self.until}")
        return self

    def covers(self, day: dt.date) -> bool:
        """Return whether the period includes a day."""
        return (self.start is None or self.start <= day) and (
            self.until is None or day <= self.until
        )


class Validity(_Period):
    """The actor that a label refers to in a period."""

    refers_to: str


class StanceChange(_Period):
    """The stance toward each actor in a period."""

    stance: dict[str, Attitude]


class BoundaryCase(_Strict):
    """A case on which annotators may disagree, and how to decide it."""

    case: str
    decision: str


class Coding(_Strict):
    """Coding instructions."""

    steps: list[str] = []
    multiple_framings: str = ""
    quotation: str = ""
    translation_and_reprints: str = ""


class LabelEntry(_Strict):
    """One label: its meaning and the evidence for it.

    Parameters
    ----------
    title, title_ar : str
        Its display name, in English and Arabic.
    definition, definition_ar : str
    evidence, not_evidence : list of str
    stance : dict of str to {"favor", "against", "neutral", "mixed"}
        The stance toward each actor that the label implies.
    stance_changes : list of StanceChange
    validity : list of Validity
    boundary_cases : list of BoundaryCase
    """

    title: str
    title_ar: str = ""
    definition: str
    definition_ar: str = ""
    evidence: list[str] = []
    not_evidence: list[str] = []
    stance: dict[str, Attitude] = {}
    stance_changes: list[StanceChange] = []
    validity: list[Validity] = []
    boundary_cases: list[BoundaryCase] = []

    def refers_to(self, day: dt.date) -> str | None:
        """Return the actor that the label refers to on a day; None outside its validity."""
        return next((v.refers_to for v in self.validity if v.covers(day)), None)

    def stance_on(self, day: dt.date) -> dict[str, Attitude]:
        """Return the stance toward each actor that the label implies on a day."""
        return next((c.stance for c in self.stance_changes if c.covers(day)), self.stance)


class Codebook(_Strict):
    """Labels and their coding rules.

    Parameters
    ----------
    format : int
        The number of the file format, 1.
    name, title, description, language, unit : str
    coding : Coding
    labels : dict of str to LabelEntry
    """

    format: Literal[1]
    name: str
    title: str = ""
    language: str = "ar"
    unit: str = "article"
    description: str = ""
    coding: Coding = Coding()
    labels: dict[str, LabelEntry] = Field(min_length=2)

    def __repr__(self) -> str:
        return f"Codebook({self.name!r}, labels={list(self.labels)!r})"

    @classmethod
    def read(cls, path: str | Path) -> Codebook:
        """Read a codebook from TOML.

        Raises
        ------
        CorpusError
            If the file cannot be read or is not a codebook. The message lists all
            errors with their lines.
        """
        found, faults = read_codebook(path)
        if found is None:
            raise CorpusError(listed("the codebook", str(path), faults))
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return the codebook as plain JSON values."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def check(self, labels: Iterable[str | None]) -> None:
        """Refuse labels that the codebook does not define.

        Raises
        ------
        CorpusError
            If there are any; the message names the most similar defined label.
        """
        known = by_canonical(self.labels)
        given = {label for label in labels if label is not None}
        unknown = sorted(label for label in given if canonical(label) not in known)
        if not unknown:
            return
        near = difflib.get_close_matches(unknown[0], self.labels, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else "Correct the labels or the codebook."
        raise CorpusError(
            f"Got articles labelled {', '.join(map(repr, unknown))}, but the codebook "
            f"{self.name!r} defines only {', '.join(map(repr, self.labels))}. {hint}"
        )

    def spelling(self, label: str) -> str:
        """Return a label in the codebook's spelling; an undefined label unchanged."""
        return by_canonical(self.labels).get(canonical(label), label)


def read_codebook(path: str | Path) -> tuple[Codebook | None, tuple[Fault, ...]]:
    """Read a codebook from TOML; list all errors instead of raising one.

    Returns
    -------
    codebook : Codebook or None
        None if the file has an error.
    faults : tuple of Fault

    Raises
    ------
    CorpusError
        If the file cannot be opened.
    """
    try:
        return read_model(Path(path), Codebook, _OTHERS)
    except OSError as error:
        raise CorpusError(f"Got the codebook {path}, which cannot be read: {error}.") from error
