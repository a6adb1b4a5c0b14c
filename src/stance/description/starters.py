"""Files to start from: a lexicon and a codebook with comments and Arabic examples."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from stance.corpus.keys import canonical, tidy
from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLDER = Path(__file__).parent / "starter_files"
# The sides of the lexicon are among them.
LABELS = ("pro_government", "pro_opposition", "neutral")
_BARE_KEY = re.compile(r"[\w-]+", re.ASCII)


def lexicon_starter() -> str:
    """Return a lexicon as TOML: valid, with comments and Arabic examples."""
    return (_FOLDER / "lexicon.toml").read_text("utf-8")


def codebook_starter(labels: Sequence[str] = ()) -> str:
    """Return a codebook as TOML: valid, with comments and Arabic examples.

    Parameters
    ----------
    labels : sequence of str
        The labels to define; by default those of the sides of `lexicon_starter`,
        and "neutral".

    Raises
    ------
    ConfigError
        If there is one label only, an empty one, or one twice.

    Examples
    --------
    >>> print(codebook_starter(["مؤيد", "معارض"]).count("[labels."))
    2
    """
    names = [tidy(label) for label in labels or LABELS]
    if len({canonical(name) for name in names}) < max(len(names), 2) or not all(names):
        raise ConfigError(
            f"Got the labels {', '.join(map(repr, names))}, but expected two or more different "
            "ones. Give --label once for each."
        )
    entry = (_FOLDER / "label.toml").read_text("utf-8")
    entries = [entry.format(key=_key(name), title=_quoted(_title(name))) for name in names]
    return "".join([(_FOLDER / "codebook.toml").read_text("utf-8"), *entries])


def _title(label: str) -> str:
    words = label.replace("_", " ")
    return words[:1].upper() + words[1:]


def _key(label: str) -> str:
    return label if _BARE_KEY.fullmatch(label) else _quoted(label)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
