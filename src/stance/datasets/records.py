"""Records of the public data sets, and parsing of ``dataset:NAME/SPLIT``.

The project ships none of the data, only a record of each data set: its address
at one commit, the hash of every file, licence, citation, splits and metric.
`stance.datasets.files` locates and fetches the files,
`stance.datasets.readers` converts them to rows.
"""

from __future__ import annotations

import csv
import difflib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "dataset:"

_REGISTRY = Path(__file__).parent / "registry"
_RAW = "https://raw.githubusercontent.com"
_PACKED = "https://codeload.github.com"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a data set.

    Parameters
    ----------
    path : str
        Path within the data set's folder.
    url : str
        Download address.
    sha256 : str
        Hash of its content, hexadecimal.
    """

    path: str
    url: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Archive:
    """A data set that is downloaded as one archive of articles.

    Parameters
    ----------
    path : str
        The archive's file name after download.
    url : str
    articles_sha256 : str
        Hash of the lines ``sha256  path`` of all articles, sorted by path; it
        does not depend on how the archive is packed.
    """

    path: str
    url: str
    articles_sha256: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """The record of a public data set.

    Parameters
    ----------
    name, title : str
    items : int
        Number of articles, tweets or pairs.
    files : tuple of DataFile
    archive : Archive, optional
        The archive, if it is not downloaded file by file.
    derived_from : str
        The data set whose files it is read from; empty if it has its own.
    by_hand : str
        How its files were made, where no address offers them; empty where they
        can be fetched.
    source : str
        Repository and commit.
    licence, citation, metric : str
        The metric is the official one, or that of this project if there is
        none.
    labels, splits, fields : tuple of str
    caution : str
        What a reader of its labels should know; empty where there is nothing.
    """

    name: str
    title: str
    items: int
    files: tuple[DataFile, ...]
    archive: Archive | None
    derived_from: str
    by_hand: str
    source: str
    licence: str
    citation: str
    metric: str
    labels: tuple[str, ...]
    splits: tuple[str, ...]
    fields: tuple[str, ...]
    caution: str

    @property
    def folder(self) -> str:
        """The folder that holds its files, relative to that of all data sets."""
        return "." if self.by_hand else self.derived_from or self.name

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON values; the files as a mapping of path to hash."""
        shown = {name: getattr(self, name) for name in self.__slots__ if name != "archive"}
        shown["files"] = {file.path: file.sha256 for file in self.files}
        return shown


@dataclass(frozen=True, slots=True)
class DatasetName:
    """A parsed ``dataset:NAME/SPLIT``: a data set, and one split or all of it."""

    dataset: Dataset
    split: str | None


def dataset_names() -> list[str]:
    """Return the names of all known data sets, sorted.

    Examples
    --------
    >>> dataset_names()  # doctest: +ELLIPSIS
    ['ans', 'ant', 'arabicstancex', 'mawqif', 'syria-headlines', 'syria-outlets', ...]
    """
    return sorted(_registry())


def find_dataset(name: str) -> Dataset:
    """Return the record of a data set.

    Raises
    ------
    ConfigError
        If there is no data set of that name.
    """
    if found := _registry().get(name):
        return found
    near = difflib.get_close_matches(name.lower(), _registry(), n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]!r}?" if near else "'stance datasets list' shows them."
    raise ConfigError(
        f"Got the data set {name!r}, but expected one of {', '.join(dataset_names())}. {hint}"
    )


def is_dataset_name(text: str) -> bool:
    """Return whether an input names a public data set, not a file."""
    return text.startswith(PREFIX)


def parse_dataset_name(text: str) -> DatasetName:
    """Parse ``dataset:NAME`` or ``dataset:NAME/SPLIT``.

    Raises
    ------
    ConfigError
        If the data set or the split is unknown.

    Examples
    --------
    >>> found = parse_dataset_name("dataset:mawqif/train")
    >>> found.dataset.name, found.split
    ('mawqif', 'train')
    """
    name, slash, split = text.removeprefix(PREFIX).partition("/")
    dataset = find_dataset(name)
    if not slash:
        return DatasetName(dataset, None)
    if split not in dataset.splits:
        known = ", ".join(dataset.splits)
        raise ConfigError(
            f"Got the split {split!r} of {name}, but expected "
            + (f"one of {known}, or {PREFIX}{name} for all." if known else "none: it has no splits")
            + ("" if known else f". Use {PREFIX}{name}.")
        )
    return DatasetName(dataset, split)


def outlet_blocs() -> dict[str, str]:
    """Return the political bloc of each outlet, by the host of its address.

    Examples
    --------
    >>> outlet_blocs()["sana.sy"]
    'damascus_aligned'
    """
    with (_REGISTRY / "outlet_blocs.csv").open(encoding="utf-8", newline="") as file:
        return {row["domain"]: row["bloc"] for row in csv.DictReader(file)}


@cache
def _registry() -> Mapping[str, Dataset]:
    records = tomllib.loads((_REGISTRY / "datasets.toml").read_text("utf-8"))
    return {name: _dataset(name, record) for name, record in records.items()}


def _dataset(name: str, record: dict[str, Any]) -> Dataset:
    repository, commit = record.get("repository", ""), record.get("commit", "")
    archive = None
    if "archive" in record:
        url = f"{_PACKED}/{repository}/tar.gz/{commit}"
        archive = Archive(record["archive"], url, record["articles_sha256"])
    source = f"github.com/{repository} @ {commit}" if repository else record["derived_from"]
    base = "/".join(filter(None, (_RAW, repository, commit, record.get("folder"))))
    return Dataset(
        name=name,
        files=_files(name, base) if repository else (),
        archive=archive,
        derived_from=record.get("derived_from", ""),
        by_hand=record.get("by_hand", "").strip(),
        source=source,
        title=record["title"],
        items=record["items"],
        licence=record["licence"],
        citation=record["citation"].strip(),
        metric=record["metric"],
        labels=tuple(record["labels"]),
        splits=tuple(record["splits"]),
        fields=tuple(record["fields"]),
        caution=record.get("caution", "").strip(),
    )


def _files(name: str, base: str) -> tuple[DataFile, ...]:
    """Read a list of files as ``sha256sum`` writes it."""
    lines = (_REGISTRY / f"{name}.sha256").read_text("utf-8").splitlines()
    pairs = (line.split("  ", 1) for line in lines)
    return tuple(DataFile(path, f"{base}/{path}", sha256) for sha256, path in pairs)
