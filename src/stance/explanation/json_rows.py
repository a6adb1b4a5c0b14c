"""Explanations as JSON, made by several processes where there are many articles."""

from __future__ import annotations

import gc
import os
from collections import deque
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

import orjson

from stance.errors import ModelError
from stance.explanation.explaining import BATCH_SIZE, explain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from stance.corpus.article import Article
    from stance.explanation.records import Explanation
    from stance.model.persistence import StoredModel

# Articles that a process explains at once where changes are looked for, which takes long.
FEW = 32
# Chunks for each process: with fewer, starting it takes longer than it saves.
WORTH_A_PROCESS = 2
# Objects made before a process looks for garbage, of which explanations make next to none.
GARBAGE_AFTER = 1_000_000


class _Wanted(NamedTuple):
    """A model and the options of its explanations, for a process that reads it by itself."""

    folder: Path
    sha256: str
    against: str | None
    top: int
    changes: bool


def explain_as_json(
    stored: StoredModel,
    folder: Path,
    articles: Iterable[Article],
    *,
    against: str | None = None,
    top: int,
    changes: bool = False,
    n_processes: int = 1,
) -> Iterator[bytes]:
    """Explain the labels of articles; see `explain`.

    Parameters
    ----------
    stored : StoredModel
    folder : Path
        Its folder, which each process reads.
    articles : iterable of Article
    against, top, changes
        See `explain`.
    n_processes : int
        With 1, or for few articles, all is done in this process. The number
        changes nothing in the result.

    Yields
    ------
    bytes
        One explanation as a JSON object, in the order of the articles.

    Raises
    ------
    ConfigError, CorpusError
        See `explain`.
    ModelError
        If the folder has another model by now.
    """
    # What is wrong with the options is told before anything is read.
    explain(stored.model, (), against=against, top=top)
    size = FEW if changes else BATCH_SIZE
    stream = iter(articles)
    first = list(islice(stream, WORTH_A_PROCESS * n_processes * size))
    articles = chain(first, stream)
    if n_processes == 1 or len(first) < WORTH_A_PROCESS * n_processes * size:
        explained = explain(stored.model, articles, against=against, top=top, changes=changes)
        return map(as_json, explained)
    chunks = iter(lambda: list(islice(articles, size)), [])
    wanted = _Wanted(folder, stored.sha256, against, top, changes)
    return _in_processes(chunks, wanted, n_processes)


def as_json(explanation: Explanation) -> bytes:
    """Return an explanation as a JSON object."""
    return orjson.dumps(explanation.to_dict())


def _in_processes(
    chunks: Iterator[Sequence[Article]], wanted: _Wanted, n_processes: int
) -> Iterator[bytes]:
    """Yield the explanations of chunks; no more of them wait than keep the processes busy."""
    from joblib.externals.loky.process_executor import ProcessPoolExecutor

    waiting: deque[Future[list[bytes]]] = deque()
    executor = ProcessPoolExecutor(n_processes, initializer=_begin, initargs=(os.getpid(),))
    try:
        for chunk in chunks:
            waiting.append(executor.submit(_explain, wanted, chunk))
            if len(waiting) > 2 * n_processes:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        # After an error, what has not begun is dropped. Killing the processes at this moment
        # may leave a thread of loky (joblib 1.6.0) looking for work that it has forgotten.
        for future in waiting:
            future.cancel()
        executor.shutdown()


def _begin(parent: int) -> None:
    """Begin a process."""
    from stance.processes import end_with_parent

    end_with_parent(parent)
    gc.set_threshold(GARBAGE_AFTER)


def _explain(wanted: _Wanted, articles: Sequence[Article]) -> list[bytes]:
    """Explain a chunk in a process of its own."""
    stored = _read(wanted.folder)
    if stored.sha256 != wanted.sha256:
        raise ModelError(
            f"Got another model in {wanted.folder} than when the command began. Run it again."
        )
    found = explain(
        stored.model, articles, against=wanted.against, top=wanted.top, changes=wanted.changes
    )
    return list(map(as_json, found))


@cache
def _read(folder: Path) -> StoredModel:
    from stance.model.persistence import read_model

    return read_model(folder)
