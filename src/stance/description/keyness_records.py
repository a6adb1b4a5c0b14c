"""Results of a keyness analysis: typical terms of each part, with what they rest on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Iterator

Measure = Literal["log-odds", "log-ratio", "g2"]
NoBounds = Literal["", "not asked for", "no outlets", "one outlet", "rare terms"]

PER_MILLION = 1_000_000

KEYNESS_COLUMNS: dict[str, type] = {
    "target": str,
    "reference": str,
    "rank": int,
    "term": str,
    "spelling": str,
    "is_pair": bool,
    "target_count": int,
    "reference_count": int,
    "target_per_million": float,
    "reference_per_million": float,
    "target_articles": int,
    "reference_articles": int,
    "target_outlets": int,
    "reference_outlets": int,
    "log_odds": float,
    "log_odds_z": float,
    "log_ratio": float,
    "log_ratio_bound": float,
    "g2": float,
    "outlet_low": float,
    "outlet_high": float,
    "best_rank": int,
    "worst_rank": int,
}


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """A word or pair of words that is more frequent in the target than in the reference.

    Parameters
    ----------
    rank : int
        By the measure of the analysis, from 1.
    term : str
        Normalised; a pair is joined by a space.
    spelling : str
        The most frequent published spelling.
    is_pair : bool
    target_count, reference_count : int
    target_per_million, reference_per_million : float
        Occurrences per million words, or per million pairs.
    target_articles, reference_articles : int
    target_outlets, reference_outlets : int
        Zero if no article names an outlet.
    log_odds, log_odds_z : float
        Log-odds ratio (natural logarithm) with an informative prior, and its z-score.
    log_ratio, log_ratio_bound : float
        Binary logarithm of the ratio of frequencies, and its conservative bound.
    g2 : float
        The log-likelihood ratio G2.
    outlet_low, outlet_high : float, optional
        Bounds of `log_odds` over outlets that hold for all terms of the comparison together.
    best_rank, worst_rank : int, optional
        The range of its ranks when each outlet is left out in turn.
    """

    rank: int
    term: str
    spelling: str
    is_pair: bool
    target_count: int
    reference_count: int
    target_per_million: float
    reference_per_million: float
    target_articles: int
    reference_articles: int
    target_outlets: int
    reference_outlets: int
    log_odds: float
    log_odds_z: float
    log_ratio: float
    log_ratio_bound: float
    g2: float
    outlet_low: float | None = None
    outlet_high: float | None = None
    best_rank: int | None = None
    worst_rank: int | None = None

    @property
    def is_beyond_bound(self) -> bool:
        """Whether the bounds over outlets exclude that the parts do not differ."""
        return self.outlet_low is not None and self.outlet_low > 0

    def to_row(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True)
class PartSize:
    """The size of a part of a comparison, with each near-duplicate counted once."""

    articles: int
    words: int
    pairs: int
    outlets: int


@dataclass(frozen=True)
class Comparison:
    """The typical terms of one part against another.

    Parameters
    ----------
    target : str
        A value of the field.
    reference : str, optional
        Another value; None for all other values.
    target_size, reference_size : PartSize
    n_terms : int
        Number of terms that were compared.
    terms : tuple of KeyTerm
        The first ones by the measure.
    no_bounds : str
        Why there are no bounds over outlets; empty if there are.
    n_bounded : int
        Number of terms with bounds: the bounds hold for all of them together.
    n_beyond : int
        Number of terms that are beyond their bound on the side of the target.
    n_beyond_reference : int
        The same on the side of the reference.
    critical : float, optional
        How many standard errors the bounds are away from the log-odds ratio.
    """

    target: str
    reference: str | None
    target_size: PartSize
    reference_size: PartSize
    n_terms: int
    terms: tuple[KeyTerm, ...]
    no_bounds: NoBounds = ""
    n_bounded: int = 0
    n_beyond: int = 0
    n_beyond_reference: int = 0
    critical: float | None = None

    def to_rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row for each term, with the two parts."""
        for term in self.terms:
            yield {"target": self.target, "reference": self.reference, **term.to_row()}

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "target": self.target,
            "reference": self.reference,
            "target_size": asdict(self.target_size),
            "reference_size": asdict(self.reference_size),
            "n_terms": self.n_terms,
            "no_bounds": self.no_bounds or None,
            "n_bounded": self.n_bounded,
            "n_beyond": self.n_beyond,
            "n_beyond_reference": self.n_beyond_reference,
            "critical": self.critical,
            "terms": [term.to_row() for term in self.terms],
        }


@dataclass(frozen=True)
class Keyness:
    """The typical terms of the parts of a corpus.

    Parameters
    ----------
    by : str
        The field whose values are the parts.
    measure : {"log-odds", "log-ratio", "g2"}
        The measure that terms are ranked by.
    voice : {"all", "own", "quoted", "speech", "scare"}
    pairs : bool
        Whether pairs of words were compared too.
    min_articles : int
    prior : float
        Size of the prior as a share of the words of both parts.
    n_resamples : int
    n_articles : int
        Number of articles with a value that is compared, near-duplicates included.
    n_duplicates : int
        Number of near-duplicates that were left out.
    n_without_value : int
    n_without_outlet : int
        Articles without an outlet where others have one; they count as one outlet.
    silent : tuple of str
        Values without a word in the voice, which were left out.
    comparisons : tuple of Comparison
    """

    by: str
    measure: Measure
    voice: str
    pairs: bool
    min_articles: int
    prior: float
    n_resamples: int
    n_articles: int
    n_duplicates: int
    n_without_value: int
    n_without_outlet: int
    silent: tuple[str, ...]
    comparisons: tuple[Comparison, ...]

    def to_rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row for each term of each comparison."""
        for one in self.comparisons:
            yield from one.to_rows()

    def to_arrow(self) -> Any:
        """Return the rows as an Arrow table, which pandas and polars read."""
        return arrow_table(self.to_rows(), KEYNESS_COLUMNS)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        own = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            **own,
            "silent": list(self.silent),
            "comparisons": [one.to_dict() for one in self.comparisons],
        }
