"""Explanations of the labels of articles, in the order of the articles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from stance.corpus.article import check_articles
from stance.errors import ConfigError
from stance.explanation.attribution import Attributor
from stance.explanation.changes import changes_of
from stance.explanation.records import (
    MIXED,
    VOICES,
    Contribution,
    Explanation,
    Place,
    Rest,
    TermPlace,
    WordContribution,
)
from stance.features.occurrences import NO_TERM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.explanation.attribution import Attribution, BlockEvidence
    from stance.explanation.places import PublishedText
    from stance.model.record import Model

TOP = 10
BATCH_SIZE = 512


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
        If an item is not an `Article`.
    """
    if top < 0:
        raise ConfigError(f"Got top={top}, but expected 0 for all, or a number of features.")
    attributor = Attributor(model, against)
    stream = iter(articles)
    return (
        explanation
        for batch in iter(lambda: list(check_articles(islice(stream, BATCH_SIZE))), [])
        for explanation in explain_batch(attributor, batch, top, changes=changes)
    )


def explain_batch(
    attributor: Attributor, articles: Sequence[Article], top: int = TOP, *, changes: bool = False
) -> list[Explanation]:
    """Explain the labels of a batch of articles."""
    found = attributor.attribute(articles)
    described = _Descriptions(attributor.model.labels, articles, found, top or None)
    explanations = [described.of(row) for row in range(len(articles))]
    if not changes:
        return explanations
    changed = changes_of(attributor, articles, found)
    return [replace(one, changes=its) for one, its in zip(explanations, changed, strict=True)]


@dataclass(frozen=True)
class _Descriptions:
    """Turns rows of an attribution into explanations."""

    labels: tuple[str, ...]
    articles: Sequence[Article]
    found: Attribution
    top: int | None

    @cached_property
    def _by_block(self) -> list[list[float]]:
        return [block.total().tolist() for block in self.found.blocks]

    @cached_property
    def _voices(self) -> list[int]:
        voices: list[int] = self.found.voices.tolist()
        return voices

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
        listed, rest = self._contributions(row)
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

    def _contributions(self, row: int) -> tuple[list[Contribution], Rest]:
        blocks = self.found.blocks
        slices = [slice(*one.values.indptr[row : row + 2].tolist()) for one in blocks]
        parts = [one.contributions[own] for one, own in zip(blocks, slices, strict=True)]
        joined = np.concatenate(parts)
        order = _largest(joined, self.top)
        sizes = np.cumsum([0, *map(len, parts)])
        listed = []
        for place in order.tolist():
            of = int(np.searchsorted(sizes, place, side="right")) - 1
            entry = slices[of].start + place - int(sizes[of])
            listed.append(self._contribution(row, blocks[of], entry))
        others = joined.copy()
        others[order] = 0.0
        return listed, Rest(int(np.count_nonzero(others)), float(others.sum()))

    def _contribution(self, row: int, block: BlockEvidence, entry: int) -> Contribution:
        source, column = block.source, int(block.values.indices[entry])
        own = slice(int(block.bounds[row]), int(block.bounds[row + 1]))
        numbers = own.start + np.flatnonzero(block.occurrences.columns[own] == column)
        places, voices, terms = self._occurrences(row, block, column, numbers)
        return Contribution(
            source.name,
            source.terms[column],
            float(block.weights[entry]),
            float(block.values.data[entry]),
            float(block.contributions[entry]),
            None if source.outlets is None else source.outlets[column],
            _one_of(voices),
            places,
            terms,
        )

    def _occurrences(
        self, row: int, block: BlockEvidence, column: int, numbers: NDArray[np.int64]
    ) -> tuple[list[Place], set[str], list[TermPlace]]:
        """Return the places, voices and terms of some occurrences of a column."""
        text, occurrences = self.found.texts[row], block.occurrences
        batch = self.found.batch
        tokens = batch.surface if occurrences.surface else batch.words
        spans = text.surface if occurrences.surface else self.found.spans[row]
        first = int(tokens.offsets[row])
        places: list[Place] = []
        voices: set[str] = set()
        terms: dict[tuple[int, str], list[Place]] = {}
        found = zip(
            occurrences.starts[numbers].tolist(),
            occurrences.ends[numbers].tolist(),
            occurrences.terms[numbers].tolist(),
            strict=True,
        )
        # A character n-gram occurs several times in a word, whose letters are listed once.
        for start, end, term in dict.fromkeys(found):
            span = spans[start - first][0], spans[end - 1 - first][1]
            its: list[Place] = []
            if end - start == 1:
                word = tokens.types[tokens.tokens[start]]
                if occurrences.surface:
                    word = text.text[slice(*span)]
                for one in block.source.block.letters(column, word):
                    its += text.places(*_cut(text, span, word, one))
            else:
                its = text.places(*span)
            voice = self._voice(row, block, start, end, span)
            places += its
            voices.add(voice)
            if term != NO_TERM:
                terms.setdefault((term, voice), []).extend(its)
        named = ((block.source.term(term), voice, its) for (term, voice), its in terms.items())
        return (
            places,
            voices,
            [
                TermPlace(one.term, one.category, one.actor, one.side, voice, its)
                for one, voice, its in named
            ],
        )

    def _voice(
        self, row: int, block: BlockEvidence, start: int, end: int, span: tuple[int, int]
    ) -> str:
        if block.occurrences.surface:
            return VOICES[self.found.texts[row].voice(span[0])]
        if end - start == 1:
            return VOICES[self._voices[start]]
        return _one_of({VOICES[voice] for voice in self._voices[start:end]}) or MIXED

    def _words(self, row: int) -> list[WordContribution]:
        found, words = self.found, self.found.batch.words
        first = int(words.offsets[row])
        types, numbers, amounts = found.words_of(row)
        chosen = _largest(amounts, self.top).tolist()
        tokens_of: dict[int, list[int]] = {place: [] for place in chosen}
        for token, number in enumerate(numbers.tolist()):
            if number in tokens_of:
                tokens_of[number].append(token)
        text, spans = found.texts[row], found.spans[row]
        listed = []
        for place, tokens in tokens_of.items():
            voice = _one_of({VOICES[self._voices[first + token]] for token in tokens}) or MIXED
            places = [p for token in tokens for p in text.places(*spans[token])]
            word = words.types[types[place]]
            listed.append(WordContribution(word, float(amounts[place]), voice, places))
        return listed


def _cut(
    text: PublishedText, span: tuple[int, int], word: str, letters: tuple[int, int]
) -> tuple[int, int]:
    if letters == (0, len(word)):
        return span
    return text.letters(span, word, *letters)


def _one_of(voices: set[str]) -> str | None:
    """Return the only voice, ``mixed`` if there are several, None if there is none."""
    return MIXED if len(voices) > 1 else next(iter(voices), None)


def _largest(amounts: NDArray[np.float64], n: int | None) -> NDArray[np.intp]:
    """Return the places of the n largest amounts, whatever their sign, but not zero."""
    size = np.abs(amounts)
    if n is not None and len(size) > n:
        chosen = np.argpartition(-size, n - 1)[:n]
        chosen.sort()
    else:
        chosen = np.arange(len(size))
    order = chosen[np.argsort(-size[chosen], kind="stable")]
    return order[size[order] > 0]
