"""Reading, labelling and writing at the same time, each stage bounded."""

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

# Entries are handed over by some dozens, since each handing over costs as much as reading a few.
BLOCK_ENTRIES = 128
BLOCK_CHARACTERS = 1_000_000
BLOCKS_AHEAD = 8

# Seconds for which an article may wait for others to share its batch; people read along.
LINGER = 0.2
TICK = 0.25


class Reader(Thread):
    """Reads ahead in a thread of its own, a bounded number of entries.

    Parameters
    ----------
    live : bool
        Hand over what there is before each read that may take long.
    """

    def __init__(self, *, live: bool) -> None:
        # A thread that waits for a pipe must not keep the program from ending.
        super().__init__(name="stance-reader", daemon=True)
        self._live = live
        self._entries: Iterable[Entry] = ()
        self._blocks: Queue[list[Entry] | None] = Queue(BLOCKS_AHEAD)
        self._block: list[Entry] = []
        self._abandoned = Event()
        self.error: BaseException | None = None

    def read(self, entries: Iterable[Entry]) -> None:
        """Begin to read."""
        self._entries = entries
        self.start()

    def before_read(self) -> None:
        """Hand over what there is, if somebody may be waiting for it."""
        if self._live and self._block:
            self._hand_over(self._block)
            self._block = []

    def run(self) -> None:
        """Read to the end, or to an error, which is kept for who takes the entries."""
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
        """Return the next entries; none of them after a timeout, and None at the end."""
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
    """Label what a reader reads, in threads, and give it out in its order.

    Not more than one batch for each thread is waiting while the next is read.

    Parameters
    ----------
    reader : Reader
        Has begun to read.
    batcher : Batcher
    label : callable
    jobs : int
        Threads that label, at least 1.
    live : bool
        Whether no article may wait long for the next.
    stop : Event
        When it is set, no further batch is begun.

    Raises
    ------
    Exception
        What the reader met, after all that it read before.
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
    """How long the articles that wait for others may wait on."""

    def __init__(self, *, live: bool) -> None:
        self._live = live
        self._due: float | None = None

    @property
    def left(self) -> float:
        """Seconds, and no more than a tick."""
        if self._due is None:
            return TICK
        return min(max(self._due - time.monotonic(), 0), TICK)

    def over(self, batcher: Batcher) -> bool:
        """Tell whether somebody has waited long enough."""
        if not self._live or batcher.is_empty:
            self._due = None
            return False
        if self._due is None:
            self._due = time.monotonic() + LINGER
        return time.monotonic() >= self._due


def _batches(reader: Reader, batcher: Batcher, *, live: bool, stop: Event) -> Iterator[list[Entry]]:
    """Cut what is read into batches; an empty one says that there is a pause."""
    linger = _BatchDelay(live=live)
    while not stop.is_set() and (block := reader.take(linger.left)) is not None:
        for batch in filter(None, map(batcher.add, block)):
            yield batch
            if stop.is_set() and not live:
                return
        if linger.over(batcher) or not block:
            yield batcher.take() if live else []
    if live:
        # What came through a pipe cannot be read again.
        while block := reader.take(0):
            yield from filter(None, map(batcher.add, block))
    if (live or not stop.is_set()) and not batcher.is_empty:
        yield batcher.take()
