"""The report of `stance concordance`: hits in their contexts, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.document import (
    Column,
    ContextRow,
    Contexts,
    Document,
    Facts,
    Paragraph,
    Table,
    section,
)
from stance.reporting.phrases import counted, percent, quoted, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.description.concordance import Concordance
    from stance.description.hit_collection import OutletHits
    from stance.reporting.document import Section

FORMS = 6
OUTLETS = 10
NO_OUTLET = "(none)"
WIDEST_OUTLET = 30
# Letters of a word that has no beginning to search for.
SHORT_WORD = 3

SORTED_BY = {
    "position": "in the order of the corpus",
    "before": "sorted by the words before the hit, the nearest first",
    "after": "sorted by the words after the hit",
    "hit": "sorted by the hit",
    "date": "sorted by date",
    "outlet": "sorted by outlet",
}
READING_ORDER = (
    "Columns in reading order (Arabic from right to left): before the hit, the hit, after it."
)


def report(found: Concordance, sample_seed: int | None = None) -> Document:
    """Return a concordance as a document, with its counts at the end."""
    lines = section(
        Paragraph(f"{lines_shown(found, sample_seed)} {READING_ORDER}"), contexts(found)
    )
    return _document(lines, *counts(found))


def summary(found: Concordance) -> Document:
    """Return the counts of a concordance as a document."""
    return _document(*counts(found))


def _document(*sections: Section) -> Document:
    return Document("Concordance", sections, "stance concordance")


def lines_shown(found: Concordance, sample_seed: int | None) -> str:
    """Say which of the hits the lines are."""
    order = SORTED_BY[found.sort]
    if found.sort == "date" and not any(line.published for line in found):
        order = "in the order of the corpus, since no hit has a date"
    if len(found) == found.n_hits:
        return f"{quoted(found.query)}: {counted(found.n_hits, 'hit')}, {order}."
    which = "the first" if sample_seed is None else f"a random sample (seed {sample_seed}) of"
    return f"{quoted(found.query)}: {which} {len(found):,} of {found.n_hits:,} hits, {order}."


def contexts(found: Concordance) -> Contexts:
    """Return the lines as a block, with the outlet and the date where there are any."""
    has_outlet = any(line.outlet for line in found)
    has_date = any(line.published for line in found)
    names = (*(["outlet"] if has_outlet else []), *(["date"] if has_date else []))
    rows = tuple(
        ContextRow(
            line.before,
            line.hit,
            line.after,
            (
                *([line.outlet or ""] if has_outlet else []),
                *([(line.published or "")[:10]] if has_date else []),
            ),
        )
        for line in found
    )
    return Contexts(rows, names)


def counts(found: Concordance) -> Iterator[Section]:
    """Yield the counts of all hits, shown or not."""
    yield section(Facts(tuple(_facts(found))))
    if sum(one.outlet is not None for one in found.outlets) > 1:
        yield section(_by_outlet(found))


def _facts(found: Concordance) -> Iterator[tuple[str, str]]:
    yield "hits", f"{found.n_hits:,} ({found.per_million:,.1f} per million words)"
    yield "articles", f"{found.n_articles:,} of {found.n_searched:,}"
    n_outlets = sum(one.outlet is not None for one in found.outlets)
    if n_outlets:
        yield "outlets", f"{found.n_outlets:,} of {n_outlets:,}"
    voices = [
        f"{name} {n:,} ({percent(n / found.n_hits)})" for name, n in found.voices.items() if n
    ]
    yield "voices", ", ".join(voices)
    forms = [f"{shown(form)} {n:,}" for form, n in list(found.forms.items())[:FORMS]]
    if (more := len(found.forms) - FORMS) > 0:
        forms.append(f"and {more:,} more")
    yield "found as", ", ".join(forms)
    if found.n_undated:
        yield "left out", f"{counted(found.n_undated, 'article')} without a date that can be read"
    if found.n_uncertain:
        yield (
            "left out" if not found.n_undated else "",
            f"{counted(found.n_uncertain, 'article')} whose month or year is only partly in the "
            "range of dates",
        )


def _by_outlet(found: Concordance) -> Table:
    columns = (
        Column("outlet", "name", WIDEST_OUTLET),
        Column("hits", "number"),
        Column("share", "number"),
        Column("articles", "number"),
        Column("of", "number"),
        Column("per million words", "number"),
    )
    rows = tuple(_row(one, found.n_hits) for one in found.outlets[:OUTLETS])
    more = len(found.outlets) - OUTLETS
    caption = "Hits by outlet" + (f" (the first {OUTLETS}; {more:,} more)" if more > 0 else "")
    return Table(columns, rows, caption=caption)


def _row(one: OutletHits, n_hits: int) -> tuple[str, ...]:
    return (
        NO_OUTLET if one.outlet is None else one.outlet,
        f"{one.n_hits:,}",
        percent(one.n_hits / max(n_hits, 1)),
        f"{one.n_with_hit:,}",
        f"{one.n_articles:,}",
        f"{one.per_million:,.1f}",
    )


def no_hit(found: Concordance, *, is_filtered: bool) -> str:
    """Return the error that nothing was found, with what to try.

    Parameters
    ----------
    found : Concordance
    is_filtered : bool
        Whether options left out articles or hits.
    """
    if not found.n_searched:
        return (
            f"Got no article in the range of dates{_undated(found)}, but expected at least one. "
            "Change --since or --until."
        )
    is_phrase = " " in found.query.strip()
    advice = (
        (is_filtered, "Leave out --where, --since, --until or --voice."),
        (found.is_exact, "Leave out --exact, to find other spellings and words behind particles."),
        (is_phrase, "Search for one of its words."),
        (not is_phrase, _other_words(found)),
    )
    return (
        f"Got the query {quoted(found.query)}, which has no hit in the "
        f"{counted(found.n_searched, 'article')} that were searched{_undated(found)}, but expected "
        "one that has. " + " ".join(text for applies, text in advice if applies)
    ).rstrip()


def _other_words(found: Concordance) -> str:
    """Return which words to search for instead of a word without a hit."""
    word = found.query.strip()
    is_plain = not set("*|") & set(word)
    if found.similar:
        known = f"Words of the corpus that contain it: {', '.join(map(shown, found.similar))}."
        return f"{known} Search for all: {quoted(word + '*')}." if is_plain else known
    if not is_plain or len(word) <= SHORT_WORD:
        return "Check its spelling."
    beginning = word[: max(SHORT_WORD, 2 * len(word) // 3)]
    return f"Search for words that begin like it: {quoted(beginning + '*')}."


def _undated(found: Concordance) -> str:
    """Say how many articles were left out because their date is not sure."""
    n = found.n_undated + found.n_uncertain
    return f" ({counted(n, 'article')} left out without a date that is sure)" if n else ""
