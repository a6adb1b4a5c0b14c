"""Cutting entries into batches, and labelling a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from stance.corpus.article import Article, RejectedRow
from stance.formats.writing import json_lines
from stance.labelling.entries import InputEnd
from stance.labelling.run_counts import HEADLINE, NO_LABEL, RunCounts, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from stance.labelling.encoding import Encoder
    from stance.labelling.entries import Entry, InputPosition

# Maximum characters of a batch: a few long articles fill one, too.
BATCH_CHARACTERS = 8_000_000


class LabelledBatch(NamedTuple):
    """A labelled batch: output, counts, and the position after it."""

    predictions: Sequence[Any]
    rows: bytes
    rejected: list[RejectedRow]
    rejects: bytes
    run_counts: RunCounts
    ended: list[InputEnd]
    position: InputPosition


@dataclass(frozen=True)
class BatchLabeller:
    """Labels batches of entries; engines may call it for any batch, in any order.

    Parameters
    ----------
    label : callable
        Takes articles and returns a prediction for each.
    encoder : Encoder
    """

    label: Callable[[Sequence[Article]], Sequence[Any]]
    encoder: Encoder

    def __call__(self, entries: Sequence[Entry]) -> LabelledBatch:
        """Label a non-empty batch."""
        articles = [entry.found for entry in entries if isinstance(entry.found, Article)]
        kept = [entry.kept for entry in entries if isinstance(entry.found, Article)]
        predictions = self.label(articles) if articles else []
        rejected = _rejected(entries)
        run_counts = RunCounts(filtered_out=sum(entry.filtered_out for entry in entries))
        run_counts.labels.update(p.label or NO_LABEL for p in predictions)
        run_counts.outside.update(p.label or NO_LABEL for p in predictions if p.out_of_domain)
        run_counts.outside_reasons.update(
            p.out_of_domain_reason for p in predictions if p.out_of_domain_reason
        )
        run_counts.headlines = sum(len(article.text) < HEADLINE for article in articles)
        run_counts.reasons.update(kind_of(row.reason) for row in rejected)
        run_counts.labelled_of.update(
            entry.position.n_input for entry in entries if isinstance(entry.found, Article)
        )
        run_counts.rejected_of.update(
            entry.position.n_input for entry in entries if isinstance(entry.found, RejectedRow)
        )
        return LabelledBatch(
            predictions,
            self.encoder.encode([p.to_row() for p in predictions], kept),
            rejected,
            json_lines(row.to_row() for row in rejected),
            run_counts,
            [entry.found for entry in entries if isinstance(entry.found, InputEnd)],
            entries[-1].position,
        )


def _rejected(entries: Iterable[Entry]) -> list[RejectedRow]:
    found: list[RejectedRow] = []
    for entry in entries:
        if isinstance(entry.found, RejectedRow):
            found.append(entry.found)
        elif isinstance(entry.found, InputEnd) and entry.found.damage is not None:
            found.append(entry.found.damage)
    return found


def _length(value: Any) -> int:
    """Return the approximate length of a value, including nested values."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_length, value.values()))
    return sum(map(_length, value)) if isinstance(value, list) else 8


@dataclass
class Batcher:
    """Cuts entries into batches.

    Parameters
    ----------
    size : int
        Maximum number of articles in a batch.
    part_rows : int, optional
        Rows of a part of the output; no batch spans two parts.
    n_in_part : int
        Rows that the current part already has.
    """

    size: int
    part_rows: int | None = None
    n_in_part: int = 0
    _entries: list[Entry] = field(default_factory=list)
    _n_articles: int = 0
    _n_characters: int = 0

    def add(self, entry: Entry) -> list[Entry] | None:
        """Add an entry, and return a batch if it is now full."""
        self._entries.append(entry)
        if isinstance(entry.found, Article):
            self._n_articles += 1
            self._n_characters += len(entry.found.text) + sum(map(_length, entry.kept.values()))
            self.n_in_part += 1
        elif isinstance(entry.found, RejectedRow):
            self._n_characters += _length(entry.found.raw)
        full = (
            self._n_articles >= self.size
            or len(self._entries) >= max(self.size, 1024)
            or self._n_characters >= BATCH_CHARACTERS
        )
        if self.part_rows and self.n_in_part >= self.part_rows:
            self.n_in_part = 0
            full = True
        return self.take() if full else None

    @property
    def is_empty(self) -> bool:
        """Whether no entry is waiting."""
        return not self._entries

    def take(self) -> list[Entry]:
        """Return the waiting entries as a batch."""
        taken, self._entries = self._entries, []
        self._n_articles = self._n_characters = 0
        return taken
