"""A model as a folder of JSON, word lists and tensors; reading it runs no code.

Reading is parse, check, build: the manifest is parsed and checked, every
file is compared with the size and sha256 that the manifest gives, every tensor
with the shape and type that the vocabulary asks for, and only then is a model
built. `FORMAT` goes up with any change to the folder; a reader for each older
format stays.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from operator import lt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stance.corpus.codebook import Codebook
from stance.distribution import installed_versions
from stance.errors import ModelError, OutputError
from stance.features.familiarity import block_of_words
from stance.features.lexicon import Lexicon, LexiconBlock
from stance.features.preparation import Preparation
from stance.features.stack import FeatureStack, ScaledBlock
from stance.features.tfidf import TfidfBlock
from stance.model.config import parse_config
from stance.model.linear import LinearModel
from stance.model.record import Domain, Model, TrainingRecord
from stance.model.settling import settle
from stance.replacing import refuse_existing, replacing_folder
from stance.text.normalization_table import NormalizationTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = 3

# Its manifest is that of today; its normalisation table is of format 1.
FORMAT_OF_OLD_TABLES = 2

MANIFEST = "manifest.json"
NORMALIZATION = "normalization.json"
LEXICON = "lexicon.json"
CODEBOOK = "codebook.json"
PREPARATION = "preparation.json"
TENSORS = "weights.safetensors"
TFIDF_BLOCKS = ("word", "char")
KNOWN_FILES = frozenset(
    {NORMALIZATION, LEXICON, CODEBOOK, PREPARATION, TENSORS, *(f"{b}.txt" for b in TFIDF_BLOCKS)}
)

# A manifest is a page or two; anything larger is not one, and is not read into memory.
MANIFEST_LIMIT = 4_000_000

# Trained values stay below a thousand; far beyond it, sums of them overflow.
LARGEST_VALUE = 1e12

PACKAGES = ("stance", "numpy", "scipy", "scikit-learn", "camel-tools")


class FileEntry(BaseModel):
    """Size in bytes and hexadecimal sha256 of one file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    size: int
    sha256: str


class ManifestV1(BaseModel):
    """What a model folder of format 1 said of itself: nothing of a domain."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: Annotated[int, Field(ge=1, le=1)]
    labels: list[str]
    temperature: float
    record: TrainingRecord
    config: dict[str, Any]
    versions: dict[str, str]
    files: dict[str, FileEntry]

    def upgrade(self) -> Manifest:
        """Return what the folder would say today."""
        values = dict(self)
        values["config"] = _with_settings_of_format_2(_with_settings_of_format_1(self.config))
        return Manifest(domain=None, **values)


def _with_settings_of_format_1(config: dict[str, Any]) -> dict[str, Any]:
    """Spell out what format 1 did before there was a choice; a wrong shape is found later."""
    match config:
        case {"features": {"lexicon": dict() as lexicon} as features}:
            chosen = {"sides": "rate", **lexicon}
            return {**config, "features": {**features, "lexicon": chosen}}
    return config


def _with_settings_of_format_2(config: dict[str, Any]) -> dict[str, Any]:
    """Say that letter forms stayed, as they did before there was a choice."""
    match config:
        case {"normalization": dict() as normalization}:
            return {**config, "normalization": {"letter_forms": False, **normalization}}
    return config


class Manifest(BaseModel):
    """What a model folder says of itself.

    `format` is the folder's own, which may be older than this.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: Annotated[int, Field(ge=1, le=FORMAT)]
    labels: list[str]
    temperature: float
    domain: Domain | None
    record: TrainingRecord
    config: dict[str, Any]
    versions: dict[str, str]
    files: dict[str, FileEntry]


@dataclass(frozen=True)
class StoredModel:
    """A model and the folder's own description."""

    model: Model
    manifest: Manifest
    sha256: str
    size: int


def save_model(model: Model, folder: str | Path, *, force: bool = False) -> None:
    """Write a model folder; it appears under its name only when it is complete.

    Parameters
    ----------
    model : Model
    folder : path
    force : bool
        Whether to replace a model that is there.

    Raises
    ------
    OutputError
        If something is there already, or the folder cannot be written.
    """
    check_model_target(folder, force=force)
    files = _contents(model)
    manifest = Manifest(
        format=FORMAT,
        labels=list(model.labels),
        temperature=model.linear.temperature,
        domain=model.domain,
        record=model.record,
        config=model.config.model_dump(),
        versions=installed_versions(PACKAGES),
        files={name: _entry(data) for name, data in sorted(files.items())},
    )
    with replacing_folder(folder, force=force) as beside:
        for name, data in files.items():
            (beside / name).write_bytes(data)
        (beside / MANIFEST).write_bytes(
            orjson.dumps(manifest.model_dump(), option=orjson.OPT_INDENT_2) + b"\n"
        )


def check_model_target(folder: str | Path, *, force: bool) -> None:
    """Refuse to put a model where something else is.

    Raises
    ------
    OutputError
        If something is there and `force` is off, or it is no model: a
        mistyped folder is never removed.
    """
    target = Path(folder)
    refuse_existing(target, force=force)
    is_folder = target.is_dir()
    is_model = is_folder and (target / MANIFEST).is_file()
    is_empty = is_folder and not any(target.iterdir())
    if target.exists() and not (is_model or is_empty):
        raise OutputError(
            f"Got {target} as output, but what stands there is not a model, and --force replaces "
            "models only. Choose another name."
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
        If it is not a model folder, comes from a newer format, or any part of
        it is missing, altered, or of the wrong shape or type.
    """
    return read_model(folder).model


def read_model(folder: str | Path) -> StoredModel:
    """Read a model folder together with its manifest; see `load_model`."""
    folder = Path(folder)
    data = _read_manifest(folder)
    manifest = _parse_manifest(folder, data)
    files = {name: _read_file(folder, name, entry) for name, entry in manifest.files.items()}
    model = _build(folder, manifest, files)
    size = len(data) + sum(entry.size for entry in manifest.files.values())
    return StoredModel(model, manifest, hashlib.sha256(data).hexdigest(), size)


def _contents(model: Model) -> dict[str, bytes]:
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
    for name, block, scale in model.features.blocks:
        tensors[f"{name}.scale"] = scale
        if isinstance(block, TfidfBlock):
            tensors[f"{name}.idf"] = block.idf
            files[f"{name}.txt"] = "".join(f"{term}\n" for term in block.terms).encode()
        elif isinstance(block, LexiconBlock):
            files[LEXICON] = orjson.dumps(block.lexicon.to_dict())
    files[TENSORS] = save({name: np.ascontiguousarray(t) for name, t in sorted(tensors.items())})
    return files


def _entry(data: bytes) -> FileEntry:
    return FileEntry(size=len(data), sha256=hashlib.sha256(data).hexdigest())


def _read_manifest(folder: Path) -> bytes:
    if not folder.exists():
        raise ModelError(f"Got the model {folder}, but there is no such folder.")
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


def _parse_manifest(folder: Path, data: bytes) -> Manifest:
    try:
        values = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ModelError(
            f"Got {folder / MANIFEST}, which is not JSON ({error}). {_COPY_AGAIN}"
        ) from error
    number = values.get("format") if isinstance(values, dict) else None
    if isinstance(number, int) and not isinstance(number, bool) and number > FORMAT:
        raise ModelError(
            f"Got the model {folder} of format {number}, but this version of stance reads formats "
            f"up to {FORMAT}. Upgrade stance."
        )
    try:
        manifest = _parse_values(values)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"])) or "the whole"
        raise ModelError(
            f"Got {folder / MANIFEST}, in which {place} is wrong: {fault['msg']}. {_COPY_AGAIN}"
        ) from error
    for name in manifest.files:
        if name not in KNOWN_FILES:
            raise ModelError(
                f"Got a manifest in {folder} that names the file {name!r}, but expected only "
                f"{', '.join(sorted(KNOWN_FILES))}. Do not trust this model."
            )
    return manifest


def _parse_values(values: Any) -> Manifest:
    """Parse a manifest of any known format."""
    number = values.get("format") if isinstance(values, dict) else None
    if type(number) is int and number == 1:
        return ManifestV1.model_validate(values).upgrade()
    manifest = Manifest.model_validate(values)
    if manifest.format == FORMAT_OF_OLD_TABLES:
        config = _with_settings_of_format_2(manifest.config)
        return manifest.model_copy(update={"config": config})
    return manifest


_COPY_AGAIN = "The model is damaged: copy it again from its source."


def _refuse_link(folder: Path, path: Path) -> None:
    if path.is_symlink() or path.resolve().parent != folder.resolve():
        raise ModelError(
            f"Got {path}, which is a link, but expected a file inside the model folder. "
            "Do not trust this model."
        )


def _read_file(folder: Path, name: str, entry: FileEntry) -> bytes:
    """Read one file of known name, if it is just what the manifest says."""
    path = folder / name
    _refuse_link(folder, path)
    if not path.is_file():
        raise ModelError(f"Got the model {folder} without its file {name}. {_COPY_AGAIN}")
    size = path.stat().st_size
    if size != entry.size:
        raise ModelError(
            f"Got {path} of {size:,} bytes, but expected {entry.size:,}. {_COPY_AGAIN}"
        )
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        raise ModelError(
            f"Got {path}, whose content is not what was saved (its sha256 differs). {_COPY_AGAIN}"
        )
    return data


def _build(folder: Path, manifest: Manifest, files: dict[str, bytes]) -> Model:
    # A setting that an older folder does not name was not there to be set.
    config = settle(parse_config(manifest.config))
    table = NormalizationTable.from_dict(_json(folder, NORMALIZATION, files))
    tensors = _Tensors(folder, _take(folder, TENSORS, files))
    blocks: list[ScaledBlock] = []
    for name in TFIDF_BLOCKS:
        section = getattr(config.features, name)
        if section.enabled:
            terms = _terms(folder, name, files)
            idf = tensors.take(f"{name}.idf", np.float64, (len(terms),))
            block = TfidfBlock(section.options(), terms, idf)
            scale = tensors.take(f"{name}.scale", np.float32, (len(terms),))
            blocks.append(ScaledBlock(name, block, scale))
    by_voice = config.features.lexicon.enabled is True
    if by_voice:
        lexicon = LexiconBlock.of(
            Lexicon.from_dict(_json(folder, LEXICON, files)),
            table,
            sides=config.features.lexicon.sides,
            log_rates=config.features.lexicon.log_rates is True,
        )
        scale = tensors.take("lexicon.scale", np.float32, (len(lexicon.terms),))
        blocks.append(ScaledBlock("lexicon", lexicon, scale))
    preparation = None
    if PREPARATION in files:
        preparation = Preparation.from_dict(_json(folder, PREPARATION, files), table)
    features = FeatureStack(table, blocks, by_voice, preparation)
    if manifest.domain and block_of_words(features) is None:
        raise ModelError(f"Got {folder} with a domain, but without words to know it by.")
    linear = _linear(folder, manifest, features, tensors)
    return Model(
        labels=tuple(manifest.labels),
        config=config,
        features=features,
        linear=linear,
        record=manifest.record,
        codebook=_codebook(folder, files),
        domain=manifest.domain,
    )


def _codebook(folder: Path, files: dict[str, bytes]) -> Codebook | None:
    if CODEBOOK not in files:
        return None
    try:
        return Codebook.model_validate_json(files[CODEBOOK])
    except ValidationError as error:
        raise ModelError(
            f"Got {folder / CODEBOOK}, which is no codebook ({error.errors()[0]['msg']}). "
            f"{_COPY_AGAIN}"
        ) from error


def _linear(
    folder: Path, manifest: Manifest, features: FeatureStack, tensors: _Tensors
) -> LinearModel:
    n_labels = len(manifest.labels)
    if n_labels < 2 or len(set(manifest.labels)) != n_labels:
        raise ModelError(f"Got {folder} with labels {manifest.labels}, but expected two or more.")
    if not all(label.strip() for label in manifest.labels):
        raise ModelError(f"Got {folder} with an empty label, but expected a name for each.")
    if not (np.isfinite(manifest.temperature) and manifest.temperature > 0):
        raise ModelError(
            f"Got {folder} with temperature={manifest.temperature}, but expected more than 0."
        )
    return LinearModel(
        weights=tensors.take("weights", np.float32, (features.n_features, n_labels)),
        intercepts=tensors.take("intercepts", np.float32, (n_labels,)),
        temperature=manifest.temperature,
    )


def _take(folder: Path, name: str, files: dict[str, bytes]) -> bytes:
    if name not in files:
        raise ModelError(f"Got a manifest in {folder} that leaves out {name}. {_COPY_AGAIN}")
    return files[name]


def _json(folder: Path, name: str, files: dict[str, bytes]) -> Any:
    try:
        return orjson.loads(_take(folder, name, files))
    except orjson.JSONDecodeError as error:
        raise ModelError(f"Got {folder / name}, which is not JSON. {_COPY_AGAIN}") from error


def _terms(folder: Path, name: str, files: dict[str, bytes]) -> list[str]:
    data = _take(folder, f"{name}.txt", files)
    try:
        terms = data.decode().split("\n")
    except UnicodeDecodeError as error:
        raise ModelError(f"Got {folder}/{name}.txt, which is not UTF-8. {_COPY_AGAIN}") from error
    # In order, so that none stands twice and none is empty.
    if terms.pop() != "" or not all(map(lt, ["", *terms], terms)):
        raise ModelError(
            f"Got {folder}/{name}.txt, but expected one term to a line, in order, none twice. "
            f"{_COPY_AGAIN}"
        )
    return terms


class _Tensors:
    """Tensors of a safetensors file, each checked as it is taken."""

    def __init__(self, folder: Path, data: bytes) -> None:
        from safetensors import SafetensorError
        from safetensors.numpy import load

        self._path = folder / TENSORS
        try:
            self._tensors = load(data)
        except (SafetensorError, KeyError, ValueError, TypeError) as error:
            raise ModelError(
                f"Got {self._path}, which is not a safetensors file ({error}). {_COPY_AGAIN}"
            ) from error

    def take(self, name: str, dtype: type[np.generic], shape: tuple[int, ...]) -> NDArray[Any]:
        if name not in self._tensors:
            raise ModelError(f"Got {self._path} without the tensor {name!r}. {_COPY_AGAIN}")
        tensor = self._tensors[name]
        if tensor.dtype != dtype:
            raise ModelError(
                f"Got the tensor {name!r} of type {tensor.dtype} in {self._path}, but expected "
                f"{np.dtype(dtype)}. {_COPY_AGAIN}"
            )
        if tensor.shape != shape:
            raise ModelError(
                f"Got the tensor {name!r} of shape {tensor.shape} in {self._path}, but expected "
                f"{shape}. {_COPY_AGAIN}"
            )
        if not np.isfinite(tensor).all():
            raise ModelError(
                f"Got the tensor {name!r} with values that are no numbers in {self._path}. "
                f"{_COPY_AGAIN}"
            )
        if tensor.size and np.abs(tensor).max() > LARGEST_VALUE:
            raise ModelError(
                f"Got the tensor {name!r} with values beyond {LARGEST_VALUE:g} in {self._path}, "
                f"which no training gives. {_COPY_AGAIN}"
            )
        return tensor
