"""Word that kernels are about to be compiled, for those who wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Listener = Callable[[bool], None]

_LISTENERS: list[Listener] = []


def when_compiling(tell: Listener | None) -> None:
    """Have a function called once in this process, before its first kernel is compiled.

    Parameters
    ----------
    tell : callable, optional
        Called with whether the machine code will be kept on the disk; nothing
        is called by default.
    """
    _LISTENERS[:] = [] if tell is None else [tell]


def tell_of_compiling(*, kept: bool) -> None:
    """Call the function that waits for it, if one still does."""
    while _LISTENERS:
        _LISTENERS.pop()(kept)
