"""The report of `stance audit`: leaks and shortcuts in a corpus, with advice."""

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
# Description of each kind of finding about dates, and the advice.
DATE_FINDINGS = {
    "unreadable": ("cannot be read", ""),
    "ambiguous": ("may mean two days", ""),
    "new_year": (
        "are 1 January, implausibly many",
        "Date extractors fall back to 1 January if a page gives only the year: look the dates up "
        "again, or keep only the year, as in 2019.",
    ),
    "future": ("are in the future", "Look these dates up again; day and month may be swapped."),
    "early": (
        "are before 1990",
        "Look these dates up again; 1970-01-01 is a time stamp that was never set.",
    ),
}
# Above these values an outlet is easy to recognise, and the label depends on the outlet.
TELLING, CONFOUNDED = 0.5, 0.5


def report(found: Audit) -> Document:
    """Return all findings, each with advice."""
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
    """Report unreadable text before all other findings."""
    worst = max((o for o in found.oddities if o.garbled), key=lambda o: o.articles)
    blocks: list[Block] = [
        Item(f"most often: {worst.name}, in {worst.articles:,}"),
        Note(worst.advice),
        Note("Do so first: the findings below are about unreadable text."),
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
            yield Note("Correct these rows, or give --skip-rejected to other commands.")
        if found.missing["outlet"]:
            yield Note("Add the outlet of every article: a split by outlet needs it.")

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
    """Return a letter, or the code point of an invisible character."""
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
        yield Note("'stance crossval' never splits a group over training and test; do the same.")
        if found.straddling["label"]:
            yield Note("Check the groups with several labels: one of the labels is wrong.")
        if found.straddling["input"]:
            yield Note("Articles occur in several inputs: a score across them is too optimistic.")

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
            yield Item(f"in addition, {own:,} that a single outlet prints repeatedly")
        if not shared:
            return
        changes = found.substitutions().most_common(2 * SHOWN)
        if changes:
            yield Item("replaced words, and how often:")
        for (before, after), n in changes:
            yield Item(f"{isolated(before, 32)} -> {isolated(after, 32)}  {n}", 2, wraps=False)
        yield Item("the longest, with the number of articles:")
        longest = sorted(shared, key=lambda p: (-len(p.articles), p.places[0]))
        for passage in longest[:SHOWN]:
            first = passage.places[0]
            text = found.articles[first.article].text[first.start : first.end]
            yield Item(f"{len(passage.articles):3} {isolated(text, 66)}", 2, wraps=False)
        yield Note(
            "Agency copy says nothing about the outlet that prints it, but the edits do. Read the "
            "edits as framing, and label copied articles as agency copy."
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
            yield Note("Remove these lines before training: they identify the outlet.")

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
        f"GIVEAWAYS: {len(found.giveaways):,} phrases at the edge of articles reveal the label",
        blocks(),
    )


def _outlets(found: Audit) -> Section:
    probe, tie = found.probe, found.confounding
    is_recognisable = probe is not None and (
        probe.accuracy - probe.majority > TELLING * (1 - probe.majority)
    )

    def blocks() -> Iterator[Block]:
        yield Item(_probed(probe))
        yield Item(_tied(tie))
        if tie is not None and tie.cramers_v > CONFOUNDED:
            easily = ", which is easy here" if is_recognisable else ""
            yield Note(
                f"A model can infer the label by recognising the outlet{easily}. Report only "
                "figures for held-out outlets ('stance crossval' does), and check that articles of "
                "one outlet get different labels where appropriate."
            )
        elif is_recognisable:
            yield Note("Hold out whole outlets when testing; 'stance crossval' does.")

    return _section("OUTLET AND LABEL", blocks())


def _probed(probe: Probe | None) -> str:
    if probe is None:
        return "the outlet was not probed, which requires two outlets of ten articles each"
    return (
        f"the words alone identify the outlet of {probe.accuracy:.0%} of held-out articles "
        f"(always the largest: {probe.majority:.0%}; macro-F1 {probe.macro_f1:.3f}; "
        f"{probe.outlets} outlets, {probe.articles:,} articles)"
    )


def _tied(tie: Confounding | None) -> str:
    if tie is None:
        return "label and outlet were not compared, which requires two of each"
    return (
        f"knowing the outlet tells {_how_much(tie.cramers_v)} about the label: Cramér's V of "
        f"the two is {tie.cramers_v:.2f} (0: nothing, 1: everything); "
        f"{tie.single_label_outlets} of {tie.outlets} outlets have one label only"
    )


def _how_much(cramers_v: float) -> str:
    """Describe the strength of an association in words."""
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
            yield Item(f"in dates such as 03/04/2019 the {first} is first, as in the other dates")
        for one in found.findings:
            what, advice = DATE_FINDINGS[one.kind]
            detail = f" {one.detail}" if one.kind == "unreadable" else ""
            example = f"{isolated(one.id, 30)}, {isolated(one.value, 40)}"
            yield Item(f"{one.articles:,} {what} (the first is {example}{detail})")
            yield Note(advice or (remedy(one.detail) if detail else one.detail))

    return _section(f"DATES: {found.read:,} of {len(found.dates.dates):,} articles", blocks())
