"""Annotations as values: the neutral table between the formats of annotation tools."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Origin = Literal["human", "model"]


@dataclass(frozen=True)
class Span:
    """A labelled part of a text.

    Parameters
    ----------
    start, end : int
        Code points of the text as published, `end` excluded; a codec converts what
        its format counts (UTF-16 units, grapheme clusters).
    label : str
    """

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Annotation:
    """What one person or model said of one article, or an article that nobody has annotated.

    Parameters
    ----------
    id : str
        Of the article, as written by its owner: `007` is not `7`.
    text : str
    annotator : str, optional
        None for an article without an annotation.
    labels : tuple of str
        Empty if none was given; several where the tool allows it.
    spans : tuple of Span
    confidence : float, optional
        In [0, 1].
    time : str, optional
        When the annotation was made or last changed, in ISO 8601.
    origin : {"human", "model"}
    skipped : bool
        Whether the annotator passed the article over on purpose.
    comment : str, optional
    inclusion_probability : float, optional
        In (0, 1], of the sample that the article was drawn in.
    stratum : str, optional
    fields : mapping of str to str
        Every other field of the article: title, outlet, published, ...
    """

    id: str
    text: str
    annotator: str | None = None
    labels: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    confidence: float | None = None
    time: str | None = None
    origin: Origin = "human"
    skipped: bool = False
    comment: str | None = None
    inclusion_probability: float | None = None
    stratum: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def article(self) -> Annotation:
        """The article alone: without what somebody said of it."""
        return replace(
            self,
            annotator=None,
            labels=(),
            spans=(),
            confidence=None,
            time=None,
            origin="human",
            skipped=False,
            comment=None,
        )


@dataclass(frozen=True)
class LabelChoice:
    """A label that annotators can give.

    Parameters
    ----------
    name : str
    definition : str
        What it means, from the codebook; empty if there is none.
    """

    name: str
    definition: str = ""


@dataclass(frozen=True)
class CodingTask:
    """What annotators are asked to do.

    Parameters
    ----------
    labels : tuple of LabelChoice
        Two or more.
    question : str
        What the labels answer.
    instructions : str
        Of the codebook, as Markdown; empty if there is none.
    language : {"ar", "en"}
        Of the interface. Articles are right to left in either.
    """

    labels: tuple[LabelChoice, ...]
    question: str = ""
    instructions: str = ""
    language: Literal["ar", "en"] = "ar"
