"""The columns of a workbook to code in, and what its cells show of an annotation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stance.formats.annotation.records import Annotation

# The sheet of articles is the first: pandas, saving again, keeps no other.
INSTRUCTIONS, LABELS = "instructions", "labels"
INSTRUCTION_COLUMNS = ("البند Item", "النص Text")
CODER = "المرمّز Coder"
RECORD = "stance_record"
SHOWN = ("title", "outlet", "published")
ANSWERS = ("label", "confidence", "comment", "skipped")
SKIPPED = "yes"

# Excel cuts a cell at 32,767 UTF-16 units; these code points may have two each.
CHUNK = 16_000

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile("\r\n?")
# A reader of the file takes «_x0041_» for a letter; a word joiner after the underscore, which is
# not seen, prevents it.
_LIKE_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def as_shown(text: str) -> str:
    """Return a text as a cell can hold it."""
    plain = _NOT_XML.sub("\ufffd", _LINE_END.sub("\n", text))
    return _LIKE_ESCAPE.sub("_\u2060", plain)


def answers_of(one: Annotation) -> dict[str, str]:
    """Return the cells for an annotation; empty for one of a model, which coders must not see."""
    if one.origin == "model":
        return dict.fromkeys(ANSWERS, "")
    return {
        "label": as_shown(" | ".join(one.labels))[:CHUNK],
        "confidence": "" if one.confidence is None else repr(one.confidence),
        "comment": as_shown(one.comment or "")[:CHUNK],
        "skipped": SKIPPED if one.skipped else "",
    }
