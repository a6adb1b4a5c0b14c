"""Rendering a page as one HTML file that loads nothing and runs nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from stance.reporting.html.page import Name, phrase
from stance.reporting.html.strings import (
    COMMA,
    DIRECTIONS,
    TEMPLATES,
    language_of,
    parts,
    plain,
    shown,
    written,
)

if TYPE_CHECKING:
    from stance.reporting.html.page import Page


def render(page: Page, language: str = "en") -> str:
    """Return a page as HTML.

    Parameters
    ----------
    page : Page
    language : {"en", "ar"}
        The language of the interface; names from the data stay as they are.

    Returns
    -------
    str
        The same for the same page; without an address, a script or a date.
    """
    style = (TEMPLATES / "style.css").read_text("utf-8")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "parts": partial(parts, language=language),
        "plain": partial(plain, language=language),
        "shown": shown,
        "written": written,
        "language_of": language_of,
    }
    return environment.get_template("page.html").render(
        page=page,
        language=language,
        direction=DIRECTIONS[language],
        comma=COMMA[language],
        style=style,
        policy=policy(style),
        words={
            "made": phrase("made", command=Name(page.command)),
            "contents": phrase("contents"),
            "advice": phrase("advice"),
            "for": phrase("evidence.for"),
            "against": phrase("evidence.against"),
            "strength": phrase("evidence.strength"),
        },
    )


def policy(style: str) -> str:
    """Return a Content-Security-Policy that allows this style sheet and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
