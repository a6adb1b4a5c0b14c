"""The lexicon that a configuration names, read and indexed once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from stance import resources
from stance.features.lexicon import Lexicon, LexiconBlock, lexicon_files
from stance.text.normalization import arabic_normalization

if TYPE_CHECKING:
    from stance.model.config import TrainingConfig
    from stance.text.normalization import NormalizationProfile


def configured_lexicon(config: TrainingConfig) -> LexiconBlock:
    """Return the lexicon that a configuration names, ready for its texts."""
    path = Path(config.features.lexicon.path or resources.LEXICONS)
    states = [(file, file.stat()) for file in lexicon_files(path) if file.exists()]
    changed = tuple((str(file), s.st_mtime_ns, s.st_size) for file, s in states)
    return _prepared_lexicon(path, changed, config.normalization.profile())


@lru_cache(maxsize=2)
def _prepared_lexicon(
    path: Path, changed: tuple[tuple[str, int, int], ...], profile: NormalizationProfile
) -> LexiconBlock:
    """Read and index a lexicon once for all folds, and once more when a file of it has changed."""
    return LexiconBlock.of(Lexicon.read(path), arabic_normalization(profile))
