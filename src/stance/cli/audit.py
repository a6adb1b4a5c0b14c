"""`stance audit`: what in a corpus could fool a model, and what to do about it."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from stance.cli.console import counted, echo, isolated, status
from stance.cli.corpus import (
    listing,
    nothing_usable,
    tell_dates,
    tell_spellings,
    tell_storage,
    write_json,
)
from stance.cli.options import (
    CorpusArgument,
    ForceOption,
    JsonOption,
    with_corpus_options,
)
from stance.formats.source import Source

if TYPE_CHECKING:
    from stance.corpus.article import Article, RejectedRow
    from stance.evaluation.auditing import Audit
    from stance.evaluation.dating import DateAudit
    from stance.formats.inputs import PlannedInput

WIDTH = 79
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
# Above these an outlet is told with ease, and a label goes with its outlet.
TELLING, CONFOUNDED = 0.5, 0.5


@with_corpus_options
def audit_command(
    corpus: CorpusArgument,
    json: JsonOption = None,
    force: ForceOption = False,
    *,
    reading: Source,
) -> None:
    """Look for leaks and shortcuts in a corpus, and say what to do about each.

    Near-duplicates, reused agency copy and what was changed in it, site
    boilerplate, phrases that give the label away, and how far the outlet
    decides the label. Several inputs are taken as splits that should share no
    article.
    """
    from stance.evaluation.auditing import audit
    from stance.replacing import check_file_target

    if json:
        check_file_target(json, force=force)
    articles, rejected, inputs = _read(corpus, reading)
    with status("Auditing") as tell:
        found = audit(articles, rejected=rejected, inputs=inputs, progress=tell)
    if json:
        write_json(json, found.to_dict(), force=force)
    echo(report(found))


def _read(
    corpus: Iterable[str], reading: Source
) -> tuple[list[Article], list[RejectedRow], list[str]]:
    """Read all articles, labelled or not, with the input that each comes from."""
    from stance.corpus.article import RejectedRow
    from stance.formats.labelled import dated, in_one_spelling
    from stance.formats.reading import read_located

    rows, rejected, inputs = [], [], []
    planned: list[PlannedInput] = []
    for name in corpus:
        for item in read_located(reading.reading([name]), told=planned.append):
            if isinstance(item, RejectedRow):
                rejected.append(item)
            else:
                rows.append(item)
                inputs.append(name)
    if not rows:
        raise nothing_usable(planned, reading.reading(corpus), rejected, ("text",))
    tell_storage(planned)
    rows, spellings = in_one_spelling(rows, reading)
    tell_spellings(spellings)
    rows, dates = dated(rows, reading)
    tell_dates(dates)
    return [row.article for row in rows], rejected, inputs


def report(found: Audit) -> str:
    """Return an audit as text of 80 columns."""
    sections = (
        *([_garbled(found)] if 2 * found.garbled > len(found.articles) else []),
        _corpus(found),
        _duplicates(found),
        _passages(found),
        _boilerplate(found),
        _giveaways(found),
        _outlets(found),
        _dates(found.dates),
    )
    return "\n\n".join("\n".join(section) for section in sections)


def _corpus(found: Audit) -> list[str]:
    lines = [f"CORPUS: {len(found.articles):,} articles"]
    for field in ("label", "outlet"):
        counts = found.counts(field)
        common = ", ".join(f"{value} {n:,}" for value, n in counts.most_common(SHOWN))
        more = f" and {len(counts) - SHOWN} more" if len(counts) > SHOWN else ""
        lines += _wrapped(f"{field}s ({len(counts)}): {common or 'none'}{more}")
    gaps = [f"{name} {n:,}" for name, n in found.missing.items() if n]
    lines += _wrapped(f"fields missing: {', '.join(gaps) or 'none'}")
    lines += _oddities(found)
    if found.rejected:
        lines += [f"  rows that cannot be used: {len(found.rejected):,}"]
        lines += listing(list(found.rejected)).splitlines()
        lines += _advice("Mend these rows, or give --skip-rejected to other commands.")
    if found.missing["outlet"]:
        lines += _advice("Add the outlet of every article: no honest split goes without it.")
    return lines


def _garbled(found: Audit) -> list[str]:
    """Say that most of a corpus cannot be read, before anything that was found in it."""
    lines = [f"GARBLED TEXT: {found.garbled:,} of {len(found.articles):,} articles cannot be read"]
    worst = max((o for o in found.oddities if o.garbled), key=lambda o: o.articles)
    lines += _wrapped(f"most often: {worst.name}, in {worst.articles:,}")
    lines += _advice(worst.advice)
    lines += _advice("Do so before anything else: what follows is about letters that mean nothing.")
    return lines


def _oddities(found: Audit) -> list[str]:
    if not found.oddities:
        return ["  oddities of encoding and letters: none"]
    lines = ["  oddities of encoding and letters:"]
    for oddity in found.oddities:
        lines += _wrapped(f"{oddity.name}: {counted(oddity.articles, 'article')}", 4)
        common = oddity.characters.most_common(SHOWN)
        shown = ", ".join(f"{_visible(character)} {n:,}" for character, n in common)
        more = (
            f" and {len(oddity.characters) - SHOWN} more" if len(oddity.characters) > SHOWN else ""
        )
        lines += _wrapped(f"{shown}{more}", 6) if common else []
        lines += [f"      {isolated(oddity.first, 24)}: {isolated(oddity.sample, 44)}"]
        lines += _advice(oddity.advice)
    return lines


def _visible(character: str) -> str:
    """Return a letter, or the code point of what shows nothing by itself."""
    if unicodedata.category(character)[0] == "L":
        return f"{isolated(character, 2)} (U+{ord(character):04X})"
    return f"U+{ord(character):04X}"


def _duplicates(found: Audit) -> list[str]:
    groups = found.duplicate_groups
    n_articles = sum(map(len, groups))
    lines = [f"NEAR-DUPLICATES: {len(groups):,} groups of {n_articles:,} articles"]
    if not groups:
        return lines
    for name, several in found.straddling.items():
        lines.append(f"  with several {name}s: {len(several):,}")
    worst = dict.fromkeys(
        number for name in ("input", "label", "outlet") for number in found.straddling[name]
    )
    for number in list(worst)[:SHOWN]:
        named = [isolated(_named(found.articles[i]), 72) for i in groups[number][:3]]
        more = [f"and {len(groups[number]) - 3} more"] if len(groups[number]) > 3 else []
        lines += [f"    {mark} {text}" for mark, text in zip("-   ", [*named, *more], strict=False)]
    lines += _advice("'stance crossval' keeps a group off both sides of a fold; do so elsewhere.")
    if found.straddling["label"]:
        lines += _advice("Read the groups with several labels: one of two codings is wrong.")
    if found.straddling["input"]:
        lines += _advice("Articles stand in several inputs: a score across them is too high.")
    return lines


def _named(article: Article) -> str:
    return ", ".join(filter(None, (article.label, article.outlet, article.id)))


def _passages(found: Audit) -> list[str]:
    shared = [passage for passage in found.passages if found.crosses_outlets(passage)]
    edited = sum(passage.was_edited for passage in shared)
    own = len(found.passages) - len(shared)
    lines = [f"REUSED PASSAGES: {len(shared):,} sentences in several outlets, {edited:,} edited"]
    if own:
        lines.append(f"  beside {own:,} that one outlet prints again and again")
    if not shared:
        return lines
    changes = found.substitutions().most_common(2 * SHOWN)
    if changes:
        lines.append("  words in place of others, and how often:")
    for (before, after), n in changes:
        lines.append(f"    {isolated(before, 32)} -> {isolated(after, 32)}  {n}")
    lines.append("  in so many articles:")
    longest = sorted(shared, key=lambda p: (-len(p.articles), p.places[0]))
    for passage in longest[:SHOWN]:
        first = passage.places[0]
        text = found.articles[first.article].text[first.start : first.end]
        lines.append(f"    {len(passage.articles):3} {isolated(text, 66)}")
    lines += _advice(
        "Agency copy says nothing of the outlet that prints it; what was changed in it does. "
        "Read the edits as framing, and code copied articles as what they are."
    )
    return lines


def _boilerplate(found: Audit) -> list[str]:
    lines = [f"SITE BOILERPLATE: {len(found.lines):,} lines that recur within one outlet"]
    lines += [
        f"    {line.share:4.0%} of {isolated(line.outlet, 18)}: {isolated(line.line, 44)}"
        for line in found.lines[:SHOWN]
    ]
    if found.lines:
        lines += _advice("Remove these lines before training: they name the outlet.")
    return lines


def _giveaways(found: Audit) -> list[str]:
    lines = [f"GIVEAWAYS: {len(found.giveaways):,} phrases at the edge of articles tell the label"]
    lines += [
        f"    {isolated(told.phrase, 36)}  {told.articles:,} articles, {told.purity:.0%} "
        f"{isolated(told.label, 20)}"
        for told in found.giveaways[:SHOWN]
    ]
    if found.giveaways:
        lines += _advice(
            "Remove bylines, datelines and signatures: a model that reads them has learned nothing."
        )
    return lines


def _outlets(found: Audit) -> list[str]:
    lines = ["OUTLET AND LABEL"]
    probe, tie = found.probe, found.confounding
    if probe is None:
        lines += _wrapped("the outlet was not probed: it takes two outlets of ten articles each")
    else:
        lines += _wrapped(
            f"the words alone tell the outlet of {probe.accuracy:.0%} of held-out articles "
            f"(always the largest: {probe.majority:.0%}; macro-F1 {probe.macro_f1:.3f}; "
            f"{probe.outlets} outlets, {probe.articles:,} articles)"
        )
    if tie is None:
        lines += _wrapped("label and outlet were not compared: it takes two of each")
    else:
        lines += _wrapped(
            f"knowing the outlet tells {_how_much(tie.cramers_v)} about the label: Cramér's V of "
            f"the two is {tie.cramers_v:.2f} (0: nothing, 1: everything); "
            f"{tie.single_label_outlets} of {tie.outlets} outlets have one label only"
        )
    told = probe is not None and probe.accuracy - probe.majority > TELLING * (1 - probe.majority)
    if tie is not None and tie.cramers_v > CONFOUNDED:
        easily = " with ease" if told else ""
        lines += _advice(
            f"A model can get the label by recognising the outlet{easily}. Quote figures for "
            "held-out outlets only ('stance crossval' does), and code articles of one outlet "
            "with several labels where they deserve it."
        )
    elif told:
        lines += _advice("Hold out whole outlets when testing; 'stance crossval' does.")
    return lines


def _dates(found: DateAudit) -> list[str]:
    from stance.corpus.dates import remedy

    counts = found.dates.to_dict()
    lines = [f"DATES: {found.read:,} of {len(found.dates.dates):,} articles"]
    for unit in ("month", "year"):
        if n := counts[f"{unit}_only"]:
            lines += _wrapped(f"{n:,} with the {unit} only")
    if found.dates.inferred:
        first = "day" if found.dates.order == "dmy" else "month"
        lines += _wrapped(f"in dates such as 03/04/2019 the {first} is first: the others show it")
    for one in found.findings:
        what, advice = DATE_FINDINGS[one.kind]
        detail = f" {one.detail}" if one.kind == "unreadable" else ""
        example = f"{isolated(one.id, 30)}, {isolated(one.value, 40)}"
        lines += _wrapped(f"{one.articles:,} {what} (the first is {example}{detail})")
        lines += _advice(advice or (remedy(one.detail) if detail else one.detail))
    return lines


def _how_much(cramers_v: float) -> str:
    """Say in words how far one of two things tells the other."""
    steps = ((0.1, "next to nothing"), (0.3, "a little"), (0.8, "a lot"))
    return next((words for below, words in steps if cramers_v < below), "nearly everything")


def _wrapped(text: str, indent: int = 2) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_on_hyphens=False,
    )


def _advice(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="  => ", subsequent_indent="     ")
