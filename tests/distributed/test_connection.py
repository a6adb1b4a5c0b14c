"""Clusters that do not answer, and workers that would not do the same."""

import re
import signal
import socket
import sys
from importlib.metadata import PackageNotFoundError, version
from threading import Event

import orjson
import pytest

from stance.distribution import DISTRIBUTION, install_command

pytest.importorskip("distributed", reason=f"Dask is not installed: {install_command('dask')}")

from stance.distributed import connection
from stance.distributed.connection import Cluster, Work, connected
from stance.errors import ClusterError, ConfigError

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def cluster():
    with connected(workers=1) as found:
        yield found


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_told_of_in_time(monkeypatch, tmp_path):
    monkeypatch.setattr(connection, "ANSWERS_IN", 1.0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        where = tmp_path / "scheduler.json"
        where.write_bytes(orjson.dumps({"address": address}))
        for name in (address, str(where)):
            with (
                pytest.raises(ClusterError, match=f"{re.escape(name)}.*does not respond"),
                connected(name),
            ):
                pass


@pytest.mark.parametrize("content", [None, b"{", b"[]", b"{}"])
def test_what_is_neither_an_address_nor_a_schedulers_file_is_refused_at_once(tmp_path, content):
    where = tmp_path / "scheduler.json"
    if content is not None:
        where.write_bytes(content)
    with (
        pytest.raises(ClusterError, match=r"scheduler\.json.*expected tcp://HOST:PORT"),
        connected(str(where)),
    ):
        pass


def test_a_scheduler_without_workers_is_not_waited_for_without_end(monkeypatch):
    import distributed

    monkeypatch.setattr(connection, "COMES_IN", 0.5)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as empty,
        pytest.raises(ClusterError, match="no worker joined"),
        connected(empty.scheduler_address),
    ):
        pass


def test_without_dask_the_command_to_install_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match=re.escape(install_command("dask"))), connected():
        pass


class Answering:
    """A client whose workers say what they have installed."""

    def __init__(self, *found):
        self._found = found

    def run(self, call, *arguments, on_error):
        assert (call, arguments, on_error) == (version, (DISTRIBUTION,), "return")
        return {f"tcp://w{n}": found for n, found in enumerate(self._found)}


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ("0.0.1", r"tcp://w1 with stance 0\.0\.1, but expected"),
        (PackageNotFoundError(DISTRIBUTION), "tcp://w1 with no stance"),
        (OSError("gone"), "tcp://w1, which does not respond: gone"),
    ],
)
def test_workers_with_another_stance_or_none_are_refused(found, message):
    connection._check_versions(Answering(version(DISTRIBUTION)))
    with pytest.raises(ClusterError, match=message):
        connection._check_versions(Answering(version(DISTRIBUTION), found))


def test_what_is_carried_is_unpacked_once_and_every_call_is_given_it(cluster):
    name = cluster.broadcast([3], _unpacked)
    works = [cluster.submit(name, list.count, 7) for _ in range(4)]
    found = {work.result() for work in works}
    assert {count for _, count in found} == {3}
    assert {address for address, _ in found} <= set(cluster.client.nthreads())
    near = next(iter(found))[0]
    assert cluster.submit(name, list.__len__, near=near).result() == (near, 4)
    cluster.release(name)
    with pytest.raises(ClusterError, match="has no data for this run"):
        cluster.submit(name, len).result()


def _unpacked(thing):
    return thing * 1 + [7] * thing[0]


def test_what_a_call_raises_comes_back_and_waiting_can_be_stopped(cluster):
    name = cluster.broadcast("x", _refused)
    stop = Event()
    work = cluster.submit(name, len)
    assert work.wait(stop)
    assert work.is_done
    with pytest.raises(ConfigError, match="Got x"):
        work.result()
    name = cluster.broadcast(5, int)
    work = cluster.submit(name, _sleep)
    stop.set()
    assert not work.wait(stop)
    cluster.cancel([work])
    with pytest.raises(ClusterError, match="lost the work"):
        work.result()


def _refused(thing):
    raise ConfigError(f"Got {thing}.")


def _sleep(seconds):
    import time

    time.sleep(seconds)


@pytest.mark.kill
@pytest.mark.slow
def test_a_call_that_kills_its_workers_is_given_up(cluster):
    name = cluster.broadcast(signal.SIGKILL, int)
    with pytest.raises(ClusterError, match="several workers that died"):
        cluster.submit(name, _die).result()


def _die(number):
    import os

    os.kill(os.getpid(), number)


@pytest.mark.slow
def test_a_scheduler_that_goes_away_is_told_of():
    import distributed

    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
    ) as own:
        client = distributed.Client(own, set_as_default=False)
        found = Cluster(client)
        name = found.broadcast(5, int)
        work = found.submit(name, _sleep)
    assert isinstance(work, Work)
    with pytest.raises(ClusterError, match=r"lost the work|cannot be reached"):
        work.result()
    with pytest.raises(ClusterError, match="cannot be reached"):
        found.broadcast(1, int)
    found.release(name)
    found.cancel([work])
    client.close(timeout=2)
