"""Notification before the first kernel is compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Listener = Callable[[bool], None]

_LISTENERS: list[Listener] = []


def when_compiling(tell: Listener | None) -> None:
    """Register a function to be called once, before this process compiles a kernel.

    Parameters
    ----------
    tell : callable, optional
        Called with a boolean: whether the machine code will be cached on disk.
        None removes the registered function.
    """
    _LISTENERS[:] = [] if tell is None else [tell]


def tell_of_compiling(*, kept: bool) -> None:
    """Call the registered function, if any, and remove it."""
    while _LISTENERS:
        _LISTENERS.pop()(kept)
