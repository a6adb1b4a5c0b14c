"""Pipelined reading, labelling and writing, with a bounded queue between stages."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING

from stance.corpus.article import Article

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from stance.labelling.batches import Batcher, LabelledBatch
    from stance.labelling.entries import Entry

# Entries are queued in blocks, because queueing one costs as much as reading a few.
BLOCK_ENTRIES = 128
BLOCK_CHARACTERS = 1_000_000
BLOCKS_AHEAD = 8

# Maximum seconds that an article from a pipe waits for its batch to fill.
MAX_BATCH_DELAY = 0.2
TICK = 0.25


class Reader(Thread):
    """Reads a bounded number of entries ahead in its own thread.

    Parameters
    ----------
    live : bool
        Whether to queue incomplete blocks before each read that may block.
    """

    def __init__(self, *, live: bool) -> None:
        # A thread that waits for a pipe must not keep the program from exiting.
        super().__init__(name="stance-reader", daemon=True)
        self._live = live
        self._entries: Iterable[Entry] = ()
        self._blocks: Queue[list[Entry] | None] = Queue(BLOCKS_AHEAD)
        self._block: list[Entry] = []
        self._abandoned = Event()
        self.error: BaseException | None = None

    def read(self, entries: Iterable[Entry]) -> None:
        """Start reading."""
        self._entries = entries
        self.start()

    def before_read(self) -> None:
        """Queue an incomplete block, if the consumer may be waiting for it."""
        if self._live and self._block:
            self._hand_over(self._block)
            self._block = []

    def run(self) -> None:
        """Read to the end, or to an error, which is kept for the consumer."""
        try:
            self._read()
        except BaseException as error:
            self.error = error
        self._hand_over(self._block)
        self._hand_over(None)

    def _read(self) -> None:
        characters = 0
        for entry in self._entries:
            self._block.append(entry)
            if isinstance(entry.found, Article):
                characters += len(entry.found.text)
            if len(self._block) >= BLOCK_ENTRIES or characters >= BLOCK_CHARACTERS:
                self._hand_over(self._block)
                self._block, characters = [], 0
            if self._abandoned.is_set():
                return

    def _hand_over(self, block: list[Entry] | None) -> None:
        while not self._abandoned.is_set():
            try:
                self._blocks.put(block, timeout=TICK)
            except Full:
                continue
            return

    def take(self, timeout: float) -> list[Entry] | None:
        """Return the next entries; an empty list after a timeout, and None at the end."""
        try:
            return self._blocks.get(timeout=timeout)
        except Empty:
            return []

    def abandon(self) -> None:
        """Stop reading."""
        self._abandoned.set()


def labelled_batches(
    reader: Reader,
    batcher: Batcher,
    label: Callable[[Sequence[Entry]], LabelledBatch],
    *,
    jobs: int,
    live: bool,
    stop: Event,
) -> Iterator[LabelledBatch]:
    """Label the entries of a reader in threads, and yield batches in order.

    At most one batch per thread is waiting while the next is read.

    Parameters
    ----------
    reader : Reader
        Must have been started.
    batcher : Batcher
    label : callable
    jobs : int
        Number of threads, at least 1.
    live : bool
        Whether articles arrive slowly, so that none may wait long for the next.
    stop : Event
        When it is set, no further batch is started.

    Raises
    ------
    Exception
        An error of the reader, after everything that it read before.
    """
    waiting: deque[Future[LabelledBatch]] = deque()
    with ThreadPoolExecutor(jobs, thread_name_prefix="stance") as pool:
        try:
            for batch in _batches(reader, batcher, live=live, stop=stop):
                if batch:
                    waiting.append(pool.submit(label, batch))
                while waiting and (len(waiting) > jobs or waiting[0].done() or not batch):
                    yield waiting.popleft().result()
            for future in waiting:
                yield future.result()
        finally:
            reader.abandon()
            pool.shutdown(cancel_futures=True)
    if reader.error is not None and not stop.is_set():
        raise reader.error


class _BatchDelay:
    """The time for which articles from a pipe may wait for their batch to fill."""

    def __init__(self, *, live: bool) -> None:
        self._live = live
        self._due: float | None = None

    @property
    def left(self) -> float:
        """Remaining seconds, at most `TICK`."""
        if self._due is None:
            return TICK
        return min(max(self._due - time.monotonic(), 0), TICK)

    def over(self, batcher: Batcher) -> bool:
        """Return whether an article has waited long enough."""
        if not self._live or batcher.is_empty:
            self._due = None
            return False
        if self._due is None:
            self._due = time.monotonic() + MAX_BATCH_DELAY
        return time.monotonic() >= self._due


def _batches(reader: Reader, batcher: Batcher, *, live: bool, stop: Event) -> Iterator[list[Entry]]:
    """Cut entries into batches; an empty batch signals a pause in the input."""
    delay = _BatchDelay(live=live)
    while not stop.is_set() and (block := reader.take(delay.left)) is not None:
        for batch in filter(None, map(batcher.add, block)):
            yield batch
            if stop.is_set() and not live:
                return
        if delay.over(batcher) or not block:
            yield batcher.take() if live else []
    if live:
        # Entries from a pipe cannot be read again, so label them even after a stop.
        while block := reader.take(0):
            yield from filter(None, map(batcher.add, block))
    if (live or not stop.is_set()) and not batcher.is_empty:
        yield batcher.take()
