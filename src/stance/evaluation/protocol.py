"""Cross-validation by outlet, event, time or at random.

With random folds the model can recognise the outlet, so their score is only
reported next to that of held-out outlets or events.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from stance.corpus.fold_plan import FoldPlan, plan_folds
from stance.corpus.protocol_choice import ProtocolChoice
from stance.evaluation.baseline import most_frequent
from stance.evaluation.fold_fitting import fit_and_predict_fold
from stance.evaluation.fold_workers import LocalWorkers, SharedCorpus
from stance.evaluation.held_out import HeldOut
from stance.evaluation.metrics import Evaluation, evaluate
from stance.evaluation.result_rows import SCORE_COLUMNS, score_rows
from stance.evaluation.scored import Scored
from stance.evaluation.selection import Choice, Selection
from stance.evaluation.slices import Slice, slice_scores
from stance.model.config import MIN_OUTLETS, TrainingConfig, setting
from stance.model.corpus_summary import articles_sha256
from stance.model.learning_corpus import LabelledCorpus
from stance.model.resolve_auto import ResolvedConfig, resolve_auto
from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.corpus.splitting import By, Fold
    from stance.evaluation.baseline import Source
    from stance.evaluation.fold_fitting import TestPredictions
    from stance.evaluation.fold_workers import FoldWorkers


@dataclass(frozen=True, slots=True)
class LoweredSetting:
    """A setting that was resolved on the whole corpus and lowered in a fold.

    Parameters
    ----------
    fold : str
    setting : str
    before, after : int
        Its value for the whole corpus, and the value used in the fold.
    """

    fold: str
    setting: str
    before: int
    after: int


@dataclass(frozen=True)
class CrossValidation:
    """Scores of the requested protocol and of random folds.

    Parameters
    ----------
    by : {"outlet", "event", "time", "random"}
    honest : Evaluation
        Pooled over the folds of the protocol.
    naive : Evaluation, optional
        Pooled over random folds; None if the protocol itself is random.
    choices : tuple of Choice
        Settings chosen in each fold of the protocol, if the validation is
        nested.
    lowered : tuple of LoweredSetting
        Settings resolved on the corpus that were lowered in a fold of the
        protocol.
    held_out : HeldOut
        Out-of-fold probabilities of the protocol, including articles that are not
        scored because their label could not be learned.
    plan : FoldPlan
        How and why the corpus is divided in this way, and which articles are not
        tested.
    articles_sha256 : str
        Hash of the articles of the corpus in any order; see
        `stance.model.corpus_summary.articles_sha256`.
    """

    by: By
    honest: Evaluation
    naive: Evaluation | None
    choices: tuple[Choice, ...]
    lowered: tuple[LoweredSetting, ...]
    held_out: HeldOut = field(repr=False, compare=False)
    plan: FoldPlan = field(repr=False, compare=False)
    articles_sha256: str = field(default="", repr=False, compare=False)

    @property
    def gap(self) -> float | None:
        """Macro-F1 on random folds minus macro-F1 of the protocol."""
        return None if self.naive is None else self.naive.macro_f1 - self.honest.macro_f1

    def to_arrow(self) -> Any:
        """Return the scores of the protocol and of random folds as an Arrow table."""
        found = (self.honest, self.naive)
        rows = (row for part in found if part is not None for row in score_rows(part))
        return arrow_table(rows, SCORE_COLUMNS)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values, with the scores of random folds under ``random``."""
        division = {**self.plan.to_dict(), "articles_sha256": self.articles_sha256 or None}
        result: dict[str, Any] = {**self.honest.to_dict(), "by": self.by, "division": division}
        if self.naive is not None:
            result["random"] = self.naive.to_dict()
            result["gap"] = self.gap
        if self.lowered:
            result["lowered"] = [asdict(part) for part in self.lowered]
        if self.choices:
            result["chosen"] = [asdict(choice) for choice in self.choices]
        return result


def default_protocol(articles: Sequence[Article]) -> By:
    """Return the strictest protocol that a corpus allows.

    See `stance.corpus.fold_plan.ProtocolChoice`, which also gives the reason.
    """
    return ProtocolChoice.of(articles).by


def cross_validate(
    articles: Sequence[Article],
    config: TrainingConfig | None = None,
    *,
    by: By | None = None,
    folds: int | Literal["each"] | None = None,
    jobs: int = 1,
    workers: FoldWorkers | None = None,
    keep_duplicates_together: bool = True,
    auxiliary: Sequence[Article] = (),
    always_train: Sequence[Article] = (),
    nested: bool = False,
    candidates: Sequence[TrainingConfig] = (),
    slices: Mapping[str, Sequence[str | None]] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> CrossValidation:
    """Cross-validate a configuration on a corpus.

    Parameters
    ----------
    articles : sequence of Article
        Each with a label.
    config : TrainingConfig, optional
    by : {"outlet", "event", "time", "random"}, optional
        What training and test articles may not share; by default the strictest
        protocol that the corpus allows.
    folds : int or "each", optional
        See `stance.corpus.splitting.split`.
    jobs : int
        Number of processes; -1 for one per core.
    workers : FoldWorkers, optional
        Other workers to train on, such as a cluster; the result is the same.
    keep_duplicates_together : bool
        Whether to ensure that no article is tested by a model that was trained on
        its near-duplicate.
    auxiliary : sequence of Article
        As for `stance.model.training.train`; near-duplicates of any article of
        the corpus are removed.
    always_train : sequence of Article
        Labelled articles that are in the training part of every fold and are
        never tested, except where the protocol forbids: in a fold they leave
        out its outlet or event, days after the test begins, and near-duplicates
        of its test articles.
    nested : bool
        Whether to resolve "auto" settings in each fold, on inner folds of the
        same protocol among its training articles.
    candidates : sequence of TrainingConfig
        Configurations to choose from in each fold, the simplest first; implies
        `nested`, and only the seed of `config` is used.
    slices : mapping of str to sequence of str or None, optional
        For each field, the value of each article; each value is scored
        separately, by the requested protocol.
    progress : callable, optional
        Called with the number of completed folds and the total.

    Returns
    -------
    CrossValidation
    """
    corpus = LabelledCorpus.with_auxiliary(articles, auxiliary, always_train)
    if not keep_duplicates_together:
        corpus = replace(corpus, known_duplicates=range(len(corpus.articles)))
    config = config or TrainingConfig()
    choosing = tuple(candidates) or ((config,) if nested else ())
    # Resolved once, so that all folds have the settings of the whole corpus.
    settings = choosing or resolve_auto(corpus, config)
    plans = [_plan(corpus, by, folds, config.seed, settings)]
    honest = plans[0].folds
    if honest.choice.by != "random":
        plans.append(_plan(corpus, "random", None, config.seed, settings))
    shared = SharedCorpus(corpus)
    with (workers or LocalWorkers(jobs)).joblib(shared):
        tested = _run(shared, plans, jobs, progress)
    held_out = [_pool(corpus, found) for found in tested]
    results = [
        _score(corpus, plan, pooled, _comparable(plans, plan))
        for plan, pooled in zip(plans, held_out, strict=True)
    ]
    slices_of = held_out[0].among(honest.is_testable)
    return CrossValidation(
        by=honest.choice.by,
        honest=replace(results[0], slices=_slice_scores(slices_of, slices or {})),
        naive=results[1] if len(results) > 1 else None,
        choices=tuple(found.choice for found in tested[0] if found.choice),
        lowered=tuple(part for found in tested[0] for part in found.lowered),
        held_out=held_out[0],
        plan=honest,
        articles_sha256=articles_sha256(corpus.articles),
    )


@dataclass(frozen=True)
class _Plan:
    """The folds of a protocol, with the settings, or candidates to select from, for each."""

    folds: FoldPlan
    description: str
    settings: ResolvedConfig | Selection


def _plan(
    corpus: LabelledCorpus,
    by: By | None,
    asked: int | Literal["each"] | None,
    seed: int,
    settings: ResolvedConfig | tuple[TrainingConfig, ...],
) -> _Plan:
    folds = plan_folds(
        corpus.articles,
        by,
        asked,
        seed=seed,
        duplicates=corpus.duplicates,
        always_train=corpus.always_train,
    )
    if isinstance(settings, ResolvedConfig):
        return _Plan(folds, folds.description, settings)
    description = f"{folds.description}, nested"
    return _Plan(folds, description, Selection(settings, folds.choice.by))


def _comparable(plans: Sequence[_Plan], plan: _Plan) -> NDArray[np.bool_]:
    """Return a mask of the articles that a plan scores: random folds score those of the protocol.

    By time the first articles are used only for training, so there random folds
    score all.
    """
    scored = plan.folds.is_testable
    return scored if plans[0].folds.choice.by == "time" else scored & plans[0].folds.is_testable


def _score(
    corpus: LabelledCorpus,
    plan: _Plan,
    held_out: HeldOut,
    chosen: NDArray[np.bool_],
) -> Evaluation:
    """Evaluate the chosen articles."""
    pooled = held_out.among(chosen)
    one_label = _one_label(corpus, plan.folds.all_folds, chosen)
    return evaluate(pooled.scored, protocol=plan.description, one_label=one_label)


class _Tested(NamedTuple):
    """Predictions of a fold's test articles, and what was chosen or lowered for it."""

    fold: Fold
    predictions: TestPredictions
    choice: Choice | None
    lowered: tuple[LoweredSetting, ...]


def _run(
    shared: SharedCorpus,
    plans: Sequence[_Plan],
    jobs: int,
    progress: Callable[[int, int], None],
) -> list[list[_Tested]]:
    """Return the results of each fold of each plan."""
    from joblib import Parallel, delayed

    tasks = [(plan, fold) for plan in plans for fold in plan.folds.all_folds]
    calls = (delayed(_test_fold)(shared, fold, plan.settings) for plan, fold in tasks)
    tested: list[_Tested] = []
    progress(0, len(tasks))
    for found in Parallel(n_jobs=jobs, return_as="generator")(calls):
        tested.append(found)
        progress(len(tested), len(tasks))
    in_order = iter(tested)
    return [list(islice(in_order, len(plan.folds.all_folds))) for plan in plans]


def _test_fold(shared: SharedCorpus, fold: Fold, settings: ResolvedConfig | Selection) -> _Tested:
    """Train on a fold's training articles; label its test articles."""
    corpus, choice = shared.corpus, None
    if isinstance(settings, Selection):
        resolved, choice = settings.choose(corpus.part(fold.train), fold.name)
    else:
        resolved = settings
    found = fit_and_predict_fold(corpus, fold, resolved)
    lowered = _lowered(fold, resolved.config, found.config)
    return _Tested(fold, found, choice, lowered)


def _lowered(fold: Fold, asked: TrainingConfig, used: TrainingConfig) -> tuple[LoweredSetting, ...]:
    pairs = [(key, setting(asked, key), setting(used, key)) for key in MIN_OUTLETS]
    return tuple(
        LoweredSetting(fold.name, key, before, after)
        for key, before, after in pairs
        if before != after
    )


def _pool(corpus: LabelledCorpus, tested: Sequence[_Tested]) -> HeldOut:
    places = np.concatenate([found.fold.test for found in tested])
    outlets = [corpus.articles[i].outlet for i in places]
    tables = np.concatenate([found.predictions.probabilities for found in tested])
    # A fold may have no word features, and so no domain, that another fold has.
    flags = [found.predictions.out_of_domain for found in tested]
    known = [of_fold for of_fold in flags if of_fold is not None]
    out_of_domain = np.concatenate(known) if len(known) == len(flags) else None
    labels = tuple(corpus.labels)
    scored = Scored(labels, corpus.y_true[places], tables, outlets, out_of_domain)
    return HeldOut(places, scored)


def _one_label(
    corpus: LabelledCorpus, folds: Sequence[Fold], chosen: NDArray[np.bool_]
) -> dict[Source, NDArray[np.int64]]:
    """Return, for each chosen article, the most frequent label of its fold's training articles.

    If labels are balanced, this is the label of which the fold holds out the
    fewest articles, so the baseline is weaker than any constant label. The most
    frequent label of the tested articles is therefore a second baseline.
    """
    y_true, n_labels = corpus.y_true, len(corpus.labels)
    parts = [np.full(len(f.test), most_frequent(y_true[f.train], n_labels)) for f in folds]
    tested = np.concatenate([fold.test for fold in folds])
    learned = np.concatenate(parts)[chosen[tested]]
    tested = tested[chosen[tested]]
    found: dict[Source, NDArray[np.int64]] = {"training": learned}
    here = most_frequent(y_true[tested], n_labels)
    if (learned != here).any():
        found["test"] = np.full_like(learned, here)
    return found


def _slice_scores(
    held_out: HeldOut, fields: Mapping[str, Sequence[str | None]]
) -> dict[str, tuple[Slice, ...]]:
    order = held_out.tested.tolist()
    values = {name: [column[i] for i in order] for name, column in fields.items()}
    return slice_scores(held_out.scored, values)
