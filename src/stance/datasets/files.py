"""Locating, verifying and fetching the files of a public data set.

``STANCE_DATA`` names a folder with a subfolder for each data set; if it is set,
nothing is fetched. Otherwise files are kept in the user's cache folder.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from stance.datasets.records import Archive, DataFile, Dataset, find_dataset
from stance.errors import CorpusError
from stance.replacing import replacing_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOCAL_COPY = "STANCE_DATA"
TIMEOUT = 60  # seconds without a byte
RETRIES = 2


def dataset_folder(dataset: Dataset) -> Path:
    """Return the folder of a data set's files, whether or not they have been fetched."""
    local = os.environ.get(LOCAL_COPY)
    if local:
        return Path(local) / dataset.folder
    return user_cache_path("stance") / "datasets" / dataset.folder


def is_here(dataset: Dataset) -> bool:
    """Return whether the files of a data set exist, without reading them."""
    folder = dataset_folder(dataset)
    return all((folder / name).is_file() for name in _expected(_origin(dataset), folder))


def verified_folder(dataset: Dataset) -> Path:
    """Return the folder of a data set after checking the hashes of its files.

    Raises
    ------
    CorpusError
        If it is not on this machine, or a file is missing or differs.
    """
    origin, folder = _origin(dataset), dataset_folder(dataset)
    if not folder.is_dir():
        raise CorpusError(_not_here(dataset, folder))
    _verify(origin, folder)
    return folder


def fetch(dataset: Dataset, *, progress: Callable[[int, int], None] | None = None) -> Path:
    """Fetch the files of a data set unless they exist, and verify them.

    Parameters
    ----------
    dataset : Dataset
    progress : callable, optional
        Called with the number of finished files and the total.

    Returns
    -------
    Path
        The folder with the files. It appears only when it is complete.

    Raises
    ------
    CorpusError
        If a file cannot be downloaded, is incomplete or has a wrong hash, or
        is missing from the local copy.
    """
    origin, folder = _origin(dataset), dataset_folder(dataset)
    if os.environ.get(LOCAL_COPY):
        return verified_folder(dataset)
    if _is_whole(origin, folder):
        return folder
    if dataset.by_hand:
        raise CorpusError(_not_here(dataset, folder))
    tell = progress or (lambda done, total: None)
    with replacing_folder(folder, force=True) as beside:
        wanted = _wanted(origin)
        tell(0, len(wanted))
        for done, (path, url, sha256) in enumerate(wanted, start=1):
            _download(beside / path, url, sha256)
            tell(done, len(wanted))
        _verify(origin, beside)
    return folder


def _is_whole(dataset: Dataset, folder: Path) -> bool:
    """Return whether a data set was fetched before and is still undamaged."""
    try:
        _verify(dataset, folder)
    except CorpusError:
        return False
    return True


def _origin(dataset: Dataset) -> Dataset:
    return find_dataset(dataset.derived_from) if dataset.derived_from else dataset


def _wanted(dataset: Dataset) -> list[tuple[str, str, str | None]]:
    if dataset.archive:
        return [(dataset.archive.path, dataset.archive.url, None)]
    return [(file.path, file.url, file.sha256) for file in dataset.files]


def _expected(dataset: Dataset, folder: Path) -> list[str]:
    if dataset.archive and (folder / dataset.archive.path).is_file():
        return [dataset.archive.path]
    return [file.path for file in dataset.files]


def _not_here(dataset: Dataset, folder: Path) -> str:
    if os.environ.get(LOCAL_COPY):
        return (
            f"Got the data set {dataset.name}, but {LOCAL_COPY} has no folder {folder}, and if it "
            f"is set, nothing is fetched. Put the files there, or unset {LOCAL_COPY}."
        )
    if dataset.by_hand:
        names = ", ".join(file.path for file in dataset.files)
        return (
            f"Got the data set {dataset.name}, which is not on this machine and cannot be fetched. "
            f"{dataset.by_hand} Put {names} into a folder and name that folder in {LOCAL_COPY}. "
            f"Source: {dataset.source}."
        )
    return (
        f"Got the data set {dataset.name}, which is not on this machine, but expected it in "
        f"{folder}. Fetch it with 'stance datasets fetch {dataset.name}'."
    )


def _verify(dataset: Dataset, folder: Path) -> None:
    """Compare every file with its hash."""
    if dataset.archive and (folder / dataset.archive.path).is_file():
        _verify_archive(folder / dataset.archive.path, dataset.archive)
        return
    for file in dataset.files:
        _verify_file(folder / file.path, file)


def _verify_file(path: Path, file: DataFile) -> None:
    try:
        with path.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise CorpusError(
            f"Got no readable {path} ({error.strerror}), but expected it in the data set. "
            "Copy or fetch the data set again."
        ) from error
    if found != file.sha256:
        raise CorpusError(_other_hash(path, found, file.sha256))


def _verify_archive(path: Path, archive: Archive) -> None:
    total = hashlib.sha256()
    hashes = ((name, hashlib.sha256(data).hexdigest()) for name, data in archived_articles(path))
    for name, sha256 in sorted(hashes):
        total.update(f"{sha256}  {name}\n".encode())
    if total.hexdigest() != archive.articles_sha256:
        raise CorpusError(_other_hash(path, total.hexdigest(), archive.articles_sha256))


def _other_hash(path: Path, found: str, expected: str) -> str:
    return (
        f"Got {path.name} with sha256 {found[:16]}…, but expected {expected[:16]}…: it was "
        "altered or cut short. Copy or fetch the data set again."
    )


def archived_articles(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each ``.txt`` file in an archive, in the archive's order.

    Names start with the outlet: GitHub adds a top-level folder, ``git archive``
    does not.

    Raises
    ------
    CorpusError
        If the archive is damaged.
    """
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.name.endswith(".txt") else None
                if file is not None:
                    yield "/".join(member.name.split("/")[-3:]), file.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise CorpusError(
            f"Got {path}, which cannot be read as an archive to its end ({error}). "
            "Copy or fetch the data set again."
        ) from error


def _download(target: Path, url: str, sha256: str | None) -> None:
    """Fetch one file; it gets its name only when it is complete and its hash is right."""
    import pooch
    import requests

    pooch.get_logger().setLevel("ERROR")
    target.parent.mkdir(parents=True, exist_ok=True)
    files = pooch.create(
        target.parent,
        base_url="",
        registry={target.name: sha256},
        urls={target.name: url},
        retry_if_failed=RETRIES,
    )
    try:
        files.fetch(target.name, downloader=pooch.HTTPDownloader(timeout=TIMEOUT))
    except requests.HTTPError as error:
        raise CorpusError(
            f"Got the response {error}, but expected a file. The address may have changed: "
            f"put the files into a folder and set {LOCAL_COPY} to it."
        ) from error
    except requests.RequestException as error:
        raise CorpusError(
            f"Got no complete response from {url} ({type(error).__name__}). Check the network and "
            f"try again, or set {LOCAL_COPY} to a local copy."
        ) from error
    except ValueError as error:
        raise CorpusError(
            f"Got a file from {url} whose sha256 differs from the expected {sha256}. The download "
            "was incomplete, or the file has changed at its source; it was not kept. Try again."
        ) from error
