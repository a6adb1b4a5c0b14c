"""What would change a label: words to remove, and names to exchange.

Every changed text is labelled again, so the figures are those of the whole model,
with its normalisation, voices and norms.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from stance.explanation.records import places_to_dict
from stance.features.lexicon_matching import ARTICLE, PARTICLES
from stance.features.occurrences import NO_TERM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stance.corpus.article import Article
    from stance.explanation.attribution import Attribution, Attributor, BlockEvidence
    from stance.explanation.records import Place
    from stance.features.occurrences import FoundTerm

# At most this many words are removed from a text.
MOST_REMOVED = 20

MOST_PARTICLES = 2
LAM = "ل"
# Letters that two forms of a word must share.
STEM = 3


class Removal(NamedTuple):
    """A word that was removed, wherever it occurs, after those before it.

    Parameters
    ----------
    word : str
        Normalised.
    places : sequence of Place
        In the article as published.
    contribution : float
        What the word contributed to the logit difference before it was removed.
    effect : float
        How much the logit difference fell when the text was labelled again.
    logit_difference : float
        Of the two labels, after the removal.
    label : str
        Of the text after the removal.
    """

    word: str
    places: Sequence[Place]
    contribution: float
    effect: float
    logit_difference: float
    label: str

    def to_row(self) -> dict[str, Any]:
        """Return the record as JSON-serialisable values."""
        return self._asdict() | {"places": places_to_dict(self.places)}


class Swap(NamedTuple):
    """A name that was exchanged, wherever it occurs, for another of the same actor.

    ``probability`` is that of the article's own label after the exchange, and
    ``label`` the label after it.
    """

    actor: str | None
    name: str
    replacement: str
    places: Sequence[Place]
    probability: float
    label: str

    def to_row(self) -> dict[str, Any]:
        """Return the record as JSON-serialisable values."""
        return self._asdict() | {"places": places_to_dict(self.places)}


class Changes(NamedTuple):
    """What would change the label of an article.

    Parameters
    ----------
    flips : bool
        Whether the label is another one after all removals.
    removals : sequence of Removal
        Each step removes the word that contributes most; at most 20.
    swaps : sequence of Swap
    """

    flips: bool
    removals: Sequence[Removal]
    swaps: Sequence[Swap]

    def to_dict(self) -> dict[str, Any]:
        """Return the changes as JSON-serialisable values."""
        return {
            "flips": self.flips,
            "removals": [one.to_row() for one in self.removals],
            "swaps": [one.to_row() for one in self.swaps],
        }


class _Edit(NamedTuple):
    place: Place
    new: str


def changes_of(
    attributor: Attributor, articles: Sequence[Article], found: Attribution
) -> list[Changes]:
    """Return what would change the labels of articles with a known attribution."""
    steps = _greedy_removals(attributor, articles, found)
    swaps = [_swaps(attributor, article, found, row) for row, article in enumerate(articles)]
    return [
        Changes(bool(its) and its[-1].label != _label(attributor, found, row), its, swaps[row])
        for row, its in enumerate(steps)
    ]


def _label(attributor: Attributor, found: Attribution, row: int) -> str:
    return attributor.model.labels[int(found.comparison.labels[row])]


def edited(article: Article, edits: Iterable[_Edit]) -> Article:
    """Return an article with some places replaced; overlapping ones are replaced once."""
    values = {"title": article.title or "", "text": article.text}
    ordered = sorted(edits, key=lambda edit: (edit.place.field, edit.place.start))
    for field, of_field in groupby(ordered, key=lambda edit: edit.place.field):
        whole, parts, position = values[field], list[str](), 0
        for (_, start, end), new in of_field:
            if start >= position:
                parts += [whole[position:start], new]
                position = end
        values[field] = "".join([*parts, whole[position:]])
    title = None if article.title is None else values["title"]
    return replace(article, title=title, text=values["text"])


def _greedy_removals(
    attributor: Attributor, articles: Sequence[Article], found: Attribution
) -> list[list[Removal]]:
    steps: list[list[Removal]] = [[] for _ in articles]
    edits: list[list[_Edit]] = [[] for _ in articles]
    current = {row: (found, row) for row in range(len(articles))}
    while current:
        chosen = {row: _strongest(*its) for row, its in current.items()}
        places = {
            row: _word_places(found, row, word)
            for row, (word, amount) in chosen.items()
            if amount > 0
        }
        rows = [row for row, its in places.items() if its]
        if not rows:
            break
        for row in rows:
            edits[row] += [_Edit(place, "") for place in places[row]]
        after = _attribute_again(attributor, articles, found, edits, rows)
        labels = after.comparison.probabilities.argmax(axis=1).tolist()
        for i, row in enumerate(rows):
            of, at = current[row]
            left = float(after.comparison.difference[i])
            effect = float(of.comparison.difference[at]) - left
            label = attributor.model.labels[labels[i]]
            steps[row].append(
                Removal(chosen[row][0], places[row], chosen[row][1], effect, left, label)
            )
        current = {
            row: (after, i)
            for i, row in enumerate(rows)
            if steps[row][-1].label == _label(attributor, found, row)
            and len(steps[row]) < MOST_REMOVED
        }
    return steps


def _attribute_again(
    attributor: Attributor,
    articles: Sequence[Article],
    found: Attribution,
    edits: Sequence[Sequence[_Edit]],
    rows: list[int],
) -> Attribution:
    """Return the attribution of edited articles, for the labels that were compared before."""
    pairs = (found.comparison.labels[rows], found.comparison.against[rows])
    return attributor.attribute([edited(articles[row], edits[row]) for row in rows], pairs)


def _strongest(found: Attribution, row: int) -> tuple[str, float]:
    """Return the word that contributes most to a label, with its contribution."""
    types, _, amounts = found.words_of(row)
    if not len(types):
        return "", 0.0
    best = int(amounts.argmax())
    return found.batch.words.types[types[best]], float(amounts[best])


def _word_places(found: Attribution, row: int, word: str) -> list[Place]:
    words, text = found.batch.words, found.texts[row]
    first, last = words.offsets[row : row + 2].tolist()
    numbers = words.tokens[first:last].tolist()
    tokens = [first + i for i, number in enumerate(numbers) if words.types[number] == word]
    starts, ends = found.spans.starts[tokens].tolist(), found.spans.ends[tokens].tolist()
    spans = dict.fromkeys(zip(starts, ends, strict=True))
    return [place for span in spans for place in text.places(*span)]


class _Name(NamedTuple):
    """A name of an actor, and where it begins and ends in a batch's tokens."""

    term: FoundTerm
    spans: list[tuple[int, int]]


def _swaps(attributor: Attributor, article: Article, found: Attribution, row: int) -> list[Swap]:
    names = [name for block in found.blocks for name in _names(block, row)]
    tried = [(name, other) for name in names for other in name.term.other_names]
    if not tried:
        return []
    edits = [_exchange(found, row, name, other) for name, other in tried]
    probabilities = attributor.model.probabilities([edited(article, one) for one in edits])
    own = int(found.comparison.labels[row])
    return [
        Swap(
            name.term.actor,
            name.term.term,
            other,
            [one.place for one in its],
            float(after[own]),
            attributor.model.labels[int(after.argmax())],
        )
        for (name, other), its, after in zip(tried, edits, probabilities, strict=True)
    ]


def _names(block: BlockEvidence, row: int) -> list[_Name]:
    own, occurrences = slice(*block.bounds[row : row + 2].tolist()), block.occurrences
    if not (occurrences.terms[own] != NO_TERM).any():
        return []
    terms: dict[int, dict[tuple[int, int], None]] = {}
    for start, end, term in zip(
        occurrences.starts[own].tolist(),
        occurrences.ends[own].tolist(),
        occurrences.terms[own].tolist(),
        strict=True,
    ):
        if term != NO_TERM:
            terms.setdefault(term, {})[start, end] = None
    return [_Name(block.source.term(term), list(spans)) for term, spans in terms.items()]


def _exchange(found: Attribution, row: int, name: _Name, other: str) -> list[_Edit]:
    words, text, spans = found.batch.words, found.texts[row], found.spans
    edits = []
    for start, end in name.spans:
        word = words.types[words.tokens[start]]
        places = text.places(int(spans.starts[start]), int(spans.ends[end - 1]))
        new = _attached(_particle(word, name.term.first_word), other)
        edits += [_Edit(place, new if i == 0 else "") for i, place in enumerate(places)]
    return edits


def _particle(word: str, form: str) -> str:
    """Return the particles that are attached to the first word of a name: at most two.

    Examples
    --------
    >>> _particle("ولميليشيا", "ميليشيا"), _particle("واشنطن", "واشنطن")
    ('ول', '')
    """
    stem = form.removeprefix(ARTICLE)[:STEM]
    for size in range(MOST_PARTICLES + 1):
        head, bare = word[:size], word[size:]
        if not all(letter in PARTICLES for letter in head):
            break
        # ل and the article are written لل.
        article = LAM if head.endswith(LAM) else ARTICLE
        if any(bare.removeprefix(one).startswith(stem) for one in ("", ARTICLE, article)):
            return head
    return ""


def _attached(particle: str, name: str) -> str:
    """Write a particle and a name: ل and القوات are للقوات.

    Examples
    --------
    >>> _attached("ل", "القوات"), _attached("و", "قسد")
    ('للقوات', 'وقسد')
    """
    if particle.endswith(LAM) and name.startswith(ARTICLE):
        return f"{particle}{LAM}{name[len(ARTICLE) :]}"
    return particle + name
