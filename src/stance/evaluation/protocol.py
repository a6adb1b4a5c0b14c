"""Training and testing again and again on one corpus, honestly.

A random split lets the model recognise the outlet, so its figure is only ever
shown beside an honest one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from stance.cluster.connection import joblib_on
from stance.corpus.splitting import By, Fold, labels_cross, split
from stance.errors import CorpusError
from stance.evaluation.baseline import most_frequent
from stance.evaluation.metrics import Evaluation, Scored, evaluate
from stance.evaluation.selection import Choice, Selection
from stance.evaluation.slicing import Slice, slice_scores
from stance.model.config import TrainingConfig
from stance.model.learning_corpus import LabelledCorpus
from stance.model.prediction import DECIMALS
from stance.model.training import learn, settle_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from stance.cluster.connection import Cluster
    from stance.corpus.article import Article
    from stance.evaluation.baseline import Source


@dataclass(frozen=True)
class HeldOut:
    """The probabilities of articles, each by a model that has not learned from it.

    Parameters
    ----------
    tested : ndarray of int64, shape (n_tested,)
        Places of the articles in the corpus.
    scored : Scored
    """

    tested: NDArray[np.int64]
    scored: Scored

    def rows(self, articles: Sequence[Article]) -> Iterator[dict[str, Any]]:
        """Return what is written out: id, label and probabilities, in the corpus's order."""
        labels = self.scored.labels
        for place in np.argsort(self.tested, kind="stable").tolist():
            table = self.scored.probabilities[place].round(DECIMALS).tolist()
            best = int(self.scored.guess[place])
            yield {
                "id": articles[self.tested[place]].id,
                "label": labels[best],
                "probability": table[best],
                "probabilities": dict(zip(labels, table, strict=True)),
            }


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
    choices : tuple of Choice
        What was chosen in each fold of the protocol, where settings were.
    held_out : HeldOut
        The probabilities behind the honest scores.
    """

    by: By
    honest: Evaluation
    naive: Evaluation | None
    choices: tuple[Choice, ...]
    held_out: HeldOut = field(repr=False, compare=False)

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
        if self.choices:
            result["chosen"] = [asdict(choice) for choice in self.choices]
        return result


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
    cluster: Cluster | None = None,
    keep_duplicates_together: bool = True,
    auxiliary: Sequence[Article] = (),
    nested: bool = False,
    candidates: Sequence[TrainingConfig] = (),
    slices: Mapping[str, Sequence[str | None]] | None = None,
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
    cluster : Cluster, optional
        Workers to train on instead; the result is the same.
    keep_duplicates_together : bool
        Whether to see to it that no article is tested by a model that has
        learned from its near-duplicate.
    auxiliary : sequence of Article
        As for `stance.model.training.train`; none that repeats an article of
        the corpus, in whichever fold, is learned from.
    nested : bool
        Whether what the configuration leaves open is decided in each fold
        anew, on inner folds of the same protocol among its training articles.
    candidates : sequence of TrainingConfig
        Settings to choose among in this way, the simpler before the more
        intricate; implies `nested`, and `config` is not used but for its seed.
    slices : mapping of str to sequence of str or None, optional
        For a field its value in each article; each value is scored by itself,
        by the protocol asked for.
    progress : callable, optional
        Told how many folds are done, and of how many.

    Returns
    -------
    CrossValidation
    """
    corpus = LabelledCorpus.beside(articles, auxiliary)
    if not keep_duplicates_together:
        corpus = replace(corpus, known_duplicates=range(len(articles)))
    config = config or TrainingConfig()
    by = by or default_protocol(articles)
    choosing = tuple(candidates) or ((config,) if nested else ())
    if not choosing:
        # Settled once, so that no fold decides otherwise than the whole corpus would.
        config = settle_config(corpus, config)
    plans = [_plan(corpus, by, folds, config, choosing)]
    if by != "random":
        plans.append(_plan(corpus, "random", None, config, choosing))
    with joblib_on(cluster, [corpus]):
        tested = _run(corpus, config, plans, jobs, progress)
    held_out = [_pool(corpus, found) for found in tested]
    results = [
        evaluate(
            pooled.scored,
            protocol=plan.description,
            one_label=_one_label(corpus, plan.folds),
        )
        for plan, pooled in zip(plans, held_out, strict=True)
    ]
    return CrossValidation(
        by=by,
        honest=replace(results[0], slices=_slice_scores(held_out[0], slices or {})),
        naive=results[1] if len(results) > 1 else None,
        choices=tuple(found.choice for found in tested[0] if found.choice),
        held_out=held_out[0],
    )


@dataclass(frozen=True)
class _Plan:
    """The folds of a protocol, and how settings are chosen inside them, if they are."""

    folds: list[Fold]
    description: str
    selection: Selection | None


def _plan(
    corpus: LabelledCorpus,
    by: By,
    asked: int | Literal["each"] | None,
    config: TrainingConfig,
    candidates: tuple[TrainingConfig, ...],
) -> _Plan:
    folds = split(corpus.articles, by, asked, seed=config.seed, duplicates=corpus.duplicates)
    _check_folds(corpus, folds)
    if not candidates:
        return _Plan(folds, _describe(by, folds, asked), None)
    description = f"{_describe(by, folds, asked)}, nested"
    return _Plan(folds, description, Selection(candidates, by))


def _check_folds(corpus: LabelledCorpus, folds: Sequence[Fold]) -> None:
    truth = corpus.truth
    for fold in folds:
        if len(np.unique(truth[fold.train])) < 2:
            raise CorpusError(
                f"Got the fold {fold.name!r}, outside which there is one label only, but expected "
                "two or more to learn from. Choose another --by or fewer folds."
            )


class _Tested(NamedTuple):
    """Probabilities of a fold's test articles, and what was chosen for it."""

    fold: Fold
    table: NDArray[np.float64]
    choice: Choice | None


def _run(
    corpus: LabelledCorpus,
    config: TrainingConfig,
    plans: Sequence[_Plan],
    jobs: int,
    progress: Callable[[int, int], None],
) -> list[list[_Tested]]:
    """Return what came of each fold of each plan."""
    from joblib import Parallel, delayed

    tasks = [(plan, fold) for plan in plans for fold in plan.folds]
    calls = (delayed(_test_fold)(corpus, config, fold, plan.selection) for plan, fold in tasks)
    tested: list[_Tested] = []
    progress(0, len(tasks))
    for found in Parallel(n_jobs=jobs, return_as="generator")(calls):
        tested.append(found)
        progress(len(tested), len(tasks))
    in_order = iter(tested)
    return [list(islice(in_order, len(plan.folds))) for plan in plans]


def _test_fold(
    corpus: LabelledCorpus, config: TrainingConfig, fold: Fold, selection: Selection | None
) -> _Tested:
    """Train on a fold's training articles; label its test articles."""
    part, choice = corpus.part(fold.train), None
    if selection is not None:
        config, choice = selection.choose(part, fold.name)
    model = learn(part, config)
    found = model.probabilities([corpus.articles[i] for i in fold.test])
    table = np.zeros((len(fold.test), len(corpus.labels)))
    table[:, [corpus.labels.index(label) for label in model.labels]] = found
    return _Tested(fold, table, choice)


def _pool(corpus: LabelledCorpus, tested: Sequence[_Tested]) -> HeldOut:
    places = np.concatenate([found.fold.test for found in tested])
    outlets = [corpus.articles[i].outlet for i in places]
    tables = np.concatenate([found.table for found in tested])
    return HeldOut(places, Scored(tuple(corpus.labels), corpus.truth[places], tables, outlets))


def _one_label(corpus: LabelledCorpus, folds: Sequence[Fold]) -> dict[Source, NDArray[np.int64]]:
    """Return, for each tested article, the most frequent label of its fold's training articles.

    Where labels are balanced, that is the label of which the fold holds out
    most, and so is wrong more often than any label that is given throughout:
    the most frequent of the tested articles is held against the model too.
    """
    truth, n_labels = corpus.truth, len(corpus.labels)
    parts = [np.full(len(f.test), most_frequent(truth[f.train], n_labels)) for f in folds]
    learned = np.concatenate(parts)
    tested = np.concatenate([fold.test for fold in folds])
    found: dict[Source, NDArray[np.int64]] = {"training": learned}
    here = most_frequent(truth[tested], n_labels)
    if (learned != here).any():
        found["test"] = np.full_like(learned, here)
    return found


def _slice_scores(
    held_out: HeldOut, fields: Mapping[str, Sequence[str | None]]
) -> dict[str, tuple[Slice, ...]]:
    order = held_out.tested.tolist()
    values = {name: [column[i] for i in order] for name, column in fields.items()}
    return slice_scores(held_out.scored, values)


def _describe(by: By, folds: Sequence[Fold], asked: int | Literal["each"] | None) -> str:
    if by == "time":
        return f"{len(folds)} periods, each after its training"
    if by == "random":
        return f"{len(folds)} random folds"
    if asked == "each" or (asked is None and folds[0].name != "1"):
        return f"leave one {by} out ({len(folds)} {by}s)"
    return f"{len(folds)} folds of held-out {by}s"
