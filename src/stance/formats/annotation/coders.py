"""The labels of annotators, from files of annotation tools and tables of any layout."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from stance.corpus.article import RejectedRow
from stance.corpus.label_cells import with_choice
from stance.errors import ConfigError, CorpusError
from stance.formats.annotation.codecs import recognise
from stance.formats.annotations import LongTable, Remark, read_columns, read_long
from stance.formats.inputs import plan_inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stance.formats.annotation.records import Annotation
    from stance.formats.annotations import Annotations
    from stance.formats.source import Source

# The column of the neutral table.
ANNOTATOR = "annotator"
_LOOKED_AT = 100


def read_coders(
    source: Source, annotators: Sequence[str] = (), annotator_field: str | None = None
) -> Annotations:
    """Read the labels of annotators, whatever the layout of the files.

    Parameters
    ----------
    source : Source
        Files of annotation tools, recognised by their content, or tables.
    annotators : sequence of str
        Columns of labels, in a table with a row for each article.
    annotator_field : str, optional
        The column with the annotator's name, in a table with a row for each label. A
        column ``annotator`` is found without it.

    Raises
    ------
    ConfigError
        If both are given, or one is needed.
    CorpusError
        As `read_columns` and `read_long`.
    """
    if annotators and not annotator_field:
        return read_columns(source, annotators)
    if annotator_field and not annotators:
        return read_long(source, annotator_field)
    if annotators:
        raise ConfigError(
            "Got both ways to name annotators. Give --annotator NAME for each column of labels, or "
            "--annotator-field NAME for a table with a row for each label."
        )
    paths = [Path(name) for name in source.files]
    tools = [recognise(path) if path.is_file() else None for path in paths]
    if all(tools) and tools:
        read = (
            (path.name, one)
            for path, tool in zip(paths, tools, strict=True)
            if tool is not None
            for one in tool.codec.read(path)
        )
        return compared(read)
    names = _columns(source)
    if ANNOTATOR in names:
        return read_long(source, ANNOTATOR)
    raise ConfigError(
        f"Got no annotators. Give --annotator NAME for each column of labels, or --annotator-field "
        f"NAME for a table with a row for each label. The fields are: {', '.join(names)}."
    )


def _columns(source: Source) -> list[str]:
    names: dict[str, None] = {}
    for planned in plan_inputs(source):
        for row in islice(planned.rows(source), _LOOKED_AT):
            if not isinstance(row, RejectedRow):
                names.update(dict.fromkeys(row.values))
    return list(names)


def compared(annotations: Iterable[tuple[str, Annotation]]) -> Annotations:
    """Return what people said, as a table of articles and annotators.

    Parameters
    ----------
    annotations : iterable of (str, Annotation)
        Each with the name of its file. Those of models are left out.

    Raises
    ------
    CorpusError
        If an annotator gave several labels, or labelled an article twice.
    """
    table = LongTable(ANNOTATOR)
    for file, one in annotations:
        if one.origin == "model":
            continue
        if len(one.labels) > 1:
            shown = ", ".join(one.labels)
            reason = with_choice(f"are {len(one.labels)} ({shown}), not one: keep one")
            raise CorpusError(
                f"Got {file}, where the labels of {one.annotator!r} for {one.id!r} {reason}."
            )
        confidence = None if one.confidence is None else f"{one.confidence:g}"
        label = one.labels[0] if one.labels else None
        remark = Remark(one.comment, confidence)
        table.add(
            file,
            one.id,
            text=one.text or None,
            annotator=one.annotator,
            label=label,
            remark=remark,
        )
    return table.annotations()
