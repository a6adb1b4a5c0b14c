"""Functions around a command that typer still reads as the command."""

from __future__ import annotations

import inspect
from collections.abc import Callable

Command = Callable[..., None]


def with_signature_of(command: Command, wrapper: Command) -> Command:
    """Give a wrapper the parameters of its command, as typer looks for them.

    Annotations are resolved here, where the command's own module is known.
    """
    signature = inspect.signature(command, eval_str=True)
    wrapper.__signature__ = signature  # type: ignore[attr-defined]
    wrapper.__annotations__ = {
        name: parameter.annotation for name, parameter in signature.parameters.items()
    }
    return wrapper
