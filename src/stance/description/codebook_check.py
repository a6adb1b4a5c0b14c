"""Checking a codebook: its errors, and its labels beside those of a corpus."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from stance.corpus.codebook import read_codebook
from stance.corpus.keys import canonical
from stance.toml_files.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from stance.corpus.article import Article


@dataclass(frozen=True)
class LabelUse:
    """A label of a codebook, and how many articles have it; None without a corpus."""

    label: str
    title: str
    evidence: int
    not_evidence: int
    boundary_cases: int
    articles: int | None

    def to_row(self) -> dict[str, Any]:
        """Return the label as a row of a table."""
        return asdict(self)


@dataclass(frozen=True)
class CodebookCheck:
    """What is wrong in a codebook, and how a corpus uses it.

    Parameters
    ----------
    name : str
    faults : tuple of Fault
        Errors, and labels of the corpus that the codebook does not define.
    labels : tuple of LabelUse
    unlabelled : int
        Articles without a label.
    """

    name: str
    faults: tuple[Fault, ...]
    labels: tuple[LabelUse, ...] = ()
    unlabelled: int = 0

    @property
    def is_valid(self) -> bool:
        """Whether the codebook can be used."""
        return not self.faults

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON values."""
        return {
            "codebook": self.name,
            "valid": self.is_valid,
            "errors": [one.to_row() for one in self.faults],
            "labels": [one.to_row() for one in self.labels],
            "unlabelled": self.unlabelled,
        }


def check_codebook(path: str | Path, articles: Iterable[Article] | None = None) -> CodebookCheck:
    """Check a codebook, and compare its labels with those of a corpus.

    Parameters
    ----------
    path : path
        A TOML file.
    articles : iterable of Article, optional

    Raises
    ------
    CorpusError
        If the file cannot be opened.
    """
    codebook, faults = read_codebook(path)
    if codebook is None:
        return CodebookCheck(str(path), tuple(faults))
    labels = None if articles is None else [article.label for article in articles]
    counts = Counter(canonical(label) for label in labels or () if label is not None)
    uses = tuple(
        LabelUse(
            label,
            entry.title,
            len(entry.evidence),
            len(entry.not_evidence),
            len(entry.boundary_cases),
            None if labels is None else counts[canonical(label)],
        )
        for label, entry in codebook.labels.items()
    )
    known = [canonical(label) for label in codebook.labels]
    unknown = [
        Fault(str(path), None, None, "labels", _not_defined(label, n, known))
        for label, n in counts.most_common()
        if label not in known
    ]
    return CodebookCheck(str(path), tuple(unknown), uses, (labels or []).count(None))


def _not_defined(label: str, n: int, known: list[str]) -> str:
    near = difflib.get_close_matches(label, known, n=1)
    hint = f"Did they mean {near[0]!r}?" if near else "Define it, or correct the articles"
    return f"{n:,} articles are labelled {label!r}, which is not defined. {hint}"
