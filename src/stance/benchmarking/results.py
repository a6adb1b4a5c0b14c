"""The stored results of a suite: scores and packed predictions.

Predictions are in the order of the articles. Articles, ids and true labels are
not stored, only a hash of them, so that results can be published even if the
data cannot.
"""

from __future__ import annotations

import base64
import hashlib
import platform
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from stance.distribution import installed_versions
from stance.errors import ConfigError
from stance.replacing import replacing_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stance.corpus.article import Article

FORMAT = 1
PACKAGES = ("stance", "numpy", "scipy", "scikit-learn", "camel-tools", "numba")


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Score(_Record):
    """A score in [0, 1], or a difference of two, with its 95 % interval."""

    value: float
    low: float
    high: float


class Outcome(_Record):
    """The result of one contender under one protocol.

    Parameters
    ----------
    contender : str
    kind : {"model", "variant", "opponent"}
    scores : dict of str to Score
        By the name of the metric; empty if the contender did not run.
    less_than_ours : dict of str to Score
        Difference to the score of `stance` on the same articles.
    y_pred : str
        Predicted labels, packed by `pack`.
    absence : str
        Why it took no part.
    error : str
        How it failed.
    """

    contender: str
    kind: str
    scores: dict[str, Score] = {}
    less_than_ours: dict[str, Score] = {}
    y_pred: str = ""
    absence: str = ""
    error: str = ""


class Division(_Record):
    """The outcomes of one protocol.

    Parameters
    ----------
    protocol : str
    description : str
    articles : int
        Number of test articles.
    fingerprint : str
        Hash of their ids and true labels.
    unit : str
        The unit of the intervals, such as outlet.
    units : int
    outcomes : list of Outcome
    """

    protocol: str
    description: str
    articles: int
    fingerprint: str
    unit: str
    units: int
    outcomes: list[Outcome]

    def of(self, contender: str) -> Outcome | None:
        """Return the outcome of a contender, if there is one."""
        return next((one for one in self.outcomes if one.contender == contender), None)


class TaskResult(_Record):
    """The divisions of a task, the honest one first; ``labels`` numbers the predictions.

    There are none where the task could not be scored, as ``error`` says.
    """

    labels: list[str]
    divisions: list[Division]
    error: str = ""

    def by(self, protocol: str) -> Division | None:
        """Return the division of a protocol, if there is one."""
        return next((one for one in self.divisions if one.protocol == protocol), None)


class SpeedResult(_Record):
    """The time of training and labelling relative to a reference workload.

    The reference counts the words of the same articles in plain Python. The
    ratios are medians over rounds of processor time in one process.
    """

    task: str
    articles: int
    rounds: int
    train: float
    label: float
    reference_seconds: float


class Results(_Record):
    """All results of a run of a suite."""

    format: int
    suite: str
    seed: int
    made_with: dict[str, str]
    tasks: dict[str, TaskResult]
    speed: SpeedResult | None = None

    @property
    def errors(self) -> list[str]:
        """What failed, each with its task, protocol and contender."""
        found = [f"{name}: {task.error}" for name, task in self.tasks.items() if task.error]
        return found + [
            f"{name}, {division.protocol}, {outcome.contender}: {outcome.error}"
            for name, task in self.tasks.items()
            for division in task.divisions
            for outcome in division.outcomes
            if outcome.error
        ]


def versions() -> dict[str, str]:
    """Return the versions of the packages that affect the figures."""
    return {"python": platform.python_version(), **installed_versions(PACKAGES)}


def pack(predictions: Sequence[str], labels: Sequence[str]) -> str:
    """Compress labels to a short text.

    Parameters
    ----------
    predictions : sequence of str
        Each among `labels`.
    labels : sequence of str

    Examples
    --------
    >>> unpack(pack(["مؤيد", "معارض", "مؤيد"], ["مؤيد", "معارض"]), ["مؤيد", "معارض"])
    ['مؤيد', 'معارض', 'مؤيد']
    """
    numbers = {label: number for number, label in enumerate(labels)}
    codes = np.array([numbers[label] for label in predictions], dtype="<u2")
    # Low bytes then high bytes: the latter are all zero for up to 256 labels.
    planes = codes.view(np.uint8).reshape(-1, 2).T.tobytes()
    return base64.b64encode(zlib.compress(planes, 9)).decode("ascii")


def unpack(packed: str, labels: Sequence[str]) -> list[str]:
    """Decompress the labels of `pack`.

    Raises
    ------
    ConfigError
        If it is damaged.
    """
    try:
        data = zlib.decompress(base64.b64decode(packed, validate=True))
        planes = np.frombuffer(data, dtype=np.uint8).reshape(2, -1)
        codes = np.ascontiguousarray(planes.T).view("<u2").ravel()
        return [labels[code] for code in codes.tolist()]
    except (ValueError, zlib.error, IndexError) as error:
        raise ConfigError(
            f"Got packed predictions that cannot be read: {error}. Make the results again."
        ) from error


def fingerprint(articles: Iterable[Article]) -> str:
    """Return a hash of the ids and the labels of articles, in their order."""
    values = (value for article in articles for value in (article.id, article.label or ""))
    return hash_of_parts(value.encode("utf-8", "surrogatepass") for value in values)


def hash_of_parts(parts: Iterable[bytes]) -> str:
    """Return a hash of byte strings that depends on where each ends."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def write_results(path: str | Path, results: Results, *, force: bool = False) -> None:
    """Write results as indented JSON.

    Raises
    ------
    OutputError
        If the file exists and `force` is off, or cannot be written.
    """
    with replacing_file(path, force=force) as file:
        file.write(to_json(results))


def to_json(results: Results) -> bytes:
    """Return results as indented JSON."""
    return results.model_dump_json(indent=1, exclude_defaults=True).encode() + b"\n"


def read_results(path: str | Path) -> Results:
    """Read the results of `write_results`.

    Raises
    ------
    ConfigError
        If the file cannot be read, or does not contain results.
    """
    try:
        found = Results.model_validate_json(Path(path).read_bytes())
    except OSError as error:
        raise ConfigError(
            f"Got baseline {path}, which cannot be read: {error.strerror}. Make one with "
            "'stance benchmark SUITE --json FILE'."
        ) from error
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"])) or "the whole file"
        raise ConfigError(
            f"Got {path}, which holds no benchmark results: {place}: {fault['msg']}. Make them "
            "again with 'stance benchmark SUITE --json FILE'."
        ) from error
    if found.format != FORMAT:
        raise ConfigError(
            f"Got {path} of format {found.format}, but expected {FORMAT}. Make it again."
        )
    return found
