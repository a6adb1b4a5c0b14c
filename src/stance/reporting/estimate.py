"""The report of `stance estimate`: shares of labels, corrected by articles coded by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from stance.reporting.document import (
    Column,
    Document,
    Facts,
    Item,
    Note,
    Section,
    Table,
    numbers,
    paragraphs,
    section,
)
from stance.reporting.phrases import counted, listed, shown
from stance.reporting.share_sentences import (
    METHODS,
    TEMPORAL,
    in_percent,
    in_points,
    is_design_based,
    level,
    most_articles,
    not_enough,
    outside,
    p_number,
    paper_sentences,
    plan_sentences,
    points_of,
    step,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from stance.estimation.share_records import (
        Contrast,
        GroupShares,
        PlannedSize,
        ShareEstimate,
        ShareEstimates,
    )

    Row = TypeVar("Row")
    Key = TypeVar("Key")

TITLE, COMMAND = "Shares of labels", "stance estimate"

GROUPS_SHOWN = 20
# Of a field in the order of time.
PERIODS_SHOWN = 36
LABELS_NAMED = 4

WITHOUT_SAMPLE = "NO RANDOM SAMPLE: errors are assumed to be those in the training corpus"
FAR_OFF = (
    "The shares can be far off, and their intervals too narrow, where this archive differs from "
    "the training corpus in outlets, topics or time. The labels seldom show that. To make "
    "a claim, draw a random sample with stance sample, code it, and give it with --coded."
)


def report(found: ShareEstimates) -> Document:
    """Return the shares of the labels as a document.

    Parameters
    ----------
    found : ShareEstimates
    """
    sections = (
        *_without_sample(found),
        _overview(found),
        *_overall(found),
        *_groups(found),
        *_contrasts(found),
        *_plan(found),
        *_assumptions(found),
        *_paper(found),
    )
    return Document(TITLE, sections, COMMAND)


def summary(found: ShareEstimates) -> Document:
    """Return the shares in all articles, where the rows are in a file."""
    sections = (*_without_sample(found), _overview(found), *_overall(found))
    return Document(TITLE, sections, COMMAND)


def _without_sample(found: ShareEstimates) -> tuple[Section, ...]:
    """Return the heading of estimates that rest on no random sample."""
    if is_design_based(found):
        return ()
    return (section(*paragraphs(FAR_OFF), heading=WITHOUT_SAMPLE),)


def _overview(found: ShareEstimates) -> Section:
    coded = "coded by hand" if is_design_based(found) else "held-out articles"
    facts = [
        ("articles", f"{found.overall.n:,}"),
        (coded, f"{found.overall.n_coded:,}"),
        ("method", METHODS.get(found.method, found.method)),
        ("claim about", _claim(found)),
        ("intervals", _intervals(found)),
    ]
    return section(Facts(tuple(facts)))


def _claim(found: ShareEstimates) -> str:
    if found.population == "outlets":
        return "articles of outlets like these"
    return "the articles of this archive"


def _intervals(found: ShareEstimates) -> str:
    unit = counted(found.n_outlets, "outlet") if found.n_outlets else "articles"
    together = ", for all labels and groups together" if found.simultaneous else ""
    return f"{level(found)}, over {unit}{together}"


def _overall(found: ShareEstimates) -> tuple[Section, ...]:
    shares = found.overall.shares
    has_hand = any(one.hand_estimate is not None for one in shares)
    has_worth = any(one.effective_n is not None for one in shares)
    columns = (
        Column("label", "name"),
        *numbers("counted", "estimate", f"{level(found)} interval"),
        *(numbers("by hand alone") if has_hand else ()),
        *(numbers("worth") if has_worth else ()),
    )
    rows = tuple(
        (
            shown(one.label),
            in_percent(one.naive),
            *_estimated(one),
            *((_hand(one),) if has_hand else ()),
            *((_worth(one),) if has_worth else ()),
        )
        for one in shares
    )
    table = Table(columns, rows, "Shares in all articles, in %:")
    return (
        section(table),
        section(*paragraphs(*_remarks(found, has_hand=has_hand, has_worth=has_worth))),
        *((section(*map(Note, found.warnings)),) if found.warnings else ()),
    )


def _estimated(share: ShareEstimate) -> tuple[str, str]:
    """Return the cells of an estimate and its interval."""
    if share.estimate is None:
        return "-", "not known"
    return in_percent(share.estimate), _range(share.low, share.high)


def _range(low: float, high: float) -> str:
    return f"{in_percent(low)} to {in_percent(high)}"


def _hand(share: ShareEstimate) -> str:
    if share.hand_estimate is None or share.hand_low is None or share.hand_high is None:
        return "-"
    return f"{in_percent(share.hand_estimate)} ({_range(share.hand_low, share.hand_high)})"


def _worth(share: ShareEstimate) -> str:
    return "-" if share.effective_n is None else f"{share.effective_n:,.0f}"


def _remarks(found: ShareEstimates, *, has_hand: bool, has_worth: bool) -> Iterator[str]:
    meant = ["counted: the share among the predicted labels."]
    if has_hand:
        meant.append("by hand alone: from the coded articles without the predictions.")
    if has_worth:
        meant.append(
            "worth: the number of articles of a simple random sample that, coded by hand and used "
            "alone, would give as narrow an interval."
        )
    yield " ".join(meant)
    if is_design_based(found) and (wrong := outside(found.overall.shares)):
        yield (
            f"The counted share is outside the interval for {listed(wrong, LABELS_NAMED)}: do not "
            "report it."
        )


def shown_groups(found: ShareEstimates, most: int = GROUPS_SHOWN) -> tuple[GroupShares, ...]:
    """Return the first groups, which are the largest, or the last of many periods."""
    if found.field in TEMPORAL:
        return found.groups[-PERIODS_SHOWN:]
    return found.groups[:most]


def has_unknown(groups: Iterable[GroupShares]) -> bool:
    """Tell whether nothing is known of a share in some group."""
    return any(share.estimate is None for one in groups for share in one.shares)


def _groups(found: ShareEstimates) -> Iterator[Section]:
    """Yield a table for each label: its share in each group."""
    groups = shown_groups(found)
    if not groups:
        return
    has_coded = is_design_based(found)
    columns = (
        Column(found.field or "group", "name"),
        *numbers("articles", *(("coded",) if has_coded else ())),
        *numbers("counted", "estimate", f"{level(found)} interval"),
    )
    for label in found.labels:
        rows = tuple(
            (
                str(one.value),
                f"{one.n:,}",
                *((f"{one.n_coded:,}",) if has_coded else ()),
                in_percent(share.naive),
                *_estimated(share),
            )
            for one in groups
            for share in (one.share(label),)
        )
        yield section(Table(columns, rows, f"Share of {shown(label)} by {found.field}, in %:"))
    yield section(*paragraphs(*_group_remarks(found, groups)))


def _group_remarks(found: ShareEstimates, groups: Sequence[GroupShares]) -> Iterator[str | None]:
    hidden = len(found.groups) - len(groups)
    which = "earlier" if found.field in TEMPORAL else "smaller"
    yield f"and {counted(hidden, f'{which} group')}, see --json." if hidden else None
    if has_unknown(groups):
        yield "not known: no article of the group was coded, so its shares may be anything."
    if len(found.groups) > 1:
        yield (
            "Two intervals that overlap do not show that two groups are alike: test the difference "
            "with --contrast."
        )


def _contrasts(found: ShareEstimates) -> Iterator[Section]:
    """Yield a table for each label and reference of differences, and one of trends."""
    differences = [one for one in found.contrasts if one.kind != "trend"]
    for (label, reference), rows in grouped(differences, lambda one: (one.label, one.reference)):
        caption = f"Share of {shown(label)} minus that in {shown(reference)}, in percentage points:"
        yield section(_contrast_table(found, rows, (found.field or "group", "group"), caption))
    trends = [one for one in found.contrasts if one.kind == "trend"]
    for (first, last), rows in grouped(trends, lambda one: (one.reference, one.group)):
        caption = (
            f"Trend from {shown(first)} to {shown(last)}, in percentage points per {step(found)}:"
        )
        yield section(_contrast_table(found, rows, ("label", "label"), caption))
    if found.contrasts:
        yield section(
            *paragraphs(
                "SE: standard error. Intervals and p take account of the covariance of the shares; "
                "p is two-sided and not corrected for the number of tests."
            )
        )


def grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> Iterable[tuple[Key, list[Row]]]:
    """Return the rows of each key, in the order of their first."""
    found: dict[Key, list[Row]] = {}
    for one in rows:
        found.setdefault(key(one), []).append(one)
    return found.items()


def _contrast_table(
    found: ShareEstimates, rows: Sequence[Contrast], first: tuple[str, str], caption: str
) -> Table:
    """Return a row for each contrast; `first` is the head of the names and their attribute."""
    head, attribute = first
    columns = (
        Column(head, "name"),
        *numbers("counted", "estimate", "SE", f"{level(found)} interval", "p"),
    )
    cells = tuple(
        (
            getattr(one, attribute),
            in_points(one.naive),
            in_points(one.estimate),
            f"{100 * one.standard_error:.1f}",
            f"{in_points(one.low)} to {in_points(one.high)}",
            p_number(one.p_value),
        )
        for one in rows
    )
    return Table(columns, cells, caption)


def _plan(found: ShareEstimates) -> Iterator[Section]:
    if found.plan is None:
        return
    yield section(*paragraphs(*plan_sentences(found.plan)), heading="HOW MANY MORE TO CODE")
    named = {one.value for one in shown_groups(found)}
    rows = tuple(
        (str(value), points_of(max(one.margin for one in sizes)), _more(sizes))
        for value, sizes in grouped(found.plan.sizes, lambda one: one.value)
        if value in named
    )
    if rows:
        columns = (Column(found.field or "group", "name"), *numbers("now"), Column("to code"))
        caption = f"For {points_of(found.plan.margin)} of every label in each group:"
        yield section(Table(columns, rows, caption))


def _more(sizes: Sequence[PlannedSize]) -> str:
    if beyond := not_enough(sizes):
        least = points_of(max(one.least_margin for one in beyond))
        return f"no number suffices: {least} would remain"
    more = most_articles(sizes)
    return f"about {more:,} more" if more else "enough"


def _assumptions(found: ShareEstimates) -> tuple[Section, ...]:
    if not found.assumptions:
        return ()
    return (section(*map(Item, found.assumptions), heading="ASSUMPTIONS"),)


def _paper(found: ShareEstimates) -> tuple[Section, ...]:
    sentences = list(paper_sentences(found))
    return (section(*paragraphs(*sentences), heading="FOR A PAPER"),) if sentences else ()
