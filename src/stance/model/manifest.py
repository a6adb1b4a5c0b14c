"""The manifest of a model folder, in the current format and all older ones."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stance.errors import ModelError
from stance.features.registry import BLOCKS
from stance.model.description import ModelDescription
from stance.model.record import Domain, TrainingRecord

if TYPE_CHECKING:
    from pathlib import Path

# Increased with every change of the set of files or of the meaning of one.
FORMAT = 6

# It has the current manifest, and a normalisation table of format 1.
FORMAT_OF_OLD_TABLES = 2

MANIFEST = "manifest.json"
NORMALIZATION = "normalization.json"
CODEBOOK = "codebook.json"
PREPARATION = "preparation.json"
TENSORS = "weights.safetensors"
# For readers: no part of the model, so that the manifest does not list it.
CARD = "card.md"
KNOWN_FILES = frozenset(
    {NORMALIZATION, CODEBOOK, PREPARATION, TENSORS, *(f for kind in BLOCKS for f in kind.files)}
)

COPY_AGAIN = "The model is damaged: copy it again from its source."


class FileEntry(BaseModel):
    """Size in bytes and hexadecimal sha256 of one file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    size: int
    sha256: str


class HeadlineEntry(BaseModel):
    """What the manifest has of the classifier of headlines."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    temperature: float


class ManifestV1(BaseModel):
    """The manifest of format 1, which has no domain."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: Annotated[int, Field(ge=1, le=1)]
    labels: list[str]
    temperature: float
    record: TrainingRecord
    config: dict[str, Any]
    versions: dict[str, str]
    files: dict[str, FileEntry]

    def upgrade(self) -> Manifest:
        """Convert to the current manifest."""
        values = dict(self)
        values["config"] = _with_settings_of_format_2(_with_settings_of_format_1(self.config))
        return Manifest(domain=None, **values)


def _with_settings_of_format_1(config: dict[str, Any]) -> dict[str, Any]:
    """Add settings that format 1 did not have; the result is validated later."""
    match config:
        case {"features": {"lexicon": dict() as lexicon} as features}:
            chosen = {"sides": "rate", **lexicon}
            return {**config, "features": {**features, "lexicon": chosen}}
    return config


def _with_settings_of_format_2(config: dict[str, Any]) -> dict[str, Any]:
    """Turn off `letter_forms`, which format 2 did not have."""
    match config:
        case {"normalization": dict() as normalization}:
            return {**config, "normalization": {"letter_forms": False, **normalization}}
    return config


class Manifest(BaseModel):
    """The manifest of a model folder.

    `format` is that of the folder, which may be older than the current one.
    `description` is what people add; the model is the same without it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: Annotated[int, Field(ge=1, le=FORMAT)]
    labels: list[str]
    temperature: float
    headlines: HeadlineEntry | None = None
    domain: Domain | None
    record: TrainingRecord
    config: dict[str, Any]
    versions: dict[str, str]
    files: dict[str, FileEntry]
    description: ModelDescription | None = None

    def to_bytes(self) -> bytes:
        """Return the manifest as it is stored."""
        values = self.model_dump()
        if self.description is None:
            del values["description"]
        return manifest_bytes(values)


def manifest_bytes(values: dict[str, Any]) -> bytes:
    """Return the values of a manifest as they are stored."""
    return orjson.dumps(values, option=orjson.OPT_INDENT_2) + b"\n"


def model_sha256(data: bytes) -> str:
    """Return the hash of a model: of its manifest without the description.

    So an author or a note that is added later leaves the hash as it is.
    """
    values = orjson.loads(data)
    if "description" in values:
        del values["description"]
        data = manifest_bytes(values)
    return hashlib.sha256(data).hexdigest()


def parse_manifest(folder: Path, data: bytes) -> Manifest:
    """Parse the manifest of a folder, of any known format.

    Raises
    ------
    ModelError
        If it is not a manifest, has a newer format, or names a file that no
        model has.
    """
    try:
        values = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ModelError(
            f"Got {folder / MANIFEST}, which is not JSON ({error}). {COPY_AGAIN}"
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
            f"Got {folder / MANIFEST}, in which {place} is wrong: {fault['msg']}. {COPY_AGAIN}"
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
