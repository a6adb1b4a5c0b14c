"""The summary of a training corpus that a model's record keeps."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from stance.corpus.dates import resolve_dates
from stance.corpus.document_kinds import document_kind
from stance.corpus.keys import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.model.learning_corpus import LabelledCorpus

# The fields that training may read, each with a hash of its own.
FIELDS = ("id", "title", "text", "label", "outlet", "event", "published")
KEYS = frozenset({"label", "outlet", "event"})


class TextsOfKind(BaseModel):
    """How many texts of one kind a corpus has, by label.

    Parameters
    ----------
    kind : {"article", "headline"}
    always_train : bool
        Whether they were never held out.
    label_counts : dict of str to int
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: Literal["article", "headline"]
    always_train: bool
    label_counts: dict[str, int]


class CorpusSummary(BaseModel):
    """What a record keeps of the training corpus besides its size.

    Parameters
    ----------
    articles_sha256 : str
        Hash of the articles in any order, hexadecimal; see `articles_sha256`.
    field_sha256 : dict of str to str
        Hash of the values of each field, in the order of the articles.
    first_date, last_date : str
        ISO dates of the earliest and latest article, in the precision in which
        they are given; empty if no date can be read.
    n_dated : int
        Number of articles with a date.
    n_always_train : int
        Number of articles that were never held out.
    n_auxiliary : int
        Number of articles that were labelled for another question; the other
        values leave them out.
    label_outlets : dict of str to int
        Number of outlets of each label.
    kinds : list of TextsOfKind
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    articles_sha256: str
    field_sha256: dict[str, str]
    first_date: str = ""
    last_date: str = ""
    n_dated: int = 0
    n_always_train: int = 0
    n_auxiliary: int = 0
    label_outlets: dict[str, int] = {}
    kinds: list[TextsOfKind] = []


def summarise(corpus: LabelledCorpus, n_words: NDArray[np.int64] | None = None) -> CorpusSummary:
    """Return the summary of a training corpus.

    Parameters
    ----------
    corpus : LabelledCorpus
    n_words : ndarray of int64, shape (n_articles,), optional
        Number of words of each article; without it the kinds are not counted.
    """
    articles = corpus.articles
    columns = _columns(articles)
    dates = [date for date in resolve_dates([a.published for a in articles]).dates if date]
    mask = corpus.always_train
    always = np.zeros(len(articles), dtype=np.bool_) if mask is None else mask
    outlets: dict[str, set[str]] = defaultdict(set)
    for label, outlet in zip(columns["label"], columns["outlet"], strict=True):
        if outlet:
            outlets[label].add(outlet)
    return CorpusSummary(
        articles_sha256=_of_articles(columns),
        field_sha256={name: _of_values(values) for name, values in columns.items()},
        first_date=min(dates, key=lambda d: d.first_day).isoformat() if dates else "",
        last_date=max(dates, key=lambda d: d.last_day).isoformat() if dates else "",
        n_dated=len(dates),
        n_always_train=int(always.sum()),
        n_auxiliary=len(corpus.auxiliary),
        label_outlets={label: len(outlets[canonical(label)]) for label in corpus.labels},
        kinds=[] if n_words is None else _kinds(corpus, always, n_words),
    )


def articles_sha256(articles: Sequence[Article]) -> str:
    """Return a hash of articles, hexadecimal, that does not depend on their order.

    Of each it reads title, text, label, outlet, event and date; labels, outlets
    and events in their canonical form, dates as ISO dates. It reads no id, since
    articles without one get one from the name of their file.
    """
    return _of_articles(_columns(articles))


def _columns(articles: Sequence[Article]) -> dict[str, list[str]]:
    """Return the compared values of each field."""
    columns = {name: [getattr(a, name) or "" for a in articles] for name in FIELDS}
    for name in KEYS:
        columns[name] = list(map(canonical, columns[name]))
    found = resolve_dates(columns["published"]).dates
    columns["published"] = [
        date.isoformat() if date else value
        for date, value in zip(found, columns["published"], strict=True)
    ]
    return columns


def _of_articles(columns: dict[str, list[str]]) -> str:
    """Hash the sorted hashes of the articles."""
    compared = (values for name, values in columns.items() if name != "id")
    hashes = sorted(map(_of_values, zip(*compared, strict=True)))
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def _of_values(values: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for value in values:
        data = value.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _kinds(
    corpus: LabelledCorpus, always: NDArray[np.bool_], n_words: NDArray[np.int64]
) -> list[TextsOfKind]:
    counts: dict[tuple[bool, Literal["article", "headline"]], Counter[str]] = defaultdict(Counter)
    for article, added, length in zip(
        corpus.articles, always.tolist(), n_words.tolist(), strict=True
    ):
        counts[added, document_kind(length)][str(article.label)] += 1
    return [
        TextsOfKind(
            kind=kind,
            always_train=added,
            label_counts={label: found[label] for label in corpus.labels},
        )
        for (added, kind), found in sorted(counts.items())
    ]
