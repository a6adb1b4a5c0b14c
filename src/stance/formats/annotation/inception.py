"""Files of INCEpTION: a zip archive with a CAS for each article and annotator.

The layout is that of its project export: ``source/DOCUMENT`` to import,
``annotation/DOCUMENT/USER.json`` with what a user said, and
``curation/DOCUMENT/CURATION_USER.json`` with what a curator decided. A CAS is
JSON, XMI beside a ``TypeSystem.xml``, or a zip archive of these two.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from stance.errors import ConfigError, CorpusError, DamagedFileError
from stance.formats.annotation.records import Annotation
from stance.formats.annotation.uima_cas import (
    LABEL,
    cassis,
    from_cas,
    load_xmi,
    to_cas,
    type_system,
)
from stance.formats.damage import DAMAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import BinaryIO

    from stance.formats.annotation.records import CodingTask

Form = Literal["json", "xmi"]

TYPES = "TypeSystem.xml"
TAGSET = "tagset.tsv"
SOURCE, ANNOTATION, CURATION = "source", "annotation", "curation"
# The state of a document before anyone annotated it.
_INITIAL = "INITIAL_CAS"
_SUFFIXES = (".json", ".xmi", ".zip")
_LONGEST_NAME = 60

# Limits on what is in memory at once, in bytes: of one CAS, and of all.
MOST_OF_ONE = 64 * 1024 * 1024
MOST_OF_ALL = 1024 * 1024 * 1024

_JSON_CAS = b'"%FEATURE_STRUCTURES"'


def write(
    annotations: Sequence[Annotation], task: CodingTask, file: BinaryIO, *, form: Form = "json"
) -> None:
    """Write an archive: documents and layers to import, and the annotations that there are.

    Parameters
    ----------
    annotations, task, file
        As for `Codec`.
    form : {"json", "xmi"}
        JSON holds every text. XMI cannot hold control characters.

    Raises
    ------
    ConfigError
        If a label is not among those of the task, or a value cannot be stored.
    """
    _require_labels(annotations, task)
    types = type_system()
    parts = {TYPES: types.to_xml(), TAGSET: _tagset(task)}
    for name, row, annotation, user in _documents(annotations, form):
        parts[name] = _serialised(to_cas(types, annotation, row, user), annotation.id, form)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            # The same table gives the same bytes.
            part = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(part, text, zipfile.ZIP_DEFLATED)


def _require_labels(annotations: Sequence[Annotation], task: CodingTask) -> None:
    known = {label.name for label in task.labels}
    for annotation in annotations:
        for label in annotation.labels:
            if label not in known:
                raise ConfigError(
                    f"Got the label {label!r} of the article {annotation.id!r}, but expected one "
                    f"of {', '.join(sorted(known))}. Correct it, or add it to the codebook."
                )


def _tagset(task: CodingTask) -> str:
    """Return the labels in the form in which INCEpTION imports them: a tag and what it means."""
    rows = [("stance", task.question), *((one.name, one.definition) for one in task.labels)]
    return "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)


def _documents(
    annotations: Sequence[Annotation], form: Form
) -> Iterator[tuple[str, int, Annotation, str | None]]:
    """Yield the name of each file, and the row, the annotation and the user that it is for."""
    rows: dict[str, int] = {}
    for annotation in annotations:
        rows[annotation.id] = rows.get(annotation.id, 0) + 1
    names: dict[str, str] = {}
    users: set[str] = set()
    for row, annotation in enumerate(annotations):
        if annotation.id not in names:
            name = f"{len(names) + 1:05}-{_file_name(annotation.id)}.{form}"
            names[annotation.id] = name
            yield f"{SOURCE}/{name}", row, annotation, None
            if rows[annotation.id] == 1 and not _says_something(annotation):
                continue
        folder = f"{ANNOTATION}/{names[annotation.id]}"
        user = wanted = _file_name(annotation.annotator or "unnamed")
        number = 1
        while f"{folder}/{user}".casefold() in users or user == _INITIAL:
            number += 1
            user = f"{wanted}-{number}"
        users.add(f"{folder}/{user}".casefold())
        yield f"{folder}/{user}.{form}", row, annotation, user


def _says_something(annotation: Annotation) -> bool:
    """Return whether there is more than an article."""
    alone = Annotation(
        annotation.id,
        annotation.text,
        inclusion_probability=annotation.inclusion_probability,
        stratum=annotation.stratum,
        fields=annotation.fields,
    )
    return annotation != alone


def _file_name(text: str) -> str:
    """Return a name that every system can have for a file; the CAS keeps the text itself."""
    return re.sub(r"[^\w-]", "_", text)[:_LONGEST_NAME] or "_"


def _serialised(cas: Any, identifier: str, form: Form) -> str:
    if form == "json":
        text: str = cas.to_json(ensure_ascii=True)
        return text
    try:
        xmi: str = cas.to_xmi()
    except ValueError as error:
        raise ConfigError(
            f"Got the article {identifier!r} with a control character, which XMI cannot hold. "
            "Write JSON, which can."
        ) from error
    return xmi


def recognises(path: Path) -> bool:
    """Return whether a file is an archive or a JSON document of INCEpTION, by its content."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PK"):
        try:
            with zipfile.ZipFile(path) as archive:
                return any(_place(name) for name in archive.namelist())
        except (zipfile.BadZipFile, OSError):
            return False
    return start.lstrip().startswith(b"{") and (b'"%TYPES"' in start or _JSON_CAS in start)


def _place(name: str) -> tuple[str, str, str | None] | None:
    """Return the folder, the document and the user of a part; None for another part."""
    parts = PurePosixPath(name).parts
    if len(parts) == 2 and parts[0] == SOURCE and name.endswith(_SUFFIXES):
        return SOURCE, parts[1], None
    if len(parts) == 3 and parts[0] in {ANNOTATION, CURATION} and name.endswith(_SUFFIXES):
        user = PurePosixPath(parts[2]).stem
        return None if user == _INITIAL else (parts[0], parts[1], user)
    return None


def read(path: Path) -> Iterator[Annotation]:
    """Yield the annotations of a file, and an article without one as itself.

    A curator is the annotator ``CURATION_USER``. The rows that `write` wrote have
    their order; those that INCEpTION added follow.

    Raises
    ------
    CorpusError
        If the file is damaged, too large, or not of INCEpTION.
    ConfigError
        If dkpro-cassis is not installed.
    """
    cassis()
    found = list(_archive(path) if zipfile.is_zipfile(path) else _single(path))
    annotated = {document for folder, document, _, _ in found if folder != SOURCE}
    kept = [
        (len(found) if row is None else row, annotation)
        for folder, document, row, annotation in found
        if folder != SOURCE or document not in annotated
    ]
    yield from (annotation for _, annotation in sorted(kept, key=lambda pair: pair[0]))


_Found = tuple[str, str, "int | None", Annotation]


def _single(path: Path) -> Iterator[_Found]:
    if path.stat().st_size > MOST_OF_ONE:
        raise _too_large(path.name, path.name, MOST_OF_ONE)
    parts = {path.name: path.read_bytes()}
    yield ANNOTATION, path.stem, *_annotation(path, path.name, parts, path.stem, None)


def _archive(path: Path) -> Iterator[_Found]:
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_too_large(path, archive)
            types = archive.read(TYPES) if TYPES in archive.namelist() else b""
            for name in archive.namelist():
                place = _place(name)
                if place is None:
                    continue
                folder, document, user = place
                data = archive.read(name)
                if folder == SOURCE and not _is_cas(name, data):
                    continue  # the text or the page that someone else imported
                parts = {TYPES: types, name: data}
                if name.endswith(".zip"):
                    parts = {**parts, **_inner(path, name, data)}
                yield folder, document, *_annotation(path, name, parts, document, user)
    except DAMAGE as error:
        raise DamagedFileError(
            f"Got {path.name}, which is damaged: {error}. Export the project again."
        ) from error


def _is_cas(name: str, data: bytes) -> bool:
    return (name.endswith(".json") and _JSON_CAS in data) or (
        name.endswith(".xmi") and b"xmi:XMI" in data[:4096]
    )


def _refuse_too_large(path: Path, archive: zipfile.ZipFile) -> None:
    sizes = {part.filename: part.file_size for part in archive.infolist() if _place(part.filename)}
    for name, size in sizes.items():
        if size > MOST_OF_ONE:
            raise _too_large(path.name, name, MOST_OF_ONE)
    if sum(sizes.values()) > MOST_OF_ALL:
        raise _too_large(path.name, "all documents", MOST_OF_ALL)


def _too_large(file: str, part: str, most: int) -> CorpusError:
    return CorpusError(
        f"Got {file}, where {part} would take more than {most:,} bytes. Export fewer documents at "
        "once, or divide the article."
    )


def _inner(path: Path, name: str, data: bytes) -> dict[str, bytes]:
    """Return the parts of an archive in the archive: a CAS and its type system."""
    with zipfile.ZipFile(io.BytesIO(data)) as inner:
        wanted = [part for part in inner.infolist() if part.filename.endswith((".xmi", ".xml"))]
        if sum(part.file_size for part in wanted) > MOST_OF_ONE:
            raise _too_large(path.name, name, MOST_OF_ONE)
        return {part.filename: inner.read(part) for part in wanted}


def _annotation(
    path: Path, name: str, parts: Mapping[str, bytes], document: str, user: str | None
) -> tuple[int | None, Annotation]:
    try:
        cas = _cas(name, parts)
        if user is not None:
            _require_layer(cas, path, name)
        return from_cas(cas, document, user)
    except CorpusError:
        raise
    except Exception as error:
        if isinstance(error, DAMAGE) or type(error).__module__.startswith("cassis"):
            raise DamagedFileError(
                f"Got {path.name}, where {name} cannot be read: {error}. Export it again."
            ) from error
        raise


def _require_layer(cas: Any, path: Path, name: str) -> None:
    if not cas.typesystem.contains_type(LABEL):
        raise CorpusError(
            f"Got {path.name}, where {name} has no layer {LABEL}, but expected the label of the "
            "article in it. Import TypeSystem.xml of 'stance annotate export' as layers of the "
            "project, and annotate with them."
        )


def _cas(name: str, parts: Mapping[str, bytes]) -> Any:
    if name.endswith(".json"):
        data = json.loads(parts[name])
        if not isinstance(data, dict) or not isinstance(data.get("%TYPES"), dict):
            raise CorpusError(
                f"Got {name} without the types of its annotations, but expected JSON CAS with "
                "them. Export it in the format «UIMA CAS JSON 0.4.0»."
            )
        types = _types(json.dumps(data["%TYPES"], sort_keys=True))
        return cassis().load_cas_from_json(
            parts[name].decode(), typesystem=types, merge_typesystem=False
        )
    xmi = next((part for part in parts if part.endswith(".xmi")), name)
    types = next((parts[part] for part in reversed(list(parts)) if part.endswith(".xml")), b"")
    if not types:
        raise CorpusError(f"Got {name} without {TYPES}, but expected it in the same archive.")
    return load_xmi(parts[xmi], types)


@lru_cache(maxsize=8)
def _types(declared: str) -> Any:
    """Return the type system of a JSON CAS, which all documents of a project share."""
    empty = {"%TYPES": json.loads(declared), "%FEATURE_STRUCTURES": [], "%VIEWS": {}}
    return cassis().load_cas_from_json(json.dumps(empty)).typesystem
