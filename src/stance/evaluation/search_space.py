"""The search space of tuning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stance.corpus.protocol_choice import GroupCoverage
from stance.errors import ConfigError
from stance.model.config import setting
from stance.model.resolve_auto import ENOUGH_OUTLETS

if TYPE_CHECKING:
    from optuna import Trial

    from stance.model.config import TrainingConfig
    from stance.model.learning_corpus import LabelledCorpus

Values = list[Any] | tuple[float, float]


@dataclass(frozen=True)
class SearchSpace:
    """The settings to search, with their values and the start configuration.

    Parameters
    ----------
    start : TrainingConfig
        Resolved.
    values : dict of str to list or tuple
        A list of values, or the ends of a range that is searched on a
        logarithmic scale. A section's ``enabled`` comes before its others.
    """

    start: TrainingConfig
    values: dict[str, Values]

    @property
    def beginning(self) -> dict[str, Any]:
        """The values of the settings in the start configuration."""
        return {key: setting(self.start, key) for key in self.values}

    def differences(self, tried: dict[str, Any]) -> dict[str, Any]:
        """Return the settings that differ from the start configuration."""
        return {key: value for key, value in tried.items() if value != setting(self.start, key)}

    def suggest(self, trial: Trial) -> dict[str, Any]:
        """Let an Optuna trial suggest a value for each active setting.

        Returns
        -------
        dict of str to value
            Without the settings of features that are disabled.
        """
        found: dict[str, Any] = {}
        for key, values in self.values.items():
            switch = f"{key.rpartition('.')[0]}.enabled"
            if key != switch and found.get(switch, self._switch(switch)) is False:
                continue
            if isinstance(values, tuple):
                found[key] = float(f"{trial.suggest_float(key, *values, log=True):.3g}")
            else:
                found[key] = trial.suggest_categorical(key, values)
        return found

    def _switch(self, key: str) -> Any:
        try:
            return setting(self.start, key)
        except ConfigError:
            return True


def search_space(
    corpus: LabelledCorpus, start: TrainingConfig, explicit: frozenset[str]
) -> SearchSpace:
    """Return the search space for a corpus.

    Parameters
    ----------
    corpus : LabelledCorpus
    start : TrainingConfig
        The start configuration, resolved.
    explicit : frozenset of str
        Keys of settings that are not searched.

    Returns
    -------
    SearchSpace

    Raises
    ------
    ConfigError
        If no setting is left to tune.
    """
    outlets = GroupCoverage.of(corpus.articles, "outlet")
    least = _min_outlets_values(outlets.n_groups) if outlets.is_mostly_known else []
    values: dict[str, Values] = {
        **start.features.worth_tuning(least),
        "text.quotations": ["keep", "drop", "apart"],
    }
    if start.classifier.kind in {"logistic", "svm"}:
        penalties = {"logistic": (0.3, 100.0), "svm": (0.03, 10.0)}
        values[f"classifier.{start.classifier.kind}.C"] = penalties[start.classifier.kind]
    if corpus.auxiliary:
        values["auxiliary.weight"] = (0.03, 1.0)
    if outlets.is_mostly_known:
        values |= _outlet_values(outlets.n_groups)
    left = {k: _including(v, setting(start, k)) for k, v in values.items() if k not in explicit}
    if not left:
        raise ConfigError(
            "Got a configuration that sets everything that could be tuned, but expected at least "
            f"one unset setting, such as {next(iter(values))}. Remove it from the configuration."
        )
    return SearchSpace(start, left)


def _min_outlets_values(n_outlets: int) -> list[int]:
    return [n for n in (1, 2, 3, 5, 7, 10, 14, 20) if n <= max(n_outlets // 3, 1)]


def _outlet_values(n_outlets: int) -> dict[str, Values]:
    values: dict[str, Values] = {
        "classifier.balance_outlets": ["none", "sqrt", "full"],
        "text.boilerplate": ["keep", "drop"],
    }
    if n_outlets >= ENOUGH_OUTLETS:
        values["classifier.outlet_shrinkage"] = [0.0, 0.3, 1.0, 3.0]
    return values


def _including(values: Values, value: Any) -> Values:
    """Extend values, or a range, to include the start value."""
    if isinstance(values, tuple):
        return min(values[0], value), max(values[1], value)
    return values if value in values else sorted([*values, value])
