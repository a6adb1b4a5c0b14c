"""Where annotators disagree: the matrix of each pair, and the articles with their reasons."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.formats.formulas import escape_cells, escape_formula

if TYPE_CHECKING:
    from typing import BinaryIO

    from stance.formats.annotations import Annotations


@dataclass(frozen=True)
class PairMatrix:
    """What one annotator gave where another one gave what.

    Parameters
    ----------
    first, second : str
    labels : tuple of str
    counts : tuple of tuple of int
        Number of articles, with the labels of `first` in rows and those of `second` in
        columns.
    """

    first: str
    second: str
    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Coding:
    """What one annotator said of an article.

    Parameters
    ----------
    annotator, label : str
    comment : str, optional
    confidence : str, optional
        As given.
    """

    annotator: str
    label: str
    comment: str | None = None
    confidence: str | None = None


@dataclass(frozen=True)
class DisputedArticle:
    """An article whose annotators differ.

    Parameters
    ----------
    id : str
    text : str, optional
        None if the files hold no texts.
    codings : tuple of Coding
        Of the annotators who labelled it.
    """

    id: str
    text: str | None
    codings: tuple[Coding, ...]


@dataclass(frozen=True)
class Disagreement:
    """Where annotators disagree.

    Parameters
    ----------
    annotators : tuple of str
    matrices : tuple of PairMatrix
        Of each pair that labelled articles in common.
    articles : tuple of DisputedArticle
        In the order of the files.
    """

    annotators: tuple[str, ...]
    matrices: tuple[PairMatrix, ...]
    articles: tuple[DisputedArticle, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def disagreement(annotations: Annotations) -> Disagreement:
    """Compare the labels of annotators, each pair and each article.

    Examples
    --------
    >>> from stance.formats.annotations import Annotations
    >>> table = (("gov", "gov"), ("gov", "sdf"), ("sdf", None))
    >>> found = disagreement(Annotations(("1", "2", "3"), ("أمل", "نور"), table))
    >>> found.matrices[0].labels, found.matrices[0].counts
    (('gov', 'sdf'), ((1, 1), (0, 0)))
    >>> [article.id for article in found.articles]
    ['2']
    """
    given = {label for row in annotations.labels for label in row if label is not None}
    labels = tuple(sorted(given))
    pairs = combinations(range(len(annotations.annotators)), 2)
    matrices = (_matrix(annotations, labels, first, second) for first, second in pairs)
    return Disagreement(
        annotations.annotators,
        tuple(one for one in matrices if any(map(any, one.counts))),
        tuple(
            _disputed(annotations, number)
            for number, row in enumerate(annotations.labels)
            if len(set(row) - {None}) > 1
        ),
    )


def _matrix(
    annotations: Annotations, labels: tuple[str, ...], first: int, second: int
) -> PairMatrix:
    numbers = {label: number for number, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for row in annotations.labels:
        one, other = row[first], row[second]
        if one is not None and other is not None:
            counts[numbers[one], numbers[other]] += 1
    names = annotations.annotators
    return PairMatrix(names[first], names[second], labels, tuple(map(tuple, counts.tolist())))


def _disputed(annotations: Annotations, number: int) -> DisputedArticle:
    remarks = annotations.remarks[number] if annotations.remarks else ()
    codings = []
    for column, label in enumerate(annotations.labels[number]):
        if label is not None:
            remark = remarks[column] if remarks else None
            codings.append(
                Coding(
                    annotations.annotators[column],
                    label,
                    remark.comment if remark else None,
                    remark.confidence if remark else None,
                )
            )
    text = annotations.texts[number] if annotations.texts else None
    return DisputedArticle(annotations.ids[number], text, tuple(codings))


def write_adjudication(disagreement: Disagreement, file: BinaryIO) -> None:
    """Write the articles to decide as CSV, which spreadsheets open.

    A row has the id, the text, ``label_NAME``, ``comment_NAME`` and
    ``confidence_NAME`` of each annotator, and an empty ``label``.
    """
    names = disagreement.annotators
    columns = [
        "id",
        "text",
        *(f"{part}_{name}" for name in names for part in ("label", "comment", "confidence")),
        "label",
    ]
    rows = []
    for article in disagreement.articles:
        row = dict.fromkeys(columns, "")
        row |= {"id": article.id, "text": article.text or ""}
        for coding in article.codings:
            row[f"label_{coding.annotator}"] = coding.label
            row[f"comment_{coding.annotator}"] = coding.comment or ""
            row[f"confidence_{coding.annotator}"] = coding.confidence or ""
        rows.append(row)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(escape_cells(row, escape_formula) for row in rows)
    # Excel needs the byte-order mark to read Arabic.
    file.write(text.getvalue().encode("utf-8-sig", "replace"))
