"""Rendering a report as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stance.reporting.document import (
    Contexts,
    Facts,
    Item,
    MarkedText,
    Note,
    Paragraph,
    Remark,
    Verbatim,
)
from stance.reporting.phrases import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stance.reporting.document import Block, Cell, Document, Table

TERMS = 3

# Underscores inside a word, and brackets that no address follows, are plain text to Markdown.
# A backslash before another character than a punctuation mark is one too.
_INLINE = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)|[`*<]|(?<=\])[(\[:]|&(?=#?\w+;)|(?<!\w)_|_(?!\w)|~(?=~)"
)
# What begins a heading, a quotation, a list or a code block at the start of a line.
_BLOCK = re.compile(r"^(\d*)(#{1,6}(?= |$)|>|[-+](?= |$)|(?<=\d)[.)](?= |$)|={3,}$|-{3,}$)")


def render(document: Document) -> str:
    """Return a document as Markdown."""
    lines = [
        f"# {_line(document.title)}",
        "",
        f"Written by `{document.command}`; not edited by hand.",
    ]
    for section in document.sections:
        if section.heading:
            lines += ["", f"## {_line(section.heading.removesuffix(':'))}"]
        listing = False
        for block in section.blocks:
            # No blank line between the entries of a list.
            lines += [] if listing and isinstance(block, Item) else [""]
            lines += _block(block)
            listing = isinstance(block, Item)
    return "\n".join(lines) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield _line(text)
        case Note(text):
            yield f"> {_line(text)}"
        case Item(text, level):
            yield f"{'  ' * (level - 1)}- {_line(text)}"
        case MarkedText():
            yield _line(block.marked)
        case Contexts():
            yield from _contexts(block)
        case Verbatim(text):
            yield text
        case Facts(facts):
            yield from _grid([("", ""), *facts])
        case _:
            yield from _table(block)


def _contexts(block: Contexts) -> Iterator[str]:
    yield from _grid(
        [
            ("before", "hit", "after", *block.sources),
            *((row.before, row.hit, row.after, *row.source) for row in block.rows),
        ]
    )


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield _line(table.caption)
        yield ""
    missing = [""] * (len(table.columns) - 2)
    heads = tuple(column.name for column in table.columns)
    rows = (
        (row.name, row.text, *missing) if isinstance(row, Remark) else row for row in table.rows
    )
    yield from _grid([heads, *rows])


def _grid(rows: Iterable[tuple[Cell, ...]]) -> Iterator[str]:
    for place, row in enumerate(rows):
        yield f"| {' | '.join(map(_cell, row))} |"
        if place == 0:
            yield "|---" * len(row) + "|"


def _cell(cell: Cell) -> str:
    text = cell if isinstance(cell, str) else "، ".join(cell[:TERMS])
    return _line(text).replace("|", "\\|")


def _line(text: str) -> str:
    return escaped(harmless(" ".join(text.split())))


def escaped(text: str) -> str:
    r"""Escape what Markdown would read as markup or HTML; labels and notes are plain text.

    Examples
    --------
    >>> print(escaped("<b> *x* _y_ pro_sdf [a](b) [0.65, 0.76]"))
    \<b> \*x\* \_y\_ pro_sdf [a]\(b) [0.65, 0.76]
    """
    return _BLOCK.sub(r"\g<1>\\\g<2>", _INLINE.sub(r"\\\g<0>", text))
