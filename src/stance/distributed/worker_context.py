"""What every worker of a cluster needs, sent to it once, whenever it joins."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

from distributed import WorkerPlugin, get_worker

from stance.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable


class WorkerContext(WorkerPlugin):
    """Something that all calls on a worker need.

    Parameters
    ----------
    thing : object
        What is sent.
    unpack : callable
        Makes of it what the calls are given; once on each worker.
    """

    def __init__(self, thing: Any, unpack: Callable[[Any], Any]) -> None:
        self._thing = thing
        self._unpack = unpack
        self._lock: threading.Lock | None = None
        self._unpacked: list[Any] = []

    def setup(self, worker: Any) -> None:
        """Arrive."""
        self._lock = threading.Lock()

    def unpacked(self) -> Any:
        """Return what was made of it; an error comes again with each call."""
        if self._lock is None:
            raise ClusterError("Got a worker on which stance could not be set up. Restart it.")
        with self._lock:
            if not self._unpacked:
                self._unpacked.append(self._unpack(self._thing))
            return self._unpacked[0]


class IgnoreInterrupts(WorkerPlugin):
    """Keeps the workers at work when Ctrl-C reaches them too: who gives the work out decides."""

    def setup(self, worker: Any) -> None:
        """Take no notice of SIGINT from now on."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def called_with(name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[str, Any]:
    """Call something with the context of this worker; return its address and the result.

    Raises
    ------
    ClusterError
        If this worker has no such context.
    """
    worker = get_worker()
    context = worker.plugins.get(name)
    if not isinstance(context, WorkerContext):
        raise ClusterError(
            f"Got the worker {worker.address}, which was not told what to do. Restart it."
        )
    return worker.address, call(context.unpacked(), *arguments)
