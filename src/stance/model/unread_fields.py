"""Fields that a model does not read, where a corpus needs them to tell its labels apart.

A model reads the title and the text. Where the same text has another label for
another target, or where the label is about two texts, what it learns cannot be
what was asked.
"""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from stance.corpus.article import Article

# Fields under which data sets keep the two texts of a pair, or the other one of them.
PAIR_FIELDS = (("s1", "s2"), ("claim",), ("second",), ("headline1", "headline2"))
# A field with shorter values, such as the number of a claim, is no second text.
FEWEST_WORDS = 3
# Rows that are looked at: a field is one throughout a corpus.
ROWS = 200

SHOWN_TARGETS = 5
SHOWN_TEXT = 60  # characters


@dataclass(frozen=True)
class Contradiction:
    """A text that has different labels for different targets.

    Parameters
    ----------
    text : str
    labels : tuple of (str, str)
        Each target with a label that the text has for it; two or more.
    """

    text: str
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class UnreadFields:
    """What a corpus says in fields that no model reads.

    Parameters
    ----------
    targets : dict of str to int
        Articles of each target, the most frequent first.
    shared_texts : int
        Texts that stand in the corpus with two targets or more.
    contradictions : tuple of Contradiction
        Those of them whose labels differ.
    pair_fields : tuple of str
        Fields that hold a second text.
    """

    targets: dict[str, int]
    shared_texts: int
    contradictions: tuple[Contradiction, ...]
    pair_fields: tuple[str, ...]


def unread_fields(
    articles: Sequence[Article],
    rows: Iterable[Mapping[str, Any]] = (),
    *,
    read: Collection[str] = ("title", "text"),
) -> UnreadFields:
    """Look for fields that a corpus uses and a model does not read.

    Parameters
    ----------
    articles : sequence of Article
    rows : iterable of mapping of str to value
        The fields of the articles as their files have them, to find pairs of
        texts; the first ones are looked at.
    read : collection of str
        The files' own names of what a model does read.

    Returns
    -------
    UnreadFields

    Examples
    --------
    >>> from stance.corpus.article import Article
    >>> pair = [
    ...     Article("1", "افتُتح المعبر", label="مؤيد", target="الاتفاق"),
    ...     Article("2", "افتُتح المعبر", label="معارض", target="الحصار"),
    ... ]
    >>> len(unread_fields(pair).contradictions)
    1
    """
    targets = Counter(article.target for article in articles if article.target)
    shared = _texts_of_several_targets(articles) if len(targets) > 1 else {}
    contradictions = [
        Contradiction(text, tuple(sorted(found)))
        for text, found in shared.items()
        if len({label for _, label in found}) > 1
    ]
    return UnreadFields(
        dict(targets.most_common()), len(shared), tuple(contradictions), _pair_fields(rows, read)
    )


def refuse_contradictions(articles: Sequence[Article], *, target_field: str = "target") -> None:
    """Refuse articles of which the same text has different labels for different targets.

    Parameters
    ----------
    articles : sequence of Article
    target_field : str
        The corpus's own name of the field, for the message.

    Raises
    ------
    CorpusError
        If there is one such text.
    """
    found = unread_fields(articles)
    if not found.contradictions:
        return
    first = found.contradictions[0]
    (one, label), (other, other_label) = _differing(first)
    n_targets, n_shown = len(found.targets), min(len(found.targets), SHOWN_TARGETS)
    most = [
        f"  --where {target_field}={shlex.quote(name)} ({n:,} articles)"
        for name, n in list(found.targets.items())[:n_shown]
    ]
    more = f"\n  and {n_targets - n_shown:,} more" if n_targets > n_shown else ""
    n = len(found.contradictions)
    raise CorpusError(
        f"Got {n:,} {'text' if n == 1 else 'texts'} with different labels for different targets "
        f"(such as '{_shortened(first.text)}': {label!r} for {_shortened(one)!r}, {other_label!r} "
        f"for {_shortened(other)!r}), but expected one label for each text: a model reads title "
        f"and text, not {target_field!r}. Train on one target at a time:\n" + "\n".join(most) + more
    )


def _texts_of_several_targets(
    articles: Sequence[Article],
) -> dict[str, set[tuple[str, str]]]:
    """Return the targets and labels of each text that has several targets."""
    held: dict[tuple[str | None, str], set[tuple[str, str]]] = {}
    for article in articles:
        if article.target:
            key = (article.title, article.text)
            held.setdefault(key, set()).add((article.target, str(article.label)))
    return {
        (f"{title} {text}" if title else text): found
        for (title, text), found in held.items()
        if len({target for target, _ in found}) > 1
    }


def _differing(found: Contradiction) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return two targets with labels that differ."""
    return next(
        (one, other)
        for one in found.labels
        for other in found.labels
        if one[0] != other[0] and one[1] != other[1]
    )


def _pair_fields(rows: Iterable[Mapping[str, Any]], read: Collection[str]) -> tuple[str, ...]:
    looked_at = [row for row, _ in zip(rows, range(ROWS), strict=False)]
    for names in PAIR_FIELDS:
        if looked_at and all(_holds_text(looked_at, name) for name in names):
            return tuple(name for name in names if name not in read)
    return ()


def _holds_text(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    """Tell whether most rows have some words in a field."""
    values = [str(row.get(name) or "") for row in rows]
    return 2 * sum(len(value.split()) >= FEWEST_WORDS for value in values) > len(values)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_TEXT else f"{line[: SHOWN_TEXT - 1].rsplit(' ', 1)[0]}…"
