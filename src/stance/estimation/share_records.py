"""Estimated shares of labels as values: by group of articles, differences, trends."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Iterator

# The rows of all articles together have no field and no group.
COLUMNS: dict[str, type] = {
    "kind": str,
    "field": str,
    "group": str,
    "reference": str,
    "label": str,
    "naive": float,
    "estimate": float,
    "low": float,
    "high": float,
    "standard_error": float,
    "p_value": float,
    "hand_estimate": float,
    "hand_low": float,
    "hand_high": float,
    "effective_n": float,
    "n": int,
    "n_coded": int,
}


@dataclass(frozen=True)
class ShareEstimate:
    """The share of a label in a group of articles.

    Parameters
    ----------
    label : str
    naive : float
        The share of the label among the predicted labels, in [0, 1].
    estimate : float or None
        The share corrected by the hand labels, in [0, 1]; None if no article of the
        group was coded.
    low, high : float
        Ends of the confidence interval, in [0, 1].
    standard_error : float or None
    effective_n : float or None
        How many articles of a simple random sample, coded by hand and used alone,
        would give an interval of the same width.
    hand_estimate, hand_low, hand_high : float or None
        The same from the hand labels alone, without the predictions; None if the
        method does not have them.
    """

    label: str
    naive: float
    estimate: float | None
    low: float
    high: float
    standard_error: float | None = None
    effective_n: float | None = None
    hand_estimate: float | None = None
    hand_low: float | None = None
    hand_high: float | None = None

    def to_row(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True)
class GroupShares:
    """The shares of all labels in a group of articles. They add up to one.

    Parameters
    ----------
    value : str, optional
        The value of the field; None for all articles.
    n : int
        Articles of the group in the archive.
    n_coded : int
        Those that were coded by hand.
    shares : tuple of ShareEstimate
        One for each label.
    """

    value: str | None
    n: int
    n_coded: int
    shares: tuple[ShareEstimate, ...]

    def share(self, label: str) -> ShareEstimate:
        """Return the share of a label."""
        return next(one for one in self.shares if one.label == label)

    def rows(self, field: str | None) -> Iterator[dict[str, Any]]:
        """Yield a row for each label."""
        for share in self.shares:
            yield {
                "kind": "share",
                "field": field,
                "group": self.value,
                "n": self.n,
                "n_coded": self.n_coded,
                **share.to_row(),
            }

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        shares = {
            one.label: {name: value for name, value in one.to_row().items() if name != "label"}
            for one in self.shares
        }
        return {"n": self.n, "n_coded": self.n_coded, "shares": shares}


@dataclass(frozen=True)
class Contrast:
    """The difference of a label's share between two groups, or its trend over all of them.

    Parameters
    ----------
    kind : {"difference", "trend"}
    label : str
    group : str
        For a difference: the group whose share is counted positive. For a trend:
        the last group.
    reference : str
        The group whose share is subtracted; for a trend the first group.
    naive : float
        The same from the predicted labels alone, in [-1, 1].
    estimate : float
        The difference of the shares, in [-1, 1]; for a trend the change of the share
        per step from one group to the next, by least squares.
    low, high : float
        Ends of the confidence interval.
    standard_error : float
        It takes account of the covariance of the shares.
    p_value : float
        Two-sided, of the hypothesis that there is no difference or no trend.
    """

    kind: str
    label: str
    group: str
    reference: str
    naive: float
    estimate: float
    low: float
    high: float
    standard_error: float
    p_value: float

    def to_row(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True)
class PlannedSize:
    """How many more articles must be coded for an interval of a label's share.

    Parameters
    ----------
    value : str, optional
        The group; None for all articles.
    label : str
    margin : float
        Half the width of the interval now, in [0, 1].
    n_more : int or None
        Articles to code in addition; 0 if the interval is narrow enough, None if no
        number of them suffices, because the outlets differ too much.
    least_margin : float
        The margin if all articles were coded: above zero where the claim is about
        outlets like these.
    """

    value: str | None
    label: str
    margin: float
    n_more: int | None
    least_margin: float

    def to_row(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Plan:
    """How many more articles to code for intervals of a given width.

    Parameters
    ----------
    margin : float
        The wanted half width of the intervals, in (0, 1).
    sizes : tuple of PlannedSize
    """

    margin: float
    sizes: tuple[PlannedSize, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"margin": self.margin, "sizes": [one.to_row() for one in self.sizes]}


@dataclass(frozen=True)
class ShareEstimates:
    """The shares of labels in an archive, corrected for errors of the predicted labels.

    Parameters
    ----------
    labels : tuple of str
    field : str, optional
        What the groups are values of.
    overall : GroupShares
        All articles.
    groups : tuple of GroupShares
        In their order: by time where the field is one, else the largest first.
    contrasts : tuple of Contrast
    plan : Plan, optional
    method : str
        ``prediction-powered``, or ``ACC``, ``PACC`` or ``EMQ`` where there is no random
        sample.
    population : str
        ``articles``: the claim is about the articles of this archive. ``outlets``: it is
        about outlets like those of the archive.
    n_outlets : int
        Number of outlets that the intervals rest on; 0 if they rest on articles.
    confidence : float
        Coverage of the intervals, in (0, 1).
    simultaneous : bool
        Whether the intervals hold for all labels and groups together.
    assumptions, warnings : tuple of str
        In plain words.
    """

    labels: tuple[str, ...]
    field: str | None
    overall: GroupShares
    groups: tuple[GroupShares, ...]
    contrasts: tuple[Contrast, ...]
    plan: Plan | None
    method: str
    population: str
    n_outlets: int
    confidence: float
    simultaneous: bool
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row for each label in all articles, in each group, and each contrast."""
        yield from self.overall.rows(None)
        for group in self.groups:
            yield from group.rows(self.field)
        for contrast in self.contrasts:
            yield {"field": self.field, **contrast.to_row()}

    def to_arrow(self) -> Any:
        """Return the rows as an Arrow table."""
        return arrow_table(self.rows(), COLUMNS)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            **self.overall.to_dict(),
            "field": self.field,
            "groups": {str(group.value): group.to_dict() for group in self.groups},
            "contrasts": [one.to_row() for one in self.contrasts],
            "plan": self.plan.to_dict() if self.plan else None,
            "method": self.method,
            "population": self.population,
            "n_outlets": self.n_outlets,
            "confidence": self.confidence,
            "simultaneous": self.simultaneous,
            "assumptions": list(self.assumptions),
            "warnings": list(self.warnings),
        }
