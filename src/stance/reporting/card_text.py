"""The text of a card: what is generated, and what people write below it and is kept."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stance.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_CARD = 16_000_000  # bytes

# The last generated line. Its hash shows whether the lines above it were edited.
_LAST = (
    "<!-- stance {sha256}: what is above is written by commands. Write your own text below this "
    "line: it is kept. -->"
)
_MARK = re.compile(r"^<!-- stance ([0-9a-f]{64}): .*-->$", re.MULTILINE)


@dataclass(frozen=True)
class CardText:
    """A card that was read.

    Parameters
    ----------
    generated : str
    own : str
        What people wrote below; without blank lines around it.
    is_edited : bool
        Whether the generated part was changed since it was written.
    """

    generated: str
    own: str
    is_edited: bool


def compose(generated: str, own: str = "") -> str:
    """Return the text of a card.

    Parameters
    ----------
    generated : str
        Markdown without a line that looks like the last one.
    own : str
        What people wrote; kept as it is.
    """
    text = generated.rstrip("\n") + "\n\n" + _LAST.format(sha256=_hash(generated)) + "\n"
    return f"{text}\n{own}\n" if own else text


def parse(text: str) -> CardText:
    """Divide the text of a card; without the last generated line people wrote all of it."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    mark = _MARK.search(text)
    if mark is None:
        return CardText("", text.strip("\n"), is_edited=False)
    generated = text[: mark.start()]
    own = text[mark.end() :].strip("\n")
    return CardText(generated, own, is_edited=mark[1] != _hash(generated) and generated != "")


def read_card(path: Path) -> CardText:
    """Read a card; an empty one if there is no file.

    Raises
    ------
    OutputError
        If it is a link, or cannot be read as text.
    """
    if path.is_symlink():
        raise OutputError(
            f"Got {path}, which is a link, but expected a file inside the model folder. Remove it."
        )
    if not path.exists():
        return CardText("", "", is_edited=False)
    try:
        if path.stat().st_size > LARGEST_CARD:
            raise OutputError(
                f"Got {path} of over {LARGEST_CARD:,} bytes, but expected a card. Move it to "
                "another folder."
            )
        return parse(path.read_bytes().decode())
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(
            f"Got {path}, which cannot be read as text ({error}). Move it to another folder, and "
            "run the command again."
        ) from error


def kept_text(path: Path) -> str:
    """Return what people wrote below the generated part of a card, for a new card.

    Raises
    ------
    OutputError
        If the generated part was edited, which a new card would overwrite; or
        if the card cannot be read.
    """
    found = read_card(path)
    if found.is_edited:
        raise OutputError(
            f"Got {path}, which was edited by hand: a new card would overwrite the edits. Move "
            "your text below the last generated line ('<!-- stance ... -->'), where it is kept, "
            "delete all above that line, and run the command again; or move the file elsewhere."
        )
    return found.own


def _hash(generated: str) -> str:
    """Hash the lines; blanks at their ends, which editors remove, do not count."""
    lines = "\n".join(line.rstrip() for line in generated.strip("\n").split("\n"))
    return hashlib.sha256(lines.encode("utf-8", "replace")).hexdigest()
