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
    from stance.description.concordance import Concordance, concordance
    from stance.description.keyness import keyness
    from stance.description.keyness_records import Keyness
    from stance.description.lexicon_check import check_lexicon
    from stance.description.lexicon_records import LexiconCheck
    from stance.description.naming import naming
    from stance.description.naming_records import Naming
    from stance.errors import (
        ConfigError,
        CorpusError,
        ModelError,
        OutputError,
        RejectedRowsWarning,
        StanceError,
    )
    from stance.estimation.drawing import DrawnSample, draw_sample
    from stance.estimation.estimating import estimate_shares
    from stance.estimation.share_records import ShareEstimates
    from stance.evaluation.agreement import Agreement, Ratings, agreement
    from stance.evaluation.auditing import Audit, audit
    from stance.evaluation.comparison import Difference, PairedPredictions, compare
    from stance.evaluation.confusion import Metric
    from stance.evaluation.learning_curve import learning_curve
    from stance.evaluation.learning_curve_records import LearningCurve
    from stance.evaluation.metrics import Evaluation
    from stance.evaluation.protocol import CrossValidation, cross_validate
    from stance.evaluation.testing import evaluate_model
    from stance.evaluation.tuning import Tuning, tune
    from stance.explanation.explaining import explain
    from stance.explanation.records import Explanation
    from stance.features.estimators import LexiconFeatures, TfidfFeatures
    from stance.features.lexicon import Lexicon
    from stance.formats.labelled import read_corpus
    from stance.formats.reading import read_articles
    from stance.formats.source import Source
    from stance.formats.tables import articles_from_table
    from stance.labelling.files import label_files
    from stance.labelling.receipt import Receipt
    from stance.labelling.run import Outcome
    from stance.model.config import TrainingConfig, load_config
    from stance.model.estimator import StanceClassifier
    from stance.model.persistence import load_model, save_model
    from stance.model.prediction import Prediction, Predictions, predict
    from stance.model.record import Model
    from stance.model.training import train
    from stance.text.normalization import NormalizationProfile, arabic_normalization

    __version__: str

__all__ = [
    "Agreement",
    "Article",
    "Audit",
    "Codebook",
    "Concordance",
    "ConfigError",
    "CorpusError",
    "CrossValidation",
    "Difference",
    "DrawnSample",
    "Evaluation",
    "Explanation",
    "FieldMapping",
    "Keyness",
    "LearningCurve",
    "Lexicon",
    "LexiconCheck",
    "LexiconFeatures",
    "Metric",
    "Model",
    "ModelError",
    "Naming",
    "NormalizationProfile",
    "Outcome",
    "OutputError",
    "PairedPredictions",
    "Prediction",
    "Predictions",
    "Ratings",
    "Receipt",
    "RejectedRow",
    "RejectedRowsWarning",
    "ShareEstimates",
    "Source",
    "StanceClassifier",
    "StanceError",
    "TfidfFeatures",
    "TrainingConfig",
    "Tuning",
    "__version__",
    "agreement",
    "arabic_normalization",
    "articles_from_table",
    "audit",
    "check_lexicon",
    "compare",
    "concordance",
    "cross_validate",
    "draw_sample",
    "estimate_shares",
    "evaluate_model",
    "explain",
    "keyness",
    "label_files",
    "learning_curve",
    "load_config",
    "load_model",
    "naming",
    "predict",
    "read_articles",
    "read_corpus",
    "save_model",
    "train",
    "tune",
]

_HOMES = {
    "stance.corpus.article": (
        "Article",
        "FieldMapping",
        "RejectedRow",
    ),
    "stance.corpus.codebook": ("Codebook",),
    "stance.description.lexicon_check": ("check_lexicon",),
    "stance.description.lexicon_records": ("LexiconCheck",),
    "stance.description.concordance": (
        "Concordance",
        "concordance",
    ),
    "stance.description.naming": ("naming",),
    "stance.description.naming_records": ("Naming",),
    "stance.description.keyness": ("keyness",),
    "stance.description.keyness_records": ("Keyness",),
    "stance.errors": (
        "ConfigError",
        "CorpusError",
        "ModelError",
        "OutputError",
        "RejectedRowsWarning",
        "StanceError",
    ),
    "stance.estimation.drawing": (
        "DrawnSample",
        "draw_sample",
    ),
    "stance.estimation.estimating": ("estimate_shares",),
    "stance.estimation.share_records": ("ShareEstimates",),
    "stance.evaluation.agreement": (
        "Agreement",
        "Ratings",
        "agreement",
    ),
    "stance.evaluation.auditing": (
        "Audit",
        "audit",
    ),
    "stance.evaluation.comparison": (
        "Difference",
        "PairedPredictions",
        "compare",
    ),
    "stance.evaluation.confusion": ("Metric",),
    "stance.evaluation.learning_curve": ("learning_curve",),
    "stance.evaluation.learning_curve_records": ("LearningCurve",),
    "stance.evaluation.metrics": ("Evaluation",),
    "stance.evaluation.protocol": (
        "CrossValidation",
        "cross_validate",
    ),
    "stance.evaluation.testing": ("evaluate_model",),
    "stance.evaluation.tuning": (
        "Tuning",
        "tune",
    ),
    "stance.explanation.explaining": ("explain",),
    "stance.explanation.records": ("Explanation",),
    "stance.features.estimators": (
        "LexiconFeatures",
        "TfidfFeatures",
    ),
    "stance.features.lexicon": ("Lexicon",),
    "stance.formats.labelled": ("read_corpus",),
    "stance.formats.reading": ("read_articles",),
    "stance.formats.source": ("Source",),
    "stance.formats.tables": ("articles_from_table",),
    "stance.labelling.files": ("label_files",),
    "stance.labelling.receipt": ("Receipt",),
    "stance.labelling.run": ("Outcome",),
    "stance.model.config": (
        "TrainingConfig",
        "load_config",
    ),
    "stance.model.estimator": ("StanceClassifier",),
    "stance.model.persistence": (
        "load_model",
        "save_model",
    ),
    "stance.model.prediction": (
        "Prediction",
        "Predictions",
        "predict",
    ),
    "stance.model.record": ("Model",),
    "stance.model.training": ("train",),
    "stance.text.normalization": (
        "NormalizationProfile",
        "arabic_normalization",
    ),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("stance.distribution").toolkit_version()
    if name not in _HOME:
        raise AttributeError(f"module 'stance' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
