"""The check of a lexicon as a value: its errors, its remarks, and its hits in a corpus."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.toml_files.faults import Fault

TERM_COLUMNS: dict[str, type] = {
    "category": str,
    "term": str,
    "actor": str,
    "side": str,
    "naming": bool,
    "plain": bool,
    "from": str,
    "until": str,
    "file": str,
    "line": int,
    "spellings": int,
    "spellings_found": int,
    "hits": int,
    "own": int,
    "scare": int,
    "speech": int,
    "articles": int,
    "outlets": int,
}


@dataclass(frozen=True)
class Ambiguity:
    """A spelling of one category that another category reads in one of its forms.

    Parameters
    ----------
    spelling, category : str
        A text with this spelling counts for this category.
    other, other_category : str
        The term that the same letters could be.
    reason : {"particle", "article"}
        What the spelling would have before the other term: و ف ب ك ل, or ال.
    """

    spelling: str
    category: str
    other: str
    other_category: str
    reason: str

    def to_row(self) -> dict[str, Any]:
        """Return it as a row of a table."""
        return asdict(self)


@dataclass(frozen=True)
class VoiceCounts:
    """Hits in the outlet's own voice, between scare quotes, and in quoted speech."""

    own: int = 0
    scare: int = 0
    speech: int = 0

    @property
    def hits(self) -> int:
        """All hits."""
        return self.own + self.scare + self.speech


@dataclass(frozen=True)
class TermHits:
    """A term of a lexicon, and where it was found.

    Parameters
    ----------
    category, term : str
    actor, side : str, optional
    naming, plain : bool
    first, last : str, optional
        The first and the last day on which it counts.
    file : str
    line : int, optional
    spellings : int
        Number of distinct spellings, without those that differ in the article,
        marks or case endings alone.
    spellings_found : int, optional
        None, as all of the following, without a corpus.
    counts : VoiceCounts, optional
    articles, outlets : int, optional
        Number of articles and of outlets that have it.
    """

    category: str
    term: str
    actor: str | None
    side: str | None
    naming: bool
    plain: bool
    first: str | None
    last: str | None
    file: str
    line: int | None
    spellings: int
    spellings_found: int | None = None
    counts: VoiceCounts | None = None
    articles: int | None = None
    outlets: int | None = None

    def to_row(self) -> dict[str, Any]:
        """Return the term as a row of a table."""
        row = asdict(self)
        counts = row.pop("counts") or dict.fromkeys(("own", "scare", "speech"))
        hits = None if self.counts is None else self.counts.hits
        row |= {"from": row.pop("first"), "until": row.pop("last"), "hits": hits, **counts}
        return {name: row[name] for name in TERM_COLUMNS}


@dataclass(frozen=True)
class CategoryHits:
    """The hits of a category; `by_outlet` has those of each outlet that has any."""

    category: str
    actor: str | None
    side: str | None
    terms: int
    terms_found: int
    counts: VoiceCounts
    articles: int
    outlets: int
    by_outlet: dict[str, int] = field(default_factory=dict)

    def to_row(self) -> dict[str, Any]:
        """Return the category as a row of a table, without outlets."""
        row = asdict(self)
        counts, _ = row.pop("counts"), row.pop("by_outlet")
        return {**row, "hits": self.counts.hits, **counts}


@dataclass(frozen=True)
class OutletHits:
    """The hits of all terms in the articles of an outlet."""

    outlet: str | None
    articles: int
    words: int
    hits: int

    @property
    def rate(self) -> float:
        """Hits per 1,000 words."""
        return 1000 * self.hits / max(self.words, 1)

    def to_row(self) -> dict[str, Any]:
        """Return the outlet as a row of a table."""
        return {**asdict(self), "hits_per_1000_words": self.rate}


@dataclass(frozen=True)
class HitInContext:
    """One hit, and the text before and after it in reading order, as published."""

    category: str
    term: str
    id: str
    outlet: str | None
    voice: str
    before: str
    hit: str
    after: str

    @property
    def line(self) -> str:
        """The hit in brackets, with its context."""
        return f"{self.before}[{self.hit}]{self.after}".strip()

    def to_row(self) -> dict[str, Any]:
        """Return the hit as a row of a table."""
        return asdict(self)


@dataclass(frozen=True)
class LexiconUsage:
    """The hits of a lexicon in a corpus.

    Parameters
    ----------
    articles : int
    naming_articles : int
        Articles that name an actor of the lexicon.
    categories : tuple of CategoryHits
    outlets : tuple of OutletHits
        The outlets, the one with the most articles first.
    sample : tuple of HitInContext
    """

    articles: int
    naming_articles: int
    categories: tuple[CategoryHits, ...]
    outlets: tuple[OutletHits, ...]
    sample: tuple[HitInContext, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON values."""
        return {
            "articles": self.articles,
            "naming_articles": self.naming_articles,
            "categories": [one.to_row() for one in self.categories],
            "outlets": [one.to_row() for one in self.outlets],
            "category_outlets": [
                {"category": one.category, "outlet": outlet, "hits": hits}
                for one in self.categories
                for outlet, hits in one.by_outlet.items()
            ],
            "sample": [one.to_row() for one in self.sample],
        }


@dataclass(frozen=True)
class LexiconCheck:
    """What is wrong in a lexicon, what is noteworthy, and how a corpus uses it.

    Parameters
    ----------
    name : str
        The file or the folder.
    faults : tuple of Fault
        Errors; a lexicon that has any cannot be used.
    remarks : tuple of Fault
        What is allowed, but may not be what was meant: a side that is no label,
        a term that an earlier entry of its category has already.
    in_two_categories : tuple of Fault
        Terms that are in two categories, or twice in one, on different days.
    ambiguities : tuple of Ambiguity
    terms : tuple of TermHits
        Empty if there are errors.
    usage : LexiconUsage, optional
        None without a corpus.
    """

    name: str
    faults: tuple[Fault, ...]
    remarks: tuple[Fault, ...] = ()
    in_two_categories: tuple[Fault, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    terms: tuple[TermHits, ...] = ()
    usage: LexiconUsage | None = None

    @property
    def is_valid(self) -> bool:
        """Whether the lexicon can be used."""
        return not self.faults

    @property
    def never_found(self) -> list[TermHits]:
        """The terms that are nowhere in the corpus."""
        return [one for one in self.terms if one.counts is not None and not one.counts.hits]

    def to_arrow(self) -> Any:
        """Return the terms as an Arrow table."""
        return arrow_table((one.to_row() for one in self.terms), TERM_COLUMNS)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON values."""
        return {
            "lexicon": self.name,
            "valid": self.is_valid,
            "errors": _rows(self.faults),
            "remarks": _rows(self.remarks),
            "in_two_categories": _rows(self.in_two_categories),
            "ambiguous_spellings": _rows(self.ambiguities),
            "terms": _rows(self.terms),
            "corpus": None if self.usage is None else self.usage.to_dict(),
        }


def _rows(values: Sequence[Fault | Ambiguity | TermHits]) -> list[dict[str, Any]]:
    return [one.to_row() for one in values]
