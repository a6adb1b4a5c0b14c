"""One annotation as a UIMA CAS, the document format of INCEpTION.

A layer of INCEpTION is a type of the CAS. What is said of a whole document is a
feature structure without offsets, which INCEpTION calls document metadata.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from stance.distribution import install_command
from stance.errors import ConfigError, CorpusError
from stance.formats.annotation.records import Annotation, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stance.formats.annotation.records import Origin

# Types that users add to INCEpTION are in this name space.
PREFIX = "webanno.custom.Stance"
ARTICLE, CODING, FIELD, LABEL, SPAN = (
    f"{PREFIX}{name}" for name in ("Article", "Coding", "Field", "Label", "Span")
)
_DOCUMENT, _PLACE = "uima.cas.AnnotationBase", "uima.tcas.Annotation"
# All features are text: INCEpTION shows text as it is, and a number with 17 digits survives.
_LAYERS: dict[str, tuple[str, tuple[str, ...]]] = {
    ARTICLE: (_DOCUMENT, ("article_id", "stratum", "inclusion_probability", "row")),
    CODING: (
        _DOCUMENT,
        ("annotator", "user", "confidence", "time", "origin", "skipped", "comment"),
    ),
    FIELD: (_DOCUMENT, ("name", "value", "position")),
    LABEL: (_DOCUMENT, ("label", "position")),
    SPAN: (_PLACE, ("label", "position")),
}

_ENCODING = re.compile(r"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)")
_SURROGATE = re.compile("[\ud800-\udfff]")


def cassis() -> Any:
    """Return the package that reads and writes CAS.

    Raises
    ------
    ConfigError
        If it is not installed.
    """
    try:
        import cassis
    except ImportError as error:
        raise ConfigError(
            "Got a file of INCEpTION, or the request for one, but the package that reads and "
            f"writes them, dkpro-cassis, is not installed. Install it with: "
            f"{install_command('inception')}"
        ) from error
    return cassis


def type_system() -> Any:
    """Return the layers, as the type system of a CAS."""
    types = cassis().TypeSystem()
    for name, (parent, features) in _LAYERS.items():
        layer = types.create_type(name, parent)
        for feature in features:
            types.create_feature(layer, feature, "uima.cas.String")
    return types


def to_cas(types: Any, annotation: Annotation, row: int, user: str | None) -> Any:
    """Return an annotation as a CAS.

    Parameters
    ----------
    types : cassis.TypeSystem
        As `type_system` returns it.
    annotation : Annotation
    row : int
        Its place in the table.
    user : str, optional
        The name of its file without suffix; None for the article alone, as it is
        imported into INCEpTION.

    Raises
    ------
    ConfigError
        If a span is not in the text, or a text cannot be stored.
    """
    cas = cassis().Cas(types)
    cas.sofa_string, cas.sofa_mime = _storable(annotation.text, annotation.id), "text/plain"

    def add(layer: str, **features: Any) -> None:
        texts = {
            name: _storable(value, annotation.id) if isinstance(value, str) else value
            for name, value in features.items()
        }
        cas.add(types.get_type(layer)(**texts))

    probability = annotation.inclusion_probability
    add(
        ARTICLE,
        article_id=annotation.id,
        stratum=annotation.stratum,
        inclusion_probability=None if probability is None else repr(probability),
        row=str(row),
    )
    for position, (name, value) in enumerate(annotation.fields.items()):
        add(FIELD, name=name, value=value, position=str(position))
    if user is None:
        return cas
    add(CODING, user=user, **_coding(annotation))
    for position, label in enumerate(annotation.labels):
        add(LABEL, label=label, position=str(position))
    for position, span in enumerate(annotation.spans):
        _require_within(span, annotation)
        add(SPAN, begin=span.start, end=span.end, label=span.label, position=str(position))
    return cas


def _coding(annotation: Annotation) -> dict[str, str | None]:
    confidence = annotation.confidence
    return {
        "annotator": annotation.annotator,
        "confidence": None if confidence is None else repr(confidence),
        "time": annotation.time,
        "origin": annotation.origin,
        "skipped": "true" if annotation.skipped else None,
        "comment": annotation.comment,
    }


def _storable(text: str, identifier: str) -> str:
    if found := _SURROGATE.search(text):
        raise ConfigError(
            f"Got the article {identifier!r} with half of a character, {found[0]!r}, which no file "
            "in UTF-8 can hold. Replace it in the article."
        )
    return text


def _require_within(span: Span, annotation: Annotation) -> None:
    if not 0 <= span.start <= span.end <= len(annotation.text):
        raise ConfigError(
            f"Got the span {span.start} to {span.end} of the article {annotation.id!r}, but its "
            f"text has {len(annotation.text):,} characters. Correct the span."
        )


def load_xmi(data: bytes, types: bytes) -> Any:
    """Return the CAS of XMI and its type system.

    Raises
    ------
    CorpusError
        If one of the two declares entities or is not in UTF-8; both are never so in a
        file of INCEpTION.
    """
    reader = cassis()
    return reader.load_cas_from_xmi(
        _plain_xml(data), typesystem=reader.load_typesystem(_plain_xml(types))
    )


def _plain_xml(data: bytes) -> str:
    """Return XML without entities of its own, which could read other files."""
    text = data.decode("utf-8-sig")
    declared = _ENCODING.match(text)
    if "<!DOCTYPE" in text or "\0" in text or (declared and declared[1].lower() != "utf-8"):
        raise CorpusError(
            "Got XML with a document type or an encoding other than UTF-8, but expected XMI as "
            "INCEpTION writes it. Export the documents again."
        )
    return text


def from_cas(cas: Any, document: str, user: str | None) -> tuple[int | None, Annotation]:
    """Return an annotation and its place in the table that was exported.

    Parameters
    ----------
    cas : cassis.Cas
    document : str
        Its name, which is the id of an article that `stance` did not export.
    user : str, optional
        The name of the file without suffix: of the annotator, unless `stance` wrote it.
        None for a file that is not named after an annotator.

    Returns
    -------
    row : int or None
        None for a document that `stance` did not export.
    annotation : Annotation

    Raises
    ------
    ValueError
        If a number in it is none.
    """
    article = next(_features(cas, ARTICLE), {})
    coding = next(_features(cas, CODING), {})
    # A copy that INCEpTION made for another annotator still names the first one.
    own = user is None or coding.get("user") == user
    skipped = coding.get("skipped") in {"true", "yes", "1"}
    row = _whole(article.get("row"))
    return row, Annotation(
        id=article.get("article_id", document),
        text=cas.sofa_string or "",
        annotator=coding.get("annotator") if own else user,
        labels=tuple(one["label"] for one in _features(cas, LABEL) if "label" in one),
        spans=tuple(_spans(cas)),
        confidence=_number(coding.get("confidence"), "confidence"),
        time=coding.get("time") if own else None,
        origin=cast("Origin", coding.get("origin", "human")) if own else "human",
        skipped=skipped,
        comment=coding.get("comment"),
        inclusion_probability=_number(
            article.get("inclusion_probability"), "inclusion probability"
        ),
        stratum=article.get("stratum"),
        fields={one["name"]: one.get("value", "") for one in _features(cas, FIELD)},
    )


def _features(cas: Any, layer: str) -> Iterator[Mapping[str, str]]:
    """Yield the features of each feature structure of a layer, in the order of their positions."""
    for found in _ordered(cas, layer):
        names = _LAYERS[layer][1]
        values = {name: getattr(found, name, None) for name in names}
        yield {name: str(value) for name, value in values.items() if value is not None}


def _spans(cas: Any) -> Iterator[Span]:
    for found in _ordered(cas, SPAN):
        if found.label is not None:
            yield Span(found.begin, found.end, found.label)


def _ordered(cas: Any, layer: str) -> list[Any]:
    """Return the feature structures of a layer; those that annotators added come last."""
    if not cas.typesystem.contains_type(layer):
        return []
    return sorted(cas.select(layer), key=_position)


def _position(found: Any) -> tuple[bool, int]:
    position = _whole(getattr(found, "position", None))
    return position is None, position or 0


def _whole(value: str | None) -> int | None:
    return int(value) if value is not None and value.isdecimal() and len(value) < 10 else None


def _number(value: str | None, name: str) -> float | None:
    """Return a number in [0, 1].

    Raises
    ------
    ValueError
        If it is none.
    """
    if value is None:
        return None
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError(f"a {name} of {value}, but it is from 0 to 1")
    return number
