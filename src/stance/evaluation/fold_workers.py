"""Workers that fit the models of folds: processes on this machine, or a cluster."""

from __future__ import annotations

import os
import pickle
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Protocol, Self

from stance.errors import CorpusError, StanceError
from stance.evaluation.fold_fitting import fit_and_predict_fold
from stance.model.prediction import n_threads
from stance.processes import end_with_parent, joblib_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from multiprocessing.connection import Connection

    from stance.corpus.splitting import Fold
    from stance.model.learning_corpus import LabelledCorpus
    from stance.model.resolve_auto import ResolvedConfig

ENDED = (
    "Got a training process that ended early, but expected its labels. Most likely memory ran "
    "out: use fewer --jobs or fewer articles."
)


class SharedCorpus:
    """A corpus that each process tokenises and counts only once for all of its folds.

    joblib sends the corpus with every call. The process keeps the last one, and
    reuses it, with its counts, if the next call has the same corpus.

    Parameters
    ----------
    corpus : LabelledCorpus
    """

    def __init__(self, corpus: LabelledCorpus) -> None:
        self.corpus = corpus

    @cached_property
    def _data(self) -> bytes:
        return pickle.dumps(self.corpus)

    def __reduce__(self) -> tuple[Callable[[bytes], SharedCorpus], tuple[bytes]]:
        return _unpickle_cached, (self._data,)


@lru_cache(maxsize=1)
def _unpickle_cached(data: bytes) -> SharedCorpus:
    return SharedCorpus(pickle.loads(data))  # noqa: S301 - from the process that started this one


class Trials(Protocol):
    """Tries configurations in turn on all folds of a corpus."""

    def predict(self, resolved: ResolvedConfig, deadline: float) -> list[list[str]] | None:
        """Return the labels of each fold's test articles, or None if time runs out.

        Parameters
        ----------
        resolved : ResolvedConfig
        deadline : float
            By the clock of `time.monotonic`.

        Raises
        ------
        StanceError
            If training raises one, or a worker ends early.
        """
        ...


class FoldWorkers(Protocol):
    """Fits the models of folds."""

    def joblib(self, corpus: SharedCorpus) -> AbstractContextManager[None]:
        """Return a context in which joblib uses these workers, which share the corpus."""
        ...

    def trials(
        self, corpus: LabelledCorpus, folds: Sequence[Fold]
    ) -> AbstractContextManager[Trials]:
        """Return workers for repeated training on the same folds."""
        ...


@dataclass(frozen=True)
class LocalWorkers:
    """Processes on this machine.

    Parameters
    ----------
    jobs : int
        Number of processes; -1 for one per core.
    """

    jobs: int = 1

    def joblib(self, corpus: SharedCorpus) -> AbstractContextManager[None]:
        """Return a context in which joblib's processes end with this one."""
        return joblib_workers()

    def trials(self, corpus: LabelledCorpus, folds: Sequence[Fold]) -> TrialProcesses:
        """Return processes that can be stopped at any time."""
        return TrialProcesses(corpus, folds, self.jobs)


def predict_labels_of_fold(
    corpus: LabelledCorpus, fold: Fold, resolved: ResolvedConfig
) -> list[str]:
    """Train on a fold's training articles; return the labels of its test articles."""
    return fit_and_predict_fold(corpus, fold, resolved).predicted_labels


def _serve(parent: int, calls: Connection, corpus: LabelledCorpus, folds: Sequence[Fold]) -> None:
    """Train on the requested folds until told to stop; errors of `stance` are sent back."""
    end_with_parent(parent)
    # The parent may end at any time, which is not an error of this process.
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while (call := calls.recv()) is not None:
            resolved, place = call
            try:
                calls.send(predict_labels_of_fold(corpus, folds[place], resolved))
            except StanceError as error:
                calls.send(error)


class TrialProcesses:
    """Processes that try configurations in turn on all folds of a corpus.

    Training runs in a separate process even if `jobs` is 1, so that it can be
    stopped at the deadline.

    Parameters
    ----------
    corpus : LabelledCorpus
    folds : sequence of Fold
    jobs : int
        Number of processes; -1 for one per core.
    """

    def __init__(self, corpus: LabelledCorpus, folds: Sequence[Fold], jobs: int) -> None:
        self._corpus = corpus
        self._folds = folds
        self._jobs = min(n_threads(jobs), len(folds))
        self._processes: list[Any] = []
        self._lines: list[Connection] = []

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            # `__exit__` is not called if `__enter__` fails, for example because of a signal.
            self._end()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._end()

    def _start(self) -> None:
        # Unlike those of multiprocessing, loky's processes do not run the user's script again.
        from multiprocessing import Pipe

        from joblib.externals.loky.backend.process import LokyProcess

        for _ in range(self._jobs):
            ours, theirs = Pipe()
            task = (os.getpid(), theirs, self._corpus, self._folds)
            process = LokyProcess(target=_serve, args=task)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._lines.append(ours)

    def _end(self) -> None:
        for process, line in zip(self._processes, self._lines, strict=True):
            process.terminate()
            process.join()
            line.close()

    def predict(self, resolved: ResolvedConfig, deadline: float) -> list[list[str]] | None:
        """Return the labels of each fold's test articles, or None if time runs out.

        After a timeout, `predict` must not be called again.

        Parameters
        ----------
        resolved : ResolvedConfig
        deadline : float
            By the clock of `time.monotonic`.

        Raises
        ------
        StanceError
            If training raises one, or a process ends early.
        """
        from multiprocessing.connection import wait

        waiting, found = deque(range(len(self._folds))), dict[int, list[str]]()
        busy: dict[Connection, int] = {}
        while waiting or busy:
            for line in self._lines:
                if waiting and line not in busy:
                    busy[line] = waiting.popleft()
                    _send(line, (resolved, busy[line]))
            answered: list[Any] = wait(list(busy), max(deadline - time.monotonic(), 0.0))
            if not answered:
                return None
            for line in answered:
                found[busy.pop(line)] = _receive(line)
        return [found[place] for place in range(len(self._folds))]


def _send(line: Connection, call: tuple[ResolvedConfig, int]) -> None:
    try:
        line.send(call)
    except OSError as error:
        raise CorpusError(ENDED) from error


def _receive(line: Connection) -> list[str]:
    try:
        answer: list[str] | StanceError = line.recv()
    except (EOFError, OSError) as error:
        raise CorpusError(ENDED) from error
    if isinstance(answer, StanceError):
        raise answer
    return answer
