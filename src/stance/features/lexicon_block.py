"""Lexical features: rates and naming shares of a lexicon's categories."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
import orjson

from stance.features.block import BlockFiles, Fitted, PlainBlock
from stance.features.lexicon import Lexicon
from stance.features.lexicon_counting import (
    TermCounter,
    count_in_batch,
    counter_of,
    periods_of_batch,
)
from stance.features.lexicon_matching import LexiconMatcher
from stance.features.lexicon_places import found_term, term_places
from stance.features.matrices import compressed
from stance.features.outlets import outlet_frequency

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.features.batches import Batch, InputBatch
    from stance.features.block import Groups, StoredFiles, Texts
    from stance.features.counters import Words
    from stance.features.lexicon_counting import TermCounts
    from stance.features.lexicon_settings import LexiconSettings
    from stance.features.occurrences import FoundTerm, Occurrences
    from stance.features.periods import PeriodLabel
    from stance.features.tokens import TokenBatch
    from stance.text.normalization_table import NormalizationTable

PER_WORDS = 1000.0

# Name prefixes of the columns that are not the rate of a category.
SIDE_KINDS = ("side", "sideshare")
COLUMN_KINDS = ("scare", "share", *SIDE_KINDS)

SideColumns = Literal["log", "rate"]

# Minimum share of articles that name an actor of the lexicon; see `LexiconBlock.suits`.
MIN_NAMING_ACTORS = 2 / 3


@dataclass(frozen=True)
class LexiconBlock(PlainBlock):
    """Lexical features of a text.

    The columns are, in order:

    - for each category that is not plain, its rate per 1,000 words in the
      outlet's own voice;
    - for each category, ``scare.CATEGORY``, its rate per 1,000 words between
      scare quotes;
    - for each category that names an actor and is not plain,
      ``share.CATEGORY``: the share of this category's names among all
      mentions of the actor outside quoted speech, in [0, 1];
    - for each side, ``side.SIDE``, the frequency of all the side's terms in
      the outlet's own voice: ln(1 + rate per 1,000 words), or the rate
      itself. Terms that do not occur in the training corpus count as well;
    - with the logarithm, for each side ``sideshare.SIDE``: the share of this
      side's terms among the terms of all sides, in [0, 1]. Unlike the rate,
      it is as informative for an article with few such terms.

    Parameters
    ----------
    lexicon : Lexicon
    matcher : LexiconMatcher
    sides : {"log", "rate"}
        The values of the sides' columns.
    log_rates : bool
        Whether a category's column is ``ln(1 + rate)`` instead of the rate: the
        first mention is more informative than the tenth.
    assumed : int
        The period of a text whose date and words do not decide; 0 if the
        lexicon has no dates.
    """

    reads_voices: ClassVar[bool] = True

    lexicon: Lexicon
    matcher: LexiconMatcher
    sides: SideColumns = "log"
    log_rates: bool = False
    assumed: int = 0

    @classmethod
    def of(
        cls,
        lexicon: Lexicon,
        table: NormalizationTable,
        *,
        sides: SideColumns = "log",
        log_rates: bool = False,
        assumed_date: str = "auto",
    ) -> Self:
        """Build the block of a lexicon for texts normalised with a table.

        ``assumed_date`` is a day of the assumed period; "auto" is the last one.
        """
        matcher = LexiconMatcher(lexicon, table)
        assumed = len(matcher.periods) - 1
        if assumed_date != "auto":
            assumed = matcher.periods.number(dt.date.fromisoformat(assumed_date))
        return cls(lexicon, matcher, sides, log_rates, assumed)

    @classmethod
    def suits(cls, batch: Batch, settings: LexiconSettings) -> bool:
        """Return whether at least two thirds of the articles name an actor of the lexicon."""
        named = _read(settings, batch.table).names_actors(batch)
        return bool(named.mean() >= MIN_NAMING_ACTORS)

    @classmethod
    def fit(cls, batch: Batch, settings: LexiconSettings, groups: Groups) -> Fitted:
        """Scale the lexical features to equal standard deviation.

        Constant features and features of too few outlets get scale 0. The rates
        and shares of an article have a typical norm of ``weight``, and the sides'
        features one of ``side_weight``, whatever their number.
        """
        block = replace(
            _read(settings, batch.table),
            sides=settings.sides,
            log_rates=settings.log_rates is True,
        ).with_assumed(batch, settings.assumed_date)
        rates = block.transform(batch)
        spread = rates.toarray().std(axis=0)
        varies = spread > 0
        if settings.min_outlets not in {1, "auto"}:
            varies &= outlet_frequency(rates, groups.outlets) >= int(settings.min_outlets)
        scale = np.zeros_like(spread)
        first_side = len(block.terms) - len(block.side_terms)
        for weight, columns in (
            (settings.weight, slice(None, first_side)),
            (settings.side_weight, slice(first_side, None)),
        ):
            each = weight / np.sqrt(max(varies[columns].sum(), 1))
            np.divide(each, spread[columns], out=scale[columns], where=varies[columns])
        return Fitted(block, scale.astype(np.float32), rates)

    @classmethod
    def from_files(
        cls, name: str, files: StoredFiles, settings: LexiconSettings, table: NormalizationTable
    ) -> Self:
        """Build the block from the lexicon that a model stores."""
        return cls.of(
            Lexicon.from_dict(files.json(f"{name}.json")),
            table,
            sides=settings.sides,
            log_rates=settings.log_rates is True,
            assumed_date=settings.assumed_date,
        )

    def with_assumed(self, batch: Batch, assumed_date: str) -> Self:
        """Return the block with the period of a day; "auto": the most frequent one of a batch."""
        if not self.periods:
            return self
        periods = self.matcher.periods
        if assumed_date != "auto":
            return replace(self, assumed=periods.number(dt.date.fromisoformat(assumed_date)))
        return replace(self, assumed=periods.most_frequent(self._possible(batch)))

    def fitted_settings(self) -> dict[str, Any]:
        """Return a day of the assumed period, if the lexicon has dates."""
        if not self.periods:
            return {}
        return {"assumed_date": self.matcher.periods.day(self.assumed).isoformat()}

    @property
    def periods(self) -> list[str]:
        """The periods of the lexicon; empty if it has no dates."""
        return self.matcher.periods.names

    def to_files(self, name: str) -> BlockFiles:
        """Return the lexicon."""
        return BlockFiles({f"{name}.json": orjson.dumps(self.lexicon.to_dict())}, {})

    @property
    def terms(self) -> list[str]:
        """Names of the columns."""
        return [
            *(name for name, category in self.lexicon.categories.items() if not category.plain),
            *(f"scare.{name}" for name in self.lexicon.categories),
            *(f"share.{name}" for name in self._naming if not self.lexicon.categories[name].plain),
            *self.side_terms,
        ]

    @property
    def side_terms(self) -> list[str]:
        """Names of the columns of the sides, which are the last ones."""
        kinds = SIDE_KINDS if self.sides == "log" else SIDE_KINDS[:1]
        return [f"{kind}.{name}" for kind in kinds for name in self.lexicon.sides]

    def examples(self, column: str, n: int = 3) -> list[str]:
        """Return the first terms of a column's category or side.

        Parameters
        ----------
        column : str
            One of `terms`.
        n : int
            Maximum number of terms.

        Returns
        -------
        list of str
            For a side, terms of its categories in turn.
        """
        kind, dot, rest = column.partition(".")
        name = rest if dot and kind in COLUMN_KINDS else column
        if name in self.lexicon.categories and kind not in SIDE_KINDS:
            return [term.term for term in self.lexicon.categories[name].terms[:n]]
        owned = (
            [term.term for term in category.terms if (term.side or category.side) == name]
            for category in self.lexicon.categories.values()
        )
        in_turn = (term for terms in zip_longest(*owned) for term in terms if term is not None)
        return list(islice(in_turn, n))

    @cached_property
    def _has_rate(self) -> NDArray[np.bool_]:
        """Whether each category's own rate is a feature."""
        return np.array([not c.plain for c in self.lexicon.categories.values()], dtype=np.bool_)

    @cached_property
    def _names_an_actor(self) -> NDArray[np.bool_]:
        """Whether each category's terms are mentions of its actor."""
        return np.array([c.naming for c in self.lexicon.categories.values()], dtype=np.bool_)

    @property
    def _naming(self) -> list[str]:
        return [name for name, category in self.lexicon.categories.items() if category.naming]

    def names_actors(self, batch: Batch) -> NDArray[np.bool_]:
        """Return which texts name an actor of the lexicon, shape (n_texts,)."""
        words, possible = batch.words, self._possible(batch)
        counts = count_in_batch(self.matcher, words, np.zeros_like(words.voices), possible)
        return np.asarray(counts.own[:, self._names_an_actor].any(axis=1))

    def transform(self, batch: Batch) -> sparse.csr_array:
        """Return rates and shares, CSR float32 of shape (n_texts, n_columns).

        Quotations are recognised only if the batch has voices.
        """

        def rates(batch: Batch) -> sparse.csr_array:
            return compressed(self.rates(batch.words, self._periods_of(batch)))

        return batch.counted((self.matcher, self.sides, self.log_rates, self.assumed), rates)

    def _possible(self, batch: Batch) -> NDArray[np.int32]:
        """Return the first and the last possible period of each row by its date."""

        def possible(batch: Batch) -> NDArray[np.int32]:
            return self.matcher.periods.possible(one.published for one in batch.inputs)

        return batch.counted((self.matcher, "possible periods"), possible)

    def _periods_of(self, batch: Batch) -> NDArray[np.int32] | None:
        """Return the period of each row's article, as the only possible one.

        None if the lexicon has no dates.
        """

        def periods(batch: Batch) -> NDArray[np.int32]:
            possible = self._possible(batch)
            found = periods_of_batch(self.matcher, batch.words, possible, self.assumed)
            return np.stack([found.numbers, found.numbers], axis=1)

        return batch.of_inputs(periods) if self.periods else None

    def compile(self, scale: NDArray[np.float32], weights: NDArray[np.float32]) -> CompiledTerms:
        """Return the block prepared for compiled scoring."""
        return CompiledTerms(self, weights * scale[:, None])

    def values_and_occurrences(self, batch: InputBatch) -> tuple[sparse.csr_array, Occurrences]:
        """Return the values and the places of the terms that each column counts."""
        counter, tokens = counter_of(self.matcher, batch.words)
        found = counter.find(tokens, self._possible(batch), self.assumed)
        rates = self.rates_of(counter.counts(tokens, batch.words.voices, found))
        places = term_places(self.matcher, self.lexicon.sides, self.terms, batch.words, found)
        return compressed(rates).astype(np.float64), places

    def term(self, number: int) -> FoundTerm:
        """Return a term of `Occurrences.terms`."""
        return found_term(self.lexicon, self.matcher, number)

    def rates(
        self, batch: TokenBatch, possible: NDArray[np.int32] | None = None
    ) -> NDArray[np.float32]:
        """Return the rates and shares of words, float32 of shape (n_texts, n_columns).

        ``possible``, shape (n_texts, 2), has the first and the last possible period
        of each text; by default the texts have no dates.
        """
        counts = count_in_batch(self.matcher, batch, batch.voices, possible, self.assumed)
        return self.rates_of(counts)

    def rates_of(self, counts: TermCounts) -> NDArray[np.float32]:
        """Return the rates and shares of counts, float32 of shape (n_texts, n_columns)."""
        own, scare, sides, _ = counts
        n_words = np.maximum(counts.n_words, 1)[:, None]
        rates = [counts * PER_WORDS / n_words for counts in (own[:, self._has_rate], scare)]
        if self.log_rates:
            rates = [np.log1p(rate) for rate in rates]
        shares = self._shares(own + scare)
        dense = np.hstack([*rates, shares, *self._side_columns(sides, sides * PER_WORDS / n_words)])
        return dense.astype(np.float32)

    def _side_columns(
        self, counts: NDArray[np.float64], rates: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], ...]:
        if self.sides == "rate":
            return (rates,)
        return np.log1p(rates), counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)

    @cached_property
    def _actors(self) -> list[NDArray[np.intp]]:
        """Indices of the categories that name each actor, one array per actor."""
        places: dict[str, list[int]] = {}
        for place, category in enumerate(self.lexicon.categories.values()):
            if category.naming:
                places.setdefault(category.actor or "", []).append(place)
        return [np.array(found) for found in places.values()]

    def _shares(self, mentions: NDArray[np.float64]) -> NDArray[np.float64]:
        shares = np.zeros_like(mentions)
        for places in self._actors:
            named = mentions[:, places]
            shares[:, places] = named / np.maximum(named.sum(axis=1, keepdims=True), 1)
        return shares[:, self._names_an_actor & self._has_rate]


class CompiledTerms(NamedTuple):
    """A lexicon and its weights, prepared for compiled scoring; see `CompiledBlock`."""

    block: LexiconBlock
    weights: NDArray[np.float32]

    @property
    def surface(self) -> bool:
        """False: the block reads normalised words."""
        return False

    def scorer(self, room: int) -> TermScorer:
        """Return a scorer for one thread, with an initial capacity of ``room`` words."""
        return TermScorer(TermCounter(self.block.matcher, room), self.block, self.weights)


@dataclass(frozen=True)
class TermScorer:
    """Scores texts with the terms of a lexicon; see `TextScorer`."""

    counter: TermCounter
    block: LexiconBlock
    weights: NDArray[np.float32]

    def learn(self, words: Words, n_words: int) -> None:
        """Look up the forms of the words added since the last call."""
        self.counter.learn(words, n_words)

    def forget(self) -> None:
        """Forget all words, but keep the allocated memory."""
        self.counter.forget()

    def score(self, texts: Texts, scores: NDArray[np.float64]) -> list[PeriodLabel]:
        """Add the contribution of rates and shares to ``scores``, (n_texts, n_labels)."""
        from stance.features.compiled.scoring import score_values

        tokens, voices, published = texts
        known = self.block.matcher.periods
        found = self.counter.find(tokens, known.possible(published), self.block.assumed)
        counts = self.counter.counts(tokens, voices, found)
        score_values(self.block.rates_of(counts), self.weights, scores)
        return known.labels(found.periods)


def _read(settings: LexiconSettings, table: NormalizationTable) -> LexiconBlock:
    """Return the block of the lexicon that the settings name."""
    states = [(file, file.stat()) for file in settings.input_files() if file.exists()]
    changed = tuple((str(file), s.st_mtime_ns, s.st_size) for file, s in states)
    return _prepared(settings.directory, changed, table)


@lru_cache(maxsize=2)
def _prepared(
    path: Path, changed: tuple[tuple[str, int, int], ...], table: NormalizationTable
) -> LexiconBlock:
    """Read and index a lexicon; cached for all folds until one of its files changes."""
    return LexiconBlock.of(Lexicon.read(path), table)
