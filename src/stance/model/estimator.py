"""The scikit-learn classifier, for notebooks and pipelines."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    assert_all_finite,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
)

from stance.corpus.article import Article, refuse_tables
from stance.errors import ConfigError, CorpusError
from stance.features.estimators import check_texts
from stance.model.config import TrainingConfig, load_config, parse_config, settings
from stance.model.training import train

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from stance.corpus.codebook import Codebook

_CONFIG = "config__"


class StanceClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Classifier of texts with the scikit-learn interface.

    It fits the same model as `stance.train`: features, linear classifier and calibrated
    probabilities. Each setting of the configuration is a nested parameter, so a
    grid search can vary it, for example ``config__features__word__max_n`` or
    ``config__classifier__logistic__C``.

    Parameters
    ----------
    config : TrainingConfig, mapping or path, optional
        Settings, or a TOML file with settings; the defaults if None.
    codebook : Codebook, optional
        Definitions of the labels; labels that it does not define are refused.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    model_ : Model
        The fitted model, for `stance.predict`, `stance.save_model` and the rest.
    n_features_in_ : int
        Always one: the text.

    Notes
    -----
    A cross-validation that holds out whole outlets needs them twice: as
    ``groups`` to divide the articles, and in `fit` to balance the weights of the
    articles. scikit-learn passes the latter to `fit` as ``params={"outlets": outlets}``
    of ``cross_val_score``, or by metadata routing after
    ``set_fit_request(outlets=True)``. `Article` objects already have an outlet.

    Examples
    --------
    >>> texts = ["اقتحمت الميليشيات الحي", "حرر الجيش الحي"] * 4
    >>> model = StanceClassifier({"features": {"char": {"enabled": False}}})
    >>> model.fit(texts, ["ضد", "مع"] * 4).predict(["اقتحمت الميليشيات المدينة"]).tolist()
    ['ضد']
    """

    def __init__(
        self,
        config: TrainingConfig | Mapping[str, Any] | str | Path | None = None,
        *,
        codebook: Codebook | None = None,
    ) -> None:
        self.config = config
        self.codebook = codebook

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters; with `deep`, each setting of the configuration too."""
        params: dict[str, Any] = super().get_params(deep=False)
        if deep:
            # scikit-learn requires that an invalid parameter is refused by `fit`, not here.
            with contextlib.suppress(ConfigError):
                for key, value, _ in settings(_as_config(self.config)):
                    params[_CONFIG + key.replace(".", "__")] = value
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters; ``config__SECTION__NAME`` changes one setting and keeps the others.

        Raises
        ------
        ConfigError
            If a setting is unknown or its value is not allowed.
        ValueError
            If a parameter is unknown.
        """
        changes = {name: params.pop(name) for name in list(params) if name.startswith(_CONFIG)}
        super().set_params(**params)
        if changes:
            data = _as_config(self.config).model_dump(exclude_unset=True)
            for name, value in changes.items():
                _set_nested(data, name.removeprefix(_CONFIG).split("__"), value)
            self.config = parse_config(data)
        return self

    def fit(
        self,
        X: Iterable[str] | Iterable[Article],
        y: ArrayLike | None = None,
        outlets: Sequence[str | None] | None = None,
        events: Sequence[str | None] | None = None,
    ) -> Self:
        """Train on labelled texts or articles.

        Parameters
        ----------
        X : iterable of str or Article
        y : array-like of shape (n_texts,), optional
            The label of each text; optional if all articles have labels.
        outlets, events : sequence of str or None, optional
            The outlet and the event of each text; by default those of the
            articles.

        Returns
        -------
        StanceClassifier

        Raises
        ------
        CorpusError
            If no model can be trained on the texts.
        ValueError
            If `y` is not an array of classes, has only one class, or differs in length from `X`.
        """
        articles = _as_articles(X)
        classes, codes = _as_classes(articles, y)
        labels = list(map(str, classes.tolist()))  # what a model calls them
        check_consistent_length(articles, outlets, events)
        articles = [replace(a, label=labels[n]) for a, n in zip(articles, codes, strict=True)]
        if outlets is not None:
            articles = [replace(a, outlet=o) for a, o in zip(articles, outlets, strict=True)]
        if events is not None:
            articles = [replace(a, event=e) for a, e in zip(articles, events, strict=True)]
        self.model_ = train(articles, _as_config(self.config), codebook=self.codebook)
        self.classes_ = classes
        self._columns_ = [self.model_.labels.index(label) for label in labels]
        self.n_features_in_ = 1
        return self

    def predict(self, X: Iterable[str] | Iterable[Article]) -> NDArray[Any]:
        """Return the most probable class of each text, shape (n_texts,)."""
        best = self.predict_proba(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[best]
        return labels

    def predict_proba(self, X: Iterable[str] | Iterable[Article]) -> NDArray[np.float64]:
        """Return the probabilities of the classes in [0, 1], shape (n_texts, n_classes)."""
        check_is_fitted(self, "model_")
        probabilities = self.model_.probabilities(_as_articles(X))
        return probabilities[:, self._columns_]

    def decision_function(self, X: Iterable[str] | Iterable[Article]) -> NDArray[np.float64]:
        """Return the logits of the calibrated probabilities.

        Returns
        -------
        ndarray of float64
            Shape (n_texts, n_classes); for two classes shape (n_texts,), the
            log odds of the second class.
        """
        check_is_fitted(self, "model_")
        logits = self.model_.logits(_as_articles(X))[:, self._columns_]
        return logits[:, 1] - logits[:, 0] if len(self.classes_) == 2 else logits

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def _as_config(given: TrainingConfig | Mapping[str, Any] | str | Path | None) -> TrainingConfig:
    if isinstance(given, TrainingConfig):
        return given
    return (
        load_config(given)
        if isinstance(given, str | Path)
        else parse_config({} if given is None else given)
    )


def _set_nested(data: dict[str, Any], keys: list[str], value: Any) -> None:
    *sections, name = keys
    for section in sections:
        data = data.setdefault(section, {})
    data[name] = value


def _as_articles(X: Iterable[str] | Iterable[Article]) -> list[Article]:
    """Return articles as they are, and texts as articles with their number as id."""
    if isinstance(X, str):
        check_texts(X)
    if not hasattr(X, "dtype"):  # a column of a data frame is accepted, a data frame is not
        refuse_tables(X)
    given: list[Any] = list(X)
    if given and all(isinstance(one, Article) for one in given):
        return given
    return [Article(str(number), text) for number, text in enumerate(check_texts(given))]


def _as_classes(articles: Sequence[Article], y: ArrayLike | None) -> tuple[NDArray[Any], list[int]]:
    """Return the sorted classes and the number of each article's class."""
    given = [article.label for article in articles] if y is None else y
    if y is None and None in given:  # type: ignore[operator]
        raise CorpusError(
            "Got no y and texts without a label, but expected a label for each. Give y, or "
            "articles with labels."
        )
    values = column_or_1d(given, warn=True)
    check_consistent_length(articles, values)
    if values.dtype.kind == "f":
        assert_all_finite(values, input_name="y")
    check_classification_targets(values)
    classes, codes = np.unique(values, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(
            f"Got only one class ({', '.join(map(repr, classes.tolist()))}), but expected at "
            "least two."
        )
    return classes, codes.tolist()
