"""Settings of a training run, with defaults and descriptions.

They are read from TOML and can be overridden one by one. An unknown key is an
error that suggests the closest known one.
"""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, ValidationError

from stance.errors import ConfigError
from stance.features.model_input import model_inputs
from stance.features.registry import BLOCKS
from stance.features.settings import Section
from stance.model.config_files import read_config_file, refuse_config_file
from stance.model.feature_sections import FeaturesConfig
from stance.model.headline_settings import HeadlinesConfig
from stance.model.renamed_settings import current_name, with_current_names
from stance.text.normalization import NormalizationProfile
from stance.toml_files.schema import schema_faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from stance.corpus.article import Article
    from stance.features.model_input import ModelInput

ClassifierKind = Literal["logistic", "svm", "naive_bayes", "sgd"]


class TextConfig(Section):
    """Which parts of an article are read."""

    title: bool = Field(True, description="use the headline together with the body")
    quotations: Literal["keep", "drop", "apart"] = Field(
        "keep",
        description="quotations of four words or more: keep, drop, or treat as separate words",
    )
    boilerplate: Literal["keep", "drop"] = Field(
        "keep", description="lines that recur in an outlet's training articles: menus, footers"
    )
    bylines: Literal["keep", "mask"] = Field(
        "keep",
        description="phrases at the ends of an article that reveal its outlet: bylines, datelines",
    )


class NormalizationConfig(Section):
    """Spelling normalisation before words are counted."""

    compatibility: bool = Field(True, description="presentation forms and ligatures (NFKC)")
    letter_forms: bool = Field(
        True,
        description="Persian, Kurdish and Urdu letters become Arabic: ی ک ھ ە ڤ پ as ي ك ه ه ف ب",
    )
    diacritics: bool = Field(
        True, description="remove all Arabic marks: vowels, shadda, Quranic annotation signs"
    )
    tatweel: bool = Field(True, description="remove tatweel (kashida)")
    alef: bool = Field(True, description="أ إ آ ٱ become ا")
    alef_maksura: bool = Field(True, description="ى becomes ي")
    teh_marbuta: bool = Field(True, description="ة becomes ه")
    digits: bool = Field(True, description="٠١٢ and ۰۱۲ become 012")
    invisible: bool = Field(True, description="remove bidi controls and zero-width characters")
    latin_case: bool = Field(True, description="Latin letters become lower case")

    def profile(self) -> NormalizationProfile:
        """Return the settings as a profile for `stance.text`."""
        return NormalizationProfile(**self.model_dump())


class LogisticConfig(Section):
    """Logistic regression with an L2 penalty, one label against the rest."""

    C: Annotated[float, Field(gt=0)] | Literal["auto"] = Field(
        "auto",
        description="inverse regularisation strength; auto: the best of 1, 3, 10 and 30, tried as "
        "long as the macro-F1 on the held-out folds of [calibration] rises",
    )
    max_iter: int = Field(1000, ge=1, description="maximum number of passes")


class SvmConfig(Section):
    """Linear support vector machine with squared hinge loss, one label against the rest."""

    C: float = Field(0.5, gt=0, description="inverse regularisation strength")
    max_iter: int = Field(5000, ge=1, description="maximum number of passes")


class NaiveBayesConfig(Section):
    """Complement naive Bayes (Rennie et al. 2003)."""

    alpha: float = Field(0.1, gt=0, description="additive smoothing")


class SgdConfig(Section):
    """Logistic regression by averaged stochastic gradient descent, for very large corpora."""

    alpha: float = Field(1e-5, gt=0, description="regularisation strength")
    max_iter: int = Field(50, ge=1, description="maximum number of passes")


class ClassifierConfig(Section):
    """The linear classifier and the weights of training articles."""

    kind: ClassifierKind = Field(
        "logistic", description="logistic, svm, naive_bayes (complement) or sgd"
    )
    balance_classes: bool = Field(True, description="give all labels the same total weight")
    balance_outlets: Literal["none", "sqrt", "full"] = Field(
        "sqrt",
        description="weight of an article within its label: 1 (none), 1/sqrt(n) or 1/n (full), "
        "where n is the number of articles of its outlet",
    )
    label_weights: dict[str, Annotated[float, Field(gt=0)]] = Field(
        {}, description="additional weights of labels, such as { None = 0.5 }; 1 by default"
    )
    always_train_weight: float = Field(
        1.0, gt=0, description="weight of an article of --always-train, compared with 1"
    )
    nb_weights: bool = Field(
        False,
        description="scale features by their naive Bayes log-count ratios before a logistic or "
        "svm classifier is fitted",
    )
    outlet_shrinkage: Annotated[float, Field(ge=0)] | Literal["auto"] = Field(
        "auto",
        description="shrinkage of features that differ between outlets of the same label; 0: none; "
        "auto: 1 for unseen outlets, else 0",
    )
    logistic: LogisticConfig = LogisticConfig()
    svm: SvmConfig = SvmConfig()
    naive_bayes: NaiveBayesConfig = NaiveBayesConfig()
    sgd: SgdConfig = SgdConfig()


class AuxiliaryConfig(Section):
    """Influence of articles that were labelled for another question."""

    weight: float = Field(
        0.5,
        ge=0,
        description="norm of the vector of auxiliary scores of an article, compared with 1 for its "
        "word and character n-grams",
    )
    C: float = Field(
        0.03, gt=0, description="inverse regularisation strength of the auxiliary linear SVM"
    )


class CalibrationConfig(Section):
    """Temperature scaling of probabilities, fitted on held-out folds."""

    enabled: bool = Field(True, description="calibrate probabilities")
    folds: int = Field(3, ge=2, description="held-out folds, by outlet if there are enough")


class TrainingConfig(Section):
    """All settings of one training run."""

    seed: int = Field(13, ge=0, description="random seed for folds and shuffling")
    text: TextConfig = TextConfig()
    normalization: NormalizationConfig = NormalizationConfig()
    features: FeaturesConfig = FeaturesConfig()
    classifier: ClassifierConfig = ClassifierConfig()
    headlines: HeadlinesConfig = HeadlinesConfig()
    auxiliary: AuxiliaryConfig = AuxiliaryConfig()
    calibration: CalibrationConfig = CalibrationConfig()

    def inputs(self, articles: Iterable[Article]) -> list[ModelInput]:
        """Return the parts of articles that a model with these settings reads."""
        return model_inputs(articles, title=self.text.title)

    def with_blocks(self, enabled: Mapping[str, bool]) -> Self:
        """Return a copy with some feature blocks on or off."""
        sections = {
            name: self.features.block(name).model_copy(update={"enabled": value})
            for name, value in enabled.items()
        }
        features = self.features.model_copy(update=sections)
        return self.model_copy(update={"features": features})

    def with_penalty(self, penalty: float) -> Self:
        """Return a copy with another penalty of the logistic regression."""
        logistic = self.classifier.logistic.model_copy(update={"C": penalty})
        classifier = self.classifier.model_copy(update={"logistic": logistic})
        return self.model_copy(update={"classifier": classifier})


def load_config(path: str | Path | None = None, overrides: Sequence[str] = ()) -> TrainingConfig:
    """Read a configuration and override some of its values.

    Parameters
    ----------
    path : path, optional
        A TOML file; settings that it does not have keep their defaults.
    overrides : sequence of str
        ``KEY=VALUE`` with dots between sections. The value is parsed as TOML,
        or taken as a string if it is not TOML.

    Returns
    -------
    TrainingConfig

    Raises
    ------
    ConfigError
        If a key is unknown, a value has the wrong type or is out of range.

    Examples
    --------
    >>> load_config(overrides=["features.word.max_n=3"]).features.word.max_n
    3
    """
    file = None if path is None else read_config_file(Path(path))
    data = with_current_names(file.data if file else {}, tell=True)
    for override in overrides:
        _override(data, override)
    try:
        return TrainingConfig.model_validate(data)
    except ValidationError as error:
        if file is not None:
            wrong = schema_faults(error, TrainingConfig, data)
            refuse_config_file(file, wrong, overrides, _unknown_key)
        raise ConfigError(_explain(error)) from error


def parse_config(data: Mapping[str, Any], *, tell_renamed: bool = True) -> TrainingConfig:
    """Validate plain values and build a configuration from them.

    Parameters
    ----------
    data : mapping
    tell_renamed : bool
        Whether to warn of a setting that is given by its old name.

    Warns
    -----
    RenamedSettingWarning

    Raises
    ------
    ConfigError
        If a key is unknown, a value has the wrong type or is out of range.
    """
    try:
        return TrainingConfig.model_validate(with_current_names(data, tell=tell_renamed))
    except ValidationError as error:
        raise ConfigError(_explain(error)) from error


def _override(data: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ConfigError(
            f"Got --set {override!r}, but expected KEY=VALUE such as features.word.max_n=3."
        )
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        value = text
    *sections, name = current_name(key.strip()).split(".")
    for section in sections:
        data = data.setdefault(section, {})
        if not isinstance(data, dict):
            raise ConfigError(f"Got --set {override!r}, but {section!r} is a value, not a section.")
    data[name] = value


def _explain(error: ValidationError) -> str:
    fault = error.errors()[0]
    place = [str(part) for part in fault["loc"]]
    key = ".".join(place)
    if fault["type"] == "extra_forbidden":
        return _unknown_key(key)
    what = f"{key}={fault['input']!r}" if key else repr(fault["input"])
    message = fault["msg"].removeprefix("Value error, ")
    return (
        f"Got {what}, but {message[0].lower()}{message[1:]}. "
        "See 'stance config' for every setting and its default."
    )


def _unknown_key(key: str) -> str:
    known = [name for name, _, _ in settings()]
    names = known + sorted({name.rpartition(".")[0] for name in known} - {""})
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
    if not near:
        tails = {name.rpartition(".")[2]: name for name in names}
        tail = difflib.get_close_matches(key.rpartition(".")[2], tails, n=1, cutoff=0.6)
        near = [tails[name] for name in tail]
    hint = f"Did you mean {near[0]!r}?" if near else "See 'stance config' for every setting."
    return f"Got the unknown setting {key!r}. {hint}"


def settings(section: BaseModel | None = None, prefix: str = "") -> list[tuple[str, Any, str]]:
    """List every setting as its dotted key, its value and its description."""
    section = section or TrainingConfig()
    found: list[tuple[str, Any, str]] = []
    for name, info in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            found.extend(settings(value, f"{prefix}{name}."))
        else:
            found.append((prefix + name, value, info.description or ""))
    return found


def setting(config: TrainingConfig, key: str) -> Any:
    """Return the value of one setting.

    Raises
    ------
    ConfigError
        If there is no setting of that name.

    Examples
    --------
    >>> setting(TrainingConfig(), "features.word.max_n")
    2
    """
    value: Any = config
    for name in key.split("."):
        if not isinstance(value, BaseModel) or name not in type(value).model_fields:
            raise ConfigError(_unknown_key(key))
        value = getattr(value, name)
    return value


def with_settings(config: TrainingConfig, changes: Mapping[str, Any]) -> TrainingConfig:
    """Return a configuration with some settings changed.

    Examples
    --------
    >>> with_settings(TrainingConfig(), {"features.word.max_n": 3}).features.word.max_n
    3
    """
    data = config.model_dump()
    for key, value in changes.items():
        *sections, name = key.split(".")
        section = data
        for part in sections:
            section = section.setdefault(part, {})
        section[name] = value
    return parse_config(data)


def explicit_settings(config: BaseModel, prefix: str = "") -> frozenset[str]:
    """Return the keys of the settings that were given, not left at their defaults.

    Examples
    --------
    >>> sorted(explicit_settings(load_config(overrides=["features.word.max_n=2"])))
    ['features.word.max_n']
    """
    found: set[str] = set()
    for name in config.model_fields_set:
        value = getattr(config, name)
        key = prefix + name
        found |= explicit_settings(value, f"{key}.") if isinstance(value, BaseModel) else {key}
    return frozenset(found)


MIN_OUTLETS = tuple(
    f"features.{kind.name}.min_outlets"
    for kind in BLOCKS
    if "min_outlets" in kind.settings.model_fields
)


def lowerable_settings(config: TrainingConfig) -> frozenset[str]:
    """Return the keys of the minimum numbers of outlets that are "auto".

    They are resolved for the whole corpus. A part of it, such as the training
    articles of a fold, may have fewer outlets; they are then lowered.

    Examples
    --------
    >>> sorted(lowerable_settings(load_config(overrides=["features.word.min_outlets=3"])))
    ['features.char.min_outlets', 'features.lexicon.min_outlets']
    """
    return frozenset(key for key in MIN_OUTLETS if setting(config, key) == "auto")
