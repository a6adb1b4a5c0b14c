"""Saving and loading of models as folders of JSON, word lists and tensors, without code.

Reading is parse, check, build: the manifest is parsed and checked, the size and
sha256 of every file are compared with the manifest, the shape and type of every
tensor with the vocabulary, and only then is the model built.
`stance.model.manifest.FORMAT` increases with any change to the folder; readers of
older formats are kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from pydantic import ValidationError

from stance.corpus.codebook import Codebook
from stance.distribution import installed_versions
from stance.errors import ModelError, OutputError
from stance.features.preparation import Preparation
from stance.features.registry import BLOCKS
from stance.features.stack import FeatureStack, ScaledBlock
from stance.model.config import parse_config
from stance.model.linear import LinearModel
from stance.model.manifest import (
    CARD,
    CODEBOOK,
    COPY_AGAIN,
    FORMAT,
    MANIFEST,
    NORMALIZATION,
    PREPARATION,
    TENSORS,
    FileEntry,
    HeadlineEntry,
    Manifest,
    model_sha256,
    parse_manifest,
)
from stance.model.model_folder import ModelFolder, read_manifest
from stance.model.record import Model
from stance.model.resolve_auto import resolve_auto_by_outlets
from stance.replacing import refuse_existing, replacing_folder
from stance.text.normalization_table import NormalizationTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from stance.model.config import TrainingConfig
    from stance.model.description import ModelDescription

CONTRAST = "domain.contrast"  # a tensor
OUTLETS = "outlets"  # a tensor of each block
PACKAGES = ("stance", "numpy", "scipy", "scikit-learn", "camel-tools")


@dataclass(frozen=True)
class StoredModel:
    """A model and the manifest of its folder.

    Parameters
    ----------
    model : Model
    manifest : Manifest
    sha256 : str
        Hash of the manifest without the description, hexadecimal. The manifest
        has the hashes of all other files.
    size : int
        Bytes of the manifest and the files that it lists.
    """

    model: Model
    manifest: Manifest
    sha256: str
    size: int


def save_model(
    model: Model,
    folder: str | Path,
    *,
    force: bool = False,
    description: ModelDescription | None = None,
    card: Callable[[StoredModel], str] | None = None,
) -> None:
    """Write a model folder atomically: it gets its name only when it is complete.

    Parameters
    ----------
    model : Model
    folder : path
    force : bool
        Whether to replace an existing model.
    description : ModelDescription, optional
        What the manifest keeps besides the model.
    card : callable, optional
        Returns the text of the card; by default the folder gets none.

    Raises
    ------
    OutputError
        If the folder already exists, or cannot be written.
    """
    check_model_target(folder, force=force)
    files = model_files(model)
    stored = as_stored(model, files, description)
    with replacing_folder(folder, force=force) as staging:
        for name, data in files.items():
            (staging / name).write_bytes(data)
        (staging / MANIFEST).write_bytes(stored.manifest.to_bytes())
        if card is not None:
            (staging / CARD).write_text(card(stored), "utf-8", newline="\n")


def as_stored(
    model: Model, files: dict[str, bytes], description: ModelDescription | None = None
) -> StoredModel:
    """Return a model with the manifest that its folder would have.

    Parameters
    ----------
    model : Model
    files : dict of str to bytes
        As `model_files` returns them.
    description : ModelDescription, optional
    """
    manifest = Manifest(
        format=FORMAT,
        labels=list(model.labels),
        temperature=model.linear.temperature,
        headlines=(
            None
            if model.headlines is None
            else HeadlineEntry(temperature=model.headlines.temperature)
        ),
        domain=model.domain,
        record=model.record,
        config=model.config.model_dump(),
        versions=installed_versions(PACKAGES),
        files={name: _entry(data) for name, data in sorted(files.items())},
        description=description,
    )
    return _stored(model, manifest, manifest.to_bytes())


def _stored(model: Model, manifest: Manifest, data: bytes) -> StoredModel:
    size = len(data) + sum(entry.size for entry in manifest.files.values())
    return StoredModel(model, manifest, model_sha256(data), size)


def check_model_target(folder: str | Path, *, force: bool) -> None:
    """Raise an error if a model cannot be written to a folder.

    Raises
    ------
    OutputError
        If it exists and `force` is False, or if it exists and is not a model:
        other folders are never replaced.
    """
    target = Path(folder)
    refuse_existing(target, force=force)
    is_folder = target.is_dir()
    is_model = is_folder and (target / MANIFEST).is_file()
    is_empty = is_folder and not any(target.iterdir())
    if target.exists() and not (is_model or is_empty):
        raise OutputError(
            f"Got {target} as output, which exists and is not a model, but --force replaces only "
            "models. Choose another name."
        )


def load_model(folder: str | Path) -> Model:
    """Read a model folder.

    Parameters
    ----------
    folder : path

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        If it is not a model folder, has a newer format, or any part of it is
        missing, altered, or of the wrong shape or type.
    """
    return read_model(folder).model


def read_model(folder: str | Path) -> StoredModel:
    """Read a model folder together with its manifest; see `load_model`."""
    folder = Path(folder)
    data = read_manifest(folder)
    manifest = parse_manifest(folder, data)
    return _stored(_build(manifest, ModelFolder(folder, manifest)), manifest, data)


def model_files(model: Model) -> dict[str, bytes]:
    """Return the files of a model, without the manifest."""
    from safetensors.numpy import save

    files = {NORMALIZATION: orjson.dumps(model.features.table.to_dict())}
    if model.codebook is not None:
        files[CODEBOOK] = orjson.dumps(model.codebook.to_dict(), option=orjson.OPT_INDENT_2)
    if model.features.preparation is not None:
        files[PREPARATION] = orjson.dumps(model.features.preparation.to_dict())
    tensors: dict[str, NDArray[Any]] = {
        "weights": model.linear.weights,
        "intercepts": model.linear.intercepts,
    }
    if model.headlines is not None:
        tensors["headlines.weights"] = model.headlines.weights
        tensors["headlines.intercepts"] = model.headlines.intercepts
    for name, block, scale, outlets in model.features.blocks:
        own = block.to_files(name)
        files |= own.files
        tensors |= {f"{name}.scale": scale, **own.tensors}
        if outlets is not None:
            tensors[f"{name}.{OUTLETS}"] = outlets
    if model.contrast is not None:
        tensors[CONTRAST] = model.contrast
    files[TENSORS] = save({name: np.ascontiguousarray(t) for name, t in sorted(tensors.items())})
    return files


def _entry(data: bytes) -> FileEntry:
    return FileEntry(size=len(data), sha256=hashlib.sha256(data).hexdigest())


def _build(manifest: Manifest, folder: ModelFolder) -> Model:
    # Settings that an older folder lacks did not exist when it was written.
    config = resolve_auto_by_outlets(parse_config(manifest.config, tell_renamed=False))
    features = _features(config, folder)
    if manifest.domain and features.word_block() is None:
        raise ModelError(f"Got {folder.path} with a domain threshold, but without word features.")
    return Model(
        labels=tuple(manifest.labels),
        config=config,
        features=features,
        linear=_linear(manifest, features, folder),
        record=manifest.record,
        codebook=_codebook(folder),
        domain=manifest.domain,
        headlines=_headlines(manifest, features, folder),
        contrast=_contrast(manifest, features, folder),
    )


def _contrast(
    manifest: Manifest, features: FeatureStack, folder: ModelFolder
) -> NDArray[np.float32] | None:
    """Read the contrast of words; older models have none."""
    block = features.word_block()
    if block is None or manifest.domain is None or manifest.domain.measure != "contrast":
        return None
    return folder.tensor(CONTRAST, np.float32, (len(block.terms),))


def _features(config: TrainingConfig, folder: ModelFolder) -> FeatureStack:
    table = NormalizationTable.from_dict(folder.json(NORMALIZATION))
    blocks: list[ScaledBlock] = []
    for kind in BLOCKS:
        section = config.features.block(kind.name)
        if section.enabled is True:
            block = kind.block.from_files(kind.name, folder, section, table)
            scale = folder.tensor(f"{kind.name}.scale", np.float32, (len(block.terms),))
            outlets = _outlets(kind.name, len(block.terms), folder)
            blocks.append(ScaledBlock(kind.name, block, scale, outlets))
    by_voice = any(part.block.reads_voices for part in blocks)
    preparation = None
    if PREPARATION in folder:
        preparation = Preparation.from_dict(folder.json(PREPARATION), table)
    return FeatureStack(table, blocks, by_voice, preparation)


def _outlets(name: str, n_columns: int, folder: ModelFolder) -> NDArray[np.int32] | None:
    """Read the outlet frequency of a block's columns.

    Models of formats 1 to 5 have none, and neither has one trained without outlets.
    """
    tensor = f"{name}.{OUTLETS}"
    if not folder.has_tensor(tensor):
        return None
    found: NDArray[np.int32] = folder.tensor(tensor, np.int32, (n_columns,))
    if (found < 0).any():
        raise ModelError(
            f"Got the tensor {tensor!r} with numbers of outlets below 0 in {folder.path}, but "
            f"expected counts. {COPY_AGAIN}"
        )
    return found


def _codebook(folder: ModelFolder) -> Codebook | None:
    if CODEBOOK not in folder:
        return None
    try:
        return Codebook.model_validate_json(folder.take(CODEBOOK))
    except ValidationError as error:
        raise ModelError(
            f"Got {folder.path / CODEBOOK}, which is not a codebook ({error.errors()[0]['msg']}). "
            f"{COPY_AGAIN}"
        ) from error


def _linear(manifest: Manifest, features: FeatureStack, folder: ModelFolder) -> LinearModel:
    n_labels = len(manifest.labels)
    if n_labels < 2 or len(set(manifest.labels)) != n_labels:
        raise ModelError(
            f"Got {folder.path} with labels {manifest.labels}, but expected two or more."
        )
    if not all(label.strip() for label in manifest.labels):
        raise ModelError(f"Got {folder.path} with an empty label, but expected a name for each.")
    return _linear_form("", manifest.temperature, n_labels, features, folder)


def _headlines(
    manifest: Manifest, features: FeatureStack, folder: ModelFolder
) -> LinearModel | None:
    if manifest.headlines is None:
        return None
    temperature, n_labels = manifest.headlines.temperature, len(manifest.labels)
    return _linear_form("headlines.", temperature, n_labels, features, folder)


def _linear_form(
    prefix: str, temperature: float, n_labels: int, features: FeatureStack, folder: ModelFolder
) -> LinearModel:
    if not (np.isfinite(temperature) and temperature > 0):
        raise ModelError(
            f"Got {folder.path} with {prefix}temperature={temperature}, but expected more than 0."
        )
    return LinearModel(
        weights=folder.tensor(f"{prefix}weights", np.float32, (features.n_features, n_labels)),
        intercepts=folder.tensor(f"{prefix}intercepts", np.float32, (n_labels,)),
        temperature=temperature,
    )
