"""A Dask cluster: one that stands already, or processes on this machine."""

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

# Seconds for a scheduler to answer, and for its first worker to come.
ANSWERS_IN = 20.0
COMES_IN = 300.0

# Seconds between two looks at how large the cluster is, and at whether to stop.
LOOK_EVERY = 2.0
TICK = 0.25

_ADDRESS = re.compile(r"(\w+://.+|[^/]+:\d+)")


class Work:
    """A call under way on some worker."""

    def __init__(self, future: Any) -> None:
        self.future = future
        self._done = Event()
        future.add_done_callback(lambda _: self._done.set())

    @property
    def is_done(self) -> bool:
        """Whether the result, or an error, is there."""
        return self._done.is_set()

    def wait(self, stop: Event) -> bool:
        """Wait for the end; False if it was not waited for because of `stop`."""
        while not self._done.wait(TICK):
            if stop.is_set():
                return False
        return True

    def wait_until(self, deadline: float) -> bool:
        """Wait for the end, but not beyond a time by the clock of `time.monotonic`."""
        return self._done.wait(max(deadline - time.monotonic(), 0.0))

    def result(self) -> tuple[str, Any]:
        """Return the worker's address and the result.

        Raises
        ------
        StanceError
            What the call raised.
        ClusterError
            If several workers died of it, or the scheduler is gone.
        """
        with _told(self.future.client):
            found: tuple[str, Any] = self.future.result()
        self.future.release()
        return found


class Cluster:
    """Workers that calls can be given out to.

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
        """How many calls can be under way at once, as of some seconds ago; at least 1."""
        if time.monotonic() - self._looked > LOOK_EVERY:
            with _reached(self.client):
                self._n_threads = sum(self.client.nthreads().values())
            self._looked = time.monotonic()
        return max(self._n_threads, 1)

    def carry(self, thing: Any, unpack: Callable[[Any], Any]) -> str:
        """Send something to every worker, also to those who join later; return its name."""
        from stance.distributed.worker_context import WorkerContext

        name = f"stance-{uuid.uuid4().hex}"
        with _reached(self.client):
            self.client.register_plugin(WorkerContext(thing, unpack), name=name)
        return name

    def submit(
        self, name: str, call: Callable[..., Any], *arguments: Any, near: str | None = None
    ) -> Work:
        """Give out a call, whose first argument is what every worker carries by that name.

        Parameters
        ----------
        name : str
        call : callable
        *arguments
        near : str, optional
            Address of the worker that does it best.
        """
        from stance.distributed.worker_context import called_with

        placed = {"workers": [near], "allow_other_workers": True} if near else {}
        future = self.client.submit(
            called_with, name, call, arguments, key=f"stance-{uuid.uuid4().hex}", **placed
        )
        return Work(future)

    def drop(self, works: Iterable[Work]) -> None:
        """Forget calls that nobody waits for any more."""
        futures = [work.future for work in works]
        if futures and _is_connected(self.client):
            with suppress(OSError):
                self.client.cancel(futures, force=True)

    def forget(self, name: str) -> None:
        """Take from the workers what they carry."""
        if _is_connected(self.client):
            with suppress(OSError):
                self.client.unregister_worker_plugin(name)


def _is_connected(client: Any) -> bool:
    # A client has none from when it lost it until it found it again.
    return client.scheduler is not None


@contextmanager
def _reached(client: Any) -> Iterator[None]:
    """Tell in words that a scheduler is gone.

    Raises
    ------
    ClusterError
        If it is.
    """
    gone = "Got a cluster that cannot be reached any more"
    if not _is_connected(client):
        raise ClusterError(f"{gone}: the connection broke off.")
    try:
        yield
    except OSError as error:
        raise ClusterError(f"{gone}: {error or type(error).__name__}.") from error


@contextmanager
def _told(client: Any) -> Iterator[None]:
    """Tell in words what became of work that was given out.

    Raises
    ------
    ClusterError
        If several workers died of it, or it is lost.
    """
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker, NoValidWorkerError

    try:
        with _reached(client):
            yield
    except KilledWorker as error:
        raise ClusterError(
            "Got several workers that died one after the other of the same piece of work. "
            "Most likely their memory ran out: give them more, or fewer threads each."
        ) from error
    except (FutureCancelledError, NoValidWorkerError) as error:
        raise ClusterError(f"Got a cluster that lost the work ({error}).") from error


@contextmanager
def joblib_on(cluster: Cluster, shared: Sequence[Any]) -> Iterator[None]:
    """Let joblib give its calls out to a cluster.

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
        _told(cluster.client),
        parallel_config(backend="dask", client=cluster.client, scatter=list(shared)),
    ):
        yield


@contextmanager
def connected(scheduler: str | None = None, workers: int = 1) -> Iterator[Cluster]:
    """Connect to a cluster, or start one on this machine.

    Parameters
    ----------
    scheduler : str, optional
        A scheduler's address, or the file in which it wrote that down.
    workers : int
        Processes to start, where no scheduler is given.

    Raises
    ------
    ConfigError
        If Dask is not installed.
    ClusterError
        If the scheduler does not answer, no worker comes, or one has another
        version of stance.
    """
    try:
        import distributed
    except ImportError as error:
        raise ConfigError(
            f"Got no Dask, which gives the work out. Install it: {install_command('dask')}."
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

    # Of lost workers the caller learns by what becomes of the work. Nothing is shown to the
    # network, and on any free port, since several runs may be at work here.
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
            f"Got the scheduler {scheduler}, which does not answer "
            f"({error or type(error).__name__}). Check that it runs and can be reached from here."
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=COMES_IN)
        except TimeoutError as error:
            raise ClusterError(
                f"Got the scheduler {scheduler}, to which no worker came within "
                f"{COMES_IN:.0f} seconds. Start some, and check that they reach it."
            ) from error
        yield client


def _address(scheduler: str) -> str:
    """Return a scheduler's address, read from the file that it wrote if that is what is named.

    Raises
    ------
    ClusterError
        If it is neither an address nor such a file.
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
    """Refuse workers that would not do the same.

    Raises
    ------
    ClusterError
        If one has no stance, or another version.
    """
    own = toolkit_version()
    # Workers are asked by a function of the standard library, which they have in any case.
    for address, found in client.run(version, DISTRIBUTION, on_error="return").items():
        if isinstance(found, Exception) and not isinstance(found, PackageNotFoundError):
            raise ClusterError(f"Got the worker {address}, which does not answer: {found}.")
        if found != own:
            what = "no stance" if isinstance(found, Exception) else f"stance {found}"
            raise ClusterError(
                f"Got the worker {address} with {what}, but expected {own} as here. "
                "Install the same version everywhere."
            )
