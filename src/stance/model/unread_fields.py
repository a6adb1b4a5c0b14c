"""Detection of fields that models do not read but on which the labels depend.

A model reads the title and the text. If the same text has different labels for
different targets, or if the label is about two texts, a model cannot learn the
task.
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

# Names of fields in which data sets store the texts of a pair, or the second one.
PAIR_FIELDS = (("s1", "s2"), ("claim",), ("second",), ("headline1", "headline2"))
# Minimum number of words of a second text; shorter values may be the id of a claim.
FEWEST_WORDS = 3
# Number of rows to inspect; a field has the same meaning throughout a corpus.
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
        Targets with the label of the text for each; two or more.
    """

    text: str
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class UnreadFields:
    """Targets and second texts of a corpus, which models do not read.

    Parameters
    ----------
    targets : dict of str to int
        Number of articles of each target, the most frequent first.
    shared_texts : int
        Number of texts that have two targets or more.
    contradictions : tuple of Contradiction
        Those of these texts whose labels differ.
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
    """Find fields of a corpus that models do not read but labels may depend on.

    Parameters
    ----------
    articles : sequence of Article
    rows : iterable of mapping of str to value
        The rows as in the files, to find pairs of texts; only the first ones are
        inspected.
    read : collection of str
        Names of the fields, in the files, that the model does read.

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
    """Raise an error if the same text has different labels for different targets.

    Parameters
    ----------
    articles : sequence of Article
    target_field : str
        The name of the target field in the corpus, for the message.

    Raises
    ------
    CorpusError
        If there is such a text.
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
    """Return whether most rows have several words in a field."""
    values = [str(row.get(name) or "") for row in rows]
    return 2 * sum(len(value.split()) >= FEWEST_WORDS for value in values) > len(values)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_TEXT else f"{line[: SHOWN_TEXT - 1].rsplit(' ', 1)[0]}…"
