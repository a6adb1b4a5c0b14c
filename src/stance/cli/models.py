"""Locating and loading the model of a command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stance.model.record import Model


def model_folder(chosen: Path | None) -> Path:
    """Return the requested model folder, or the one that ships with the package."""
    from stance import resources

    return chosen or resources.DEFAULT_MODEL


def load(chosen: Path | None) -> Model:
    """Load the requested model, or the one that ships with the package."""
    from stance.model.persistence import load_model

    return load_model(model_folder(chosen))
