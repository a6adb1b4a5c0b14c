"""Protocols and sampling units as phrases of a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stance.reporting.html.page import English, Name, Number, phrase

if TYPE_CHECKING:
    from stance.reporting.html.page import Text

# Descriptions of protocols, as a fold plan and training write them.
PROTOCOLS = (
    (r"leave one (outlet|event) out \((\d+) \w+s?\)", "leave_one_out"),
    (r"(\d+) folds of held-out (outlet|event)s", "folds_of_groups"),
    (r"(\d+) random folds", "random_folds"),
    (r"(\d+) periods, each after its training", "periods"),
    (r"test corpus", "test_corpus"),
)


def protocol(description: str) -> Text:
    """Return the description of a protocol as a phrase; unknown ones stay in English."""
    plain = description.removesuffix(", nested")
    for pattern, key in PROTOCOLS:
        if found := re.fullmatch(pattern, plain):
            values = {
                "n" if value.isdecimal() else "group": Number(value)
                if value.isdecimal()
                else unit(value)
                for value in found.groups()
            }
            known = phrase(f"protocol.{key}", **values)
            return phrase("protocol.nested", protocol=known) if plain != description else known
    return English(description)


def unit(name: str) -> Text:
    """Return the word for a sampling unit; a field that a user named stays as it is."""
    return phrase(f"unit.{name}") if name in {"outlet", "event", "article"} else Name(name)
