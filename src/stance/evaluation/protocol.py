"""Testing a model on articles it was not trained on, honestly.

`evaluate_model` tests a finished model on a corpus; `cross_validate` trains
and tests again and again on one corpus. A random split lets the model
recognise the outlet, so its figure is only ever shown beside an honest one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from stance.corpus.duplicates import near_duplicates
from stance.corpus.labelled import require_labels
from stance.corpus.splitting import By, Fold, labels_cross, split
from stance.errors import CorpusError
from stance.evaluation.metrics import Evaluation, Scored, evaluate
from stance.model.config import TrainingConfig
from stance.model.learning_corpus import LabelledCorpus
from stance.model.training import settle_config, train

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.model.record import Model


@dataclass(frozen=True)
class CrossValidation:
    """Scores by the protocol asked for, and by random folds beside it.

    Parameters
    ----------
    by : {"outlet", "event", "time", "random"}
    honest : Evaluation
        Pooled over the folds of the protocol.
    naive : Evaluation, optional
        Pooled over random folds; None where the protocol is random itself.
    """

    by: By
    honest: Evaluation
    naive: Evaluation | None

    @property
    def gap(self) -> float | None:
        """How much macro-F1 a random split promises too much."""
        return None if self.naive is None else self.naive.macro_f1 - self.honest.macro_f1

    def to_dict(self) -> dict[str, Any]:
        """Return the honest scores as plain JSON values, with the naive ones inside."""
        result: dict[str, Any] = {**self.honest.to_dict(), "by": self.by}
        if self.naive is not None:
            result["random"] = self.naive.to_dict()
            result["gap"] = self.gap
        return result


def evaluate_model(
    model: Model, articles: Sequence[Article], *, batch_size: int = 1000
) -> Evaluation:
    """Test a model on labelled articles.

    Parameters
    ----------
    model : Model
    articles : sequence of Article
        Each with a label that the model knows.
    batch_size : int
        Articles vectorised at once.

    Returns
    -------
    Evaluation

    Raises
    ------
    CorpusError
        If there are no articles, one has no label, or a label is unknown to
        the model.
    """
    truth = _truth(model, articles)
    probabilities = _probabilities(model, articles, batch_size)
    scored = Scored(model.labels, truth, probabilities, [a.outlet for a in articles])
    return evaluate(scored, protocol="test corpus", seed=model.config.seed)


def predicted_labels(model: Model, articles: Sequence[Article]) -> list[str]:
    """Return a model's label for each of some labelled articles.

    Raises
    ------
    CorpusError
        As for `evaluate_model`.
    """
    _truth(model, articles)
    best = _probabilities(model, articles).argmax(axis=1)
    return [model.labels[number] for number in best.tolist()]


def _probabilities(
    model: Model, articles: Sequence[Article], batch_size: int = 1000
) -> NDArray[np.float64]:
    parts = range(0, len(articles), batch_size)
    return np.concatenate([model.probabilities(articles[i : i + batch_size]) for i in parts])


def _truth(model: Model, articles: Sequence[Article]) -> NDArray[np.int64]:
    if not articles:
        raise CorpusError("Got no articles, but expected labelled ones to test on.")
    require_labels(articles)
    unknown = sorted({str(article.label) for article in articles} - set(model.labels))
    if unknown:
        raise CorpusError(
            f"Got articles labelled {', '.join(map(repr, unknown))}, but the model knows only "
            f"{', '.join(map(repr, model.labels))}. Choose another model or label field."
        )
    numbers = {label: number for number, label in enumerate(model.labels)}
    return np.array([numbers[str(article.label)] for article in articles])


def default_protocol(articles: Sequence[Article]) -> By:
    """Return the most honest protocol that a corpus allows.

    By outlet where every article has one and an outlet can be left out
    without losing a label; else by event, where every article has one; else
    random.
    """
    if labels_cross(articles, "outlet"):
        return "outlet"
    return "event" if labels_cross(articles, "event") else "random"


def cross_validate(
    articles: Sequence[Article],
    config: TrainingConfig | None = None,
    *,
    by: By | None = None,
    folds: int | Literal["each"] | None = None,
    jobs: int = 1,
    keep_duplicates_together: bool = True,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> CrossValidation:
    """Train on some folds and test on the others, until every article was tested.

    Parameters
    ----------
    articles : sequence of Article
        Each with a label.
    config : TrainingConfig, optional
    by : {"outlet", "event", "time", "random"}, optional
        What training and test may not share; the most honest that the corpus
        allows by default.
    folds : int or "each", optional
        See `stance.corpus.splitting.split`.
    jobs : int
        Processes to train in.
    keep_duplicates_together : bool
        Whether to see to it that no article is tested by a model that has
        learned from its near-duplicate.
    progress : callable, optional
        Told how many folds are done, and of how many.

    Returns
    -------
    CrossValidation
    """
    corpus = LabelledCorpus(articles)
    # Settled once, so that no fold decides otherwise than the whole corpus would.
    config = settle_config(corpus, config or TrainingConfig())
    by = by or default_protocol(articles)
    groups = near_duplicates(a.text for a in articles) if keep_duplicates_together else None
    honest = split(articles, by, folds, seed=config.seed, duplicates=groups)
    naive = [] if by == "random" else split(articles, "random", seed=config.seed, duplicates=groups)
    _check_folds(corpus, honest + naive)
    tables = _run(corpus, config, honest + naive, jobs, progress)
    return CrossValidation(
        by=by,
        honest=_pool(corpus, honest, tables[: len(honest)], _describe(by, honest, folds), config),
        naive=_pool(corpus, naive, tables[len(honest) :], _describe("random", naive, None), config)
        if naive
        else None,
    )


def _check_folds(corpus: LabelledCorpus, folds: Sequence[Fold]) -> None:
    truth = corpus.truth
    for fold in folds:
        if len(np.unique(truth[fold.train])) < 2:
            raise CorpusError(
                f"Got the fold {fold.name!r}, outside which there is one label only, but expected "
                "two or more to learn from. Choose another --by or fewer folds."
            )


def _run(
    corpus: LabelledCorpus,
    config: TrainingConfig,
    folds: Sequence[Fold],
    jobs: int,
    progress: Callable[[int, int], None],
) -> list[NDArray[np.float64]]:
    from joblib import Parallel, delayed

    tasks = (delayed(_test_fold)(corpus.articles, corpus.labels, config, fold) for fold in folds)
    tables = []
    progress(0, len(folds))
    for table in Parallel(n_jobs=jobs, return_as="generator")(tasks):
        tables.append(table)
        progress(len(tables), len(folds))
    return tables


def _test_fold(
    articles: Sequence[Article], labels: Sequence[str], config: TrainingConfig, fold: Fold
) -> NDArray[np.float64]:
    """Train on a fold's training articles; return probabilities of its test articles."""
    model = train([articles[i] for i in fold.train], config)
    found = model.probabilities([articles[i] for i in fold.test])
    table = np.zeros((len(fold.test), len(labels)))
    table[:, [labels.index(label) for label in model.labels]] = found
    return table


def _pool(
    corpus: LabelledCorpus,
    folds: Sequence[Fold],
    tables: Sequence[NDArray[np.float64]],
    protocol: str,
    config: TrainingConfig,
) -> Evaluation:
    tested = np.concatenate([fold.test for fold in folds])
    outlets = [corpus.articles[i].outlet for i in tested]
    scored = Scored(tuple(corpus.labels), corpus.truth[tested], np.concatenate(tables), outlets)
    return evaluate(scored, protocol=protocol, seed=config.seed)


def _describe(by: By, folds: Sequence[Fold], asked: int | Literal["each"] | None) -> str:
    if by == "time":
        return f"{len(folds)} stretches of time, each after its training articles"
    if by == "random":
        return f"{len(folds)} random folds"
    if asked == "each" or (asked is None and folds[0].name != "1"):
        return f"leave one {by} out ({len(folds)} {by}s)"
    return f"{len(folds)} folds of held-out {by}s"
