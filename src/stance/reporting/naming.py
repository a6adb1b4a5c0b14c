"""The report of `stance naming`: who names the actors of a lexicon how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.evaluation.slices import FEW_ARTICLES
from stance.reporting.document import (
    Column,
    Document,
    Facts,
    Table,
    numbers,
    paragraphs,
    section,
)
from stance.reporting.phrases import counted, listed, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stance.description.naming_records import ActorNaming, Naming, NamingGroup
    from stance.reporting.document import Section

GROUPS_SHOWN = 10
# Of a field in the order of time, such as months.
PERIODS_SHOWN = 36
NAMES_LISTED = 5
# Names that a group uses most, beside those that are listed of all groups.
OWN_NAMES = 2

ALL, NONE, OTHER = "(all)", "(none)", "(other names)"
VOICES = {
    "own": "the outlet's own voice; names between scare quotes are its own",
    "speech": "quoted speech",
    "both": "the outlet's own voice and quoted speech, apart",
    "all": "all voices",
}
SOURCES = {"published": "by their date", "words": "by their words", "assumed": "assumed"}


def report(found: Naming, top: int = NAMES_LISTED) -> Document:
    """Return the shares of each actor's names as a document.

    Parameters
    ----------
    found : Naming
    top : int
        Number of names to list of each actor; 0 for all.
    """
    actors = tuple(_actor(found, one, top) for one in found.actors)
    return Document(
        "Who names whom how",
        (_overview(found), *actors, _remarks(found, top)),
        "stance naming",
    )


def summary(found: Naming) -> Document:
    """Return what was counted, where the rows are in a file."""
    named = (f"{one.actor} ({one.n_naming:,})" for one in found.actors)
    facts = Facts((("articles by actor", ", ".join(named)),))
    return Document("Who names whom how", (_overview(found), section(facts)), "stance naming")


def _overview(found: Naming) -> Section:
    facts = [
        ("articles", f"{found.n_articles:,}"),
        ("that name an actor", _distinct(found.n_naming, found.n_distinct)),
        ("grouped by", found.by or "nothing: no article names an outlet or has a label"),
        ("counted in", VOICES[found.voice]),
    ]
    if found.level == "category":
        facts.append(("a name is", "a category of the lexicon"))
    if found.period_sources:
        facts.append(("terms with dates", _periods(found)))
    if found.absent:
        facts.append(("never named", ", ".join(found.absent)))
    return section(Facts(tuple(facts)))


def _periods(found: Naming) -> str:
    parts = [f"{n:,} {SOURCES[name]}" for name, n in found.period_sources.items() if n]
    assumed = found.assumed_period if found.period_sources["assumed"] else None
    return f"period of the articles: {', '.join(parts)}{f' ({assumed})' if assumed else ''}"


def _distinct(n: int, n_distinct: int) -> str:
    if n == n_distinct:
        return f"{n:,}"
    return f"{n:,}, of which {n_distinct:,} are distinct (near-duplicates count once in a group)"


def _actor(found: Naming, actor: ActorNaming, top: int) -> Section:
    """Return the names of an actor: a row for each group, voice and name."""
    n_shown = min(top or len(actor.names), len(actor.names))
    overall, groups = actor.overall, shown_groups(found, actor)
    voice = (Column("voice"),) if found.voice == "both" else ()
    columns = (
        Column(found.by or "group", "name", widest=24),
        *voice,
        *numbers("articles"),
        Column("name", "name", widest=30),
        *numbers("share"),
        Column("95 % interval"),
    )
    parts = [(ALL, one) for one in overall]
    parts += [(group_name(one), one) for one in groups]
    rows = tuple(
        row for name, one in parts for row in _rows(name, actor, one, n_shown, bool(voice))
    )
    hidden = len({one.value for one in actor.groups}) - len({one.value for one in groups})
    more = f"and {counted(hidden, 'more value')} of {found.by}, see --json." if hidden else None
    names = counted(len(actor.names), "name")
    heading = f"{actor.actor}: named by {counted(actor.n_naming, 'article')}, {names}"
    return section(Table(columns, rows), *paragraphs(more), heading=heading)


def shown_groups(
    found: Naming, actor: ActorNaming, most: int = GROUPS_SHOWN
) -> tuple[NamingGroup, ...]:
    """Return the largest groups of an actor, or the last of many periods."""
    if found.is_temporal:
        last = list(dict.fromkeys(one.value for one in actor.groups))[-PERIODS_SHOWN:]
        return tuple(one for one in actor.groups if one.value in last)
    values = list(dict.fromkeys(one.value for one in actor.groups))[:most]
    return tuple(one for one in actor.groups if one.value in values)


def group_name(group: NamingGroup) -> str:
    """Return the value of a group; those without one have a name of their own."""
    return NONE if group.value is None else group.value


def other_names(group: NamingGroup, places: Iterable[int]) -> float:
    """Return the share of all names but some."""
    return max(0.0, 1.0 - sum(group.shares[place].share for place in places))


def listed_places(group: NamingGroup, n_shown: int) -> list[int]:
    """Return the names to list of a group: the first ones of all groups, and a few of its own."""
    others = range(n_shown, len(group.shares))
    own = sorted(others, key=lambda place: -group.shares[place].share)[:OWN_NAMES]
    return [*range(n_shown), *(place for place in own if group.shares[place].share > 0)]


def _rows(
    name: str, actor: ActorNaming, group: NamingGroup, n_shown: int, with_voice: bool
) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a group; only the first one names it."""
    voice = (group.voice,) if with_voice else ()
    first: tuple[str, ...] = (name, *voice, f"{'* ' if group.few else ''}{group.n:,}")
    places = listed_places(group, n_shown)
    for place in places:
        share = group.shares[place]
        interval = _interval(share.low, share.high)
        yield (*first, actor.names[place].name, percent(share.share), interval)
        first = ("",) * len(first)
    if len(places) < len(actor.names):
        yield (*first, OTHER, percent(other_names(group, places)), "")


def _interval(low: float, high: float) -> str:
    return f"{low * 100:.0f} to {high * 100:.0f} %"


def _remarks(found: Naming, top: int) -> Section:
    groups = [group for actor in found.actors for group in (*actor.overall, *actor.groups)]
    few = any(group.few for group in groups)
    names = _nameless(found.without_actor)
    return section(
        *paragraphs(
            "An article counts the shares of an actor's names among its mentions of it, so a "
            "long one weighs as much as a short one. Intervals are over articles: they hold for "
            "more articles of the same outlets, and say nothing about other outlets.",
            f"Below the names that all groups have in common here, each has its own {OWN_NAMES} "
            "most frequent others."
            if any(len(actor.names) > top > 0 for actor in found.actors)
            else None,
            f"* fewer than {FEW_ARTICLES} articles name the actor: too few to be reliable."
            if few
            else None,
            names,
        )
    )


def _nameless(categories: Sequence[str]) -> str | None:
    if not categories:
        return None
    return (
        f"Left out, since they name no actor: the categories {listed(categories, 3)}. Add an "
        "actor to them."
    )
