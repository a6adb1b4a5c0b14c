"""The contenders of a task: `stance` itself, the majority baseline, external commands."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import orjson

from stance.corpus.article import Article
from stance.errors import StanceError
from stance.evaluation.fold_fitting import fit_and_predict
from stance.model.learning_corpus import LabelledCorpus
from stance.processes import run_command

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from stance.benchmarking.suite import Opponent
    from stance.model.resolve_auto import ResolvedConfig

FIELDS = tuple(field.name for field in fields(Article))
SHOWN = ("id", "title", "text", "target")


class UnavailableError(StanceError):
    """A contender that cannot take part, since it is not installed; no fault of the suite's."""


class ContenderError(StanceError):
    """A contender that took part and failed, and how."""


class Contender(Protocol):
    """Learns from some articles and labels others."""

    @property
    def identity(self) -> str:
        """Everything besides articles, code and versions that decides its labels."""
        ...

    def label(self, known: Sequence[Article], unknown: Sequence[Article]) -> list[str]:
        """Return a label for each of the articles that are `unknown`."""
        ...


@dataclass(frozen=True)
class OurModel:
    """A model of this package.

    Parameters
    ----------
    resolved : ResolvedConfig
        No fold decides otherwise than the whole corpus would.
    auxiliary : sequence of Article
        To learn from besides; none repeats an article of the task.
    """

    resolved: ResolvedConfig
    auxiliary: Sequence[Article] = ()

    @property
    def identity(self) -> str:
        """The settings, and the files that they name, such as a lexicon."""
        config = self.resolved.config
        read = [_hashes(block.input_files()) for block in config.features.blocks.values()]
        return f"{config!r} {sorted(self.resolved.lowerable)} {read}"

    def label(self, known: Sequence[Article], unknown: Sequence[Article]) -> list[str]:
        """Train, then label."""
        corpus = LabelledCorpus(known, auxiliary=self.auxiliary)
        return fit_and_predict(corpus, unknown, self.resolved).predicted_labels


@dataclass(frozen=True)
class MajorityBaseline:
    """The most frequent label, whatever the article says."""

    @property
    def identity(self) -> str:
        """A word for it."""
        return "majority"

    def label(self, known: Sequence[Article], unknown: Sequence[Article]) -> list[str]:
        """Return the most frequent known label, the first by name of equals."""
        counts = Counter(str(article.label) for article in known)
        most = min(counts, key=lambda label: (-counts[label], label))
        return [most] * len(unknown)


@dataclass(frozen=True)
class Command:
    """An external classifier, run as two commands.

    Parameters
    ----------
    opponent : Opponent
    folder : Path
        Where the commands are run.
    seed : int
        Of the order in which it is given the articles to learn from.

    Notes
    -----
    A corpus often comes sorted by label or outlet. What learns by stochastic
    passes and does not shuffle, such as fastText [1]_, forgets all labels but
    the last there; so everyone gets the articles in one drawn order.

    References
    ----------
    .. [1] https://github.com/facebookresearch/fastText/issues/74
    """

    opponent: Opponent
    folder: Path
    seed: int

    @property
    def identity(self) -> str:
        """The commands, the seed, and the programs in the suite's folder that they name."""
        named = (self.folder / part for part in (*self.opponent.fit, *self.opponent.predict))
        # A program may import those beside it.
        beside = {(path.parent, path.suffix) for path in named if path.is_file()}
        programs = [_hashes(sorted(folder.glob(f"*{suffix}"))) for folder, suffix in sorted(beside)]
        commands = self.opponent.model_dump_json(exclude={"title"})
        return f"{commands} {self.seed} {programs} {sys.executable}"

    def label(self, known: Sequence[Article], unknown: Sequence[Article]) -> list[str]:
        """Fit on one file and predict another.

        Raises
        ------
        UnavailableError
            If a module that it requires is not installed.
        ContenderError
            If a command fails, or an article is left without a label.
        """
        for module in self.opponent.requires:
            if find_spec(module.partition(".")[0]) is None:
                raise UnavailableError(f"{module} is not installed")
        with tempfile.TemporaryDirectory() as name:
            work = Path(name)
            _write(work / "train.jsonl", _shuffled(known, self.seed))
            # What gives the answer away, the outlet too, never leaves this process.
            _write(work / "articles.jsonl", unknown, SHOWN)
            files = {"train": "train.jsonl", "articles": "articles.jsonl", "labels": "labels.jsonl"}
            places = {name: str(work / file) for name, file in {**files, "model": "model"}.items()}
            for command in (self.opponent.fit, self.opponent.predict):
                self._run([part.format(python=sys.executable, **places) for part in command])
            return _read_labels(work / "labels.jsonl", unknown)

    def _run(self, command: list[str]) -> None:
        try:
            done = run_command(command, self.folder)
        except OSError as error:
            raise ContenderError(f"{command[0]} cannot be run: {error.strerror}") from error
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines() or ["nothing said"]
            raise ContenderError(
                f"{' '.join(command[:2])} ended with {done.returncode}: {said[-1]}"
            )


def _hashes(files: Iterable[Path]) -> list[str]:
    """Return the hash of each file that exists."""
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()]


def _shuffled(articles: Sequence[Article], seed: int) -> list[Article]:
    order = np.random.default_rng(seed).permutation(len(articles))
    return [articles[place] for place in order.tolist()]


def _write(path: Path, articles: Sequence[Article], names: Collection[str] = FIELDS) -> None:
    with path.open("wb") as file:
        for article in articles:
            values = {name: getattr(article, name) for name in names}
            shown = {name: value for name, value in values.items() if value is not None}
            file.write(orjson.dumps(shown) + b"\n")


def _read_labels(path: Path, articles: Sequence[Article]) -> list[str]:
    try:
        rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
        found = {str(row["id"]): str(row["label"]) for row in rows}
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ContenderError(f"its labels cannot be read: {error!r}") from error
    missing = [article.id for article in articles if article.id not in found]
    if missing:
        raise ContenderError(f"it left {len(missing)} of {len(articles)} articles without a label")
    return [found[article.id] for article in articles]
