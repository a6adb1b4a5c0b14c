"""Where the files that ship with the package stand."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_INSTALLED = _PACKAGE / "resources"
# In a checkout the same folders stand at the repository's root.
_ROOT = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parents[1]

SEEDS = _ROOT / "seeds"
LEXICONS = SEEDS / "lexicons"
CODEBOOK = SEEDS / "codebook.toml"
DEFAULT_MODEL = _ROOT / "models" / "syria-framing"
