"""The report of `stance audit`: what in a corpus could fool a model, and what to do about it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from stance.corpus.dates import remedy
from stance.reporting.document import Block, Document, Item, Note, Section
from stance.reporting.phrases import counted, isolated
from stance.reporting.reading import rejected_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.corpus.article import Article
    from stance.evaluation.auditing import Audit
    from stance.evaluation.confounding import Confounding, Probe
    from stance.evaluation.dating import DateAudit

SHOWN = 5
# What each kind of finding about dates is, and what to do about it.
DATE_FINDINGS = {
    "unreadable": ("cannot be read", ""),
    "ambiguous": ("may mean two days", ""),
    "new_year": (
        "fall on 1 January, more than can be true",
        "Extractors of dates fall back to 1 January where a page gives the year alone: look the "
        "dates up again, or keep the year alone, as in 2019.",
    ),
    "future": ("lie in the future", "Look these dates up again; day and month may be exchanged."),
    "early": (
        "lie before 1990",
        "Look these dates up again; 1970-01-01 is a time stamp that was never set.",
    ),
}
# Above these an outlet is easy to recognise, and the label depends on the outlet.
TELLING, CONFOUNDED = 0.5, 0.5


def report(found: Audit) -> Document:
    """Return all findings, each with what to do about it."""
    garbled = [_garbled(found)] if 2 * found.garbled > len(found.articles) else []
    sections = (
        *garbled,
        _corpus(found),
        _duplicates(found),
        _passages(found),
        _boilerplate(found),
        _giveaways(found),
        _outlets(found),
        _dates(found.dates),
    )
    return Document("Audit", sections, command="stance audit")


def _section(heading: str, blocks: Iterator[Block]) -> Section:
    return Section(tuple(blocks), heading)


def _garbled(found: Audit) -> Section:
    """Say that most of a corpus cannot be read, before anything else that was found."""
    worst = max((o for o in found.oddities if o.garbled), key=lambda o: o.articles)
    blocks: list[Block] = [
        Item(f"most often: {worst.name}, in {worst.articles:,}"),
        Note(worst.advice),
        Note("Do so before anything else: what follows is about letters that mean nothing."),
    ]
    heading = f"GARBLED TEXT: {found.garbled:,} of {len(found.articles):,} articles cannot be read"
    return _section(heading, iter(blocks))


def _corpus(found: Audit) -> Section:
    def blocks() -> Iterator[Block]:
        for field in ("label", "outlet"):
            yield Item(_field_counts(found, field))
        gaps = [f"{name} {n:,}" for name, n in found.missing.items() if n]
        yield Item(f"fields missing: {', '.join(gaps) or 'none'}")
        yield from _oddities(found)
        if found.rejected:
            yield Item(f"rows that cannot be used: {len(found.rejected):,}")
            for line in rejected_lines(found.rejected):
                yield Item(line.strip(), wraps=False)
            yield Note("Mend these rows, or give --skip-rejected to other commands.")
        if found.missing["outlet"]:
            yield Note("Add the outlet of every article: an honest split needs it.")

    return _section(f"CORPUS: {counted(len(found.articles), 'article')}", blocks())


def _field_counts(found: Audit, field: str) -> str:
    counts = found.counts(field)
    common = ", ".join(f"{value} {n:,}" for value, n in counts.most_common(SHOWN))
    more = f" and {len(counts) - SHOWN} more" if len(counts) > SHOWN else ""
    return f"{field}s ({len(counts)}): {common or 'none'}{more}"


def _oddities(found: Audit) -> Iterator[Block]:
    if not found.oddities:
        yield Item("oddities of encoding and letters: none")
        return
    yield Item("oddities of encoding and letters:")
    for oddity in found.oddities:
        yield Item(f"{oddity.name}: {counted(oddity.articles, 'article')}", 2)
        common = oddity.characters.most_common(SHOWN)
        shown = ", ".join(f"{_visible(character)} {n:,}" for character, n in common)
        left = len(oddity.characters) - SHOWN
        if common:
            yield Item(f"{shown} and {left} more" if left > 0 else shown, 3)
        yield Item(f"{isolated(oddity.first, 24)}: {isolated(oddity.sample, 44)}", 3, wraps=False)
        yield Note(oddity.advice)


def _visible(character: str) -> str:
    """Return a letter, or the code point of what shows nothing by itself."""
    if unicodedata.category(character)[0] == "L":
        return f"{isolated(character, 2)} (U+{ord(character):04X})"
    return f"U+{ord(character):04X}"


def _duplicates(found: Audit) -> Section:
    groups = found.duplicate_groups

    def blocks() -> Iterator[Block]:
        if not groups:
            return
        for name, several in found.straddling.items():
            yield Item(f"with several {name}s: {len(several):,}")
        worst = dict.fromkeys(
            number for name in ("input", "label", "outlet") for number in found.straddling[name]
        )
        for number in list(worst)[:SHOWN]:
            yield from _group([found.articles[i] for i in groups[number]])
        yield Note("'stance crossval' keeps a group off both sides of a fold; do so elsewhere.")
        if found.straddling["label"]:
            yield Note("Read the groups with several labels: one of two codings is wrong.")
        if found.straddling["input"]:
            yield Note("Articles occur in several inputs: a score across them is too high.")

    n_articles = counted(sum(map(len, groups)), "article")
    return _section(f"NEAR-DUPLICATES: {counted(len(groups), 'group')} of {n_articles}", blocks())


def _group(articles: list[Article]) -> Iterator[Block]:
    lines = [isolated(_named(article), 72) for article in articles[:3]]
    lines += [f"and {len(articles) - 3} more"] if len(articles) > 3 else []
    for mark, text in zip("-   ", lines, strict=False):
        yield Item(f"{mark} {text}", 2, wraps=False)


def _named(article: Article) -> str:
    return ", ".join(filter(None, (article.label, article.outlet, article.id)))


def _passages(found: Audit) -> Section:
    shared = [passage for passage in found.passages if found.crosses_outlets(passage)]
    edited = sum(passage.was_edited for passage in shared)
    own = len(found.passages) - len(shared)

    def blocks() -> Iterator[Block]:
        if own:
            yield Item(f"besides {own:,} that one outlet prints again and again")
        if not shared:
            return
        changes = found.substitutions().most_common(2 * SHOWN)
        if changes:
            yield Item("words in place of others, and how often:")
        for (before, after), n in changes:
            yield Item(f"{isolated(before, 32)} -> {isolated(after, 32)}  {n}", 2, wraps=False)
        yield Item("the longest, and in how many articles:")
        longest = sorted(shared, key=lambda p: (-len(p.articles), p.places[0]))
        for passage in longest[:SHOWN]:
            first = passage.places[0]
            text = found.articles[first.article].text[first.start : first.end]
            yield Item(f"{len(passage.articles):3} {isolated(text, 66)}", 2, wraps=False)
        yield Note(
            "Agency copy says nothing of the outlet that prints it; what was changed in it does. "
            "Read the edits as framing, and code copied articles as what they are."
        )

    return _section(
        f"REUSED PASSAGES: {len(shared):,} sentences in several outlets, {edited:,} edited",
        blocks(),
    )


def _boilerplate(found: Audit) -> Section:
    def blocks() -> Iterator[Block]:
        for line in found.lines[:SHOWN]:
            text = f"{line.share:4.0%} of {isolated(line.outlet, 18)}: {isolated(line.line, 44)}"
            yield Item(text, 2, wraps=False)
        if found.lines:
            yield Note("Remove these lines before training: they name the outlet.")

    return _section(
        f"SITE BOILERPLATE: {len(found.lines):,} lines that recur within one outlet", blocks()
    )


def _giveaways(found: Audit) -> Section:
    def blocks() -> Iterator[Block]:
        for one in found.giveaways[:SHOWN]:
            text = (
                f"{isolated(one.phrase, 36)}  {one.articles:,} articles, {one.purity:.0%} "
                f"{isolated(one.label, 20)}"
            )
            yield Item(text, 2, wraps=False)
        if found.giveaways:
            yield Note(
                "Remove bylines, datelines and signatures: a model that reads them has learned "
                "nothing."
            )

    return _section(
        f"GIVEAWAYS: {len(found.giveaways):,} phrases at the edge of articles tell the label",
        blocks(),
    )


def _outlets(found: Audit) -> Section:
    probe, tie = found.probe, found.confounding
    is_told = probe is not None and (
        probe.accuracy - probe.majority > TELLING * (1 - probe.majority)
    )

    def blocks() -> Iterator[Block]:
        yield Item(_probed(probe))
        yield Item(_tied(tie))
        if tie is not None and tie.cramers_v > CONFOUNDED:
            easily = " with ease" if is_told else ""
            yield Note(
                f"A model can get the label by recognising the outlet{easily}. Quote figures for "
                "held-out outlets only ('stance crossval' does), and code articles of one outlet "
                "with several labels where they deserve it."
            )
        elif is_told:
            yield Note("Hold out whole outlets when testing; 'stance crossval' does.")

    return _section("OUTLET AND LABEL", blocks())


def _probed(probe: Probe | None) -> str:
    if probe is None:
        return "the outlet was not probed: it takes two outlets of ten articles each"
    return (
        f"the words alone tell the outlet of {probe.accuracy:.0%} of held-out articles "
        f"(always the largest: {probe.majority:.0%}; macro-F1 {probe.macro_f1:.3f}; "
        f"{probe.outlets} outlets, {probe.articles:,} articles)"
    )


def _tied(tie: Confounding | None) -> str:
    if tie is None:
        return "label and outlet were not compared: it takes two of each"
    return (
        f"knowing the outlet tells {_how_much(tie.cramers_v)} about the label: Cramér's V of "
        f"the two is {tie.cramers_v:.2f} (0: nothing, 1: everything); "
        f"{tie.single_label_outlets} of {tie.outlets} outlets have one label only"
    )


def _how_much(cramers_v: float) -> str:
    """Say in words how far one of two things tells the other."""
    steps = ((0.1, "next to nothing"), (0.3, "a little"), (0.8, "a lot"))
    return next((words for below, words in steps if cramers_v < below), "nearly everything")


def _dates(found: DateAudit) -> Section:
    def blocks() -> Iterator[Block]:
        counts = found.dates.to_dict()
        for unit in ("month", "year"):
            if n := counts[f"{unit}_only"]:
                yield Item(f"{n:,} with the {unit} only")
        if found.dates.inferred:
            first = "day" if found.dates.order == "dmy" else "month"
            yield Item(f"in dates such as 03/04/2019 the {first} is first: the others show it")
        for one in found.findings:
            what, advice = DATE_FINDINGS[one.kind]
            detail = f" {one.detail}" if one.kind == "unreadable" else ""
            example = f"{isolated(one.id, 30)}, {isolated(one.value, 40)}"
            yield Item(f"{one.articles:,} {what} (the first is {example}{detail})")
            yield Note(advice or (remedy(one.detail) if detail else one.detail))

    return _section(f"DATES: {found.read:,} of {len(found.dates.dates):,} articles", blocks())
