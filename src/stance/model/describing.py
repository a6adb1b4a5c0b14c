"""Adding to the description of a stored model, and checking the results that it takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from stance.errors import CorpusError, ModelError
from stance.model.manifest import MANIFEST, manifest_bytes
from stance.model.model_folder import MANIFEST_LIMIT, read_manifest
from stance.replacing import replacing_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.model.description import ModelDescription
    from stance.model.persistence import StoredModel
    from stance.model.record import TrainingRecord
    from stance.model.reported_results import DivisionFigures, ReportedResults

# Its manifest is read by a class of its own, which has no description.
FORMAT_WITHOUT_DESCRIPTION = 1


def write_description(folder: str | Path, description: ModelDescription) -> None:
    """Replace the description in the manifest of a model; the rest keeps its bytes.

    Raises
    ------
    ModelError
        If the model is of format 1, or none, or the description is too long.
    OutputError
        If the folder cannot be written.
    """
    folder = Path(folder)
    values = orjson.loads(read_manifest(folder))
    if values["format"] == FORMAT_WITHOUT_DESCRIPTION:
        raise ModelError(
            f"Got the model {folder} of format 1, which has no place for a description. Train it "
            "again with 'stance train'."
        )
    values["description"] = description.model_dump()
    data = manifest_bytes(values)
    if len(data) > MANIFEST_LIMIT:
        raise ModelError(
            f"Got notes and results that make {folder / MANIFEST} larger than the "
            f"{MANIFEST_LIMIT:,} bytes of a manifest. Give results with fewer slices."
        )
    with replacing_file(folder / MANIFEST, force=True) as file:
        file.write(data)


def check_results(results: Sequence[ReportedResults], stored: StoredModel) -> None:
    """Refuse results of another corpus or another model.

    Raises
    ------
    CorpusError
        If a cross-validation divided other articles than the model learned
        from, an evaluation tested another model, or labels are not the model's.
    """
    known = set(stored.model.labels)
    for one in results:
        # Labels of slices may be fewer; those of all articles are all that were learned.
        unknown = sorted(set(one.per_class) - known)
        if unknown:
            raise CorpusError(
                f"Got {one.file} with the label {unknown[0]!r}, but the model has only "
                f"{', '.join(map(repr, stored.model.labels))}. Give results of this model's corpus."
            )
        if one.division is not None:
            _check_corpus(one.file, one.division, stored.manifest.record)
        elif one.model not in {None, stored.sha256}:
            raise CorpusError(
                f"Got {one.file}, which tested the model {str(one.model)[:12]}, but expected "
                f"results of this one, {stored.sha256[:12]}. Run 'stance evaluate' again."
            )


def _check_corpus(file: str, division: DivisionFigures, record: TrainingRecord) -> None:
    n = division.n_articles + division.n_always_train
    if n != record.n_articles:
        raise CorpusError(
            f"Got {file}, a cross-validation of {n:,} articles, but the model learned from "
            f"{record.n_articles:,}. Run 'stance crossval' on the same files, with the same "
            "--where and --always-train as 'stance train'."
        )
    found = division.articles_sha256
    if found and record.corpus and found != record.corpus.articles_sha256:
        raise CorpusError(
            f"Got {file}, a cross-validation of {n:,} articles as many as the model learned from, "
            "but their fingerprint is another one: texts, labels, outlets, events or dates "
            "differ. Run 'stance crossval' on the files that the model was trained on."
        )
