"""Scores of predictions, and differences between contenders, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stance.benchmarking.results import Division, Outcome, Score, TaskResult, fingerprint, pack
from stance.benchmarking.suite import OURS
from stance.errors import ConfigError
from stance.evaluation.comparison import Difference, PairedPredictions, compare
from stance.evaluation.intervals import score_interval
from stance.evaluation.sampling_units import UnitCounts, Units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.benchmarking.preparing import Prepared, Protocol
    from stance.benchmarking.running import ContenderPredictions
    from stance.benchmarking.suite import TaskMetric
    from stance.corpus.article import Article


@dataclass(frozen=True)
class HeldOut:
    """The test articles of one protocol, for scoring.

    Parameters
    ----------
    articles : list of Article
    y_true : list of str
    groups : list of str or None
        The groups of the intervals; see `Prepared`.
    group_name : str
    """

    articles: list[Article]
    y_true: list[str]
    groups: list[str | None]
    group_name: str

    @classmethod
    def of(cls, prepared: Prepared, protocol: Protocol) -> HeldOut:
        """Return the test articles of a protocol."""
        articles = [prepared.articles[place] for place in protocol.tested]
        y_true = [str(article.label) for article in articles]
        groups = [prepared.groups[place] for place in protocol.tested]
        return cls(articles, y_true, groups, prepared.group_name)

    @property
    def units(self) -> Units:
        """The sampling units of the intervals."""
        return Units.of(len(self.articles), self.groups, self.group_name)

    def strata(self, metric: TaskMetric) -> list[str] | None:
        """Return the values of the field over which a metric is averaged, if any.

        Raises
        ------
        ConfigError
            If an article has no value.
        """
        if not metric.over:
            return None
        values = [getattr(article, metric.over) for article in self.articles]
        if None in values:
            raise ConfigError(
                f"Got a metric over {metric.over!r}, but article "
                f"{self.articles[values.index(None)].id!r} has none. Name the field in [fields]."
            )
        return values

    def score(self, predictions: Sequence[str], metric: TaskMetric) -> Score:
        """Score predictions, with a 95 % interval."""
        labels = sorted({*self.y_true, *predictions, *metric.labels})
        k, numbers = len(labels), {label: number for number, label in enumerate(labels)}
        strata = np.unique(self.strata(metric) or self.y_true[:1], return_inverse=True)[1]
        shape = (int(strata.max()) + 1, k, k)
        row = strata * k + np.array([numbers[label] for label in self.y_true])
        cells = row * k + np.array([numbers[label] for label in predictions])
        counts = UnitCounts.of(cells[:, None], int(np.prod(shape)), self.units)
        found = score_interval(counts, shape, metric.metric(), labels)
        return Score(value=found.value, low=found.low, high=found.high)

    def difference(
        self,
        first: Sequence[str],
        second: Sequence[str],
        metric: TaskMetric,
    ) -> Difference:
        """Compare two sets of predictions on the same articles."""
        paired = PairedPredictions.of(
            self.y_true,
            first,
            second,
            groups=self.groups,
            group_name=self.group_name,
            strata=self.strata(metric),
        )
        return compare(paired, metric.metric())


def score_task(prepared: Prepared, predictions: Sequence[ContenderPredictions]) -> TaskResult:
    """Score the predictions of all contenders on a task.

    Parameters
    ----------
    prepared : Prepared
    predictions : sequence of ContenderPredictions
        As `stance.benchmarking.running.run` returns them.

    Returns
    -------
    TaskResult
    """
    named = {str(article.label) for article in prepared.articles}
    for one in predictions:
        named.update(one.labels or ())
    labels = sorted(named)
    divisions = []
    for protocol in prepared.protocols:
        own = [one for one in predictions if one.protocol is protocol]
        tested = HeldOut.of(prepared, protocol)
        outcomes = _outcomes(prepared, tested, own, labels)
        divisions.append(
            Division(
                protocol=protocol.name,
                description=protocol.description,
                articles=len(tested.articles),
                fingerprint=fingerprint(tested.articles),
                unit=tested.units.basis.unit,
                units=tested.units.basis.n_units,
                outcomes=outcomes,
            )
        )
    return TaskResult(labels=labels, divisions=divisions)


def _outcomes(
    prepared: Prepared,
    tested: HeldOut,
    predictions: Sequence[ContenderPredictions],
    labels: list[str],
) -> list[Outcome]:
    ours = next(one.labels for one in predictions if one.contender == OURS)
    outcomes = []
    for one in predictions:
        kind = "variant" if one.contender in prepared.task.variants else "opponent"
        kind = "model" if one.contender == OURS else kind
        scores, behind = {}, {}
        for name, metric in prepared.task.metrics.items() if one.labels else ():
            scores[name] = tested.score(one.labels or [], metric)
            if one.contender != OURS and ours:
                found = tested.difference(ours, one.labels or [], metric)
                low, high = found.interval
                behind[name] = Score(value=found.value, low=low, high=high)
        outcomes.append(
            Outcome(
                contender=one.contender,
                kind=kind,
                scores=scores,
                less_than_ours=behind,
                y_pred=pack(one.labels, labels) if one.labels else "",
                absence=one.absence,
                error=one.error,
            )
        )
    return outcomes
