"""Connecting to a Dask cluster: a running one, or processes on this machine."""

from __future__ import annotations

import logging
import re
import time
import uuid
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from stance.distribution import DISTRIBUTION, install_command, toolkit_version
from stance.errors import ClusterError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

# Seconds to wait for a scheduler to respond, and for its first worker.
ANSWERS_IN = 20.0
COMES_IN = 300.0

# Seconds between checks of the size of the cluster, and of the stop event.
LOOK_EVERY = 2.0
TICK = 0.25

_ADDRESS = re.compile(r"(\w+://.+|[^/]+:\d+)")


class Work:
    """A call that was submitted to the cluster."""

    def __init__(self, future: Any) -> None:
        self.future = future
        self._done = Event()
        future.add_done_callback(lambda _: self._done.set())

    @property
    def is_done(self) -> bool:
        """Whether there is a result or an error."""
        return self._done.is_set()

    def wait(self, stop: Event) -> bool:
        """Wait for the result; False if `stop` was set first."""
        while not self._done.wait(TICK):
            if stop.is_set():
                return False
        return True

    def wait_until(self, deadline: float) -> bool:
        """Wait for the result, at most until a deadline by `time.monotonic`."""
        return self._done.wait(max(deadline - time.monotonic(), 0.0))

    def result(self) -> tuple[str, Any]:
        """Return the worker's address and the result.

        Raises
        ------
        StanceError
            If the call raised it.
        ClusterError
            If several workers died running the call, or the scheduler is gone.
        """
        with _readable_errors(self.future.client):
            found: tuple[str, Any] = self.future.result()
        self.future.release()
        return found


class Cluster:
    """Workers that run submitted calls.

    Parameters
    ----------
    client : distributed.Client
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self._n_threads = 0
        self._looked = 0.0

    @property
    def n_threads(self) -> int:
        """Number of threads of the cluster, as of some seconds ago; at least 1."""
        if time.monotonic() - self._looked > LOOK_EVERY:
            with _reached(self.client):
                self._n_threads = sum(self.client.nthreads().values())
            self._looked = time.monotonic()
        return max(self._n_threads, 1)

    def broadcast(self, value: Any, unpack: Callable[[Any], Any]) -> str:
        """Send a value to every worker, also to those that join later; return its name."""
        from stance.distributed.worker_context import WorkerContext

        name = f"stance-{uuid.uuid4().hex}"
        with _reached(self.client):
            self.client.register_plugin(WorkerContext(value, unpack), name=name)
        return name

    def submit(
        self, name: str, call: Callable[..., Any], *arguments: Any, near: str | None = None
    ) -> Work:
        """Submit a call, whose first argument is the broadcast value of that name.

        Parameters
        ----------
        name : str
        call : callable
        *arguments
        near : str, optional
            Address of the preferred worker.
        """
        from stance.distributed.worker_context import called_with

        placed = {"workers": [near], "allow_other_workers": True} if near else {}
        future = self.client.submit(
            called_with, name, call, arguments, key=f"stance-{uuid.uuid4().hex}", **placed
        )
        return Work(future)

    def cancel(self, works: Iterable[Work]) -> None:
        """Cancel calls whose results are not needed any more."""
        futures = [work.future for work in works]
        if futures and _is_connected(self.client):
            with suppress(OSError):
                self.client.cancel(futures, force=True)

    def release(self, name: str) -> None:
        """Remove a broadcast value from the workers."""
        if _is_connected(self.client):
            with suppress(OSError):
                self.client.unregister_worker_plugin(name)


def _is_connected(client: Any) -> bool:
    # A client has no scheduler while the connection is lost.
    return client.scheduler is not None


@contextmanager
def _reached(client: Any) -> Iterator[None]:
    """Turn a lost connection to the scheduler into a `ClusterError`.

    Raises
    ------
    ClusterError
        If the scheduler is gone.
    """
    gone = "Got a cluster that cannot be reached any more"
    if not _is_connected(client):
        raise ClusterError(f"{gone}: the connection was lost.")
    try:
        yield
    except OSError as error:
        raise ClusterError(f"{gone}: {error or type(error).__name__}.") from error


@contextmanager
def _readable_errors(client: Any) -> Iterator[None]:
    """Turn the failure of submitted work into a `ClusterError`.

    Raises
    ------
    ClusterError
        If several workers died running it, or the cluster lost it.
    """
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker, NoValidWorkerError

    try:
        with _reached(client):
            yield
    except KilledWorker as error:
        raise ClusterError(
            "Got several workers that died running the same piece of work. "
            "They probably ran out of memory: give each more memory, or fewer threads."
        ) from error
    except (FutureCancelledError, NoValidWorkerError) as error:
        raise ClusterError(f"Got a cluster that lost the work ({error}).") from error


@contextmanager
def joblib_on(cluster: Cluster, shared: Sequence[Any]) -> Iterator[None]:
    """Make joblib run its calls on a cluster.

    Parameters
    ----------
    cluster : Cluster
    shared : sequence of object
        Arguments that many calls have in common, sent to each worker once.

    Raises
    ------
    ClusterError
        If workers die, or the scheduler is gone.
    """
    from joblib import parallel_config

    with (
        _readable_errors(cluster.client),
        parallel_config(backend="dask", client=cluster.client, scatter=list(shared)),
    ):
        yield


@contextmanager
def connected(scheduler: str | None = None, workers: int = 1) -> Iterator[Cluster]:
    """Connect to a cluster, or start one on this machine.

    Parameters
    ----------
    scheduler : str, optional
        A scheduler's address, or the scheduler file.
    workers : int
        Processes to start if no scheduler is given.

    Raises
    ------
    ConfigError
        If Dask is not installed.
    ClusterError
        If the scheduler does not respond, no worker joins, or a worker has a
        different version of stance.
    """
    try:
        import distributed
    except ImportError as error:
        raise ConfigError(
            f"Got --engine dask, but Dask is not installed. Install it: {install_command('dask')}."
        ) from error
    with (
        _local(distributed, workers)
        if scheduler is None
        else _remote(distributed, scheduler) as client
    ):
        _check_versions(client)
        yield Cluster(client)


@contextmanager
def _local(distributed: Any, workers: int) -> Iterator[Any]:
    from stance.distributed.worker_context import IgnoreInterrupts

    # Dask's own warnings are silenced: the caller learns of lost workers from the failed work. The
    # cluster listens on the local interface only, on a free port, since several runs may be active.
    quiet = {"silence_logs": logging.CRITICAL, "dashboard_address": "127.0.0.1:0"}
    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, memory_limit=None, **quiet
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        client.register_plugin(IgnoreInterrupts())
        yield client


@contextmanager
def _remote(distributed: Any, scheduler: str) -> Iterator[Any]:
    address = _address(scheduler)
    try:
        client = distributed.Client(address, timeout=ANSWERS_IN, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"Got the scheduler {scheduler}, which does not respond "
            f"({error or type(error).__name__}). Check that it runs and can be reached from here."
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=COMES_IN)
        except TimeoutError as error:
            raise ClusterError(
                f"Got the scheduler {scheduler}, which no worker joined within "
                f"{COMES_IN:.0f} seconds. Start some workers, and check that they can reach it."
            ) from error
        yield client


def _address(scheduler: str) -> str:
    """Return a scheduler's address, read from its scheduler file if necessary.

    Raises
    ------
    ClusterError
        If the argument is not an address or a scheduler file.
    """
    import orjson

    if _ADDRESS.fullmatch(scheduler):
        return scheduler
    try:
        return str(orjson.loads(Path(scheduler).read_bytes())["address"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ClusterError(
            f"Got the scheduler {scheduler}, but expected tcp://HOST:PORT, or the file that "
            "'dask scheduler --scheduler-file' writes. Check the spelling."
        ) from error


def _check_versions(client: Any) -> None:
    """Refuse workers with a different version of stance.

    Raises
    ------
    ClusterError
        If a worker has no stance, or a different version.
    """
    own = toolkit_version()
    # The check uses the standard library, because a worker may not have stance.
    for address, found in client.run(version, DISTRIBUTION, on_error="return").items():
        if isinstance(found, Exception) and not isinstance(found, PackageNotFoundError):
            raise ClusterError(f"Got the worker {address}, which does not respond: {found}.")
        if found != own:
            what = "no stance" if isinstance(found, Exception) else f"stance {found}"
            raise ClusterError(
                f"Got the worker {address} with {what}, but expected {own} as here. "
                "Install the same version everywhere."
            )
