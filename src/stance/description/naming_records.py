"""The shares of an actor's names as values: by name, by group of articles, by actor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.evaluation.slices import FEW_ARTICLES
from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stance.description.mentions import Name
    from stance.description.naming_shares import NameShare

# Rows of all articles together have no field and no group.
COLUMNS: dict[str, type] = {
    "actor": str,
    "name": str,
    "category": str,
    "side": str,
    "field": str,
    "group": str,
    "voice": str,
    "share": float,
    "low": float,
    "high": float,
    "mentions": int,
    "scare_quoted": int,
    "n": int,
    "n_naming": int,
    "n_articles": int,
    "few": bool,
}


@dataclass(frozen=True)
class NamingGroup:
    """How a group of articles names an actor, in one voice.

    Parameters
    ----------
    value : str, optional
        The value of the field; None for all articles, and for those without one.
    voice : {"own", "speech", "all"}
    n_articles : int
        Articles of the group.
    n_naming : int
        Those that name the actor.
    n : int
        The same, with near-duplicates counted once.
    shares : tuple of NameShare
        One for each name of the actor.
    """

    value: str | None
    voice: str
    n_articles: int
    n_naming: int
    n: int
    shares: tuple[NameShare, ...]

    @property
    def few(self) -> bool:
        """Whether there are too few articles for reliable shares."""
        return self.n < FEW_ARTICLES

    def to_row(self) -> dict[str, Any]:
        """Return the group without its shares as plain values."""
        return {
            "group": self.value,
            "voice": self.voice,
            "n": self.n,
            "n_naming": self.n_naming,
            "n_articles": self.n_articles,
            "few": self.few,
        }


@dataclass(frozen=True)
class ActorNaming:
    """How an actor is named.

    Parameters
    ----------
    actor : str
    names : tuple of Name
        Those that occur, the most frequent first: by the mean of the shares in the
        groups, so that a large group does not decide.
    overall : tuple of NamingGroup
        All articles together, for each voice.
    groups : tuple of NamingGroup
        Groups that name the actor, for each voice; those with the most articles
        come first, or the earliest.
    """

    actor: str
    names: tuple[Name, ...]
    overall: tuple[NamingGroup, ...]
    groups: tuple[NamingGroup, ...]

    @property
    def n_naming(self) -> int:
        """Number of articles that name the actor, in the voice that does so most."""
        return max(group.n_naming for group in self.overall)

    def ranked(self) -> ActorNaming:
        """Return the same with the most frequent names first."""
        groups = self.groups or self.overall
        large = [group for group in groups if not group.few] or groups
        means = np.mean([[one.share for one in group.shares] for group in large], axis=0)
        overall = [one.share for one in self.overall[0].shares]
        order = sorted(
            range(len(self.names)),
            key=lambda place: (-means[place], -overall[place], self.names[place].name),
        )

        def reordered(groups: Sequence[NamingGroup]) -> tuple[NamingGroup, ...]:
            return tuple(
                replace(group, shares=tuple(group.shares[place] for place in order))
                for group in groups
            )

        names = tuple(self.names[place] for place in order)
        return replace(
            self, names=names, overall=reordered(self.overall), groups=reordered(self.groups)
        )

    def rows(self, field: str | None) -> Iterator[dict[str, Any]]:
        """Yield a row for each name and group."""
        parts: list[tuple[str | None, NamingGroup]] = [(None, group) for group in self.overall]
        parts += [(field, group) for group in self.groups]
        for own_field, group in parts:
            for name, share in zip(self.names, group.shares, strict=True):
                yield {
                    "actor": self.actor,
                    "name": name.name,
                    "category": ", ".join(name.categories),
                    "side": ", ".join(name.sides) or None,
                    "field": own_field,
                    **group.to_row(),
                    **share._asdict(),
                }

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "actor": self.actor,
            "names": [
                {"name": one.name, "categories": list(one.categories), "sides": list(one.sides)}
                for one in self.names
            ],
            "overall": [self._group(group) for group in self.overall],
            "groups": [self._group(group) for group in self.groups],
        }

    def _group(self, group: NamingGroup) -> dict[str, Any]:
        shares = [
            {"name": name.name, **share._asdict()}
            for name, share in zip(self.names, group.shares, strict=True)
        ]
        return {**group.to_row(), "shares": shares}


@dataclass(frozen=True)
class Naming:
    """Who names the actors of a lexicon how.

    Parameters
    ----------
    actors : tuple of ActorNaming
        The one that most articles name comes first.
    by : str, optional
        The field by which articles are grouped.
    level : {"term", "category"}
        What a name is.
    voice : {"own", "speech", "both", "all"}
        Which mentions count.
    n_articles, n_naming, n_distinct : int
        Articles, those that name an actor, and the same with near-duplicates
        counted once.
    absent : tuple of str
        Actors of the lexicon that no article names.
    without_actor : tuple of str
        Naming categories of the lexicon with terms that have no actor.
    period_sources : dict of str to int
        How many articles got the period of their terms from their date, from their
        words, or from neither; empty if the lexicon has no dates.
    assumed_period : str, optional
        The period if neither decides: an interval of ISO 8601 such as ``/2024-12-07``.
    is_temporal : bool
        Whether the groups are months, years or other periods.
    """

    actors: tuple[ActorNaming, ...]
    by: str | None
    level: str
    voice: str
    n_articles: int
    n_naming: int
    n_distinct: int
    absent: tuple[str, ...]
    without_actor: tuple[str, ...]
    period_sources: dict[str, int]
    assumed_period: str | None
    is_temporal: bool = False

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row for each actor, group, voice and name; see `COLUMNS`."""
        for one in self.actors:
            yield from ({name: row[name] for name in COLUMNS} for row in one.rows(self.by))

    def to_arrow(self) -> Any:
        """Return `rows` as an Arrow table."""
        return arrow_table(self.rows(), COLUMNS)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON values."""
        return {
            "by": self.by,
            "level": self.level,
            "voice": self.voice,
            "n_articles": self.n_articles,
            "n_naming": self.n_naming,
            "n_distinct": self.n_distinct,
            "absent": list(self.absent),
            "without_actor": list(self.without_actor),
            "period_sources": self.period_sources,
            "assumed_period": self.assumed_period,
            "actors": [one.to_dict() for one in self.actors],
        }
