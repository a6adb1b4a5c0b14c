"""Paths of the files that ship with the package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_INSTALLED = _PACKAGE / "resources"
# In a checkout the same folders are at the root of the repository.
_ROOT = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parents[1]

SEEDS = _ROOT / "seeds"
LEXICONS = SEEDS / "lexicons"
CODEBOOK = SEEDS / "codebook.toml"
DEFAULT_MODEL = _ROOT / "models" / "syria-framing"
