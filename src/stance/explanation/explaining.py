"""Explanations of the labels of articles, in the order of the articles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from stance.corpus.article import check_articles, refuse_tables
from stance.errors import ConfigError
from stance.explanation.attribution import Attributor
from stance.explanation.changes import changes_of
from stance.explanation.listed import Listed, largest, one_of
from stance.explanation.records import MIXED, VOICES, Explanation, Place, WordContribution

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.explanation.attribution import Attribution
    from stance.model.record import Model

TOP = 10
BATCH_SIZE = 1_024


def explain(
    model: Model,
    articles: Iterable[Article],
    *,
    against: str | None = None,
    top: int = TOP,
    changes: bool = False,
) -> Iterator[Explanation]:
    """Explain the labels of articles, in their order.

    Parameters
    ----------
    model : Model
    articles : iterable of Article
    against : str, optional
        The label to compare with; by default the runner-up.
    top : int
        Number of features and of words that are listed; 0 for all.
    changes : bool
        Whether to look for what would change each label, which labels changed
        texts again.

    Yields
    ------
    Explanation

    Raises
    ------
    ConfigError
        If the model does not know the label, or `top` is negative.
    CorpusError
        If a table or a file name was passed, or an item is not an `Article`.

    Examples
    --------
    >>> import stance
    >>> texts = ["اقتحمت الميليشيات الحي", "حرر الجيش الحي"] * 4
    >>> articles = [stance.Article(str(i), text) for i, text in enumerate(texts)]
    >>> labelled = [replace(a, label="ضد" if "الميليشيات" in a.text else "مع") for a in articles]
    >>> model = stance.train(labelled)
    >>> (found,) = stance.explain(model, [stance.Article("9", "اقتحمت الميليشيات المدينة")])
    >>> found.label, found.against
    ('ضد', 'مع')
    >>> word = next(word for word in found.words if word.word == "الميليشيات")
    >>> word.contribution > 0, word.places
    (True, [Place(field='text', start=7, end=17)])
    >>> amounts = [one.contribution for one in found.contributions]
    >>> total = found.intercept + sum(amounts) + found.rest.contribution
    >>> abs(total - found.logit_difference) < 1e-9
    True
    """
    if top < 0:
        raise ConfigError(f"Got top={top}, but expected 0 for all, or a number of features.")
    refuse_tables(articles)
    attributor = Attributor(model, against)
    stream = iter(articles)
    batches = iter(lambda: list(check_articles(islice(stream, BATCH_SIZE))), [])
    found: Iterator[tuple[Sequence[Article], Attribution]]
    # Looking for changes takes far longer, and needs the attributor itself.
    if changes:
        found = ((batch, attributor.attribute(batch)) for batch in batches)
    else:
        found = _attributed_ahead(attributor, batches)
    return (
        explanation
        for batch, attribution in found
        for explanation in _explanations(attributor, batch, attribution, top, changes=changes)
    )


def _attributed_ahead(
    attributor: Attributor, batches: Iterator[Sequence[Article]]
) -> Iterator[tuple[Sequence[Article], Attribution]]:
    """Yield batches with their contributions, which a thread computes one batch ahead.

    Most of that time is spent in compiled loops, which let this thread go on.
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1, "stance-explain") as thread:
        batch = next(batches, None)
        coming = thread.submit(attributor.attribute, batch) if batch else None
        while batch is not None and coming is not None:
            attribution = coming.result()
            done, batch = batch, next(batches, None)
            coming = thread.submit(attributor.attribute, batch) if batch else None
            yield done, attribution


def _explanations(
    attributor: Attributor,
    articles: Sequence[Article],
    found: Attribution,
    top: int,
    *,
    changes: bool,
) -> Iterator[Explanation]:
    """Yield the explanations of a batch of articles, each made when it is asked for."""
    described = _Descriptions(attributor.model.labels, articles, found, top or None)
    if not changes:
        yield from map(described.of, range(len(articles)))
        return
    for row, its in enumerate(changes_of(attributor, articles, found)):
        yield replace(described.of(row), changes=its)


@dataclass(frozen=True)
class _Descriptions:
    """Turns rows of an attribution into explanations."""

    labels: tuple[str, ...]
    articles: Sequence[Article]
    found: Attribution
    top: int | None

    @cached_property
    def _by_block(self) -> list[list[float]]:
        return [block.totals.tolist() for block in self.found.blocks]

    @cached_property
    def _listed(self) -> Listed:
        return Listed(self.found, self.top)

    @cached_property
    def _strongest(self) -> list[NDArray[np.int64]]:
        """The places of the words of each article that are listed."""
        return largest(*self.found.amounts_of_words, self.top)

    @cached_property
    def _by_voice(self) -> list[list[float]]:
        found, n_voices = self.found, len(VOICES)
        cells = found.batch.words.text_of_token * n_voices + found.voices
        table = np.bincount(cells, found.tokens, len(self.articles) * n_voices)
        rows: list[list[float]] = table.astype(np.float64).reshape(-1, n_voices).tolist()
        return rows

    def of(self, row: int) -> Explanation:
        """Return the explanation of one article."""
        comparison = self.found.comparison
        label, against = int(comparison.labels[row]), int(comparison.against[row])
        listed, rest = self._listed.of(row)
        return Explanation(
            article=self.articles[row],
            label=self.labels[label],
            against=self.labels[against],
            probabilities={
                self.labels[i]: float(comparison.probabilities[row, i]) for i in (label, against)
            },
            logit_difference=float(comparison.difference[row]),
            intercept=float(comparison.intercepts[row]),
            contributions=listed,
            rest=rest,
            words=self._words(row),
            by_block={
                block.source.name: total[row]
                for block, total in zip(self.found.blocks, self._by_block, strict=True)
            },
            by_voice=dict(zip(VOICES, self._by_voice[row], strict=True))
            | {"none": float(self.found.outside[row])},
        )

    def _words(self, row: int) -> list[WordContribution]:
        found, words = self.found, self.found.batch.words
        types, numbers, amounts = found.words_of(row)
        chosen = self._strongest[row]
        is_chosen = np.zeros(len(types), dtype=np.bool_)
        is_chosen[chosen] = True
        its = np.flatnonzero(is_chosen[numbers])
        tokens = its + words.offsets[row]
        text = found.texts[row]
        places: dict[int, list[Place]] = {number: [] for number in chosen.tolist()}
        voices: dict[int, set[str]] = {number: set() for number in places}
        for number, start, end, voice in zip(
            numbers[its].tolist(),
            found.spans.starts[tokens].tolist(),
            found.spans.ends[tokens].tolist(),
            found.voices[tokens].tolist(),
            strict=True,
        ):
            places[number] += text.places(start, end)
            voices[number].add(VOICES[voice])
        return [
            WordContribution(
                words.types[types[number]],
                float(amounts[number]),
                one_of(voices[number]) or MIXED,
                places[number],
            )
            for number in places
        ]
