"""Choosing the protocol for a labelled corpus: by outlet, by event, by time or at random.

Outlets are held out if the corpus names them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from stance.corpus.splitting import By, group_numbers

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from stance.corpus.article import Article

Grouping = Literal["outlet", "event"]
Obstacle = Literal["none_named", "one_group", "labels_are_groups", "lone_labels"]

# Minimum number of labels for a classification.
FEWEST_LABELS = 2


@dataclass(frozen=True, slots=True)
class SingleGroupLabel:
    """A label whose articles all come from one outlet or event.

    Parameters
    ----------
    label : str
    group : str or None
        The outlet or event; None if its only article names none.
    n_articles : int
    """

    label: str
    group: str | None
    n_articles: int


@dataclass(frozen=True)
class GroupCoverage:
    """Coverage of a labelled corpus by outlets or events.

    Parameters
    ----------
    by : {"outlet", "event"}
    n_articles : int
    n_groups : int
        Number of named outlets or events.
    n_unnamed : int
        Number of articles that name none; each counts as a group of its own.
    n_labels : int
    lone_labels : tuple of SingleGroupLabel
        The labels that occur in only one group, sorted.
    labels_are_groups : bool
        Whether the group of an article determines its label and vice versa.
    """

    by: Grouping
    n_articles: int
    n_groups: int
    n_unnamed: int
    n_labels: int
    lone_labels: tuple[SingleGroupLabel, ...]
    labels_are_groups: bool

    @classmethod
    def of(cls, articles: Sequence[Article], by: Grouping, learned: Collection[str] = ()) -> Self:
        """Count the outlets or events of labelled articles, and those of each label.

        `learned` are labels that are in training in any case; none of them counts
        as a lone label.
        """
        numbers, names = group_numbers(articles, by)
        groups: dict[str, set[int]] = {}
        for article, number in zip(articles, numbers.tolist(), strict=True):
            groups.setdefault(str(article.label), set()).add(number)
        sizes = Counter(str(article.label) for article in articles)
        lone = tuple(
            SingleGroupLabel(label, names[first] if (first := min(own)) < len(names) else None, n)
            for label, own in sorted(groups.items())
            if (n := sizes[label]) and len(own) == 1 and label not in learned
        )
        n_unnamed = int((numbers >= len(names)).sum())
        return cls(
            by=by,
            n_articles=len(articles),
            n_groups=len(names),
            n_unnamed=n_unnamed,
            n_labels=len(groups),
            lone_labels=lone,
            labels_are_groups=not n_unnamed and len(lone) == len(groups) == len(names),
        )

    @property
    def obstacle(self) -> Obstacle | None:
        """Why groups cannot be held out; None if they can."""
        if not self.n_groups:
            return "none_named"
        if self.labels_are_groups and self.n_labels > 1:
            return "labels_are_groups"
        if self.n_groups < 2:
            return "one_group"
        if self.n_labels - len(self.lone_labels) < FEWEST_LABELS:
            return "lone_labels"
        return None

    @property
    def is_known_throughout(self) -> bool:
        """Whether groups can be held out, and every article names one."""
        return self.obstacle is None and not self.n_unnamed

    @property
    def is_mostly_known(self) -> bool:
        """Whether groups can be held out, and at least half of the articles name one."""
        return self.obstacle is None and 2 * self.n_unnamed <= self.n_articles

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "named": self.n_groups,
            "articles_without": self.n_unnamed,
            "labels_in_one": [asdict(lone) for lone in self.lone_labels],
            "obstacle": self.obstacle,
        }


@dataclass(frozen=True)
class ProtocolChoice:
    """The protocol, and why it was chosen.

    Parameters
    ----------
    by : {"outlet", "event", "time", "random"}
    asked : bool
        Whether the user asked for it; otherwise it was chosen for the corpus.
    outlets, events : GroupCoverage
    """

    by: By
    asked: bool
    outlets: GroupCoverage
    events: GroupCoverage

    @classmethod
    def of(
        cls,
        articles: Sequence[Article],
        asked: By | None = None,
        learned: Collection[str] = (),
    ) -> Self:
        """Return the requested protocol, or the strictest one that a corpus allows.

        By outlet, if outlets are named and at least two labels occur in several
        of them; else by event, if every article names one and the same holds;
        else at random. A label in `learned` is in training in any case, so that
        one outlet of it is enough.
        """
        outlets = GroupCoverage.of(articles, "outlet", learned)
        events = GroupCoverage.of(articles, "event", learned)
        by: By = "random"
        if outlets.obstacle is None:
            by = "outlet"
        elif events.is_known_throughout:
            by = "event"
        return cls(asked or by, asked is not None, outlets, events)

    @property
    def held_out(self) -> GroupCoverage | None:
        """The outlets or events that are held out; None for time and random."""
        return {"outlet": self.outlets, "event": self.events}.get(self.by)
