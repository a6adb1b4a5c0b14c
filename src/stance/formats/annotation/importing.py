"""Files of annotation tools, of several rounds and coders, as one table."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.corpus.keys import Spellings, canonical, tidy
from stance.errors import ConfigError, CorpusError
from stance.formats.annotation.articles import by_article, duplicates_of, read_annotated
from stance.formats.annotation.codecs import recognise
from stance.formats.source import Source
from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from stance.corpus.codebook import Codebook
    from stance.formats.annotation.records import Annotation

REFUSE, FIRST, SPLIT, DROP = "refuse", "first", "split", "drop"
SEVERAL = (FIRST, SPLIT, DROP, REFUSE)

# Articles that an error names.
SHOWN = 3

COLUMNS: dict[str, type] = {
    "id": str,
    "annotator": str,
    "label": str,
    "confidence": float,
    "time": str,
    "origin": str,
    "skipped": bool,
    "comment": str,
    "inclusion_probability": float,
    "stratum": str,
}
LAST: dict[str, type] = {"same_as": str, "spans": str, "text": str}
TABLE = "table"


@dataclass(frozen=True)
class ImportedFile:
    """A file that was read.

    Parameters
    ----------
    name : str
    tool : str
        The title of the tool that wrote it, or ``table``.
    n_articles : int
    """

    name: str
    tool: str
    n_articles: int


@dataclass(frozen=True)
class ImportedAnnotations:
    """The annotations of some files.

    Parameters
    ----------
    annotations : tuple of Annotation
        Of each article those of every annotator; an article without one is there as itself.
    files : tuple of ImportedFile
    n_replaced : int
        Annotations for which the same annotator made a later one.
    n_several : int
        Annotations with several labels.
    """

    annotations: tuple[Annotation, ...]
    files: tuple[ImportedFile, ...]
    n_replaced: int = 0
    n_several: int = 0

    @property
    def n_articles(self) -> int:
        """The number of articles, without near-duplicates that get the label of another."""
        return len(by_article(self.annotations))

    @property
    def n_not_annotated(self) -> int:
        """The number of articles that no person has annotated or skipped."""
        return sum(
            not any(one.annotator is not None and one.origin == "human" for one in some)
            for some in by_article(self.annotations).values()
        )

    @property
    def annotators(self) -> dict[str, list[Annotation]]:
        """The annotations of each annotator, people and models."""
        found: dict[str, list[Annotation]] = {}
        for one in self.annotations:
            if one.annotator is not None:
                found.setdefault(one.annotator, []).append(one)
        return found

    @property
    def labels(self) -> Counter[str]:
        """How often people gave each label."""
        return Counter(
            label for one in self.annotations if one.origin == "human" for label in one.labels
        )

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row for each annotation, and for each label of it."""
        for one in self.annotations:
            own, duplicates = duplicates_of(one)
            yield from _rows(own)
            for other, same_as in duplicates:
                yield from _rows(replace(other, spans=()), same_as)

    def to_arrow(self) -> Any:
        """Return the rows as an Arrow table; `same_as` and `spans` only if there are any."""
        rows = list(self.rows())
        known = {name for row in rows for name, value in row.items() if value is not None}
        kept = dict.fromkeys(name for row in rows for name in row)
        fields = {name: str for name in kept if name not in COLUMNS and name not in LAST}
        last = {name: kind for name, kind in LAST.items() if name in known}
        return arrow_table(rows, COLUMNS | fields | last)

    def to_dict(self) -> dict[str, Any]:
        """Return what was read in numbers, as plain JSON values."""
        return {
            "files": [vars(file) for file in self.files],
            "articles": self.n_articles,
            "not_annotated": self.n_not_annotated,
            "replaced": self.n_replaced,
            "several_labels": self.n_several,
            "labels": dict(self.labels.most_common()),
            "annotators": {
                name: {
                    "origin": some[0].origin,
                    "annotated": sum(not one.skipped for one in some),
                    "skipped": sum(one.skipped for one in some),
                }
                for name, some in self.annotators.items()
            },
        }


def _rows(one: Annotation, same_as: str | None = None) -> Iterator[dict[str, Any]]:
    spans = [{**vars(span), "unit": "code point"} for span in one.spans]
    taken = COLUMNS | LAST
    fields = {f"input.{name}" if name in taken else name: text for name, text in one.fields.items()}
    for label in one.labels or (None,):
        yield {
            **{name: getattr(one, name) for name in COLUMNS if name != "label"},
            "label": label,
            "origin": one.origin if one.annotator is not None else None,
            "same_as": same_as,
            "spans": json.dumps(spans, ensure_ascii=False) if spans else None,
            **fields,
            "text": one.text,
        }


def read_annotations(
    files: Iterable[str | Path],
    *,
    codebook: Codebook | None = None,
    several: str = REFUSE,
    annotators: Mapping[str, str] | None = None,
    source: Source | None = None,
) -> ImportedAnnotations:
    """Read the files of annotation tools as one table.

    Each file is recognised by its content; one of no tool is read as a table with the
    fields `id`, `label` and `annotator`. If an annotator annotated an article twice, the
    later annotation counts, or that of the later file if there are no times.

    Parameters
    ----------
    files : iterable of str or Path
    codebook : Codebook, optional
        Refuses labels that it does not define; others get its spelling.
    several : {"refuse", "first", "split", "drop"}
        What becomes of an annotation with several labels: the first one, a row for each,
        or none of them.
    annotators : mapping of str to str, optional
        New names of annotators.
    source : Source, optional
        How tables are read.

    Raises
    ------
    CorpusError
        If a file cannot be read, an id has two texts, a label is not in the codebook, an
        annotation has several labels, or nothing was annotated.
    ConfigError
        If `several` is unknown, or an annotator to rename is in no file.
    """
    if several not in SEVERAL:
        raise ConfigError(f"Got --several {several}, but expected one of {', '.join(SEVERAL)}.")
    read: list[Annotation] = []
    told = []
    for name in map(str, files):
        title, found = _read(name, source or Source())
        told.append(ImportedFile(name, title, len(by_article(found))))
        read.extend(found)
    read = _renamed(read, annotators or {})
    read = _spelled(read, codebook)
    merged, n_replaced = _merged(read)
    _require_any(merged, told)
    n_several = sum(len(one.labels) > 1 for one in merged)
    chosen = tuple(_one_label(merged, several))
    return ImportedAnnotations(chosen, tuple(told), n_replaced, n_several)


def _read(name: str, source: Source) -> tuple[str, list[Annotation]]:
    """Return the title of the tool that wrote a file, and its annotations."""
    path = Path(name)
    tool = recognise(path) if path.is_file() else None
    if tool is not None:
        return tool.title, list(tool.codec.read(path))
    found = read_annotated(source.reading([name]))
    if found.rejected:
        raise CorpusError(f"Got {name} with a row that cannot be read: {found.rejected[0]}.")
    return TABLE, found.annotations


def _renamed(read: Sequence[Annotation], names: Mapping[str, str]) -> list[Annotation]:
    known = dict.fromkeys(one.annotator for one in read if one.annotator is not None)
    for name in names:
        if name not in known:
            raise ConfigError(
                f"Got --annotator {name}={names[name]}, but the annotators are "
                f"{', '.join(map(repr, known)) or 'none'}. Name one of them."
            )
    return [replace(one, annotator=names.get(one.annotator or "", one.annotator)) for one in read]


def _spelled(read: Sequence[Annotation], codebook: Codebook | None) -> list[Annotation]:
    """Give labels that are the same one spelling: that of the codebook, or the most frequent."""
    labels = [label for one in read for label in one.labels]
    if codebook is not None:
        codebook.check(labels)
    shown = Spellings.of(labels).display()

    def spelling(label: str) -> str:
        return codebook.spelling(label) if codebook else shown.get(canonical(label), label)

    return [
        replace(one, labels=tuple(dict.fromkeys(map(spelling, one.labels)))) if one.labels else one
        for one in read
    ]


def _merged(read: Iterable[Annotation]) -> tuple[list[Annotation], int]:
    """Return the annotations of each article, without those that a later one replaces."""
    merged: list[Annotation] = []
    n_replaced = 0
    for some in by_article(read).values():
        _check_texts(some)
        kept: dict[tuple[str, str], Annotation] = {}
        for one in some:
            if one.annotator is None:
                continue
            key = (canonical(one.annotator), one.origin)
            before = kept.get(key)
            n_replaced += before is not None and _said(before) != _said(one)
            if before is None or not _is_earlier(one, before):
                kept[key] = one
        fields = {name: text for one in reversed(some) for name, text in one.fields.items()}
        merged.extend(replace(one, fields=fields) for one in kept.values() or some[:1])
    return merged, n_replaced


def _said(one: Annotation) -> tuple[Any, ...]:
    return one.labels, one.spans, one.skipped, one.comment, one.confidence


def _is_earlier(one: Annotation, other: Annotation) -> bool:
    times = [_moment(one.time), _moment(other.time)]
    return None not in times and times[0] < times[1]  # type: ignore[operator]


def _moment(time: str | None) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(time or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _check_texts(some: Sequence[Annotation]) -> None:
    """Refuse an article with two texts; line breaks and blanks may differ between tools."""
    first = some[0]
    for one in some[1:]:
        if one.text != first.text and tidy(one.text) != tidy(first.text):
            raise CorpusError(
                f"Got two texts with the id {one.id!r}, which begin {first.text[:40]!r} and "
                f"{one.text[:40]!r}, but expected files of the same articles. Import them apart."
            )


def _require_any(merged: Sequence[Annotation], files: Sequence[ImportedFile]) -> None:
    if not any(one.labels or one.spans or one.skipped for one in merged):
        names = ", ".join(f"{one.name} ({one.tool})" for one in files)
        raise CorpusError(
            f"Got {names} with {len(by_article(merged)):,} articles, none of which is annotated, "
            "but expected labels. Annotate them in the tool and export them again."
        )


def _one_label(merged: Sequence[Annotation], several: str) -> Iterator[Annotation]:
    found = [one for one in merged if len(one.labels) > 1]
    if found and several == REFUSE:
        shown = "; ".join(f"{one.id!r}: {' and '.join(one.labels)}" for one in found[:SHOWN])
        more = "; ..." if len(found) > SHOWN else ""
        raise CorpusError(
            f"Got several labels for one article {len(found):,} times ({shown}{more}), but "
            "expected one. Give --several first (keep the first), split (a row for each) or drop "
            "(keep none)."
        )
    for one in merged:
        if len(one.labels) > 1 and several in {FIRST, DROP}:
            yield replace(one, labels=one.labels[:1] if several == FIRST else ())
        else:
            yield one
