"""Articles to label for training: some at random, some that a model finds hard."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from stance.corpus.article import Article
from stance.corpus.duplicates import near_duplicate_articles
from stance.errors import ConfigError, CorpusError
from stance.estimation.archive import LabelledArchive
from stance.estimation.archive_columns import random_numbers
from stance.estimation.diversity import farthest_first, word_vectors
from stance.estimation.sample_texts import (
    PREDICTED,
    articles_at,
    column_of,
    kept_columns,
    kept_fields,
)
from stance.estimation.sampling_frame import refuse_standard_input
from stance.formats.source import Source, SourceOptions
from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from stance.corpus.article import RejectedRow
    from stance.estimation.sample_texts import DrawnArticle
    from stance.formats.inputs import PlannedInput

RANDOM, UNCERTAIN = "random", "uncertain"
LAST = ("text", "label", "arm")

# Candidates for each article of the uncertain arm: with more, they are more diverse and less
# uncertain.
CANDIDATES = 3
# Articles drawn for the random arm beyond its size, in case some are near-duplicates.
SPARE = 1.2
# The default limit of an outlet is this many times its equal share.
OUTLET_SHARES = 2


@dataclass(frozen=True)
class TrainingSample:
    """Articles to label for training.

    Parameters
    ----------
    columns : dict of str to type
        The columns of the rows, in order.
    articles : list of dict
        A row for each article, in random order: `id`, kept fields, `text`, an empty
        `label`, and `arm`: ``random`` or ``uncertain``.
    n_archive : int
    n_rejected : int
    rejected : tuple of RejectedRow
    asked : int
        How many articles were asked for.
    max_per_outlet : int or None
        The most articles of an outlet in the uncertain arm; None if no article names
        its outlet.
    margin : float
        The largest difference between the probabilities of the two most probable labels
        in the uncertain arm, in [0, 1].
    """

    columns: dict[str, type]
    articles: list[dict[str, Any]]
    n_archive: int
    n_rejected: int
    rejected: tuple[RejectedRow, ...]
    asked: int
    max_per_outlet: int | None
    margin: float

    def n_of(self, arm: str) -> int:
        """Return the number of articles of an arm."""
        return sum(row["arm"] == arm for row in self.articles)

    def to_arrow(self) -> Any:
        """Return the rows as an Arrow table."""
        return arrow_table(self.articles, self.columns)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "n": len(self.articles),
            "n_random": self.n_of(RANDOM),
            "n_uncertain": self.n_of(UNCERTAIN),
            "n_archive": self.n_archive,
            "n_rejected": self.n_rejected,
            "max_per_outlet": self.max_per_outlet,
            "margin": self.margin,
        }


def draw_training_sample(
    labels: Source | Iterable[str | Path],
    n: int,
    *,
    articles: Iterable[str | Path] = (),
    keep: Sequence[str] = (),
    random_share: float = 0.5,
    max_per_outlet: int | None = None,
    seed: int = 0,
    show_predictions: bool = False,
    on_input: Callable[[PlannedInput], object] = lambda planned: None,
    **options: Unpack[SourceOptions],
) -> TrainingSample:
    """Draw articles to label for training: a random arm and an uncertain arm.

    Parameters
    ----------
    labels, articles, keep, seed, show_predictions, on_input, **options
        As for `stance.draw_sample`; the labels need probabilities.
    n : int
        Articles to draw.
    random_share : float
        The share of the random arm, in [0, 1].
    max_per_outlet : int, optional
        The most articles of one outlet in the uncertain arm; by default twice the equal
        share of an outlet.

    Notes
    -----
    Candidates of the uncertain arm are the articles with the smallest difference between
    the probabilities of their two most probable labels. Among three times as many as are
    needed, each next one is the least similar in its words to those that are chosen. Of
    near-duplicates one is drawn.

    The sample has no inclusion probabilities: shares cannot be estimated from it.
    """
    source = Source.of(labels, options)
    _check(n, random_share, max_per_outlet)
    refuse_standard_input(source)
    scan = _Scan.of(source, seed, on_input)
    if n > len(scan.random):
        raise ConfigError(
            f"Got a sample of {n:,}, but the archive has {len(scan.random):,} articles with an id "
            "and a label. Draw fewer, or label all of them."
        )
    n_random = round(n * random_share)
    sizes = _Sizes(n_random, n - n_random, max_per_outlet or scan.equal_share(n - n_random))
    spare, pool = scan.candidates(sizes)
    places = dict.fromkeys([*spare, *pool])
    texts = [*map(str, articles)]
    by_place = {one.place: one for one in articles_at(scan.archive, places, texts, keep, on_input)}
    arms = _arms([by_place[place] for place in places], spare, pool, sizes, scan)
    order = np.random.default_rng(seed).permutation(len(arms))
    chosen = [arms[place] for place in order.tolist()]
    kept = kept_columns([by_place[place] for place, _ in chosen], kept_fields(source, keep))
    names = ["id", *kept, *LAST, *(PREDICTED if show_predictions else ())]
    labels_of = scan.archive.labels
    return TrainingSample(
        {name: float if name == "probability" else str for name in names},
        [_row(by_place[place], arm, labels_of[scan.label[place]], names) for place, arm in chosen],
        len(scan.random),
        scan.archive.n_rejected,
        tuple(scan.archive.rejected),
        n,
        sizes.per_outlet if scan.n_outlets else None,
        float(max((scan.margin[place] for place, arm in chosen if arm == UNCERTAIN), default=0)),
    )


@dataclass(frozen=True)
class _Sizes:
    """How many articles each arm gets, and the uncertain one of an outlet."""

    n_random: int
    n_uncertain: int
    per_outlet: int


def _check(n: int, random_share: float, max_per_outlet: int | None) -> None:
    if n < 1:
        raise ConfigError(f"Got a sample of {n}, but expected one article or more.")
    if not 0 <= random_share <= 1:
        raise ConfigError(f"Got a random share of {random_share}, but expected 0 to 1.")
    if max_per_outlet is not None and max_per_outlet < 1:
        raise ConfigError(f"Got max_per_outlet={max_per_outlet}, but expected one article or more.")


@dataclass(frozen=True)
class _Scan:
    """What one pass over an archive finds: arrays with a value for each article."""

    archive: LabelledArchive
    random: NDArray[np.uint64]
    margin: NDArray[np.float32]
    label: NDArray[np.int32]
    outlet: NDArray[np.int64]
    n_outlets: int

    @classmethod
    def of(cls, source: Source, seed: int, on_input: Callable[[PlannedInput], object]) -> _Scan:
        archive = LabelledArchive(source, ["outlet"], on_input)
        random, margins, labels, outlets = [], [], [], []
        for batch in archive.batches():
            if batch.probabilities is None:
                raise CorpusError(
                    "Got labels without probabilities, but expected them, to find the articles of "
                    "which a model is uncertain. Name the output of 'stance predict'."
                )
            random.append(random_numbers(batch.hashes, seed))
            best = np.sort(np.pad(batch.probabilities, ((0, 0), (1, 0))), axis=1)[:, -2:]
            margins.append((best[:, 1] - best[:, 0]).astype(np.float32))
            labels.append(batch.label.astype(np.int32))
            outlets.append(batch.fields["outlet"])
        numbers, n_outlets = np.concatenate(outlets), 0
        if archive.has_values("outlet"):
            grouping = archive.grouping("outlet")
            numbers, n_outlets = grouping.group[numbers], len(grouping.values)
        return cls(
            archive,
            np.concatenate(random),
            np.concatenate(margins),
            np.concatenate(labels),
            numbers,
            n_outlets,
        )

    def equal_share(self, n: int) -> int:
        return max(1, math.ceil(OUTLET_SHARES * n / max(self.n_outlets, 1)))

    def candidates(self, sizes: _Sizes) -> tuple[list[int], list[int]]:
        """Return candidates of the random arm and of the uncertain arm, in order."""
        n_spare = math.ceil(SPARE * sizes.n_random) + 2 if sizes.n_random else 0
        spare = np.argsort(self.random, kind="stable")[:n_spare].tolist()
        pool: list[int] = []
        counts: Counter[int] = Counter()
        # Some of them may be in the random arm.
        wanted = CANDIDATES * sizes.n_uncertain + (sizes.n_random if sizes.n_uncertain else 0)
        for place in np.lexsort((self.random, self.margin)).tolist():
            if len(pool) == wanted:
                break
            outlet = int(self.outlet[place])
            if outlet < 0 or counts[outlet] < CANDIDATES * sizes.per_outlet + sizes.n_random:
                pool.append(place)
                counts[outlet] += 1
        return spare, pool


def _arms(
    found: Sequence[DrawnArticle],
    spare: Sequence[int],
    pool: Sequence[int],
    sizes: _Sizes,
    scan: _Scan,
) -> list[tuple[int, str]]:
    """Return the place and the arm of each chosen article."""
    field = scan.archive.source.fields.outlet
    groups = near_duplicate_articles(
        [Article(one.id, one.text, outlet=one.values.get(field)) for one in found]
    ).tolist()
    index = {one.place: number for number, one in enumerate(found)}
    distinct = [number for number in (index[place] for place in spare) if groups[number] == number]
    at_random = distinct[: sizes.n_random]
    seen = {groups[number] for number in at_random}
    counts: Counter[int] = Counter()

    def is_allowed(number: int) -> bool:
        outlet = int(scan.outlet[found[number].place])
        if groups[number] in seen or (outlet >= 0 and counts[outlet] >= sizes.per_outlet):
            return False
        seen.add(groups[number])
        counts[outlet] += 1
        return True

    vectors = word_vectors([one.text for one in found])
    candidates = [index[place] for place in pool if groups[index[place]] not in seen]
    candidates = candidates[: CANDIDATES * sizes.n_uncertain]
    uncertain = farthest_first(vectors, at_random, candidates, sizes.n_uncertain, is_allowed)
    return [
        *((found[number].place, RANDOM) for number in at_random),
        *((found[number].place, UNCERTAIN) for number in uncertain),
    ]


def _row(one: DrawnArticle, arm: str, predicted: str, names: Sequence[str]) -> dict[str, Any]:
    row = {
        "id": one.id,
        **{column_of(name): value for name, value in one.values.items()},
        "text": one.text,
        "label": None,
        "arm": arm,
        "predicted_label": predicted,
        "probability": one.probability,
    }
    return {name: row.get(name) for name in names}
