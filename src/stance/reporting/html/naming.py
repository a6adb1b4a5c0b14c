"""The page of `stance naming`: who names the actors of a lexicon how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.evaluation.slices import FEW_ARTICLES
from stance.reporting.html.numbers import count, percent
from stance.reporting.html.page import (
    NOTHING,
    Facts,
    Name,
    Number,
    Page,
    Paragraph,
    Table,
    names,
    phrase,
    phrases,
    section,
)
from stance.reporting.html.share_charts import Panel, Stack, Stacks, TimePoint, Trends, time_places
from stance.reporting.naming import NAMES_LISTED, listed_places, other_names, shown_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.description.naming_records import ActorNaming, Naming, NamingGroup
    from stance.reporting.html.page import Block, Section, Text

    # A group with its name on the page.
    Labelled = tuple[Text, NamingGroup]

# Groups in a chart and its table; JSON and CSV have all.
MOST_GROUPS = 20


def page(found: Naming, top: int = NAMES_LISTED) -> Page:
    """Return the shares of each actor's names as a page.

    Parameters
    ----------
    found : Naming
    top : int
        Number of names in each table; 0 for all. Charts have at most five.
    """
    return Page(
        phrase("naming"),
        "stance naming",
        (_overview(found), *(_actor(found, one, top) for one in found.actors)),
    )


def _overview(found: Naming) -> Section:
    facts: list[tuple[Text, Text]] = [
        (phrase("articles"), count(found.n_articles)),
        (phrase("naming.naming"), count(found.n_naming)),
        (phrase("naming.distinct"), count(found.n_distinct)),
        (phrase("naming.by"), Name(found.by) if found.by else phrase("naming.by.nothing")),
        (phrase("naming.counted"), phrase(f"naming.voice.{found.voice}")),
        (phrase("naming.level"), phrase(f"naming.level.{found.level}")),
    ]
    facts += [
        (phrase(f"naming.period.{source}"), count(n)) for source, n in found.period_sources.items()
    ]
    if found.assumed_period:
        facts.append((phrase("naming.period"), Number(found.assumed_period)))
    if found.absent:
        facts.append((phrase("naming.absent"), names(found.absent)))
    if found.without_actor:
        facts.append((phrase("naming.without_actor"), names(found.without_actor)))
    few = any(group.few for actor in found.actors for group in (*actor.overall, *actor.groups))
    return section(
        "naming.overview",
        Facts(tuple(facts)),
        Paragraph(phrase("naming.shares")),
        Paragraph(phrase("naming.intervals")),
        Paragraph(phrase("naming.few", n=count(FEW_ARTICLES))) if few else None,
    )


def _actor(found: Naming, actor: ActorNaming, top: int) -> Section:
    n_shown = min(top or len(actor.names), len(actor.names))
    groups = shown_groups(found, actor, MOST_GROUPS)
    labelled = [(_label(found, one, phrase("naming.all")), one) for one in actor.overall]
    labelled += [(_label(found, one, _value(one)), one) for one in groups]
    charts: list[Block]
    if found.is_temporal:
        charts = [
            _trends(found, actor, [one for one in labelled if one[1].voice == part.voice], n_shown)
            for part in actor.overall
        ]
    else:
        charts = [_stacks(found, actor, labelled, n_shown)]
    hidden = len({one.value for one in actor.groups}) - len({one.value for one in groups})
    cut = Paragraph(phrase("naming.cut", n=count(hidden))) if hidden else None
    facts = Facts(
        (
            (phrase("naming.of_actor"), count(actor.n_naming)),
            (phrase("naming.names"), count(len(actor.names))),
        )
    )
    return section(Name(actor.actor), facts, *charts, cut)


def _value(group: NamingGroup) -> Text:
    return phrase("no_value") if group.value is None else Name(group.value)


def _label(found: Naming, group: NamingGroup, name: Text) -> Text:
    """Return the name of a group, with its voice where there are two."""
    if found.voice != "both":
        return name
    return phrase("naming.in_voice", group=name, voice=phrase(f"naming.voice.{group.voice}"))


def _stacks(
    found: Naming, actor: ActorNaming, labelled: Sequence[Labelled], n_shown: int
) -> Stacks:
    n_parts = min(n_shown, Stacks.most)
    parts = [Name(one.name) for one in actor.names[:n_parts]]
    stacks = tuple(
        Stack(
            label,
            (*(one.share for one in group.shares[:n_parts]), other_names(group, range(n_parts))),
            count(group.n),
        )
        for label, group in labelled
    )
    table = _table(found, actor, labelled, n_shown)
    return Stacks(phrase("naming.chart"), (*parts, phrase("naming.other")), stacks, table)


def _trends(
    found: Naming, actor: ActorNaming, labelled: Sequence[Labelled], n_shown: int
) -> Trends:
    """Return the chart of one voice, whose first group is that of all articles."""
    dated = [group for _, group in labelled[1:] if group.value is not None]
    times = [str(group.value) for group in dated]
    places = time_places(times)
    panels = tuple(
        Panel(
            Name(name.name),
            tuple(
                TimePoint(x, *group.shares[number][:3], follows)
                for group, (x, follows) in zip(dated, places, strict=True)
            ),
        )
        for number, name in enumerate(actor.names[: min(n_shown, Stacks.most)])
    )
    voice = phrase(f"naming.voice.{labelled[0][1].voice}")
    ends = (times[0], times[-1]) if times else ("", "")
    table = _table(found, actor, labelled, n_shown)
    return Trends(phrase("naming.trends", voice=voice), ends, panels, table)


def _table(found: Naming, actor: ActorNaming, labelled: Sequence[Labelled], n_shown: int) -> Table:
    """Return a row for each group and name."""
    rows = tuple(
        (
            label,
            count(group.n),
            Name(actor.names[place].name),
            percent(share.share),
            Number(f"{share.low * 100:.0f}–{share.high * 100:.0f} %"),
            count(share.mentions),
            count(share.scare_quoted),
            phrase("naming.few_articles") if group.few else NOTHING,
        )
        for label, group in labelled
        for place in listed_places(group, n_shown)
        for share in (group.shares[place],)
    )
    head: Text = Name(found.by) if found.by else phrase("naming.group")
    columns: tuple[Text, ...] = (
        head,
        *phrases("articles", "naming.name", "naming.share", "interval"),
        *phrases("naming.mentions", "naming.scare", "remark"),
    )
    return Table(phrase("naming.table"), columns, rows)
