"""Reading a whole labelled corpus into memory, for training and testing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from dataclasses import fields as fields_of
from typing import TYPE_CHECKING, Any, Unpack

from stance.corpus.article import Article, RejectedRow
from stance.corpus.dates import DATE_ORDERS, ResolvedDates, resolve_dates
from stance.corpus.keys import Spellings, canonical
from stance.corpus.label_cells import one_label, several_labels
from stance.formats.reading import READ, LocatedArticle, read_located
from stance.formats.source import Source, SourceOptions
from stance.formats.values import NoTextError, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from stance.corpus.dates import DateOrder
    from stance.formats.inputs import PlannedInput

ARTICLE_FIELDS = tuple(field.name for field in fields_of(Article))

# Fields whose values are compared in their canonical form.
KEYS = ("label", "outlet", "event", "target")

NEEDED = READ | {"label", "outlet", "event"}

# Characters kept of a value of a row; bytes kept of a rejected row.
HELD = 2_000
HELD_BYTES = 16_000


@dataclass(frozen=True)
class LabelledRows:
    """A labelled corpus with its rows.

    Parameters
    ----------
    rows : list of LocatedArticle
        Each article with a label and a unique id; every key (label, outlet,
        event, target) in one spelling.
    rejected : list of RejectedRow
    spellings : dict of str to Spellings
        How the values of each key were published.
    dates : ResolvedDates
        How the dates were read.
    """

    rows: list[LocatedArticle]
    rejected: list[RejectedRow]
    spellings: dict[str, Spellings]
    dates: ResolvedDates

    @property
    def articles(self) -> list[Article]:
        """The articles without their rows."""
        return [row.article for row in self.rows]


def read_corpus(
    inputs: Source | Iterable[str | Path], **options: Unpack[SourceOptions]
) -> tuple[list[Article], list[RejectedRow]]:
    """Read labelled articles; those without a label or with a duplicate id are rejected.

    Labels, outlets, events and targets that differ only in invisible marks,
    whitespace, Persian letter forms or the spelling of whole numbers and
    booleans count as one, and get the most frequent spelling.

    Parameters
    ----------
    inputs, **options
        As for `stance.formats.reading.read_articles`.

    Returns
    -------
    articles : list of Article
        Each with a label and a unique id.
    rejected : list of RejectedRow
    """
    found = read_labelled(Source.of(inputs, options))
    return found.articles, found.rejected


def read_labelled(
    source: Source, on_input: Callable[[PlannedInput], object] = lambda planned: None
) -> LabelledRows:
    """Read labelled articles as `read_corpus` does, each with its row.

    Parameters
    ----------
    source : Source
    on_input : callable
        Called with each input before it is read.
    """
    return labelled_rows(read_located(source, needs=NEEDED, on_input=on_input), source)


def labelled_rows(located: Iterable[LocatedArticle | RejectedRow], source: Source) -> LabelledRows:
    """Check rows as `read_corpus` does: a label, a unique id, keys in one spelling."""
    rows: list[LocatedArticle] = []
    rejected: list[RejectedRow] = []
    for found in _labelled(located, source):
        (rejected if isinstance(found, RejectedRow) else rows).append(found)  # type: ignore[arg-type]
    rows, several = _without_joined_labels(rows)
    rows, spellings = in_one_spelling(rows, source)
    rows, dates = dated(rows, source)
    return LabelledRows(rows, rejected + several, spellings, dates)


def _labelled(
    located: Iterable[LocatedArticle | RejectedRow], source: Source
) -> Iterator[LocatedArticle | RejectedRow]:
    ids: set[str] = set()
    for found in located:
        if isinstance(found, RejectedRow):
            yield replace(found, raw=_held(found.raw))
            continue
        row = found.row._replace(raw=None, values=_held(found.row.values))
        if reason := _unusable(found.article, ids, source.fields.label):
            yield row._replace(raw=_held(found.row.raw)).rejected(reason)
        else:
            ids.add(canonical(found.article.id))
            yield LocatedArticle(found.article, row)


def _held(found: Any) -> Any:
    """Return a row with its long values shortened, to be kept as long as the corpus.

    The text is in the article; no other field of a row is used as a text.
    """
    if isinstance(found, dict):
        return {name: _held_value(value) for name, value in found.items()}
    return found[:HELD_BYTES] if isinstance(found, bytes) else found


def _held_value(value: Any) -> Any:
    if isinstance(value, str | bytes):
        return value[:HELD]
    if isinstance(value, dict | list):
        return value if len(repr(value)) <= HELD_BYTES else None
    return value


def _without_joined_labels(
    rows: list[LocatedArticle],
) -> tuple[list[LocatedArticle], list[RejectedRow]]:
    """Reject rows with several labels in one cell, and unpack lists with a single one."""
    known = {canonical(str(row.article.label)) for row in rows}
    kept, rejected = [], []
    for row in rows:
        label = str(row.article.label)
        if reason := several_labels(label, known):
            rejected.append(row.row.rejected(f"the label {reason}"))
        elif (single := one_label(label)) != label:
            kept.append(row._replace(article=replace(row.article, label=single)))
        else:
            kept.append(row)
    return kept, rejected


def in_one_spelling(
    rows: Sequence[LocatedArticle], source: Source
) -> tuple[list[LocatedArticle], dict[str, Spellings]]:
    """Give each label, outlet, event and target its most frequent published spelling.

    Parameters
    ----------
    rows : sequence of LocatedArticle
    source : Source
        Its field mapping gives the names of the published values in a row.

    Returns
    -------
    rows : list of LocatedArticle
    spellings : dict of str to Spellings
    """
    spellings, shown = {}, {}
    for key in KEYS:
        name = getattr(source.fields, key)
        spellings[key] = Spellings.of(_published(row, key, name) for row in rows)
        shown[key] = spellings[key].display()
    return [row._replace(article=_respelled(row.article, shown)) for row in rows], spellings


def dated(
    rows: Sequence[LocatedArticle], source: Source
) -> tuple[list[LocatedArticle], ResolvedDates]:
    """Convert each date that can be parsed to ISO 8601; others stay as published."""
    found = resolve_dates([row.article.published for row in rows], _order(source))
    return [
        row
        if date is None
        else row._replace(article=replace(row.article, published=date.isoformat()))
        for row, date in zip(rows, found.dates, strict=True)
    ], found


def _order(source: Source) -> DateOrder | None:
    return next((order for order in DATE_ORDERS if order == source.date_order), None)


def _published(row: LocatedArticle, key: str, name: str) -> str | None:
    """Return the value of a key as the row has it."""
    if getattr(row.article, key) is None:
        return None
    try:
        text = text_of(row.row.values.get(name))
    except NoTextError:
        return None
    return one_label(text) if text is not None and key == "label" else text


def _respelled(article: Article, shown: dict[str, dict[str, str]]) -> Article:
    changed: dict[str, Any] = {}
    for key in KEYS:
        value = getattr(article, key)
        spelling = shown[key].get(canonical(value), value) if value is not None else None
        if spelling != value:
            changed[key] = spelling
    return replace(article, **changed) if changed else article


def _unusable(article: Article, ids: set[str], label_field: str) -> str:
    """Return why an article cannot be used for training; empty if it can."""
    if article.label is None:
        return f"no label in {label_field!r}"
    if canonical(article.id) in ids:
        return f"duplicate id {article.id!r}"
    return ""
