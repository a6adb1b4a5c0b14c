"""Disk cache of the kernels' machine code.

A cache file consists of a header line, the hash of the rest, a line of JSON, and
an object file. Files that are incomplete or from another version are ignored:
machine code is run only if its hash matches.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path

from stance.features.compiled.object_code import ObjectCode, processor

MAGIC = b"stance kernel 1\n"
ENDING = ".kernel"
HASH_SIZE = hashlib.sha256().digest_size
SHOWN_DIGITS = 16

FOLDER_VARIABLE = "NUMBA_CACHE_DIR"


class CodeCache:
    """The cache files of one kernel for one signature.

    Parameters
    ----------
    kernel : str
        Module and name of the kernel.
    signature : str
        The types of the kernel's arguments.

    Attributes
    ----------
    folder : Path or None
        The cache folder; None if no folder is writable.
    """

    def __init__(self, kernel: str, signature: str) -> None:
        self._kernel = kernel
        self.folder = cache_folder()
        key = f"{signature} {processor()} {_numba_version()}"
        digest = hashlib.sha256(key.encode()).hexdigest()[:SHOWN_DIGITS]
        self._name = f"{kernel}-{source_digest()[:SHOWN_DIGITS]}-{digest}{ENDING}"

    def read(self) -> ObjectCode | None:
        """Return the cached machine code, or None if there is no valid file."""
        if self.folder is None:
            return None
        path = self.folder / self._name
        try:
            data = path.read_bytes()
        except OSError:  # missing, a folder, or not readable
            return None
        found = _parse(data)
        if found is None:
            with suppress(OSError):
                path.unlink()
        return found

    def write(self, code: ObjectCode) -> None:
        """Store machine code, and delete files from older sources of the kernel."""
        if self.folder is None:
            return
        with suppress(OSError):  # with a full disk, the next start compiles again
            _write_whole(self.folder / self._name, _file_content(code))
        for path in self.folder.glob(f"{self._kernel}-*{ENDING}"):
            if not path.name.startswith(f"{self._kernel}-{source_digest()[:SHOWN_DIGITS]}-"):
                with suppress(OSError):
                    path.unlink()


def _file_content(code: ObjectCode) -> bytes:
    told = {"entry": code.entry, "returned": code.returned, "needed": code.needed}
    body = json.dumps(told).encode() + b"\n" + code.code
    return MAGIC + hashlib.sha256(body).digest() + body


def _parse(data: bytes) -> ObjectCode | None:
    digest, body = data[len(MAGIC) :][:HASH_SIZE], data[len(MAGIC) + HASH_SIZE :]
    if not data.startswith(MAGIC) or hashlib.sha256(body).digest() != digest:
        return None
    head, _, code = body.partition(b"\n")
    return ObjectCode(**json.loads(head), code=code)


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file atomically: it gets its name only when it is complete."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


@cache
def cache_folder() -> Path | None:
    """Return the first writable cache folder, or None.

    The candidates are, in order: ``NUMBA_CACHE_DIR``, ``__pycache__`` next to the
    kernels, and the user's cache folder.
    """
    here = Path(__file__).parent
    own = f"kernels-{hashlib.sha256(str(here).encode()).hexdigest()[:SHOWN_DIGITS]}"
    named = os.environ.get(FOLDER_VARIABLE)
    places = [Path(named) / own] if named else [here / "__pycache__", _user_cache() / own]
    return next(filter(_can_be_written, places), None)


def _user_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("stance")


def _can_be_written(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@cache
def source_digest() -> str:
    """Return a hash of all source files of this folder.

    All files count, because the machine code of a kernel includes that of the
    kernels that it calls.
    """
    digest = hashlib.sha256()
    files = [file for file in resources.files(__package__).iterdir() if file.name.endswith(".py")]
    for file in sorted(files, key=lambda file: file.name):
        source = file.read_bytes()
        digest.update(f"{file.name} {len(source)}\n".encode())
        digest.update(source)
    return digest.hexdigest()


@cache
def _numba_version() -> str:
    from importlib.metadata import version

    return version("numba")
