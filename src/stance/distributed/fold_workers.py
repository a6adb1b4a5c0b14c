"""Fitting the models of folds on a Dask cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from stance.distributed.connection import joblib_on
from stance.evaluation.fold_workers import predict_labels_of_fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from stance.corpus.splitting import Fold
    from stance.distributed.connection import Cluster
    from stance.evaluation.fold_workers import SharedCorpus
    from stance.model.learning_corpus import LabelledCorpus
    from stance.model.resolve_auto import ResolvedConfig


@dataclass(frozen=True)
class DaskWorkers:
    """Fits models of folds on the workers of a cluster.

    Parameters
    ----------
    cluster : Cluster
    """

    cluster: Cluster

    def joblib(self, corpus: SharedCorpus) -> AbstractContextManager[None]:
        """Let joblib give its calls out to the cluster; the corpus is sent to each worker once."""
        return joblib_on(self.cluster, [corpus])

    def trials(self, corpus: LabelledCorpus, folds: Sequence[Fold]) -> ClusterTrials:
        """Prepare to send a corpus to each worker once and train on it repeatedly."""
        return ClusterTrials(corpus, folds, self.cluster)


class ClusterTrials:
    """Trains on all folds of a corpus with a series of configurations.

    When time runs out, running calls are not waited for, but finish on their
    workers.

    Parameters
    ----------
    corpus : LabelledCorpus
    folds : sequence of Fold
    cluster : Cluster
    """

    def __init__(self, corpus: LabelledCorpus, folds: Sequence[Fold], cluster: Cluster) -> None:
        self._task = (corpus, folds)
        self._cluster = cluster
        self._name = ""

    def __enter__(self) -> Self:
        self._name = self._cluster.broadcast(self._task, tuple)
        return self

    def __exit__(self, *error: object) -> None:
        self._cluster.release(self._name)

    def predict(self, resolved: ResolvedConfig, deadline: float) -> list[list[str]] | None:
        """Return the labels of each fold's test articles, or None if time runs out.

        Parameters
        ----------
        resolved : ResolvedConfig
        deadline : float
            In seconds of `time.monotonic`.

        Raises
        ------
        StanceError
            If training raises it, or if workers died or cannot be reached.
        """
        places = range(len(self._task[1]))
        works = [self._cluster.submit(self._name, _predict, n, resolved) for n in places]
        if not all(work.wait_until(deadline) for work in works):
            self._cluster.cancel(works)
            return None
        return [work.result()[1] for work in works]


def _predict(
    task: tuple[LabelledCorpus, Sequence[Fold]], n: int, resolved: ResolvedConfig
) -> list[str]:
    corpus, folds = task
    return predict_labels_of_fold(corpus, folds[n], resolved)
