"""How Arabic news articles frame a conflict: train, check honestly, label.

The names below are imported when they are first used, so `import stance` does
no work.

Examples
--------
>>> import stance
>>> article = stance.Article(id="1", text="قال المرصد إن الاشتباكات تجددت.")
>>> article.outlet is None
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stance.corpus.article import Article, FieldMapping, RejectedRow
    from stance.corpus.codebook import Codebook
    from stance.errors import ConfigError, CorpusError, ModelError, OutputError, StanceError
    from stance.evaluation.comparison import Paired, compare
    from stance.evaluation.confusion import Metric
    from stance.evaluation.protocol import cross_validate
    from stance.evaluation.testing import evaluate_model
    from stance.features.estimators import LexiconFeatures, TfidfFeatures
    from stance.features.lexicon import Lexicon
    from stance.formats.labelled import read_corpus
    from stance.formats.reading import read_articles
    from stance.formats.source import Source
    from stance.model.config import TrainingConfig, load_config
    from stance.model.persistence import load_model, save_model
    from stance.model.prediction import Prediction, predict
    from stance.model.record import Model
    from stance.model.training import train
    from stance.text.normalization import NormalizationProfile, arabic_normalization

__all__ = [
    "Article",
    "Codebook",
    "ConfigError",
    "CorpusError",
    "FieldMapping",
    "Lexicon",
    "LexiconFeatures",
    "Metric",
    "Model",
    "ModelError",
    "NormalizationProfile",
    "OutputError",
    "Paired",
    "Prediction",
    "RejectedRow",
    "Source",
    "StanceError",
    "TfidfFeatures",
    "TrainingConfig",
    "arabic_normalization",
    "compare",
    "cross_validate",
    "evaluate_model",
    "load_config",
    "load_model",
    "predict",
    "read_articles",
    "read_corpus",
    "save_model",
    "train",
]

_HOMES = {
    "stance.corpus.article": ("Article", "FieldMapping", "RejectedRow"),
    "stance.corpus.codebook": ("Codebook",),
    "stance.formats.labelled": ("read_corpus",),
    "stance.formats.reading": ("read_articles",),
    "stance.formats.source": ("Source",),
    "stance.errors": ("ConfigError", "CorpusError", "ModelError", "OutputError", "StanceError"),
    "stance.evaluation.comparison": ("Paired", "compare"),
    "stance.evaluation.confusion": ("Metric",),
    "stance.evaluation.protocol": ("cross_validate",),
    "stance.evaluation.testing": ("evaluate_model",),
    "stance.features.estimators": ("LexiconFeatures", "TfidfFeatures"),
    "stance.features.lexicon": ("Lexicon",),
    "stance.model.config": ("TrainingConfig", "load_config"),
    "stance.model.persistence": ("load_model", "save_model"),
    "stance.model.prediction": ("Prediction", "predict"),
    "stance.model.record": ("Model",),
    "stance.model.training": ("train",),
    "stance.text.normalization": ("NormalizationProfile", "arabic_normalization"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'stance' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
