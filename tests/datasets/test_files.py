"""Fetching and checking the files of a data set, from a server on this machine."""

import hashlib
import io
import tarfile
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from stance.datasets import files as dataset_files
from stance.datasets.files import dataset_folder, fetch, is_here, verified_folder
from stance.datasets.records import Archive, DataFile, find_dataset
from stance.errors import CorpusError

CONTENT = "s1,s2,stance\nهدأت الجبهة,عاد الهدوء,agree\n".encode()


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder without a word; promises more than it gives for names that say so."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        if "cut-short" not in self.path:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[:20])
        self.close_connection = True


@pytest.fixture
def server(tmp_path):
    """Serve a folder; yields the folder and its address."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = partial(Handler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        Thread(target=httpd.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Give the data sets a cache folder of their own, and no local copy."""
    monkeypatch.delenv("STANCE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(dataset_files, "RETRIES", 0)
    return tmp_path / "cache" / "stance" / "datasets"


def two_files(address, *, content=CONTENT, second="b.csv"):
    sha256 = hashlib.sha256(content).hexdigest()
    files = (
        DataFile("a.csv", f"{address}/a.csv", sha256),
        DataFile("deep/b.csv", f"{address}/{second}", sha256),
    )
    return replace(find_dataset("ans"), name="ours", files=files)


def left_behind(cache):
    return (
        sorted(path.name for path in cache.rglob("*") if path.is_file()) if cache.exists() else []
    )


def test_fetch_brings_every_file_once(server, cache):
    served, address = server
    for name in ("a.csv", "b.csv"):
        (served / name).write_bytes(CONTENT)
    dataset = two_files(address)
    assert not is_here(dataset)
    steps = []
    folder = fetch(dataset, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(0, 2), (1, 2), (2, 2)]
    assert folder == cache / "ours"
    assert (folder / "deep" / "b.csv").read_bytes() == CONTENT
    assert is_here(dataset)
    for name in ("a.csv", "b.csv"):
        (served / name).unlink()
    assert fetch(dataset) == folder  # nothing left to fetch it from: it was not tried
    assert left_behind(cache) == ["a.csv", "b.csv"]


def test_a_damaged_copy_is_told_and_fetched_again(server):
    served, address = server
    for name in ("a.csv", "b.csv"):
        (served / name).write_bytes(CONTENT)
    dataset = two_files(address)
    folder = fetch(dataset)
    (folder / "a.csv").write_bytes(CONTENT[:-5])
    with pytest.raises(CorpusError, match=r"a\.csv with sha256"):
        verified_folder(dataset)
    fetch(dataset)
    assert (verified_folder(dataset) / "a.csv").read_bytes() == CONTENT


def test_another_file_than_expected_leaves_nothing(server, cache):
    served, address = server
    (served / "a.csv").write_bytes(CONTENT)
    (served / "b.csv").write_bytes(CONTENT + b"more")
    with pytest.raises(CorpusError, match=r"b\.csv.*whose sha256 differs"):
        fetch(two_files(address))
    assert left_behind(cache) == []


def test_half_a_download_leaves_nothing(server, cache):
    served, address = server
    (served / "a.csv").write_bytes(CONTENT)
    with pytest.raises(CorpusError, match=r"cut-short\.csv"):
        fetch(two_files(address, second="cut-short.csv"))
    assert left_behind(cache) == []


def test_a_file_that_is_gone(server, cache):
    served, address = server
    (served / "a.csv").write_bytes(CONTENT)
    with pytest.raises(CorpusError, match=r"the response 404 .*/b\.csv"):
        fetch(two_files(address))
    assert left_behind(cache) == []


def test_no_network(cache):
    with pytest.raises(CorpusError, match="Check the network"):
        fetch(two_files("http://127.0.0.1:9"))
    assert left_behind(cache) == []


def test_what_was_never_fetched_says_how_to():
    with pytest.raises(CorpusError, match="stance datasets fetch ours"):
        verified_folder(two_files("http://127.0.0.1:9"))


def test_a_local_copy_is_checked_and_never_fetched(tmp_path, monkeypatch, server):
    served, address = server
    for name in ("a.csv", "b.csv"):
        (served / name).write_bytes(CONTENT)
    monkeypatch.setenv("STANCE_DATA", str(tmp_path / "local"))
    dataset = two_files(address)
    with pytest.raises(CorpusError, match="nothing is fetched"):
        fetch(dataset)
    (tmp_path / "local" / "ours" / "deep").mkdir(parents=True)
    (tmp_path / "local" / "ours" / "a.csv").write_bytes(CONTENT)
    with pytest.raises(CorpusError, match=r"no readable .*b\.csv"):
        fetch(dataset)
    (tmp_path / "local" / "ours" / "deep" / "b.csv").write_bytes(CONTENT)
    assert fetch(dataset) == tmp_path / "local" / "ours" == dataset_folder(dataset)


def pack(pages, mode, prefix=""):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, content in pages.items():
            member = tarfile.TarInfo(prefix + name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def test_an_archive_is_known_by_its_articles_and_not_by_its_packing(server, cache):
    served, address = server
    pages = {"Outlet/sport/2.txt": b"two", "Outlet/sport/1.txt": b"one", "README.md": b"x"}
    lines = "".join(
        f"{hashlib.sha256(pages[name]).hexdigest()}  {name}\n" for name in sorted(pages)[:2]
    )
    archive = Archive("x.tar.gz", f"{address}/x", hashlib.sha256(lines.encode()).hexdigest())
    packed = (DataFile("x.tar.xz", f"{address}/y", "0" * 64),)
    dataset = replace(find_dataset("ant"), name="packed", files=packed, archive=archive)
    (served / "x").write_bytes(pack(pages, "w:gz", "tree-of-a-commit/"))
    assert fetch(dataset) == cache / "packed"
    pages["Outlet/sport/1.txt"] = b"altered"
    (cache / "packed" / "x.tar.gz").write_bytes(pack(pages, "w:gz"))
    with pytest.raises(CorpusError, match="altered or cut short"):
        verified_folder(dataset)
    (cache / "packed" / "x.tar.gz").write_bytes(pack(pages, "w:gz")[:60])
    with pytest.raises(CorpusError, match=r"x\.tar\.gz"):
        verified_folder(dataset)
