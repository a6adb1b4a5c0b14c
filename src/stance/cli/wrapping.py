"""Wrapping a command so that typer still sees its parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

Command = Callable[..., None]


def with_signature_of(command: Command, wrapper: Command) -> Command:
    """Copy the signature of a command to its wrapper, where typer looks for it.

    Annotations are resolved in the command's own module.
    """
    return _with_signature(command, wrapper, inspect.signature(command, eval_str=True))


def with_parameters(
    command: Command,
    wrapper: Command,
    added: Mapping[str, tuple[Any, Any]],
    *,
    instead_of: str = "",
) -> Command:
    """Give a wrapper the parameters of its command and additional ones, all keyword-only.

    Parameters
    ----------
    command, wrapper : callable
    added : mapping of str to (annotation, default)
    instead_of : str, optional
        A parameter of the command that the wrapper builds from the added ones.
    """
    signature = inspect.signature(command, eval_str=True)
    own = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in signature.parameters.values()
        if parameter.name != instead_of
    ]
    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in added.items()
    ]
    return _with_signature(command, wrapper, signature.replace(parameters=[*own, *more]))


def _with_signature(command: Command, wrapper: Command, signature: inspect.Signature) -> Command:
    wrapper.__name__ = command.__name__
    wrapper.__doc__ = command.__doc__
    wrapper.__module__ = command.__module__
    wrapper.__signature__ = signature  # type: ignore[attr-defined]
    wrapper.__annotations__ = {
        name: parameter.annotation for name, parameter in signature.parameters.items()
    }
    return wrapper
