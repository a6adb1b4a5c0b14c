"""Values sent once to every worker of a cluster, whenever it joins."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

from distributed import WorkerPlugin, get_worker

from stance.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable


class WorkerContext(WorkerPlugin):
    """A value that all calls on a worker share.

    Parameters
    ----------
    value : object
        The value that is sent.
    unpack : callable
        Converts it to the object that the calls get; called once on each worker.
    """

    def __init__(self, value: Any, unpack: Callable[[Any], Any]) -> None:
        self._value = value
        self._unpack = unpack
        self._lock: threading.Lock | None = None
        self._unpacked: list[Any] = []

    def setup(self, worker: Any) -> None:
        """Prepare the worker."""
        self._lock = threading.Lock()

    def unpacked(self) -> Any:
        """Return the unpacked value; an error of unpacking is raised in each call."""
        if self._lock is None:
            raise ClusterError("Got a worker on which stance could not be set up. Restart it.")
        with self._lock:
            if not self._unpacked:
                self._unpacked.append(self._unpack(self._value))
            return self._unpacked[0]


class IgnoreInterrupts(WorkerPlugin):
    """Makes workers ignore Ctrl-C, which the submitting process handles."""

    def setup(self, worker: Any) -> None:
        """Ignore SIGINT from now on."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def called_with(name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[str, Any]:
    """Call a function with the context of this worker; return its address and the result.

    Raises
    ------
    ClusterError
        If this worker has no such context.
    """
    worker = get_worker()
    context = worker.plugins.get(name)
    if not isinstance(context, WorkerContext):
        raise ClusterError(
            f"Got the worker {worker.address}, which has no data for this run. Restart it."
        )
    return worker.address, call(context.unpacked(), *arguments)
