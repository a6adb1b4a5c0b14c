"""Processes that train on folds, and can be stopped at a moment's notice."""

from __future__ import annotations

import os
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from stance.errors import CorpusError, StanceError
from stance.model.prediction import n_threads
from stance.model.training import learn
from stance.processes import end_with_parent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from stance.corpus.splitting import Fold
    from stance.distributed.connection import Cluster
    from stance.model.config import TrainingConfig
    from stance.model.learning_corpus import LabelledCorpus

ENDED = (
    "Got a training process that came to an end, but expected its labels. Most likely memory ran "
    "out: use fewer --jobs or fewer articles."
)


def _work(
    parent: int,
    calls: Connection,
    corpus: LabelledCorpus,
    folds: Sequence[Fold],
    lowerable: frozenset[str],
) -> None:
    """Train on one fold after another as called; what a user did wrong is handed back."""
    end_with_parent(parent)
    # Who asks may be gone at any moment, which is no error of this process.
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while (call := calls.recv()) is not None:
            try:
                calls.send(_guess_fold(corpus, folds[call[1]], call[0], lowerable))
            except StanceError as error:
                calls.send(error)


def _guess_fold(
    corpus: LabelledCorpus, fold: Fold, config: TrainingConfig, lowerable: frozenset[str]
) -> list[str]:
    """Train on a fold's training articles; return the labels of its test articles."""
    model = learn(corpus.part(fold.train), config, lowerable=lowerable)
    found = model.scores([corpus.articles[i] for i in fold.test]).argmax(axis=1)
    return [model.labels[number] for number in found.tolist()]


class TrialWorkers:
    """Trains on all folds of a corpus with one configuration after another.

    Even a single one is a process of its own, since nothing else stops a
    training that is under way.

    Parameters
    ----------
    corpus : LabelledCorpus
    folds : sequence of Fold
    jobs : int
        How many processes; -1 for one on each core.
    lowerable : frozenset of str
        Settings that are lowered in a fold that cannot meet them.
    """

    def __init__(
        self,
        corpus: LabelledCorpus,
        folds: Sequence[Fold],
        jobs: int,
        lowerable: frozenset[str] = frozenset(),
    ) -> None:
        self._lowerable = lowerable
        self._corpus = corpus
        self._folds = folds
        self._jobs = min(n_threads(jobs), len(folds))
        self._processes: list[Any] = []
        self._lines: list[Connection] = []

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            # A signal may come in the middle; nobody leaves what was never entered.
            self._end()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._end()

    def _start(self) -> None:
        # Its processes, unlike Python's own, do not run the user's script again.
        from multiprocessing import Pipe

        from joblib.externals.loky.backend.process import LokyProcess

        for _ in range(self._jobs):
            ours, theirs = Pipe()
            task = (os.getpid(), theirs, self._corpus, self._folds, self._lowerable)
            process = LokyProcess(target=_work, args=task)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._lines.append(ours)

    def _end(self) -> None:
        for process, line in zip(self._processes, self._lines, strict=True):
            process.terminate()
            process.join()
            line.close()

    def guess(self, config: TrainingConfig, deadline: float) -> list[list[str]] | None:
        """Return the labels of each fold's test articles, or None if time runs out.

        After that nothing more can be asked.

        Parameters
        ----------
        config : TrainingConfig
        deadline : float
            By the clock of `time.monotonic`.

        Raises
        ------
        StanceError
            What training raises, or if a process came to an end.
        """
        from multiprocessing.connection import wait

        waiting, found = deque(range(len(self._folds))), dict[int, list[str]]()
        busy: dict[Connection, int] = {}
        while waiting or busy:
            for line in self._lines:
                if waiting and line not in busy:
                    busy[line] = waiting.popleft()
                    _ask(line, (config, busy[line]))
            answered: list[Any] = wait(list(busy), max(deadline - time.monotonic(), 0.0))
            if not answered:
                return None
            for line in answered:
                found[busy.pop(line)] = _answer(line)
        return [found[place] for place in range(len(self._folds))]


class TrialCluster:
    """Does the same on the workers of a cluster.

    What is under way there when time runs out is not waited for, but goes on
    to its end.

    Parameters
    ----------
    corpus : LabelledCorpus
    folds : sequence of Fold
    cluster : Cluster
    lowerable : frozenset of str
        Settings that are lowered in a fold that cannot meet them.
    """

    def __init__(
        self,
        corpus: LabelledCorpus,
        folds: Sequence[Fold],
        cluster: Cluster,
        lowerable: frozenset[str] = frozenset(),
    ) -> None:
        self._task = (corpus, folds, lowerable)
        self._cluster = cluster
        self._name = ""

    def __enter__(self) -> Self:
        self._name = self._cluster.carry(self._task, tuple)
        return self

    def __exit__(self, *error: object) -> None:
        self._cluster.forget(self._name)

    def guess(self, config: TrainingConfig, deadline: float) -> list[list[str]] | None:
        """Return the labels of each fold's test articles, or None if time runs out.

        Parameters
        ----------
        config : TrainingConfig
        deadline : float
            By the clock of `time.monotonic`.

        Raises
        ------
        StanceError
            What training raises, or if workers died or cannot be reached.
        """
        places = range(len(self._task[1]))
        works = [self._cluster.submit(self._name, _guess_carried, n, config) for n in places]
        if not all(work.wait_until(deadline) for work in works):
            self._cluster.drop(works)
            return None
        return [work.result()[1] for work in works]


def _guess_carried(
    task: tuple[LabelledCorpus, Sequence[Fold], frozenset[str]], n: int, config: TrainingConfig
) -> list[str]:
    corpus, folds, lowerable = task
    return _guess_fold(corpus, folds[n], config, lowerable)


def _ask(line: Connection, call: tuple[TrainingConfig, int]) -> None:
    try:
        line.send(call)
    except OSError as error:
        raise CorpusError(ENDED) from error


def _answer(line: Connection) -> list[str]:
    try:
        answer: list[str] | StanceError = line.recv()
    except (EOFError, OSError) as error:
        raise CorpusError(ENDED) from error
    if isinstance(answer, StanceError):
        raise answer
    return answer
