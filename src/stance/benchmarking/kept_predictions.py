"""Crash-safe predictions: a benchmark that was killed or that failed in part can be resumed.

The labels of each trial are appended to a file as they come, under a key that
changes with everything that decides them: the articles, the settings, the
commands, the code and the versions. Failures are not kept, so that they are
tried again.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import stance
from stance.benchmarking.results import hash_of_parts, versions
from stance.replacing import unwritable

if TYPE_CHECKING:
    from stance.benchmarking.contenders import Contender
    from stance.benchmarking.preparing import Prepared, Protocol
    from stance.corpus.article import Article


class TrialKey(NamedTuple):
    """What the labels of one trial are kept under.

    Parameters
    ----------
    identity : str
        As `identify` returns it.
    number : int
        Of the trial, by its protocol.
    """

    identity: str
    number: int


class KeptPredictions:
    """Labels by their keys, in a file that only ever grows until it is discarded.

    Parameters
    ----------
    path : Path, optional
        Where they are kept; without it they are kept in memory alone.

    Raises
    ------
    OutputError
        If the file cannot be read or written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.labels: dict[TrialKey, list[str]] = {}
        if path is not None and path.exists():
            with unwritable(path):
                self._read(path)

    def _read(self, path: Path) -> None:
        """Read all rows up to the first that a kill left unfinished, and cut the rest off."""
        whole = 0
        with path.open("rb") as file:
            for line in file:
                try:
                    row = json.loads(line)
                    key, labels = TrialKey(row["identity"], row["trial"]), row["labels"]
                except (ValueError, KeyError, TypeError):
                    break
                if not line.endswith(b"\n"):
                    break
                self.labels[key] = labels
                whole += len(line)
        if whole < path.stat().st_size:
            os.truncate(path, whole)

    def add(self, key: TrialKey, labels: list[str]) -> None:
        """Keep the labels of a trial; they are on the disk before this returns."""
        self.labels[key] = labels
        if self.path is None:
            return
        row = {"identity": key.identity, "trial": key.number, "labels": labels}
        with unwritable(self.path), self.path.open("ab") as file:
            file.write(json.dumps(row).encode("ascii") + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def discard(self) -> None:
        """Remove the file: the results that were made of it are written."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def identify(articles: str, protocol: Protocol, contender: Contender) -> str:
    """Return a hash of everything that decides what a contender answers by a protocol.

    Parameters
    ----------
    articles : str
        The hash of the task's articles.
    protocol : Protocol
    contender : Contender
    """
    parts = (
        *(articles, protocol.name, repr(protocol.trials), contender.identity),
        *(_code_hash(), json.dumps(versions())),
    )
    return hash_of_parts(part.encode("utf-8", "surrogatepass") for part in parts)


def hash_of_articles(prepared: Prepared) -> str:
    """Return a hash of every field of all articles of a task."""
    return hash_of_parts(_article_bytes(one) for one in (*prepared.articles, *prepared.auxiliary))


def _article_bytes(article: Article) -> bytes:
    return repr(article).encode("utf-8", "surrogatepass")


@cache
def _code_hash() -> str:
    """Return a hash of the toolkit's code, which may change while its version does not."""
    root = Path(stance.__file__).parent
    return hash_of_parts(path.read_bytes() for path in sorted(root.rglob("*.py")))
