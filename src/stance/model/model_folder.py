"""Verified reading of the files of a model folder; no code is executed."""

from __future__ import annotations

import hashlib
from operator import lt
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from stance.errors import ModelError
from stance.model.manifest import COPY_AGAIN, MANIFEST, TENSORS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from stance.model.manifest import FileEntry, Manifest

# A manifest has a few kilobytes; a larger file is not one and is not read into memory.
MANIFEST_LIMIT = 4_000_000

# Trained values are below a thousand; sums of far larger ones could overflow.
LARGEST_VALUE = 1e12


def read_manifest(folder: Path) -> bytes:
    """Return the manifest of a folder, unparsed.

    Raises
    ------
    ModelError
        If the folder has no manifest.
    """
    if not folder.exists():
        raise ModelError(f"Got the model {folder}, but this folder does not exist.")
    if not folder.is_dir():
        raise ModelError(
            f"Got the model {folder}, which is a file, but expected a model folder as written by "
            "'stance train'. Pickle and joblib files are never opened, since they can run code."
        )
    path = folder / MANIFEST
    _refuse_link(folder, path)
    if not path.is_file():
        raise ModelError(
            f"Got the folder {folder} without {MANIFEST}, but expected a model as written by "
            "'stance train'."
        )
    if path.stat().st_size > MANIFEST_LIMIT:
        raise ModelError(f"Got a {MANIFEST} of over {MANIFEST_LIMIT:,} bytes in {folder}.")
    return path.read_bytes()


class ModelFolder:
    """The files of a model folder, verified against its manifest.

    Parameters
    ----------
    path : Path
    manifest : Manifest

    Raises
    ------
    ModelError
        If a file is missing, or its size or sha256 differs from the manifest.
    """

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self._files = {
            name: _read_file(path, name, entry) for name, entry in manifest.files.items()
        }
        self._tensors = _load_tensors(path / TENSORS, self.take(TENSORS))

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def take(self, name: str) -> bytes:
        """Return the content of a file."""
        if name not in self._files:
            raise ModelError(f"Got a manifest in {self.path} that leaves out {name}. {COPY_AGAIN}")
        return self._files[name]

    def json(self, name: str) -> Any:
        """Return the content of a JSON file."""
        try:
            return orjson.loads(self.take(name))
        except orjson.JSONDecodeError as error:
            raise ModelError(f"Got {self.path / name}, which is not JSON. {COPY_AGAIN}") from error

    def terms(self, name: str) -> list[str]:
        """Return the lines of a file of terms, which must be sorted by code point and unique."""
        try:
            terms = self.take(name).decode().split("\n")
        except UnicodeDecodeError as error:
            raise ModelError(f"Got {self.path / name}, which is not UTF-8. {COPY_AGAIN}") from error
        # Strictly ascending, so none is repeated and none is empty.
        if terms.pop() != "" or not all(map(lt, ["", *terms], terms)):
            raise ModelError(
                f"Got {self.path / name}, but expected one term per line, sorted and unique. "
                f"{COPY_AGAIN}"
            )
        return terms

    def has_tensor(self, name: str) -> bool:
        """Return whether the folder has a tensor that not every model has."""
        return name in self._tensors

    def tensor(self, name: str, dtype: type[np.generic], shape: tuple[int, ...]) -> NDArray[Any]:
        """Return a tensor after checking its type, shape and range of values."""
        place = self.path / TENSORS
        if name not in self._tensors:
            raise ModelError(f"Got {place} without the tensor {name!r}. {COPY_AGAIN}")
        tensor = self._tensors[name]
        if tensor.dtype != dtype:
            raise ModelError(
                f"Got the tensor {name!r} of type {tensor.dtype} in {place}, but expected "
                f"{np.dtype(dtype)}. {COPY_AGAIN}"
            )
        if tensor.shape != shape:
            raise ModelError(
                f"Got the tensor {name!r} of shape {tensor.shape} in {place}, but expected "
                f"{shape}. {COPY_AGAIN}"
            )
        if not np.isfinite(tensor).all():
            raise ModelError(
                f"Got the tensor {name!r} with values that are not finite in {place}. {COPY_AGAIN}"
            )
        if tensor.size and np.abs(tensor).max() > LARGEST_VALUE:
            raise ModelError(
                f"Got the tensor {name!r} with values beyond {LARGEST_VALUE:g} in {place}, "
                f"which training never produces. {COPY_AGAIN}"
            )
        return tensor


def _load_tensors(path: Path, data: bytes) -> dict[str, NDArray[Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return load(data)
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise ModelError(
            f"Got {path}, which is not a safetensors file ({error}). {COPY_AGAIN}"
        ) from error


def _refuse_link(folder: Path, path: Path) -> None:
    if path.is_symlink() or path.resolve().parent != folder.resolve():
        raise ModelError(
            f"Got {path}, which is a link, but expected a file inside the model folder. "
            "Do not trust this model."
        )


def _read_file(folder: Path, name: str, entry: FileEntry) -> bytes:
    """Read one file and compare its size and sha256 with the manifest."""
    path = folder / name
    _refuse_link(folder, path)
    if not path.is_file():
        raise ModelError(f"Got the model {folder} without its file {name}. {COPY_AGAIN}")
    size = path.stat().st_size
    if size != entry.size:
        raise ModelError(f"Got {path} of {size:,} bytes, but expected {entry.size:,}. {COPY_AGAIN}")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        raise ModelError(
            f"Got {path}, whose content was changed after saving (its sha256 differs). {COPY_AGAIN}"
        )
    return data
